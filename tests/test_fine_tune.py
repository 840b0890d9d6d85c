"""Fine-tuning runs on a tiny random model: events, stops, resumes, trouble, and what is left afterwards."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from skills.contract import Advanced, Context, Ended, Event, Metric, Noticed, Request, Sample
from skills.errors import DiskFull, OutOfMemory, RunUnusable, WrongBase
from skills.fine_tune import run
from skills.training import budget, checkpoint, clock, curves, loop
from skills.training.adapter import open_tuned
from skills.training.hyperparameters import FineTuneInputs
from skills.training.result import FineTuneResult
from skills.workspace import Manifest, Workspace, folder_bytes

VERSES = [
    f"{a} {b} {c}"
    for a in ("Aquí me pongo", "Vengan santos", "Yo he visto")
    for b in ("a cantar", "muchos cantores", "milagrosos", "en la ocasión")
    for c in ("al compás", "de la vigüela", "con pena")
]
INPUTS = FineTuneInputs(max_steps=8, learning_rate=1e-2, rank=4, precision="fp32")


def add_dataset(workspace: Workspace, texts: list[str], id: str = "ds-1") -> None:
    folder = workspace.datasets / id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rows.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    manifest = Manifest(
        id=id,
        name=f"{id}.txt",
        digest="0" * 64,
        bytes=1,
        shape="verse",
        language="es",
        documents=len(texts),
        rows=len(texts),
        characters=1,
        words=1,
        encoding="utf-8",
    )
    (folder / "manifest.json").write_text(manifest.model_dump_json(), "utf-8")


@pytest.fixture
def start(
    workspace: Workspace, tiny_model: Path, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., FineTuneResult]:
    """Run the skill in `runs/<name>`; `ask` gives what the learner asks after how many steps."""
    monkeypatch.setattr(budget, "set_threads", lambda: torch.set_num_threads(1))  # nothing so small gains from two
    add_dataset(workspace, VERSES)

    def started(
        name: str = "run-1",
        inputs: FineTuneInputs = INPUTS,
        ask: tuple[int, Request] | None = None,
        weights: Path = tiny_model,
    ) -> FineTuneResult:
        folder = workspace.runs / name
        folder.mkdir(parents=True, exist_ok=True)

        def requested() -> Request | None:
            done = sum(isinstance(event, Metric) and event.name == "train_loss" for event in events)
            return ask[1] if ask is not None and done >= ask[0] else None

        ctx = Context(
            workspace=workspace,
            language="es",
            emit=events.append,
            requested=requested,
            weights=weights,
            run_dir=folder,
        )
        return run(inputs, ctx)

    return started


def weights(workspace: Workspace, name: str) -> dict[str, Any]:
    return load_file(workspace.runs / name / "adapter" / "adapter_model.safetensors")


def assert_same(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert a.keys() == b.keys()
    for key in a:
        torch.testing.assert_close(a[key], b[key], rtol=1e-4, atol=1e-6)


def test_a_run_tells_what_it_does_and_leaves_an_adapter(
    start: Callable[..., FineTuneResult], workspace: Workspace, tiny_model: Path, events: list[Event]
) -> None:
    result = start()
    assert (result.steps, result.documents, result.heldout_documents, result.ending) == (8, 36, 4, "finished")
    assert result.tuned_loss < result.base_loss
    assert result.tuned_bpc / result.base_bpc == pytest.approx(result.tuned_loss / result.base_loss)
    metrics = {event.name for event in events if isinstance(event, Metric)}
    assert {"train_loss", "heldout_loss", "train_bpc", "heldout_bpc", "tokens_per_second"} <= metrics
    assert {(event.share, event.kept) for event in events if isinstance(event, Sample)} >= {(0, False), (1, True)}
    card = json.loads((workspace.home / result.adapter / "base.json").read_text("utf-8"))
    assert card["name"] == tiny_model.name
    assert str(workspace.home) not in (workspace.home / result.adapter / "adapter_config.json").read_text("utf-8")
    open_tuned(tiny_model, workspace.home / result.adapter)


@pytest.mark.slow
def test_what_is_done_keeps_its_model_and_not_what_it_would_have_gone_on_from(
    start: Callable[..., FineTuneResult], workspace: Workspace, events: list[Event]
) -> None:
    result = start()
    folder = workspace.runs / "run-1"
    assert folder_bytes(folder) < folder_bytes(folder / "adapter") + 200_000
    assert not list(folder.glob("*checkpoints*"))
    events.clear()
    assert start() == result  # killed before it could say that it had ended
    assert not any(isinstance(event, Metric) for event in events)
    with pytest.raises(Ended):
        start("run-2", ask=(4, "stop"))
    assert checkpoint.newest(workspace.runs / "run-2") is not None


@pytest.mark.parametrize("language", ["es", pytest.param("en", marks=pytest.mark.slow)])
def test_all_it_shows_has_words(start: Callable[..., FineTuneResult], events: list[Event], language: Any) -> None:
    from skills.blocks import Message
    from skills.training.verdict import Verdict
    from tutor.words import Words

    words, result, said = Words(language), start(), []

    def speak(value: Any) -> None:
        if isinstance(value, Message):
            said.append(words(value))
        elif isinstance(value, list | tuple):
            [speak(each) for each in value]
        elif hasattr(value, "__dict__"):
            [speak(each) for each in vars(value).values()]

    reasons = (
        "clear_gain",
        "beats_ngram",
        "small_gain",
        "ngram_as_good",
        "train_far_below",
        "only_train_fell",
        "no_order",
        "no_gain",
        "ran_away",
        "recites",
        "few_heldout",
        "kept_before",
    )
    for verdict in Verdict.__args__:
        speak(result.model_copy(update={"verdict": verdict, "reasons": reasons}).blocks())
    speak(events)
    assert len(said) > 50
    assert all(said)


def test_stop_keeps_what_there_is(start: Callable[..., FineTuneResult], workspace: Workspace) -> None:
    with pytest.raises(Ended) as ended:
        start(ask=(3, "stop"))
    assert (ended.value.kind, ended.value.kept) == ("stopped", True)
    assert ended.value.result.steps == 3  # type: ignore[union-attr]
    assert weights(workspace, "run-1")


def test_a_stop_before_the_first_step_is_heard_at_once(
    start: Callable[..., FineTuneResult], workspace: Workspace, events: list[Event]
) -> None:
    with pytest.raises(Ended) as ended:
        start(ask=(0, "stop"))
    assert (ended.value.kind, ended.value.kept) == ("stopped", False)
    doing = [event.doing.id for event in events if isinstance(event, Advanced) and event.doing]
    assert doing[-1] == "fine_tune.doing.reading"
    assert not list((workspace.runs / "run-1").iterdir())


def test_the_whole_run_is_one_bar(
    start: Callable[..., FineTuneResult], events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "OFTEN", 0.0)
    start()
    told = [event for event in events if isinstance(event, Advanced)]
    stages = list(dict.fromkeys(event.doing.id.removeprefix("fine_tune.doing.") for event in told if event.doing))
    assert stages == ["reading", "weights", "rehearsing", "measuring", "writing", "training", "finishing"]
    shares = [event.done / event.total for event in told]
    assert shares == sorted(shares)
    assert 0.5 < shares[-1] < 1
    training = [event for event in told if event.doing and event.doing.id == "fine_tune.doing.training"]
    assert len(training) > 8
    assert all(event.eta is not None for event in training)


def test_samples_say_when_they_were_written(start: Callable[..., FineTuneResult], events: list[Event]) -> None:
    result = start(inputs=INPUTS.model_copy(update={"max_steps": 7}))
    samples = [event for event in events if isinstance(event, Sample)]
    assert len({sample.prompt for sample in samples}) == 2
    at = sorted({round(sample.share * 7, 6) for sample in samples if not sample.kept})
    assert at[0] == 0
    assert all(step.is_integer() for step in at), "the very step, not the quarter it belongs to"
    assert {sample.share for sample in samples if sample.kept} == {result.best_step / 7}
    assert [block.columns[1].text for block in result.blocks() if block.kind == "compare"] == [
        sample.text for sample in samples if sample.kept
    ]


def test_a_run_that_time_stopped_says_so(
    start: Callable[..., FineTuneResult], events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(budget.SECONDS, INPUTS.preset, 0.01)
    result = start(inputs=INPUTS.model_copy(update={"max_steps": None}))
    assert result.ending == "time"
    assert 0 < result.steps < result.planned_steps
    said = [event.message for event in events if isinstance(event, Noticed)]
    said += [block.message for block in result.blocks() if block.kind == "notice"]
    early = [message.values for message in said if message.id == "fine_tune.ended.time"]
    assert early == [{"step": result.steps, "steps": result.planned_steps, "allowed": 0.015}] * 2


@pytest.mark.parametrize("at", [pytest.param(1, marks=pytest.mark.slow), 4, pytest.param(7, marks=pytest.mark.slow)])
def test_a_paused_run_ends_like_one_that_was_not(
    start: Callable[..., FineTuneResult], workspace: Workspace, events: list[Event], at: int
) -> None:
    whole = start("whole")
    events.clear()
    with pytest.raises(Ended) as ended:
        start("paused", ask=(at, "pause"))
    assert ended.value.kind == "paused"
    result = start("paused")
    assert_same(weights(workspace, "whole"), weights(workspace, "paused"))
    assert result.tuned_loss == pytest.approx(whole.tuned_loss, rel=1e-5)
    assert [m.step for m in result.metrics if m.name == "train_loss"] == list(range(1, 9))
    assert any(isinstance(event, Noticed) and event.message.id == "fine_tune.resumed" for event in events)


@pytest.mark.slow
def test_a_killed_run_goes_on_from_its_last_whole_checkpoint(
    start: Callable[..., FineTuneResult], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    start("whole")
    monkeypatch.setattr(loop, "SAVE_SECONDS", 0.0)
    step = loop.Training.step

    def dies(self: loop.Training, rows: Any) -> bool:
        if self.state.step == 6:
            raise KeyboardInterrupt
        return step(self, rows)

    with monkeypatch.context() as patch:
        patch.setattr(loop.Training, "step", dies)
        with pytest.raises(KeyboardInterrupt):
            start("killed")
    folder = workspace.runs / "killed"
    saved = sorted((folder / "checkpoints").glob("step-*"))
    assert [path.name for path in saved] == ["step-000005", "step-000006"]
    (saved[-1] / "adapter.safetensors").write_bytes(b"half a file")
    (folder / "checkpoints" / ".step-000007.writing").mkdir()
    assert checkpoint.newest(folder) == saved[0]
    start("killed")
    assert_same(weights(workspace, "whole"), weights(workspace, "killed"))


def test_a_resume_with_other_texts_or_settings_is_refused(
    start: Callable[..., FineTuneResult], workspace: Workspace
) -> None:
    with pytest.raises(Ended):
        start(ask=(2, "pause"))
    with pytest.raises(RunUnusable) as refused:
        start(inputs=INPUTS.model_copy(update={"rank": 8}))
    assert refused.value.values["reason"] == "settings"
    add_dataset(workspace, [*VERSES, "uno más"])
    with pytest.raises(RunUnusable) as refused:
        start()
    assert refused.value.values["reason"] == "data"


@pytest.mark.slow
def test_out_of_memory_halves_then_recomputes_then_gives_up(
    start: Callable[..., FineTuneResult], events: list[Event], monkeypatch: pytest.MonkeyPatch, workspace: Workspace
) -> None:
    add_dataset(workspace, VERSES * 4)  # enough for steps of several rows
    inputs = INPUTS.model_copy(update={"length": 64, "max_steps": 3})
    start("roomy", inputs)
    gradients, tight = loop.Training.gradients, {"rows": 1, "recompute": False}

    def short(self: loop.Training, rows: Any) -> Any:
        if self.state.micro_rows > tight["rows"] or (tight["recompute"] and not self.state.gradient_checkpointing):
            raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory")
        return gradients(self, rows)

    monkeypatch.setattr(loop.Training, "gradients", short)
    start("halved", inputs)
    said = [event.message.id for event in events if isinstance(event, Noticed)]
    assert said.count("fine_tune.memory.halved") == 2, "from four rows at a time to one"
    assert_same(weights(workspace, "roomy"), weights(workspace, "halved"))
    tight["recompute"] = True
    start("recomputed", inputs)
    assert_same(weights(workspace, "roomy"), weights(workspace, "recomputed"))
    tight["rows"] = 0
    with pytest.raises(OutOfMemory):
        start("hopeless", inputs)


def test_numbers_that_run_away_are_called_broken(
    start: Callable[..., FineTuneResult], events: list[Event], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    gradients, measure = loop.Training.gradients, loop.Training.measure

    def dearer(self: loop.Training, rows: Any) -> Any:
        nats, supervised, texts, text_nats = gradients(self, rows)
        return nats, supervised, texts, text_nats * (1 + self.state.step)

    def harder(self: loop.Training, made: Any) -> Any:
        found = measure(self, made)
        return replace(found, nats=found.nats * (1 + self.state.step))

    with monkeypatch.context() as patch:
        patch.setattr(loop.Training, "gradients", dearer)
        patch.setattr(loop.Training, "measure", harder)
        result = start("wild")
    assert (result.verdict, result.ending) == ("broke", "broke")

    def nan(self: loop.Training, rows: Any) -> Any:
        found = gradients(self, rows)
        return (float("nan"), *found[1:]) if self.state.step == 5 else found

    monkeypatch.setattr(loop.Training, "gradients", nan)
    result = start("nan")
    assert (result.verdict, result.steps) == ("broke", 5)
    assert 0 < result.best_step <= 5
    assert all(event.value == event.value for event in events if isinstance(event, Metric))


def test_shuffled_words_teach_nothing(start: Callable[..., FineTuneResult], workspace: Workspace) -> None:
    dice = random.Random(0)
    words = " ".join(VERSES).split()
    add_dataset(workspace, [" ".join(dice.sample(words, 9)) for _ in range(60)])
    result = start("shuffled", INPUTS.model_copy(update={"max_steps": 30}))
    assert (result.verdict, result.reasons[0]) == ("nothing", "no_order")


def opinionated(tiny_model: Path, folder: Path) -> Path:
    """The random model's output matrix is so small that it can prefer nothing to anything; a larger one can."""
    model = shutil.copytree(tiny_model, folder)
    tensors = load_file(model / "model.safetensors")
    tensors["model.embed_tokens.weight"] *= 20
    save_file(tensors, model / "model.safetensors", metadata={"format": "pt"})
    return model


def test_few_lines_are_learnt_by_heart(
    start: Callable[..., FineTuneResult], workspace: Workspace, tiny_model: Path, tmp_path: Path
) -> None:
    model = opinionated(tiny_model, tmp_path / "model")
    # of 12 lines the 6th and the 12th are held out: what the others teach is of no use for them
    dice = random.Random(0)
    letters = ["abc" if i not in (5, 11) else "vwxyz" for i in range(12)]
    add_dataset(workspace, [" ".join(dice.choice(each) for _ in range(20)) for each in letters])
    inputs = FineTuneInputs(epochs=20, learning_rate=1e-2, rank=32, precision="fp32")
    result = start("few", inputs, weights=model)
    assert (result.verdict, result.reasons) == ("by_heart", ("train_far_below", "kept_before", "few_heldout")), (
        result.train_loss,
        result.tuned_loss,
        result.base_loss,
    )
    heldout = {metric.step: metric.value for metric in result.metrics if metric.name == curves.HELDOUT}
    assert heldout[result.best_step] == min(value for step, value in heldout.items() if step), "the best is kept"


@pytest.mark.slow
def test_a_full_disk_is_said_and_earlier_checkpoints_stay(
    start: Callable[..., FineTuneResult], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    import safetensors.torch

    save_file, left = safetensors.torch.save_file, [3]

    def full(tensors: Any, path: Path) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        save_file(tensors, path)

    with monkeypatch.context() as patch:
        patch.setattr(safetensors.torch, "save_file", full)
        with pytest.raises(DiskFull):
            start()
    assert checkpoint.newest(workspace.runs / "run-1") is not None
    assert start().steps == 8
    monkeypatch.setattr(Workspace, "free_bytes", lambda self: 1000)
    with pytest.raises(DiskFull):
        start("run-2")


# --- comparing --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_adapter_refuses_another_base(
    start: Callable[..., FineTuneResult], workspace: Workspace, tiny_model: Path
) -> None:
    adapter = workspace.home / start().adapter
    other = {name: weight + 1 for name, weight in load_file(tiny_model / "model.safetensors").items()}
    changed = workspace.home / "other"
    shutil.copytree(tiny_model, changed)
    save_file(other, changed / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(WrongBase):
        open_tuned(changed, adapter)

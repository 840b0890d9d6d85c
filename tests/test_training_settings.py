"""The settings of a run: what follows from goal and text, what they would take, how they are set, what is refused."""

from __future__ import annotations

import dataclasses
import json
import re
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import skills
from skills import memory
from skills.blocks import Offer, msg
from skills.contract import Context, Event, Failed, Language, Metric, Noticed
from skills.errors import DiskFull, TooLittleText, UserError
from skills.fine_tune import run as fine_tune
from skills.model.base import open_tokenizer
from skills.rehearse_training import run as rehearse
from skills.training import budget, data, energy, refusals
from skills.training.checkpoint import State
from skills.training.energy import EnergyMeter
from skills.training.estimate import GROWS, Estimate, Pace, TrainingFacts, TrainingMachine, estimate, read_paces
from skills.training.examples import READ, examples
from skills.training.forecast import PlanInputs, TrainingPlan
from skills.training.hyperparameters import (
    LITTLE,
    RATE,
    FineTuneInputs,
    Hyperparameters,
    resolved,
    supervised,
    usual_rank,
    usual_rate,
)
from skills.training.knobs import STOPS, settings_block
from skills.training.refusals import NothingSupervised
from skills.training.rehearsal import fits
from skills.training.result import FineTuneResult
from skills.training.units import Unit
from skills.workspace import Row, Workspace
from tests.conversation import Conversation
from tests.datasets import bring
from tests.test_fine_tune import VERSES, add_dataset
from tutor.course.files import load_course
from tutor.course.model import Course
from tutor.nlu.arguments import read_settings
from tutor.turn import Intent
from tutor.ui.render import block_card
from tutor.ui.run_card import run_view
from tutor.ui.settings_card import Asked, settings_card
from tutor.words import LANGUAGES, Words

CURRICULUM = Path(__file__).parent.parent / "curriculum"
SMOLLM2 = budget.ModelShape(
    parameters=134_515_008, hidden=576, inner=1536, layers=30, vocabulary=49_152, linear=305_280
)
FACTS = TrainingFacts(
    dataset="ds-1", name="versos.txt", base="smollm2", shape=SMOLLM2, sizes={50: 360, 400: 4}, heldout=40,
    talks=True, template=True,
)  # fmt: skip
PACE = Pace(
    seconds_a_token=0.004, peak_bytes=2_000_000_000, rows=2, length=256, gradient_checkpointing=False, rank=16,
    start_seconds=12.0,
)  # fmt: skip
HERE = TrainingMachine(cores=2, free_bytes=8 * 10**9, free_disk=10**11, paces={"bf16": PACE})


def of(**settings: Any) -> Estimate:
    return estimate(Hyperparameters(**settings), FACTS, HERE)


# --- the estimate -----------------------------------------------------------------------------------------------------


def rises(values: list[float]) -> bool:
    return all(a < b for a, b in pairwise(values))


def test_each_knob_moves_time_and_memory_the_way_it_should() -> None:
    assert rises([of(epochs=n).seconds for n in (1, 2, 4, 8)])
    assert rises([of(epochs=2, rank=n).seconds for n in (2, 16, 128)])
    assert rises([of(rank=n).memory_bytes for n in (2, 16, 128)])
    assert rises([of(rank=n).disk_bytes for n in (2, 16, 128)])
    assert rises([of(length=n).memory_bytes for n in (64, 128, 256)])
    assert rises([of(epochs=2, batch_tokens=n).steps for n in (2048, 1024, 256)])
    assert of(epochs=2, batch_tokens=256).seconds == pytest.approx(of(epochs=2, batch_tokens=2048).seconds, rel=0.15)
    for same in ({"learning_rate": 0.01}, {"warmup": 0.3}, {"seed": 7}):
        assert (of(epochs=2, **same).seconds, of(epochs=2).seconds) == (of(epochs=2).seconds, of(epochs=2).seconds)


def test_the_ways_differ_by_their_time_on_a_slow_machine_and_by_their_passes_on_a_fast_one() -> None:
    slow = HERE.model_copy(update={"paces": {"bf16": PACE.model_copy(update={"seconds_a_token": 0.01})}})
    presets: tuple[budget.Preset, ...] = ("quick", "normal", "thorough")
    took = [estimate(Hyperparameters(preset=preset), FACTS, slow).seconds for preset in presets]
    assert rises(took)
    assert all(
        seconds < 1.3 * budget.SECONDS[p] + PACE.start_seconds for p, seconds in zip(presets[1:], took[1:], strict=True)
    )
    assert of(preset="thorough").passes > 1.5 * of(preset="normal").passes


def test_what_was_measured_is_what_is_said() -> None:
    measured = PACE.model_copy(update={"rows": of(epochs=3).rows, "whole": True})
    found = estimate(Hyperparameters(epochs=3), FACTS, HERE.model_copy(update={"paces": {"bf16": measured}}))
    assert found.measured
    assert found.memory_bytes == PACE.peak_bytes
    steps = found.steps * 1024 * 0.004
    assert 12 + steps < found.seconds < 12 + 1.4 * steps, "the rest is measuring and writing"
    assert not estimate(Hyperparameters(), FACTS, HERE.model_copy(update={"paces": {}})).measured


def test_a_text_longer_than_an_example_is_counted_in_its_pieces() -> None:
    whole, cut = of(length=512), of(length=64)
    assert (whole.longer, cut.longer) == (0, 4)
    assert cut.train_tokens == whole.train_tokens == 360 * 50 + 4 * 400
    assert cut.entries == 360 + 4 * 7
    assert estimate(Hyperparameters(length=64), FACTS, HERE, drop=True).train_tokens == 360 * 50


def test_what_does_not_fit_is_a_problem() -> None:
    tight = HERE.model_copy(update={"free_bytes": 10**9})
    assert estimate(Hyperparameters(), FACTS, tight).problem == "memory"
    assert estimate(Hyperparameters(rank=64), FACTS, HERE.model_copy(update={"free_disk": 10**8})).problem == "disk"
    assert of().problem is None


def test_a_precision_that_does_not_fit_is_not_changed_in_silence() -> None:
    need = budget.memory_needed(SMOLLM2, "bf16", 1, 400, gradient_checkpointing=True)
    tight = HERE.model_copy(update={"free_bytes": int(1.05 * need / budget.ROOM), "paces": {}})
    for asked, told in (("fp32", True), ("bf16", False), (None, False)):
        given = Hyperparameters(precision=asked, length=400)
        assert estimate(given, FACTS, tight).precision == "bf16"
        notices = {notice.message.id for notice in settings_block(FACTS, given, tight).notices}
        assert ("fine_tune.only_16_bits" in notices) == told


def test_the_size_that_is_said_to_fit_does() -> None:
    free = 8 * 10**9
    most = SMOLLM2.model_copy(update={"parameters": budget.fitting_millions(free) * 10**6})
    assert fits(most, 64, 1, free)
    assert budget.fitting_millions(10**8) == 0


# --- defaults ---------------------------------------------------------------------------------------------------------


def test_defaults_follow_from_the_goal_and_the_amount_of_text() -> None:
    assert (
        supervised(Hyperparameters())
        == supervised(Hyperparameters(goal="form"))
        == supervised(Hyperparameters(goal="task"))
        == "answers"
    )
    assert supervised(Hyperparameters(goal="style")) == "everything"
    assert supervised(Hyperparameters(goal="style", graded="answers")) == "answers"
    little, much = resolved(Hyperparameters(), 600), resolved(Hyperparameters(), 1_000_000)
    assert (little.batch_tokens, much.batch_tokens) == (64, 1024)
    assert (little.learning_rate, much.learning_rate) == (RATE / 2, RATE)
    assert (little.rank, resolved(Hyperparameters(), 20_000).rank, much.rank) == (8, 16, 32)
    assert resolved(Hyperparameters(rank=4, learning_rate=1.0), 600).model_dump(include={"rank", "learning_rate"}) == {
        "rank": 4,
        "learning_rate": 1.0,
    }
    assert usual_rank(0) == 8


def test_of_everything_what_is_asked_is_learnt_too(tiny_model: Path) -> None:
    tokenizer = open_tokenizer(tiny_model)
    pair = [Unit("Buenos Aires", prompt="¿Capital?")]
    (answers,), (everything,) = examples(pair, tokenizer, 256), examples(pair, tokenizer, 256, "everything")
    assert answers.ids == everything.ids
    assert sum(kind != READ for kind in everything.kinds) > sum(kind != READ for kind in answers.kinds)
    assert everything.characters == len("¿Capital?Buenos Aires")


# --- the skills -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(CURRICULUM)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Nothing so small gains from two."""
    import torch

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget, "set_threads", lambda: torch.set_num_threads(1))
        yield


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> tuple[Context, TrainingPlan, list[Event]]:
    """A home with verses where the tiny model was rehearsed, and a run of two passes with its events."""
    workspace = Workspace(tmp_path_factory.mktemp("home"))
    add_dataset(workspace, VERSES)
    events: list[Event] = []
    ctx = Context(workspace, "es", events.append, weights=tiny_model, run_dir=workspace.runs / "run-1")
    workspace.runs.joinpath("run-1").mkdir(parents=True)
    return ctx, rehearse(PlanInputs(epochs=2), ctx), events


def test_a_rehearsal_is_kept_and_the_plan_follows_it(measured: tuple[Context, TrainingPlan, list[Event]]) -> None:
    ctx, planned, _ = measured
    assert ctx.weights is not None
    (pace,) = read_paces(ctx.workspace.home)[ctx.weights.name].values()
    assert planned.estimate.measured
    assert planned.estimate.memory_bytes == pytest.approx(GROWS * pace.peak_bytes, rel=0.01)
    assert planned.offers() == ()


@pytest.mark.slow
def test_a_run_takes_about_what_was_estimated(measured: tuple[Context, TrainingPlan, list[Event]]) -> None:
    """Within four times and two seconds: the tiny model's steps take milliseconds, on a machine that does other things,
    and what is measured once, cold, counts a second."""
    ctx, planned, events = measured
    began = time.monotonic()
    result = fine_tune(FineTuneInputs(epochs=2, rank=4), ctx)
    took = time.monotonic() - began
    last = [event for event in events if isinstance(event, Metric)][-1]
    assert result.steps == planned.estimate.steps
    assert result.passes == pytest.approx(planned.estimate.passes)
    assert last.step == result.steps
    assert took / 4 < planned.estimate.seconds < 4 * took + 2
    assert result.settings["rank"] == 4
    assert result.settings["learning_rate"] == usual_rate(0)
    names = {metric.name for metric in result.metrics}
    assert {"memory_bytes", energy.ESTIMATED} <= names or {"memory_bytes", energy.MEASURED} <= names


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lesson_on_knobs_names_the_default_rate(language: Language) -> None:
    lesson = (CURRICULUM / "lessons" / "knobs" / f"{language}.md").read_text("utf-8")
    little, usual = (Words(language).fill("{n:exact}", {"n": usual_rate(tokens)}) for tokens in (0, LITTLE))
    assert re.search(rf": {little} [^.\n]* {usual} [^.\n]*\.", lesson)
    assert f"\n{little}\n" in lesson


def test_facts_are_said_to_be_the_wrong_tool(measured: tuple[Context, TrainingPlan, list[Event]]) -> None:
    ctx, _, _ = measured
    told = {n.message.id for n in settings_block(FACTS, Hyperparameters(goal="facts"), HERE).notices}
    assert "plan_training.advice.facts" in told
    events: list[Event] = []
    again = dataclasses.replace(ctx, emit=events.append, run_dir=ctx.workspace.runs / "run-2")
    (ctx.workspace.runs / "run-2").mkdir()
    fine_tune(FineTuneInputs(goal="facts", max_steps=2, precision="fp32"), again)
    assert "fine_tune.goal.facts" in {e.message.id for e in events if isinstance(e, Noticed)}


def refused(ctx: Context, error: type[UserError], **inputs: Any) -> UserError:
    with pytest.raises(error) as caught:
        fine_tune(FineTuneInputs(**inputs), ctx)
    for language in LANGUAGES:
        assert all(Words(language).error(caught.value).values())
        assert all(Words(language)(offer.label) for offer in caught.value.offers)
    return caught.value


def test_what_cannot_finish_is_refused_with_what_could(
    measured: tuple[Context, TrainingPlan, list[Event]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found, _, _ = measured
    assert found.run_dir is not None
    ctx = dataclasses.replace(found, run_dir=found.workspace.runs / "run-3")
    with monkeypatch.context() as patch:
        patch.setattr(memory, "free_memory", lambda: 1_000_000_000)
        short = refused(ctx, budget.DoesNotFit, batch_tokens=4096, length=256)
        assert short.offers == ()
        assert short.values["kind"] == "nothing"
        talks = tmp_path / "tokenizer"  # of a model that only talks
        talks.mkdir()
        refused(dataclasses.replace(ctx, tokenizers={"talks": talks}), budget.DoesNotFit, batch_tokens=4096, length=256)
        assert short.values["need"] > short.values["free"] * 0.6  # type: ignore[operator]
    with monkeypatch.context() as patch:
        patch.setattr(Workspace, "free_bytes", lambda self: 60_000)
        (offer,) = refused(ctx, DiskFull, rank=64).offers
        assert offer.inputs["rank"] < 64
        assert budget.disk_needed(budget.shape_of(ctx.weights), offer.inputs["rank"]) <= 60_000  # type: ignore[arg-type]
    bring(ctx.workspace, "long.txt", [Row(text=f"{verse} " * 9) for verse in VERSES])
    dropped = refused(ctx, TooLittleText, length=16, long="drop", file="long")
    assert dropped.values["kind"] == "dropped"
    assert {offer.inputs["long"] for offer in dropped.offers} == {"split", "drop"}
    empty = bring(ctx.workspace, "vacías.csv", [Row(prompt=f"¿{n}?", completion=" ") for n in range(9)], "pairs")
    assert refused(ctx, TooLittleText, file=empty.id).values["kind"] == "answers"
    with monkeypatch.context() as patch:
        patch.setattr(data, "examples", lambda *args: list(map(_only_read, examples(*args))))
        refused(ctx, NothingSupervised, file="ds-1")
    assert not (found.workspace.runs / "run-3" / "plan.json").exists()


def _only_read(example: Any) -> Any:
    return dataclasses.replace(example, kinds=(READ,) * len(example))


def test_a_shorter_example_is_offered_where_it_fits(
    measured: tuple[Context, TrainingPlan, list[Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tiny model's memory hardly depends on the length: a larger one's shape stands in for it."""
    ctx, _, _ = measured
    monkeypatch.setattr(budget, "shape_of", lambda weights: SMOLLM2)
    need = [budget.memory_needed(SMOLLM2, "bf16", 1, n, gradient_checkpointing=True) for n in (128, 256)]
    error = budget.DoesNotFit(need=need[1], free=int(sum(need) / 2 / 0.6), millions=1)
    told = refusals.too_large(error, resolved(Hyperparameters(), 900), ctx, "ds-1", 256)
    assert [offer.inputs["length"] for offer in told.offers] == [128]
    assert told.values["kind"] == "shorter"


# --- what comes after -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "reasons", "changed"),
    [
        ("broke", (), {"learning_rate": 0.1}),
        ("by_heart", (), {"epochs": 4}),
        ("barely", (), {"preset": "thorough"}),
        ("nothing", (), {"preset": "thorough"}),
        ("nothing", ("no_order",), None),
        ("learnt", (), None),
    ],
)
def test_one_thing_is_proposed_next(verdict: Any, reasons: Any, changed: dict[str, Any] | None) -> None:
    result = FineTuneResult.model_construct(
        run="run-1", verdict=verdict, reasons=reasons, documents=200, passes=8.0, dataset="versos.txt",
        settings={"file": "ds-1", "learning_rate": 1.0, "preset": "quick", "rank": 8, "epochs": 8.0},
    )  # fmt: skip
    again = [offer for offer in result.offers() if offer.skill == "fine_tune"]
    assert len(again) == (changed is not None)
    for offer in again:
        assert offer.inputs | changed == offer.inputs  # type: ignore[operator]
        assert offer.inputs["rank"] == 8
        FineTuneInputs(**offer.inputs)
    assert ("compare_models" in {offer.skill for offer in result.offers()}) == (verdict != "broke")
    for offer in result.offers():
        assert offer.inputs.keys() <= skills.skill(offer.skill).Inputs.model_fields.keys()


def test_a_text_too_short_to_learn_from_is_not_trained_on_again() -> None:
    few: dict[str, Any] = {"documents": 12, "passes": 12.0, "settings": {}, "run": "run-1"}
    result = FineTuneResult.model_construct(verdict="by_heart", reasons=(), **few)
    assert not [offer for offer in result.offers() if offer.skill == "fine_tune"]


def test_files_of_an_earlier_version_are_read(tmp_path: Path) -> None:
    """Gradient checkpointing was called `recompute` in the files of a home and of a run."""
    earlier = PACE.model_dump_json().replace("gradient_checkpointing", "recompute")
    (tmp_path / "pace.json").write_text(f'{{"smollm2": {{"bf16": {earlier}}}}}', "utf-8")
    assert read_paces(tmp_path) == {"smollm2": {"bf16": PACE}}
    assert State.model_validate_json('{"micro_rows": 2, "recompute": true}').gradient_checkpointing


def test_electricity_is_read_where_it_can_be_and_goes_on_after_a_resume(tmp_path: Path) -> None:
    counter = tmp_path / "intel-rapl:0"
    counter.mkdir()
    (counter / "max_energy_range_uj").write_text("1000000000\n")
    (counter / "energy_uj").write_text("999000000\n")
    meter = EnergyMeter(tmp_path)
    (counter / "energy_uj").write_text("35000000\n")  # it began again at its largest value: 1 J and 35 J
    assert meter.total(()) == (energy.MEASURED, pytest.approx(0.01))
    guess = EnergyMeter(tmp_path / "none").total([Metric(step=3, name=energy.MEASURED, value=2.0)])
    assert guess[0] == energy.ESTIMATED
    assert 2.0 <= guess[1] < 2.1


# --- the card ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_stop_of_every_knob_has_words(language: Any) -> None:
    for goal in ("style", "form", "task", "facts", None):
        card = block_card(settings_block(FACTS, Hyperparameters(goal=goal), HERE), Words(language))
        assert {knob["name"] for knob in card.props["knobs"]} == set(STOPS)
        assert "plan_training." not in json.dumps(card.props)
    assert all(len(knob["stops"]) > 1 and knob["does"] for knob in card.props["knobs"])


def test_the_card_is_worked_out_anew_for_what_was_moved(workspace: Workspace) -> None:
    first = settings_block(FACTS, Hyperparameters(), HERE)
    moved = settings_card(Asked(inputs={**first.inputs, "rank": 5, "goal": None}, facts=FACTS), workspace)
    rank = next(knob for knob in moved.knobs if knob.name == "rank")
    assert (rank.value, rank.moved, moved.way) == (5, True, None)
    assert [stop.value for stop in rank.stops] == [1, 2, 4, 5, 8, 16, 32, 64, 128]
    assert moved.inputs["rank"] == 5
    assert FineTuneInputs(**moved.inputs).rank == 5
    verse = settings_block(FACTS.model_copy(update={"talks": False}), Hyperparameters(), HERE)
    assert "graded" not in {knob.name for knob in verse.knobs}, "there is nothing to choose in a text alone"


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("rango 8, 3 pasadas", {"rank": 8, "epochs": 3}),
        ("learning rate 0.0003", {"learning_rate": 0.0003}),
        ("tasa de aprendizaje 3e-4", {"learning_rate": 0.0003}),
        ("thorough", {"preset": "thorough"}),
        ("a fondo, con rango 32", {"preset": "thorough", "rank": 32}),
        ("lotes de 512 tokens", {"batch_tokens": 512}),
        ("ejemplos de 128 tokens", {"length": 128}),
        ("entrada en calor 10 %", {"warmup": 0.1}),
        ("warm-up 0.1", {"warmup": 0.1}),
        ("media vuelta no: 0,5 vueltas", {"epochs": 0.5}),
        ("solo las respuestas, 16 bits", {"graded": "answers", "precision": "bf16"}),
        ("objetivo: estilo", {"goal": "style"}),
        ("semilla 7", {"seed": 7}),
        ("¿qué es el rango 8?", {}),
        ("seguir", {}),
    ],
)
def test_settings_can_be_typed(text: str, settings: dict[str, Any]) -> None:
    assert read_settings(text) == settings
    Hyperparameters(**settings)


# --- in the conversation ----------------------------------------------------------------------------------------------


async def with_verses(tmp_path: Path, course: Course) -> Conversation:
    """A conversation in which the learner has brought a text."""
    talk = Conversation(tmp_path / "home", course)
    await talk.opens()
    poem = tmp_path / "versos.txt"
    poem.write_text("\n\n".join(VERSES), "utf-8")
    await talk.uploads(poem)
    return talk


async def test_who_asks_to_train_gets_the_card_and_begins_with_what_is_on_it(
    tmp_path: Path, course: Course, tiny_model: Path
) -> None:
    talk = await with_verses(tmp_path, course)
    talk.worker.weights = tiny_model
    await talk.types("quiero entrenar un modelo")
    assert talk.said[-1].blocks[-1].kind == "settings"
    assert talk.buttons[-1].on_card
    await talk.types("rango 8, 3 pasadas")
    card = talk.said[-1].blocks[-1]
    assert card.kind == "settings"
    assert (card.inputs["rank"], card.inputs["epochs"]) == (8, 3)
    await talk.types("¿qué es el rango 8?")
    assert not talk.runs.runs
    await talk.acts(Intent(name="plan_training", args=card.inputs))
    await talk.types("empezá el entrenamiento")
    (begun,) = talk.runs.begun.values()
    assert (begun["rank"], begun["epochs"]) == (8, 3)


async def test_what_was_said_is_on_the_card_first(tmp_path: Path, course: Course, tiny_model: Path) -> None:
    talk = await with_verses(tmp_path, course)
    talk.worker.weights = tiny_model
    await talk.types("entrená 3 épocas")
    assert not talk.runs.runs, "what takes time is shown on its card first"
    card = talk.dialogue.settings_card
    assert card
    await talk.acts(card.intent)
    (begun,) = talk.runs.begun.values()
    assert begun["epochs"] == 3


async def trains(talk: Conversation) -> None:
    """A training begun from its card."""
    await talk.acts(Intent(name="fine_tune", args={"file": talk.dialogue.memory.dataset, "epochs": 3}))


async def test_what_could_be_done_instead_is_a_button(tmp_path: Path, course: Course) -> None:
    talk = await with_verses(tmp_path, course)
    await trains(talk)
    offer = Offer(label=msg("fine_tune.offer.rank", rank=4), skill="fine_tune", inputs={"rank": 4})
    failed = Failed(code="disk_full", values={"need": 9, "free": 1, "kind": "training"}, offers=(offer,))
    (run,) = talk.runs.runs
    talk.runs.finish(run, {}, "failed", error=failed)
    (told,) = talk.session._ended_runs()
    assert "para entrenar" in told.text  # type: ignore[union-attr]
    assert "Entrenar con rango 4" in [button.label for button in talk.buttons]


async def test_a_failed_run_is_told_once_in_full_and_can_be_tried_again(tmp_path: Path, course: Course) -> None:
    """What happened, why and what to do are in the message; the card says only that it did not get there."""
    talk = await with_verses(tmp_path, course)
    await trains(talk)
    (run,) = talk.runs.runs
    talk.runs.finish(run, {}, "failed", error=Failed(code="out_of_memory"))
    (told,) = talk.session._ended_runs()
    parts = {part: talk.dialogue.words(f"errors.out_of_memory.{part}") for part in ("what", "why", "next")}
    assert all(part in told.text for part in parts.values())  # type: ignore[union-attr]
    shown = json.dumps(run_view(talk.runs.status(run), talk.dialogue.words), ensure_ascii=False)
    assert [part for part in parts if parts[part] in shown] == ["what"]
    await talk.acts(Intent(name="open_run", args={"what": "run", "id": run}))
    assert parts["why"] in talk.said[-1].text  # whoever looks at it later finds it there
    talk.session._dialogue.buttons = told.buttons  # type: ignore[union-attr]
    await talk.clicks("Probar de nuevo")
    assert talk.runs.asked == [(run, "resume")]


async def test_what_to_try_next_is_a_button(tmp_path: Path, course: Course) -> None:
    talk = await with_verses(tmp_path, course)
    await trains(talk)
    (run,) = talk.runs.runs
    again = Offer(label=msg("fine_tune.offer.thorough"), skill="fine_tune", inputs={"preset": "thorough"})
    talk.runs.finish(run, {"run": run}, offers=(again,))
    talk.session._ended_runs()
    await talk.clicks("Entrenar con más tiempo")
    assert [begun.get("preset") for begun in talk.runs.begun.values()] == [None, "thorough"]

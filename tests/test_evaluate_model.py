"""A tuned model examined: on a tiny random one, whole; its parts with figures that can be worked out."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import pytest
import torch
from safetensors.torch import load_file, save_file

import skills
from skills.blocks import Notice, msg
from skills.contract import Context, Ended, Request
from skills.dataset.split_saved import SPLIT, SavedSplit
from skills.errors import RunUnusable
from skills.evaluate_model import EvaluateInputs, run
from skills.evaluation import memorization
from skills.evaluation import report as result_file
from skills.evaluation.bootstrap import Between, coin, mean_gain, share_saved
from skills.evaluation.exam import Exam, exam
from skills.evaluation.exam import read_plan as plan_of
from skills.evaluation.forgetting import Forgetting, chosen, ending, everyday
from skills.evaluation.judgement import Finding, Surprise, SurpriseScore, finding, forgot, task_finding
from skills.evaluation.report import EvaluationResult, _verdict, read_evaluation
from skills.evaluation.surprise import by_text, costs
from skills.evaluation.task import kind_of, task
from skills.fine_tune import run as fine_tune
from skills.model.base import open_base, open_tokenizer, with_adapter
from skills.training import budget
from skills.training.data import read_texts
from skills.training.loss import Cost, cost
from skills.training.units import Unit
from skills.workspace import Workspace
from tests.test_fine_tune import INPUTS, VERSES, add_dataset
from tutor.words import LANGUAGES, Words

POEMS = [
    f"{verse}, {verse.lower()} otra vez\ny {other.lower()}" for verse, other in zip(VERSES, VERSES[5:], strict=False)
]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Iterator[Path]:
    """The home of a workspace with one short run, and its evaluation; tests copy it."""
    home = tmp_path_factory.mktemp("trained")
    workspace = Workspace(home)
    add_dataset(workspace, POEMS)
    with pytest.MonkeyPatch.context() as patch:
        quicker(patch)
        folder = workspace.runs / "run-1"
        folder.mkdir(parents=True)
        fine_tune(INPUTS, Context(workspace=workspace, language="es", weights=tiny_model, run_dir=folder))
        run(EvaluateInputs(), Context(workspace=workspace, language="es", weights=tiny_model))
        yield home


def quicker(patch: pytest.MonkeyPatch) -> None:
    """Nothing so small gains from two threads, or says more in more words."""
    patch.setattr(budget, "set_threads", lambda: torch.set_num_threads(1))
    patch.setattr(memorization, "OPENINGS", 3)
    patch.setattr(memorization, "TOKENS", 12)


@pytest.fixture
def home(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    quicker(monkeypatch)
    return Workspace(shutil.copytree(trained, tmp_path / "copy"))


def context(workspace: Workspace, weights: Path, asked: Sequence[Request | None] = (), **more: Any) -> Context:
    """`asked`: what the learner asks each time the skill looks; nothing after that."""
    asks = iter(asked)
    return Context(workspace=workspace, language="es", weights=weights, requested=lambda: next(asks, None), **more)


def kept(workspace: Workspace) -> EvaluationResult:
    found = read_evaluation(workspace.runs / "run-1")
    assert found is not None
    return found


# --- whole ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_evaluation_is_kept_with_the_run_and_agrees_with_it(home: Workspace) -> None:
    found = kept(home)
    recorded = json.loads((home.runs / "run-1" / "result.json").read_text("utf-8"))
    assert (found.run, found.surprise.part, found.complete, found.problem) == ("run-1", "heldout", True, None)
    assert found.surprise.texts == recorded["heldout_documents"]
    assert found.surprise.base.bits_per_character == pytest.approx(recorded["base_bpc"], rel=1e-4)
    assert found.surprise.tuned.bits_per_character == pytest.approx(recorded["tuned_bpc"], rel=1e-4)
    assert found.surprise.ngram == pytest.approx(recorded["ngram_bpc"], rel=1e-6)
    assert found.surprise.base.perplexity == pytest.approx(math.exp(found.surprise.base.loss))
    assert found.surprise.gain.low <= found.surprise.gain.value <= found.surprise.gain.high
    assert found.surprise.agrees
    assert found.recital is not None
    assert found.recital.copying is not None
    assert found.recital.by_heart is not None
    assert [each.language for each in found.forgetting] == ["es", "en"]
    for offer in found.offers():
        skills.skill(offer.skill).Inputs.model_validate(offer.inputs)
    assert [offer.skill for offer in found.offers()] == ["compare_models", "split_dataset"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_it_shows_has_words(home: Workspace, language: Any) -> None:
    from tutor.terminal.render import draw

    words, found = Words(language), kept(home)
    details = {"barely": ("small_gain", "ngram_as_good", "ngram_unclear"), "nothing": ("no_order", "no_gain")}
    parts = ("test", "heldout", "prompts")
    earlier = ("learnt", "barely", "by_heart", "broke", "nothing")
    told = [draw(block, words) for block in found.blocks()]
    for i, (verdict, reason) in enumerate((v, r) for v in get_args(Finding) for r in details.get(v, ("",))):
        surprise = found.surprise.model_copy(update={"part": parts[i % 3], "watched_base": 3.0, "watched_tuned": 2.0})
        update = {"verdict": verdict, "reasons": (reason, "recites"), "said": earlier[i % 5], "surprise": surprise}
        told += [draw(block, words) for block in _verdict(found.model_copy(update=update))]
    for problem in ("changed", "gone"):
        told += [draw(block, words) for block in _verdict(found.model_copy(update={"problem": problem}))]
    shown = found.model_copy(update={"recital": None, "complete": False})
    assert shown.blocks()[-1] == Notice(message=msg("evaluate_model.partial"))
    assert len(told) > 60
    assert all(told)
    assert all(words(offer.label) for offer in found.offers())


@pytest.mark.slow
def test_an_adapter_without_effect_makes_no_difference(home: Workspace, tiny_model: Path) -> None:
    path = home.runs / "run-1" / "adapter" / "adapter_model.safetensors"
    save_file({name: weight * 0 for name, weight in load_file(path).items()}, path)
    plan = plan_of(home.runs / "run-1").model_copy(update={"precision": "bf16"})
    (home.runs / "run-1" / "plan.json").write_text(plan.model_dump_json(), "utf-8")
    found = run(EvaluateInputs(run="run-1"), context(home, tiny_model))
    assert found.surprise.gain.value == pytest.approx(0, abs=1e-6)
    assert not found.surprise.gain.clear
    assert found.verdict == "nothing"
    assert found.surprise.agrees, "the base costs in bf16 what it cost in fp32, or nearly"
    for each in found.forgetting:
        assert (each.before, each.lost, each.won, each.forgot) == (each.after, 0, 0, False)
    assert found.recital is not None
    assert found.recital.diversity is not None
    assert found.recital.diversity.base == found.recital.diversity.tuned


# --- what can go wrong ------------------------------------------------------------------------------------------------


def test_texts_that_changed_are_not_measured_on(home: Workspace, tiny_model: Path) -> None:
    add_dataset(home, [*POEMS, "uno más, que antes no estaba"])
    found = run(EvaluateInputs(), context(home, tiny_model))
    assert (found.problem, found.surprise.part, found.surprise.ngram) == ("changed", "prompts", None)
    assert found.recital is not None
    assert found.recital.copying is None
    words = Words("es")
    assert words(found.blocks()[0].message).startswith("«ds-1.txt» cambió")  # type: ignore[union-attr]
    assert [offer.skill for offer in found.offers()] == ["compare_models"]


@pytest.mark.slow
def test_texts_that_are_gone_are_said_to_be(home: Workspace, tiny_model: Path) -> None:
    home.delete_dataset("ds-1")
    found = run(EvaluateInputs(), context(home, tiny_model))
    assert (found.problem, found.surprise.part) == ("gone", "prompts")
    (home.runs / "run-1" / "prompts.json").write_text("[]", "utf-8")
    with pytest.raises(RunUnusable) as refused:
        run(EvaluateInputs(), context(home, tiny_model))
    assert refused.value.values["kind"] == "no_texts"


def test_a_damaged_adapter_or_plan_is_refused_in_words(home: Workspace, tiny_model: Path) -> None:
    folder = home.runs / "run-1"
    (folder / "adapter" / "adapter_model.safetensors").write_bytes(b"half a file")
    with pytest.raises(RunUnusable) as refused:
        run(EvaluateInputs(), context(home, tiny_model))
    assert refused.value.values["kind"] == "adapter"
    (folder / "plan.json").write_text("{", "utf-8")
    with pytest.raises(RunUnusable) as refused:
        run(EvaluateInputs(), context(home, tiny_model))
    assert refused.value.values["kind"] == "plan"
    assert kept(home).complete, "what was measured before is still there"


def test_weights_that_give_no_numbers_are_refused(home: Workspace, tiny_model: Path) -> None:
    path = home.runs / "run-1" / "adapter" / "adapter_model.safetensors"
    save_file({name: weight * math.nan for name, weight in load_file(path).items()}, path)
    with pytest.raises(RunUnusable) as refused:
        run(EvaluateInputs(), context(home, tiny_model))
    assert refused.value.values["kind"] == "numbers"


def test_a_file_stands_for_the_run_that_learnt_from_it(home: Workspace, tiny_model: Path) -> None:
    add_dataset(home, POEMS[:10], id="ds-2")
    with pytest.raises(RunUnusable) as refused:
        run(EvaluateInputs(file="ds-2.txt"), context(home, tiny_model))
    assert refused.value.values == {"run": "ds-2.txt", "reason": "no_run_of", "kind": "no_run_of"}
    words = Words("es")
    assert words.error(refused.value)["what"] == "No hay ningún modelo entrenado con «ds-2.txt»."
    with pytest.raises(Ended):
        run(EvaluateInputs(file="ds-1.txt"), context(home, tiny_model, asked=("stop",)))


def test_what_was_measured_when_it_is_stopped_is_kept(home: Workspace, tiny_model: Path) -> None:
    with pytest.raises(Ended) as ended:
        run(EvaluateInputs(), context(home, tiny_model, asked=[None, None, None, "stop"]))
    assert (ended.value.kind, ended.value.kept) == ("stopped", False)
    until: list[Request | None] = [*[None] * 9, "stop"]  # reading, opening, surprise and its six measures
    with pytest.raises(Ended) as ended:
        run(EvaluateInputs(), context(home, tiny_model, asked=until))
    assert ended.value.kept
    partial = ended.value.result
    assert isinstance(partial, EvaluationResult)
    assert (partial.complete, partial.forgetting, partial.recital) == (False, (), None)
    assert partial.blocks()
    assert kept(home).complete, "a whole evaluation is not replaced by part of one"
    (home.runs / "run-1" / result_file.EVALUATION).unlink()
    with pytest.raises(Ended):
        run(EvaluateInputs(), context(home, tiny_model, asked=until))
    assert kept(home).complete is False


# --- the exam ---------------------------------------------------------------------------------------------------------


def test_the_exam_is_the_test_part_of_the_split_the_run_had(home: Workspace, tiny_model: Path) -> None:
    folder = home.runs / "run-1"
    sides = SavedSplit(
        digest="", by="row", seed=0, shares={}, aside=(),
        train=tuple(range(1, 25)), validation=tuple(range(25, 29)), test=tuple(range(29, 32)),
    )  # fmt: skip
    (folder / SPLIT).write_text(sides.model_dump_json(), "utf-8")
    ctx = context(home, tiny_model)
    digest = read_texts(ctx, tiny_model, "ds-1", 256, split_of=folder).digest
    plan = plan_of(folder).model_copy(update={"data_digest": digest})
    found = exam(ctx, tiny_model, folder, plan, open_tokenizer(tiny_model))
    assert found.part == "test"
    assert [unit.text for unit in found.units] == POEMS[28:31]
    assert [unit.text for unit in found.heldout] == POEMS[24:28]
    assert len(found.train) == 24


def test_costs_are_those_of_each_text(tiny_model: Path) -> None:
    tokenizer = open_tokenizer(tiny_model)
    model = with_adapter(open_base(tiny_model, "fp32"), 4, 0)
    texts = by_text([Unit(text=text) for text in [*POEMS[:5], "x" * 300, POEMS[0]]], tokenizer, 64)
    assert len(texts[5]) > 1, "a long one is cut, and still one text"
    together = costs(model, texts, 64, 2)
    for made, found in zip(texts, together, strict=True):
        alone = cost(model, made, 64, 2)
        assert (found.tokens, found.characters) == (alone.tokens, alone.characters)
        assert found.nats == pytest.approx(alone.nats, rel=1e-4)


# --- chance -----------------------------------------------------------------------------------------------------------


def test_a_difference_is_clear_when_no_drawing_undoes_it() -> None:
    before = [10.0, 20.0, 30.0, 15.0, 25.0, 12.0]
    same = share_saved(before, before)
    assert (same.value, same.low, same.high, same.clear) == (0, 0, 0, False)
    less = share_saved(before, [cost * 0.8 for cost in before])
    assert less.value == pytest.approx(0.2)
    assert less.clear
    assert not share_saved(before[:4], [cost * 0.8 for cost in before[:4]]).clear, "four texts prove nothing"
    mixed = share_saved(before, [5.0, 28.0, 20.0, 24.0, 20.0, 14.0])
    assert not mixed.clear
    assert share_saved(before, [5.0, 28.0, 20.0, 24.0, 20.0, 14.0]) == mixed, "the dice are fixed"
    assert mean_gain([0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 0]).value == pytest.approx(5 / 6)


def test_a_coin() -> None:
    assert coin(4, 3) == 5 / 16
    assert (coin(0, 0), coin(5, 5)) == (1, 1 / 32)


# --- forgetting -------------------------------------------------------------------------------------------------------


def test_the_everyday_questions_are_whole() -> None:
    asked = everyday()
    assert set(asked) == set(LANGUAGES)
    for each in asked.values():
        assert (len(each.endings), len(each.texts)) == (20, 10)
        for beginning, *ends in each.endings:
            assert len(set(ends)) == 4, beginning
            assert all(isinstance(end, str) for end in ends), "YAML reads yes and no as truth values"
        assert len({beginning for beginning, *_ in each.endings}) == 20


def test_only_the_ending_is_graded(tiny_model: Path) -> None:
    tokenizer = open_tokenizer(tiny_model)
    made = ending("El agua está hecha de", "hierro", tokenizer)
    supervised = [id for id, kind in zip(made.ids, made.kinds, strict=True) if kind]
    assert tokenizer.decode(supervised).strip() == "hierro"
    assert chosen([Cost(2.0, 1, 4), Cost(2.0, 1, 8), Cost(1.5, 1, 4)]) == 1, "the length of a word does not count"


def lost(lost: int, won: int, dearer: float = 0.0) -> Forgetting:
    between = Between(value=dearer, low=dearer - 0.01, high=dearer + 0.01, texts=10)
    return Forgetting(
        language="es", questions=20, options=4, before=10, after=10 - lost + won, lost=lost, won=won,
        base_bpc=1, tuned_bpc=1 + dearer, dearer=between,
    )  # fmt: skip


def test_forgetting_is_more_than_chance() -> None:
    assert lost(5, 0).forgot
    assert not lost(3, 2).forgot
    assert not lost(0, 6).forgot, "what was won is not forgotten"
    assert lost(0, 0, dearer=0.3).forgot
    assert not lost(0, 0, dearer=0.05).forgot
    assert forgot((lost(0, 0), lost(6, 0)))


# --- verdicts ---------------------------------------------------------------------------------------------------------


def surprised(base: float, tuned: float, ngram: float, clear: bool = True, over: bool = True, **more: Any) -> Surprise:
    def score(loss: float) -> SurpriseScore:
        return SurpriseScore(loss=loss, perplexity=math.exp(loss), bits_per_character=loss)

    gain, width = 1 - tuned / base, 0.01 if clear else 1.0
    ahead, room = 1 - tuned / ngram, 0.0 if over else 1.0
    known: dict[str, Any] = {"train_base": score(base), "train_tuned": score(tuned), "order": 0.8}
    return Surprise(
        part="heldout", texts=20, characters=1000, base=score(base), tuned=score(tuned), ngram=ngram,
        gain=Between(value=gain, low=gain - width, high=gain + width, texts=20),
        over_ngram=Between(value=ahead, low=ahead - room, high=ahead + room, texts=20),
        watched_base=None, watched_tuned=None, recorded_base=base, measured_base=base, **(known | more),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (surprised(3.0, 2.4, 2.6), "learnt"),
        (surprised(3.0, 2.4, 2.6, clear=False), "unclear"),
        (surprised(3.0, 2.4, 2.41, over=False), "barely"),
        (surprised(3.0, 2.4, 2.0), "barely"),
        (surprised(3.0, 2.9, 3.5), "barely"),
        (surprised(3.0, 2.99, 3.5), "nothing"),
        (surprised(3.0, 3.4, 3.5), "worse"),
        (surprised(3.0, 2.4, 2.6, order=0.99), "nothing"),
        (
            surprised(3.0, 2.9, 2.6, train_tuned=SurpriseScore(loss=1.0, perplexity=2.7, bits_per_character=1.0)),
            "by_heart",
        ),
        (
            surprised(3.0, 0.02, 0.4, train_tuned=SurpriseScore(loss=0.01, perplexity=1.0, bits_per_character=0.01)),
            "learnt",
        ),
        (surprised(3.0, 2.4, 2.6, train_base=None, train_tuned=None, order=None), "learnt"),
    ],
)
def test_the_verdict_follows_from_the_numbers(measured: Surprise, expected: str) -> None:
    assert finding(measured, None)[0] == expected


# --- tasks ------------------------------------------------------------------------------------------------------------


def pairs(answers: Sequence[str]) -> tuple[Unit, ...]:
    return tuple(Unit(text=answer, prompt=f"¿Qué es la cosa número {i}?") for i, answer in enumerate(answers))


def examined(units: tuple[Unit, ...], train: tuple[Unit, ...]) -> Exam:
    return Exam(
        part="heldout", units=units, heldout=(), train=train, known=(), language="es", length=256, dataset="d", name="d"
    )


def test_few_short_answers_are_labels() -> None:
    assert kind_of(["Animal", "planta", "animal.", "planta", "animal", "planta"], "es") == "labels"
    assert kind_of(["uno", "dos", "tres", "cuatro", "cinco", "seis"], "es") == "short"
    assert kind_of(["una respuesta bastante más larga que ocho palabras, para que no quede duda"] * 6, "es") == "long"


def test_a_task_is_measured_beside_the_simplest_answers(tiny_model: Path) -> None:
    tokenizer = open_tokenizer(tiny_model)
    right = ["animal", "planta"] * 6
    units = pairs(right)
    queue = list(right)

    def knows(prompts: Sequence[Sequence[int]], temperature: float) -> list[str]:
        assert temperature == 0
        said, queue[:] = queue[: len(prompts)], queue[len(prompts) :]
        return [f" {answer.upper()}. " for answer in said]

    found = task(
        examined(units, pairs(["animal", "planta", "animal"] * 4)),
        lambda prompts, temperature: ["no sé"] * len(prompts),
        knows,
        tokenizer,
    )
    assert found is not None
    assert (found.kind, found.asked, found.majority, found.simple) == ("labels", 12, "animal", "majority")
    assert found.scores["accuracy"] == {"base": 0, "tuned": 1, "majority": 0.5}
    assert found.scores["macro_f1"]["majority"] == pytest.approx(1 / 3)
    assert task_finding(found) == "beats"


def test_always_the_same_answer_is_no_better_than_the_baseline(tiny_model: Path) -> None:
    tokenizer = open_tokenizer(tiny_model)
    always = lambda prompts, temperature: ["animal"] * len(prompts)  # noqa: E731
    found = task(examined(pairs(["animal", "planta"] * 6), pairs(["animal"] * 12)), always, always, tokenizer)
    assert found is not None
    assert task_finding(found) == "no_better"
    assert found.over_base.value == 0


def test_no_more_is_asked_when_the_time_is_over(tiny_model: Path) -> None:
    tokenizer = open_tokenizer(tiny_model)
    always = lambda prompts, temperature: ["animal"] * len(prompts)  # noqa: E731
    ticks = iter([0.0, 1000.0])
    found = task(
        examined(pairs(["animal"] * 20), pairs(["animal"] * 12)), always, always, tokenizer, lambda: next(ticks)
    )
    assert found is not None
    assert (found.asked, found.of) == (8, 20)

"""Base, tuned, another run and the letter counter on the same prompts, with the same dice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skills.compare_models import CompareInputs, run
from skills.contract import Advanced, Context, Ended, Event
from skills.errors import RunUnusable
from skills.model.ngram import CharacterNgram, write_by_counting
from skills.training.runs import find_run, known_runs
from skills.training.writing import to_a_close, to_a_word
from skills.workspace import Workspace
from tutor.authoring.eval.made_runs import make_run
from tutor.authoring.eval.scripted import ScriptedVoices as FakeVoices


@pytest.fixture
def two(workspace: Workspace) -> tuple[Path, Path]:
    """Two runs, the older first."""
    return make_run(workspace, "run-a", at=1000), make_run(workspace, "run-b", at=2000)


@pytest.fixture
def ask(ctx: Context) -> Context:
    return replace(ctx, voices=FakeVoices())


def test_each_prompt_is_continued_with_the_same_seed(two: tuple[Path, Path], ask: Context) -> None:
    result = run(CompareInputs(), ask)
    assert (result.run, result.other, result.called) == ("run-b", "base", "Versos 2")
    assert [pair.prompt for pair in result.pairs] == [f"comienzo {n}" for n in range(4)]
    assert [pair.tuned for pair in result.pairs] == [f" run-b sigue {n} con {n}." for n in range(4)]
    assert [pair.base for pair in result.pairs] == [f" base sigue {n} con {n}." for n in range(4)]
    assert all(set(pair.order) == {"tuned", "base"} for pair in result.pairs)
    options = {name: [o for _, o in voice.asked] for name, voice in ask.voices.voices.items()}  # type: ignore[union-attr]
    assert options["base"] == options["run-b"]


def test_another_seed_is_other_prompts_and_other_dice(two: tuple[Path, Path], ask: Context) -> None:
    first, second = run(CompareInputs(), ask), run(CompareInputs(seed=1), ask)
    assert not {(p.prompt, p.seed) for p in first.pairs} & {(p.prompt, p.seed) for p in second.pairs}
    assert first.offers()[0].inputs["seed"] == 1
    assert {pair.order for seed in range(4) for pair in run(CompareInputs(seed=seed), ask).pairs} == {
        ("tuned", "base"),
        ("base", "tuned"),
    }


def test_a_prompt_of_the_learners_is_drawn_several_times(two: tuple[Path, Path], ask: Context) -> None:
    result = run(CompareInputs(prompts=("La luna",)), ask)
    assert [(pair.prompt, pair.seed, pair.reference) for pair in result.pairs] == [
        ("La luna", n, None) for n in range(4)
    ]


def test_two_runs_against_each_other(two: tuple[Path, Path], ask: Context) -> None:
    result = run(CompareInputs(run="2", other="1"), ask)
    assert (result.run, result.other, result.other_called) == ("run-b", "run-a", "Versos")
    assert [pair.other for pair in result.pairs] == [f" run-a sigue {n} con {n}." for n in range(4)]
    assert set(result.pairs[0].order) == {"tuned", "other"}
    assert ask.voices.opened == ["run-b", "run-a", "base"]  # type: ignore[union-attr]
    columns = next(block for block in result.blocks() if block.kind == "compare").columns
    assert [column.role for column in columns] == ["base", "tuned", "yours", "heldout"]


def test_a_run_is_found_by_its_number(two: tuple[Path, Path], workspace: Workspace) -> None:
    assert [find_run(workspace, name).name for name in ("1", "2", "-1", "-2", "run-a", None)] == [
        "run-a", "run-b", "run-b", "run-a", "run-a", "run-b",
    ]  # fmt: skip
    assert [known.number for known in known_runs(workspace)] == [2, 1]
    with pytest.raises(RunUnusable):
        find_run(workspace, "3")


def test_without_the_texts_the_counter_is_missing_and_it_is_said(two: tuple[Path, Path], ask: Context) -> None:
    result = run(CompareInputs(), ask)
    assert not any(pair.counter for pair in result.pairs)
    assert [b.message.id for b in result.blocks() if b.kind == "notice"] == ["compare_models.no_counter"]


def test_a_stop_ends_it_with_nothing(two: tuple[Path, Path], ask: Context, events: list[Event]) -> None:
    def requested() -> str | None:
        return "stop" if sum(isinstance(event, Advanced) for event in events) > 2 else None

    with pytest.raises(Ended) as ended:
        run(CompareInputs(), replace(ask, requested=requested))  # type: ignore[arg-type]
    assert not ended.value.kept


def test_how_long_it_still_takes_is_told_from_the_second_text_on(
    two: tuple[Path, Path], ask: Context, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten seconds a text of a model; the letter counter takes none, nor does a model count twice for being opened."""
    voices: Any = ask.voices
    monkeypatch.setattr("time.monotonic", lambda: 10.0 * sum(len(voice.asked) for voice in voices.voices.values()))
    run(CompareInputs(), ask)
    told = {event.done: event.eta for event in reversed(events) if isinstance(event, Advanced)}
    assert [told[done] for done in range(9)] == [None, None, 60, 50, 40, 30, 20, 10, 0]


def test_the_letter_counter_writes_what_it_has_read() -> None:
    counter = CharacterNgram(["una rama y otra rama " * 40])
    written = write_by_counting(counter, "una ", 30, seed=1)
    assert written == write_by_counting(counter, "una ", 30, seed=1)
    assert len(written) == 30
    assert "rama" in written
    assert write_by_counting(CharacterNgram(["sí"] * 50), "s", 30, seed=0) == "í"


@pytest.mark.parametrize(
    ("cut", "ended"),
    [
        ("Se fue. Volvió despacio por la orilla. Y ent", "Se fue. Volvió despacio por la orilla."),
        ("Se fue. Y nunca más volvió por la orilla del ri", "Se fue. Y nunca más volvió por la orilla del…"),
        ("que me sirven de rosario\ny lo rezo por la noc", "que me sirven de rosario"),
        ("«¿Adónde vas?»", "«¿Adónde vas?»"),
        ("pala", "pala…"),
        ("la mar, que", "la mar…"),
        ("", ""),
    ],
)
def test_a_text_that_was_cut_is_ended_where_something_ends(cut: str, ended: str) -> None:
    assert to_a_close(cut) == ended


@pytest.mark.parametrize(
    ("cut", "ended"),
    [
        ("que me sirven de rosario\ny lo rezo por la noc", "que me sirven de rosario\ny lo rezo por la…"),
        ("Se fue.", "Se fue."),
        ("pala", "pala…"),
    ],
)
def test_a_sample_that_was_cut_loses_no_more_than_a_word(cut: str, ended: str) -> None:
    assert to_a_word(cut) == ended

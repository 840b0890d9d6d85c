"""Bets that were a choice beside what came of them, in words."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from skills.blocks import Bet
from tests.conversation import Conversation
from tests.test_session import FINE_TUNED, VERSES, begin, to_step
from tutor.authoring.check import check
from tutor.course.model import Course, Predict, Run, Say, Wait
from tutor.dialogue import blind_comparison
from tutor.dialogue.bets import bets, fields
from tutor.dialogue.skill_calls import Outcome
from tutor.learner.events import Predicted, Voted
from tutor.settings import CURRICULUM
from tutor.turn import Intent, Said

ASKED_FOR = {"decide/goal", "decide/often", "decide/stakes", "decide/rights", "decide/checking"}
NO_BETS = ASKED_FOR | {"should-tune/goal", "lengths/limit"}
"""Choices that are no bets: answers that a skill works with."""
IN_A_TABLE = {"readiness/bet"}
"""What came is four verdicts at once, in the table below the result."""


def seen(talk: Conversation) -> list[Bet]:
    return [block for said in talk.said if isinstance(said, Said) for block in said.blocks if isinstance(block, Bet)]


def test_every_choice_that_is_a_bet_is_shown_beside_what_came(course: Course) -> None:
    asked = {
        f"{lesson.id}/{step.id}"
        for lesson in course.lessons.values()
        for step in lesson.steps
        if isinstance(step, Predict) and step.format == "choice"
    }
    shown = {
        step.bet if "/" in step.bet else f"{lesson.id}/{step.bet}"
        for lesson in course.lessons.values()
        for step in lesson.steps
        if isinstance(step, Say | Run | Wait) and step.bet
    }
    assert asked - NO_BETS - IN_A_TABLE == shown


async def test_a_choice_stands_beside_what_is_said_of_it(talk: Conversation) -> None:
    await begin(talk)
    await talk.acts(Intent(name="start_lesson", args={"lesson": "curves"}))
    await to_step(talk, "bet")
    label = talk.buttons[1].label
    await talk.clicks(label)
    assert seen(talk)[-1:] == [Bet(yours=label, came="Memoriza: baja la de lo que estudia y sube la reservada")]


async def test_who_made_no_bet_is_shown_none(talk: Conversation) -> None:
    await begin(talk)
    await talk.acts(Intent(name="start_lesson", args={"lesson": "curves"}))
    await to_step(talk, "check")
    assert seen(talk) == []


async def test_the_bet_of_an_earlier_lesson_stands_beside_the_result_of_its_training(
    talk: Conversation, tmp_path: Path
) -> None:
    await begin(talk)
    verses = tmp_path / "coplas.txt"
    verses.write_text(VERSES, "utf-8")
    await talk.uploads(verses)
    await talk.acts(Intent(name="start_lesson", args={"lesson": "fine-tune"}))
    await to_step(talk, "bet")
    label = talk.buttons[0].label
    await talk.clicks(label)
    (run,) = talk.runs.runs
    talk.runs.finish(run, FINE_TUNED)
    await talk.acts(Intent(name="start_lesson", args={"lesson": "compare"}))
    await to_step(talk, "ready")
    came = "Bits por letra en textos tuyos que no leyó: antes 2,50, ahora 1,90"
    assert seen(talk)[-1:] == [Bet(yours=label, came=came)]


@pytest.mark.parametrize(
    ("votes", "told"), [(("tuned", "base", "same"), "una vez de 3"), (("tuned",) * 3, "3 veces de 3")]
)
async def test_after_the_votes_the_bet_stands_beside_their_count(
    talk: Conversation, votes: tuple[str, ...], told: str
) -> None:
    await begin(talk)
    await talk.acts(Intent(name="start_lesson", args={"lesson": "compare"}))
    recorded = json.loads((CURRICULUM / "lessons/compare/recorded/blind.es.json").read_text("utf-8"))
    result = recorded["result"]
    talk.dialogue.record(Predicted(at="compare/bet", value="sometimes"))
    talk.dialogue.move("begin", "compare", "blind")
    pairs = result["pairs"][:3]
    outcome = Outcome(result=result | {"pairs": pairs, "comparison": "c"}, blocks=(), offers=())
    talk.dialogue.record(Voted(run="c", votes=votes))
    said = blind_comparison.ask(talk.dialogue, outcome)
    (bet,) = [block for block in said.blocks if isinstance(block, Bet)]
    assert bet.yours == "A veces"
    assert str(bet.came).endswith(told)


def test_what_was_recorded_has_all_that_is_said_to_have_come(course: Course, talk: Conversation) -> None:
    checked = 0
    for lesson in course.lessons.values():
        for step in lesson.steps:
            path = CURRICULUM / "lessons" / lesson.id / "recorded" / f"{step.id}.es.json"
            if not isinstance(step, Run | Wait) or not step.bet or not step.came or not path.exists():
                continue
            at = step.bet if "/" in step.bet else f"{lesson.id}/{step.bet}"
            talk.dialogue.record(Predicted(at=at, value="x"))
            talk.dialogue.move("begin", lesson.id, step.id)
            result = json.loads(path.read_text("utf-8"))["result"]
            (bet,) = bets(talk.dialogue, step, result)
            assert "{" not in str(bet.came)
            checked += 1
    assert checked >= 3


def test_a_result_is_named_by_its_parts() -> None:
    found: Any = fields({"costs": [{"own": 1.5}], "name": "x"})
    assert "{0.costs.0.own} {0.name}".format(found) == "1.5 x"


@pytest.mark.slow
def test_a_bet_that_nobody_made_and_one_without_words_are_mistakes(tmp_path: Path) -> None:
    root = tmp_path / "curriculum"
    shutil.copytree(CURRICULUM, root)
    lesson = root / "lessons/curves/lesson.yaml"
    lesson.write_text(lesson.read_text("utf-8").replace("kind: say, bet: bet", "kind: say, bet: nothing"), "utf-8")
    words = root / "lessons/knobs/es.md"
    text = words.read_text("utf-8")
    words.write_text(text[: text.index("## turns:came")] + text[text.index("## rate") :], "utf-8")
    found = [str(mistake) for mistake in check(root)]
    assert any("curves" in mistake and "nothing" in mistake for mistake in found), found
    assert any("knobs" in mistake and "turns:came" in mistake for mistake in found), found

"""«Is this for me?», asked at any moment: by what was answered in the lesson that asks, and by what was trained."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from tutor.course.model import Lesson, Run
from tutor.dialogue.context import Dialogue
from tutor.dialogue.lessons import aside
from tutor.dialogue.skill_calls import resolve
from tutor.turn import Shown

OF_THE_TRAINING = ("run", "chosen", "judged")


def inputs(dialogue: Dialogue, args: dict[str, Any]) -> dict[str, Any]:
    """The inputs of the lesson's report; empty before its questions were answered. A text that is named (`file`) is
    judged for itself, whatever another was trained on."""
    found = _asked_in(dialogue)
    known = resolve(dialogue, found[1].inputs) if found else {}
    if "goal" not in known:
        return {}
    left = OF_THE_TRAINING if "file" in args else ()
    return {key: value for key, value in known.items() if key not in left} | args


def questions_first(dialogue: Dialogue) -> AsyncIterator[Shown]:
    """The report needs answers: where they are asked for."""
    found = _asked_in(dialogue)
    assert found, "the course has a lesson that decides"
    lesson = found[0]
    told = dialogue.words("chat.ask_for.goal", lesson=lesson.title[dialogue.language])
    more = dialogue.button("chat.button.see_lesson", "start_lesson", args={"lesson": lesson.id})
    return aside(dialogue, told, (more,))


def _asked_in(dialogue: Dialogue) -> tuple[Lesson, Run] | None:
    """The lesson that ends in the report, and its step."""
    for lesson in dialogue.course.lessons.values():
        for step in lesson.steps:
            if isinstance(step, Run) and step.skill == "decide":
                return lesson, step
    return None

"""The real course: no mistakes, and as much of it as the express route promises."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from skills.contract import Language
from tutor.authoring.check import check
from tutor.course.files import load_course
from tutor.course.model import Ask, Bring, Course, Lesson, Open, Predict, Run, Try, Wait

ROOT = Path(__file__).parent.parent / "curriculum"


def test_the_course_has_no_mistakes() -> None:
    assert "\n".join(map(str, check(ROOT, "en"))) == ""


def test_the_express_route_has_what_it_promises() -> None:
    course = load_course(ROOT)
    lessons = [course.lessons[id] for id in course.routes["express"]]
    assert len(lessons) >= 6
    assert sum(lesson.minutes for lesson in lessons) <= 60
    assert all(any(isinstance(step, Ask) for step in lesson.steps) for lesson in lessons)
    assert sum(isinstance(item, Open) for lesson in lessons for item in lesson.items) >= 3


READING = 180
"""Words a minute, read with care: about 240 are read for pleasure (Brysbaert, 2019)."""
QUESTION, LOOK, VERDICT = 20, 40, 35
"""Seconds to answer, seconds to wait for a result and look at it, words that are said of an answer."""


def minutes(course: Course, lesson: Lesson, language: Language) -> float:
    """How long a lesson takes who reads all of it. It gives what learners took in the express route, 45 to 55 minutes
    for all of it."""
    words, seconds = 0, 0
    for step in lesson.steps:
        texts = [getattr(step, name, None) for name in ("text", "after", "match")]
        if isinstance(step, Ask):
            item = course.items[step.item]
            texts += [item.stem, *(option.text for option in getattr(item, "options", ()))]
            words += VERDICT
        words += sum(len(text[language].split()) for text in texts if text)
        seconds += QUESTION if isinstance(step, Ask | Predict | Bring) else 0
        seconds += LOOK if isinstance(step, Run | Try | Wait) else 0
    return words / READING + seconds / 60


def test_a_lesson_takes_as_long_as_it_says() -> None:
    course = load_course(ROOT)
    took = {
        id: max(minutes(course, lesson, language) for language in ("es", "en")) for id, lesson in course.lessons.items()
    }
    wrong = {id: took[id] for id, lesson in course.lessons.items() if abs(took[id] - lesson.minutes) > 1}
    assert wrong == {}


def test_no_lesson_ends_with_what_only_one_route_has_next() -> None:
    """What follows depends on the way one is on, and is said by the program."""
    course = load_course(ROOT)
    said = [(id, lesson.steps[-1].text) for id, lesson in course.lessons.items()]
    promises = re.compile(r"lo que (?:sigue|viene) es|lo que viene|la lección que|comes next[, ]|what's next|next we")
    found = [
        (id, text[at])
        for id, text in said
        if text
        for at in ("es", "en")
        if promises.search(text[at].lower().replace("bets on what comes next", ""))
    ]
    assert found == []


def test_what_a_lesson_builds_on_was_taught_before() -> None:
    """Of the prerequisites that some lesson teaches; others are still to get theirs."""
    course = load_course(ROOT)
    lessons = course.lessons.values()
    teachable = {concept for lesson in lessons for concept in lesson.concepts}
    taught: set[str] = set()
    for lesson in (course.lessons[id] for id in course.routes["full"]):
        for concept in lesson.concepts:
            needed = teachable & set(course.concepts[concept].prerequisites)
            assert needed <= taught | set(lesson.concepts), (lesson.id, concept)
        taught |= set(lesson.concepts)


@pytest.mark.parametrize(("language", "word"), [("es", "Aires"), ("en", "west")])
def test_the_first_thing_that_is_shown_works(language: str, word: str) -> None:
    """What the default workbench answered when the course was recorded (tests/test_models_real.py asks the weights)."""
    seen = json.loads((ROOT / "lessons/next-word/recorded" / f"see.{language}.json").read_text("utf-8"))["result"]
    assert seen["top"] == word
    assert seen["probability"] > 0.5

"""The real course: no mistakes, and as much of it as the express route promises."""

from __future__ import annotations

from pathlib import Path

from tutor.authoring.check import check
from tutor.course.files import load_course
from tutor.course.model import Ask, Open

ROOT = Path(__file__).parent.parent / "curriculum"


def test_the_course_has_no_mistakes() -> None:
    assert "\n".join(map(str, check(ROOT, "en"))) == ""


def test_the_express_route_has_what_it_promises() -> None:
    course = load_course(ROOT)
    lessons = [course.lessons[id] for id in course.routes["express"]]
    assert len(lessons) >= 6
    assert 20 <= sum(lesson.minutes for lesson in lessons) <= 40
    assert all(any(isinstance(step, Ask) for step in lesson.steps) for lesson in lessons)
    assert sum(isinstance(item, Open) for lesson in lessons for item in lesson.items) >= 3


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

"""What comes next, and that a learner always gets to the end."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.course_fixture import write_course
from tests.test_learner import DAY, START, answered, event
from tutor.course.files import load_course
from tutor.course.model import Course
from tutor.learner.mastery import Progress, replay, start, update
from tutor.learner.plan import (
    OFFER_AGAIN,
    Done,
    Teach,
    due_items,
    first_step,
    next_step,
    offered_review,
    placement,
    quiz_items,
)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return load_course(write_course(tmp_path))


def test_the_route_in_order(course: Course) -> None:
    progress = start(course)
    assert next_step(course, progress) == Teach(lesson="first")
    progress = update(progress, event("lesson_begun", lesson="first"), course)
    assert next_step(course, progress) == Teach(lesson="first", begun=True)
    progress = update(progress, event("lesson_done", lesson="first"), course)
    assert next_step(course, progress) == Done()
    assert next_step(course, update(progress, event("route_chosen", route="full"), course)) == Teach(lesson="second")


def test_a_missed_item_comes_back_once_and_then_counts(course: Course) -> None:
    done = [
        event("lesson_begun", lesson="first"),
        answered(course, "lm.1", "wrong"),
        event("lesson_done", lesson="first"),
    ]
    progress = replay(done, course)
    assert due_items(course, progress, START + 10) == ()
    assert due_items(course, progress, START + 200) == ("lm.1",)
    put = update(progress, event("asked", START + 200, item="lm.1", submission="s", where="review"), course)
    assert due_items(course, put, START + 600) == ()
    right = update(put, answered(course, "lm.1", at=START + 1000, where="review"), course)
    assert right.known["language-model"].successes == (("lm.1", "single"),)


def test_a_due_concept_is_reviewed_in_a_format_not_yet_mastered(course: Course) -> None:
    progress = replay([answered(course, "lm.1"), event("lesson_done", lesson="first")], course)
    assert due_items(course, progress, START + DAY) == ()
    due = due_items(course, progress, START + 3 * DAY)
    assert due in (("lm.2",), ("lm.3",))
    skipped = update(progress, event("asked", START + 3 * DAY, item=due[0], submission="s", where="review"), course)
    assert due_items(course, skipped, START + 3 * DAY + 60) == ()


def test_what_is_due_never_stands_in_the_way_and_is_offered_once_a_day(course: Course) -> None:
    progress = replay([answered(course, "lm.1"), event("lesson_done", lesson="first")], course)
    now = START + 3 * DAY
    full = update(progress, event("route_chosen", route="full"), course)
    assert next_step(course, full) == Teach(lesson="second")
    due = offered_review(course, full, now)
    assert len(due) == 1
    offered = update(full, event("review_offered", now), course)
    assert offered_review(course, offered, now + OFFER_AGAIN - 1) == ()
    assert offered_review(course, offered, now + OFFER_AGAIN + 1) == due


def test_a_lesson_left_in_the_middle_is_taken_up_where_it_was(course: Course) -> None:
    lesson = course.lessons["first"]
    progress = replay([event("lesson_begun", lesson="first")], course)
    assert first_step(lesson, progress) == lesson.steps[0].id
    for step in lesson.steps[:2]:
        progress = update(progress, event("step_done", lesson="first", step=step.id), course)
    assert first_step(lesson, progress) == lesson.steps[2].id


def test_after_three_misses_the_way_goes_on(course: Course) -> None:
    items = ("lm.1", "lm.2", "lm.3")
    events = [answered(course, item, "wrong", at=START + n) for n, item in enumerate(items)]
    progress = replay([*events, event("lesson_done", lesson="first"), event("route_chosen", route="full")], course)
    move = next_step(course, progress)
    assert move == Teach(lesson="second")
    assert "lm.3" not in progress.returning
    assert progress.due("language-model", START + 2 * DAY)


@pytest.mark.parametrize("knows", [0.0, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_any_learner_gets_to_the_end(course: Course, knows: float, seed: int) -> None:
    """However they answer, and skipping some, the route ends."""
    chance = random.Random(seed)
    progress, now, moves = replay([event("route_chosen", route="full")], course), START, 0
    while not isinstance(move := next_step(course, progress), Done):
        moves += 1
        assert moves < 40
        now += 120
        of_lesson = [(item.id, "lesson") for item in course.lessons[move.lesson].items]
        for item, where in [*((due, "review") for due in due_items(course, progress, now)), *of_lesson]:
            now += 30
            progress = update(progress, event("asked", now, item=item, submission=f"{item}@{now}", where=where), course)
            if chance.random() < 0.8:
                outcome = "correct" if chance.random() < knows else chance.choice(["wrong", "partial", "unclear"])
                progress = update(progress, answered(course, item, outcome, at=now + 10, where=where), course)
        progress = update(progress, event("lesson_begun", lesson=move.lesson), course)
        progress = update(progress, event("lesson_done", now, lesson=move.lesson), course)


def test_placement_passes_what_is_known_and_skips_its_lesson(course: Course) -> None:
    progress = replay([event("route_chosen", route="full"), event("placement_begun")], course)
    asked = _place(course, progress, right=True)
    assert asked[0][:2] == ("lm.1", "lm.2") or len(asked[0]) >= 2
    final = asked[1]
    assert final.passed("language-model")
    move = next_step(course, final)
    assert move == Teach(lesson="second")  # it begins a job and brings a text: never skipped


def test_placement_ends_soon_for_who_knows_nothing(course: Course) -> None:
    progress = replay([event("route_chosen", route="full"), event("placement_begun")], course)
    asked, final = _place(course, progress, right=False)
    assert len(asked) == 2
    assert next_step(course, final) == Teach(lesson="first")


def _place(course: Course, progress: Progress, right: bool) -> tuple[tuple[str, ...], Progress]:
    asked: list[str] = []
    while (item := placement(course, progress)) is not None:
        asked.append(item)
        assert len(asked) <= 8
        outcome = "correct" if right else "wrong"
        progress = update(progress, answered(course, item, outcome, at=START + len(asked), where="placement"), course)
    return tuple(asked), progress


def test_quiz_items(course: Course) -> None:
    progress = replay([event("lesson_begun", lesson="first"), answered(course, "lm.1")], course)
    items = quiz_items(course, progress, None, 2, START)
    assert items == ("lm.2", "lm.3")
    assert set(quiz_items(course, progress, "Token", 9, START)) == {"tk.1", "tk.2", "tk.3"}  # not the one to do
    assert quiz_items(course, progress, "1.2", 9, START) == quiz_items(course, progress, "tokens", 9, START)
    assert quiz_items(course, progress, "jardinería", 9, START) == ()
    assert quiz_items(course, start(course), None, 5, START) == ()

"""Mastery and review as a replay of events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.course_fixture import write_course
from tutor.course.files import load_course
from tutor.course.model import Bkt, Course
from tutor.learner import mastery
from tutor.learner.events import MODELS
from tutor.learner.mastery import Progress, replay, trace, update
from tutor.learner.store import StoredEvent

DAY = 86400.0
START = 1_700_000_000.0


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return load_course(write_course(tmp_path))


def event(kind: str, at: float = START, **fields: Any) -> StoredEvent:
    happened = MODELS[kind](**fields)
    return StoredEvent(id=1, learner="me", session="s", at=at, event=happened, course_version="v")


def answered(course: Course, item: str, outcome: str = "correct", at: float = START, **more: Any) -> StoredEvent:
    found = course.items[item]
    payload = {
        "item": item, "submission": f"{item}@{at}", "outcome": outcome, "hinted": False, "shown": False,
        "format": found.format, "concept": found.concept, "lesson": found.lesson, "where": "lesson", "attempt": 1,
    }  # fmt: skip
    return event("answered", at, **(payload | more))


def test_two_unaided_successes_in_different_formats_pass_a_concept(course: Course) -> None:
    progress = replay([answered(course, "lm.1", at=START)], course)
    assert not progress.passed("language-model")
    again = update(progress, answered(course, "lm.1", at=START + 60), course)
    assert not again.passed("language-model")
    assert update(progress, answered(course, "lm.2", at=START + 60), course).passed("language-model")


@pytest.mark.parametrize("helped", [{"hinted": True}, {"shown": True, "outcome": "wrong"}, {"outcome": "unclear"}])
def test_what_was_helped_does_not_pass(course: Course, helped: dict[str, Any]) -> None:
    progress = replay([answered(course, "lm.1"), answered(course, "lm.2", at=START + 60, **helped)], course)
    assert not progress.passed("language-model")


def test_the_same_question_at_once_after_a_miss_counts_as_helped(course: Course) -> None:
    missed = [answered(course, "lm.1"), answered(course, "lm.2", "wrong", at=START + 10)]
    at_once = replay([*missed, answered(course, "lm.2", at=START + 20)], course)
    assert not at_once.passed("language-model")
    later = replay([*missed, answered(course, "tk.1", at=START + 20), answered(course, "lm.2", at=START + 300)], course)
    assert later.passed("language-model")


def test_the_estimate_is_bayesian_knowledge_tracing() -> None:
    bkt = Bkt(p0=0.2, learn=0.15, guess=0.25, slip=0.1)
    seen = 0.2 * 0.9 / (0.2 * 0.9 + 0.8 * 0.25)
    assert trace(0.2, bkt, "correct", helped=False) == pytest.approx(seen + (1 - seen) * 0.15)
    missed = 0.2 * 0.1 / (0.2 * 0.1 + 0.8 * 0.75)
    assert trace(0.2, bkt, "wrong", helped=False) == pytest.approx(missed + (1 - missed) * 0.15)
    assert trace(0.2, bkt, "wrong", False) < trace(0.2, bkt, "correct", True) < trace(0.2, bkt, "correct", False)
    assert trace(0.2, bkt, "unclear", helped=False) == 0.2


def test_a_shown_solution_counts_nothing(course: Course) -> None:
    progress = replay([answered(course, "lm.1", "wrong", shown=True)], course)
    assert progress.estimate("language-model") == course.concepts["language-model"].bkt.p0
    assert progress.returning == ("lm.1",)


def test_a_submission_counts_once(course: Course) -> None:
    one = answered(course, "lm.1")
    assert replay([one, one], course) == replay([one], course)


def test_misses_in_a_row(course: Course) -> None:
    items = ("lm.1", "lm.2", "lm.3")
    events = [answered(course, item, "wrong", at=START + n * 700) for n, item in enumerate(items)]
    assert replay(events, course).misses("language-model") == 3
    progress = replay([*events, answered(course, "lm.1", at=START + 9000)], course)
    assert progress.misses("language-model") == 0


def test_reviews_come_later_the_better_it_went(course: Course) -> None:
    def days(outcome: str, **more: Any) -> float:
        due = replay([answered(course, "lm.1", outcome, **more)], course).known["language-model"].due
        assert due is not None
        return (due - START) / DAY

    assert days("correct") > days("correct", hinted=True) >= days("wrong") > 0
    grown = replay([answered(course, "lm.1"), answered(course, "lm.2", at=START + 2 * DAY)], course)
    assert grown.known["language-model"].due > START + 6 * DAY  # type: ignore[operator]


def test_lessons_have_states(course: Course) -> None:
    """A lesson that was gone through is done once its questions were answered; skipped ones are left to review."""
    progress = mastery.start(course)
    assert progress.lesson_state("first") == "todo"
    progress = update(progress, event("lesson_begun", lesson="first"), course)
    assert progress.lesson_state("first") == "begun"
    progress = update(progress, event("lesson_done", lesson="first"), course)
    assert progress.lesson_state("first") == "walked"
    assert progress.pending("first") == ("lm.1", "lm.3")
    progress = update(progress, answered(course, "lm.1"), course)
    assert (progress.lesson_state("first"), progress.pending("first")) == ("walked", ("lm.3",))
    progress = update(progress, answered(course, "lm.3", "unclear", START + 5), course)
    assert (progress.lesson_state("first"), progress.pending("first")) == ("passed", ())
    assert progress.lesson_state("first", START + 90 * DAY) == "review"
    assert update(progress, answered(course, "lm.2", "wrong", START + 9), course).lesson_state("first") == "review"
    assert update(progress, answered(course, "lm.1", "wrong", START + 9), course).lesson_state("first") == "walked"


@pytest.mark.parametrize("more", [{"outcome": "wrong"}, {"outcome": "partial"}, {"hinted": True}, {"shown": True}])
def test_what_was_not_answered_without_help_is_left_to_review(course: Course, more: Any) -> None:
    answers = [answered(course, "lm.3"), answered(course, "lm.1", at=START + 5, **more)]
    progress = replay([*answers, event("lesson_done", lesson="first")], course)
    assert (progress.lesson_state("first"), progress.pending("first")) == ("walked", ("lm.1",))


def test_an_idea_that_is_passed_leaves_no_question_to_review(course: Course) -> None:
    answers = [answered(course, "lm.1"), answered(course, "lm.2", at=START + 5)]
    progress = replay([*answers, event("lesson_done", lesson="first")], course)
    assert progress.passed("language-model")
    assert (progress.lesson_state("first"), progress.pending("first")) == ("passed", ())


def test_a_replay_is_the_same_as_the_steps_and_survives_json(course: Course) -> None:
    events = [
        event("route_chosen", route="full"),
        event("profile_chosen", profile="writer"),
        event("lesson_begun", lesson="first"),
        event("step_done", lesson="first", step="hook"),
        answered(course, "lm.1", "wrong"),
        event("lesson_done", lesson="first"),
    ]
    progress = replay(events, course)
    assert Progress.model_validate_json(progress.model_dump_json()) == progress
    assert (progress.route, progress.profile, progress.steps) == ("full", "writer", {("first", "hook")})
    assert replay([*events, event("data_deleted")], course) == mastery.start(course)


def test_a_gap_in_the_learners_text_is_no_evidence(course: Course) -> None:
    gap = event("answered", item="gap.0", submission="x", outcome="wrong", format="single", concept="", lesson="")
    assert replay([gap], course).known == {}

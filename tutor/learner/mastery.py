"""What a learner knows, as a replay of what happened: mastery of each concept, and when it is due for review.

Mastery is Bayesian knowledge tracing (Corbett and Anderson, 1995) with the course's priors; review is FSRS, a card a
concept. Everything here is pure: the same events give the same `Progress`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from skills.blocks import Frozen
from tutor.course.model import Ask, Bkt, Course, Lesson
from tutor.learner import events
from tutor.learner.events import Answered, Outcome
from tutor.learner.store import StoredEvent

if TYPE_CHECKING:
    from fsrs import Scheduler

LessonState = Literal["todo", "begun", "walked", "passed", "review"]
MISSES = 3
"""After so many misses in a row on a concept, what was missed waits for its review."""


RETRY = 600.0
"""Seconds within which the same question again, with none in between, is a second try and not a new one."""


class Known(Frozen):
    """What is known of one concept: `estimate` is the probability that the learner knows it; `successes` are
    (item, format) of unaided right answers; `misses` counts those in a row; `card` is the FSRS card as data."""

    estimate: float
    successes: tuple[tuple[str, str], ...] = ()
    misses: int = 0
    answers: int = 0
    passed: bool = False
    card: dict[str, Any] | None = None

    @property
    def due(self) -> float | None:
        """When the concept is due for review, in seconds since 1970; None if it was never asked."""
        return datetime.fromisoformat(self.card["due"]).timestamp() if self.card else None


class Progress(Frozen):
    """Everything that decides the next step. `lessons` has the concepts of each lesson of the course, `questions` the
    items that it asks, each with its concept; `asked` when each item was last put; `settled` the items whose last
    answer was right without help, or one that nobody can judge; `returning` those that were missed and come back
    once."""

    known: dict[str, Known] = Field(default_factory=dict)
    lessons: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    questions: dict[str, tuple[tuple[str, str], ...]] = Field(default_factory=dict)
    begun: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()
    steps: frozenset[tuple[str, str]] = frozenset()
    submissions: frozenset[str] = frozenset()
    asked: dict[str, float] = Field(default_factory=dict)
    settled: frozenset[str] = frozenset()
    returning: tuple[str, ...] = ()
    last_miss: tuple[str, float] | None = None
    """The item of the last answer and when, if it was a miss."""
    placement: tuple[tuple[str, bool], ...] = ()
    """The items of the last placement and whether each was right."""
    route: str = "express"
    profile: str = ""
    review_offered: float | None = None
    """When a review was last offered, in seconds since 1970."""

    def passed(self, concept: str) -> bool:
        """Two unaided successes, in different formats where the course has them."""
        return concept in self.known and self.known[concept].passed

    def misses(self, concept: str) -> int:
        """Misses in a row."""
        return self.known[concept].misses if concept in self.known else 0

    def estimate(self, concept: str) -> float:
        return self.known[concept].estimate if concept in self.known else 0.0

    def due(self, concept: str, now: float) -> bool:
        """Whether a review of the concept is due at `now` (seconds since 1970)."""
        known = self.known.get(concept)
        return known is not None and known.due is not None and known.due <= now

    def pending(self, lesson: str) -> tuple[str, ...]:
        """The questions of a lesson that are left to review: not answered without help, of ideas not yet passed."""
        asked = self.questions.get(lesson, ())
        return tuple(item for item, concept in asked if item not in self.settled and not self.passed(concept))

    def lesson_state(self, lesson: str, now: float | None = None) -> LessonState:
        """`walked`: gone through, with questions left to review; `passed`: with none; `review`: an idea of it was
        missed elsewhere since, or is due at `now`."""
        if lesson in self.done:
            if self.pending(lesson):
                return "walked"
            concepts = self.lessons.get(lesson, ())
            missed = any(self.misses(concept) for concept in concepts)
            return "review" if missed or (now and any(self.due(c, now) for c in concepts)) else "passed"
        return "begun" if lesson in self.begun else "todo"


def start(course: Course) -> Progress:
    """The progress of somebody who has not begun."""
    lessons = {id: lesson.concepts for id, lesson in course.lessons.items()}
    return Progress(
        lessons=lessons, questions={id: _questions(course, lesson) for id, lesson in course.lessons.items()}
    )


def _questions(course: Course, lesson: Lesson) -> tuple[tuple[str, str], ...]:
    asked = [step.item for step in lesson.steps if isinstance(step, Ask)]
    return tuple((item, course.items[item].concept) for item in asked if item in course.items)


def replay(stored: Iterable[StoredEvent], course: Course) -> Progress:
    """The progress after all that is `stored`, oldest first."""
    return reduce(lambda progress, one: update(progress, one, course), stored, start(course))


def update(progress: Progress, stored: StoredEvent, course: Course) -> Progress:
    """The progress after an event. Kinds that do not bear on it change nothing."""
    match stored.event:
        case Answered() as answer:
            return _answered(progress, answer, stored.at, course)
        case events.DataDeleted():
            return start(course)
        case event:
            changes = _changes(progress, event, stored.at)
            return progress.model_copy(update=changes) if changes else progress


def _changes(progress: Progress, event: events.LearnerEvent, at: float) -> dict[str, Any]:
    """The fields of the progress that an event changes, and to what."""
    match event:
        case events.Asked(item=item, where=where):
            returning = progress.returning
            if where in ("review", "quiz"):
                returning = tuple(other for other in returning if other != item)
            return {"asked": progress.asked | {item: at}, "returning": returning}
        case events.LessonBegun(lesson=lesson):
            return {"begun": progress.begun | {lesson}}
        case events.StepDone(lesson=lesson, step=step):
            return {"begun": progress.begun | {lesson}, "steps": progress.steps | {(lesson, step)}}
        case events.LessonDone(lesson=lesson):
            return {"done": progress.done | {lesson}}
        case events.RouteChosen(route=route):
            return {"route": route}
        case events.ProfileChosen(profile=profile):
            return {"profile": profile}
        case events.PlacementBegun():
            return {"placement": ()}
        case events.ReviewOffered():
            return {"review_offered": at}
    return {}


# --- an answer --------------------------------------------------------------------------------------------------------


def _answered(progress: Progress, answer: Answered, at: float, course: Course) -> Progress:
    """A submission counts once; an answer about no concept of the course (a gap in the learner's text) not at all."""
    if answer.submission in progress.submissions:
        return progress
    changes: dict[str, Any] = {
        "submissions": progress.submissions | {answer.submission},
        "asked": progress.asked | {answer.item: at},
    }
    if answer.where == "placement":
        changes["placement"] = (*progress.placement, (answer.item, answer.outcome == "correct"))
    concept = course.concepts.get(answer.concept)
    if concept is None:
        return progress.model_copy(update=changes)
    # Right after a miss its explanation is on the screen: the same question tried again at once counts as helped.
    helped = answer.hinted or _retried(progress, answer.item, at)
    missed = answer.shown or answer.outcome in ("wrong", "partial")
    known = progress.known.get(concept.id) or Known(estimate=concept.bkt.p0)
    known = known.model_copy(
        update={
            "estimate": known.estimate if answer.shown else trace(known.estimate, concept.bkt, answer.outcome, helped),
            "successes": _successes(known, answer, helped),
            "misses": known.misses + 1 if missed else known.misses if answer.outcome == "unclear" else 0,
            "answers": known.answers + 1,
            "card": _reviewed(known.card, answer, helped, at),
        }
    )
    known = known.model_copy(update={"passed": known.passed or _passes(known, concept.id, course)})
    returning = tuple(item for item in progress.returning if item != answer.item or missed or helped)
    if missed and answer.where == "lesson" and known.misses < MISSES and answer.item not in returning:
        returning = (*returning, answer.item)
    changes["last_miss"] = (answer.item, at) if missed else None
    alone = not missed and (not helped or answer.outcome == "unclear")
    changes["settled"] = progress.settled | {answer.item} if alone else progress.settled - {answer.item}
    return progress.model_copy(update=changes | {"known": progress.known | {concept.id: known}, "returning": returning})


def _retried(progress: Progress, item: str, at: float) -> bool:
    return progress.last_miss is not None and progress.last_miss[0] == item and at - progress.last_miss[1] < RETRY


def trace(estimate: float, bkt: Bkt, outcome: Outcome, helped: bool) -> float:
    """The estimate after an answer: Bayes' rule on the evidence, then the chance of having learnt from it.

    A helped or a partly right answer is half evidence: the mean of before and after, and of right and wrong. One
    that is unclear is none.
    """
    if outcome == "unclear":
        return estimate
    right = estimate * (1 - bkt.slip) / (estimate * (1 - bkt.slip) + (1 - estimate) * bkt.guess or 1)
    wrong = estimate * bkt.slip / (estimate * bkt.slip + (1 - estimate) * (1 - bkt.guess) or 1)
    seen = {"correct": right, "wrong": wrong, "partial": (right + wrong) / 2}[outcome]
    if helped and outcome == "correct":
        seen = (seen + estimate) / 2
    return seen + (1 - seen) * bkt.learn


def _successes(known: Known, answer: Answered, helped: bool) -> tuple[tuple[str, str], ...]:
    if answer.outcome != "correct" or helped or answer.shown:
        return known.successes
    return (*known.successes, (answer.item, answer.format))


def _passes(known: Known, concept: str, course: Course) -> bool:
    several = len({item.format for item in course.items.values() if item.concept == concept}) > 1
    formats = {format for _, format in known.successes}
    return len(known.successes) >= 2 and (len(formats) >= 2 or not several)


def _reviewed(card: dict[str, Any] | None, answer: Answered, helped: bool, at: float) -> dict[str, Any]:
    """The card after the answer: unaided is Good; helped, partly right or unclear is Hard; wrong or shown is Again."""
    from fsrs import Card, Rating

    when = datetime.fromtimestamp(at, UTC)
    now = Card.from_dict(card) if card else Card(card_id=zlib.crc32(answer.concept.encode()), due=when)
    if answer.shown or answer.outcome == "wrong":
        rating = Rating.Again
    else:
        rating = Rating.Good if answer.outcome == "correct" and not helped else Rating.Hard
    reviewed, _ = _scheduler().review_card(now, rating, when)
    return dict(reviewed.to_dict())


@lru_cache(maxsize=1)
def _scheduler() -> Scheduler:
    """FSRS in whole days: what comes back within the hour is the plan's affair, and a replay must be repeatable."""
    from fsrs import Scheduler

    return Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)

"""What comes next: pure functions of the course, the progress and the time. The estimate orders, it never blocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from skills.blocks import Frozen
from skills.texts.normalize import fold
from tutor.course.model import Bring, Course, Do, Item, Lesson, Run
from tutor.learner.mastery import Progress

RETURN_AFTER = 180.0
"""Seconds after which a missed item comes back."""
LEAVE_ALONE = 1800.0
"""Seconds for which a concept whose review was put is not put again, answered or not."""
REVIEWS = 3
"""Items of a review at most."""
OFFER_AGAIN = 20 * 3600.0
"""Seconds for which a review is not offered a second time: once a day."""
PLACEMENT = 8
"""Items of a placement at most."""
FAILED_LESSONS = 2
"""Lessons that placement finds unknown before it ends."""


class Teach(Frozen):
    """Begin this lesson, or go on with it if it was begun."""

    kind: Literal["teach"] = "teach"
    lesson: str
    begun: bool = False


class Done(Frozen):
    """The route is done."""

    kind: Literal["done"] = "done"


Move = Teach | Done


def next_step(course: Course, progress: Progress) -> Move:
    """A lesson left in the middle, then the next lesson of the route. What is due for review is only offered."""
    route = route_of(course, progress)
    left = [lesson for lesson in route if lesson.id in progress.begun and lesson.id not in progress.done]
    if left:
        return Teach(lesson=left[0].id, begun=True)
    following = [lesson for lesson in route if lesson.id not in progress.done and not skips(lesson, progress)]
    return Teach(lesson=following[0].id) if following else Done()


def route_of(course: Course, progress: Progress) -> list[Lesson]:
    """The lessons of the chosen route, in order."""
    ids = course.routes.get(progress.route) or tuple(course.lessons)
    return [course.lessons[id] for id in ids if id in course.lessons]


def skips(lesson: Lesson, progress: Progress) -> bool:
    """Whether all that a lesson teaches is known. What begins a job or brings a text is needed later: never skipped."""
    needed = any(isinstance(step, Bring) or (isinstance(step, Run) and step.background) for step in lesson.steps)
    return bool(lesson.concepts) and not needed and all(progress.passed(concept) for concept in lesson.concepts)


def first_step(lesson: Lesson, progress: Progress) -> str:
    """Where to take a lesson up: at the first step that was not done, at its beginning if all were."""
    undone = [step.id for step in lesson.steps if (lesson.id, step.id) not in progress.steps]
    return undone[0] if undone else lesson.steps[0].id


def offered_review(course: Course, progress: Progress, now: float) -> tuple[str, ...]:
    """What is due, unless a review was offered within the last hours."""
    recently = progress.review_offered is not None and now - progress.review_offered < OFFER_AGAIN
    return () if recently else due_items(course, progress, now)


def due_items(course: Course, progress: Progress, now: float) -> tuple[str, ...]:
    """The items to review now: those missed a while ago, then one for each concept that is due, weakest first."""
    items = course.items
    back = [id for id in progress.returning if id in items and now - progress.asked.get(id, 0) >= RETURN_AFTER]
    chosen = [id for id in back if _askable(items[id])]
    taken = {items[id].concept for id in chosen}
    due = [c for c in progress.known if c in course.concepts and c not in taken and progress.due(c, now)]
    for concept in sorted(due, key=progress.estimate):
        of_concept = items_of(course, concept)
        if any(now - progress.asked.get(item.id, 0) < LEAVE_ALONE for item in of_concept):
            continue
        chosen += [item.id for item in _freshest(of_concept, progress)[:1]]
    return tuple(chosen[:REVIEWS])


def items_of(course: Course, concept: str) -> list[Item]:
    """The items of a concept that can be asked anywhere."""
    return [item for item in course.items.values() if item.concept == concept and _askable(item)]


def _askable(item: Item) -> bool:
    return not isinstance(item, Do)


def _freshest(items: Iterable[Item], progress: Progress) -> list[Item]:
    """Items in the order in which to ask them: formats without a success first, then those asked longest ago."""

    def order(item: Item) -> tuple[bool, float, bool]:
        known = progress.known.get(item.concept)
        formats = {format for _, format in known.successes} if known else set()
        return item.format in formats, progress.asked.get(item.id, 0.0), item.transfer

    return sorted(items, key=order)


# --- placement --------------------------------------------------------------------------------------------------------


def placement(course: Course, progress: Progress) -> str | None:
    """The next item of «Ya sé algo: probame», None when enough is known.

    Lesson by lesson, the core concepts of the route: a right answer asks the same idea in another format, and two
    pass it; a wrong one leaves the lesson to be taught. Ends after two such lessons, or eight items.
    """
    asked = dict(progress.placement)
    failed = 0
    if len(asked) >= PLACEMENT:
        return None
    for lesson in route_of(course, progress):
        concepts = [c for c in lesson.concepts if c in course.concepts and course.concepts[c].core] or lesson.concepts
        if any(not asked[item.id] for c in concepts for item in items_of(course, c) if item.id in asked):
            failed += 1
            if failed >= FAILED_LESSONS:
                return None
            continue
        if lesson.id in progress.done or skips(lesson, progress):
            continue
        for concept in concepts:
            fresh = [item for item in _freshest(items_of(course, concept), progress) if item.id not in asked]
            if not progress.passed(concept) and fresh:
                return fresh[0].id
    return None


# --- quizzes ----------------------------------------------------------------------------------------------------------


def quiz_items(course: Course, progress: Progress, topic: str | None, n: int, now: float) -> tuple[str, ...]:
    """At most `n` items on what was learnt, or on `topic` (a concept's id or name, or a lesson's number or title).

    One of each concept before a second of any; those due or weakest first, items asked longest ago first.
    """
    learnt = [concept for id, concepts in progress.lessons.items() if id in progress.begun for concept in concepts]
    concepts = _about(course, topic) if topic else learnt
    ordered = sorted(dict.fromkeys(concepts), key=lambda c: (not progress.due(c, now), progress.estimate(c)))
    queues = [[item.id for item in _freshest(items_of(course, concept), progress)] for concept in ordered]
    chosen: list[str] = []
    while len(chosen) < n and any(queues):
        for queue in queues:
            if queue and len(chosen) < n:
                chosen.append(queue.pop(0))
    return tuple(chosen)


def _about(course: Course, topic: str) -> list[str]:
    said = fold(topic).strip(" .¿?")
    for lesson in course.lessons.values():
        if said in (lesson.number, lesson.id, fold(lesson.title.es), fold(lesson.title.en)):
            return list(lesson.concepts)
    exact = [c.id for c in course.concepts.values() if said in (c.id, fold(c.name.es), fold(c.name.en))]
    near = [
        c.id
        for c in course.concepts.values()
        if any(said.rstrip("s") in name or name.rstrip("s") in said for name in (fold(c.name.es), fold(c.name.en)))
    ]
    return exact or near

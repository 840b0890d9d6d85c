"""The course map beside the chat: the route's lessons, how each stands, and the evidence for it."""

from __future__ import annotations

from itertools import groupby

from tutor.dialogue.context import Desk
from tutor.turn import CourseMap, MapLesson, MapModule


def course_map(desk: Desk) -> CourseMap:
    """The lessons of the chosen route in its order, neighbours of one module under its title."""
    route = desk.course.routes[desk.memory.route or "express"]
    titles = {module.number: module.title[desk.language] for module in desk.course.modules}
    modules = tuple(
        MapModule(title=titles[number], lessons=tuple(_lesson(desk, id) for id in ids))
        for number, ids in groupby(route, key=lambda id: desk.course.lessons[id].module)
    )
    done = sum(lesson.state in ("passed", "review") for module in modules for lesson in module.lessons)
    return CourseMap(
        route=desk.memory.route or "",
        modules=modules,
        done=done,
        total=len(route),
        model=desk.words("chat.model_on", name=desk.model_name) if desk.model_name else desk.words("chat.model_off"),
        outside=desk.words("chat.outside", address=desk.settings.endpoint) if desk.settings.endpoint else "",
    )


def _lesson(desk: Desk, id: str) -> MapLesson:
    lesson = desk.course.lessons[id]
    evidence = []
    for concept in lesson.concepts:
        known = desk.progress.known.get(concept)
        if known:
            name = desk.course.concepts[concept].name[desk.language]
            right = len(known.successes)
            evidence.append(desk.words("chat.concept_evidence", concept=name, n=right, answers=known.answers))
    return MapLesson(
        id=id,
        number=lesson.number,
        title=lesson.title[desk.language],
        minutes=lesson.minutes,
        state=desk.progress.lesson_state(id, desk.now()),
        current=id == desk.memory.lesson,
        evidence=tuple(evidence),
    )

"""The course as its map shows it: the lessons of the route, how each stands, what is known of the learner; and what the
learner has here: texts and models."""

from __future__ import annotations

from itertools import groupby

from tutor.course.model import Lesson, Run
from tutor.dialogue.context import Dialogue
from tutor.dialogue.skill_calls import state_of
from tutor.dialogue.things import Thing, button, made, things
from tutor.turn import CourseMap, MapLesson, MapModule, MapThing


def course_map(dialogue: Dialogue) -> CourseMap:
    """The lessons of the chosen route in the order of their numbers, each module under its title."""
    course = dialogue.course
    order = list(course.lessons)
    route = sorted(
        course.routes[dialogue.memory.route or "express"], key=lambda id: (course.lessons[id].module, order.index(id))
    )
    titles = {module.number: module.title[dialogue.language] for module in dialogue.course.modules}
    modules = tuple(
        MapModule(title=titles[number], lessons=tuple(_lesson(dialogue, id) for id in ids))
        for number, ids in groupby(route, key=lambda id: course.lessons[id].module)
    )
    done = sum(lesson.state in ("walked", "passed", "review") for module in modules for lesson in module.lessons)
    return CourseMap(
        route=dialogue.memory.route or "",
        modules=modules,
        things=tuple(_thing(dialogue, thing) for thing in things(dialogue)),
        done=done,
        total=len(route),
        model=dialogue.words("chat.model_on", name=dialogue.model_name)
        if dialogue.model_name
        else dialogue.words("chat.model_off"),
        outside=dialogue.words("chat.outside", address=dialogue.settings.endpoint)
        if dialogue.settings.endpoint
        else "",
    )


def _thing(dialogue: Dialogue, thing: Thing) -> MapThing:
    kind = dialogue.words("chat.thing.in_hand", kind=thing.kind) if thing.current else thing.kind
    size = dialogue.words("chat.size", bytes=thing.bytes)
    return MapThing(
        name=thing.name,
        about=f"{kind[:1].upper()}{kind[1:]}, {made(dialogue, thing)} · {size}",
        current=thing.current,
        buttons=tuple(button(dialogue, thing, act) for act in thing.does if not (act == "use" and thing.current)),
    )


def _lesson(dialogue: Dialogue, id: str) -> MapLesson:
    lesson = dialogue.course.lessons[id]
    evidence = []
    for concept in lesson.concepts:
        known = dialogue.progress.known.get(concept)
        if known:
            name = dialogue.course.concepts[concept].name[dialogue.language]
            right = len(known.successes)
            evidence.append(dialogue.words("chat.concept_evidence", concept=name, n=right, answers=known.answers))
    state, going = dialogue.progress.lesson_state(id, dialogue.now()), goes_on(dialogue, lesson)
    return MapLesson(
        id=id,
        number=lesson.number,
        title=lesson.title[dialogue.language],
        minutes=lesson.minutes,
        state="walked" if going and state == "passed" else state,
        current=id == dialogue.memory.lesson,
        pending=len(dialogue.progress.pending(id)) if state == "walked" else 0,
        going=going,
        evidence=tuple(evidence),
    )


def goes_on(dialogue: Dialogue, lesson: Lesson) -> bool:
    """Whether a run that the lesson began is still at work."""
    begun = (dialogue.memory.runs.get(f"{lesson.id}/{step.id}") for step in lesson.steps if isinstance(step, Run))
    return any(state_of(dialogue, run) == "running" for run in begun if run)

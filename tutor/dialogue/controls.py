"""What the learner can ask for at any moment besides the lesson: help, progress, language, privacy, stop, quit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import groupby
from typing import Any

import skills
from skills.blocks import Column, Table, msg
from skills.contract import Language
from skills.errors import UserError
from tutor.dialogue.context import Desk, back_button
from tutor.dialogue.steps import begin_lesson, next_lesson
from tutor.turn import Button, CourseMap, Farewell, Intent, MapLesson, MapModule, Reload, Shown
from tutor.words import LANGUAGES, Words


async def show_help(desk: Desk) -> AsyncIterator[Shown]:
    desk.move("look_up")
    names = [name for name in skills.NAMES if name not in ("load_dataset", "quiz", "decide")]
    rows = tuple((msg(f"intents.{name}.label"), msg(f"intents.{name}.about")) for name in names)
    table = Table(
        title=msg("chat.help_table"),
        columns=(Column(label=msg("chat.you_say")), Column(label=msg("chat.i_do"))),
        rows=rows,
    )
    yield desk.say(
        desk.words("chat.help"),
        tone="aside",
        blocks=(table,),
        buttons=(
            back_button(desk),
            desk.button("chat.button.progress", "progress"),
            desk.button("chat.button.my_things", "delete_data"),
            desk.button("chat.button.privacy", "privacy"),
            desk.button("chat.button.language", "change_language"),
            desk.button("chat.button.quit", "quit"),
        ),
    )


async def show_progress(desk: Desk) -> AsyncIterator[Shown]:
    """Lessons of the route and the evidence behind each."""
    desk.move("look_up")
    rows = []
    for id in desk.course.routes[desk.memory.route or "express"]:
        lesson = desk.course.lessons[id]
        state = desk.progress.lesson_state(id)
        passed = sum(desk.progress.passed(c) for c in lesson.concepts)
        evidence = desk.words("chat.evidence", passed=passed, n=len(lesson.concepts))
        rows.append((f"{lesson.number} {lesson.title[desk.language]}", msg(f"chat.state.{state}"), evidence))
    table = Table(
        title=msg("chat.progress_table"),
        columns=tuple(Column(label=msg(f"chat.column.{c}")) for c in ("lesson", "state", "evidence")),
        rows=tuple(rows),
        caption=msg("chat.progress_caption"),
    )
    yield desk.say(
        "",
        tone="aside",
        blocks=(table,),
        buttons=(
            back_button(desk),
            desk.button("chat.button.quiz", "quiz"),
            desk.button("chat.button.other_lesson", "go_to"),
        ),
    )


async def go_to(desk: Desk, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """Another lesson, by its number or a topic; without one, the list."""
    if desk.memory.machine.phase == "placement":
        async for shown in next_lesson(desk):
            yield shown
        return
    found = find_lesson(desk, args)
    if found:
        async for shown in begin_lesson(desk, found):
            yield shown
        return
    buttons = tuple(
        Button(
            label=f"{lesson.number} {lesson.title[desk.language]}",
            intent=Intent(name="start_lesson", args={"lesson": id}),
        )
        for id, lesson in desk.course.lessons.items()
    )
    yield desk.say(desk.words("chat.which_lesson"), tone="aside", buttons=buttons)


def find_lesson(desk: Desk, args: dict[str, Any]) -> str | None:
    number, topic = str(args.get("lesson") or ""), args.get("topic")
    for id, lesson in desk.course.lessons.items():
        if id == args.get("lesson") or lesson.number == number or (topic and topic in lesson.concepts):
            return id
    return None


async def change_language(desk: Desk, args: dict[str, Any]) -> AsyncIterator[Shown]:
    other: Language = "en" if desk.language == "es" else "es"
    language: Language = args["language"] if args.get("language") in LANGUAGES else other
    desk.record("language_chosen", {"language": language})
    desk.words = Words(language)
    yield Reload()


async def stop(desk: Desk) -> AsyncIterator[Shown]:
    """Stop what is running; with nothing running, leave it here for today."""
    running = [status for status in desk.jobs.list() if status.state == "running"]
    if running:
        run = running[-1].run
        yield desk.say(
            desk.words("chat.stop_what"),
            tone="system",
            buttons=(
                desk.button("chat.button.run_stop", "run_stop", main=True, args={"run": run}),
                desk.button("chat.button.run_pause", "run_pause", args={"run": run}),
                desk.button("chat.button.run_discard", "run_discard", args={"run": run}),
                desk.button("chat.button.let_it_run", "back_to_lesson"),
            ),
        )
        return
    desk.move("pause")
    yield desk.say(
        desk.words("chat.paused"),
        tone="system",
        buttons=(
            back_button(desk),
            desk.button("chat.button.quit", "quit"),
        ),
    )


async def quit_program(desk: Desk) -> AsyncIterator[Shown]:
    running = any(status.state == "running" for status in desk.jobs.list())
    yield Farewell(text=desk.words("chat.farewell_running" if running else "chat.farewell"))


async def take_feedback(desk: Desk, text: str) -> AsyncIterator[Shown]:
    desk.record("feedback", {"text": text, "lesson": desk.memory.lesson, "step": desk.memory.step})
    yield desk.say(desk.words("chat.feedback_thanks"), tone="aside", buttons=desk.buttons)


async def run_control(desk: Desk, what: str, run: str) -> AsyncIterator[Shown]:
    """Pause, stop and keep, discard, resume or delete a run."""
    try:
        if what == "resume":
            desk.jobs.resume(run)
        elif what == "delete":
            desk.jobs.delete(run)
        else:
            desk.jobs.request(run, what)  # type: ignore[arg-type]
    except UserError as error:
        yield desk.error(error, buttons=desk.buttons)
        return
    yield desk.say(desk.words(f"chat.run_asked.{what}"), tone="system", buttons=desk.buttons)


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

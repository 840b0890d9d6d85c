"""What the learner can ask for at any moment besides the lesson: help, progress, language, privacy, stop, quit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import skills
from skills.blocks import Column, Message, Table, msg
from skills.contract import Language, UserError
from skills.workspace import folder_bytes
from tutor import machine
from tutor.asides import resume
from tutor.desk import Desk, back_button, plain
from tutor.steps import begin_lesson, next_lesson
from tutor.turn import Button, Farewell, Intent, Reload, Shown
from tutor.words import LANGUAGES, Words

KEPT = {"texts": "workspace", "runs": "runs", "progress": "learner.db", "chat": "chat", "models": "models"}
"""What is kept, by the message that names it, and where in the home folder."""
PROFILES = ("writer", "teacher", "researcher", "organisation", "student", "curious")


# --- the first minutes ------------------------------------------------------------------------------------------------


async def welcome(desk: Desk) -> AsyncIterator[Shown]:
    """Who Musa is, the promise, and one question."""
    if not desk.memory.greeted:
        desk.record("greeted", {"version": desk.version})
    if machine.can(desk.memory.machine, "introduce"):
        desk.move("introduce")
    buttons = tuple(desk.button(f"chat.profile.{p}", "profile", args={"profile": p}) for p in PROFILES)
    yield desk.say(desk.words("chat.welcome"), buttons=(*buttons, desk.button("chat.button.how_do_i_know", "privacy")))


async def choose_profile(desk: Desk, profile: str) -> AsyncIterator[Shown]:
    desk.record("profile_chosen", {"profile": profile})
    yield desk.say(
        desk.words(f"chat.profile_said.{profile}") + "\n\n" + desk.words("chat.two_ways"),
        buttons=(
            desk.button("chat.button.express", "route", main=True, args={"route": "express"}),
            desk.button("chat.button.full", "route", args={"route": "full"}),
            desk.button("chat.button.placement", "route", args={"route": "placement"}),
        ),
    )


async def choose_route(desk: Desk, route: str) -> AsyncIterator[Shown]:
    from tutor.reviews import begin_placement

    desk.record("route_chosen", {"route": "full" if route == "placement" else route})
    shown_next = begin_placement(desk) if route == "placement" else next_lesson(desk)
    async for shown in shown_next:
        yield shown


async def welcome_back(desk: Desk) -> AsyncIterator[Shown]:
    """The page was opened again: where we were, what happened meanwhile, and the step itself."""
    told = []
    if desk.memory.version != desk.version:
        told.append(desk.words("chat.updated", version=desk.version))
        desk.record("updated", {"version": desk.version})
    if desk.memory.route is None:
        async for shown in welcome(desk):
            yield shown
        return
    lesson = desk.lesson
    told.append(
        desk.words("chat.welcome_back", lesson=lesson.title[desk.language])
        if lesson
        else desk.words("chat.hello_again")
    )
    running = [status for status in desk.jobs.list() if status.state in ("running", "interrupted", "paused")]
    told += [desk.words(f"chat.run_{status.state}") for status in running[-1:]]
    yield desk.say("\n\n".join(told), tone="system", blocks=tuple(_card(status) for status in running[-1:]))
    async for shown in resume(desk, anew=True):
        yield shown


def _card(status: Any) -> Any:
    from skills.blocks import Progress

    return Progress(title=msg(f"chat.card.{status.skill}"), run=status.run)


# --- at any moment ----------------------------------------------------------------------------------------------------


async def show_help(desk: Desk) -> AsyncIterator[Shown]:
    desk.move("look_up")
    names = [name for name in skills.NAMES if name not in ("load_dataset", "quiz", "decide")]
    rows = tuple((msg(f"intents.{name}.label"), msg(f"intents.{name}.description")) for name in names)
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


# --- my texts and models, privacy -------------------------------------------------------------------------------------


async def privacy(desk: Desk) -> AsyncIterator[Shown]:
    desk.move("look_up")
    home = desk.workspace.home
    rows: tuple[tuple[Message | str, str, str], ...] = tuple(
        (msg(f"chat.kept.{name}"), str(home / path), desk.words("chat.size", bytes=_bytes(home / path)))
        for name, path in (
            ("texts", "workspace"),
            ("runs", "runs"),
            ("progress", "learner.db"),
            ("chat", "chat"),
            ("models", "models"),
        )
    )
    table = Table(
        title=msg("chat.kept_table"),
        columns=tuple(Column(label=msg(f"chat.column.{c}")) for c in ("what", "where", "size")),
        rows=rows,
    )
    buttons: tuple[Button, ...] = (desk.button("chat.button.my_things", "delete_data"),)
    if desk.memory.route:
        buttons = (back_button(desk), *buttons)
    else:
        buttons = (desk.button("chat.button.back_to_start", "restart", main=True), *buttons)
    yield desk.say(desk.words("chat.privacy"), tone="aside", blocks=(table,), buttons=buttons)


async def my_things(desk: Desk) -> AsyncIterator[Shown]:
    """The learner's texts, runs and models with their sizes, each with a button to delete it."""
    desk.move("look_up")
    rows: list[tuple[Any, ...]] = []
    buttons = []
    for text in desk.workspace.manifests():
        size = folder_bytes(desk.workspace.datasets / text.id)
        rows.append((msg("chat.kind.text"), text.name, desk.words("chat.size", bytes=size)))
        buttons.append(_delete_button(desk, "text", text.id, text.name))
    for status in desk.jobs.list():
        size = folder_bytes(desk.workspace.runs / status.run)
        name = desk.words("chat.run_name", skill=desk.words(f"intents.{status.skill}.label"), run=status.run[4:19])
        rows.append((msg("chat.kind.run"), name, desk.words("chat.size", bytes=size)))
        buttons.append(_delete_button(desk, "run", status.run, name))
    for model in desk.models():
        rows.append((msg("chat.kind.model"), model.name, desk.words("chat.size", bytes=model.bytes)))
        if not model.chosen:
            buttons.append(_delete_button(desk, "model", model.name, model.name))
    table = Table(
        title=msg("chat.things_table"),
        columns=tuple(Column(label=msg(f"chat.column.{c}")) for c in ("kind", "name", "size")),
        rows=tuple(rows),
        caption=msg("chat.things_caption"),
    )
    buttons.append(desk.button("chat.button.delete_all", "delete", args={"what": "all", "id": "", "name": ""}))
    buttons.append(back_button(desk))
    yield desk.say("", tone="aside", blocks=(table,), buttons=tuple(buttons))


def _delete_button(desk: Desk, what: str, id: str, name: str) -> Button:
    return desk.button("chat.button.delete", "delete", args={"what": what, "id": id, "name": name}, name=name)


async def delete(desk: Desk, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """Delete one thing, or all of the learner's; asked once more before it happens."""
    what, id, name = args["what"], args["id"], args.get("name", "")
    if not args.get("sure"):
        yield desk.say(
            desk.words(f"chat.sure.{what}", name=plain(name)),
            tone="system",
            buttons=(
                desk.button("chat.button.yes_delete", "delete", args={**args, "sure": True}),
                desk.button("chat.button.no_keep", "delete_data", main=True),
            ),
        )
        return
    try:
        desk.delete(what, id)
    except (OSError, UserError) as error:
        if isinstance(error, UserError):
            yield desk.error(error, buttons=desk.buttons)
            return
        raise
    yield desk.say(desk.words(f"chat.deleted.{what}", name=plain(name)), tone="system")
    async for shown in welcome(desk) if what == "all" else my_things(desk):
        yield shown


def _bytes(path: Any) -> int:
    return path.stat().st_size if path.is_file() else folder_bytes(path) if path.is_dir() else 0

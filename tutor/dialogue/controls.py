"""What the learner can ask for at any moment besides the lesson: help, progress, language, privacy, stop, quit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import skills
from skills.blocks import Column, Table, msg
from skills.contract import Language
from skills.errors import UserError
from skills.export.kept import clear_unfinished
from tutor.course.model import Lesson
from tutor.dialogue import series
from tutor.dialogue.context import Dialogue, run_what
from tutor.dialogue.deleting import forget_run
from tutor.dialogue.forgetting import goes_with_run
from tutor.dialogue.lessons import aside, begin_lesson
from tutor.dialogue.next_useful import proposed
from tutor.dialogue.open_step import back_button
from tutor.dialogue.routes import route_buttons
from tutor.dialogue.skill_calls import run_card
from tutor.learner.events import Feedback, LanguageChosen
from tutor.processes.run_status import RunStatus
from tutor.turn import Button, Farewell, Intent, Reload, Shown, Waiting
from tutor.words import LANGUAGES, Words


async def show_help(dialogue: Dialogue) -> AsyncIterator[Shown]:
    dialogue.move("look_up")
    names = [name for name in skills.NAMES if name not in ("load_dataset", "quiz", "decide")]
    rows = tuple((msg(f"intents.{name}.label"), msg(f"intents.{name}.about")) for name in names)
    table = Table(
        title=msg("chat.help_table"),
        columns=(Column(label=msg("chat.you_say")), Column(label=msg("chat.i_do"))),
        rows=rows,
    )
    useful = proposed(dialogue)
    yield dialogue.say(
        "\n\n".join((dialogue.words("chat.help"), *((useful[0],) if useful else ()))),
        tone="aside",
        blocks=(table,),
        buttons=(
            back_button(dialogue),
            *((useful[1],) if useful else ()),
            dialogue.button("chat.button.progress", "progress"),
            dialogue.button("chat.button.other_way", "route"),
            dialogue.button("chat.button.my_things", "my_things"),
            dialogue.button("chat.button.privacy", "privacy"),
            _questions_button(dialogue),
            dialogue.button("chat.button.language", "change_language"),
            dialogue.button("chat.button.quit", "quit"),
        ),
    )


def _questions_button(dialogue: Dialogue) -> Button:
    """The lessons with their questions, or without."""
    other = "no_questions" if dialogue.memory.questions else "with_questions"
    return dialogue.button(f"chat.button.{other}", other)


async def show_progress(dialogue: Dialogue) -> AsyncIterator[Shown]:
    """Lessons of the route and the evidence behind each."""
    dialogue.move("look_up")
    rows = []
    for id in dialogue.course.routes[dialogue.memory.route or "express"]:
        lesson = dialogue.course.lessons[id]
        state, left = dialogue.progress.lesson_state(id), len(dialogue.progress.pending(id))
        passed = sum(dialogue.progress.passed(c) for c in lesson.concepts)
        evidence = dialogue.words("chat.evidence", passed=passed, n=len(lesson.concepts))
        rows.append(
            (f"{lesson.number} {lesson.title[dialogue.language]}", msg(f"chat.state.{state}", n=left), evidence)
        )
    table = Table(
        title=msg("chat.progress_table"),
        columns=tuple(Column(label=msg(f"chat.column.{c}")) for c in ("lesson", "state", "evidence")),
        rows=tuple(rows),
        caption=msg("chat.progress_caption"),
    )
    going = dialogue.jobs.running()
    told = _how_far(dialogue, going) if going else ""
    yield dialogue.say(
        told,
        tone="aside",
        blocks=((run_card(dialogue, going.run),) if going else ()) + (table,),
        buttons=(
            back_button(dialogue),
            dialogue.button("chat.button.quiz", "quiz"),
            dialogue.button("chat.button.other_lesson", "go_to"),
            *route_buttons(dialogue),
        ),
    )


def _how_far(dialogue: Dialogue, going: RunStatus) -> str:
    """How far a run is that goes on, and how long it will take, as far as that is known."""
    told = dialogue.words("chat.run_running", what=run_what(dialogue, going.skill))
    if not going.total:
        return told
    share = dialogue.words("chat.run_share", share=min(1.0, going.done / going.total))
    left = dialogue.words("chat.run_left", left=going.eta) if going.eta else ""
    return " ".join(part for part in (told, share, left) if part)


async def go_to(dialogue: Dialogue, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """Another lesson, by its number or a topic; without one, the modules, and of one its lessons. `among`: those that
    may have been meant."""
    found = find_lesson(dialogue, args)
    if found:
        async for shown in begin_lesson(dialogue, found):
            yield shown
        return
    dialogue.move("look_up")
    module = args.get("module")
    among = [dialogue.course.lessons[id] for id in args.get("among", ())]
    if among:
        buttons = (*_to_lessons(dialogue, among), dialogue.button("chat.button.other_lesson", "go_to"))
    else:
        buttons = _modules(dialogue) if module is None else _lessons(dialogue, module)
    asked = dialogue.words("chat.which_module" if module is None and not among else "chat.which_lesson")
    yield dialogue.say(asked, tone="aside", buttons=(*buttons, back_button(dialogue)))


def _modules(dialogue: Dialogue) -> tuple[Button, ...]:
    """A button for each module that has lessons."""
    taught = {lesson.module for lesson in dialogue.course.lessons.values()}
    return tuple(
        Button(
            label=f"{module.number} {module.title[dialogue.language]}",
            intent=Intent(name="go_to", args={"module": module.number}),
        )
        for module in dialogue.course.modules
        if module.number in taught
    )


def _lessons(dialogue: Dialogue, module: int) -> tuple[Button, ...]:
    return _to_lessons(dialogue, [one for one in dialogue.course.lessons.values() if one.module == module])


def _to_lessons(dialogue: Dialogue, lessons: Sequence[Lesson]) -> tuple[Button, ...]:
    return tuple(
        Button(
            label=f"{lesson.number} {lesson.title[dialogue.language]}",
            intent=Intent(name="start_lesson", args={"lesson": lesson.id}),
        )
        for lesson in lessons
    )


def find_lesson(dialogue: Dialogue, args: dict[str, Any]) -> str | None:
    number, topic = str(args.get("lesson") or ""), args.get("topic")
    for id, lesson in dialogue.course.lessons.items():
        if id == args.get("lesson") or lesson.number == number or (topic and topic in lesson.concepts):
            return id
    return None


async def change_language(dialogue: Dialogue, args: dict[str, Any]) -> AsyncIterator[Shown]:
    other: Language = "en" if dialogue.language == "es" else "es"
    language: Language = args["language"] if args.get("language") in LANGUAGES else other
    dialogue.record(LanguageChosen(language=language))
    dialogue.words = Words(language)
    yield Reload()


async def care(dialogue: Dialogue) -> AsyncIterator[Shown]:
    """Somebody is in distress or danger: where to turn, no question and no lesson below it; what is open stays so."""
    dialogue.move("look_up")
    dialogue.cared = True
    yield dialogue.say(
        dialogue.varied("chat.care"),
        tone="aside",
        buttons=(dialogue.button("chat.button.when_you_like", "back_to_lesson"),),
    )


async def speaks_only(dialogue: Dialogue, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """A message in a language that is not spoken here: which are, in that language where it is known."""
    told = f"chat.foreign.{args.get('language')}"
    text = dialogue.words(told if told in dialogue.words else "chat.foreign.other")
    other = dialogue.button("chat.button.language", "change_language")
    async for shown in aside(dialogue, text, (other,)):
        yield shown


async def stop(dialogue: Dialogue) -> AsyncIterator[Shown]:
    """Stop what is running; with nothing running, the questions that go on; else leave it here for today."""
    running = [status for status in dialogue.jobs.list() if status.state == "running"]
    if running:
        enough = (dialogue.button("chat.button.enough", "enough"),) if series.is_on(dialogue) else ()
        yield dialogue.say(
            dialogue.words("chat.stop_what", what=run_what(dialogue, running[-1].skill)),
            tone="system",
            buttons=(
                *_stop_buttons(dialogue, running[-1]),
                *enough,
                dialogue.button("chat.button.let_it_run", "back_to_lesson"),
            ),
        )
        return
    if series.is_on(dialogue):
        async for shown in series.enough(dialogue):
            yield shown
        return
    dialogue.move("pause")
    yield dialogue.say(
        dialogue.words("chat.paused"),
        tone="system",
        buttons=(
            back_button(dialogue),
            dialogue.button("chat.button.quit", "quit"),
        ),
    )


def _stop_buttons(dialogue: Dialogue, status: RunStatus) -> tuple[Button, ...]:
    """What can be done with a run that goes on; a training can also wait, and keeps what it has learnt."""
    args = {"run": status.run}
    if status.skill != "fine_tune":
        return (
            dialogue.button("chat.button.run_end", "run_stop", main=True, args=args),
            dialogue.button("chat.button.run_cancel", "run_discard", args=args),
        )
    return (
        dialogue.button("chat.button.run_stop", "run_stop", main=True, args=args),
        dialogue.button("chat.button.run_pause", "run_pause", args=args),
        dialogue.button("chat.button.run_discard", "run_discard", args=args),
    )


async def quit_program(dialogue: Dialogue) -> AsyncIterator[Shown]:
    running = [status.skill for status in dialogue.jobs.list() if status.state == "running"]
    if running:
        yield Farewell(text=dialogue.words("chat.farewell_running", what=run_what(dialogue, running[-1])))
    else:
        yield Farewell(text=dialogue.words("chat.farewell"))


async def take_feedback(dialogue: Dialogue, args: dict[str, Any]) -> AsyncIterator[Shown]:
    text, memory = str(args.get("said", "")), dialogue.memory
    dialogue.record(Feedback(text=text, lesson=memory.lesson, step=memory.step))
    async for shown in aside(dialogue, dialogue.words("chat.feedback_thanks")):
        yield shown


async def run_control(dialogue: Dialogue, what: str, run: str) -> AsyncIterator[Shown]:
    """Pause, stop and keep, discard, resume or delete a run. To discard one that goes on is to end and delete it: it
    has nothing to save first, and is gone when that is said, with what it wrote."""
    told = what
    try:
        if what == "resume":
            dialogue.jobs.resume(run)
        elif what in ("delete", "discard"):
            yield Waiting(text=dialogue.words("chat.doing.forget"))
            async for shown in forget_run(dialogue, await asyncio.to_thread(goes_with_run, dialogue, run)):
                yield shown
            clear_unfinished(dialogue.workspace)
        elif not dialogue.jobs.request(run, what):  # type: ignore[arg-type]
            told = "over"
        elif what == "stop" and dialogue.jobs.status(run).skill != "fine_tune":
            told = "end"
    except UserError as error:
        yield dialogue.error(error, buttons=dialogue.buttons)
        return
    async for shown in aside(dialogue, dialogue.words(f"chat.run_asked.{told}"), tone="system"):
        yield shown

"""Lessons and their steps, one after the other: opened, gone on with, taken up again, ended; and the way back to what
is open."""

from __future__ import annotations

from collections.abc import AsyncIterator

from skills.blocks import Block
from tutor.course.model import Ask, Bring, Lesson, Predict, Run, Say, Step
from tutor.dialogue import items, open_step, steps
from tutor.dialogue.context import Dialogue
from tutor.dialogue.routes import ways
from tutor.learner import plan, statechart
from tutor.learner.events import Dropped, LessonBegun, ReviewOffered, RouteChosen, StepDone
from tutor.turn import Button, Said, Shown

Turn = AsyncIterator[Shown]


# --- back to what is open ---------------------------------------------------------------------------------------------


async def resume(dialogue: Dialogue, anew: bool = False, more: tuple[Button, ...] = ()) -> Turn:
    """Back to exactly where the learner was: what is open there, in short; `anew` shows all of it once more. `more`:
    what can be done besides."""
    if dialogue.memory.machine.overlay:
        dialogue.move("back")
    heading = dialogue.words("chat.where_we_were")
    said = None if anew and not dialogue.memory.open_item else open_step.again(dialogue, heading, more)
    if said:
        yield said
        return
    async for shown in adding(dialogue, present(dialogue, f"{heading}\n\n" if dialogue.step else ""), more):
        yield shown


async def adding(dialogue: Dialogue, turn: Turn, more: tuple[Button, ...]) -> Turn:
    """What a turn shows, with `more` to click at the first message that has buttons and is no question or error."""
    async for shown in turn:
        if more and isinstance(shown, Said) and shown.buttons and not shown.item and shown.tone != "error":
            dialogue.buttons = (*shown.buttons, *more)
            shown, more = shown.model_copy(update={"buttons": dialogue.buttons}), ()
        yield shown


async def aside(
    dialogue: Dialogue,
    text: str,
    more: tuple[Button, ...] = (),
    tone: str = "aside",
    source: str = "",
    blocks: tuple[Block, ...] = (),
) -> Turn:
    """Say something short in between; what is open stands right below, so that nothing has to be clicked to go on.

    `more`: what can be done besides. While the learner talks to a model, or a settings card is open, that stays open.
    """
    held = dialogue.buttons if dialogue.memory.talk or dialogue.settings_card else ()
    if not held and dialogue.memory.machine.overlay:
        dialogue.move("back")
    if held or open_step.goes_on(dialogue):
        buttons = (*(held or open_step.on_buttons(dialogue)), *more)
        yield dialogue.say(text, tone=tone, source=source, blocks=blocks, buttons=buttons)
        return
    said = dialogue.say(text, tone=tone, source=source, blocks=blocks)
    open_again = open_step.again(dialogue, dialogue.words("chat.where_we_were"), more)
    if open_again:
        yield said
        yield open_again
    else:
        buttons = (open_step.back_button(dialogue), *more)
        yield dialogue.say(text, tone=tone, source=source, blocks=blocks, buttons=buttons)


# --- lessons and steps ------------------------------------------------------------------------------------------------


def next_lesson(dialogue: Dialogue) -> Turn:
    """What the plan proposes: a lesson, at the step where it was left, or the end of the route."""
    move = plan.next_step(dialogue.course, dialogue.progress)
    if isinstance(move, plan.Done):
        return _end_route(dialogue)
    lesson = dialogue.course.lessons[move.lesson]
    step = plan.first_step(lesson, dialogue.progress) if move.begun else lesson.steps[0].id
    return _offering_review(dialogue, begin_lesson(dialogue, move.lesson, step))


async def _offering_review(dialogue: Dialogue, turn: Turn) -> Turn:
    """The first that a lesson says also offers what is due for review, once a day; whoever goes on has skipped it."""
    wanted = dialogue.memory.questions
    due = plan.offered_review(dialogue.course, dialogue.progress, dialogue.now()) if wanted else ()
    async for shown in turn:
        if due and isinstance(shown, Said) and shown.buttons and not shown.item:
            dialogue.record(ReviewOffered())
            dialogue.buttons = (*shown.buttons, review_button(dialogue, len(due)))
            shown, due = shown.model_copy(update={"buttons": dialogue.buttons}), ()
        yield shown


def review_button(dialogue: Dialogue, n: int) -> Button:
    return dialogue.button("chat.button.review", "review", n=n)


async def _end_route(dialogue: Dialogue) -> Turn:
    """The end of the way: what can be done now, the other way among it."""
    dialogue.move("end")
    route = dialogue.memory.route or "express"
    due = plan.due_items(dialogue.course, dialogue.progress, dialogue.now())
    buttons = [dialogue.button("chat.button.quiz", "quiz", main=route == "full")]
    if due:
        buttons.insert(0, dialogue.button("chat.button.review_now", "review", n=len(due)))
    buttons += [
        dialogue.button("chat.button.progress", "progress"),
        dialogue.button("chat.button.my_things", "my_things"),
    ]
    if route == "express":
        other = dialogue.button("chat.button.full", "route", main=True, args={"route": "full"})
        buttons.insert(0, other)
    yield dialogue.say(dialogue.words(f"chat.route_done.{route}", **ways(dialogue)), buttons=tuple(buttons))


def begin_lesson(dialogue: Dialogue, lesson: str, step: str | None = None) -> Turn:
    """Open a lesson, at its first step if none is given. Who opens one before having chosen a way has chosen their
    own."""
    found = dialogue.course.lessons[lesson]
    if dialogue.memory.route is None:
        dialogue.record(RouteChosen(route="full"))
    drop(dialogue)
    dialogue.record(LessonBegun(lesson=lesson))
    dialogue.move("begin", lesson, step or found.steps[0].id)
    title = dialogue.words(
        "chat.lesson_title", number=found.number, title=found.title[dialogue.language], minutes=found.minutes
    )
    return present(dialogue, heading=f"### {title}\n\n")


def advance(dialogue: Dialogue) -> Turn:
    """Go to the step after the present one; after the last, to what the plan says."""
    lesson, step = dialogue.lesson, dialogue.step
    if lesson is None or step is None:
        return next_lesson(dialogue)
    dialogue.record(StepDone(lesson=lesson.id, step=step.id))
    drop(dialogue)
    at = lesson.steps.index(step) + 1
    while not dialogue.memory.questions and at < len(lesson.steps) and isinstance(lesson.steps[at], Ask):
        dialogue.record(StepDone(lesson=lesson.id, step=lesson.steps[at].id))
        at += 1
    if at == len(lesson.steps):
        return next_lesson(dialogue)
    dialogue.move("begin", lesson.id, lesson.steps[at].id)
    return present(dialogue)


def step_back(dialogue: Dialogue) -> Turn:
    """Show the step before the present one again."""
    lesson, step = dialogue.lesson, dialogue.step
    if lesson and step:
        drop(dialogue)
        at = max(0, lesson.steps.index(step) - 1)
        while at and _asks_about(dialogue, lesson, lesson.steps[at]):
            at -= 1  # it was shown together with what came after it
        dialogue.move("begin", lesson.id, lesson.steps[at].id)
    return present(dialogue)


def present(dialogue: Dialogue, heading: str = "") -> Turn:
    """Show the present step, and with it what it leads to ask; where there is none, what the plan says."""
    dialogue.last = None
    lesson, step = dialogue.lesson, dialogue.step
    if lesson is None or step is None:
        return next_lesson(dialogue)
    if isinstance(step, Ask):
        return items.ask_item(dialogue, step.item, "lesson", heading=heading + dialogue.text(step.text))
    return _and_what_it_asks(dialogue, lesson, step, steps.present(dialogue, lesson, step, heading))


async def _and_what_it_asks(dialogue: Dialogue, lesson: Lesson, step: Step, turn: Turn) -> Turn:
    """A step, and in the same turn the next one if that asks about it: nothing has to be clicked to be asked."""
    asked = _asks_about(dialogue, lesson, step)
    async for shown in turn:
        if asked and isinstance(shown, Said) and shown.tone != "error":
            shown = shown.model_copy(update={"buttons": tuple(b for b in shown.buttons if b.intent.name != "next")})
        yield shown
    if asked and open_step.goes_on(dialogue):
        last = dialogue.last
        async for shown in advance(dialogue):
            yield shown
        dialogue.last = last.model_copy(update={"of_lesson": True}) if last else None


def _asks_about(dialogue: Dialogue, lesson: Lesson, step: Step) -> bool:
    """Whether the next step is put together with this one: a bet with what was said or shown before it, a question or
    a wish for a text with what was said."""
    rest = lesson.steps[lesson.steps.index(step) + 1 :]
    following = rest[0] if rest else None
    if isinstance(step, Say):
        return isinstance(following, Predict | Bring) or (isinstance(following, Ask) and dialogue.memory.questions)
    return isinstance(step, Run) and not step.background and isinstance(following, Predict)


def leave_series(dialogue: Dialogue) -> None:
    """Out of a series of questions: to the present step, which may have been the last of its lesson."""
    drop(dialogue)
    lesson, step = dialogue.lesson, dialogue.step
    if lesson is None or step is None:
        event = "introduce" if dialogue.memory.route is None else "end"
    else:
        event = "end" if step == lesson.steps[-1] else "begin"
    if statechart.can(dialogue.memory.machine, event):
        dialogue.move(event)


def drop(dialogue: Dialogue) -> None:
    """Let the open question go, if there is one."""
    if dialogue.memory.open_item:
        dialogue.record(Dropped(submission=dialogue.memory.open_item.submission))

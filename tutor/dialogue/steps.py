"""The steps of a lesson: what each kind shows, and what happens when the learner has done it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from skills.errors import UserError
from skills.texts.quantities import read_number
from tutor.course.model import Ask, Bring, Close, Lesson, Predict, Run, Say, Step, Try, Wait
from tutor.dialogue.context import Desk, next_button
from tutor.dialogue.items import ask_item
from tutor.dialogue.lesson_runs import outcome_of, present_run, present_wait
from tutor.dialogue.skill_calls import Outcome, record_result, resolve
from tutor.learner import plan, statechart
from tutor.turn import Button, Intent, Said, Shown

# --- moving -----------------------------------------------------------------------------------------------------------


async def begin_lesson(desk: Desk, lesson: str) -> AsyncIterator[Shown]:
    """Open a lesson at its first step. Who opens one before having chosen a way has chosen their own."""
    found = desk.course.lessons[lesson]
    if desk.memory.route is None:
        desk.record("route_chosen", {"route": "full"})
    desk.record("lesson_begun", {"lesson": lesson})
    desk.move("begin", lesson, found.steps[0].id)
    title = desk.words(
        "chat.lesson_title", number=found.number, title=found.title[desk.language], minutes=found.minutes
    )
    async for shown in present(desk, heading=f"### {title}\n\n"):
        yield shown


async def advance(desk: Desk) -> AsyncIterator[Shown]:
    """Go to the step after the present one; after the last, to what the plan says."""
    lesson, step = desk.lesson, desk.step
    if lesson is None or step is None:
        async for shown in next_lesson(desk):
            yield shown
        return
    desk.record("step_done", {"lesson": lesson.id, "step": step.id})
    if desk.memory.open_item:
        desk.record("dropped", {"submission": desk.memory.open_item.submission})
    at = lesson.steps.index(step) + 1
    if at == len(lesson.steps):
        async for shown in next_lesson(desk):
            yield shown
        return
    desk.move("begin", lesson.id, lesson.steps[at].id)
    async for shown in present(desk):
        yield shown


async def step_back(desk: Desk) -> AsyncIterator[Shown]:
    """Show the step before the present one again."""
    lesson, step = desk.lesson, desk.step
    if lesson and step:
        at = max(0, lesson.steps.index(step) - 1)
        desk.move("begin", lesson.id, lesson.steps[at].id)
    async for shown in present(desk):
        yield shown


async def next_lesson(desk: Desk) -> AsyncIterator[Shown]:
    """What the plan proposes: a lesson, a review, or the end of the route."""
    from tutor.dialogue.flow import begin_review

    move = plan.next_step(desk.course, desk.progress, desk.now())
    match move:
        case plan.Review():
            async for shown in begin_review(desk, move.items):
                yield shown
        case plan.Teach(lesson=lesson):
            async for shown in begin_lesson(desk, lesson):
                yield shown
        case _:
            desk.move("end")
            yield desk.say(
                desk.words("chat.route_done"),
                buttons=(
                    desk.button("chat.button.quiz", "quiz", main=True),
                    desk.button("chat.button.progress", "progress"),
                    desk.button("chat.button.my_things", "delete_data"),
                ),
            )


# --- presenting -------------------------------------------------------------------------------------------------------


async def present(desk: Desk, heading: str = "") -> AsyncIterator[Shown]:
    """Show the present step."""
    lesson, step = desk.lesson, desk.step
    if lesson is None or step is None:
        async for shown in next_lesson(desk):
            yield shown
        return
    text = heading + desk.text(step.text)
    match step:
        case Say():
            yield desk.say(text, buttons=(next_button(desk),))
        case Predict():
            yield desk.say(text, buttons=_prediction_buttons(desk, step))
        case Try():
            yield desk.say(text, buttons=try_buttons(desk, step))
        case Bring():
            yield desk.say(text, buttons=bring_buttons(desk))
        case Ask():
            async for shown in ask_item(desk, step.item, "lesson", heading=text):
                yield shown
        case Wait():
            async for shown in present_wait(desk, step, text):
                yield shown
        case Close():
            yield _present_close(desk, lesson, text)
        case Run():
            async for shown in present_run(desk, step, text):
                yield shown


def _prediction_buttons(desk: Desk, step: Predict) -> tuple[Button, ...]:
    if step.format == "choice":
        return tuple(
            Button(
                label=label[desk.language], intent=Intent(name="choose", args={"choice": id, "step": desk.at(step.id)})
            )
            for id, label in step.labels.items()
        )
    return (desk.button("chat.button.dont_know", "next"),)


def try_buttons(desk: Desk, step: Try) -> tuple[Button, ...]:
    return (*_labelled(desk, step), desk.button("chat.button.go_on", "next", main=True))


def _labelled(desk: Desk, step: Predict | Try) -> tuple[Button, ...]:
    """A button for each of the step's authored choices."""
    at = desk.at(step.id)
    return tuple(
        Button(label=label[desk.language], intent=Intent(name="choose", args={"choice": id, "step": at}))
        for id, label in step.labels.items()
    )


def bring_buttons(desk: Desk) -> tuple[Button, ...]:
    have = [m for m in desk.workspace.manifests() if not m.sample][-3:]
    return (
        *(desk.button("chat.button.use_text", "choose", args={"dataset": m.id}, name=m.name) for m in reversed(have)),
        desk.button("chat.button.sample_verse", "choose", args={"sample": "verse"}),
        desk.button("chat.button.sample_prose", "choose", args={"sample": "prose"}),
    )


def _present_close(desk: Desk, lesson: Lesson, text: str) -> Said:
    desk.record("step_done", {"lesson": lesson.id, "step": lesson.steps[-1].id})
    desk.record("lesson_done", {"lesson": lesson.id})
    if statechart.can(desk.memory.machine, "end"):
        desk.move("end")
    return desk.say(
        text,
        buttons=(
            desk.button("chat.button.next_lesson", "next", main=True),
            desk.button("chat.button.quiz", "quiz"),
            desk.button("chat.button.stop_today", "stop"),
        ),
    )


# --- what the learner does at a step ----------------------------------------------------------------------------------


async def do_step(desk: Desk, step: Step, typed: str, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """The learner clicked a choice or typed at a step that waits for it."""
    match step:
        case Predict():
            value = args.get("choice", typed.strip())
            if step.format == "number" and read_number(str(value)) is None:
                yield desk.say(desk.words("chat.want_number"), buttons=desk.buttons)
                return
            desk.record("predicted", {"at": desk.at(step.id), "value": value})
            async for shown in advance(desk):
                yield shown
        case Try():
            async for shown in _try(desk, step, typed, args):
                yield shown
        case _:
            async for shown in advance(desk):
                yield shown


async def _try(desk: Desk, step: Try, typed: str, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """Turn the knob: run the skill with what was typed or chosen, and leave it open for another turn."""
    inputs = dict(step.inputs)
    if "choice" in args:
        inputs |= step.choices[args["choice"]]
    elif step.ask:
        inputs[step.ask] = typed
    choice = args.get("choice") or next(iter(step.choices), "")
    async for said in outcome_of(desk, step, resolve(desk, inputs), choice):
        if isinstance(said, Outcome):
            record_result(desk, desk.at(step.id), step.skill, said)
            yield desk.say(desk.text(step.after), blocks=said.blocks, buttons=try_buttons(desk, step))
        elif isinstance(said, UserError):
            yield desk.error(said, buttons=try_buttons(desk, step))
        else:
            yield said

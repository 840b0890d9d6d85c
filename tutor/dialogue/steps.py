"""The steps of a lesson: what each kind shows. What comes after one is flow's affair."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from skills.errors import UserError
from tutor.course.model import Bring, Close, Lesson, Predict, Run, Say, Step, Try, Wait
from tutor.dialogue.bets import bets
from tutor.dialogue.context import Dialogue, next_button
from tutor.dialogue.lesson_runs import outcome_of, present_run, present_wait
from tutor.dialogue.skill_calls import Outcome, record_result, resolve
from tutor.learner import plan, statechart
from tutor.learner.events import LessonDone, StepDone
from tutor.turn import Button, Intent, Said, Shown


async def present(dialogue: Dialogue, lesson: Lesson, step: Step, heading: str = "") -> AsyncIterator[Shown]:
    """Show a step of a lesson, all but questions (items.py)."""
    text = heading + dialogue.text(step.text)
    match step:
        case Say():
            yield dialogue.say(text, blocks=bets(dialogue, step), buttons=(next_button(dialogue),))
        case Predict() | Try() | Bring():
            yield dialogue.say(text, buttons=step_buttons(dialogue, step))
        case Close():
            yield _present_close(dialogue, lesson, text)
        case Wait():
            async for shown in present_wait(dialogue, step, text):
                yield shown
        case Run():
            async for shown in present_run(dialogue, step, text):
                yield shown


def step_buttons(dialogue: Dialogue, step: Predict | Try | Bring) -> tuple[Button, ...]:
    """What can be clicked at a step that waits for something."""
    match step:
        case Predict():
            return _prediction_buttons(dialogue, step)
        case Try():
            return try_buttons(dialogue, step)
        case Bring():
            return bring_buttons(dialogue)


def _prediction_buttons(dialogue: Dialogue, step: Predict) -> tuple[Button, ...]:
    return _labelled(dialogue, step) if step.format == "choice" else (dialogue.button("chat.button.dont_know", "next"),)


def try_buttons(dialogue: Dialogue, step: Try) -> tuple[Button, ...]:
    return (*_labelled(dialogue, step), dialogue.button("chat.button.go_on", "next", main=True))


def _labelled(dialogue: Dialogue, step: Predict | Try) -> tuple[Button, ...]:
    """A button for each of the step's authored choices."""
    at = dialogue.at(step.id)
    return tuple(
        Button(label=label[dialogue.language], intent=Intent(name="choose", args={"choice": id, "step": at}))
        for id, label in step.labels.items()
    )


def bring_buttons(dialogue: Dialogue) -> tuple[Button, ...]:
    have = [m for m in dialogue.workspace.manifests() if not m.sample][-3:]
    return (
        *(
            dialogue.button("chat.button.use_text", "choose", args={"dataset": m.id}, name=m.name)
            for m in reversed(have)
        ),
        dialogue.button("chat.button.sample_verse", "choose", args={"sample": "verse"}),
        dialogue.button("chat.button.sample_prose", "choose", args={"sample": "prose"}),
    )


def _present_close(dialogue: Dialogue, lesson: Lesson, text: str) -> Said:
    if dialogue.memory.machine.phase != "summary":  # shown again, it has not ended again
        dialogue.record(StepDone(lesson=lesson.id, step=lesson.steps[-1].id))
        dialogue.record(LessonDone(lesson=lesson.id))
    if statechart.can(dialogue.memory.machine, "end"):
        dialogue.move("end")
    told = (text, _left_to_review(dialogue, lesson), _coming(dialogue))
    return dialogue.say("\n\n".join(part for part in told if part), buttons=close_buttons(dialogue))


def _left_to_review(dialogue: Dialogue, lesson: Lesson) -> str:
    """How many of the lesson's questions are still to be answered without help; it keeps nobody from going on."""
    total = len(dialogue.progress.questions.get(lesson.id, ()))
    if not total:
        return ""
    left, button = len(dialogue.progress.pending(lesson.id)), dialogue.words("chat.button.quiz")
    return dialogue.words("chat.left_to_review", n=left, total=total, button=button) if left else ""


def close_buttons(dialogue: Dialogue) -> tuple[Button, ...]:
    """What can be done at the end of a lesson."""
    return (
        on_button(dialogue),
        dialogue.button("chat.button.quiz", "quiz"),
        dialogue.button("chat.button.stop_today", "stop"),
    )


def on_button(dialogue: Dialogue) -> Button:
    """On from the end of a lesson; after the last one there is none that follows."""
    ended = isinstance(plan.next_step(dialogue.course, dialogue.progress), plan.Done)
    return dialogue.button("chat.button.end_of_way" if ended else "chat.button.next_lesson", "next", main=True)


def _coming(dialogue: Dialogue) -> str:
    """Which lesson follows on the learner's way; the lessons themselves do not know."""
    move = plan.next_step(dialogue.course, dialogue.progress)
    if isinstance(move, plan.Done):
        return ""
    lesson = dialogue.course.lessons[move.lesson]
    return dialogue.words("chat.coming", number=lesson.number, title=lesson.title[dialogue.language])


async def turn_knob(dialogue: Dialogue, step: Try, typed: str, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """Run the skill of the step with what was typed or chosen, and leave it open for another turn of the knob."""
    inputs = dict(step.inputs)
    if "choice" in args:
        inputs |= step.choices[args["choice"]]
    elif step.ask:
        inputs[step.ask] = typed
    choice = args.get("choice") or next(iter(step.choices), "")
    try:
        async for said in outcome_of(dialogue, step, resolve(dialogue, inputs), choice):
            if isinstance(said, Outcome):
                record_result(dialogue, dialogue.at(step.id), step.skill, said)
                yield dialogue.say(dialogue.text(step.after), blocks=said.blocks, buttons=try_buttons(dialogue, step))
            else:
                yield said
    except UserError as error:
        yield dialogue.error(error, buttons=try_buttons(dialogue, step))

"""What comes next: the one place that decides it. Lessons and their steps, answers, reviews, quizzes, placement.

Everything else shows (`steps`, `items`, `lesson_runs`) or is asked for by the learner (`intents`); whoever is done
comes here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from skills.texts.quantities import read_number
from tutor.course.model import Ask, Predict, Run, Step, Try
from tutor.dialogue import items, steps
from tutor.dialogue.context import Dialogue, back_button, next_button
from tutor.dialogue.lesson_runs import after_text
from tutor.dialogue.quiz import quiz_queue
from tutor.dialogue.skill_calls import offered
from tutor.learner import plan, statechart
from tutor.learner.events import (
    Dropped,
    LessonBegun,
    PlacementBegun,
    Predicted,
    Queued,
    QueuedItem,
    RouteChosen,
    SolutionShown,
    StepDone,
    Where,
)
from tutor.learner.mastery import MISSES
from tutor.nlu.grading import grade
from tutor.turn import Shown

Turn = AsyncIterator[Shown]


def proceed(dialogue: Dialogue) -> Turn:
    """The learner said «next»: back from what lies over the lesson, on in a series, else to the next step."""
    asked = dialogue.memory.open_item
    if dialogue.memory.machine.overlay:
        return resume(dialogue)
    if asked and asked.where == "placement":
        return give_up(dialogue)  # a question that is passed over is not asked again
    if asked and asked.where != "lesson":
        _drop(dialogue)
        return next_question(dialogue, asked.where)
    if dialogue.memory.machine.phase == "review":
        return next_question(dialogue, "review")
    if dialogue.memory.route is None:
        return choose_route(dialogue, "express")
    return advance(dialogue)


async def resume(dialogue: Dialogue, anew: bool = False) -> Turn:
    """Back to exactly where the learner was: the open question, or the step; `anew` shows all of it once more.

    A step whose skill has run already is not run again: its result stands above, and what was said of it is enough.
    """
    if dialogue.memory.machine.overlay:
        dialogue.move("back")
    step = dialogue.step
    if dialogue.memory.open_item:
        yield items.show_open(dialogue, dialogue.words("chat.where_we_were"))
    elif isinstance(step, Run) and not anew and dialogue.at(step.id) in dialogue.memory.results:
        said = f"{dialogue.words('chat.where_we_were')}\n\n{dialogue.text(after_text(dialogue, step))}"
        offers = offered(dialogue, dialogue.memory.offers.get(dialogue.at(step.id), ()))
        yield dialogue.say(said, buttons=(next_button(dialogue), *offers))
    else:
        heading = f"{dialogue.words('chat.where_we_were')}\n\n" if step else ""
        async for shown in _present(dialogue, heading):
            yield shown


# --- lessons and steps ------------------------------------------------------------------------------------------------


def choose_route(dialogue: Dialogue, route: str) -> Turn:
    dialogue.record(RouteChosen(route="full" if route == "placement" else route))
    return begin_placement(dialogue) if route == "placement" else next_lesson(dialogue)


def next_lesson(dialogue: Dialogue) -> Turn:
    """What the plan proposes: a lesson, a review, or the end of the route."""
    move = plan.next_step(dialogue.course, dialogue.progress, dialogue.now())
    match move:
        case plan.Review():
            return begin_review(dialogue, move.items)
        case plan.Teach(lesson=lesson):
            return begin_lesson(dialogue, lesson)
        case _:
            return _end_route(dialogue)


async def _end_route(dialogue: Dialogue) -> Turn:
    dialogue.move("end")
    yield dialogue.say(
        dialogue.words("chat.route_done"),
        buttons=(
            dialogue.button("chat.button.quiz", "quiz", main=True),
            dialogue.button("chat.button.progress", "progress"),
            dialogue.button("chat.button.my_things", "delete_data"),
        ),
    )


def begin_lesson(dialogue: Dialogue, lesson: str) -> Turn:
    """Open a lesson at its first step. Who opens one before having chosen a way has chosen their own."""
    found = dialogue.course.lessons[lesson]
    if dialogue.memory.route is None:
        dialogue.record(RouteChosen(route="full"))
    dialogue.record(LessonBegun(lesson=lesson))
    dialogue.move("begin", lesson, found.steps[0].id)
    title = dialogue.words(
        "chat.lesson_title", number=found.number, title=found.title[dialogue.language], minutes=found.minutes
    )
    return _present(dialogue, heading=f"### {title}\n\n")


def advance(dialogue: Dialogue) -> Turn:
    """Go to the step after the present one; after the last, to what the plan says."""
    lesson, step = dialogue.lesson, dialogue.step
    if lesson is None or step is None:
        return next_lesson(dialogue)
    dialogue.record(StepDone(lesson=lesson.id, step=step.id))
    _drop(dialogue)
    at = lesson.steps.index(step) + 1
    if at == len(lesson.steps):
        return next_lesson(dialogue)
    dialogue.move("begin", lesson.id, lesson.steps[at].id)
    return _present(dialogue)


def step_back(dialogue: Dialogue) -> Turn:
    """Show the step before the present one again."""
    lesson, step = dialogue.lesson, dialogue.step
    if lesson and step:
        at = max(0, lesson.steps.index(step) - 1)
        dialogue.move("begin", lesson.id, lesson.steps[at].id)
    return _present(dialogue)


def _present(dialogue: Dialogue, heading: str = "") -> Turn:
    """Show the present step; where there is none, what the plan says."""
    lesson, step = dialogue.lesson, dialogue.step
    if lesson is None or step is None:
        return next_lesson(dialogue)
    if isinstance(step, Ask):
        return items.ask_item(dialogue, step.item, "lesson", heading=heading + dialogue.text(step.text))
    return steps.present(dialogue, lesson, step, heading)


async def do_step(dialogue: Dialogue, step: Step, typed: str, args: dict[str, Any]) -> Turn:
    """The learner clicked a choice or typed at a step that waits for it."""
    if isinstance(step, Predict):
        value = str(args.get("choice", typed.strip()))
        if step.format == "number" and read_number(value) is None:
            yield dialogue.say(dialogue.words("chat.want_number"), buttons=dialogue.buttons)
            return
        dialogue.record(Predicted(at=dialogue.at(step.id), value=value))
    turn = steps.turn_knob(dialogue, step, typed, args) if isinstance(step, Try) else advance(dialogue)
    async for shown in turn:
        yield shown


# --- answers ----------------------------------------------------------------------------------------------------------


async def take_answer(dialogue: Dialogue, answer: Any, submission: str) -> Turn:
    """Grade an answer to the open question; a second answer to the same submission is not counted again."""
    asked = dialogue.memory.open_item
    if asked is None or asked.submission != submission:
        yield dialogue.say(dialogue.words("chat.already_answered"), tone="system", buttons=dialogue.buttons)
        return
    item = items.open_item(dialogue)
    graded = grade(item, answer, dialogue.language)
    if not items.record_answer(dialogue, item, asked, graded.outcome):
        return
    yield items.graded_card(dialogue, item, asked, graded, answer)
    text = ""
    if graded.outcome not in ("correct", "unclear") and asked.where not in ("placement", "quiz"):
        if not _missed_often(dialogue, item.concept):
            yield items.ask_again(dialogue, item, asked.where)
            return
        text = dialogue.words(
            "chat.three_misses", example=dialogue.course.concepts[item.concept].example[dialogue.language]
        )
    async for shown in _after_answer(dialogue, asked.where, text):
        yield shown


def _missed_often(dialogue: Dialogue, concept: str) -> bool:
    return bool(concept) and dialogue.progress.misses(concept) >= MISSES


async def give_up(dialogue: Dialogue) -> Turn:
    """Show the answer to the open question: it is seen, it does not count, and it comes back."""
    asked = dialogue.memory.open_item
    if asked is None:
        return
    item = items.open_item(dialogue)
    dialogue.record(SolutionShown(submission=asked.submission))
    items.record_answer(dialogue, item, asked, "wrong", shown=True)
    yield items.solution_card(dialogue, item, asked)
    async for shown in _after_answer(dialogue, asked.where, dialogue.words("chat.solution_shown")):
        yield shown


async def _after_answer(dialogue: Dialogue, where: Where, text: str) -> Turn:
    """On from an answered question: in a lesson with a button, in a series at once."""
    if where == "lesson":
        yield dialogue.say(text, buttons=(next_button(dialogue),))
        return
    async for shown in next_question(dialogue, where, text):
        yield shown


# --- series of questions ----------------------------------------------------------------------------------------------


def begin_review(dialogue: Dialogue, due: Iterable[str]) -> Turn:
    """Ask the items whose review is due."""
    queue = tuple(QueuedItem(item=item, where="review") for item in due)
    return _begin_series(dialogue, queue, dialogue.words("chat.review_intro", n=len(queue)))


async def begin_quiz(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """Questions on what was learnt; where the learner has a text, gaps made from it too."""
    queue: tuple[QueuedItem, ...] = ()
    async for made in quiz_queue(dialogue, args):
        if isinstance(made, tuple):
            queue = made
        else:
            yield made
    if not queue:
        yield dialogue.say(dialogue.words("chat.nothing_to_quiz"), buttons=(next_button(dialogue),))
        return
    async for shown in _begin_series(dialogue, queue, dialogue.words("chat.quiz_intro", n=len(queue))):
        yield shown


def begin_placement(dialogue: Dialogue) -> Turn:
    """«Ya sé algo: probame»: a few questions, and the lessons whose ideas are known are skipped."""
    dialogue.record(PlacementBegun())
    return _next_placement(dialogue, dialogue.words("chat.placement_intro"))


def leave_placement(dialogue: Dialogue) -> Turn:
    """Enough questions: on with the first lesson that is not known yet."""
    _drop(dialogue)
    return next_lesson(dialogue)


def next_question(dialogue: Dialogue, where: Where, text: str = "") -> Turn:
    """The next question of the series, or its end."""
    if where == "placement":
        return _next_placement(dialogue, text)
    if dialogue.memory.queue:
        first, rest = dialogue.memory.queue[0], dialogue.memory.queue[1:]
        dialogue.record(Queued(items=rest))
        return items.ask_item(dialogue, first.item, first.where, heading=text, gap=first.gap)
    return _end_series(dialogue, text)


async def _end_series(dialogue: Dialogue, text: str) -> Turn:
    """Close the series and offer the way back to the lesson."""
    _drop(dialogue)
    dialogue.record(Queued(items=()))
    if statechart.can(dialogue.memory.machine, "end"):
        dialogue.move("end")
    buttons = [back_button(dialogue)] if dialogue.step else []
    buttons.append(dialogue.button("chat.button.progress", "progress"))
    yield dialogue.say(f"{text}\n\n{dialogue.words('chat.series_done')}".strip(), buttons=tuple(buttons))


def _begin_series(dialogue: Dialogue, queue: tuple[QueuedItem, ...], intro: str) -> Turn:
    _drop(dialogue)
    dialogue.record(Queued(items=queue))
    return next_question(dialogue, "review", intro)


async def _next_placement(dialogue: Dialogue, text: str) -> Turn:
    item = plan.placement(dialogue.course, dialogue.progress)
    if item is None:
        known = sum(dialogue.progress.passed(concept) for concept in dialogue.course.concepts)
        yield dialogue.say(f"{text}\n\n{dialogue.words('chat.placement_done', n=known)}".strip())
        turn = next_lesson(dialogue)
    else:
        turn = items.ask_item(dialogue, item, "placement", heading=text)
    async for shown in turn:
        yield shown


def _drop(dialogue: Dialogue) -> None:
    """Let the open question go, if there is one."""
    if dialogue.memory.open_item:
        dialogue.record(Dropped(submission=dialogue.memory.open_item.submission))

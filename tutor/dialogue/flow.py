"""What comes next: where a «next», an answer, a chosen way or what was typed at a step leads.

`lessons` goes from step to step and `series` from question to question; whoever is done comes here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from skills.texts.quantities import read_number
from tutor.course.model import Item, Open, Predict, Step, Try
from tutor.dialogue import items, lessons, open_step, routes, series, steps
from tutor.dialogue.context import Dialogue, Marked, next_button
from tutor.learner.events import ExplainedAgain, Predicted, QuestionsChosen, RouteChosen, SolutionShown, Where
from tutor.learner.mastery import MISSES
from tutor.nlu.grading import grade
from tutor.turn import Shown

Turn = AsyncIterator[Shown]
OFTEN_SKIPPED = 3
"""Questions in a row passed over or given up after which it is said that the lessons can go without."""


def proceed(dialogue: Dialogue) -> Turn:
    """The learner said «next»: on in a series, else to the next step. From what lies over the lesson it leads back,
    and on at once where nothing is open there."""
    if dialogue.memory.machine.overlay:
        dialogue.move("back")
        if not open_step.goes_on(dialogue):
            return lessons.resume(dialogue)
    asked = dialogue.memory.open_item
    if asked and asked.where == "placement":
        return give_up(dialogue)  # a question that is passed over is not asked again
    if asked and asked.where != "lesson":
        lessons.drop(dialogue)
        return series.next_question(dialogue, asked.where)
    if dialogue.memory.machine.phase == "review":
        return series.next_question(dialogue, "review")
    if dialogue.memory.route is None:
        return choose_route(dialogue, "express")
    return lessons.advance(dialogue)


# --- the way through the course ---------------------------------------------------------------------------------------


def change_route(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """Choose a way, or another one, by a button or in words (`said`); without one, the choice is shown."""
    route = args.get("route") or routes.read_route(str(args.get("said", "")))
    if route not in routes.ROUTES:
        return _ask_route(dialogue)
    if dialogue.memory.route is None or route == "placement":
        return choose_route(dialogue, route)
    return _switch(dialogue, route)


def choose_route(dialogue: Dialogue, route: str) -> Turn:
    """The first choice, or a placement, which belongs to the way one is on."""
    chosen = (dialogue.memory.route or "full") if route == "placement" else route
    if chosen != dialogue.memory.route:
        dialogue.record(RouteChosen(route=chosen))
    return series.begin_placement(dialogue) if route == "placement" else lessons.next_lesson(dialogue)


def _switch(dialogue: Dialogue, route: str) -> Turn:
    """Another way: what was done counts there, and what is open stays open."""
    same = dialogue.memory.route == route
    if not same:
        dialogue.record(RouteChosen(route=route))
    of_route = dialogue.course.routes[route]
    done = sum(lesson in dialogue.progress.done for lesson in of_route)
    told = dialogue.words(f"chat.route_{'kept' if same else 'changed'}.{route}", n=done, total=len(of_route))
    return lessons.aside(dialogue, told, tone="system")


async def _ask_route(dialogue: Dialogue) -> Turn:
    if dialogue.memory.route is None:
        yield dialogue.say(routes.beginning(dialogue), buttons=routes.beginning_buttons(dialogue))
        return
    dialogue.move("look_up")
    buttons = (*routes.route_buttons(dialogue), open_step.back_button(dialogue))
    yield dialogue.say(dialogue.words("chat.which_way", **routes.ways(dialogue)), tone="aside", buttons=buttons)


async def choose_questions(dialogue: Dialogue, wanted: bool) -> Turn:
    """The lessons ask their questions from now on, or leave them out; one that is open goes at once."""
    dialogue.record(QuestionsChosen(wanted=wanted))
    told = dialogue.words("chat.questions_on" if wanted else "chat.questions_off")
    asked = dialogue.memory.open_item
    if wanted or not asked or asked.where != "lesson":
        async for shown in lessons.aside(dialogue, told, tone="system"):
            yield shown
        return
    yield dialogue.say(told, tone="system", buttons=dialogue.buttons)
    async for shown in lessons.advance(dialogue):
        yield shown


# --- what is done at a step -------------------------------------------------------------------------------------------


async def do_step(dialogue: Dialogue, step: Step, typed: str, args: dict[str, Any]) -> Turn:
    """The learner clicked a choice or typed at a step that waits for it."""
    if isinstance(step, Predict):
        value = str(args.get("choice", typed.strip()))
        if step.format == "number" and read_number(value) is None:
            yield dialogue.say(dialogue.words("chat.want_number"), buttons=dialogue.buttons)
            return
        dialogue.record(Predicted(at=dialogue.at(step.id), value=value))
    turn = steps.turn_knob(dialogue, step, typed, args) if isinstance(step, Try) else lessons.advance(dialogue)
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
    likely = await _likely(dialogue, item, str(answer)) if isinstance(item, Open) else None
    graded = grade(item, answer, dialogue.language, likely)
    if not items.record_answer(dialogue, item, asked, graded.outcome):
        return
    yield items.graded_card(dialogue, item, asked, graded, answer)
    dialogue.marked = Marked(asked=asked, outcome=graded.outcome, why=graded.feedback)
    text = ""
    if graded.outcome not in ("correct", "unclear") and asked.where not in ("placement", "quiz"):
        if not _missed_often(dialogue, item.concept):
            again = _taught_again(dialogue, item) if asked.attempt > 1 else ""
            yield dialogue.say(again, buttons=items.missed_buttons(dialogue, item, asked.where, asked.attempt))
            return
        example = dialogue.course.concepts[item.concept].example_for(dialogue.memory.profile)[0]
        text = dialogue.words("chat.three_misses", example=example[dialogue.language])
    async for shown in _after_answer(dialogue, asked.where, text):
        yield shown


async def _likely(dialogue: Dialogue, item: Open, text: str) -> dict[str, float] | None:
    """How likely each verdict is by what the answer means; None where nothing tells."""
    ears = dialogue.answers.ears
    return await asyncio.to_thread(ears.verdicts, item.id, text) if ears else None


def _taught_again(dialogue: Dialogue, item: Item) -> str:
    """What is said at the second miss: the idea once more, simpler."""
    concept, step = dialogue.course.concepts.get(item.concept), dialogue.step
    if concept is None:
        return ""
    dialogue.record(ExplainedAgain(concept=concept.id, step=step.id if step else None))
    return dialogue.words("chat.taught_again", simpler=concept.simpler[dialogue.language])


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
    told = "" if asked.where == "placement" or not item.concept else dialogue.words("chat.solution_shown")
    if asked.where == "lesson" and dialogue.memory.skipped >= OFTEN_SKIPPED:
        told = f"{told}\n\n{dialogue.words('chat.questions_can_go')}"
        yield dialogue.say(
            told, buttons=(next_button(dialogue), dialogue.button("chat.button.no_questions", "no_questions"))
        )
        return
    async for shown in _after_answer(dialogue, asked.where, told):
        yield shown


async def _after_answer(dialogue: Dialogue, where: Where, text: str) -> Turn:
    """On from an answered question: in a lesson with a button, in a series at once."""
    if where == "lesson":
        yield dialogue.say(text, buttons=(next_button(dialogue),))
        return
    async for shown in series.next_question(dialogue, where, text):
        yield shown

"""Questions: asking an item, taking the answer, telling the outcome, hints and solutions."""

from __future__ import annotations

import random
import secrets
from collections.abc import AsyncIterator
from typing import Any, Literal

from tutor.course.model import Bilingual, Choice, Do, Item, ItemOption, Number, Open, Order
from tutor.dialogue.context import Desk
from tutor.learner import statechart
from tutor.learner.mastery import MISSES
from tutor.nlu.grading import Graded, grade
from tutor.turn import Button, ItemView, Shown, Verdict
from tutor.turn import Graded as GradedCard

Where = Literal["lesson", "review", "quiz", "placement"]


# --- asking -----------------------------------------------------------------------------------------------------------


async def ask_item(
    desk: Desk, item: str, where: Where, heading: str = "", gap: dict[str, Any] | None = None
) -> AsyncIterator[Shown]:
    """Put a question: an item of the course, or a gap made from the learner's text."""
    before = desk.memory.open_item
    attempt = before.attempt + 1 if before and before.item == item else 1
    submission = secrets.token_hex(8)
    desk.move({"lesson": "ask", "placement": "place"}.get(where, "revise"))
    desk.record("asked", {"item": item, "submission": submission, "where": where, "gap": gap, "attempt": attempt})
    yield show_open(desk, heading)


def show_open(desk: Desk, heading: str = "") -> Shown:
    """The open question, as a card."""
    asked = desk.memory.open_item
    assert asked
    item = open_item(desk)
    return desk.say(heading, item=view(desk, item, asked.submission), buttons=_item_buttons(desk, item, asked.where))


def open_item(desk: Desk) -> Item:
    """The item that is asked now."""
    asked = desk.memory.open_item
    assert asked
    return gap_item(asked.item, asked.gap) if asked.gap else desk.course.items[asked.item]


def gap_item(id: str, gap: dict[str, Any]) -> Choice:
    """A gap question from `skills.quiz` as an item: same card, same grading, no concept."""

    def both(text: str) -> Bilingual:
        return Bilingual(es=text, en=text)

    options = tuple(
        ItemOption(
            id=str(n),
            text=both(option),
            why=both(gap["source"]),
            misconception=None if option == gap["answer"] else "other-word",
        )
        for n, option in enumerate(gap["options"])
    )
    return Choice(id=id, lesson="", concept="", format="single", stem=both(gap["text"]), options=options)


def view(desk: Desk, item: Item, submission: str) -> ItemView:
    """The question as it is shown: options shuffled by the submission, no key in it."""
    options: list[tuple[str, str]] = []
    if isinstance(item, Choice) and item.format == "true_false":
        options = [("true", desk.words("chat.true")), ("false", desk.words("chat.false"))]
    elif isinstance(item, Choice | Order):
        options = [(o.id, o.text[desk.language]) for o in item.options]
        random.Random(submission).shuffle(options)
    return ItemView(
        item=item.id,
        submission=submission,
        format=_format(item),
        stem=item.stem[desk.language],
        options=tuple(options),
        hint=item.hint is not None,
    )


def _format(item: Item) -> Any:
    return "open" if isinstance(item, Do) else item.format


def _item_buttons(desk: Desk, item: Item, where: str) -> tuple[Button, ...]:
    asked = desk.memory.open_item
    buttons = []
    if item.hint and asked and not asked.hinted and where != "placement":
        buttons.append(desk.button("chat.button.hint", "hint"))
    if where == "placement":
        buttons.append(desk.button("chat.button.dont_know", "answer", args={"give_up": True}))
        buttons.append(desk.button("chat.button.enough", "go_to"))
    else:
        buttons.append(desk.button("chat.button.show_me", "answer", args={"give_up": True}))
        buttons.append(desk.button("chat.button.skip", "next"))
    return tuple(buttons)


# --- answering --------------------------------------------------------------------------------------------------------


async def take_answer(desk: Desk, answer: Any, submission: str) -> AsyncIterator[Shown]:
    """Grade an answer to the open question; a second answer to the same submission is not counted again."""
    asked = desk.memory.open_item
    if asked is None or asked.submission != submission:
        yield desk.say(desk.words("chat.already_answered"), tone="system", buttons=desk.buttons)
        return
    item = open_item(desk)
    graded = grade(item, answer, desk.language)
    if not _record(desk, item, graded.outcome):
        return
    if asked.where == "lesson" and statechart.can(desk.memory.machine, "grade"):
        desk.move("grade")
    right = _right(item) if graded.outcome == "correct" or asked.where == "quiz" else ()
    model = item.model[desk.language] if isinstance(item, Open) and graded.outcome != "correct" else ""
    yield GradedCard(
        submission=submission,
        verdict=Verdict(
            outcome=graded.outcome, chosen=_chosen(answer), right=right, feedback=graded.feedback, model=model
        ),
    )
    async for shown in _after(desk, item, graded, asked.where):
        yield shown


async def give_up(desk: Desk) -> AsyncIterator[Shown]:
    """Show the answer to the open question: it is seen, it does not count, and it comes back."""
    asked = desk.memory.open_item
    if asked is None:
        return
    item = open_item(desk)
    desk.record("solution_shown", {"submission": asked.submission})
    _record(desk, item, "wrong", shown=True)
    if asked.where == "lesson" and statechart.can(desk.memory.machine, "grade"):
        desk.move("grade")
    yield GradedCard(
        submission=asked.submission,
        verdict=Verdict(outcome="unclear", right=_right(item), feedback=solution(desk, item), model=_model(desk, item)),
    )
    async for shown in _go_on(desk, asked.where, desk.words("chat.solution_shown")):
        yield shown


def _record(desk: Desk, item: Item, outcome: str, shown: bool = False) -> bool:
    asked = desk.memory.open_item
    assert asked
    return desk.record(
        "answered",
        {
            "item": item.id,
            "submission": asked.submission,
            "outcome": outcome,
            "hinted": asked.hinted,
            "shown": shown or asked.shown,
            "format": item.format,
            "concept": item.concept,
            "lesson": desk.memory.lesson if asked.where == "lesson" else "",
            "where": asked.where,
            "attempt": asked.attempt,
        },
        asked.submission,
    )


async def _after(desk: Desk, item: Item, graded: Graded, where: str) -> AsyncIterator[Shown]:
    if graded.outcome in ("correct", "unclear") or where in ("placement", "quiz"):
        async for shown in _go_on(desk, where):
            yield shown
    elif item.concept and desk.progress.misses(item.concept) >= MISSES:
        concept = desk.course.concepts[item.concept]
        text = desk.words("chat.three_misses", example=concept.example[desk.language])
        async for shown in _go_on(desk, where, text):
            yield shown
    else:
        yield desk.say(
            "",
            buttons=(
                desk.button("chat.button.try_again", "answer", main=True, args={"retry": item.id, "where": where}),
                desk.button("chat.button.explain_again", "explain_again"),
                desk.button("chat.button.go_on", "next"),
            ),
        )


async def _go_on(desk: Desk, where: str, text: str = "") -> AsyncIterator[Shown]:
    if where == "lesson":
        yield desk.say(text, buttons=(desk.button("chat.button.next", "next", main=True),))
        return
    from tutor.dialogue.flow import go_on

    async for shown in go_on(desk, where, text):
        yield shown


async def give_hint(desk: Desk) -> AsyncIterator[Shown]:
    """The authored hint of the open question; from now on the answer counts as helped."""
    asked = desk.memory.open_item
    item = open_item(desk) if asked else None
    if asked is None or item is None or item.hint is None:
        yield desk.say(desk.words("chat.no_hint"), buttons=desk.buttons)
        return
    desk.record("hinted", {"submission": asked.submission})
    yield desk.say(item.hint[desk.language], tone="feedback", buttons=_item_buttons(desk, item, asked.where))


# --- keys, told only afterwards ---------------------------------------------------------------------------------------


def _right(item: Item) -> tuple[str, ...]:
    if isinstance(item, Order):
        return item.order
    return tuple(sorted(item.right)) if isinstance(item, Choice) else ()


def _model(desk: Desk, item: Item) -> str:
    return item.model[desk.language] if isinstance(item, Open) else ""


def solution(desk: Desk, item: Item) -> str:
    """Why the right answer is right."""
    match item:
        case Choice():
            return "\n\n".join(o.why[desk.language] for o in item.options if o.misconception is None)
        case Number():
            return desk.words("chat.the_number", answer=item.answer) + " " + item.if_right[desk.language]
        case Order():
            return item.if_right[desk.language]
        case Do():
            return item.not_done[desk.language]
    return ""


def _chosen(answer: Any) -> Any:
    return tuple(answer) if isinstance(answer, list | tuple | set | frozenset) else answer

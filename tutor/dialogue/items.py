"""Assessment items: put as a question, marked, their hints and solutions. What follows an answer is flow's affair."""

from __future__ import annotations

import random
import secrets
from collections.abc import AsyncIterator
from typing import Any

from skills.quiz import Gap
from tutor.course.model import Bilingual, Choice, Do, Item, ItemOption, Number, Open, Order, Predict
from tutor.dialogue.context import Dialogue
from tutor.learner import statechart
from tutor.learner.events import Answered, Asked, Hinted, Outcome, Where
from tutor.learner.memory import OpenItem
from tutor.nlu.grading import Graded
from tutor.turn import Button, ItemView, Said, Shown, Verdict
from tutor.turn import Graded as GradedCard
from tutor.words import Words

# --- asking -----------------------------------------------------------------------------------------------------------


async def ask_item(
    dialogue: Dialogue, item: str, where: Where, heading: str = "", gap: Gap | None = None, attempt: int = 1
) -> AsyncIterator[Shown]:
    """Put a question: an item of the course, or a gap made from the learner's text."""
    submission = secrets.token_hex(8)
    dialogue.marked = None
    dialogue.move({"lesson": "ask", "placement": "place"}.get(where, "revise"))
    dialogue.record(Asked(item=item, submission=submission, where=where, gap=gap, attempt=attempt))
    yield show_open(dialogue, heading)


def show_open(dialogue: Dialogue, heading: str = "", more: tuple[Button, ...] = ()) -> Said:
    """The open question, as a card; in a series, with how far it is."""
    asked = dialogue.memory.open_item
    assert asked
    item = open_item(dialogue)
    if asked.gap and dialogue.memory.dataset:
        dialogue.about.add(dialogue.memory.dataset)
    return dialogue.say(
        "\n\n".join(part for part in (heading, _place(dialogue, asked)) if part),
        item=view(dialogue, item, asked),
        buttons=(*_item_buttons(dialogue, item, asked.where), *more),
    )


def _place(dialogue: Dialogue, asked: OpenItem) -> str:
    """«Pregunta 2 de 5», of a quiz or a review."""
    series = dialogue.memory.series
    if asked.where not in ("quiz", "review") or series is None:
        return ""
    return dialogue.words("chat.place", n=series.total - len(dialogue.memory.queue), total=series.total)


def open_item(dialogue: Dialogue) -> Item:
    """The item that is asked now."""
    asked = dialogue.memory.open_item
    assert asked
    return gap_item(asked.item, asked.gap) if asked.gap else dialogue.course.items[asked.item]


def gap_item(id: str, gap: Gap) -> Choice:
    """A gap question from `skills.quiz` as an item: same card, same grading, no concept. What is said of a wrong word
    does not tell the right one."""

    def both(text: str) -> Bilingual:
        return Bilingual(es=text, en=text)

    other = Bilingual(es=Words("es")("chat.other_word"), en=Words("en")("chat.other_word"))
    options = tuple(
        ItemOption(
            id=str(n),
            text=both(option),
            why=both(gap.source) if option == gap.answer else other,
            misconception=None if option == gap.answer else "other-word",
        )
        for n, option in enumerate(gap.options)
    )
    return Choice(id=id, lesson="", concept="", format="single", stem=both(gap.text), options=options)


def view(dialogue: Dialogue, item: Item, asked: OpenItem) -> ItemView:
    """The question as it is shown: options shuffled by the submission, no key in it."""
    options: list[tuple[str, str]] = []
    if isinstance(item, Choice) and item.format == "true_false":
        options = [("true", dialogue.words("chat.true")), ("false", dialogue.words("chat.false"))]
    elif isinstance(item, Choice | Order):
        options = [(o.id, o.text[dialogue.language]) for o in item.options]
        random.Random(asked.submission).shuffle(options)
    return ItemView(
        item=item.id,
        submission=asked.submission,
        format=_format(item),
        stem=item.stem[dialogue.language],
        options=tuple(options),
        hint=_has_hint(item, asked),
    )


def _format(item: Item) -> Any:
    return "open" if isinstance(item, Do) else item.format


def _item_buttons(dialogue: Dialogue, item: Item, where: str) -> tuple[Button, ...]:
    asked = dialogue.memory.open_item
    buttons = []
    if asked and where != "placement" and _has_hint(item, asked):
        buttons.append(dialogue.button(f"chat.button.{'another_hint' if asked.hints else 'hint'}", "hint"))
    if where == "placement":
        buttons.append(dialogue.button("chat.button.dont_know", "answer", args={"give_up": True}))
    else:
        buttons.append(dialogue.button("chat.button.show_me", "answer", args={"give_up": True}))
        buttons.append(dialogue.button("chat.button.skip", "next"))
    if where != "lesson":
        buttons.append(dialogue.button("chat.button.enough", "enough"))
    return tuple(buttons)


# --- answering --------------------------------------------------------------------------------------------------------


def record_answer(dialogue: Dialogue, item: Item, asked: OpenItem, outcome: Outcome, shown: bool = False) -> bool:
    """Remember what became of the question; False if this submission was answered before."""
    answered = Answered(
        item=item.id,
        submission=asked.submission,
        outcome=outcome,
        hinted=asked.hints > 0,
        shown=shown or asked.shown,
        format=item.format,
        concept=item.concept,
        lesson=dialogue.memory.lesson if asked.where == "lesson" else "",
        where=asked.where,
        attempt=asked.attempt,
    )
    if not dialogue.record(answered):
        return False
    if asked.where == "lesson" and statechart.can(dialogue.memory.machine, "grade"):
        dialogue.move("grade")
    return True


def graded_card(dialogue: Dialogue, item: Item, asked: OpenItem, graded: Graded, answer: Any) -> GradedCard:
    """The question with its outcome. The key only where the answer was right; to compare with, the model answer too
    where nobody can tell, or at a second try."""
    right = _right(item) if graded.outcome == "correct" else ()
    told = graded.outcome == "unclear" or (graded.outcome != "correct" and asked.attempt > 1)
    model = _model(dialogue, item) if told else ""
    chosen = tuple(answer) if isinstance(answer, list | tuple | set | frozenset) else answer
    verdict = Verdict(outcome=graded.outcome, chosen=chosen, right=right, feedback=graded.feedback, model=model)
    return GradedCard(submission=asked.submission, verdict=verdict)


def solution_card(dialogue: Dialogue, item: Item, asked: OpenItem) -> GradedCard:
    """The question with its solution, for who asked to see it."""
    verdict = Verdict(
        outcome="unclear", right=_right(item), feedback=solution(dialogue, item), model=_model(dialogue, item)
    )
    return GradedCard(submission=asked.submission, verdict=verdict)


def missed_buttons(dialogue: Dialogue, item: Item, where: str, attempt: int = 1) -> tuple[Button, ...]:
    """After a miss: another try, another explanation, or on."""
    retry = {"retry": item.id, "where": where, "attempt": attempt + 1}
    explain = {"topic": item.concept} if item.concept else {}
    return (
        dialogue.button("chat.button.try_again", "answer", main=True, args=retry),
        dialogue.button("chat.button.explain_again", "explain_again", args=explain),
        dialogue.button("chat.button.go_on", "next"),
    )


def retry_button(dialogue: Dialogue) -> Button | None:
    """The open button by which the question that was just missed is tried again."""
    return next((b for b in dialogue.buttons if b.intent.name == "answer" and b.intent.args.get("retry")), None)


async def give_hint(dialogue: Dialogue) -> AsyncIterator[Shown]:
    """The next rung of the open question's ladder of hints, the last one again after it; from now on the answer counts
    as helped. One that was just missed is put once more."""
    if (retry := retry_button(dialogue)) and dialogue.memory.open_item is None:
        args = retry.intent.args
        async for shown in ask_item(dialogue, args["retry"], args["where"], attempt=args.get("attempt", 2)):
            yield shown
    asked = dialogue.memory.open_item
    item = open_item(dialogue) if asked else None
    if asked is None or item is None or not item.hints:
        guess = isinstance(dialogue.step, Predict) and not asked
        yield dialogue.say(dialogue.words("chat.hint_for_a_bet" if guess else "chat.no_hint"), buttons=dialogue.buttons)
        return
    rung = min(asked.hints, len(item.hints) - 1)
    told = item.hints[rung][dialogue.language]
    if len(item.hints) > 1 and rung == len(item.hints) - 1:
        told = f"{told}\n\n{dialogue.words('chat.last_hint')}"
    dialogue.record(Hinted(submission=asked.submission))
    yield dialogue.say(told, tone="feedback", buttons=_item_buttons(dialogue, item, asked.where))


def _has_hint(item: Item, asked: OpenItem) -> bool:
    """Whether there is a rung that was not shown."""
    return asked.hints < len(item.hints)


# --- keys, told only afterwards ---------------------------------------------------------------------------------------


def _right(item: Item) -> tuple[str, ...]:
    if isinstance(item, Order):
        return item.order
    return tuple(sorted(item.right)) if isinstance(item, Choice) else ()


def key(dialogue: Dialogue, item: Item) -> str:
    """The right answer in words."""
    match item:
        case Choice(format="true_false"):
            return dialogue.words(f"chat.{next(iter(item.right))}")
        case Choice():
            return "; ".join(o.text[dialogue.language] for o in item.options if o.id in item.right)
        case Order():
            texts = {o.id: o.text[dialogue.language] for o in item.options}
            return "; ".join(f"{n}. {texts[id]}" for n, id in enumerate(item.order, start=1))
        case Number():
            return dialogue.words("chat.number", n=item.answer)
    return _model(dialogue, item)


def _model(dialogue: Dialogue, item: Item) -> str:
    return item.model[dialogue.language] if isinstance(item, Open) else ""


def solution(dialogue: Dialogue, item: Item) -> str:
    """Why the right answer is right."""
    match item:
        case Choice():
            return "\n\n".join(o.why[dialogue.language] for o in item.options if o.misconception is None)
        case Number():
            return dialogue.words("chat.the_number", answer=item.answer) + " " + item.if_right[dialogue.language]
        case Order():
            return item.if_right[dialogue.language]
        case Do():
            return item.not_done[dialogue.language]
    return ""

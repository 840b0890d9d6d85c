"""Questions in a row: a review of what is due, a quiz, the placement. Each says how far it is and can be ended at any
question."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from skills.blocks import Column, Table, msg
from tutor.dialogue import items, lessons
from tutor.dialogue.context import Dialogue
from tutor.dialogue.quiz import quiz_queue
from tutor.learner import plan
from tutor.learner.events import PlacementBegun, Queued, QueuedItem, Where
from tutor.turn import Shown

Turn = AsyncIterator[Shown]


def is_on(dialogue: Dialogue) -> bool:
    """Whether a series goes on, be it under something else."""
    return dialogue.memory.machine.phase in ("review", "placement")


async def begin_review(dialogue: Dialogue) -> Turn:
    """Ask the items whose review is due."""
    due = plan.due_items(dialogue.course, dialogue.progress, dialogue.now())
    if due:
        queue = tuple(QueuedItem(item=item, where="review") for item in due)
        turn = _begin(dialogue, queue, dialogue.words("chat.review_intro", n=len(queue)))
    else:
        turn = lessons.aside(dialogue, dialogue.words("chat.nothing_due"))
    async for shown in turn:
        yield shown


async def begin_quiz(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """Questions on what was learnt; where the learner has a text, gaps made from it too."""
    queue: tuple[QueuedItem, ...] = ()
    async for made in quiz_queue(dialogue, args):
        if isinstance(made, tuple):
            queue = made
        else:
            yield made
    turn = _begin(dialogue, queue, dialogue.words("chat.quiz_intro", n=len(queue))) if queue else _none(dialogue, args)
    async for shown in turn:
        yield shown


def _none(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """There is nothing to ask: of the idea that was named, or yet."""
    concept = dialogue.course.concepts.get(str(args.get("topic") or ""))
    if concept is None:
        return lessons.aside(dialogue, dialogue.words("chat.nothing_to_quiz"))
    more = [dialogue.button("chat.button.explain_it", "explain_again", args={"topic": concept.id})]
    if any(plan.items_of(dialogue.course, id) for id in _learnt(dialogue)):
        more.append(dialogue.button("chat.button.quiz", "quiz"))
    told = dialogue.words("chat.no_questions_on", concept=concept.name[dialogue.language])
    return lessons.aside(dialogue, told, tuple(more))


def _learnt(dialogue: Dialogue) -> Iterable[str]:
    return (c for id in dialogue.progress.begun for c in dialogue.progress.lessons.get(id, ()))


def _begin(dialogue: Dialogue, queue: tuple[QueuedItem, ...], intro: str) -> Turn:
    lessons.drop(dialogue)
    dialogue.record(Queued(items=queue, begun=True))
    return next_question(dialogue, queue[0].where, intro)


def next_question(dialogue: Dialogue, where: Where, text: str = "") -> Turn:
    """The next question of the series, or its end."""
    if where == "placement":
        return _next_placement(dialogue, text)
    if dialogue.memory.queue:
        first, rest = dialogue.memory.queue[0], dialogue.memory.queue[1:]
        dialogue.record(Queued(items=rest))
        return items.ask_item(dialogue, first.item, first.where, heading=text, gap=first.gap)
    return _end(dialogue, text)


def enough(dialogue: Dialogue) -> Turn:
    """The learner ends the series, at whatever question it is."""
    if dialogue.memory.machine.phase == "placement":
        lessons.drop(dialogue)
        return lessons.next_lesson(dialogue)
    if not is_on(dialogue):
        return lessons.aside(dialogue, dialogue.words("chat.past"), tone="system")
    return _end(dialogue, "")


def _end(dialogue: Dialogue, text: str) -> Turn:
    """Close the series: how it went, the key to what was missed, and below it what is open in the lesson."""
    lessons.leave_series(dialogue)
    dialogue.record(Queued(items=()))
    series = dialogue.memory.series
    told = [text]
    if series and series.answered:
        whole = "all" if series.answered == series.total else "some"
        values = {"n": series.right, "answered": series.answered, "total": series.total}
        told.append(dialogue.words(f"chat.series_score.{whole}", **values))
        if any(not missed.gap for missed in series.missed):
            told.append(dialogue.words("chat.series_missed"))
    else:
        told.append(dialogue.words("chat.series_left"))
    missed = series.missed if series else ()
    blocks = (_key(dialogue, missed),) if missed else ()
    return lessons.aside(dialogue, "\n\n".join(part for part in told if part), tone="feedback", blocks=blocks)


def _key(dialogue: Dialogue, missed: tuple[QueuedItem, ...]) -> Table:
    """The questions that were missed, each with its answer."""
    asked = [items.gap_item(one.item, one.gap) if one.gap else dialogue.course.items[one.item] for one in missed]
    return Table(
        title=msg("chat.key_table"),
        columns=(Column(label=msg("chat.column.question")), Column(label=msg("chat.column.answer"))),
        rows=tuple((item.stem[dialogue.language], items.key(dialogue, item)) for item in asked),
    )


# --- placement --------------------------------------------------------------------------------------------------------


def begin_placement(dialogue: Dialogue) -> Turn:
    """«Ya sé algo: probame»: a few questions, and the lessons whose ideas are known are skipped."""
    lessons.drop(dialogue)
    dialogue.record(PlacementBegun())
    return _next_placement(dialogue, dialogue.words("chat.placement_intro", n=plan.PLACEMENT))


async def _next_placement(dialogue: Dialogue, text: str) -> Turn:
    item = plan.placement(dialogue.course, dialogue.progress)
    if item is None:
        known = sum(dialogue.progress.passed(concept) for concept in dialogue.course.concepts)
        yield dialogue.say(f"{text}\n\n{dialogue.words('chat.placement_done', n=known)}".strip())
        turn = lessons.next_lesson(dialogue)
    else:
        turn = items.ask_item(dialogue, item, "placement", heading=text)
    async for shown in turn:
        yield shown

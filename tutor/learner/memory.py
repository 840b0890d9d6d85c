"""What the session remembers besides progress: where the learner is, what they predicted, saw and started.

`Memory` is a replay of the event log: `remember(memory, event)` is pure, and a restart loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any, Literal

from skills.blocks import Frozen, Offer, Scalar
from skills.contract import Language
from skills.quiz import Gap
from tutor.learner import events
from tutor.learner.statechart import MachineState
from tutor.learner.store import StoredEvent


class OpenItem(Frozen):
    """The question that waits for an answer. `hints`: how many rungs of its ladder were shown. `gap` is the question
    itself when it was made from the learner's text."""

    item: str
    submission: str
    where: events.Where
    hints: int = 0
    shown: bool = False
    attempt: int = 1
    gap: Gap | None = None


class Series(Frozen):
    """How a quiz or a review goes: questions in all, answered, right at the first try; `missed` are the others, in
    order."""

    total: int
    answered: int = 0
    right: int = 0
    missed: tuple[events.QueuedItem, ...] = ()


class Exchange(Frozen):
    """What the learner wrote to their model (empty: it went on by itself), and what it wrote."""

    you: str
    model: str
    seed: int


class Talk(Frozen):
    """A conversation with a model: of a run, or the base (None). `text`: both write at one text; `chat`: it answers."""

    run: str | None
    mode: events.Mode
    max_tokens: int
    temperature: float = 0.8
    top_p: float = 0.9
    said: tuple[Exchange, ...] = ()


class Memory(Frozen):
    """`predicted`, `results`, `offers` and `runs` are keyed by `lesson/step`. `queue`: items of a quiz still to be
    asked."""

    machine: MachineState = MachineState()
    lesson: str | None = None
    step: str | None = None
    language: Language | None = None
    profile: str | None = None
    besides: tuple[str, ...] = ()
    """Other profiles that the learner told of."""
    route: str | None = None
    dataset: str | None = None
    greeted: bool = False
    version: str = ""
    predicted: dict[str, str] = {}
    results: dict[str, dict[str, Scalar]] = {}
    offers: dict[str, tuple[Offer, ...]] = {}
    """What could be done about each of the `results`."""
    runs: dict[str, str] = {}
    announced: tuple[str, ...] = ()
    used: tuple[tuple[str, str], ...] = ()
    """What was done: (data set or run, skill), each once."""
    model: str | None = None
    """The run whose model was taken in hand; the newest one if none was."""
    votes: dict[str, tuple[str, ...]] = {}
    """The votes of each blind comparison (run): `tuned`, whom it was compared with, or `same`, a pair each."""
    judged: dict[str, dict[str, tuple[str, str]]] = {}
    """Who was compared with whom -> pair of texts -> in which comparison it was last judged, and the vote."""
    open_item: OpenItem | None = None
    answer: Literal["done", "missed"] | None = None
    """What became of the question of the present step; None while it was not answered."""
    queue: tuple[events.QueuedItem, ...] = ()
    series: Series | None = None
    """The series that `queue` is the rest of, or the last one."""
    talk: Talk | None = None
    """While what is typed goes to a model; over with the overlay that it began under."""
    asked_again: int = 0
    """How often in a row the learner asked for another explanation of `explained`, a concept."""
    explained: str = ""
    questions: bool = True
    """Whether the lessons ask their questions."""
    skipped: int = 0
    """Questions in a row that were passed over, or given up."""


def remember(memory: Memory, event: events.LearnerEvent) -> Memory:
    """The memory after `event`."""
    if isinstance(event, events.DataDeleted):
        return Memory(greeted=True, language=event.language or memory.language, version=event.version or memory.version)
    changes = _changes(memory, event)
    return memory.model_copy(update=changes) if changes else memory


def recall(stored: Iterable[StoredEvent]) -> Memory:
    return reduce(remember, (one.event for one in stored), Memory())


def _changes(memory: Memory, event: events.LearnerEvent) -> dict[str, Any]:
    """The fields of the memory that an event changes, and to what."""
    match event:
        case events.Moved():
            return _moved(memory, event)
        case events.Queued() | events.Asked() | events.Hinted() | events.SolutionShown():
            return _question(memory.open_item, event)
        case events.Answered():
            return {"open_item": None} | _answered(memory, event)
        case events.Dropped():
            passed_over = memory.open_item is not None and memory.open_item.where == "lesson"
            return {"open_item": None, "skipped": memory.skipped + passed_over}
        case events.Ran() | events.RunStarted() | events.RunAnnounced() | events.Voted():
            return _run(memory, event)
        case events.TalkBegun() | events.TalkSet() | events.Talked() | events.TalkUndone() | events.TalkLeft():
            return {"talk": _talk(memory.talk, event)}
        case events.Predicted(at=at, value=value):
            return {"predicted": {**memory.predicted, at: value}}
        case events.ExplainedAgain(concept=concept):
            return {"asked_again": memory.asked_again + 1 if concept == memory.explained else 1, "explained": concept}
        case events.QuestionsChosen(wanted=wanted):
            return {"questions": wanted, "skipped": 0}
        case events.Used(about=about, skill=skill):
            return {"used": (*memory.used, (about, skill))}
        case events.ModelTaken(run=run):
            return {"model": run}
        case events.TextBrought(dataset=dataset):
            return {"dataset": dataset}
        case events.TextDeleted(dataset=dataset):
            return {"dataset": None} if memory.dataset == dataset else {}
        case events.Greeted(version=version):
            return {"greeted": True, "version": version}
        case events.Updated() | events.LanguageChosen() | events.ProfileChosen() | events.RouteChosen():
            return event.model_dump(exclude={"kind"})
    return {}  # the affair of mastery, or of whoever reads the log


def _moved(memory: Memory, event: events.Moved) -> dict[str, Any]:
    phase = "present" if event.phase == "skill" else event.phase  # earlier versions wrote down that a skill ran
    state = MachineState(phase=phase, overlay=event.overlay)
    elsewhere = (event.lesson, event.step) != (memory.lesson, memory.step)
    talk = memory.talk if state.overlay else None
    moved = {"machine": state, "lesson": event.lesson, "step": event.step, "talk": talk}
    return moved | ({"asked_again": 0, "answer": None} if elsewhere else {})


def _question(
    item: OpenItem | None, event: events.Queued | events.Asked | events.Hinted | events.SolutionShown
) -> dict[str, Any]:
    match event:
        case events.Queued(items=items, begun=begun):
            return {"queue": items} | ({"series": Series(total=len(items))} if begun else {})
        case events.Asked():
            asked = OpenItem(
                item=event.item,
                submission=event.submission,
                where=event.where,
                gap=event.gap,
                attempt=event.attempt,
            )
            return {"open_item": asked} | ({"answer": None} if event.where == "lesson" else {})
        case events.Hinted():
            return {"open_item": item and item.model_copy(update={"hints": item.hints + 1})}
        case events.SolutionShown():
            return {"open_item": item and item.model_copy(update={"shown": True})}


def _answered(memory: Memory, event: events.Answered) -> dict[str, Any]:
    """What an answer changes in the step, or in the series, that it belongs to. Only the first try counts there."""
    right = event.outcome == "correct" and not event.shown
    if event.where == "lesson":
        answer = "done" if event.shown or event.outcome in ("correct", "unclear") else "missed"
        return {"answer": answer, "skipped": memory.skipped + 1 if event.shown else 0}
    series, asked = memory.series, memory.open_item
    if series is None or event.where == "placement" or event.attempt > 1:
        return {}
    undecided = event.outcome == "unclear" and not event.shown
    gap = asked.gap if asked else None
    missed = () if right or undecided else (events.QueuedItem(item=event.item, where=event.where, gap=gap),)
    changed = {"answered": series.answered + 1, "right": series.right + right, "missed": (*series.missed, *missed)}
    return {"series": series.model_copy(update=changed)}


def _run(memory: Memory, event: events.Ran | events.RunStarted | events.RunAnnounced | events.Voted) -> dict[str, Any]:
    match event:
        case events.Ran(at=at, result=result, offers=offers):
            return {"results": {**memory.results, at: result}, "offers": {**memory.offers, at: offers}}
        case events.RunStarted(at=at, run=run):
            return {"runs": {**memory.runs, at: run}}
        case events.RunAnnounced(run=run):
            return {"announced": (*memory.announced, run)}
        case events.Voted(run=run, votes=votes):
            return {"votes": {**memory.votes, run: votes}, "judged": _judged(memory.judged, event)}


def _judged(
    judged: dict[str, dict[str, tuple[str, str]]], event: events.Voted
) -> dict[str, dict[str, tuple[str, str]]]:
    """The votes of all comparisons, with the newest; logs of earlier versions do not say what it is about."""
    if event.between is None:
        return judged
    known = judged.get(event.between, {})
    return {**judged, event.between: {**known, event.pair: (event.run, event.votes[-1])}}


def _talk(
    talk: Talk | None,
    event: events.TalkBegun | events.TalkSet | events.Talked | events.TalkUndone | events.TalkLeft,
) -> Talk | None:
    if isinstance(event, events.TalkBegun):
        return Talk(run=event.run, mode=event.mode, max_tokens=event.max_tokens)
    if talk is None:
        return None
    match event:
        case events.TalkSet():
            return talk.model_copy(update=event.moved())
        case events.Talked(you=you, model=model, seed=seed):
            return talk.model_copy(update={"said": (*talk.said, Exchange(you=you, model=model, seed=seed))})
        case events.TalkUndone():
            return talk.model_copy(update=event.moved() | {"said": talk.said[:-1]})
        case events.TalkLeft():
            return None

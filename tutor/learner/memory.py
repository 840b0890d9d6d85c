"""What the session remembers besides progress: where the learner is, what they predicted, saw and started.

`Memory` is a replay of the event log: `remember(memory, event)` is pure, and a restart loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any, Literal

from skills.blocks import Frozen, Offer
from skills.contract import Language
from tutor.learner.statechart import MachineState
from tutor.learner.store import StoredEvent


class OpenItem(Frozen):
    """The question that waits for an answer. `gap` is the question itself when it was made from the learner's text."""

    item: str
    submission: str
    where: str
    hinted: bool = False
    shown: bool = False
    attempt: int = 1
    gap: dict[str, Any] | None = None


class Exchange(Frozen):
    """What the learner wrote to their model (empty: it went on by itself), and what it wrote."""

    you: str
    model: str
    seed: int


class Talk(Frozen):
    """A conversation with a model: of a run, or the base (None). `text`: both write at one text; `chat`: it answers."""

    run: str | None
    mode: Literal["text", "chat"]
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
    route: str | None = None
    dataset: str | None = None
    greeted: bool = False
    version: str = ""
    predicted: dict[str, Any] = {}
    results: dict[str, dict[str, Any]] = {}
    offers: dict[str, tuple[Offer, ...]] = {}
    """What could be done about each of the `results`."""
    runs: dict[str, str] = {}
    announced: tuple[str, ...] = ()
    votes: dict[str, tuple[str, ...]] = {}
    """The votes of each blind comparison (run): `tuned`, whom it was compared with, or `same`, a pair each."""
    judged: dict[str, dict[str, tuple[str, str]]] = {}
    """Who was compared with whom -> pair of texts -> in which comparison it was last judged, and the vote."""
    open_item: OpenItem | None = None
    queue: tuple[dict[str, Any], ...] = ()
    talk: Talk | None = None
    """While what is typed goes to a model; over with the overlay that it began under."""
    asked_again: int = 0
    """How often in a row the learner asked for another explanation of the same thing."""


def remember(memory: Memory, event: StoredEvent) -> Memory:
    """The memory after `event`. Unknown kinds change nothing: an older program may read a newer log."""
    update = _UPDATES.get(event.kind)
    return memory.model_copy(update=update(memory, event.payload)) if update else memory


def recall(events: Iterable[StoredEvent]) -> Memory:
    return reduce(remember, events, Memory())


def _moved(memory: Memory, at: dict[str, Any]) -> dict[str, Any]:
    phase = "present" if at["phase"] == "skill" else at["phase"]  # earlier versions wrote down that a skill ran
    state = MachineState(phase=phase, overlay=at["overlay"])
    elsewhere = (at["lesson"], at["step"]) != (memory.lesson, memory.step)
    talk = memory.talk if state.overlay else None
    moved = {"machine": state, "lesson": at["lesson"], "step": at["step"], "talk": talk}
    return moved | ({"asked_again": 0} if elsewhere else {})


def _put(field: str, key: str, value: str) -> Any:
    def update(memory: Memory, at: dict[str, Any]) -> dict[str, Any]:
        return {field: {**getattr(memory, field), at[key]: at[value]}}

    return update


def _talking(memory: Memory, **changes: Any) -> dict[str, Any]:
    return {"talk": memory.talk and memory.talk.model_copy(update=changes)}


def _judged(memory: Memory, at: dict[str, Any]) -> dict[str, Any]:
    """The votes of all comparisons, with the newest; logs of earlier versions do not say what it is about."""
    if "between" not in at:
        return memory.judged
    known = memory.judged.get(at["between"], {})
    return {**memory.judged, at["between"]: {**known, at["pair"]: (at["run"], at["votes"][-1])}}


_UPDATES: dict[str, Any] = {
    "greeted": lambda m, at: {"greeted": True, "version": at.get("version", "")},
    "updated": lambda m, at: {"version": at["version"]},
    "language_chosen": lambda m, at: {"language": at["language"]},
    "profile_chosen": lambda m, at: {"profile": at["profile"]},
    "route_chosen": lambda m, at: {"route": at["route"]},
    "moved": _moved,
    "text_brought": lambda m, at: {"dataset": at["dataset"]},
    "text_deleted": lambda m, at: {"dataset": None if m.dataset == at["dataset"] else m.dataset},
    "predicted": _put("predicted", "at", "value"),
    "ran": lambda m, at: {
        "results": {**m.results, at["at"]: at["result"]},
        "offers": {**m.offers, at["at"]: tuple(Offer(**offer) for offer in at.get("offers", ()))},
    },
    "run_started": _put("runs", "at", "run"),
    "run_announced": lambda m, at: {"announced": (*m.announced, at["run"])},
    "voted": lambda m, at: {"votes": {**m.votes, at["run"]: tuple(at["votes"])}, "judged": _judged(m, at)},
    "asked": lambda m, at: {"open_item": OpenItem(**at)},
    "hinted": lambda m, at: {"open_item": m.open_item and m.open_item.model_copy(update={"hinted": True})},
    "solution_shown": lambda m, at: {"open_item": m.open_item and m.open_item.model_copy(update={"shown": True})},
    "answered": lambda m, at: {"open_item": None},
    "dropped": lambda m, at: {"open_item": None},
    "queued": lambda m, at: {"queue": tuple(at["items"])},
    "talk_begun": lambda m, at: {"talk": Talk(**at)},
    "talk_set": lambda m, at: _talking(m, **at),
    "talked": lambda m, at: _talking(m, said=(*(m.talk.said if m.talk else ()), Exchange(**at))),
    "talk_undone": lambda m, at: _talking(m, said=m.talk.said[:-1] if m.talk else (), **at),
    "talk_left": lambda m, at: {"talk": None},
    "explained_again": lambda m, at: {"asked_again": m.asked_again + 1},
    "data_deleted": lambda m, at: Memory(greeted=True, language=m.language, version=m.version).__dict__,
}

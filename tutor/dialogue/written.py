"""What a run wrote, wherever it is kept: a model that learnt from a private text may quote it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from typing import Any

from skills.workspace import Workspace
from tutor.learner.events import Ran, TalkBegun, Talked, TalkLeft
from tutor.learner.store import StoredEvent

FILES = ("events.jsonl", "result.json", "evaluation.json")
"""What of a run's folder has texts that it wrote."""
WROTE = ("text", "tuned", "other", "copy_example", "continuation")
"""Fields of events, results and cards that may be a text that a model wrote."""


def written_by(workspace: Workspace, events: Iterable[StoredEvent], runs: Collection[str]) -> list[str]:
    """The texts that the models of `runs` wrote, and what was shown beside them: of their folders and of the log."""
    found = [text for run in sorted(runs) for text in _in_folder(workspace, run)]
    for stored in by_runs(events, runs):
        event = stored.event
        found += [event.model] if isinstance(event, Talked) else list(_texts(json.loads(event.payload())))
    return [text for text in dict.fromkeys(found) if text.strip()]


def by_runs(events: Iterable[StoredEvent], runs: Collection[str]) -> Iterator[StoredEvent]:
    """Of what happened: that the models of `runs` wrote something."""
    talking = False
    for stored in events:
        match stored.event:
            case TalkBegun(run=run):
                talking = run in runs
            case TalkLeft():
                talking = False
            case Talked() if talking:
                yield stored
            case Ran(result=result) if result.get("run") in runs:
                yield stored


def fields_by_runs(events: Iterable[StoredEvent], runs: Collection[str]) -> dict[int, tuple[str, ...]]:
    """Which fields of which events, by their id, are what the models of `runs` wrote."""
    return {each.id: ("model",) if isinstance(each.event, Talked) else WROTE for each in by_runs(events, runs)}


def _in_folder(workspace: Workspace, run: str) -> Iterator[str]:
    for name in FILES:
        with suppress(OSError, UnicodeDecodeError):
            told = (workspace.runs / run / name).read_text("utf-8")
            for part in told.splitlines() if name.endswith("l") else [told]:
                with suppress(ValueError):
                    yield from _texts(json.loads(part))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            if key in WROTE and isinstance(each, str):
                yield each
            else:
                yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)

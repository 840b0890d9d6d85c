"""The files of a run's folder: what was asked, the events, the control, and the note of its process.

<home>/runs/<id>/spec.json     what was asked (`Spec`)
<home>/runs/<id>/events.jsonl  what happened, one event a line, only ever appended
<home>/runs/<id>/control       what the learner asks of it: stop or pause
<home>/runs/<id>/lock          held by the process for its life
<home>/runs/<id>/process.json  its number, birth and attempt and, if its parent saw it, how it was killed
<home>/runs/<id>/output.log    what its libraries printed
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from skills.blocks import Frozen
from skills.contract import ENDINGS, EVENTS, Event, Failed, Language, Request, Started
from skills.workspace import disk_errors, read_json, write_atomic

RESERVE = 65_536
PLAN = "plan.json"
"""What a training means to do (skills/training/checkpoint.py)."""


class Spec(Frozen):
    """What a run was asked to do (`spec.json`). `model` and `digest` name the weights it works on."""

    skill: str
    inputs: dict[str, Any]
    language: Language
    weights: str | None = None
    model: str | None = None
    digest: str | None = None
    created: float
    source: str = "skills"
    engines: str = "tutor.lm"
    """The modules that the skill and the models are looked up in."""
    settings: dict[str, Any] = Field(default_factory=dict)


class Process(Frozen):
    """The process of an attempt; `born` tells it from a later one with the same number, `killed` is why it is gone."""

    pid: int
    born: float
    attempt: int
    killed: Failed | None = None


class EventLog:
    """The writing end. A line is written whole or not at all; a reserve on disk leaves room for the ending."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._reserve = folder / "reserve"
        with disk_errors():
            self._reserve.write_bytes(b"\0" * RESERVE)
            self._file = (folder / "events.jsonl").open("ab", buffering=0)
        if self._file.tell() and not (folder / "events.jsonl").read_bytes().endswith(b"\n"):
            self._write(b"\n")  # the last attempt was killed in the middle of a line

    def append(self, event: Event) -> None:
        """Raises DiskFull if there is no room; an ending takes the room that was kept for it."""
        line = event.model_dump_json().encode() + b"\n"
        if isinstance(event, ENDINGS):
            self._reserve.unlink(missing_ok=True)
        self._write(line)
        if isinstance(event, ENDINGS):
            os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()
        self._reserve.unlink(missing_ok=True)

    def _write(self, line: bytes) -> None:
        before = self._file.seek(0, os.SEEK_END)
        with disk_errors():
            try:
                if self._file.write(line) != len(line):
                    raise OSError(errno.ENOSPC, "only part of the line was written")
            except OSError:
                self._file.truncate(before)
                raise


def read_events(folder: Path) -> list[Event]:
    """All whole events so far. A line that is half written, or from another version, is left out."""
    try:
        data = (folder / "events.jsonl").read_bytes()
    except OSError:
        return []
    return [event for line in data.split(b"\n")[:-1] if (event := parse_line(line)) is not None]


def parse_line(line: bytes) -> Event | None:
    try:
        return EVENTS.validate_json(line)
    except ValidationError:
        return None


def attempts(events: Iterable[Event]) -> int:
    return max((event.attempt for event in events if isinstance(event, Started)), default=0)


def ended(events: Sequence[Event]) -> bool:
    """Whether the last attempt has its ending."""
    return bool(events) and isinstance(events[-1], ENDINGS)


def note_process(folder: Path, process: Process) -> None:
    write_atomic(folder / "process.json", process.model_dump_json())


def planned_steps(folder: Path) -> int:
    """How many steps the plan of a training has; 0 where there is none, or none that can be read."""
    try:
        return int(read_json(folder / PLAN)["steps"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def read_process(folder: Path) -> Process | None:
    try:
        return Process.model_validate_json((folder / "process.json").read_bytes())
    except (OSError, ValueError):
        return None


def read_control(folder: Path) -> Request | None:
    """What was asked of the run, None if nothing. Cheap enough to be called at every training step."""
    try:
        asked = (folder / "control").read_text("ascii")
    except OSError:
        return None
    return asked if asked in ("stop", "pause") else None  # type: ignore[return-value]

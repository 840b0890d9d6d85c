"""The event log: everything that happened, appended to SQLite before it is shown; all else is its replay. What is
written stays as it is, but for what it quotes of a text that the learner deletes."""

from __future__ import annotations

import errno
import json
import logging
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from skills.blocks import Frozen
from skills.texts.traces import Traces
from skills.workspace import disk_errors
from tutor.learner.events import MODELS, Answered, LearnerEvent

log = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY,
    learner TEXT NOT NULL,
    session TEXT NOT NULL,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    course_version TEXT NOT NULL,
    submission TEXT UNIQUE
);
"""


CHECKPOINT = "PRAGMA wal_checkpoint(TRUNCATE)"
GONE = "…"
"""What stands for what was quoted of a text that was deleted."""
IDS = frozenset({"at", "concept", "dataset", "item", "lesson", "run", "skill", "step", "submission"})
"""Fields with names of ours, never the learner's words."""


class StoredEvent(Frozen):
    """Something that happened. `at` is in seconds since 1970; `submission` is unique, so nothing counts twice."""

    id: int
    learner: str
    session: str
    at: float
    event: LearnerEvent
    course_version: str
    submission: str | None = None


class Store:
    """Appends events and reads them back, in order. Raises DiskFull where there is no room to append."""

    def __init__(self, path: Path, learner: str, session: str, course_version: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._learner, self._session, self._course = learner, session, course_version
        with disk_errors():
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute("PRAGMA secure_delete=ON")
            self._db.execute("PRAGMA temp_store=MEMORY")
            self._db.executescript(SCHEMA)

    def append(self, event: LearnerEvent) -> StoredEvent | None:
        """Add an event, and return it as it will be read: what is remembered of it now is what a replay remembers.

        None, and nothing added, if it is an answer to a submission that has one.
        """
        payload = event.payload()
        event = type(event).model_validate_json(payload)
        submission = event.submission if isinstance(event, Answered) else None
        row = (self._learner, self._session, time.time(), event.kind, payload, self._course, submission)
        try:
            with disk_errors():
                cursor = self._db.execute(
                    "INSERT INTO events (learner, session, at, kind, payload, course_version, submission)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
        except sqlite3.IntegrityError:
            return None
        return StoredEvent(
            id=cursor.lastrowid or 0,
            learner=self._learner,
            session=self._session,
            at=row[2],
            event=event,
            course_version=self._course,
            submission=submission,
        )

    def events(self) -> Iterator[StoredEvent]:
        """Every event of this learner that can be read, oldest first. What cannot be is told in the program's log, once
        for each way in which it cannot, and stays where it is."""
        told: set[str] = set()

        def notice(text: str) -> None:
            if text not in told:
                log.warning("the learner's log is of another version: %s", text)
            told.add(text)

        rows = self._db.execute(
            "SELECT id, learner, session, at, kind, payload, course_version, submission FROM events"
            " WHERE learner = ? ORDER BY id",
            (self._learner,),
        )
        for id, learner, session, at, kind, payload, course, submission in rows:
            if event := read(kind, payload, notice):
                yield StoredEvent(
                    id=id,
                    learner=learner,
                    session=session,
                    at=at,
                    event=event,
                    course_version=course,
                    submission=submission,
                )

    def happened_since(self, at: float) -> bool:
        """Whether anything was added after `at` (seconds since 1970), but for where the conversation stands."""
        query = "SELECT 1 FROM events WHERE learner = ? AND at > ? AND kind != 'moved' LIMIT 1"
        return self._db.execute(query, (self._learner, at)).fetchone() is not None

    def clear(self) -> None:
        """Forget everything of this learner, on disk too. Raises OSError if another process holds on to it."""
        self._db.execute("DELETE FROM events WHERE learner = ?", (self._learner,))
        forget_freed(self._db)

    def black_out(self, given_away: Traces, texts: Collection[str], written: Mapping[int, Collection[str]]) -> None:
        """Take what quotes a text, the names of `texts`, and the fields `written` of events (by their id) out of what
        happened, on disk too: what happened stays, and what was said is `GONE`. Raises OSError if another process holds
        on to it."""
        found = self._db.execute("SELECT id, payload FROM events WHERE learner = ?", (self._learner,)).fetchall()
        for id, payload in found:
            event = json.loads(payload)
            named = isinstance(event, dict) and event.get("dataset") in texts and "name" in event
            bare = _blank(event | {"name": GONE} if named else event, written.get(id, ()))
            changed = _without(bare, given_away)
            if changed != event:
                written_anew = json.dumps(changed, ensure_ascii=False)
                self._db.execute("UPDATE events SET payload = ? WHERE id = ?", (written_anew, id))
        forget_freed(self._db)

    def close(self) -> None:
        self._db.close()


def forget_freed(db: sqlite3.Connection) -> None:
    """Write a database anew so that nothing deleted is left in its files. Raises OSError if another process reads it
    and would not let go."""
    try:
        rows = [db.execute(step).fetchone() for step in (CHECKPOINT, "VACUUM", CHECKPOINT)]
    except sqlite3.OperationalError as error:
        raise OSError(errno.EBUSY, str(error)) from error
    if any(row and row[0] for row in rows):
        raise OSError(errno.EBUSY, "the log of a database could not be emptied")


def _blank(value: Any, fields: Collection[str]) -> Any:
    """`value` with `GONE` in its `fields`, at any depth."""
    if not isinstance(value, dict):
        return value
    return {
        key: GONE if key in fields and isinstance(each, str) else _blank(each, fields) for key, each in value.items()
    }


def _without(value: Any, given_away: Traces, together: bool = False) -> Any:
    """`value` with `GONE` for each text in it that quotes what is to be forgotten; of texts of a list, which may do so
    `together`, for each that has a word of it."""
    if isinstance(value, str):
        return GONE if given_away.in_text(value) or (together and given_away.touches(value)) else value
    if isinstance(value, dict):
        return {key: each if key in IDS else _without(each, given_away, together) for key, each in value.items()}
    if isinstance(value, list):
        together = together or given_away.in_value(value)
        return [_without(each, given_away, together) for each in value]
    return value


def read(kind: str, payload: str, notice: Callable[[str], None]) -> LearnerEvent | None:
    """The event that was stored so. What another version wrote is read as far as it is understood, and `notice` is told
    what was not (without the values): fields that we do not know are passed over, and so is the whole event (None) if
    we do not know its kind or it lacks what we need."""
    if kind not in MODELS:
        notice(f"events of the unknown kind {kind!r} are passed over")
        return None
    model = MODELS[kind]
    try:
        return model.model_validate_json(payload)
    except ValidationError as error:
        unread = error
    try:
        event = model.model_validate_json(payload, extra="ignore")
    except ValidationError as error:
        notice(f"an event {kind!r} is passed over: {_places(error)}")
        return None
    notice(f"of events {kind!r} are passed over: {_places(unread)}")
    return event


def _places(error: ValidationError) -> str:
    """What is wrong in which fields."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return ", ".join(sorted({f"{'.'.join(map(str, one['loc']))} ({one['type']})" for one in found}))

"""The event log: everything that happened, appended to SQLite before it is shown; all else is its replay."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from skills.blocks import Frozen
from skills.workspace import disk_errors

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


class StoredEvent(Frozen):
    """Something that happened. `at` is in seconds since 1970; `submission` is unique, so nothing counts twice."""

    id: int
    learner: str
    session: str
    at: float
    kind: str
    payload: dict[str, Any]
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
            self._db.executescript(SCHEMA)

    def append(self, kind: str, payload: dict[str, Any], submission: str | None = None) -> StoredEvent | None:
        """Add an event. None, and nothing added, if one with this `submission` is there already."""
        row = (self._learner, self._session, time.time(), kind, json.dumps(payload, ensure_ascii=False), self._course)
        try:
            with disk_errors():
                cursor = self._db.execute(
                    "INSERT INTO events (learner, session, at, kind, payload, course_version, submission)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (*row, submission),
                )
        except sqlite3.IntegrityError:
            return None
        except sqlite3.OperationalError as error:
            if "full" in str(error):
                with disk_errors():
                    raise OSError(28, "database or disk is full") from error
            raise
        return StoredEvent(
            id=cursor.lastrowid or 0,
            learner=self._learner,
            session=self._session,
            at=row[2],
            kind=kind,
            payload=payload,
            course_version=self._course,
            submission=submission,
        )

    def events(self) -> Iterator[StoredEvent]:
        """Every event of this learner, oldest first."""
        rows = self._db.execute(
            "SELECT id, learner, session, at, kind, payload, course_version, submission FROM events"
            " WHERE learner = ? ORDER BY id",
            (self._learner,),
        )
        for id, learner, session, at, kind, payload, course, submission in rows:
            yield StoredEvent(
                id=id,
                learner=learner,
                session=session,
                at=at,
                kind=kind,
                payload=json.loads(payload),
                course_version=course,
                submission=submission,
            )

    def clear(self) -> None:
        """Forget everything of this learner, on disk too."""
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.execute("DELETE FROM events WHERE learner = ?", (self._learner,))
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.execute("VACUUM")

    def close(self) -> None:
        self._db.close()

"""What was said, kept for display: Chainlit's threads in one SQLite file of our own. The truth is in learner.db."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from skills.errors import DiskFull
from skills.workspace import disk_errors
from tutor.learner.store import forget_freed

log = logging.getLogger(__name__)
LEARNER = "learner"
"""The only user there is: the owner of this computer."""

VERSION = 1
NOT_ITS_FAULT = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN)
"""Why a file that is whole cannot be opened."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS threads (id TEXT PRIMARY KEY, created TEXT NOT NULL, name TEXT, touched INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS steps (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, thread TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS elements (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, thread TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS turns (
    id INTEGER PRIMARY KEY, thread TEXT NOT NULL, said TEXT NOT NULL, began REAL NOT NULL);
CREATE INDEX IF NOT EXISTS steps_thread ON steps (thread, place);
CREATE INDEX IF NOT EXISTS elements_thread ON elements (thread, place);
"""


class Transcript:
    """Threads, their messages (`steps`) and their cards (`elements`), as the dicts that Chainlit's page reads.

    All calls are quick and made from the event loop's thread: order is what it looks like, and an error is raised.
    A file of another version, or a damaged one, is set aside (`.old`): it is display only, nothing is lost with it.
    Where the disk is full, what is said is on the page and not kept here: the learner's log says that there is no room.

    Raises DiskFull where there is no room to open it.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        try:
            self._db = _open(path)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in NOT_ITS_FAULT:
                with disk_errors():
                    raise
            for suffix in ("", "-wal", "-shm"):
                part = path.with_name(path.name + suffix)
                if part.exists():
                    part.replace(path.with_name(f"{path.name}.old{suffix}"))
            self._db = _open(path)

    def begin(self, thread: str, name: str) -> None:
        """A new thread. Those in which the learner never did anything are forgotten."""
        with self._changing():
            for (old,) in self._db.execute("SELECT id FROM threads WHERE touched = 0").fetchall():
                self._delete(old)
            self._db.execute("INSERT OR IGNORE INTO threads VALUES (?, ?, ?, 0)", (thread, _now(), name))

    def exists(self, thread: str) -> bool:
        return self._db.execute("SELECT 1 FROM threads WHERE id = ?", (thread,)).fetchone() is not None

    def touch(self, thread: str) -> None:
        """The learner did something in this thread."""
        with self._changing():
            self._db.execute("UPDATE threads SET touched = 1 WHERE id = ?", (thread,))

    def begin_turn(self, thread: str, said: str) -> int:
        """The learner said something, and it is being done; returns the number of the turn, for `end_turn`."""
        with self._changing():
            row = (thread, said, time.time())
            return self._db.execute("INSERT INTO turns (thread, said, began) VALUES (?, ?, ?)", row).lastrowid or 0
        return 0

    def end_turn(self, turn: int) -> None:
        with self._changing():
            self._db.execute("DELETE FROM turns WHERE id = ?", (turn,))

    def unfinished(self) -> list[tuple[str, str, float]]:
        """The turns that have not ended: thread, what the learner said, when it began (seconds since 1970)."""
        return self._db.execute("SELECT thread, said, began FROM turns ORDER BY id").fetchall()

    def told_of(self, thread: str) -> None:
        """The unfinished turns of a thread are told of in it."""
        with self._changing():
            self._db.execute("DELETE FROM turns WHERE thread = ?", (thread,))

    def rename(self, thread: str, name: str) -> None:
        with self._changing():
            self._db.execute("UPDATE threads SET name = ? WHERE id = ?", (name, thread))

    def name(self, thread: str) -> str | None:
        found = self._db.execute("SELECT name FROM threads WHERE id = ?", (thread,)).fetchone()
        return found[0] if found else None

    def put_step(self, step: dict[str, Any]) -> None:
        self._put("steps", step)

    def last_step(self, thread: str) -> dict[str, Any] | None:
        """The newest message of a thread, None if there is none."""
        query = "SELECT data FROM steps WHERE thread = ? ORDER BY place DESC LIMIT 1"
        found = self._db.execute(query, (thread,)).fetchone()
        return json.loads(found[0]) if found else None

    def put_element(self, element: dict[str, Any]) -> None:
        """Add a card or change it. One that is now for another message moves to the end."""
        old = self.element(element["id"])
        if old and old["forId"] != element["forId"]:
            self.drop_element(element["id"])
        self._put("elements", element)

    def element(self, id: str) -> dict[str, Any] | None:
        found = self._db.execute("SELECT data FROM elements WHERE id = ?", (id,)).fetchone()
        return json.loads(found[0]) if found else None

    def elements(self, thread: str) -> list[dict[str, Any]]:
        query = "SELECT data FROM elements WHERE thread = ? ORDER BY place"
        return [json.loads(data) for (data,) in self._db.execute(query, (thread,))]

    def drop_element(self, id: str) -> None:
        with self._changing():
            self._db.execute("DELETE FROM elements WHERE id = ?", (id,))

    def drop_step(self, id: str) -> None:
        with self._changing():
            self._db.execute("DELETE FROM steps WHERE id = ?", (id,))

    def thread(self, thread: str, first: int = 0) -> dict[str, Any] | None:
        """A thread from the place `first` on, as Chainlit's page wants it; None if there is no such thread."""
        found = self._db.execute("SELECT id, created, name FROM threads WHERE id = ?", (thread,)).fetchone()
        if not found:
            return None
        steps, elements = self.part(thread, first)
        return _thread_dict(*found) | {"steps": steps, "elements": elements}

    def places(self, thread: str) -> list[tuple[int, str]]:
        """The messages of a thread in their order: the place of each, which only grows, and its id."""
        return self._db.execute("SELECT place, id FROM steps WHERE thread = ? ORDER BY place", (thread,)).fetchall()

    def part(self, thread: str, first: int, last: int = 2**62) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The messages from one place to another, both among them, and their cards."""
        steps = self._db.execute(
            "SELECT data FROM steps WHERE thread = ? AND place BETWEEN ? AND ? ORDER BY place", (thread, first, last)
        )
        cards = self._db.execute(
            "SELECT data FROM elements WHERE thread = ?1 AND json_extract(data, '$.forId') IN"
            " (SELECT id FROM steps WHERE thread = ?1 AND place BETWEEN ?2 AND ?3) ORDER BY place",
            (thread, first, last),
        )
        return [json.loads(data) for (data,) in steps], [json.loads(data) for (data,) in cards]

    def newest(self, thread: str, card: str) -> dict[str, Any] | None:
        """The last card of a kind in a thread, such as `Question`."""
        query = "SELECT data FROM elements WHERE thread = ? AND json_extract(data, '$.name') = ? ORDER BY place DESC"
        found = self._db.execute(query, (thread, card)).fetchone()
        return json.loads(found[0]) if found else None

    def working(self, thread: str) -> list[dict[str, Any]]:
        """The sets of buttons that can still be clicked."""
        query = (
            "SELECT data FROM elements WHERE thread = ? AND json_extract(data, '$.name') = 'Choices'"
            " AND json_extract(data, '$.props.open') ORDER BY place"
        )
        return [json.loads(data) for (data,) in self._db.execute(query, (thread,))]

    def threads(self, search: str | None, first: int, after: str | None) -> tuple[list[dict[str, Any]], bool]:
        """Up to `first` threads that the learner took part in, newest first, and whether there are more."""
        rows = self._db.execute(
            "SELECT id, created, name FROM threads WHERE touched = 1"
            " AND (?1 IS NULL OR name LIKE ?1 OR id IN (SELECT thread FROM steps WHERE data LIKE ?1"
            " UNION SELECT thread FROM elements WHERE data LIKE ?1))"
            " AND (?2 IS NULL OR created < (SELECT created FROM threads WHERE id = ?2))"
            " ORDER BY created DESC LIMIT ?3",
            (f"%{search}%" if search else None, after, first + 1),
        ).fetchall()
        return [_thread_dict(*row) | {"steps": [], "elements": []} for row in rows[:first]], len(rows) > first

    def delete(self, thread: str) -> None:
        with self._db:
            self._delete(thread)

    def clear(self) -> None:
        """Forget every thread, on disk too. Raises OSError if another process holds on to it."""
        with self._db:
            for table in ("steps", "elements", "threads", "turns"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608
        self.forget_freed()

    def forget_freed(self) -> None:
        """Write the file anew, so that nothing that was deleted or changed is left in it; and drop those that were set
        aside. Raises OSError."""
        forget_freed(self._db)
        for part in self._path.parent.glob(f"{self._path.name}.old*"):
            part.unlink()

    def everything(self) -> Iterator[tuple[str, list[dict[str, Any]], list[dict[str, Any]]]]:
        """Every thread with all its messages and cards."""
        for (thread,) in self._db.execute("SELECT id FROM threads").fetchall():
            yield thread, self.part(thread, 0)[0], self.elements(thread)

    def names(self) -> dict[str, str]:
        """What each thread is called."""
        return dict(self._db.execute("SELECT id, name FROM threads WHERE name IS NOT NULL"))

    def close(self) -> None:
        self._db.close()

    def _delete(self, thread: str) -> None:
        self._db.execute("DELETE FROM steps WHERE thread = ?", (thread,))
        self._db.execute("DELETE FROM elements WHERE thread = ?", (thread,))
        self._db.execute("DELETE FROM turns WHERE thread = ?", (thread,))
        self._db.execute("DELETE FROM threads WHERE id = ?", (thread,))

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """A change, whole or not at all; none where the disk is full."""
        try:
            with disk_errors(), self._db:
                yield
        except DiskFull:
            log.warning("the disk is full: what is said is not kept for display")

    def _put(self, table: str, data: dict[str, Any]) -> None:
        with self._changing():
            self._db.execute(
                f"INSERT INTO {table} (id, thread, data) VALUES (?, ?, ?)"  # noqa: S608 - the table is ours
                " ON CONFLICT (id) DO UPDATE SET thread = excluded.thread, data = excluded.data",
                (data["id"], data["threadId"], json.dumps(data, ensure_ascii=False)),
            )


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute("PRAGMA secure_delete=ON")
    db.execute("PRAGMA temp_store=MEMORY")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version not in (0, VERSION):
        db.close()
        raise sqlite3.DatabaseError(f"transcript version {version}")
    db.executescript(SCHEMA)
    db.execute(f"PRAGMA user_version={VERSION}")
    return db


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _thread_dict(id: str, created: str, name: str | None) -> dict[str, Any]:
    owner = {"userId": LEARNER, "userIdentifier": LEARNER}
    return {"id": id, "createdAt": created, "name": name, **owner, "tags": [], "metadata": {}}

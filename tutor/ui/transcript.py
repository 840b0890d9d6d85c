"""What was said, kept for display: Chainlit's threads in one SQLite file of our own. The truth is in learner.db."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chainlit.data.base import BaseDataLayer
from chainlit.types import Feedback, PageInfo, PaginatedResponse, Pagination, ThreadFilter
from chainlit.user import PersistedUser, User

LEARNER = "learner"
"""The only user there is: the owner of this computer."""

VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS threads (id TEXT PRIMARY KEY, created TEXT NOT NULL, name TEXT, touched INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS steps (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, thread TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS elements (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, thread TEXT NOT NULL, data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS steps_thread ON steps (thread, place);
CREATE INDEX IF NOT EXISTS elements_thread ON elements (thread, place);
"""


class Transcript:
    """Threads, their messages (`steps`) and their cards (`elements`), as the dicts that Chainlit's page reads.

    All calls are quick and made from the event loop's thread: order is what it looks like, and an error is raised.
    A file of another version, or a damaged one, is set aside (`.old`): it is display only, nothing is lost with it.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = _open(path)
        except sqlite3.DatabaseError:
            for suffix in ("", "-wal", "-shm"):
                part = path.with_name(path.name + suffix)
                if part.exists():
                    part.replace(path.with_name(f"{path.name}.old{suffix}"))
            self._db = _open(path)

    def begin(self, thread: str, name: str) -> None:
        """A new thread. Those in which the learner never did anything are forgotten."""
        with self._db:
            for (old,) in self._db.execute("SELECT id FROM threads WHERE touched = 0").fetchall():
                self._delete(old)
            self._db.execute("INSERT OR IGNORE INTO threads VALUES (?, ?, ?, 0)", (thread, _now(), name))

    def exists(self, thread: str) -> bool:
        return self._db.execute("SELECT 1 FROM threads WHERE id = ?", (thread,)).fetchone() is not None

    def touch(self, thread: str) -> None:
        """The learner did something in this thread."""
        with self._db:
            self._db.execute("UPDATE threads SET touched = 1 WHERE id = ?", (thread,))

    def rename(self, thread: str, name: str) -> None:
        with self._db:
            self._db.execute("UPDATE threads SET name = ? WHERE id = ?", (name, thread))

    def put_step(self, step: dict[str, Any]) -> None:
        self._put("steps", step)

    def last_step(self, thread: str) -> dict[str, Any]:
        """The newest message of a thread that has any."""
        query = "SELECT data FROM steps WHERE thread = ? ORDER BY place DESC LIMIT 1"
        found: dict[str, Any] = json.loads(self._db.execute(query, (thread,)).fetchone()[0])
        return found

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
        return self._all("elements", thread)

    def drop_element(self, id: str) -> None:
        with self._db:
            self._db.execute("DELETE FROM elements WHERE id = ?", (id,))

    def drop_step(self, id: str) -> None:
        with self._db:
            self._db.execute("DELETE FROM steps WHERE id = ?", (id,))

    def thread(self, thread: str) -> dict[str, Any] | None:
        """The whole thread, as Chainlit's page wants it; None if there is no such thread."""
        found = self._db.execute("SELECT id, created, name FROM threads WHERE id = ?", (thread,)).fetchone()
        if not found:
            return None
        return _thread_dict(*found) | {"steps": self._all("steps", thread), "elements": self.elements(thread)}

    def threads(self, search: str | None, first: int, after: str | None) -> tuple[list[dict[str, Any]], bool]:
        """Up to `first` threads that the learner took part in, newest first, and whether there are more."""
        rows = self._db.execute(
            "SELECT id, created, name FROM threads WHERE touched = 1"
            " AND (?1 IS NULL OR name LIKE ?1 OR id IN (SELECT thread FROM steps WHERE data LIKE ?1))"
            " AND (?2 IS NULL OR created < (SELECT created FROM threads WHERE id = ?2))"
            " ORDER BY created DESC LIMIT ?3",
            (f"%{search}%" if search else None, after, first + 1),
        ).fetchall()
        return [_thread_dict(*row) | {"steps": [], "elements": []} for row in rows[:first]], len(rows) > first

    def delete(self, thread: str) -> None:
        with self._db:
            self._delete(thread)

    def clear(self) -> None:
        """Forget every thread, on disk too."""
        with self._db:
            for table in ("steps", "elements", "threads"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.execute("VACUUM")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._db.close()

    def _delete(self, thread: str) -> None:
        self._db.execute("DELETE FROM steps WHERE thread = ?", (thread,))
        self._db.execute("DELETE FROM elements WHERE thread = ?", (thread,))
        self._db.execute("DELETE FROM threads WHERE id = ?", (thread,))

    def _put(self, table: str, data: dict[str, Any]) -> None:
        with self._db:
            self._db.execute(
                f"INSERT INTO {table} (id, thread, data) VALUES (?, ?, ?)"  # noqa: S608 - the table is ours
                " ON CONFLICT (id) DO UPDATE SET thread = excluded.thread, data = excluded.data",
                (data["id"], data["threadId"], json.dumps(data, ensure_ascii=False)),
            )

    def _all(self, table: str, thread: str) -> list[dict[str, Any]]:
        query = f"SELECT data FROM {table} WHERE thread = ? ORDER BY place"  # noqa: S608
        return [json.loads(data) for (data,) in self._db.execute(query, (thread,))]


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute("PRAGMA secure_delete=ON")
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


class TranscriptLayer(BaseDataLayer):  # type: ignore[misc]
    """Chainlit's side of the transcript. What we draw is written by screen.py; here come only what Chainlit writes
    itself (the learner's typed messages) and what its history reads, renames and deletes."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript

    async def get_user(self, identifier: str) -> PersistedUser | None:
        return PersistedUser(id=LEARNER, identifier=identifier, createdAt="2026-01-01T00:00:00Z")

    async def create_user(self, user: User) -> PersistedUser | None:
        return await self.get_user(user.identifier)

    async def create_step(self, step_dict: Any) -> None:
        if step_dict["type"] == "user_message":
            self._transcript.put_step(dict(step_dict))

    async def update_step(self, step_dict: Any) -> None:
        await self.create_step(step_dict)

    async def delete_step(self, step_id: str) -> None:
        self._transcript.drop_step(step_id)

    async def create_element(self, element: Any) -> None:
        """An uploaded file's own chip is not kept: screen.py draws one that survives a reload."""

    async def get_element(self, thread_id: str, element_id: str) -> Any:
        return self._transcript.element(element_id)

    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None:
        self._transcript.drop_element(element_id)

    async def get_thread_author(self, thread_id: str) -> str:
        return LEARNER if self._transcript.exists(thread_id) else ""

    async def get_thread(self, thread_id: str) -> Any:
        return self._transcript.thread(thread_id)

    async def delete_thread(self, thread_id: str) -> None:
        self._transcript.delete(thread_id)

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        if name:
            self._transcript.rename(thread_id, name)

    async def list_threads(self, pagination: Pagination, filters: ThreadFilter) -> PaginatedResponse[Any]:
        found, more = self._transcript.threads(filters.search or None, pagination.first, pagination.cursor)
        end = found[-1]["id"] if found else None
        return PaginatedResponse(pageInfo=PageInfo(hasNextPage=more, startCursor=None, endCursor=end), data=found)

    async def upsert_feedback(self, feedback: Feedback) -> str:
        return ""

    async def delete_feedback(self, feedback_id: str) -> bool:
        return False

    async def get_favorite_steps(self, user_id: str) -> list[Any]:
        return []

    async def build_debug_url(self) -> str:
        return ""

    async def close(self) -> None:
        self._transcript.close()

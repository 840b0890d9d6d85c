"""The event log: order, one count a submission, survival, and the memory that is its replay."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from skills.errors import DiskFull
from tutor.learner.events import Answered, Feedback, Greeted, Predicted
from tutor.learner.memory import recall
from tutor.learner.store import Store

ANSWER = Answered(item="lm.1", submission="s1", outcome="correct", format="single")


def store(path: Path, session: str = "one") -> Store:
    return Store(path / "learner.db", "me", session, "v1")


def test_events_come_back_in_order_after_a_restart(tmp_path: Path) -> None:
    first = store(tmp_path)
    first.append(Greeted(version="1"))
    first.append(Predicted(at="l/s", value="ñandú"))
    first.close()
    again = store(tmp_path, "two")
    assert [(e.event.kind, e.session) for e in again.events()] == [("greeted", "one"), ("predicted", "one")]
    assert recall(again.events()).predicted == {"l/s": "ñandú"}


def test_a_submission_is_stored_once(tmp_path: Path) -> None:
    log = store(tmp_path)
    assert log.append(ANSWER) is not None
    assert log.append(ANSWER) is None
    assert len(list(log.events())) == 1


def test_an_event_that_was_appended_survives_a_killed_process(tmp_path: Path) -> None:
    log = store(tmp_path)
    log.append(Greeted())
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in tmp_path.glob("learner.db*"):  # what is on disk while the process still holds it open
        (copy / file.name).write_bytes(file.read_bytes())
    assert [e.event.kind for e in store(copy).events()] == ["greeted"]


def test_a_full_disk_is_told_in_words(tmp_path: Path) -> None:
    log = store(tmp_path)
    log._db.execute("PRAGMA max_page_count=1")
    with pytest.raises(DiskFull):
        log.append(Feedback(text="x" * 1_000_000, lesson=None, step=None))
    log._db.execute("PRAGMA max_page_count=1000000")
    assert log.append(Greeted()) is not None


def test_clear_forgets_everything_on_disk_too(tmp_path: Path) -> None:
    log = store(tmp_path)
    log.append(Feedback(text="un secreto muy reconocible", lesson=None, step=None))
    log.clear()
    log.close()
    for file in tmp_path.glob("learner.db*"):
        assert b"reconocible" not in file.read_bytes()


def test_another_process_can_read_while_one_writes(tmp_path: Path) -> None:
    log = store(tmp_path)
    log.append(Greeted())
    reader = sqlite3.connect(f"file:{tmp_path / 'learner.db'}?mode=ro", uri=True)
    assert reader.execute("SELECT count(*) FROM events").fetchone() == (1,)

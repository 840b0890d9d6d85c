"""A turn that the end of the program cut off: it is said where it was asked for, and in the conversation after it."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from skills.errors import DiskFull
from tutor.learner.events import Moved, TextBrought
from tutor.learner.store import Store
from tutor.ui.cut_off import CutOff
from tutor.ui.screen import Screen, step_dict
from tutor.ui.transcript import Transcript
from tutor.words import Words

NOTHING, PARTLY = (Words("es")(f"ui.cut_off.{how}") for how in ("nothing", "partly"))


class Listening:
    """A page that hears everything."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    async def emit(self, thread: str, event: str, data: Any) -> None:
        self.heard.append((event, data))


def started(path: Path, taken: bool = False) -> tuple[Transcript, CutOff]:
    """The program started on this transcript; what of the last turn was remembered is `taken`."""
    transcript = Transcript(path)
    screen = Screen(transcript, Listening(), lambda: Words("es"))
    return transcript, CutOff(transcript, screen, lambda: Words("es"), lambda at: taken)


def cut(path: Path, said: str) -> None:
    """The program is killed while it does what was said in the thread `a`."""
    transcript, _ = started(path)
    for thread in ("a", "b"):
        transcript.begin(thread, thread)
        transcript.touch(thread)
    transcript.put_step(step_dict("a", "mine", said) | {"type": "user_message"})
    transcript.begin_turn("a", said)
    transcript.close()


def texts(transcript: Transcript, thread: str) -> list[str]:
    """What each message says, or its note."""
    steps, cards = transcript.part(thread, 0)
    notes = {card["forId"]: card["props"]["text"] for card in cards}
    return [step["output"] or notes[step["id"]] for step in steps]


async def test_its_own_thread_says_it_once(tmp_path: Path) -> None:
    cut(tmp_path / "t.db", "resumí mi texto")
    transcript, cut_off = started(tmp_path / "t.db")
    await cut_off.tell("a")
    await cut_off.tell("a")
    assert texts(transcript, "a") == ["resumí mi texto", NOTHING]
    transcript.close()
    transcript, cut_off = started(tmp_path / "t.db")
    await cut_off.tell("b")
    assert texts(transcript, "b") == []


async def test_another_thread_quotes_it(tmp_path: Path) -> None:
    cut(tmp_path / "t.db", "*resumí* " + "mi texto " * 40)
    transcript, cut_off = started(tmp_path / "t.db", taken=True)
    await cut_off.tell("b")
    (said,) = texts(transcript, "b")
    assert "\\*resumí\\* mi texto" in said
    assert len(said) < 300
    assert texts(transcript, "a")[1:] == [PARTLY]


async def test_a_turn_that_ended_is_not_told_of(tmp_path: Path) -> None:
    transcript, _ = started(tmp_path / "t.db")
    transcript.begin("a", "a")
    transcript.end_turn(transcript.begin_turn("a", "hola"))
    transcript.begin_turn("a", "chau")
    transcript.delete("a")
    transcript.close()
    transcript, cut_off = started(tmp_path / "t.db")
    await cut_off.tell("b")
    assert texts(transcript, "b") == []


def test_what_was_taken_is_what_was_written_down(tmp_path: Path) -> None:
    store = Store(tmp_path / "learner.db", "me", "s", "1")
    at = time.time()
    store.append(Moved(phase="present", overlay="aside", lesson="1.1", step="see"))
    assert not store.happened_since(at)
    store.append(TextBrought(dataset="text-1", name="coplas.txt"))
    assert store.happened_since(at)
    assert not store.happened_since(time.time())


async def test_on_a_full_disk_what_is_said_is_shown_and_only_not_kept(tmp_path: Path) -> None:
    transcript, _ = started(tmp_path / "t.db")
    transcript.begin("a", "a")
    pages = Listening()
    screen = Screen(transcript, pages, lambda: Words("es"))
    transcript._db.execute("PRAGMA max_page_count=1")
    long = "No queda lugar en el disco. " * 2000
    turn = transcript.begin_turn("a", long)
    await screen.say("a", long)
    transcript.end_turn(turn)
    assert [event for event, _ in pages.heard] == ["new_message"]
    assert texts(transcript, "a") == []
    transcript._db.execute("PRAGMA max_page_count=100000")
    await screen.say("a", "Hay lugar otra vez.")
    assert texts(transcript, "a") == ["Hay lugar otra vez."]


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE])
def test_a_transcript_that_a_full_disk_does_not_let_open_stays_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    cut(tmp_path / "t.db", "hola")

    def full(path: Path) -> sqlite3.Connection:
        error = sqlite3.OperationalError("no room")
        error.sqlite_errorcode = code
        raise error

    with monkeypatch.context() as patched:
        patched.setattr("tutor.ui.transcript._open", full)
        with pytest.raises(DiskFull):
            Transcript(tmp_path / "t.db")
    assert not list(tmp_path.glob("*.old*"))
    transcript, _ = started(tmp_path / "t.db")
    assert texts(transcript, "a") == ["hola"]

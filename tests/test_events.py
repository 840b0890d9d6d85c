"""What is written to the learner's log: nothing misspelt, every kind, and logs of earlier and newer versions."""

from __future__ import annotations

import json
import logging
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from tests.conversation import Conversation
from tests.learner_life import clock, new_life, stable, whole_life
from tutor import __version__
from tutor.course.files import load_course
from tutor.course.model import Bkt, Course
from tutor.learner import mastery
from tutor.learner.events import MODELS, Asked, DataDeleted, Feedback, Ran, RunStarted, TalkSet
from tutor.learner.memory import Memory, recall, remember
from tutor.learner.store import Store, StoredEvent
from tutor.settings import CURRICULUM
from tutor.turn import Intent

ROOT = Path(__file__).parent.parent
EARLIER = Path(__file__).parent / "data" / "log_0.1.0"
FOR_PEOPLE = {"wondered", "feedback"}
"""Kinds that nothing follows from in the program: they are for whoever reads the log."""


SINCE = {"review_offered", "model_taken", "questions_chosen", "used"}
"""Kinds that the earlier version did not have."""


def earlier(name: str, folder: Path) -> Store:
    """A log that an earlier version (commit 13f5ecd) wrote, as it is found by this one."""
    if name == "new":
        shutil.copy(EARLIER / "new.db", folder / "learner.db")
    else:
        with closing(sqlite3.connect(folder / "learner.db")) as db:
            db.executescript((EARLIER / "whole.sql").read_text("utf-8"))
    return Store(folder / "learner.db", "me", "later", "v")


@pytest.fixture(scope="module")
def expected() -> Any:
    """What the earlier version made of its logs."""
    return json.loads((EARLIER / "expected.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def bare_course(expected: Any) -> Course:
    """Of the course of the earlier version, what mastery follows from."""
    of = expected["course"]
    course: Any = SimpleNamespace(
        lessons={id: SimpleNamespace(concepts=tuple(concepts), steps=()) for id, concepts in of["lessons"].items()},
        concepts={id: SimpleNamespace(id=id, bkt=Bkt(**bkt)) for id, bkt in of["concepts"].items()},
        items={id: SimpleNamespace(concept=concept, format=format) for id, (concept, format) in of["items"].items()},
    )
    return course


# --- what can be written ----------------------------------------------------------------------------------------------


def test_the_name_of_a_kind_is_the_name_of_its_model() -> None:
    assert len(MODELS) == 36
    for kind, model in MODELS.items():
        assert model.__name__ == kind.title().replace("_", "")


def test_a_misspelt_field_a_missing_one_or_a_wrong_value_is_refused() -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        RunStarted(at="/fine_tune", run="run-1", skill="fine_tune", stil="fine_tune")  # type: ignore[call-arg]
    with pytest.raises(ValidationError, match="missing"):
        RunStarted(at="/fine_tune", skill="fine_tune")  # type: ignore[call-arg]
    with pytest.raises(ValidationError, match="literal_error"):
        Asked(item="lm.1", submission="s", where="exam")  # type: ignore[arg-type]


def test_what_is_no_event_is_not_stored(tmp_path: Path) -> None:
    log = Store(tmp_path / "learner.db", "me", "one", "v")
    with pytest.raises(AttributeError):
        log.append("run_startd")  # type: ignore[arg-type]
    assert list(log.events()) == []


@pytest.mark.slow
def test_a_misspelt_kind_or_field_is_a_type_error(tmp_path: Path) -> None:
    written = (
        'Feedback(text="x", lesson=None, step=None)',
        'Feedbak(text="x", lesson=None, step=None)',
        'Feedback(txt="x", lesson=None, step=None)',
        "Feedback(text=3, lesson=None, step=None)",
        'Feedback(text="x", lesson=None)',
        '"feedback"',
    )
    imports = "from tutor.dialogue.context import Dialogue\nfrom tutor.learner.events import Feedback\n"
    lines = "".join(f"    dialogue.record({event})\n" for event in written)
    code = tmp_path / "writes.py"
    code.write_text(f"{imports}\n\ndef write(dialogue: Dialogue) -> None:\n{lines}")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", str(code)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    wrong = {int(line) for line in re.findall(r"writes\.py:(\d+): error", told)}
    assert wrong == {7, 8, 9, 10, 11}, told


def test_an_error_does_not_quote_the_learner() -> None:
    with pytest.raises(ValidationError) as error:
        Feedback(text=["un secreto"], lesson=None, step=None)  # type: ignore[arg-type]
    assert "secreto" not in str(error.value)


def test_only_what_was_given_is_stored() -> None:
    assert TalkSet(temperature=0.3).payload() == '{"temperature": 0.3}'
    assert Asked(item="i", submission="s", where="quiz", gap=None).payload() == (
        '{"item": "i", "submission": "s", "where": "quiz", "gap": null}'
    )
    result = {"name": "ñandú", "share": 1.0, "count": 1, "done": True, "loss": float("inf"), "none": None}
    ran = Ran(at="a", skill="s", result=result)
    assert json.loads(ran.payload())["result"] == result
    assert Ran.model_validate_json(ran.payload()) == ran


# --- every kind -------------------------------------------------------------------------------------------------------


def bearing(events: list[StoredEvent], course: Course) -> set[str]:
    """The kinds that changed what is remembered or known."""
    memory, progress, found = Memory(), mastery.start(course), set()
    for stored in events:
        before = (memory, progress)
        memory, progress = remember(memory, stored.event), mastery.update(progress, stored, course)
        if (memory, progress) != before:
            found.add(stored.event.kind)
    return found


@pytest.mark.slow
async def test_every_kind_is_written_and_read_and_a_restart_loses_nothing(tmp_path: Path) -> None:
    course = load_course(CURRICULUM)
    written, read = Counter[str](), set[str]()
    for live in (whole_life, new_life):
        with clock() as now:
            life = await live(tmp_path / live.__name__ / "home", course, now)
        events = list(life.store.events())
        life.store.close()
        assert not [said.text for said in life.said if said.tone == "error"]
        written.update(stored.event.kind for stored in events)
        read |= bearing(events, course)
        assert recall(events) == life.dialogue.memory
        assert mastery.replay(events, course) == life.dialogue.progress
    assert written.keys() == MODELS.keys()
    assert read == MODELS.keys() - FOR_PEOPLE


# --- logs of earlier versions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["whole", "new"])
def test_a_log_of_an_earlier_version_says_what_it_said_then(
    name: str, tmp_path: Path, expected: Any, bare_course: Course, caplog: pytest.LogCaptureFixture
) -> None:
    events = list(earlier(name, tmp_path).events())
    assert caplog.records == []
    memory = recall(events).model_dump(mode="json")
    if asked := memory["open_item"]:  # a question had one hint
        asked["hinted"] = bool(asked.pop("hints"))
    assert {field: memory[field] for field in expected[name]["memory"]} == expected[name]["memory"]
    progress = stable(mastery.replay(events, bare_course))
    then = expected[name]["progress"]
    assert rounded({field: progress[field] for field in then}) == rounded(then)
    assert stable(mastery.replay(events, bare_course)) == progress


def rounded(value: Any) -> Any:
    """Floats to nine digits: the last ones are the processor's affair."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def test_the_earlier_logs_have_every_kind() -> None:
    texts = (EARLIER / "whole.sql").read_text("utf-8")
    with closing(sqlite3.connect(EARLIER / "new.db")) as db:
        kinds = {kind for (kind,) in db.execute("SELECT DISTINCT kind FROM events")}
    assert kinds | {kind for kind in MODELS if f",'{kind}','{{" in texts} == MODELS.keys() - SINCE


@pytest.mark.parametrize("name", ["whole", "new"])
def test_the_stored_form_is_the_same_to_the_byte(name: str, tmp_path: Path) -> None:
    store = earlier(name, tmp_path)
    stored = dict(store._db.execute("SELECT id, payload FROM events").fetchall())
    assert stored
    assert {one.id: one.event.payload() for one in store.events()} == stored


def test_what_still_earlier_versions_left_out_is_not_missed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Store(tmp_path / "learner.db", "me", "one", "v")
    put(store, "greeted", {})
    put(store, "ran", {"at": "a/b", "skill": "fine_tune", "result": {"run": "x"}})
    put(store, "voted", {"run": "r", "votes": ["tuned"]})
    memory = recall(store.events())
    assert (memory.greeted, memory.offers, memory.votes, memory.judged) == (True, {"a/b": ()}, {"r": ("tuned",)}, {})
    assert caplog.records == []


def put(store: Store, kind: str, payload: Any) -> None:
    """An event as another version would write it."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    row = ("me", "s", 1.0, kind, text, "v")
    store._db.execute(
        "INSERT INTO events (learner, session, at, kind, payload, course_version) VALUES (?, ?, ?, ?, ?, ?)", row
    )


# --- logs of newer versions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "payload", "told"),
    [
        ("dreamt", {"of": "un secreto"}, "unknown kind 'dreamt'"),
        ("run_started", {"at": "/s", "skill": "un secreto"}, "'run_started' is passed over: run (missing)"),
        ("asked", {"item": "un secreto", "submission": "s", "where": "exam"}, "where (literal_error)"),
        ("greeted", "un secreto", "'greeted' is passed over"),
        ("voted", {"run": "un secreto", "votes": []}, "votes (too_short)"),
    ],
)
def test_what_is_not_understood_is_kept_passed_over_and_told_once(
    kind: str, payload: Any, told: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "learner.db", "me", "one", "v")
    for n in range(3):
        store.append(RunStarted(at=f"a/{n}", run=f"run-{n}", skill="fine_tune"))
        put(store, kind, payload)
    with caplog.at_level(logging.WARNING):
        memory = recall(store.events())
    assert memory == Memory(runs={"a/0": "run-0", "a/1": "run-1", "a/2": "run-2"})
    assert len(caplog.records) == 1
    assert told in caplog.text
    assert "secreto" not in caplog.text
    assert store._db.execute("SELECT count(*) FROM events").fetchone() == (6,)


def test_a_field_of_a_newer_version_is_passed_over_and_the_event_counts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "learner.db", "me", "one", "v")
    gap = {"text": "____", "answer": "a", "options": ["a", "b"], "source": "a", "hard": True}
    put(store, "asked", {"item": "gap.0", "submission": "s", "where": "quiz", "gap": gap, "mood": "un secreto"})
    with caplog.at_level(logging.WARNING):
        asked = recall(store.events()).open_item
    assert asked
    assert asked.gap
    assert asked.gap.options == ("a", "b")
    assert "gap.hard (extra_forbidden), mood (extra_forbidden)" in caplog.text
    assert "secreto" not in caplog.text


@pytest.mark.slow
def test_a_newer_log_opens_with_a_notice_in_the_log_file(tmp_path: Path) -> None:
    """The program itself: its log file, its own opening of a home."""
    home = tmp_path / "home"
    put(Store(home / "learner.db", "me", "one", "v"), "dreamt", {})
    code = (
        "import sys; from pathlib import Path; from tutor.settings import build_settings;"
        "from tutor.session import open_session; from tutor.ui.serve import _log_to;"
        "home = Path(sys.argv[1]); _log_to(home / 'logs' / 'server.log'); open_session(build_settings(home))"
    )
    subprocess.run([sys.executable, "-c", code, str(home)], cwd=ROOT, check=True, capture_output=True)
    assert "unknown kind 'dreamt'" in (home / "logs" / "server.log").read_text("utf-8")


# --- deletion, speed --------------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_after_deleting_everything_a_restart_speaks_the_same_language_and_is_no_update(tmp_path: Path) -> None:
    course = load_course(CURRICULUM)
    talk = Conversation(tmp_path / "home", course)
    await talk.opens()
    await talk.acts(Intent(name="change_language", args={"language": "en"}))
    await talk.acts(Intent(name="delete", args={"what": "all", "id": "", "sure": True}))
    assert [stored.event for stored in talk.store.events()] == [DataDeleted(language="en", version=__version__)]
    talk.store.close()
    again = Conversation(tmp_path / "home", course)
    assert again.session.language == "en"
    await again.opens()
    assert "updated" not in {stored.event.kind for stored in again.store.events()}
    again.store.close()


def test_a_deletion_of_an_earlier_version_leaves_the_language_that_was() -> None:
    memory = Memory(greeted=True, language="en", version="0.1.0", route="full", runs={"a": "b"})
    assert remember(memory, DataDeleted()) == Memory(greeted=True, language="en", version="0.1.0")


def many(events: int) -> Iterator[tuple[Any, ...]]:
    """The rows of a long log: the earlier one again and again, its submissions and runs under other names."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript((EARLIER / "whole.sql").read_text("utf-8"))
        rows = db.execute("SELECT at, kind, payload, submission FROM events ORDER BY id").fetchall()
    for n in range(events):
        (at, kind, payload, submission), life = rows[n % len(rows)], n // len(rows)
        payload = re.sub(r'("submission": "|"run-2026)', rf"\g<1>{life}", payload)
        yield "me", "s", at + life * 3e6, kind, payload, "v", submission and f"{life}{submission}"


def test_ten_thousand_events_are_replayed_within_a_second(tmp_path: Path, bare_course: Course) -> None:
    store = Store(tmp_path / "learner.db", "me", "one", "v")
    store._db.execute("BEGIN")
    store._db.executemany(
        "INSERT INTO events (learner, session, at, kind, payload, course_version, submission)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        many(10_000),
    )
    store._db.execute("COMMIT")
    begun = time.process_time()
    events = list(store.events())
    memory, progress = recall(events), mastery.replay(events, bare_course)
    seconds = time.process_time() - begun
    assert len(events) == 10_000
    assert memory.runs
    assert len(progress.submissions) > 600
    assert seconds < 1, f"{seconds:.2f} s"

"""Two learners' lives, played through the real session, in which every kind of event of the log happens at least once.

`python -m tests.learner_life FOLDER` keeps their logs, and what this version makes of them, for later versions to be
tested against: `tests/data/log_<version>/`.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conversation import Conversation
from tests.test_session import FINE_TUNED, PAIRS, VERSES, compared, key, to_step, votes, walk
from tutor.authoring.eval.made_runs import make_run
from tutor.authoring.eval.scripted import RunsInMemory
from tutor.course.files import load_course
from tutor.course.model import Choice, Course
from tutor.dialogue import context
from tutor.learner.mastery import Progress
from tutor.settings import CURRICULUM
from tutor.turn import Intent, Shown

MORNING = 1_790_000_000.0
DAY = 86400.0


class Life(Conversation):
    """A conversation under a clock of its own: half a minute passes at each turn."""

    clock: list[float]

    async def _take(self, turn: Any) -> list[Shown]:
        self.clock[0] += 30.0
        return await super()._take(turn)


@contextmanager
def clock() -> Iterator[list[float]]:
    """The time of the log, to be put forward: seconds since 1970, in a list of one."""
    now = [MORNING]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: now[0])
        yield now


def open_life(home: Path, course: Course, now: list[float], runs: RunsInMemory | None = None) -> Life:
    life = Life(home, course, runs=runs)
    life.clock = now
    return life


async def whole_life(home: Path, course: Course, now: list[float]) -> Life:
    """The express route, an update of the program, a month later reviews, a quiz, questions, votes and talk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(context, "VERSION", "0.0.9")
        before = open_life(home, course, now)
        await walk(before, home.parent)
        before.store.close()
    now[0] += 30 * DAY
    life = open_life(home, course, now, before.runs)
    await life.opens()
    await review(life)
    await misses(life)
    await asides(life)
    await vote(life)
    await talk(life)
    await life.acts(Intent(name="change_language", args={"language": "en"}))
    await quiz(life)
    await talk_meanwhile(life)
    return life


async def new_life(home: Path, course: Course, now: list[float]) -> Life:
    """A beginning that was deleted, and after it a placement, twice."""
    life = open_life(home, course, now)
    await life.opens()
    await life.types(VERSES)
    await life.acts(Intent(name="delete", args={"what": "all", "id": "", "sure": True}))
    await life.opens()
    await life.acts(Intent(name="profile", args={"profile": "teacher"}))
    for _ in range(2):
        await life.acts(Intent(name="route", args={"route": "placement"}))
        await life.answers(right(life))
        for _ in range(2):
            await life.acts(Intent(name="answer", args={"give_up": True}))
    await life.acts(Intent(name="start_lesson", args={"lesson": "next-word"}))
    await to_step(life, "check")
    await life.acts(Intent(name="explain_again"))
    await life.acts(Intent(name="back_to_lesson"))
    await life.acts(Intent(name="hint"))
    await life.acts(Intent(name="no_questions"))
    return life


def right(life: Conversation) -> Any:
    assert life.dialogue.memory.open_item
    return key(life, life.dialogue.memory.open_item.item)


async def review(life: Life) -> None:
    """What is due after a month, offered where the whole course goes on: an open question, one with a hint, and one
    that is left."""
    await life.acts(Intent(name="route", args={"route": "full"}))
    await life.acts(Intent(name="next"))
    await life.acts(Intent(name="review"))
    assert life.dialogue.memory.open_item
    assert life.dialogue.memory.open_item.where == "review"
    await life.answers(right(life))
    if life.dialogue.memory.open_item is None:  # an idea was missing: on without it
        await life.acts(Intent(name="next"))
    await life.acts(Intent(name="hint"))
    await life.answers(right(life))
    await life.acts(Intent(name="next"))


async def misses(life: Life) -> None:
    """The check of a lesson: wrong, wrong again at once, right, and in another lesson the solution."""
    await life.acts(Intent(name="start_lesson", args={"lesson": "next-word"}))
    await to_step(life, "check")
    item = life.dialogue.course.items[life.item.item]
    assert isinstance(item, Choice)
    wrong = next(option.id for option in item.options if option.misconception)
    await life.answers(wrong)
    await life.clicks("Pensarla otra vez")
    await life.acts(Intent(name="hint"))
    await life.answers(right(life))
    await life.acts(Intent(name="start_lesson", args={"lesson": "tokens"}))
    await to_step(life, "check")
    await life.acts(Intent(name="answer", args={"give_up": True}))


async def quiz(life: Life) -> None:
    """Questions of the course, one of them skipped, up to the first gap of the learner's text, which stays open."""
    await life.acts(Intent(name="quiz"))
    await life.acts(Intent(name="next"))
    while life.dialogue.memory.open_item and not life.dialogue.memory.open_item.gap:
        await life.answers(right(life))
    assert life.dialogue.memory.open_item
    assert life.dialogue.memory.queue


async def asides(life: Life) -> None:
    await life.types("¿qué es un token?")
    await life.acts(Intent(name="explain_again", args={"topic": "tokens"}))
    await life.acts(Intent(name="back_to_lesson"))
    await life.acts(Intent(name="feedback", args={"said": "La lección de los tokens es «clara» pero corta."}))
    await life.types(VERSES.replace("gallo", "zorzal"))
    text = life.dialogue.memory.dataset or ""
    await life.acts(Intent(name="choose", args={"dataset": text}))
    await life.acts(Intent(name="delete", args={"what": "text", "id": text, "name": "x", "sure": True}))
    await life.acts(Intent(name="choose", args={"sample": "prose"}))


async def vote(life: Life) -> None:
    training = next(run for run, status in life.runs.runs.items() if status.skill == "fine_tune")
    life.runs.finish(training, FINE_TUNED)
    await compared(life, training, PAIRS)
    await votes(life, PAIRS, ["tuned", "base", "tuned", "same"])


async def talk(life: Life) -> None:
    """A text in turns, with another knob and other dice."""
    make_run(life.dialogue.workspace, "run-a", at=1_763_800_000)
    await life.types("hablar con mi modelo")
    await life.types("La luna")
    await life.clicks("Más audaz")
    await life.clicks("Otra vez, con otra suerte")
    await life.types("temperatura 0,3")
    await life.types("y el sol")
    await life.acts(Intent(name="talk_leave"))
    await life.acts(Intent(name="use", args={"what": "run", "id": "run-a"}))


async def talk_meanwhile(life: Life) -> None:
    """With a question open and more to come, the model is asked something, and is not left."""
    await life.acts(Intent(name="talk"))
    await life.acts(Intent(name="talk_mode"))
    await life.types("¿Quién sos?")


# --- the logs that are kept -------------------------------------------------------------------------------------------


async def write_logs(folder: Path, home: Path, course: Course) -> None:
    """Both logs, one as text and one as it is on disk, and what this version makes of them."""
    folder.mkdir(parents=True)
    expected: dict[str, Any] = {"course": bare(course)}
    for name, live in (("whole", whole_life), ("new", new_life)):
        with clock() as now:
            life = await live(home / name / "home", course, now)
        life.store.close()
        again = Conversation(home / name / "home", course, runs=life.runs)  # as the log says, and not as it was said
        again.store.close()
        memory, progress = again.dialogue.memory, again.dialogue.progress
        expected[name] = {"memory": memory.model_dump(mode="json"), "progress": stable(progress)}
        log = home / name / "home" / "learner.db"
        if name == "whole":
            with closing(sqlite3.connect(log)) as db:
                (folder / "whole.sql").write_text("\n".join(db.iterdump()) + "\n", "utf-8")
        else:
            shutil.copy(log, folder / "new.db")
    text = json.dumps(expected, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "expected.json").write_text(text + "\n", "utf-8")


def bare(course: Course) -> dict[str, Any]:
    """What mastery follows from besides the log, so that what is expected outlives changes of the course."""
    return {
        "lessons": {id: lesson.concepts for id, lesson in course.lessons.items()},
        "concepts": {id: concept.bkt.model_dump() for id, concept in course.concepts.items()},
        "items": {id: [item.concept, item.format] for id, item in course.items.items()},
    }


def stable(progress: Progress) -> dict[str, Any]:
    """The progress as JSON, its sets in order."""
    sets = {name: sorted(getattr(progress, name)) for name in ("begun", "done", "steps", "submissions", "settled")}
    return json.loads(json.dumps(progress.model_dump(mode="json") | sets))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(write_logs(Path(sys.argv[1]), Path(home), load_course(CURRICULUM)))

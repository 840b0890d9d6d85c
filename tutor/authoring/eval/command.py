"""`tutor eval KIND FILE`: put a set to the session, print the misses on demand and the figures last."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from skills.contract import Language
from tutor.authoring.eval import conversations
from tutor.authoring.eval.sets import KINDS, Figures, Judged, figures, missed
from tutor.authoring.eval.stage import Stage
from tutor.course.files import load_course
from tutor.course.model import Course
from tutor.nlu.ears import open_ears
from tutor.nlu.router import Router
from tutor.settings import CURRICULUM
from tutor.words import LANGUAGES

CONVERSATIONS = "conversations"


def evaluate(
    kind: str, file: Path, home: Path | None, errors: bool = False, tell: Callable[[str], None] = print
) -> Figures:
    """The figures of a set. `home`: whose sentence encoder is used, None for none. Raises OSError, ValueError."""
    lines = read(file)
    course = load_course(CURRICULUM)
    router = Router(course=course)
    router.ears = open_ears(home) if home else None
    run = partial(_language, kind, lines, course, router, home, file.parent)
    judged = [one for language in LANGUAGES for one in asyncio.run(run(language))]
    if not judged:
        raise ValueError(f"{file}: nothing in it is in a language of the course")
    if errors:
        for one in judged:
            for text in _told(kind, one):
                tell(text)
    return conversations.figures(judged) if kind == CONVERSATIONS else figures(kind, judged)


def read(file: Path) -> list[dict[str, Any]]:
    """The objects of a set: one a line, or those of the files of a folder of conversations."""
    if file.is_dir():
        return [one for path in sorted(file.glob("*.yaml")) for one in read(path)]
    text = file.read_text("utf-8")
    if file.suffix in (".yaml", ".yml"):
        found: list[dict[str, Any]] = yaml.safe_load(text)
        return found
    return [json.loads(line) for line in text.splitlines() if line.strip()]


async def _language(
    kind: str, lines: Sequence[dict[str, Any]], course: Course, router: Router, home: Path | None, folder: Path,
    language: Language,
) -> list[Any]:  # fmt: skip
    mine = [line for line in lines if line["lang"] == language]
    if not mine:
        return []
    with tempfile.TemporaryDirectory(prefix="tutor-eval-") as scratch:
        if kind == CONVERSATIONS:
            return [turn for one in mine for turn in await _conversation(Path(scratch), one, course, router, home)]
        stage = Stage(Path(scratch) / "home", course, router, language, home)
        try:
            # the texts of a set of questions to documents lie in a folder of the set's name
            given = {"folder": folder / "document"} if kind == "document" else {}
            return [one async for one in KINDS[kind](stage, mine, **given)]
        finally:
            stage.close()


async def _conversation(
    scratch: Path, conversation: dict[str, Any], course: Course, router: Router, home: Path | None
) -> list[conversations.Played]:
    """Each has a home of its own: what one learner brought is not the next one's."""
    stage = Stage(scratch / str(conversation["id"]), course, router, conversation["lang"], home)
    try:
        return [turn async for turn in conversations.play(stage, conversation)]
    finally:
        stage.close()


def _told(kind: str, one: Judged | conversations.Played) -> list[str]:
    if isinstance(one, conversations.Played):
        said = one.turn.get("say") or one.turn.get("click") or one.turn.get("upload")
        return [f"{one.conversation} {said!r}: {fault}; heard {one.came}" for fault in one.faults]
    line, names = one.line, missed(kind, one)
    where = " ".join(str(line[name]) for name in ("state", "before", "item", "file") if line.get(name))
    text = line.get("text") or line.get("question")
    wanted = [line[k] for k in ("intent", "also", "args", "concept", "must_mention", "verdict", "span") if line.get(k)]
    return [f"{line['id']} {text!r} ({where}): {', '.join(names)}; {wanted}, not {one.came}"] if names else []


def as_json(found: Figures) -> str:
    return json.dumps({**found.whole, **found.by_language, "lines": found.lines}, ensure_ascii=False, indent=1)


def as_text(found: Figures) -> str:
    def row(shares: dict[str, float]) -> str:
        return ", ".join(f"{name} {value:.3f}" for name, value in shares.items())

    by = "\n".join(f"  {language}: {row(shares)}" for language, shares in found.by_language.items())
    return f"{by}\n{row(found.whole)} ({found.lines})"

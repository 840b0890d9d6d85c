"""What was trained or indexed before: seconds of work that are the same at every start, kept in the home."""

from __future__ import annotations

import hashlib
import logging
import platform
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from skills.contract import Language
from tutor.course.model import Course
from tutor.nlu.bank import Bank, bank_of
from tutor.nlu.ears import open_ears
from tutor.nlu.router import Router
from tutor.settings import CURRICULUM, ROOT
from tutor.version import VERSION

log = logging.getLogger(__name__)
HEARING = "hearing"
"""The folder of the home in which they are kept."""


def listening(course: Course, home: Path) -> Router:
    """The router with the ears of a home, if it has a sentence encoder."""
    router = trained_router(course, home / HEARING)
    router.ears = open_ears(home)
    return router


def trained_router(course: Course, folder: Path) -> Router:
    """The router for this course, from `folder` where this version of the program has trained it there; else trained
    now, and kept for the next time if there is room."""
    router: Router = _kept("router", course, folder, lambda: Router(course=course))
    return router


def indexed_bank(course: Course, language: Language, folder: Path) -> Bank:
    """The same of the bank of answers of a language."""
    bank: Bank = _kept(f"bank-{language}", course, folder, lambda: bank_of(course, language))
    return bank


def _kept(name: str, course: Course, folder: Path, make: Callable[[], Any]) -> Any:
    import joblib  # type: ignore[import-untyped]

    file = folder / f"{name}-{_digest(course)}.joblib"
    try:
        return joblib.load(file)
    except Exception as error:  # a file that is not there, cut short, or of another version of a library
        if file.exists():
            log.warning("%s: %r", file.name, error)
    made = make()
    part = file.with_suffix(".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        joblib.dump(made, part, compress=1)
        part.replace(file)
        for old in set(file.parent.glob(f"{name}-*.joblib")) - {file}:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s could not be kept: %s", name, error)
        with suppress(OSError):
            part.unlink()
    return made


def _digest(course: Course) -> str:
    """Of everything that they come from: what is learnt, the code that learns it, and the libraries."""
    import sklearn

    said = [VERSION, course.version, sklearn.__version__, platform.python_version()]
    files = [*(ROOT / "tutor" / "nlu").glob("*.py"), *CURRICULUM.rglob("*.jsonl")]
    code = b"\0".join(path.read_bytes() for path in sorted(files))
    return hashlib.sha256("\0".join(said).encode() + code).hexdigest()[:16]

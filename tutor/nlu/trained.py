"""The router as it was trained before: some seconds of work that are the same at every start, kept in the home."""

from __future__ import annotations

import hashlib
import logging
import platform
from pathlib import Path

from tutor.course.model import Course
from tutor.nlu.router import Router
from tutor.settings import CURRICULUM, ROOT
from tutor.version import VERSION

log = logging.getLogger(__name__)


def trained(course: Course, folder: Path) -> Router:
    """The router for this course, from `folder` where this version of the program has trained it there; else trained
    now, and kept for the next time if there is room."""
    import joblib  # type: ignore[import-untyped]
    import sklearn

    file = folder / f"router-{_digest(course, sklearn.__version__)}.joblib"
    try:
        found: Router = joblib.load(file)
        return found
    except Exception as error:  # a file that is not there, cut short, or of another version of a library
        if file.exists():
            log.warning("the router that was kept: %r", error)
    router = Router(course=course)
    _keep(router, file)
    return router


def _digest(course: Course, library: str) -> str:
    """Of everything that the router comes from: what it learns, and the code that makes it."""
    said = [VERSION, course.version, library, platform.python_version()]
    files = [*(ROOT / "tutor" / "nlu").glob("*.py"), *CURRICULUM.rglob("*.jsonl")]
    code = b"\0".join(path.read_bytes() for path in sorted(files))
    return hashlib.sha256("\0".join(said).encode() + code).hexdigest()[:16]


def _keep(router: Router, file: Path) -> None:
    import joblib

    part = file.with_suffix(".part")
    try:
        file.parent.mkdir(exist_ok=True)
        joblib.dump(router, part, compress=1)
        part.replace(file)
    except OSError as error:
        log.warning("the router could not be kept: %s", error)
        part.unlink(missing_ok=True)
        return
    for old in set(file.parent.glob("router-*")) - {file}:
        old.unlink(missing_ok=True)

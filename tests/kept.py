"""The router and the banks of answers, made once for all tests of a course and kept between runs: they take seconds."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from skills.contract import Language
from tutor.course.files import load_course
from tutor.course.model import Course
from tutor.nlu.bank import Bank
from tutor.nlu.router import Router
from tutor.nlu.trained import HEARING, indexed_bank, trained_router
from tutor.settings import CURRICULUM
from tutor.words import LANGUAGES

KEPT = Path(tempfile.gettempdir()) / "tutor-tests"
_routers: dict[str, Router] = {}
_banks: dict[tuple[str, Language], Bank] = {}


def put_into(home: Path) -> None:
    """Where the program keeps them, as after the set-up."""
    course = load_course(CURRICULUM)
    router(course)
    for language in LANGUAGES:
        bank(course, language)
    shutil.copytree(KEPT / course.version, home / HEARING, dirs_exist_ok=True)
    (home / HEARING).chmod(0o700)
    for file in (home / HEARING).iterdir():
        file.chmod(0o600)  # as the program writes them


def router(course: Course) -> Router:
    return _routers.setdefault(
        course.version, _routers.get(course.version) or trained_router(course, KEPT / course.version)
    )


def bank(course: Course, language: Language) -> Bank:
    key = (course.version, language)
    return _banks.setdefault(key, _banks.get(key) or indexed_bank(course, language, KEPT / course.version))

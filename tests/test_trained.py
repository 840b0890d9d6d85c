"""What takes seconds to make is made once, kept, and made again where what is kept cannot be read or is of before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.course_fixture import write_course
from tutor.course.files import load_course
from tutor.course.model import Course
from tutor.nlu import trained
from tutor.nlu.trained import indexed_bank


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return load_course(write_course(tmp_path / "course"))


def test_an_index_is_made_once_and_answers_the_same(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = indexed_bank(course, "es", tmp_path / "hearing")
    monkeypatch.setattr(trained, "bank_of", None)
    again = indexed_bank(course, "es", tmp_path / "hearing")
    asked = "¿qué es un token?"
    assert [near.answer.key for near in again.near(asked)] == [near.answer.key for near in first.near(asked)]


def test_what_cannot_be_read_is_made_again(course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "hearing"
    indexed_bank(course, "es", folder)
    (kept,) = folder.iterdir()
    kept.write_bytes(b"half a file")
    assert indexed_bank(course, "es", folder).answers
    assert kept.stat().st_size > 100


def test_what_is_of_before_goes(course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "hearing"
    indexed_bank(course, "es", folder)
    (old,) = folder.iterdir()
    indexed_bank(course.model_copy(update={"version": "another"}), "es", folder)
    (new,) = folder.iterdir()
    assert new != old


def test_where_it_cannot_be_kept_it_is_made_all_the_same(course: Course, tmp_path: Path) -> None:
    (tmp_path / "hearing").write_text("a file where the folder should be")
    assert indexed_bank(course, "es", tmp_path / "hearing").answers

"""Grading open answers by what they mean: the heads that are kept, and what is made of their probabilities."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.course_fixture import write_course
from tutor.course.files import load_course
from tutor.course.model import Course, Open
from tutor.nlu.grading import grade
from tutor.nlu.heads import ASTRAY, FILE, VERDICTS, head
from tutor.settings import CURRICULUM


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return load_course(write_course(tmp_path))


def encoder() -> str:
    with np.load(FILE) as kept:
        return str(kept["encoder"])


def test_every_open_question_of_the_course_has_one() -> None:
    asked = [item.id for item in load_course(CURRICULUM).items.values() if isinstance(item, Open)]
    assert [item for item in asked if head(item, encoder()) is None] == []


def test_probabilities_add_up(tmp_path: Path) -> None:
    found = head("loss.3", encoder())
    assert found
    told = found.probabilities(np.ones(found.mean.shape[0], np.float32) / found.mean.shape[0] ** 0.5)
    assert set(told) == {*VERDICTS, ASTRAY}
    assert sum(told.values()) == pytest.approx(1)


def test_they_are_for_one_encoder_only() -> None:
    assert head("loss.3", "another") is None
    assert head("no-such-item", encoder()) is None


def likely(**given: float) -> dict[str, float]:
    return dict.fromkeys((*VERDICTS, ASTRAY), 0.0) | given


def open_item(course: Course) -> Open:
    return next(item for item in course.items.values() if isinstance(item, Open))


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (likely(correct=0.7, wrong=0.3), "correct"),
        (likely(correct=0.1, wrong=0.8, partial=0.1), "wrong"),
        (likely(correct=0.1, wrong=0.2, partial=0.7), "partial"),
        (likely(correct=0.4, wrong=0.6), "unclear"),
        (likely(correct=0.1, astray=0.9), "wrong"),
    ],
)
def test_an_answer_that_may_well_be_right_is_not_failed(course: Course, told: dict[str, float], outcome: str) -> None:
    assert grade(open_item(course), "algo dicho con otras palabras", "es", told).outcome == outcome


def test_what_is_missing_is_said_of_a_wrong_answer(course: Course) -> None:
    item = open_item(course)
    graded = grade(item, "xyz", "es", likely(wrong=1.0))
    assert graded.missing
    assert item.expectations[0].assertion["es"] in graded.feedback

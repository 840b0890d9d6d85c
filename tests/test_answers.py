"""Questions find their passage, what is not of the course is refused, and a rewording keeps to the passage."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from tests.course_fixture import write_course
from tutor.course.files import load_course
from tutor.course.model import Course
from tutor.nlu.retrieval import find, overlap, supported

HERE = Path(__file__).parent
QUESTIONS = yaml.safe_load((HERE / "eval/questions.yaml").read_text("utf-8"))


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return load_course(write_course(tmp_path))


def test_the_definition_with_where_it_is_taught(course: Course) -> None:
    found = find(course, "pará, ¿qué era un token?", "es")
    assert found is not None
    assert (found.kind, found.concept, found.lesson) == ("concept", "tokens", "second")
    assert found.text == course.concepts["tokens"].definition.es
    misspelt = find(course, "what's a languaje model?", "en")
    assert misspelt is not None
    assert misspelt.concept == "language-model"


def test_what_has_no_content_or_is_not_of_the_course(course: Course) -> None:
    for question in ("", "¿y eso?", "¿cómo se llama tu gato?", "¿cuál es la capital de Francia?"):
        assert find(course, question, "es") is None


def test_labelled_questions_that_nothing_was_tuned_on() -> None:
    course = load_course(HERE.parent / "curriculum")
    answered = right = outside = refused = 0
    for language, parts in QUESTIONS.items():
        for question in parts["held_out"]:
            found = find(course, question["ask"], language)
            if question["about"]:
                answered += 1
                right += found is not None and found.concept in question["about"]
            else:
                outside += 1
                refused += found is None
    assert outside + sum(not q["about"] for parts in QUESTIONS.values() for q in parts["tune"]) >= 15
    assert refused / outside >= 0.9
    assert right / answered >= 0.85


def test_an_answer_is_there_within_300_ms() -> None:
    course = load_course(HERE.parent / "curriculum")
    began = time.process_time()
    find(course, "¿cómo sé si el resumen inventó algo?", "es")
    assert time.process_time() - began < 0.3


PASSAGE = "Un token es un pedacito de texto. El modelo no lee letras: lee 3 tokens en «ferrocarril»."


@pytest.mark.parametrize(
    ("sentence", "fine"),
    [
        ("Un token es un pedacito de texto.", True),
        ("El modelo lee tokens.", True),
        ("El modelo no lee letras.", True),
        ("El modelo lee letras.", False),
        ("El modelo no lee tokens.", False),
        ("«ferrocarril» son 3 tokens.", True),
        ("«ferrocarril» son 4 tokens.", False),
        ("Un token es un pedacito de Borges.", False),
        ("Claro que sí.", False),
    ],
)
def test_a_sentence_says_nothing_that_the_passage_does_not(sentence: str, fine: bool) -> None:
    assert supported(sentence, PASSAGE, "es") is fine


def test_overlap() -> None:
    assert overlap("un token es un pedacito de texto", PASSAGE) == 1
    assert overlap("un pedacito es el token del modelo", PASSAGE) < 0.3

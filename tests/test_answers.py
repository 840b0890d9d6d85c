"""The bank of answers: what is found in it, what is asked about or refused, and what an open question keeps back."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from skills.contract import Language
from tests import kept
from tutor.authoring.eval.heard import fits
from tutor.course.files import load_course
from tutor.course.model import Course
from tutor.dialogue.answers import Answers
from tutor.nlu.bank import Bank, read
from tutor.nlu.keeping import overlap, supported
from tutor.nlu.keys import tells_key

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(HERE.parent / "curriculum")


@pytest.fixture(scope="module")
def banks(course: Course) -> dict[Language, Bank]:
    return {"es": kept.bank(course, "es"), "en": kept.bank(course, "en")}


def asked(part: str, kind: str = "questions") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / f"eval/{part}/{kind}.jsonl").read_text("utf-8").splitlines()]


def test_a_question_gets_an_answer_and_not_a_definition(banks: dict[Language, Bank]) -> None:
    near = banks["es"].near("los tokens son lo mismo que las silabas?")
    assert near[0].answer.key == "tokens/same-as-syllables"
    assert near[0].answer.text.es.startswith("No:")
    assert banks["en"].near("what is a language model")[0].answer.key == "language-model/definition"


def test_what_only_makes_sense_after_its_topic(banks: dict[Language, Bank]) -> None:
    bank = banks["es"]
    [answer] = [a for a in bank.answers if a.key == "tokens/same-as-syllables"]
    follow = next(ask.removeprefix("…").strip() for ask in answer.asks["es"] if ask.startswith("…"))
    scores = {
        topic: next(n.score for n in bank.near(follow, topic=topic) if n.answer == answer) for topic in (None, "tokens")
    }
    assert scores["tokens"] > scores[None] + 0.5


@pytest.mark.slow
@pytest.mark.parametrize(("part", "first", "three"), [("dev", 0.81, 0.89), ("heldout", 0.69, 0.82)])
def test_labelled_questions_by_their_words_alone(
    banks: dict[Language, Bank], part: str, first: float, three: float
) -> None:
    """With the encoder more are found: docs/quality.md."""
    found = [(banks[q["lang"]].near(q["text"])[:3], q) for q in asked(part) if q["concept"]]
    assert len(found) > 200
    right = [fits(near[0].answer, (q["concept"], *q["also"])) for near, q in found]
    among = [any(fits(one.answer, (q["concept"], *q["also"])) for one in near) for near, q in found]
    assert sum(right) / len(right) >= first
    assert sum(among) / len(among) >= three


def test_what_it_says_of_what_it_found(banks: dict[Language, Bank]) -> None:
    bank = banks["es"]
    sure = read(bank.near("los tokens son lo mismo que las sílabas?"), by_meaning=False)
    assert (sure.kind, sure.answers[0].key) == ("answer", "tokens/same-as-syllables")
    assert len(sure.answers) <= 3
    assert read(bank.near("¿cómo se hace el dulce de leche?"), by_meaning=False).kind != "answer"
    assert read(bank.near("zzkx wqpt"), by_meaning=False) == ("unknown", ())
    assert read(bank.near(""), by_meaning=False).kind == "unknown"


def test_an_answer_is_there_within_300_ms(banks: dict[Language, Bank]) -> None:
    began = time.process_time()
    banks["es"].near("¿cómo sé si el resumen inventó algo?")
    assert time.process_time() - began < 0.3


def test_every_topic_has_answers_enough(course: Course) -> None:
    """Ten of each concept, besides its definition; buttons have room for their titles, and a card for the answer."""
    for concept in course.concepts:
        assert sum(answer.topic == concept for answer in course.answers) >= 10, concept
    for answer in course.answers:
        for language in ("es", "en"):
            assert len(answer.title[language]) <= 60, answer.key
            assert len(answer.text[language]) <= 420, answer.key
            assert len(answer.asks[language]) >= 5, answer.key
    titles = [answer.title.es for answer in course.answers]
    assert len(set(titles)) == len(titles)


# --- what is heard ----------------------------------------------------------------------------------------------------


class Hears:
    """Ears for which every question wants one answer."""

    def __init__(self, key: str) -> None:
        self.key = key

    def answers(self, question: str) -> dict[str, float]:
        return {self.key: 1.0}

    def known(self, question: str) -> float:
        return 0.05 if "Marte" in question else 0.9


async def test_what_a_question_means_counts(course: Course, banks: dict[Language, Bank], tmp_path: Path) -> None:
    """One whose words say nothing is found by what it means; without ears, its words have to do."""
    at_hand = Answers(course, tmp_path)
    at_hand.bank = _at_once(banks)  # type: ignore[method-assign]
    assert (await at_hand.read("zzkx wqpt", "es")).kind == "unknown"
    at_hand.ears = Hears("loss/definition")  # type: ignore[assignment]
    near, by_meaning = await at_hand._near("zzkx wqpt", "es")
    assert by_meaning
    assert near[0].answer.key == "loss/definition"
    assert (await at_hand.read("los tokens son lo mismo que las sílabas?", "es")).answers[0].topic == "tokens"
    assert at_hand.topic == "tokens"
    asked = "los tokens son lo mismo que las sílabas en Marte?"
    assert (await at_hand.read(asked, "es")).kind == "unknown", "of what nobody has written about"
    assert not await at_hand.knows(asked, "es", asks=True)


def _at_once(banks: dict[Language, Bank]) -> Any:
    async def bank(language: Language) -> Bank:
        return banks[language]

    return bank


# --- what an open question keeps back ---------------------------------------------------------------------------------


def test_no_answer_tells_the_key_of_the_question_that_is_open(course: Course) -> None:
    item = next(i for i in course.items.values() if i.format == "single")
    right = next(o.text for o in item.options if o.id in item.right and o.text)
    wrong = next(o.text for o in item.options if o.id not in item.right and o.text)
    for language in ("es", "en"):
        assert tells_key(item, f"Sí: {right[language]}.", language)
        assert not tells_key(item, f"No. {wrong[language]}.", language)
        assert not tells_key(item, "La Luna sale tarde.", language)


# --- keeping to a passage ---------------------------------------------------------------------------------------------


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

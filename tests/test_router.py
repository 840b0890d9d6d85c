"""Free text -> intent: exact words, the classifier, its doubts, and the model's opinion on them."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from benchmarks.routing import cases, in_situation, measure, measure_in_situation, outside
from skills.contract import Language
from tests import kept
from tutor.course.files import load_course
from tutor.course.model import Open
from tutor.nlu.arguments import Situation
from tutor.nlu.router import CANDIDATES, Router, read_topics, words_of
from tutor.nlu.utterances import read_utterances
from tutor.words import LANGUAGES, Words

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def router() -> Router:
    return kept.router(load_course(ROOT / "curriculum"))


def test_every_intent_has_utterances_and_words_in_both_languages() -> None:
    by_language = read_utterances()
    assert set(by_language["es"]) == set(by_language["en"])
    for language, by_intent in by_language.items():
        words = Words(language)
        for intent, lines in by_intent.items():
            assert len(set(lines)) >= 25, (language, intent)
            assert words(f"intents.{intent}.label")
            assert words(f"intents.{intent}.about")


def test_an_utterance_means_one_thing() -> None:
    meant: dict[str, set[str]] = {}
    for by_intent in read_utterances().values():
        for intent, lines in by_intent.items():
            for line in lines:
                meant.setdefault(words_of(line), set()).add(intent)
    assert {line: intents for line, intents in meant.items() if len(intents) > 1} == {}


def test_the_held_out_part_is_not_among_the_utterances() -> None:
    known = {words_of(line) for by in read_utterances().values() for lines in by.values() for line in lines}
    held = [c.text for language in LANGUAGES for c in cases("heldout", language) if not c.buttons]
    held += [text for language in LANGUAGES for text in outside("heldout", language)]
    assert [text for text in held if words_of(text) in known] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "language", "right", "routed", "exact", "refused"),
    [
        ("dev", "es", 0.88, 0.92, 0.95, 0.8),
        ("dev", "en", 0.86, 0.9, 0.95, 0.9),
        ("heldout", "es", 0.72, 0.85, 0.85, 0.8),
        ("heldout", "en", 0.67, 0.82, 0.9, 0.8),
    ],
)
def test_routing_is_as_good_as_measured(
    router: Router, part: str, language: Language, right: float, routed: float, exact: float, refused: float
) -> None:
    """By words alone, on an older set of the program's own; docs/quality.md has those of other hands, with ears."""
    figures = measure(router, part, language)
    assert figures.right / (figures.right + figures.asked + figures.wrong) >= right, figures
    assert figures.routed >= routed, figures
    assert figures.exact / figures.read >= exact, figures
    assert figures.refused / figures.outside >= refused, figures


@pytest.mark.slow
@pytest.mark.parametrize("part", ["dev", "heldout"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_routing_in_its_situation_is_as_good_as_measured(router: Router, part: str, language: Language) -> None:
    figures = measure_in_situation(router, part, language)
    assert figures.right / (figures.right + figures.asked + figures.wrong) >= 0.8, figures


def test_a_message_takes_under_a_tenth_of_a_second(router: Router) -> None:
    began = time.process_time()
    for _ in range(10):
        router.route("me gustaría que el modelo aprendiera de mis cartas", "es", Situation())
    assert (time.process_time() - began) / 10 < 0.1


def test_a_control_is_not_an_answer_and_an_answer_is_not_a_control(router: Router) -> None:
    asked = Situation(open="open_item", state="item")
    assert router.route("Más simple, por favor", "es", asked).name == "explain_again"
    answer = router.route(" porque los versos apartados no los vio ", "es", asked)
    assert answer.name == "answer"
    assert answer.args == {"text": "porque los versos apartados no los vio"}


@pytest.mark.slow
def test_authored_answers_are_answers(router: Router) -> None:
    """People answer with the words of the course: none of what the authors expect may be taken for a command."""
    course = load_course(ROOT / "curriculum")
    answers = [
        (text, language)
        for item in course.items.values()
        if isinstance(item, Open)
        for expectation in item.expectations
        for language in LANGUAGES
        for text in (*expectation.accept[language], *expectation.reject[language])
    ]
    asked = Situation(open="open_item", state="item")
    astray = [
        text for text, language in answers if router.route(text, language, asked).name not in ("answer", "off_topic")
    ]
    assert len(answers) > 400
    assert astray == []


@pytest.mark.slow
def test_what_is_asked_for_at_an_open_question_is_heard(router: Router) -> None:
    """And answers stay answers: those of another hand than the course's, none of which it has learnt."""
    here = Situation(open="open_item", state="item")
    for part in ("dev", "heldout"):
        lines = (ROOT / f"tests/eval/{part}/answers.jsonl").read_text("utf-8").splitlines()
        answers = [json.loads(line)["text"] for line in lines]
        astray = [text for text in answers if router.route(text, "es", here).name not in ("answer", "off_topic")]
        assert len(astray) / len(answers) <= 0.06, (part, len(astray))
        asked = [case for language in LANGUAGES for case in in_situation(part, language) if not case.situation.state]
        asked = [case for case in asked if case.intents[0] not in ("next", "off_topic", "small_talk")]
        heard = sum(router.route(case.text, case.language, here).name in case.intents for case in asked)
        assert heard / len(asked) >= 0.73, (part, heard, len(asked))


def test_a_message_without_a_known_word_is_not_guessed_at(router: Router) -> None:
    assert router.route("zzkx wqpt", "es", Situation()).name == "off_topic"
    assert router.route("", "es", Situation()).name == "off_topic"


def test_where_it_hesitates_it_lists_what_it_might_be(router: Router) -> None:
    intent = router.route("a ver los textos", "es", Situation())
    assert intent.name == "unsure"
    assert 2 <= len(intent.args["candidates"]) <= CANDIDATES
    assert len(set(intent.args["candidates"])) == len(intent.args["candidates"])


def test_topics_are_concepts_of_the_course() -> None:
    assert len(set(read_topics().values())) == 78

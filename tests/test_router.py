"""Free text -> intent: exact words, the classifier, its doubts, and the model's opinion on them."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.routing import cases, measure, outside
from skills.contract import Language, Score
from tutor.course.files import load_course
from tutor.course.model import Open
from tutor.nlu.arguments import Situation
from tutor.nlu.router import CANDIDATES, Router, read_topics, read_utterances, words_of
from tutor.turn import Intent
from tutor.words import LANGUAGES, Words

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def router() -> Router:
    return Router()


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


@pytest.mark.parametrize(
    ("part", "language", "routed", "exact", "refused"),
    [
        ("dev", "es", 0.95, 0.95, 0.9),
        ("dev", "en", 0.95, 0.95, 0.9),
        ("heldout", "es", 0.9, 0.9, 0.8),
        ("heldout", "en", 0.9, 0.9, 0.8),
    ],
)
def test_routing_is_as_good_as_measured(
    router: Router, part: str, language: Language, routed: float, exact: float, refused: float
) -> None:
    figures = measure(router, part, language)
    assert figures.routed >= routed, figures
    assert figures.exact / figures.read >= exact, figures
    assert figures.refused / figures.outside >= refused, figures


def test_a_message_takes_under_a_tenth_of_a_second(router: Router) -> None:
    began = time.process_time()
    for _ in range(10):
        router.route("me gustaría que el modelo aprendiera de mis cartas", "es", Situation())
    assert (time.process_time() - began) / 10 < 0.1


def test_a_control_is_not_an_answer_and_an_answer_is_not_a_control(router: Router) -> None:
    asked = Situation(open="open_item")
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
    asked = Situation(open="open_item")
    astray = [
        text for text, language in answers if router.route(text, language, asked).name not in ("answer", "off_topic")
    ]
    assert len(answers) > 400
    assert astray == []


def test_a_message_without_a_known_word_is_not_guessed_at(router: Router) -> None:
    assert router.route("zzkx wqpt", "es", Situation()).name == "off_topic"
    assert router.route("", "es", Situation()).name == "off_topic"


def test_where_it_hesitates_it_lists_what_it_might_be(router: Router) -> None:
    intent = router.route("los modelos", "es", Situation())
    assert intent.name == "unsure"
    assert router.needs_second_opinion(intent)
    assert 2 <= len(intent.args["candidates"]) <= CANDIDATES
    assert len(set(intent.args["candidates"])) == len(intent.args["candidates"])


async def test_the_models_opinion_orders_the_candidates(router: Router) -> None:
    """A model that finds one label far likelier after the message than by itself puts it first."""
    intent = router.route("los modelos", "es", Situation())
    favourite = router.alternatives("los modelos")[4][0]
    label = f" {Words('es')(f'intents.{favourite}.about')}"

    async def score(prompt: str, continuations: Sequence[str]) -> list[Score]:
        likely = 0.0 if re.search("los modelos", prompt) else -60.0
        return [Score(logprob=likely if c == label else -60.0, tokens=6) for c in continuations]

    weighed: Intent = await router.second_opinion("los modelos", "es", intent, score)
    assert weighed.name == "unsure"
    assert weighed.args["candidates"][0] == favourite


def test_topics_are_concepts_of_the_course() -> None:
    assert len(set(read_topics().values())) == 67

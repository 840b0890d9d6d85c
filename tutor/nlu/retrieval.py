"""A free question -> the authored passage that answers it, or nothing; and whether a sentence keeps to a passage."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Literal, NamedTuple

from skills.blocks import Frozen
from skills.contract import Language
from skills.texts.stems import stem
from skills.texts.stopwords import STOP, word_set
from tutor.course.model import Close, Course, Run, Say, Wait
from tutor.nlu.open_answers import likeness
from tutor.nlu.wording import denials, numbers, terms, words

# Set on the tuning part of tests/eval/questions.yaml; tests/test_answers.py gives the figures on the other part.
THRESHOLD = 0.36
"""Score from which a passage is shown; below it the tutor says that it does not know."""
ASKS_SHARE = 0.4
"""How much of the score is the likeness to an authored way of asking; the rest is the words found."""
SATURATION = 1.2
"""BM25's k1: from how many mentions on a word more adds little."""

ASKING: dict[Language, frozenset[str]] = {
    "es": word_set(
        "significa significan explica explicame explicar sirve sirven funciona funcionan quiere entiendo entender "
        "diferencia saber pasa llama llaman dice dijiste pregunta musa cuentame contame ejemplo tipo hablar mejor "
        "queria repetime explicas usa usan necesito conviene bueno favor perdon gracias hola"
    ),
    "en": word_set(
        "explain explained mean means meaning works work working use used difference understand know called happens "
        "question tell example kind remind again talk better need please sorry thanks hello"
    ),
}
"""Words of asking: they say nothing of what is asked about."""


class Found(Frozen):
    """`id`: the concept's id, or `lesson/step`. `lesson` is where it is taught, None for a concept of no lesson yet."""

    kind: Literal["concept", "section"]
    id: str
    concept: str | None
    lesson: str | None
    text: str
    score: float


class _Passage(NamedTuple):
    """A passage with the bag of its weighted stems, and the ways of asking for it."""

    found: Found
    bag: Counter[str]
    asks: tuple[str, ...]


def find(course: Course, question: str, language: Language) -> Found | None:
    """The passage that answers `question`, None if none does well enough."""
    ranked = rank(course, question, language)
    return ranked[0] if ranked and ranked[0].score >= THRESHOLD else None


def rank(course: Course, question: str, language: Language) -> list[Found]:
    """All passages that share a word with the question, best first; `score` is from 0 to 1."""
    passages = list(_passages(course, language))
    wanted = _wanted(question, language)
    if not wanted:
        return []
    seen = Counter(key for passage in passages for key in passage.bag)
    wanted = {_spelt(key, seen) for key in wanted}
    weight = {key: math.log(1 + (len(passages) - seen[key] + 0.5) / (seen[key] + 0.5)) for key in {*seen, *wanted}}
    whole = sum(weight[key] for key in wanted)
    found = []
    for passage in passages:
        common = wanted & passage.bag.keys()
        if not common:
            continue
        said = sum(weight[key] * passage.bag[key] / (passage.bag[key] + SATURATION) for key in common) / whole
        asked = max((likeness(question, ask, language, weight).value for ask in passage.asks), default=0.0)
        score = (1 - ASKS_SHARE) * said + ASKS_SHARE * asked
        found.append(passage.found.model_copy(update={"score": min(1.0, score)}))
    return sorted(found, key=lambda one: -one.score)


def _wanted(question: str, language: Language) -> set[str]:
    asking = STOP[language] | ASKING[language]
    return {stem(word) for word in words(question) if word not in asking}


def _spelt(key: str, known: Counter[str]) -> str:
    """The known stem that `key` is a misspelling of, or `key` itself."""
    from rapidfuzz.distance import OSA

    if key in known or len(key) < 5:
        return key
    near = [other for other in known if len(other) >= 5 and OSA.distance(key, other, score_cutoff=1) <= 1]
    return max(near, key=lambda other: known[other]) if near else key


def _passages(course: Course, language: Language) -> Iterator[_Passage]:
    taught = {concept: lesson.id for lesson in reversed(course.lessons.values()) for concept in lesson.concepts}
    for concept in course.concepts.values():
        bag: Counter[str] = Counter()
        asks = concept.asks.get(language, ())
        fields = ((concept.name, 6), (concept.definition, 2), (concept.simpler, 1), (concept.example, 1))
        for text, times in (*((field[language], n) for field, n in fields), *((ask, 2) for ask in asks)):
            _add(bag, text, times, language)
        found = Found(
            kind="concept",
            id=concept.id,
            concept=concept.id,
            lesson=taught.get(concept.id),
            text=concept.definition[language],
            score=0.0,
        )
        yield _Passage(found, bag, asks)
    for lesson in course.lessons.values():
        for step in lesson.steps:
            told = step.after if isinstance(step, Run | Wait) else step.text if isinstance(step, Say | Close) else None
            if told is None or "{" in told[language]:  # a text with fields says what one run showed, not what holds
                continue
            bag = Counter()
            _add(bag, told[language], 1, language)
            _add(bag, lesson.title[language], 1, language)
            id = f"{lesson.id}/{step.id}"
            yield _Passage(
                Found(kind="section", id=id, concept=None, lesson=lesson.id, text=told[language], score=0.0), bag, ()
            )


def _add(bag: Counter[str], text: str, times: int, language: Language) -> None:
    for word in words(text):
        if word not in STOP[language]:
            bag[stem(word)] += times


# --- keeping a model's wording to the passage -------------------------------------------------------------------------


def supported(sentence: str, passage: str, language: Language = "es") -> bool:
    """Whether a sentence says nothing that the passage does not: every content word, name and number of it is there,
    denied where it is denied there, and it denies something exactly if what it uses is denied."""
    mine, theirs = terms(sentence, language), terms(passage, language)
    if not mine or not numbers(sentence) <= numbers(passage):
        return False
    if not set(mine) <= set(theirs):
        return False
    return bool(denials(sentence, language)) == any(term.denied for term in mine)


def overlap(text: str, passage: str) -> float:
    """The share of the text's three-word sequences that are in the passage, 0 to 1; 1 for a text too short to say."""
    mine, theirs = _threes(text), _threes(passage)
    return len(mine & theirs) / len(mine) if mine else 1.0


def _threes(text: str) -> set[tuple[str, ...]]:
    said = words(text)
    return set(zip(said, said[1:], said[2:], strict=False))

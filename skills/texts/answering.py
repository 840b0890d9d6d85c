"""Which sentences of a text answer a question: by what they mean, the words they share, and the kind of thing asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from skills.texts.normalize import fold
from skills.texts.rank import names, terms
from skills.texts.sentences import Sentence

NEAR = 2
"""Sentences before and after one whose words count as its surroundings."""
PREFIX = 5
"""Letters that two stems have to share to be forms of one word."""
FULL = 12
"""Words from which a sentence is long enough to answer by itself."""
AMOUNTS = re.compile(
    r"\b(?:cuant\w*|cuando|a que hora|que (?:dia|fecha|hora|ano|edad)|how (?:much|many|long|old|far|often|big)|when"
    r"|(?:what|which) (?:time|day|date|year|age))\b"
)
PEOPLE = re.compile(r"\b(?:quien\w*|como se llama\w*|who\w*|whose|(?:whats|what's|what is|what was) the name)\b")
FIGURES = re.compile(
    r"\d|\b(?:una?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince|veinte|treinta|cuarenta|cien\w*|mil"
    r"|media|mitad|lunes|martes|miercoles|jueves|viernes|sabado|domingo|enero|febrero|marzo|abril|mayo|junio|julio|agosto"
    r"|septiembre|octubre|noviembre|diciembre|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty"
    r"|forty|fifty|hundred|thousand|half|dozen|docena|\w+day|january|february|march|april|june|july|august|september"
    r"|october|november|december|noon|midnight|mediodia)\b"
)
MEANT, AROUND, SHARED, SURROUNDED, FIGURE, NAME, LENGTH = 0.7, 0.5, 0.6, 2.0, 0.7, 0.8, 0.9
"""Weights of the witnesses, chosen on the 46 questions with an answer of tests/eval/dev/document.jsonl: by meaning of
the sentence alone 52 % of the places are among three, by shared words alone 28 %, by all of them 67 %."""
THERE = 0.83
"""Cosine of multilingual-e5 between the question and the best place with its surroundings below which the text is taken
not to say it: of tests/eval/dev one in ten questions that it answers falls below, and a third of those that it does
not. More cannot be told from how near a place is; what is near a question need not answer it."""
THERE_BY_WORDS = 0.34
"""The same where nothing tells what they mean: the share of the question's weight that one place has."""


Reading = Callable[[Sequence[int]], np.ndarray]


class Found(NamedTuple):
    """Sentences that may answer, by their place in the text, the likeliest first; `said`: whether the text seems to say
    it at all."""

    places: tuple[int, ...]
    said: bool


class Meant(NamedTuple):
    """Vectors of length 1: the question's, each sentence's, and each sentence's with its neighbours."""

    question: np.ndarray
    sentences: np.ndarray
    around: np.ndarray


ASIDE = 8
"""Words of the sentences before and after one that are read with it."""


def passages(sentences: Sequence[Sentence]) -> list[str]:
    """Each sentence as a reader reads it: with the end of the one before and the beginning of the one after."""
    found = []
    for place, sentence in enumerate(sentences):
        before = sentences[place - 1].text.split()[-ASIDE:] if place else []
        after = sentences[place + 1].text.split()[:ASIDE] if place + 1 < len(sentences) else []
        found.append(f"{sentence.text} [{' '.join(before)} … {' '.join(after)}]")
    return found


def windows(sentences: Sequence[Sentence]) -> list[str]:
    """Each sentence with the one before and the one after it."""
    return [" ".join(s.text for s in sentences[max(0, i - 1) : i + 2]) for i in range(len(sentences))]


def find(question: str, sentences: Sequence[Sentence], meant: Meant | None, most: int = 3) -> Found:
    """The `most` likeliest places of an answer. `meant`: None where there is no encoder."""
    alone, surrounded = shared(question, sentences)
    scores = SHARED * alone + SURROUNDED * surrounded
    plain = fold(question)
    if AMOUNTS.search(plain):
        scores += FIGURE * np.array([float(FIGURES.search(fold(s.text)) is not None) for s in sentences])
    if PEOPLE.search(plain):
        scores += NAME * np.array([float(bool(names(s.text))) for s in sentences])
    scores += LENGTH * np.array([min(FULL, len(s.text.split())) / FULL for s in sentences])
    said = bool(surrounded.max(initial=0.0) >= THERE_BY_WORDS)
    if meant is not None:
        near, around = meant.sentences @ meant.question, meant.around @ meant.question
        scores += MEANT * _spread(near) + AROUND * _spread(around)
        said = bool(around.max(initial=0.0) >= THERE)
    return Found(tuple(int(place) for place in scores.argsort()[::-1][:most]), said)


CANDIDATES = 16
"""Places that are read with the question: the one that answers is among them for 96 % of the questions with an answer
of tests/eval/dev, and for 85 % where a text's places are ordered by the encoder that was not tuned for it."""
BY_WORDS = 0.3
"""The weight of shared words beside the cosine of the reader's vectors, in choosing what is read."""
FOUND, READ, WORDS, LONG = 30.0, 0.5, 2.0, 1.0
"""The weights of the cosine, of what was read, of shared words and of length, in ordering what was read: by the cosine
alone 72 % of the places are among three on tests/eval/dev, by what was read alone 52 %, by all 76 %."""
DOUBT = 0.45
"""The probability that no place answers from which the text is taken not to say it (tests/eval/dev)."""


def find_by_reading(
    question: str, sentences: Sequence[Sentence], near: np.ndarray, read: Reading, most: int = 3
) -> Found:
    """The same by a reader. `near`: how near the question's vector is to each passage's; `read`: the log-odds that
    each of some passages, by their places, answers, and not that none does."""
    _, surrounded = shared(question, sentences)
    likely = [int(place) for place in (near + BY_WORDS * surrounded).argsort()[::-1][:CANDIDATES]]
    fits = read(likely)
    none = 1 / (1 + float(np.exp(fits).sum()))
    length = np.array([min(FULL, len(sentences[place].text.split())) / FULL for place in likely])
    scores = FOUND * near[likely] + READ * fits + WORDS * surrounded[likely] + LONG * length
    return Found(tuple(likely[place] for place in scores.argsort()[::-1][:most]), none < DOUBT)


def _spread(values: np.ndarray) -> np.ndarray:
    """Standard scores: how far above the rest of the text, whatever the model's scale."""
    found: np.ndarray = (values - values.mean()) / (values.std() + 1e-6)
    return found


def shared(question: str, sentences: Sequence[Sentence]) -> tuple[np.ndarray, np.ndarray]:
    """The share of the question's words, rarer ones weighing more, that each sentence has, and its surroundings."""
    bags = [frozenset(terms(s.text)) for s in sentences]
    frequency = Counter(term for bag in bags for term in bag)
    asked = set(terms(question))
    size = len(sentences)
    weight = {t: float(np.log(1 + (size - frequency[t] + 0.5) / (frequency[t] + 0.5))) for t in asked}
    total = sum(weight.values()) or 1.0
    has = [{t for t in asked if any(_same(t, other) for other in bag)} for bag in bags]
    near: list[set[str]] = [set().union(*has[max(0, i - NEAR) : i + NEAR + 1]) for i in range(size)]
    alone = np.array([sum(weight[t] for t in one) / total for one in has])
    return alone, np.array([sum(weight[t] for t in one) / total for one in near])


def _same(a: str, b: str) -> bool:
    return a == b or (len(a) >= PREFIX and len(b) >= PREFIX and a[:PREFIX] == b[:PREFIX])

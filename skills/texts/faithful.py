"""Does the text say what a sentence says? Checks that are cheap and can be explained: figures, names, words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from skills.texts.rank import terms
from skills.texts.sentences import Sentence, fold, words

Problem = Literal["number", "name", "unsupported", "empty", "fragment", "echo"]
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
WINDOW = 3
"""Sentences of the text in a row that may support one sentence of a summary."""
SUPPORT = 0.6
"""Share of a sentence's meaning words that one place of the text must have (see benchmarks/summaries.py)."""
NEGATIONS = frozenset({"no", "not", "nunca", "never", "sin", "without", "jamas", "tampoco", "nadie", "nobody", "none"})
NUMERALS = {
    word: str(value)
    for value, pair in {
        2: "dos two", 3: "tres three", 4: "cuatro four", 5: "cinco five", 6: "seis six", 7: "siete seven",
        8: "ocho eight", 9: "nueve nine", 10: "diez ten", 11: "once eleven", 12: "doce twelve", 13: "trece thirteen",
        14: "catorce fourteen", 15: "quince fifteen", 16: "dieciseis sixteen", 17: "diecisiete seventeen",
        18: "dieciocho eighteen", 19: "diecinueve nineteen", 20: "veinte twenty",
    }.items()
    for word in pair.split()
}  # fmt: skip
"""«Uno» and «one» are pronouns as often as numbers: left out."""


class Support(NamedTuple):
    """Where the text comes nearest to a sentence: index of the best source sentence, and the share it supports."""

    source: int
    share: float
    problem: Problem | None


class Source:
    """A text as what its summaries are held against."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self.sentences = sentences
        self.terms = [frozenset(terms(s.text)) for s in sentences]
        whole = [fold(word) for s in sentences for word in words(s.text)]
        self.words = frozenset(whole)
        self.numbers = numbers(" ".join(s.text for s in sentences))
        self.negated = [bool(NEGATIONS & {fold(word) for word in words(s.text)}) for s in sentences]

    def check(self, sentence: str) -> Support:
        """The best support in the text, and the first thing that is wrong with the sentence (None: it may stand)."""
        meant = frozenset(terms(sentence))
        if len(meant) < 2:
            return Support(0, 0.0, "empty")
        source, share = self._nearest(meant)
        return Support(source, share, self._problem(sentence, meant, source, share))

    def _nearest(self, meant: frozenset[str]) -> tuple[int, float]:
        """Best single sentence inside the best window of `WINDOW`, and the share of `meant` that the window has."""
        best, start = max(
            (len(meant & frozenset().union(*self.terms[i : i + WINDOW])), -i) for i in range(len(self.terms))
        )
        near = range(-start, min(-start + WINDOW, len(self.terms)))
        source = max(near, key=lambda i: (len(meant & self.terms[i]), -i))
        return source, best / len(meant)

    def _problem(self, sentence: str, meant: frozenset[str], source: int, share: float) -> Problem | None:
        if sentence.rstrip("\"'»”’) ")[-1:] not in ".!?…":
            return "fragment"
        if numbers(sentence) - self.numbers:
            return "number"
        if any(fold(name) not in self.words for name in names(sentence)):
            return "name"
        if share < SUPPORT:
            return "unsupported"
        if NEGATIONS & {fold(word) for word in words(sentence)} and not any(
            self.negated[max(0, source - WINDOW + 1) : source + WINDOW]
        ):
            return "unsupported"
        return None


def numbers(text: str) -> frozenset[str]:
    """The figures of a text, also those written as words up to twenty; separators aside (1.200 is 1200)."""
    figures = {re.sub(r"[.,]", "", found) for found in NUMBER.findall(text)}
    return frozenset(figures | {NUMERALS[w] for w in map(fold, words(text)) if w in NUMERALS})


def names(sentence: str) -> list[str]:
    """Words with a capital that does not come from beginning the sentence."""
    found = list(re.finditer(r"[^\W\d_][\w’'-]*", sentence))
    return [
        match[0] for match in found[1:]
        if match[0][0].isupper() and not re.search(r"[.!?…:]\s*[\"«“¿¡(]*$", sentence[: match.start()])
    ]  # fmt: skip

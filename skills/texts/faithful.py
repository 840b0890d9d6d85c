"""Does the text say what a sentence says? Checks that are cheap and can be explained: figures, names, words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from skills.texts.normalize import fold_word
from skills.texts.rank import names, numbers, terms
from skills.texts.sentences import Sentence, words

Problem = Literal["number", "name", "unsupported", "empty", "fragment", "echo"]
WINDOW = 3
"""Sentences of the text in a row that may support one sentence of a summary."""
SUPPORT = 0.6
"""Share of a sentence's meaning words that one place of the text must have (see benchmarks/summaries.py)."""
NEGATIONS = frozenset({"no", "not", "nunca", "never", "sin", "without", "jamas", "tampoco", "nadie", "nobody", "none"})


class Support(NamedTuple):
    """Where the text comes nearest to a sentence: index of the best source sentence, and the share it supports."""

    source: int
    share: float
    problem: Problem | None


class Evidence:
    """A text as what its summaries are held against."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self.sentences = sentences
        self.terms = [frozenset(terms(s.text)) for s in sentences]
        whole = [fold_word(word) for s in sentences for word in words(s.text)]
        self.words = frozenset(whole)
        self.numbers = numbers(" ".join(s.text for s in sentences))
        self.negated = [bool(NEGATIONS & {fold_word(word) for word in words(s.text)}) for s in sentences]

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
        if any(fold_word(name) not in self.words for name in names(sentence)):
            return "name"
        if share < SUPPORT:
            return "unsupported"
        if NEGATIONS & {fold_word(word) for word in words(sentence)} and not self.negated[source]:
            return "unsupported"
        return None

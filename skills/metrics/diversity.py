"""Diversity: how many of the words and pairs are different ones, and how much is said again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from skills.metrics.normal import words
from skills.metrics.offline import OfflineMetric

AGAIN = 4
"""Words in a row that count as said again, within one text."""


def first_words(texts: Sequence[str], count: int) -> list[list[str]]:
    """The texts as words, up to `count` in all: fewer words repeat less, so only equal lengths can be compared."""
    found: list[list[str]] = []
    for text in texts:
        found.append(words(text)[: count - sum(map(len, found))])
    return found


def distinct(texts: Sequence[Sequence[str]], n: int) -> float:
    """Different n-grams over all n-grams of the texts, 0 if there are none."""
    grams = [gram for text in texts for gram in _grams(text, n)]
    return len(set(grams)) / len(grams) if grams else 0.0


def repetition(texts: Sequence[Sequence[str]]) -> float:
    """Share of the runs of four words that were in the same text before."""
    grams = [_grams(text, AGAIN) for text in texts]
    total = sum(map(len, grams))
    return sum(len(each) - len(set(each)) for each in grams) / total if total else 0.0


def repeated_lines(texts: Sequence[str]) -> float:
    """Share of the lines (of two words or more) that were written before, in this text or another."""
    lines = [tuple(found) for text in texts for line in text.splitlines() if len(found := words(line)) > 1]
    return (len(lines) - len(set(lines))) / len(lines) if lines else 0.0


def _grams(text: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return list(zip(*(text[i:] for i in range(n)), strict=False))


class Diversity(OfflineMetric):
    """`count`: how many words of the texts to look at; all when not given."""

    about = "Different words and pairs of words over all of them; runs of four words and lines that are said again."
    source = "distinct-n: Li et al. (2016), arXiv 1510.03055; repetition: seq-rep-4, Welleck et al. (2020), 1908.04319"
    inputs = {"predictions": "string"}

    def _compute(self, predictions: list[str], count: int | None = None) -> dict[str, Any]:
        cut = first_words(predictions, count if count is not None else sum(len(words(text)) for text in predictions))
        return {
            "distinct_1": distinct(cut, 1),
            "distinct_2": distinct(cut, 2),
            "repetition": repetition(cut),
            "repeated_lines": repeated_lines(predictions),
        }

"""F1 of the words of an answer: how many of them are right, and how many of the right ones are there."""

from __future__ import annotations

from collections import Counter
from typing import Any

from skills.contract import Language
from skills.metrics.normal import answer_words
from skills.metrics.offline import OfflineMetric


def f1(prediction: str, reference: str, language: Language) -> float:
    """2PR / (P + R) over words, repeated ones as often as in both. Two empty answers agree; one empty has 0."""
    said, right = answer_words(prediction, language), answer_words(reference, language)
    if not said or not right:
        return float(said == right)
    both = sum((Counter(said) & Counter(right)).values())
    return 2 * both / (len(said) + len(right))


class AnswerF1(OfflineMetric):
    about = "Mean F1 of the words of each answer against its reference."
    source = "Rajpurkar et al., SQuAD (2016), arXiv 1606.05250; articles of Spanish as in MLQA, arXiv 1910.07475"

    def _compute(self, predictions: list[str], references: list[str], language: Language = "es") -> dict[str, Any]:
        each = [f1(p, r, language) for p, r in zip(predictions, references, strict=True)]
        return {"f1": sum(each) / len(each), "each": each}

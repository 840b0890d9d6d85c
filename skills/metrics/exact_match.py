"""Exact match: the share of answers that say the same words as the right one."""

from __future__ import annotations

from typing import Any

from skills.contract import Language
from skills.metrics.normal import answer_words
from skills.metrics.offline import OfflineMetric


def exact(prediction: str, reference: str, language: Language) -> float:
    """1 if both are the same but for capitals, punctuation, spaces and articles, else 0."""
    return float(answer_words(prediction, language) == answer_words(reference, language))


class ExactMatch(OfflineMetric):
    about = "Share of answers equal to the reference once capitals, punctuation and articles are put aside."
    source = "Rajpurkar et al., SQuAD (2016), arXiv 1606.05250; articles of Spanish as in MLQA, arXiv 1910.07475"

    def _compute(self, predictions: list[str], references: list[str], language: Language = "es") -> dict[str, Any]:
        each = [exact(p, r, language) for p, r in zip(predictions, references, strict=True)]
        return {"exact_match": sum(each) / len(each), "each": each}

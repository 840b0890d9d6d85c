"""ROUGE: the words, pairs of words and sequences that a text shares with a reference; Spanish words stay whole.

Written here and not taken from rouge-score, which splits words at accents, has had no release since 2022 and brings
nltk for a stemmer of English; a test holds the figures that it gives on English texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from skills.metrics.normal import words
from skills.metrics.offline import OfflineMetric

KINDS = ("rouge1", "rouge2", "rougeL")


def rouge(prediction: str, reference: str) -> dict[str, float]:
    """F1 of shared words (rouge1), of shared pairs of neighbours (rouge2), of the longest common sequence (rougeL)."""
    said, right = words(prediction), words(reference)
    return {
        "rouge1": _f1(_shared(said, right, 1), len(said), len(right)),
        "rouge2": _f1(_shared(said, right, 2), len(said) - 1, len(right) - 1),
        "rougeL": _f1(longest_common(said, right), len(said), len(right)),
    }


def _shared(a: Sequence[str], b: Sequence[str], n: int) -> int:
    """How many n-grams are in both, repeated ones as often as in both."""
    counts = [Counter(zip(*(text[i:] for i in range(n)), strict=False)) for text in (a, b)]
    return sum((counts[0] & counts[1]).values())


def longest_common(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the longest sequence of words that is in both in this order, others between them or not."""
    before = [0] * (len(b) + 1)
    for word in a:
        row = [0]
        for j, other in enumerate(b):
            row.append(before[j] + 1 if word == other else max(before[j + 1], row[j]))
        before = row
    return before[-1]


def _f1(shared: int, said: int, right: int) -> float:
    return 2 * shared / (said + right) if shared else 0.0


class Rouge(OfflineMetric):
    about = "Mean F1 of ROUGE-1, ROUGE-2 and ROUGE-L, without stemming."
    source = "Lin, ROUGE: A Package for Automatic Evaluation of Summaries (2004)"

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, Any]:
        each = [rouge(p, r) for p, r in zip(predictions, references, strict=True)]
        means: dict[str, Any] = {kind: sum(score[kind] for score in each) / len(each) for kind in KINDS}
        return means | {"each": [score["rougeL"] for score in each]}

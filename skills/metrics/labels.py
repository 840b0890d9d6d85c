"""Answers that are one of a few labels: how many are right, and whether the rare ones are."""

from __future__ import annotations

from typing import Any

from skills.contract import Language
from skills.metrics.normal import answer_words
from skills.metrics.offline import OfflineMetric


class Labels(OfflineMetric):
    """`macro_f1` is the mean over the labels of the references: one that always says the commonest has a low one."""

    about = "Accuracy, and the mean over the labels of the F1 of each."
    source = "Sokolova and Lapalme, A systematic analysis of performance measures for classification tasks (2009)"

    def _compute(self, predictions: list[str], references: list[str], language: Language = "es") -> dict[str, Any]:
        said = [" ".join(answer_words(text, language)) for text in predictions]
        right = [" ".join(answer_words(text, language)) for text in references]
        each = [float(a == b) for a, b in zip(said, right, strict=True)]
        by_label = [_f1(label, said, right) for label in sorted(set(right))]
        return {"accuracy": sum(each) / len(each), "macro_f1": sum(by_label) / len(by_label), "each": each}


def _f1(label: str, said: list[str], right: list[str]) -> float:
    both = sum(a == b == label for a, b in zip(said, right, strict=True))
    return 2 * both / (said.count(label) + right.count(label))

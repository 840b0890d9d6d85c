"""Verbatim overlap: the longest run of words that each text shares with the training texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from skills.metrics.copying import longest_copy
from skills.metrics.offline import OfflineMetric


class Verbatim(OfflineMetric):
    """`training`: the texts that may have been copied. `longest`: words in a row; `example`: the run, as written."""

    about = "The longest run of words of any text that occurs in a training text, and that of each text."
    source = "as in Carlini et al., Quantifying Memorization Across Neural Language Models (2023), arXiv 2202.07646"
    inputs = {"predictions": "string"}

    def _compute(self, predictions: list[str], training: Sequence[str]) -> dict[str, Any]:
        found = longest_copy(predictions, training)
        return {"longest": found.words, "example": found.text}

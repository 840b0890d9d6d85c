"""Bootstrap: how sure a difference is, measured again and again on texts drawn from the same ones; sign test."""

from __future__ import annotations

import math
from collections.abc import Sequence

from skills.blocks import Frozen

DRAWS = 2000
FEW = 5
"""Texts below which nothing is called clear: their mean is mostly chance, and drawing from them again hides that."""


class Between(Frozen):
    """A measured `value`, and between what 95 of 100 draws put it. `clear`: all of that is on one side of 0."""

    value: float
    low: float
    high: float
    texts: int

    @property
    def clear(self) -> bool:
        return self.texts >= FEW and (self.low > 0 or self.high < 0)


def share_saved(before: Sequence[float], after: Sequence[float], seed: int = 0) -> Between:
    """By which share `after` costs less than `before`, in all: 1 - sum(after) / sum(before), text by text in pairs.

    Percentile bootstrap over the texts (Efron 1979; paired, as in Koehn, Statistical Significance Tests for Machine
    Translation Evaluation, 2004), with fixed dice.
    """
    import numpy as np

    a, b = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    drawn = np.random.default_rng(seed).integers(0, len(a), size=(DRAWS, len(a)))
    shares = 1 - b[drawn].sum(axis=1) / a[drawn].sum(axis=1)
    return _between(1 - b.sum() / a.sum(), shares, len(a))


def mean_gain(before: Sequence[float], after: Sequence[float], seed: int = 0) -> Between:
    """By how much the mean of `after` is above that of `before`, in pairs; bootstrap as in `share_saved`."""
    import numpy as np

    gains = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    drawn = np.random.default_rng(seed).integers(0, len(gains), size=(DRAWS, len(gains)))
    return _between(gains.mean(), gains[drawn].mean(axis=1), len(gains))


def _between(value: float, drawn: Sequence[float], texts: int) -> Between:
    import numpy as np

    low, high = np.percentile(drawn, [2.5, 97.5])
    return Between(value=float(value), low=float(low), high=float(high), texts=texts)


def coin(changes: int, worse: int) -> float:
    """How often a fair coin thrown `changes` times shows tails `worse` times or more (one-sided sign test)."""
    return sum(math.comb(changes, k) for k in range(worse, changes + 1)) / 2**changes if changes else 1.0

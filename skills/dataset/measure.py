"""Figures about the rows of a data set: lengths and how they spread, strings that look personal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from skills.pii.forms import mails
from skills.pii.phones import phones as telephones

NUMBER = re.compile(r"\d(?:[ ().\-–]{0,2}\d){6}")
"""Seven figures, the fewest that are worth a second look."""


def emails(text: str) -> int:
    """How many e-mail addresses, as `scan_private_data` finds them."""
    return sum(1 for _ in mails(text))


def phones(text: str) -> int:
    """How many telephone numbers, as `scan_private_data` finds them; no years, dates or prices."""
    return sum(1 for _ in telephones(text)) if NUMBER.search(text) else 0


PERCENTILES = (5, 25, 50, 75, 95)


def percentiles(lengths: Sequence[int]) -> dict[str, float]:
    """`p5` to `p95` of the lengths (linear interpolation)."""
    return {f"p{p}": float(v) for p, v in zip(PERCENTILES, np.percentile(lengths, PERCENTILES), strict=True)}


def histogram(lengths: Iterable[int], bars: int = 16) -> tuple[list[tuple[float, float]], bool]:
    """(left edge, count) of at most `bars` bars of a round width; True if the last gathers all that are longer."""
    values = np.fromiter(lengths, dtype=np.int64)
    top = int(np.percentile(values, 98))
    low = int(values.min())
    span = max(1, top - low + 1)
    width = next(w for w in (m * 10**e for e in range(12) for m in (1, 2, 5)) if w * bars >= span)
    left = low // width * width
    index = np.minimum((values - left) // width, (top - left) // width)
    counts = np.bincount(index)
    gathered = bool(values.max() >= left + width * len(counts))
    return [(float(left + i * width), float(count)) for i, count in enumerate(counts)], gathered

"""Figures about the rows of a data set: lengths and how they spread, strings that look personal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

EMAIL = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+\b")
PHONE = re.compile(r"(?<![\w.,/-])\+?\(?\d[\d ().\-]{6,17}\d(?![\w/-])")
DIGIT = re.compile(r"\d")
YEARS = re.compile(
    r"^\(?(?:1[4-9]|20)\d\d\)?\s*[-. ]+\s*\(?(?:1[4-9]|20)\d\d\)?$|^\d{4}-\d\d-\d\d$|^\d{1,3}(?:[. ]\d{3})+$"
)


def emails(text: str) -> int:
    return sum(1 for _ in EMAIL.finditer(text)) if "@" in text else 0


def phones(text: str) -> int:
    """How many strings look like a phone number: 8 to 15 digits, no span of years, date or figure with thousands."""
    if not DIGIT.search(text):
        return 0
    return sum(
        8 <= sum(c.isdigit() for c in found) <= 15 and not YEARS.match(found.strip()) for found in PHONE.findall(text)
    )


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

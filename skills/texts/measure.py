"""Facts about the rows of a data set, in one pass: lengths, duplicates, personal-looking strings."""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

EMAIL = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+\b")
PHONE = re.compile(r"(?<![\w.,/-])\+?\(?\d[\d ().\-]{6,17}\d(?![\w/-])")
YEARS = re.compile(
    r"^\(?(?:1[4-9]|20)\d\d\)?\s*[-. ]+\s*\(?(?:1[4-9]|20)\d\d\)?$|^\d{4}-\d\d-\d\d$|^\d{1,3}(?:[. ]\d{3})+$"
)
NEAR = 85.0
"""Similarity (rapidfuzz's ratio, 0 to 100) from which two rows are near duplicates."""
NEAR_ROWS = 100_000
"""Near duplicates are looked for among this many rows: the texts are kept in memory."""
NEAR_CHARACTERS = 1_000
BANDS, DEPTH = 6, 2
"""MinHash bands: two rows are compared if one band of `DEPTH` minima is the same. Rows that share 80 % of their word
pairs are found with probability 0.998, those that share 30 % with 0.43 (1 - (1 - s^2)^6)."""
SEEDS = np.random.default_rng(0).integers(1, 2**32, size=(BANDS * DEPTH, 2), dtype=np.uint64) | np.uint64(1)
SPACE = re.compile(r"\s+")


@dataclass
class Duplicates:
    """Counts rows that repeat an earlier one; `pairs` of row numbers (from 1), the first twenty of each kind."""

    exact: int = 0
    near: int = 0
    pairs: list[tuple[int, int]] = field(default_factory=list)
    near_pairs: list[tuple[int, int]] = field(default_factory=list)
    _seen: dict[bytes, int] = field(default_factory=dict)
    _bands: dict[tuple[int, int, int], int] = field(default_factory=dict)
    _texts: dict[int, str] = field(default_factory=dict)

    def add(self, number: int, text: str) -> None:
        plain = SPACE.sub(" ", text.strip().casefold())
        # 16 bytes of digest stand for the text: the memory needed does not grow with its length.
        key = zlib.crc32(plain.encode()).to_bytes(4, "big") + hash(plain).to_bytes(8, "big", signed=True)
        if (first := self._seen.setdefault(key, number)) != number:
            self.exact += 1
            if len(self.pairs) < 20:
                self.pairs.append((first, number))
        elif number <= NEAR_ROWS:
            self._near(number, plain[:NEAR_CHARACTERS])

    def _near(self, number: int, plain: str) -> None:
        from rapidfuzz import fuzz

        tokens = plain.split()
        if len(tokens) < 5:
            return
        bands = _bands(tokens)
        rivals = {self._bands[band] for band in bands if band in self._bands}
        like = next((r for r in sorted(rivals) if fuzz.ratio(self._texts[r], plain, score_cutoff=NEAR)), None)
        if like is not None:
            self.near += 1
            if len(self.near_pairs) < 20:
                self.near_pairs.append((like, number))
            return
        for band in bands:
            if self._bands.setdefault(band, number) == number:
                self._texts[number] = plain


def _bands(tokens: Sequence[str]) -> list[tuple[int, int, int]]:
    """MinHash of the word pairs (Broder, 1997), `DEPTH` minima a band."""
    pairs = np.fromiter((zlib.crc32(f"{a} {b}".encode()) for a, b in itertools.pairwise(tokens)), dtype=np.uint64)
    # Multiplicative hashing (Knuth): the high bits of a product with an odd number.
    minima = ((SEEDS[:, :1] * pairs + SEEDS[:, 1:]) >> np.uint64(24)).min(axis=1).tolist()
    return [(band, minima[band * DEPTH], minima[band * DEPTH + 1]) for band in range(BANDS)]


def emails(text: str) -> int:
    return sum(1 for _ in EMAIL.finditer(text)) if "@" in text else 0


def phones(text: str) -> int:
    """How many strings look like a phone number: 8 to 15 digits, no span of years, date or figure with thousands."""
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

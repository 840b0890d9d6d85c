"""Which rows repeat an earlier one, word for word or nearly, and which of those are refrains."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAR = 85.0
"""Similarity (rapidfuzz's ratio, 0 to 100) from which two rows are near duplicates."""
NEAR_ROWS = 100_000
"""Near duplicates are looked for among this many rows: 100,000 take five seconds."""
NEAR_CHARACTERS = 1_000
"""Beginning of a row that is compared."""
NEAR_WORDS = 5
"""Rows with fewer words are not compared: «Sí, dijo Ana» and «No, dijo Ana» are nearly the same text."""
BANDS, DEPTH = 6, 2
"""MinHash bands: two rows are compared if one band of `DEPTH` minima is the same. Rows that share 80 % of their word
pairs are found with probability 0.998, those that share 30 % with 0.43 (1 - (1 - s^2)^6)."""
SEEDS = np.random.default_rng(0).integers(1, 2**63, size=(BANDS * DEPTH, 2), dtype=np.uint64) | np.uint64(1)
BATCH = 5_000


@dataclass(frozen=True)
class Repeats:
    """Rows (indices from 0) that repeat an earlier one, each with that one. `near` leaves out what `exact` has."""

    exact: dict[int, int]
    near: dict[int, int]


def plain(text: str) -> str:
    """Equal for texts that differ only in spaces and capitals."""
    return " ".join(text.casefold().split())


def repeats(texts: Sequence[str]) -> Repeats:
    """The repetitions among `texts`; near ones among the first NEAR_ROWS that are not exact."""
    seen: dict[str, int] = {}
    exact: dict[int, int] = {}
    distinct: list[int] = []
    for i, text in enumerate(texts):
        if not (key := plain(text)):
            continue  # what is empty repeats nothing
        first = seen.setdefault(key, i)
        if first != i:
            exact[i] = first
        elif i < NEAR_ROWS:
            distinct.append(i)
    plains = list(seen)[: len(distinct)]
    return Repeats(exact, {distinct[i]: distinct[j] for i, j in near([p[:NEAR_CHARACTERS] for p in plains]).items()})


def near(texts: Sequence[str]) -> dict[int, int]:
    """Row -> the earlier row that it nearly repeats, which is not itself such a row. `texts` are plain and distinct."""
    from rapidfuzz import fuzz

    found: dict[int, int] = {}
    first: dict[int, int] = {}
    for i, bands in _candidates(texts):
        rivals = sorted({first[band] for band in bands if band in first})
        like = next((r for r in rivals if fuzz.ratio(texts[r], texts[i], score_cutoff=NEAR)), None)
        if like is not None:
            found[i] = like
            continue
        for band in bands:
            first.setdefault(band, i)
    return found


def _candidates(texts: Sequence[str]) -> Iterator[tuple[int, list[int]]]:
    """(row, its bands) for the rows of which another row shares a band; only those bands."""
    rows, keys = _signatures(texts)
    _, which, times = np.unique(keys, return_inverse=True, return_counts=True)
    shared = times[which].reshape(keys.shape) > 1
    for k in np.flatnonzero(shared.any(axis=1)).tolist():
        yield int(rows[k]), keys[k][shared[k]].tolist()


def _signatures(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """The rows long enough to be compared, and the MinHash of their word pairs (Broder, 1997) as BANDS keys each."""
    ids: defaultdict[str, int] = defaultdict()
    ids.default_factory = ids.__len__
    numbers: list[int] = []
    keys = [np.empty((0, BANDS), dtype=np.uint64)]
    for start in range(0, len(texts), BATCH):
        words = [text.split() for text in texts[start : start + BATCH]]
        rows = [i for i, found in enumerate(words) if len(found) >= NEAR_WORDS]
        if rows:
            joined = map(ids.__getitem__, itertools.chain.from_iterable(words[i] for i in rows))
            keys.append(_bands(np.array(list(joined), dtype=np.uint64), np.array([len(words[i]) for i in rows])))
            numbers += (start + i for i in rows)
    return np.array(numbers, dtype=np.int64), np.concatenate(keys)


def _bands(words: NDArray[np.uint64], lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Band keys, shape (rows, BANDS), of rows given as word numbers one after the other; each has at least two."""
    ends = np.cumsum(lengths)
    # A pair is a word and the next; the pair that begins with the last word of a row is not one.
    pairs = words[:-1] * np.uint64(0x9E3779B97F4A7C15) + words[1:] + np.uint64(1)
    pairs = np.delete(pairs, ends[:-1] - 1)
    starts = np.concatenate(([0], ends[:-1])) - np.arange(len(lengths))
    keys = np.empty((len(lengths), BANDS), dtype=np.uint64)
    for band in range(BANDS):
        key = np.full(len(lengths), band, dtype=np.uint64)
        for a, b in SEEDS[band * DEPTH : (band + 1) * DEPTH]:
            # Multiplicative hashing (Knuth): the high bits of a product with an odd number.
            hashed = (pairs ^ (pairs >> np.uint64(29))) * a + b
            minima = np.minimum.reduceat(hashed >> np.uint64(24), starts)
            key = key * np.uint64(0xC2B2AE3D27D4EB4F) + minima
        keys[:, band] = key
    return keys


def refrains(repeated: dict[int, int], documents: Sequence[int | None]) -> set[int]:
    """The repetitions that are part of the work: of the same document, and alone.

    Where the row before or after repeats too, and what it repeats stands beside what this one repeats, a whole
    stretch is there twice: that is a copy, not a refrain.
    """

    def beside(row: int, step: int) -> bool:
        return repeated.get(row + step) == repeated[row] + step

    return {
        row
        for row, like in repeated.items()
        if documents[row] is not None
        and documents[row] == documents[like]
        and row - like > 1
        and not beside(row, 1)
        and not beside(row, -1)
    }

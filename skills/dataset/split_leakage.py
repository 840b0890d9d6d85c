"""How much of what is held out was in the training part all the same: long runs of words that both have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skills.texts.sentences import words

RUN = 8
"""Words in a row that count as a long run: by chance, two people hardly ever write the same eight."""
SHOWN = 3
FACTOR = np.uint64(0x9E3779B97F4A7C15)
AT_ONCE = 1 << 20
"""Runs of the training side that are looked up together."""


class Shared(NamedTuple):
    """A held-out row and a training row (from 1), and the longest run of words that they share."""

    held: int
    train: int
    words: int
    text: str


@dataclass(frozen=True)
class Leakage:
    """`rows` of `held` held-out rows share a run of RUN words or more with the training part."""

    rows: int
    held: int
    shown: tuple[Shared, ...]


class _Runs:
    """Numbers for the runs of RUN words of a text; equal runs (capitals aside) have equal numbers."""

    def __init__(self) -> None:
        ids: defaultdict[str, int] = defaultdict()
        ids.default_factory = ids.__len__
        self._ids = ids

    def __call__(self, text: str) -> NDArray[np.uint64]:
        known = np.fromiter((self._ids[word.casefold()] for word in words(text)), dtype=np.uint64)
        if len(known) < RUN:
            return known[:0]
        count = len(known) - RUN + 1
        total = np.zeros(count, dtype=np.uint64)
        for i in range(RUN):
            total = total * FACTOR + known[i : count + i] + np.uint64(1)
        return total


def leakage(texts: Sequence[str], train: Iterable[int], held: Iterable[int]) -> Leakage:
    """Compare rows `held` with rows `train` (indices from 0). Memory grows with the held-out part only."""
    runs = _Runs()
    held = list(held)
    of = [runs(texts[row]) for row in held]
    every = np.unique(np.concatenate(of)) if of else np.zeros(0, dtype=np.uint64)
    where: dict[int, int] = {}
    chunk: list[tuple[int, NDArray[np.uint64]]] = []
    size = 0
    for row in train:
        found = runs(texts[row])
        chunk.append((row, found))
        size += len(found)
        if size >= AT_ONCE:
            _look_up(every, chunk, where)
            chunk, size = [], 0
    _look_up(every, chunk, where)
    hits = [(row, [n for n in numbers.tolist() if n in where]) for row, numbers in zip(held, of, strict=True)]
    leaking = sorted(((row, met) for row, met in hits if met), key=lambda hit: -len(hit[1]))
    shown = tuple(_shared(texts, row, where[met[0]]) for row, met in leaking[:SHOWN])
    return Leakage(len(leaking), len(held), shown)


def _look_up(every: NDArray[np.uint64], chunk: Sequence[tuple[int, NDArray[np.uint64]]], where: dict[int, int]) -> None:
    """Remember in which training row each run of the held-out part was met first."""
    if not chunk or not len(every):
        return
    numbers = np.concatenate([found for _, found in chunk])
    rows = np.repeat([row for row, _ in chunk], [len(found) for _, found in chunk])
    place = np.minimum(np.searchsorted(every, numbers), len(every) - 1)
    met = every[place] == numbers
    for number, row in zip(numbers[met].tolist(), rows[met].tolist(), strict=True):
        where.setdefault(number, row)


def _shared(texts: Sequence[str], held: int, train: int) -> Shared:
    a, b = words(texts[held]), words(texts[train])
    folded = [word.casefold() for word in a], [word.casefold() for word in b]
    match = SequenceMatcher(None, *folded, autojunk=False).find_longest_match()
    return Shared(held + 1, train + 1, match.size, " ".join(a[match.a : match.a + match.size]))

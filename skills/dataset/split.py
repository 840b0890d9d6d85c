"""Parting the rows of a data set: what belongs together stays together, and the same seed parts it the same way."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from skills.dataset.duplicates import NEAR_WORDS, repeats

Side = Literal["train", "validation", "test", "aside"]
"""`aside`: neither learnt from nor measured on: neighbours of what is held out, and copies of what is learnt."""
HELD: tuple[Side, Side] = ("test", "validation")
By = Literal["document", "block", "row"]
ALIKE = 1 / 3
"""Share of the words of the smaller of two groups that both must have (rows that repeat) for them to be kept on one
side. Where less is shared (a refrain, a formula of farewell), the held-out copy is put aside instead."""
BLOCKS = 20
"""A text without chapters is cut into about this many blocks, ..."""
BLOCK_ROWS = 25
"""... of at most this many rows each."""
GAP_ROWS = 40
"""From this many rows on, the neighbours of a held-out block are put aside; before, there are none to spare."""


@dataclass(frozen=True)
class Group:
    """Rows (indices from 0) that stay on one side. `key` depends on what they say, not on where they stand."""

    rows: tuple[int, ...]
    weight: float
    key: str


def draw(groups: Sequence[Group], wanted: Mapping[Side, float], seed: int | None) -> list[Side]:
    """The side of each group: those held out come as near to the weight `wanted` of them as whole groups allow, at
    least one group each; the rest is for training, which keeps at least one.

    With a seed, the order in which groups are taken follows from it and their keys alone: the order of the rows does
    not matter, and another share of validation leaves the test part as it was. Without a seed, evenly spaced groups
    (of 30, three: the 10th, 20th and 30th) are taken.
    """
    sides: list[Side] = ["train"] * len(groups)
    for side in HELD:
        target = wanted.get(side, 0.0)
        if target <= 0:
            continue
        free = [i for i, taken in enumerate(sides) if taken == "train"]
        # A novel among poems stays in training, and so do most of the poems, however few words they have.
        most = max(1, math.ceil(2 * len(groups) * target / sum(group.weight for group in groups)))
        left = min(most, len(free) - 1)
        taken = 0.0
        for i in _order(groups, free, target, seed):
            if left and taken + groups[i].weight / 2 <= target:
                sides[i] = side
                taken += groups[i].weight
                left -= 1
        if not taken and len(free) > 1:
            sides[min(free, key=lambda i: (groups[i].weight, _ticket(groups[i].key, seed or 0)))] = side
    return sides


def _order(groups: Sequence[Group], free: Sequence[int], target: float, seed: int | None) -> list[int]:
    if seed is not None:
        return sorted(free, key=lambda i: _ticket(groups[i].key, seed))
    count = max(1, round(target * len(free) / sum(groups[i].weight for i in free)))
    spaced = [free[(i + 1) * len(free) // count - 1] for i in range(count)]
    return [*spaced, *(i for i in free if i not in set(spaced))]


def _ticket(key: str, seed: int) -> str:
    return hashlib.blake2b(f"{seed} {key}".encode(), digest_size=8).hexdigest()


# --- what belongs together --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parts:
    """The side of every row, and why those aside are: `gap` neighbours of held-out blocks, `copies` of rows that are
    on another side. `groups`: how many there were to draw from; `joined`: how many groups repeat another."""

    sides: tuple[Side, ...]
    groups: int
    joined: int
    gap: int
    copies: int


def part(
    texts: Sequence[str], documents: Sequence[int], by: By, shares: Mapping[Side, float], seed: int | None
) -> Parts:
    """Part rows with these texts, of these documents. `shares` of the words, of `test` and `validation`."""
    weights = [float(max(1, len(text.split()))) for text in texts]
    same = _repeated(texts, by)
    firsts = grouped(documents, by)
    joined = _joined(firsts, same, weights)
    groups = [_group(rows, texts, weights) for rows in joined]
    total = sum(weights)
    drawn = draw(groups, {side: shares.get(side, 0.0) * total for side in HELD}, seed)
    sides: list[Side] = ["train"] * len(texts)
    for group, side in zip(groups, drawn, strict=True):
        for row in group.rows:
            sides[row] = side
    gap = _open_gap(sides, documents) if by == "block" and len(texts) >= GAP_ROWS else 0
    copies = _put_copies_aside(sides, same)
    return Parts(tuple(sides), len(firsts), len(firsts) - len(joined), gap, copies)


def grouped(documents: Sequence[int], by: By) -> list[list[int]]:
    """Rows by document; by blocks of neighbours inside a document; or each on its own."""
    if by == "row":
        return [[row] for row in range(len(documents))]
    whole: dict[int, list[int]] = defaultdict(list)
    for row, document in enumerate(documents):
        whole[document].append(row)
    if by == "document":
        return list(whole.values())
    size = max(2, min(BLOCK_ROWS, len(documents) // BLOCKS))
    return [block for rows in whole.values() for block in _blocks(rows, size)]


def _blocks(rows: list[int], size: int) -> Iterable[list[int]]:
    """Blocks of about `size` rows, none less than half of it."""
    count = max(1, round(len(rows) / size))
    return [rows[i * len(rows) // count : (i + 1) * len(rows) // count] for i in range(count)]


def _repeated(texts: Sequence[str], by: By) -> dict[int, int]:
    """Row -> the earlier row that it repeats, word for word or nearly. Very short rows («Sí.») only count where each
    row is a group of its own."""
    found = repeats(texts)
    short = {row for row in found.exact if by != "row" and len(texts[row].split()) < NEAR_WORDS}
    exact = {row: first for row, first in found.exact.items() if row not in short}
    return exact | {row: found.exact.get(like, like) for row, like in found.near.items()}


def _joined(groups: list[list[int]], same: Mapping[int, int], weights: Sequence[float]) -> list[list[int]]:
    """The groups, those that are alike made one."""
    home = {row: number for number, rows in enumerate(groups) for row in rows}
    size = [sum(weights[row] for row in rows) for rows in groups]
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for row, like in same.items():
        a, b = sorted((home[row], home[like]))
        if a != b:
            shared[a, b] += min(weights[row], weights[like])
    leader = list(range(len(groups)))

    def lead(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    for (a, b), words in shared.items():
        if words >= ALIKE * min(size[a], size[b]):
            leader[max(lead(a), lead(b))] = min(lead(a), lead(b))
    made: dict[int, list[int]] = defaultdict(list)
    for number, rows in enumerate(groups):
        made[lead(number)] += rows
    return list(made.values())


def _group(rows: list[int], texts: Sequence[str], weights: Sequence[float]) -> Group:
    said = sorted(hashlib.sha256(texts[row].encode("utf-8", "surrogatepass")).hexdigest() for row in rows)
    return Group(tuple(rows), sum(weights[row] for row in rows), hashlib.sha256("".join(said).encode()).hexdigest())


def _open_gap(sides: list[Side], documents: Sequence[int]) -> int:
    """Put aside the training rows beside held-out ones of the same document. How many."""
    beside = [
        row
        for row, side in enumerate(sides)
        if side == "train"
        and any(
            0 <= other < len(sides) and documents[other] == documents[row] and sides[other] in HELD
            for other in (row - 1, row + 1)
        )
    ]
    if len(beside) >= sides.count("train"):
        return 0
    for row in beside:
        sides[row] = "aside"
    return len(beside)


def _put_copies_aside(sides: list[Side], same: Mapping[int, int]) -> int:
    """Put aside held-out rows that are copies of a row on another side; training is served first, then validation."""
    families: dict[int, list[int]] = defaultdict(list)
    for row, like in same.items():
        families[_first(like, same)].append(row)
    count = 0
    for first, rows in families.items():
        family = [first, *rows]
        there = {sides[row] for row in family} - {"aside"}
        keeper = next((side for side in ("train", "validation", "test") if side in there), None)
        for row in family:
            if sides[row] not in (keeper, "aside"):
                sides[row] = "aside"
                count += 1
    return count


def _first(row: int, same: Mapping[int, int]) -> int:
    while row in same:
        row = same[row]
    return row

"""Examples packed side by side into rows, none of which sees another: no step is spent on padding."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skills.training.examples import READ, TEXT, Example

if TYPE_CHECKING:
    from torch import Tensor

IGNORED = -100

Packed = tuple[Example, ...]
"""The examples of one row, in order."""


@dataclass(frozen=True)
class Batch:
    """`ids`, `positions`, `labels`, `text`: (rows, tokens), the rows padded to the longest.

    `positions` begin at 0 with each example: that is how transformers knows the borders of packed examples and
    keeps attention within them (`find_packed_sequence_indices`; it needs `attention_mask=None`). `labels[i]` is
    what follows `ids[i]`, IGNORED where it is not graded. `text` is True where the label is text, not an end mark.
    """

    ids: Tensor
    positions: Tensor
    labels: Tensor
    text: Tensor

    def to(self, device: Any) -> Batch:
        return Batch(*(tensor.to(device) for tensor in (self.ids, self.positions, self.labels, self.text)))

    @property
    def graded(self) -> int:
        return int((self.labels != IGNORED).sum())


def pack(examples: Sequence[Example], capacity: int) -> list[Packed]:
    """Best fit decreasing: from the longest on, each example goes to the fullest row that still has room."""
    rows: list[list[Example]] = []
    room: list[int] = []
    for example in sorted(examples, key=len, reverse=True):
        fitting = [i for i, free in enumerate(room) if free >= len(example)]
        if fitting:
            best = min(fitting, key=room.__getitem__)
        else:
            best = len(rows)
            rows.append([])
            room.append(capacity)
        rows[best].append(example)
        room[best] -= len(example)
    return [tuple(row) for row in rows]


def capacity(examples: Sequence[Example], length: int, step_tokens: int) -> int:
    """Tokens of a row: `length`, less where a step is smaller, and never less than the longest example."""
    return max(min(length, step_tokens), *(len(example) for example in examples))


def steps(examples: Sequence[Example], length: int, step_tokens: int, seed: int) -> Iterator[list[Packed]]:
    """The rows of each optimiser step, without end: every epoch in a new order that `seed` determines.

    The n-th item depends on the arguments alone, so a run is resumed by skipping the steps that were made.
    """
    size = capacity(examples, length, step_tokens)
    rows_a_step = max(1, round(step_tokens / size))
    epoch = 0
    waiting: list[Packed] = []
    while True:
        order = list(examples)
        dice = random.Random(f"{seed} {epoch}")
        dice.shuffle(order)  # examples of one length meet other neighbours each time
        packed = pack(order, size)
        dice.shuffle(packed)
        waiting += packed
        while len(waiting) >= rows_a_step:
            yield waiting[:rows_a_step]
            waiting = waiting[rows_a_step:]
        epoch += 1


def batch(rows: Sequence[Packed], pad: int) -> Batch:
    """Rows as tensors. Padding stands alone: each padding token is its own example, and is graded by nobody."""
    import torch

    longest = max(sum(len(example) for example in row) for row in rows)
    ids = torch.full((len(rows), longest), pad)
    positions = torch.zeros_like(ids)
    labels = torch.full_like(ids, IGNORED)
    text = torch.zeros_like(ids, dtype=torch.bool)
    for r, row in enumerate(rows):
        at = 0
        for example in row:
            n = len(example)
            ids[r, at : at + n] = torch.tensor(example.ids)
            positions[r, at : at + n] = torch.arange(n)
            kinds = torch.tensor(example.kinds[1:])
            labels[r, at : at + n - 1] = torch.where(kinds != READ, ids[r, at + 1 : at + n], IGNORED)
            text[r, at : at + n - 1] = kinds == TEXT
            at += n
    return Batch(ids, positions, labels, text)

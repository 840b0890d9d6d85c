"""Examples packed side by side into rows, none of which sees another, and rows into micro-batches without padding."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skills.training.examples import READ, TEXT, Example

if TYPE_CHECKING:
    from torch import Tensor

IGNORED = -100
"""The label of what the loss leaves out (cross_entropy's ignore_index)."""

Packed = tuple[Example, ...]
"""The examples of one row, in order."""


@dataclass(frozen=True)
class Batch:
    """`ids`, `positions`, `labels`, `text`: (1, tokens), the examples one after the other, without padding.

    `lengths` has the tokens of each example: attention stays within them, and `positions` begin at 0 with each.
    `labels[0, i]` is what follows `ids[0, i]`, IGNORED where it is masked out of the loss. `text` is True where the
    label is text, not an end mark.
    """

    ids: Tensor
    positions: Tensor
    labels: Tensor
    text: Tensor
    lengths: tuple[int, ...]

    def to(self, device: Any) -> Batch:
        return Batch(
            self.ids.to(device), self.positions.to(device), self.labels.to(device), self.text.to(device), self.lengths
        )

    @property
    def supervised(self) -> int:
        """How many tokens the loss counts."""
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


def batch(rows: Sequence[Packed]) -> Batch:
    """The examples of the rows as tensors."""
    import torch

    made = [example for row in rows for example in row]
    ids = torch.tensor([token for example in made for token in example.ids])
    kinds = torch.tensor([kind for example in made for kind in example.kinds])
    lengths = tuple(len(example) for example in made)
    starts = torch.tensor(lengths).cumsum(0) - torch.tensor(lengths)
    following, kind = ids.roll(-1), kinds.roll(-1)
    kind[starts - 1] = READ  # after the last token of an example nothing follows
    return Batch(
        ids=ids[None],
        positions=torch.cat([torch.arange(length) for length in lengths])[None],
        labels=torch.where(kind != READ, following, IGNORED)[None],
        text=(kind == TEXT)[None],
        lengths=lengths,
    )

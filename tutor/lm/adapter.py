"""An encoder's weights with what a LoRA adapter adds to some of its matrices (Hu et al. 2021, arXiv 2106.09685)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from tutor.lm.bert import Array, Tensors


class Factors(NamedTuple):
    """What is added to a matrix (out, in): `up` (out, rank) times `down` (rank, in); the scale is in `up`."""

    down: Array
    up: Array


def read_factors(kept: Mapping[str, Array]) -> dict[str, Factors]:
    """The factors of each matrix, by its short name, as `tutor course ears` and `reader` keep them: `down.NAME`,
    `up.NAME`."""
    names = [name.removeprefix("up.") for name in kept if name.startswith("up.")]
    return {name: Factors(kept[f"down.{name}"], kept[f"up.{name}"]) for name in names}


class Adapted:
    """`Tensors` of a BERT (tutor/lm/bert.py), the matrices named in `factors` among them as they are after tuning."""

    def __init__(self, tensors: Tensors, factors: Mapping[str, Factors]) -> None:
        self.shape = tensors.shape
        self._tensors, self._factors = tensors, factors

    def words(self, ids: Sequence[int]) -> Array:
        return self._tensors.words(ids)

    def tensor(self, name: str) -> Array:
        found = self._tensors.tensor(name)
        added = self._factors.get(name)
        if added is None:
            return found
        return found + added.up.astype(np.float32) @ added.down.astype(np.float32)

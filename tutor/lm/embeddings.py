"""The input embeddings of a model, read row by row from its safetensors file: no torch, next to no memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUFFIX = "embed_tokens.weight"
TYPES = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}


class Embeddings:
    """Row i is the vector of token i. Format: the header of safetensors is 8 bytes of length, then JSON."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: NDArray[Any] | None = None
        self._halved = False

    def means(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """The mean vector of each list of ids, shape (len(ids), hidden); zeros for an empty list."""
        return np.stack([self.rows(each).mean(axis=0) if each else self.rows([0])[0] * 0 for each in ids])

    def rows(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Vectors of these ids, shape (len(ids), hidden)."""
        if self._rows is None:
            self._rows = self._open()
        raw = self._rows[np.asarray(ids, dtype=np.int64)]
        if self._halved:  # bf16 is the upper half of a float32
            return (raw.astype(np.uint32) << 16).view(np.float32)
        return raw.astype(np.float32)

    def _open(self) -> NDArray[Any]:
        for path in sorted(self._folder.glob("*.safetensors")):
            with path.open("rb") as file:
                length = int.from_bytes(file.read(8), "little")
                header = json.loads(file.read(length))
            for name, entry in header.items():
                if name.endswith(SUFFIX):
                    self._halved = entry["dtype"] == "BF16"
                    return np.memmap(
                        path,
                        dtype=TYPES[entry["dtype"]],
                        mode="r",
                        offset=8 + length + entry["data_offsets"][0],
                        shape=tuple(entry["shape"]),
                    )
        raise FileNotFoundError(f"{self._folder}: no {SUFFIX}")

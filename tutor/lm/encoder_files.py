"""What both ways of keeping the sentence encoder share: the size of each tensor, and a file that is read row by row."""

from __future__ import annotations

import struct
import weakref
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.lm.bert import Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray


class NotAnEncoder(ValueError):
    """What is wrong with the files, for the log."""


def dims(shape: Shape, types: int, tensors: int) -> dict[str, tuple[int, ...]]:
    """The size of every tensor by its short name (that of the packed file), matrices as (out, in).

    `types`: kinds of segment, of which only the first is used. Raises NotAnEncoder if a file that holds `tensors`
    cannot have these.
    """
    width, inner = shape.width, shape.inner
    if min(width, inner, shape.layers, shape.heads, shape.positions, types) < 1 or width % shape.heads:
        raise NotAnEncoder("sizes that cannot be")
    if shape.layers > tensors:
        raise NotAnEncoder("more layers than tensors")
    found: dict[str, tuple[int, ...]] = {"emb.word": (shape.vocabulary, width), "emb.pos": (shape.positions, width)}
    found |= {"emb.type": (types, width), "emb.ln.w": (width,), "emb.ln.b": (width,)}
    for i in range(shape.layers):
        for part in ("q", "k", "v", "ao"):
            found |= {f"l{i}.{part}.w": (width, width), f"l{i}.{part}.b": (width,)}
        for part in ("aln", "oln"):
            found |= {f"l{i}.{part}.w": (width,), f"l{i}.{part}.b": (width,)}
        found |= {f"l{i}.fi.w": (inner, width), f"l{i}.fi.b": (inner,)}
        found |= {f"l{i}.fo.w": (width, inner), f"l{i}.fo.b": (width,)}
    return found


class File:
    """A file that is read in order (`take`, `unpack`; `at`: how far) or anywhere, by any thread; never beyond its end.

    Not mapped: what is read of a mapped table counts as the process's memory, and grows to the whole of it.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        weakref.finalize(self, self._file.close)
        self._size = path.stat().st_size
        self._lock = Lock()
        self.at = 0

    def unpack(self, form: str) -> tuple[Any, ...]:
        """The next values, little-endian, in the letters of the module struct."""
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))

    def take(self, length: int) -> bytes:
        self.at += length
        return self.read(self.at - length, length)

    def read(self, offset: int, length: int) -> bytes:
        self.check(offset, length)
        with self._lock:
            self._file.seek(offset)
            found = self._file.read(length)
        if len(found) != length:
            raise NotAnEncoder("the file was cut short meanwhile")
        return found

    def rows(self, offset: int, length: int, ids: Sequence[int]) -> NDArray[np.uint8]:
        """Rows `ids` of a table at `offset` whose rows have `length` bytes: (len(ids), length)."""
        known, places = np.unique(np.asarray(ids, np.int64), return_inverse=True)
        read = b"".join([self.read(offset + id * length, length) for id in known.tolist()])
        found: NDArray[np.uint8] = np.frombuffer(read, np.uint8).reshape(len(known), length)[places]
        return found

    def check(self, offset: int, length: int) -> None:
        """Raises NotAnEncoder if there is not so much of the file."""
        if min(offset, length) < 0 or offset + length > self._size:
            raise NotAnEncoder("the file is cut short")

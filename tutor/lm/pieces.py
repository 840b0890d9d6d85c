"""The tokenizer of XLM-RoBERTa (SentencePiece, unigram): text to ids, without the ids that open and close a text.

SentencePiece itself, not the `tokenizers` library: with 250,000 pieces that takes 265 MB, this 47.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

BEGIN, PAD, END, UNKNOWN = range(4)
"""XLM-RoBERTa's first ids: <s>, <pad>, </s>, <unk>."""
NORMAL, UNSEEN, CONTROL = 1, 2, 3
"""Kinds of piece in SentencePiece's format: text; what stands for the unknown; never found in text."""


class Pieces:
    """Cuts text. Raises ValueError if `model` is not in SentencePiece's format.

    `shift`: how much further on its pieces are in XLM-RoBERTa's order; `normal`: what becomes of each character
    before, where the model does not say.
    """

    def __init__(self, model: bytes, shift: int = 0, normal: Mapping[int, str] | None = None) -> None:
        from sentencepiece import SentencePieceProcessor

        try:
            self._pieces: Any = SentencePieceProcessor(model_proto=model)
        except RuntimeError as error:
            raise ValueError(str(error)) from error
        self._unknown = int(self._pieces.unk_id())
        self._shift = shift
        self._normal = normal

    @property
    def size(self) -> int:
        return int(self._pieces.get_piece_size())

    def ids(self, text: str) -> list[int]:
        """The ids of `text`. White space counts once, and not at its ends; a character never seen is UNKNOWN."""
        text = text.encode("utf-8", "replace").decode()  # half a character (a lone surrogate) has no bytes
        if self._normal is not None:
            text = unicodedata.normalize("NFC", text).translate(self._normal)
        return [UNKNOWN if id == self._unknown else id + self._shift for id in self._pieces.encode(text)]


def build(pieces: Iterable[tuple[bytes, float]], normal: Mapping[int, str]) -> Pieces:
    """A tokenizer of pieces in XLM-RoBERTa's order, each with the natural log of its probability.

    `normal`: what becomes of each character; an accent that stands apart is joined to its letter before (NFC).
    """
    model = bytearray()
    for id, (piece, score) in enumerate(pieces):
        kind = UNSEEN if id == UNKNOWN else CONTROL if id < UNKNOWN or piece == b"<mask>" else NORMAL
        # ModelProto.pieces (1), each: piece (1), score (2), type (3)
        model += _field(1, _field(1, piece) + b"\x15" + struct.pack("<f", score) + _number(3, kind))
    ids = ((3, 1), (40, UNKNOWN), (41, BEGIN), (42, END), (43, PAD))  # TrainerSpec: model_type unigram, unk_id, ...
    model += _field(2, b"".join(_number(field, value) for field, value in ids))
    model += _field(3, _field(1, b"identity"))  # NormalizerSpec.name; spaces are joined and marked as ever
    return Pieces(bytes(model), normal=normal)


def _field(field: int, value: bytes) -> bytes:
    """A field of protocol buffers that has a length: bytes, text, a message."""
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the highest bit says that more follow."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])

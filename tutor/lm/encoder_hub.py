"""The sentence encoder as the hub has it: config.json, model.safetensors, sentencepiece.bpe.model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, TypeAdapter

from tutor.lm.bert import Shape
from tutor.lm.encoder_files import File, NotAnEncoder, dims
from tutor.lm.pieces import Pieces

if TYPE_CHECKING:
    from tutor.lm.bert import Array

CONFIG, WEIGHTS, PIECES = "config.json", "model.safetensors", "sentencepiece.bpe.model"
TYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}
NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""The hub's names of tensors, or of their last part, by the short ones of tutor/lm/bert.py."""


class Config(BaseModel):
    """What is used of config.json."""

    model_type: Literal["bert"]
    hidden_act: Literal["gelu"]
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    vocab_size: int
    max_position_embeddings: int
    type_vocab_size: int
    layer_norm_eps: float


class Entry(BaseModel):
    """A tensor in the header of a safetensors file: where its bytes begin and end, counted from the header's end."""

    dtype: str = ""
    shape: tuple[int, ...] = ()
    data_offsets: tuple[int, int] = (0, 0)

    @property
    def bytes(self) -> int:
        return self.data_offsets[1] - self.data_offsets[0]

    @property
    def kind(self) -> np.dtype[Any]:
        """Raises KeyError for numbers of another kind than these weights have."""
        return TYPES[self.dtype]


HEADER: TypeAdapter[dict[str, Entry]] = TypeAdapter(dict[str, Entry])
"""8 bytes of length come before it; its `__metadata__` is no tensor."""


class Folder:
    """The table of embeddings stays on the disk, and rows are read as they are wanted.

    Raises NotAnEncoder if the files are not those of an encoder, or not whole.
    """

    def __init__(self, path: Path) -> None:
        config = Config.model_validate_json((path / CONFIG).read_bytes())
        self.shape = Shape(
            width=config.hidden_size,
            layers=config.num_hidden_layers,
            heads=config.num_attention_heads,
            inner=config.intermediate_size,
            vocabulary=config.vocab_size,
            positions=config.max_position_embeddings,
            epsilon=config.layer_norm_eps,
        )
        self.pieces = Pieces((path / PIECES).read_bytes(), shift=1)
        if not 3 <= self.pieces.size < self.shape.vocabulary:
            raise NotAnEncoder(f"{PIECES}: {self.pieces.size} pieces for a vocabulary of {self.shape.vocabulary}")
        self._file = File(path / WEIGHTS)
        header = HEADER.validate_json(self._file.take(self._file.unpack("Q")[0]))
        self._start = self._file.at
        self._file.check(self._start, max((entry.data_offsets[1] for entry in header.values()), default=0))
        self._entries: dict[str, Entry] = {}
        for name, size in dims(self.shape, config.type_vocab_size, len(header)).items():
            entry = self._entries[name] = header.get(hub_name(name), Entry())
            if entry.shape != size or entry.bytes != math.prod(size) * entry.kind.itemsize:
                raise NotAnEncoder(f"{WEIGHTS}: {name} is not there, or of another size")

    def words(self, ids: Sequence[int]) -> Array:
        entry = self._entries["emb.word"]
        length = self.shape.width * entry.kind.itemsize
        rows = self._file.rows(self._start + entry.data_offsets[0], length, ids)
        return rows.view(entry.kind).astype(np.float32)

    def tensor(self, name: str) -> Array:
        entry = self._entries[name]
        raw = self._file.read(self._start + entry.data_offsets[0], entry.bytes)
        return np.frombuffer(raw, entry.kind).reshape(entry.shape).astype(np.float32)


def hub_name(name: str) -> str:
    """`l3.q.w` -> `encoder.layer.3.attention.self.query.weight`."""
    if name in NAMES:
        return NAMES[name]
    place, part, kind = name.split(".")
    ends = "weight" if kind == "w" else "bias"
    if place == "emb":
        return f"{NAMES[f'emb.{part}']}.{ends}"
    return f"encoder.layer.{place[1:]}.{NAMES[part]}.{ends}"

"""The reader: the sentence encoder tuned to tell which passages of a text answer a question (`Reader`).

`tutor course reader` trains it (tutor/authoring/reader.py) and writes `curriculum/hearing/reader.npz`. A passage is
found by its vector, and read together with the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from skills.contract import TextKind
from skills.errors import ModelMissing
from skills.workspace import sha256
from tutor.lm.adapter import read_factors
from tutor.lm.encoder import E5, open_encoder
from tutor.lm.installed import find
from tutor.settings import CURRICULUM

if TYPE_CHECKING:
    from tutor.lm.bert import Array

FILE = CURRICULUM / "hearing" / "reader.npz"
APART = 8.0
"""By how much vectors of length 1 are drawn apart before they are weighed."""


def together(question: str, passage: str) -> str:
    """Question and passage as they are read at once."""
    return f"{question} » {passage}"


def open_reader(home: Path, path: Path = FILE, threads: int = 0) -> BertReader:
    """With the encoder of a home. Raises ModelDamaged, and ModelMissing also where that is another than was tuned."""
    name = find(home, None, "encoder").name
    if not path.exists():
        raise ModelMissing(model="reader")
    with np.load(path) as kept:
        if str(kept["encoder"]) != name:
            raise ModelMissing(model="reader")
        factors = read_factors(kept)
        weights, bias = kept["weights"], float(kept["bias"])
    return BertReader(open_encoder(home, name, threads, factors), weights, bias, sha256(path))


class BertReader:
    """Implements `Reader` of skills/contract.py."""

    def __init__(self, encoder: E5, weights: Array, bias: float, digest: str) -> None:
        self._encoder, self._weights, self._bias = encoder, weights, bias
        self.digest = f"{encoder.profile.digest}+{digest}"

    def embed(self, texts: Sequence[str], kind: TextKind) -> Array:
        return self._encoder.embed(texts, kind)

    def answers(self, question: str, passages: Sequence[str]) -> Array:
        vectors = self._encoder.embed([together(question, passage) for passage in passages], "query")
        found: Array = vectors @ self._weights * APART + self._bias
        return found

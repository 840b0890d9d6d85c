"""What a GGUF file says of itself, from its first megabytes: architecture, context, parameters, size of its state.

Layout: github.com/ggml-org/ggml/blob/master/docs/gguf.md. The `gguf` package needs 7 to 16 s for the same (it makes an
array of each of 300,000 words), and transformers' reader loads torch.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

KINDS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
LONGEST = 4096
"""Entries of an array of numbers that are read; of a longer one, and of one of words, only the length is kept."""


@dataclass(frozen=True)
class GgufHeader:
    """`fields`: what the file says, by its own keys; of a long array only its length. `parameters`: how many numbers
    its matrices hold."""

    fields: dict[str, Any]
    parameters: int

    @property
    def architecture(self) -> str:
        """As llama.cpp calls it: `qwen2`, `llama`, ..."""
        return str(self.fields["general.architecture"])

    @property
    def context(self) -> int:
        """Tokens that the model was made to read."""
        return int(self._own("context_length", 0))

    @property
    def talks(self) -> bool:
        """Whether it has a template for conversations."""
        return bool(self.fields.get("tokenizer.chat_template"))

    @property
    def head_size(self) -> int:
        """Numbers in a key of one head."""
        return int(
            self._own("attention.key_length", self._own("embedding_length", 0) // self._own("attention.head_count", 1))
        )

    @property
    def state_values(self) -> int:
        """Numbers that are kept of each token of a text: a key and a value for each group of heads in each layer."""
        groups = self._own("attention.head_count_kv", self._own("attention.head_count", 1))
        layers = int(self._own("block_count", 0))
        total = sum(groups) if isinstance(groups, list) else layers * int(groups)
        return total * (self.head_size + int(self._own("attention.value_length", self.head_size)))

    def _own(self, key: str, default: Any) -> Any:
        return self.fields.get(f"{self.architecture}.{key}", default)


def read_header(path: Path) -> GgufHeader:
    """Raises ValueError for a file that is no GGUF of version 2 or 3, or that ends too early."""
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ValueError("no GGUF file")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            try:
                return _header(_Reader(data, 4))
            except (struct.error, UnicodeDecodeError, KeyError) as error:
                raise ValueError("damaged GGUF file") from error


def _header(read: _Reader) -> GgufHeader:
    version, tensors, count = read.numbers("IQQ")
    if version not in (2, 3):
        raise ValueError(f"GGUF version {version}")
    fields = {}
    for _ in range(count):
        key = read.text()
        fields[key] = read.value(read.number("I"))
    parameters = 0
    for _ in range(tensors):
        read.text()
        parameters += prod(read.numbers(f"{read.number('I')}Q"))
        read.numbers("IQ")  # how it is stored and where
    if "general.architecture" not in fields:
        raise ValueError("no architecture")
    return GgufHeader(fields, parameters)


class _Reader:
    """Little-endian numbers and texts, one after the other."""

    def __init__(self, data: mmap.mmap, at: int) -> None:
        self._data, self._at = data, at

    def numbers(self, format: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{format}", self._data, self._at)
        self._at += struct.calcsize(f"<{format}")
        return found

    def number(self, kind: str) -> Any:
        return self.numbers(kind)[0]

    def text(self) -> str:
        length = self.number("Q")
        self._at += length
        return self._data[self._at - length : self._at].decode("utf-8")

    def value(self, kind: int) -> Any:
        if kind == STRING:
            return self.text()
        if kind != ARRAY:
            return self.number(KINDS[kind])
        inner, count = self.numbers("IQ")
        if inner != STRING and count <= LONGEST:
            return list(self.numbers(f"{count}{KINDS[inner]}"))
        if inner != STRING:
            self._at += count * struct.calcsize(KINDS[inner])
            return count
        for _ in range(count):
            (length,) = struct.unpack_from("<Q", self._data, self._at)
            self._at += 8 + length
        return count

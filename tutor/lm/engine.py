"""What every engine does the same way, over three things only it can do: write ids, weigh ids, expect the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from skills.contract import Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING

from skills.blocks import Token
from skills.contract import ChatMessage, NextToken, Profile, Score
from skills.errors import ContextFull
from tutor.lm.text import Texts

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Engine(ABC):
    """Implements `Chat` and `Probe` of skills/contract.py. `dense` is the model's folder of safetensors."""

    constrains = False

    def __init__(self, profile: Profile, texts: Texts, dense: Path) -> None:
        self.profile = profile
        self.texts = texts
        self._embeddings = Embeddings(dense)
        self.ended = False
        """Whether the last text came to an end of its own, and not just to the number of tokens it might have."""

    @abstractmethod
    def write(self, ids: list[int], options: Options) -> Iterator[int]:
        """Ids that follow `ids`, one by one, at most `options.max_tokens`, a stop token (if it comes) last."""

    @abstractmethod
    def weigh(self, sequences: list[list[int]]) -> list[NDArray[np.float32]]:
        """For each sequence of n ids, the n - 1 log-probabilities of each id after those before it."""

    @abstractmethod
    def expect(self, ids: list[int]) -> NDArray[np.float32]:
        """Logits of the next id, shape (vocabulary,)."""

    def stream(self, messages: Sequence[ChatMessage], options: Options) -> Iterator[str]:
        return self.proceed(self.texts.chat(messages), options)

    def generate(self, prompt: str, options: Options) -> Iterator[str]:
        return self.proceed(self.texts.prompt(prompt), options)

    def generate_batch(self, prompts: Sequence[str], options: Options) -> list[str]:
        """The whole continuation of each prompt."""
        return ["".join(self.generate(prompt, options)) for prompt in prompts]

    def count_tokens(self, text: str) -> int:
        return self.texts.count(text)

    def tokenize(self, text: str) -> list[Token]:
        return self.texts.tokens(text)

    def next_token(self, text: str, k: int) -> list[NextToken]:
        ids = self._fitting(self.texts.prompt(text), 1)
        logits = self.expect(ids).astype(np.float64)
        probabilities = np.exp(logits - logits.max())
        probabilities /= probabilities.sum()
        best = np.argsort(-probabilities, kind="stable")[:k]
        return [NextToken(id=int(i), text=self.texts.piece(int(i)), probability=float(probabilities[i])) for i in best]

    def score(self, prompt: str, continuations: Sequence[str]) -> list[Score]:
        pairs = [self.texts.pair(prompt, continuation) for continuation in continuations]
        weighed = self.weigh([self._fitting(ids, 0) for ids, _ in pairs]) if pairs else []
        return [
            Score(logprob=float(logprobs[known - 1 :].sum()), tokens=len(ids) - known)
            for logprobs, (ids, known) in zip(weighed, pairs, strict=True)
        ]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._embeddings.means(self.texts.batch(texts))

    def proceed(self, ids: list[int], options: Options) -> Iterator[str]:
        """What follows `ids`: checked at once, written as it is asked for. Raises ContextFull, ValueError for a
        schema."""
        if options.json_schema is not None:
            raise ValueError("this engine does not constrain what it writes")
        ids = self._fitting(ids, options.max_tokens)
        return self.texts.write(self._watched(self.write(ids, options)), ids)

    def _watched(self, ids: Iterator[int]) -> Iterator[int]:
        self.ended = False
        for id in ids:
            self.ended = id in self.texts.ends
            yield id

    def _fitting(self, ids: list[int], more: int) -> list[int]:
        if len(ids) + more > self.profile.context:
            raise ContextFull(tokens=len(ids) + more, limit=self.profile.context)
        return ids


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


class Sampler:
    """Draws tokens as `options` say: repetition penalty, temperature, top-k, top-p, in this order."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._random = np.random.default_rng(options.seed)

    def __call__(self, logits: NDArray[np.float32], written: Sequence[int]) -> int:
        """The next id, given `logits` of shape (vocabulary,) and the ids written so far."""
        logits = penalised(logits, written, self._options.repetition_penalty)
        if self._options.temperature == 0:
            return int(logits.argmax())
        kept, probabilities = choices(logits, self._options)
        return int(kept[min(int(np.searchsorted(probabilities.cumsum(), self._random.random())), len(kept) - 1)])


def penalised(logits: NDArray[np.float32], written: Sequence[int], penalty: float) -> NDArray[np.float32]:
    """Make what was written less likely (Keskar et al. 2019, CTRL, section 4.1)."""
    if penalty == 1 or not written:
        return logits
    logits = logits.copy()
    ids = np.unique(np.asarray(written))
    logits[ids] = np.where(logits[ids] > 0, logits[ids] / penalty, logits[ids] * penalty)
    return logits


def choices(logits: NDArray[np.float32], options: Options) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The ids that may be drawn, most probable first, and their probabilities, which add up to one."""
    order = np.argsort(-logits, kind="stable")[: options.top_k or None]
    scaled = logits[order].astype(np.float64) / options.temperature
    probabilities = np.exp(scaled - scaled.max())
    probabilities /= probabilities.sum()
    if options.top_p < 1:
        keep = int(np.searchsorted(probabilities.cumsum(), options.top_p)) + 1
        order, probabilities = order[:keep], probabilities[:keep] / probabilities[:keep].sum()
    return order, probabilities

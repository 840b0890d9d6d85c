"""What every engine does the same way, over three things only it can do: go on, weigh ids, name the likeliest next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from skills.blocks import Token
from skills.contract import ChatMessage, NextToken, Options, Profile, Score
from skills.errors import ContextFull
from tutor.lm.text import Texts

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Engine(ABC):
    """Implements `Chat`, `Voice` and `Probe` of skills/contract.py.

    `room`: how many tokens a text may have here with its prompt; the profile says how many the model was made for.
    """

    constrains = False

    def __init__(self, profile: Profile, texts: Texts, room: int | None = None) -> None:
        self.profile = profile
        self.texts = texts
        self.room = profile.context if room is None else min(profile.context, room)
        self.ended = False
        """Whether the last text came to an end of its own, and not just to the number of tokens it might have."""

    @abstractmethod
    def _write(self, ids: list[int], options: Options) -> Iterator[str]:
        """What follows `ids`, in whole characters, at most `options.max_tokens` of it; sets `ended`."""

    @abstractmethod
    def weigh(self, ids: list[int], known: int = 1) -> NDArray[np.float32]:
        """The log-probability of each id but the first `known`, after those before it: shape (len(ids) - known,)."""

    @abstractmethod
    def likeliest(self, ids: list[int], k: int) -> list[tuple[int, float]]:
        """The `k` most probable next ids with their probabilities, most probable first."""

    def stream(self, messages: Sequence[ChatMessage], options: Options) -> Iterator[str]:
        return self.proceed(self.texts.chat(messages), options)

    def generate(self, prompt: str, options: Options) -> Iterator[str]:
        return self.proceed(self.texts.prompt(prompt), options)

    def proceed(self, ids: list[int], options: Options) -> Iterator[str]:
        """What follows `ids`: checked at once, written as it is asked for. Raises ContextFull."""
        if options.json_schema is not None and not self.constrains:
            raise ValueError("this engine keeps to no schema")
        return self._write(self._fitting(ids, options.max_tokens), options)

    def count_tokens(self, text: str) -> int:
        return self.texts.count(text)

    def tokenize(self, text: str) -> list[Token]:
        return self.texts.tokens(text)

    def next_token(self, text: str, k: int) -> list[NextToken]:
        found = self.likeliest(self._fitting(self.texts.prompt(text), 1), k)
        return [NextToken(id=id, text=self.texts.piece(id), probability=share) for id, share in found]

    def score(self, prompt: str, continuations: Sequence[str]) -> list[Score]:
        pairs = [self.texts.pair(prompt, continuation) for continuation in continuations]
        return [
            Score(logprob=float(self.weigh(self._fitting(ids, 0), known).sum()), tokens=len(ids) - known)
            for ids, known in pairs
        ]

    def _fitting(self, ids: list[int], more: int) -> list[int]:
        if len(ids) + more > self.room:
            raise ContextFull(tokens=len(ids) + more, limit=self.room)
        return ids


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

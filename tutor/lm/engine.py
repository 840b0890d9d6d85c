"""What every engine does the same way, over three things only it can do: write ids, weigh ids, expect the next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from skills.blocks import Token
from skills.contract import ChatMessage, NextToken, Options, Profile, Score
from skills.errors import ContextFull
from tutor.lm.embeddings import Embeddings
from tutor.lm.text import Texts

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Engine(ABC):
    """Implements `Chat` and `Probe` of skills/contract.py. `dense` is the model's folder of safetensors."""

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
        """What follows `ids`: checked at once, written as it is asked for. Raises ContextFull."""
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

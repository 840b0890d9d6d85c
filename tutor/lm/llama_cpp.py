"""The engine that talks: llama.cpp, over a GGUF file as it is; neither torch nor a conversion is needed."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from skills.contract import ChatMessage, Options, Profile
from skills.errors import ContextFull
from tutor.lm.llama_server import Chunk, LlamaServer
from tutor.lm.text import Texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

ANY_SEED = 0xFFFFFFFF
"""llama.cpp's word for: draw one."""
CERTAIN = 1e6
"""Added to a logit it makes that token come; the log-probability that is told is the one before."""


class LlamaCpp:
    """Implements `Voice` of skills/contract.py: what one of the models of a server says.

    `adapter`: which of the server's adapters is on the weights, None for the base. Ids go in, so that nothing a learner
    wrote is taken for a control token (tutor/lm/text.py); text comes out, in whole characters, up to a stop token.
    """

    constrains = True

    def __init__(self, server: LlamaServer, texts: Texts, profile: Profile, adapter: int | None = None) -> None:
        self.profile = profile.model_copy(update={"context": min(profile.context, server.context)})
        self.texts = texts
        self.ended = False
        """Whether the last text came to an end of its own, and not just to the number of tokens it might have."""
        self._server = server
        self._scales = [{"id": i, "scale": float(i == adapter)} for i in range(len(server.adapters))]

    def stream(self, messages: Sequence[ChatMessage], options: Options) -> Iterator[str]:
        return self.proceed(self.texts.chat(messages), options)

    def generate(self, prompt: str, options: Options) -> Iterator[str]:
        return self.proceed(self.texts.prompt(prompt), options)

    def count_tokens(self, text: str) -> int:
        return self.texts.count(text)

    def proceed(self, ids: list[int], options: Options) -> Iterator[str]:
        """What follows `ids`: checked at once, written as it is asked for. Raises ContextFull.

        While a long prompt is read, empty pieces come: whoever does not want the answer any more can close it there.
        """
        if len(ids) + options.max_tokens > self.profile.context:
            raise ContextFull(tokens=len(ids) + options.max_tokens, limit=self.profile.context)
        if options.repetition_penalty != 1 and options.json_schema is None:
            return self.texts.write(self._penalised(ids, options), ids)
        return self._written(ids, options)

    def weigh(self, ids: list[int]) -> NDArray[np.float32]:
        """The log-probability of each id after those before it, shape (len(ids) - 1,); as slow as writing them.

        Of an id that is only a part of a character llama.cpp does not tell: nan.
        """
        greedy = {**self._asked(ids, Options(max_tokens=1)), "logprobs": 1}
        found = []
        for known in range(1, len(ids)):
            told = self._last(greedy | {"prompt": ids[:known], "logit_bias": [[ids[known], CERTAIN]]})
            logprobs = told["choices"][0]["logprobs"]
            found.append(logprobs["content"][0]["logprob"] if logprobs else np.nan)
        return np.array(found, dtype=np.float32)

    def _written(self, ids: list[int], options: Options) -> Generator[str]:
        self.ended = False
        for chunk in self._chunks(self._asked(ids, options)):
            choice = chunk["choices"][0]
            self.ended = choice["finish_reason"] == "stop"
            yield choice["text"]

    def _penalised(self, ids: list[int], options: Options) -> Generator[int]:
        """Token by token: llama.cpp's penalty falls on the last n tokens, and here n grows with what was written, so
        that the words of the prompt cost nothing."""
        self.ended = False
        written: list[int] = []
        while len(written) < options.max_tokens:
            seed = None if options.seed is None else options.seed + len(written)
            asked = self._asked(ids + written, options.model_copy(update={"max_tokens": 1, "seed": seed}))
            penalty = {"repeat_penalty": options.repetition_penalty, "repeat_last_n": len(written)}
            told = self._last(asked | penalty | {"return_tokens": True, "verbose": True})
            written.append(told["__verbose"]["tokens"][0])
            self.ended = written[-1] in self.texts.ends
            yield written[-1]
            if self.ended:
                return

    def _asked(self, ids: list[int], options: Options) -> dict[str, Any]:
        asked = {
            "prompt": ids,
            "n_predict": options.max_tokens,
            "samplers": ["penalties", "top_k", "temperature", "top_p"],  # in the order of tutor/lm/engine.py
            "temperature": options.temperature,
            "top_k": options.top_k if options.temperature else 1,
            "top_p": options.top_p,
            "seed": ANY_SEED if options.seed is None else options.seed % ANY_SEED,
            "lora": self._scales,
        }
        return asked if options.json_schema is None else asked | {"json_schema": options.json_schema}

    def _chunks(self, asked: dict[str, Any]) -> Generator[Chunk]:
        """Raises ContextFull where the server counts otherwise than we do, RuntimeError for all else it refuses."""
        for chunk in self._server.ask(asked):
            yield self._checked(chunk)

    def _checked(self, chunk: Chunk) -> Chunk:
        if error := chunk.get("error"):
            if error.get("type") == "exceed_context_size_error":
                raise ContextFull(tokens=error["n_prompt_tokens"], limit=error["n_ctx"])
            raise RuntimeError(error["message"])
        return chunk

    def _last(self, asked: dict[str, Any]) -> Chunk:
        """An answer of one token, with that token."""
        return self._checked(self._server.answer(asked))

"""The engine of computers without a graphics card: llama.cpp, over a GGUF file as it is; torch is never imported."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from skills.contract import Options, Profile
from skills.errors import ContextFull
from tutor.lm.engine import Engine
from tutor.lm.llama_server import Chunk, LlamaServer
from tutor.lm.text import Texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

ANY_SEED = 0xFFFFFFFF
"""llama.cpp's word for: draw one."""
CERTAIN = 1e6
"""Added to a logit it makes that token come; the log-probability that is told is the one before."""
EVERYTHING = 1_000_000
"""More than any vocabulary has."""
ONE = Options(max_tokens=1)


class LlamaCpp(Engine):
    """One of the models of a server: the weights as they are, or with the adapter of the file `adapter` laid over them.

    Ids go in, so that nothing a learner wrote is taken for a control token (tutor/lm/text.py); text comes out. While a
    prompt is read empty pieces come, one a batch: whoever does not want the answer any more can close it there.
    """

    constrains = True

    def __init__(self, server: LlamaServer, texts: Texts, profile: Profile, adapter: Path | None = None) -> None:
        super().__init__(profile, texts, server.context)
        self._server = server
        self._adapter = adapter

    def _write(self, ids: list[int], options: Options) -> Iterator[str]:
        if options.repetition_penalty != 1 and options.json_schema is None:
            return self.texts.write(self._penalised(ids, options), ids)
        return self._streamed(ids, options)

    def _streamed(self, ids: list[int], options: Options) -> Generator[str]:
        self.ended = False
        for chunk in self._chunks(_asked(ids, options)):
            choice = chunk["choices"][0]
            self.ended = choice["finish_reason"] == "stop"
            yield choice["text"]

    def _penalised(self, ids: list[int], options: Options) -> Generator[int]:
        """Token by token: llama.cpp's penalty falls on the last n tokens, and here n grows with what was written, so
        that the words of the prompt cost nothing."""
        self.ended = False
        written: list[int] = []
        while len(written) < options.max_tokens and not self.ended:
            seed = None if options.seed is None else options.seed + len(written)
            asked = _asked(ids + written, options.model_copy(update={"max_tokens": 1, "seed": seed}))
            penalty = {"repeat_penalty": options.repetition_penalty, "repeat_last_n": len(written)}
            told = self._answer(asked | penalty | {"return_tokens": True, "verbose": True})
            written.append(told["__verbose"]["tokens"][0])
            self.ended = written[-1] in self.texts.ends
            yield written[-1]

    def weigh(self, ids: list[int], known: int = 1) -> NDArray[np.float32]:
        """As slow as writing them: each is made to come, and asked what it would have been worth."""
        return np.array([self._worth(ids[:i], ids[i]) for i in range(known, len(ids))], dtype=np.float32)

    def likeliest(self, ids: list[int], k: int) -> list[tuple[int, float]]:
        told = self._forced(ids, self.texts.anchor, k)
        assert told
        return [(each["id"], math.exp(each["logprob"])) for each in told["top_logprobs"]]

    def _worth(self, ids: list[int], id: int) -> float:
        told = self._forced(ids, id, 1)
        if told is not None:
            return float(told["logprob"])
        everything = self._forced(ids, self.texts.anchor, EVERYTHING)
        assert everything
        return next(float(each["logprob"]) for each in everything["top_logprobs"] if each["id"] == id)

    def _forced(self, ids: list[int], id: int, k: int) -> dict[str, Any] | None:
        """What is told of `id` when it is made to come after `ids`: its log-probability before it was, and the `k`
        likeliest. None of a token that is but a part of a character: llama.cpp waits for the rest."""
        asked = _asked(ids, ONE) | {"logit_bias": [[id, CERTAIN]], "logprobs": k}
        told = self._answer(asked)["choices"][0]["logprobs"]
        return told["content"][0] if told else None

    def _answer(self, asked: dict[str, Any]) -> Chunk:
        return _checked(self._server.answer(asked, self._adapter))

    def _chunks(self, asked: dict[str, Any]) -> Generator[Chunk]:
        for chunk in self._server.ask(asked, self._adapter):
            yield _checked(chunk)


def _checked(chunk: Chunk) -> Chunk:
    """Raises ContextFull where the server counts otherwise than we do, RuntimeError for all else it refuses."""
    if error := chunk.get("error"):
        if error.get("type") == "exceed_context_size_error":
            raise ContextFull(tokens=error["n_prompt_tokens"], limit=error["n_ctx"])
        raise RuntimeError(error["message"])
    return chunk


def _asked(ids: list[int], options: Options) -> dict[str, Any]:
    """The request; what is drawn from is narrowed in the order of `tutor.lm.engine.Sampler`."""
    asked = {
        "prompt": ids,
        "n_predict": options.max_tokens,
        "samplers": ["penalties", "top_k", "temperature", "top_p"],
        "temperature": options.temperature,
        "top_k": options.top_k if options.temperature else 1,
        "top_p": options.top_p,
        "seed": ANY_SEED if options.seed is None else options.seed % ANY_SEED,
    }
    return asked if options.json_schema is None else asked | {"json_schema": options.json_schema}

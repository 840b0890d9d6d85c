"""The engine for a computer without a graphics card: CTranslate2, 8-bit weights; torch is never imported."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from skills.contract import Options, Profile
from tutor.lm.engine import Engine, Sampler
from tutor.lm.text import Texts

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Ct2(Engine):
    """A model converted by convert.py. `threads` 0 takes one for each physical core."""

    def __init__(self, folder: Path, dense: Path, profile: Profile, threads: int = 0, kind: str = "int8") -> None:
        import ctranslate2

        from tutor.lm.hardware import physical_cores

        super().__init__(profile, Texts(folder), dense)
        # Its threads end before the interpreter does: one that lets a callback go after that ends the process.
        self._held = [ctranslate2.Generator(str(folder), compute_type=kind, intra_threads=threads or physical_cores())]
        weakref.finalize(self, self._held.clear)

    @property
    def _model(self) -> Any:
        return self._held[0]

    def write(self, ids: list[int], options: Options) -> Iterator[int]:
        if options.temperature > 0:
            yield from self._sample(ids, options)
            return
        steps = self._model.generate_tokens(
            self.texts.names(ids),
            max_length=options.max_tokens,
            sampling_topk=1,
            repetition_penalty=options.repetition_penalty,
            end_token=sorted(self.texts.ends),
        )
        try:
            for step in steps:
                yield step.token_id
        finally:
            steps.close()

    def _sample(self, ids: list[int], options: Options) -> Iterator[int]:
        """Draw with our own dice: CTranslate2 seeds its own once for each thread, so a seed would repeat nothing.

        It runs greedily and we look at its logits; at the first token where our draw differs from the greedy one it
        is sent back to go on from ours. The prompt's state is kept between the runs (`static_prompt`).
        """
        draw, written, ends = Sampler(options), list[int](), self.texts.ends

        # Nothing in it may hold the engine: CTranslate2 lets a callback go in a thread of its own, and a model that is
        # let go there waits for the end of the very thread it is in, which ends the process.
        def step(result: Any) -> bool:
            written.append(draw(np.array(result.logits).reshape(-1), written))
            return written[-1] != result.token_id or written[-1] in ends

        while len(written) < options.max_tokens and not (written and written[-1] in ends):
            before = len(written)
            self._model.generate_batch(
                [self.texts.names([ids[-1], *written])],
                static_prompt=self.texts.names(ids[:-1]) or None,
                max_length=options.max_tokens - before,
                sampling_topk=1,
                include_prompt_in_result=False,
                return_logits_vocab=True,
                end_token=sorted(ends),
                callback=step,
            )
            yield from written[before:]

    def weigh(self, sequences: list[list[int]]) -> list[NDArray[np.float32]]:
        results = self._model.score_batch([self.texts.names(ids) for ids in sequences], max_input_length=0)
        return [np.asarray(result.log_probs, dtype=np.float32) for result in results]

    def expect(self, ids: list[int]) -> NDArray[np.float32]:
        result = self._model.generate_batch(
            [self.texts.names(ids)],
            max_length=1,
            sampling_topk=1,
            include_prompt_in_result=False,
            return_logits_vocab=True,
        )[0]
        return np.array(result.logits[0], dtype=np.float32).reshape(-1)

"""One token out of the logits, the same way for every engine and repeatable on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from skills.contract import Options

if TYPE_CHECKING:
    from numpy.typing import NDArray


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

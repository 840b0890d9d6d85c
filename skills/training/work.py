"""What a run is made of, counted, and what each part of it takes: where every estimate of its time comes from. Pure."""

from __future__ import annotations

from typing import NamedTuple

from skills.blocks import Frozen

SHARES = (0.0, 0.25, 0.5, 0.75)
"""Shares of the steps from which on samples are written; the last ones are written by the model that is kept."""
FORWARD = 0.5
"""What measuring a token takes of what learning from it takes: two operations a weight instead of four."""
WRITTEN, WRITTEN_AT_LEAST = 5.0, 0.02
"""What a token written in all prompts at once takes of it, as the weights are read for it alone, and the seconds that
going through the layers takes besides: 0.05 s with the 0.5B, 0.03 s with the 135M on two cores."""
SHUFFLED_TOKENS = 1500
"""Of held-out text with its words shuffled, and as much in order, at most."""


class Work(NamedTuple):
    """`steps` of the optimiser, `measured` tokens whose loss is looked at, `texts`: times that the prompts are
    continued."""

    steps: float = 0.0
    measured: float = 0.0
    texts: float = 0.0


class Rates(Frozen):
    """Seconds that each of them takes."""

    step: float
    measured: float
    texts: float

    def seconds(self, work: Work) -> float:
        return work.steps * self.step + work.measured * self.measured + work.texts * self.texts


def training_work(done: int, steps: int, every: int, heldout: int, known: int, quarter: float | None = None) -> Work:
    """From step `done` of `steps` on, measured every `every` steps on `heldout` tokens. `known`: tokens of training
    texts, measured once before the first step; `quarter`: the last of SHARES that has its samples."""
    due = [step for step in range(done + 1, steps + 1) if step % every == 0 or step == steps]
    first = done == 0 and quarter is None
    seen = {quarter_of(step / steps) for step in due if step < steps} | ({0.0} if first else set())
    texts = sum(quarter is None or each > quarter for each in seen)
    return Work(steps - done, len(due) * heldout + (heldout + known if first else 0), texts)


def finishing_work(heldout: int, known: int) -> Work:
    """After the last step: training texts by the last model and by the one that is kept, held-out ones in order and
    shuffled, a few to check what was saved; samples, and a try at reciting."""
    return Work(0, 2 * known + 2 * min(SHUFFLED_TOKENS, heldout), 2)


def quarter_of(share: float) -> float:
    return max(each for each in SHARES if each <= share)

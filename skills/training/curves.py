"""What the curves of a run mean now, as a message: pure, and light enough for the chat to call on every event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from skills.blocks import Message, msg
from skills.contract import Metric

TRAIN, HELDOUT = "train_loss", "heldout_loss"
"""Training loss and validation loss, nats a token: what training lowers. Names of metrics, as they are on disk."""
TRAIN_BITS, HELDOUT_BITS = "train_bpc", "heldout_bpc"
"""The same in bits per character: what people are shown, since it can be compared between models."""
CLEAR = 0.02
"""A change of the held-out loss below 2 % is not told from chance on a few texts."""

MUCH = 0.05
"""A fall after which a curve that lies flat has settled, and was not just slow."""


def points(metrics: Iterable[Metric], name: str) -> list[tuple[float, float]]:
    return [(metric.step, metric.value) for metric in metrics if metric.name == name]


def caption(metrics: Iterable[Metric]) -> Message:
    """Learning, slowly, settled, starting to memorise (since which step), not learning, broken, or too early to say."""
    metrics = list(metrics)
    train, heldout = points(metrics, TRAIN), points(metrics, HELDOUT)
    if any(value != value or value == float("inf") for _, value in (*train, *heldout)):
        return msg("fine_tune.caption.broke")
    if len(heldout) < 2 or not train:
        return msg("fine_tune.caption.early")
    first, last = heldout[0][1], heldout[-1][1]
    best_step, best = min(heldout, key=lambda point: point[1])
    falling = smoothed(train)[-1] < min(train[0][1], smoothed(train)[0])
    if last > first * 1.1 and not falling:
        return msg("fine_tune.caption.broke")
    if last > best * (1 + CLEAR) and falling:
        return msg("fine_tune.caption.memorising", step=int(best_step))
    if last < first * (1 - CLEAR):
        if last < heldout[-2][1] * (1 - CLEAR / 4):
            return msg("fine_tune.caption.learning")
        return msg("fine_tune.caption.settled" if last < first * (1 - MUCH) else "fine_tune.caption.slowly")
    return msg("fine_tune.caption.nothing") if len(heldout) >= 4 else msg("fine_tune.caption.early")


def smoothed(points: Iterable[tuple[float, float]], window: int = 4) -> list[float]:
    """Moving averages over up to `window` points: one step's loss says more about its texts than about the model."""
    values = [value for _, value in points]
    return [
        sum(values[max(0, i - window + 1) : i + 1]) / min(i + 1, window) for i in range(window - 1, len(values))
    ] or [sum(values) / len(values)]


KNOWN = "known_loss"
"""The loss on a fixed part of the training texts, measured before the first step."""


Ending = Literal["finished", "worse", "time", "broke", "stop", "pause"]
PATIENCE = 3
"""Evaluations in a row that are worse than the best, after which a run ends: more training only overfits."""


def ended_early(ending: Ending, step: int, steps: int, allowed: float | None) -> Message | None:
    """Why a run ended by itself at `step` of `steps`: its time (`allowed` seconds) was up, or it only got worse."""
    if ending == "time" and allowed is not None:
        return msg("fine_tune.ended.time", step=step, steps=steps, allowed=allowed)
    return msg("fine_tune.ended.worse", step=step, steps=steps, n=PATIENCE) if ending == "worse" else None

"""Two real steps before the run: what a step takes here, in time and memory, and in which precision it is faster."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skills.training import budget
from skills.training.base import Precision, open_base, with_adapter
from skills.training.loss import batch_losses
from skills.training.packing import Packed, batch

ROWS = (4, 2, 1)


@dataclass(frozen=True)
class Rehearsed:
    model: Any
    precision: Precision
    micro_rows: int
    recompute: bool
    seconds_a_token: float
    peak_bytes: int


@dataclass(frozen=True)
class Fit:
    """Settings that fit the memory there is."""

    precision: Precision
    micro_rows: int
    recompute: bool


def fits(weights: Path, length: int, rows: int, free: int) -> list[Fit]:
    """For each precision the most rows that fit in 80 % of `free` bytes, none where it cannot be. Raises DoesNotFit."""
    room = 0.8 * free
    found = []
    for precision in ("fp32", "bf16"):
        options = [(r, False) for r in ROWS if r <= rows] or [(1, False)]
        for micro, recompute in [*options, (1, True)]:
            if budget.memory_needed(weights, precision, micro, length, recompute) <= room:
                found.append(Fit(precision, micro, recompute))
                break
    if not found:
        need = budget.memory_needed(weights, "bf16", 1, length, recompute=True)
        raise budget.DoesNotFit(need=need, free=free, millions=budget.fitting_millions(free))
    return found


def rehearse(weights: Path, options: Sequence[Fit], rows: Sequence[Packed], rank: int, seed: int, pad: int) -> Rehearsed:
    """Time two steps on the longest rows in each precision and keep the faster model. Raises OutOfMemory's cause."""
    best: Rehearsed | None = None
    longest = sorted(rows, key=lambda row: -sum(map(len, row)))
    for fit in options:
        model = with_adapter(open_base(weights, fit.precision), rank, seed)
        if fit.recompute:
            keep_less(model)
        each = batch(longest[: fit.micro_rows], pad)
        times = []
        for _ in range(2):
            begin = time.perf_counter()
            batch_losses(model, each, scale=1.0)
            times.append(time.perf_counter() - begin)
        model.zero_grad(set_to_none=True)
        pace = min(times) / each.ids.numel()
        if best is None or pace < best.seconds_a_token:
            best = Rehearsed(model, fit.precision, fit.micro_rows, fit.recompute, pace, budget.peak_memory())
    assert best is not None
    return best


def keep_less(model: Any) -> None:
    """Gradient checkpointing: compute activations again on the way back instead of keeping them."""
    model.get_base_model().gradient_checkpointing_enable({"use_reentrant": False})
    model.train()



"""Two real steps before the run: what a step takes here, in time and memory, and in which precision it is faster."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from skills import memory
from skills.model.base import Precision, enable_gradient_checkpointing, open_base, with_adapter
from skills.training import budget
from skills.training.loss import batch_losses
from skills.training.packing import Packed, batch

Stage = Literal["weights", "rehearsing"]
ROWS = (4, 2, 1)
"""Rows at a time, most first: more than four gain no time on a CPU, and cost the memory the chat lives in."""


@dataclass(frozen=True)
class Rehearsed:
    model: Any
    precision: Precision
    micro_rows: int
    gradient_checkpointing: bool
    seconds_a_token: float
    peak_bytes: int


@dataclass(frozen=True)
class MemoryFit:
    """Settings that fit the memory there is."""

    precision: Precision
    micro_rows: int
    gradient_checkpointing: bool


def fits(weights: Path | budget.ModelShape, length: int, rows: int, free: int) -> list[MemoryFit]:
    """The most rows of each precision that fit in a share of `free` bytes, none where none do. Raises DoesNotFit."""
    room = budget.ROOM * free
    found = []
    for precision in ("bf16", "fp32"):
        options = [(r, False) for r in ROWS if r <= rows] or [(1, False)]
        for micro, gradient_checkpointing in [*options, (1, True)]:
            if budget.memory_needed(weights, precision, micro, length, gradient_checkpointing) <= room:
                found.append(MemoryFit(precision, micro, gradient_checkpointing))
                break
    if not found:
        need = budget.memory_needed(weights, "bf16", 1, length, gradient_checkpointing=True)
        raise budget.DoesNotFit(need=int(need / budget.ROOM), free=free, millions=budget.fitting_millions(free))
    return found


def rehearse(
    weights: Path,
    options: Sequence[MemoryFit],
    rows: Sequence[Packed],
    rank: int,
    seed: int,
    told: Callable[[Stage, Precision], None] = lambda stage, precision: None,
) -> Rehearsed:
    """Time two steps on the longest row in each precision; then one of full size in the faster, whose model is kept.

    `told` hears what begins, each of which may take a minute; what it raises ends the rehearsal."""
    longest = sorted(rows, key=lambda row: -sum(map(len, row)))
    paces: dict[MemoryFit, float] = {}
    model = opened = None
    for fit in options:
        if model is not None:  # one model at a time: the memory of the last is needed for the next
            model = None
            budget.let_go()
        told("weights", fit.precision)
        model, opened = _open(weights, fit, rank, seed), fit
        told("rehearsing", fit.precision)
        paces[fit] = _pace(model, longest[:1], most=1.3 * min(paces.values(), default=math.inf))
    fit = min(paces, key=paces.__getitem__)
    if opened != fit:
        model = None
        budget.let_go()
        told("weights", fit.precision)
        model = _open(weights, fit, rank, seed)
        told("rehearsing", fit.precision)
        _step(model, longest[:1])
    memory.give_back()
    budget.forget_peak()  # what the other precision took is no part of the run
    pace = min(paces[fit], _step(model, longest[: fit.micro_rows]))
    return Rehearsed(model, fit.precision, fit.micro_rows, fit.gradient_checkpointing, pace, budget.peak_memory())


def _open(weights: Path, fit: MemoryFit, rank: int, seed: int) -> Any:
    model = with_adapter(open_base(weights, fit.precision), rank, seed)
    if fit.gradient_checkpointing:
        enable_gradient_checkpointing(model)
    return model


def _pace(model: Any, rows: Sequence[Packed], most: float) -> float:
    """Seconds a token, the better of two steps; the second is spared when the first is already slower than `most`."""
    first = _step(model, rows)
    return first if first > most else min(first, _step(model, rows))


def _step(model: Any, rows: Sequence[Packed]) -> float:
    each = batch(rows)
    begin = time.perf_counter()
    batch_losses(model, each, scale=1.0)
    seconds = time.perf_counter() - begin
    model.zero_grad(set_to_none=True)
    return seconds / each.ids.numel()

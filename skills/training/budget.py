"""What a run may cost in time, memory and threads, and how many steps follow from it."""

from __future__ import annotations

import gc
import math
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field

from skills import memory
from skills.blocks import Frozen
from skills.errors import UserError
from skills.model.base import Precision, config, weight_count

Preset = Literal["quick", "normal", "thorough"]
SECONDS: dict[Preset, int] = {"quick": 4 * 60, "normal": 9 * 60, "thorough": 25 * 60}
SAMPLE_TOKENS: dict[Preset, int] = {"quick": 24, "normal": 32, "thorough": 40}
"""Of a sample that is written on the way."""
MOST = 1.5
"""Times the budget that the training may take before it ends by itself."""
TRAINING_SHARE = 0.75
"""Of the time budget; the rest is for measuring and for samples."""
EVALUATION_SHARE = 0.2
"""Of the time budget: of a short text the best moment passes quickly, and is kept only where it was measured."""
EVALUATIONS = (4, 9)
STEP_TOKENS = 1024
WARMUP = 0.05
"""Share of the steps in which the learning rate grows."""
HELDOUT_TOKENS = 4096
"""Enough for a steady mean; more would only cost time."""
PROCESS_BYTES = 700_000_000
"""Python, torch and the libraries, as measured before any weights."""
USUAL_RANK = 16
"""What an adapter of this rank takes is within what `memory_needed` allows a parameter for."""
ROOM = 0.6
"""Share of the free memory that a run may take: the rest is for the chat, and for what else is opened meanwhile."""
MORE_A_WEIGHT = 0.3
"""Bytes for each weight of the model beyond its own: the adapter of the usual rank with all it needs, and rests."""
LARGE_VOCABULARY = 152_000
"""Tokens of a model's vocabulary where it is not known which model: those of Qwen2."""
ADAPTER_BYTES = 16
"""Per adapter weight, all in fp32: itself, its gradient, and the two averages that AdamW keeps."""


class DoesNotFit(UserError):
    """Training needs more memory to be free than is: `need`, `free` (bytes), `millions` (of parameters that would fit).
    A run may take but a share of what is free (ROOM), so `need` is more than it would hold."""

    code = "does_not_fit"


CHECKPOINTING = AliasChoices("gradient_checkpointing", "recompute")
"""What the files of a run call it, now and in homes of an earlier version."""


class RunPlan(Frozen):
    """All that determines a run; written once, before its first step, and read again by each resume."""

    base_digest: str
    base_name: str
    dataset: str
    data_digest: str
    settings_digest: str
    precision: Precision
    micro_rows: int
    gradient_checkpointing: bool = Field(validation_alias=CHECKPOINTING)
    """Activations are computed twice instead of kept."""
    step_tokens: int
    steps: int
    evaluate_every: int
    seconds_a_step: float
    seconds_allowed: float | None
    """Training time after which the run ends by itself (the estimate was wrong); None when steps were asked for."""


def step_tokens(train_tokens: int) -> int:
    """Tokens of an optimiser step: 1024, less for little text so that an epoch has about twelve steps."""
    return min(STEP_TOKENS, max(64, train_tokens // 12))


def passes(train_tokens: int, preset: Preset = "normal") -> int:
    """How often each text is read at most when nobody says: the less text, the oftener, until over-fitting shows.

    `thorough` goes on for twice as long: the best checkpoint is kept, and a run that only gets worse ends itself.
    """
    if preset == "thorough":
        return 2 * passes(train_tokens)
    for below, often in ((10_000, 6), (50_000, 4), (500_000, 3)):
        if train_tokens < below:
            return often
    return 1


def step_count(
    train_tokens: int,
    seconds_a_step: float,
    seconds: float,
    epochs: float | None,
    most: int | None,
    tokens: int | None = None,
    often: int | None = None,
) -> int:
    """Optimiser steps: what the epochs need; where none are asked for, what fits the time.

    At least every text once: a rehearsal on a machine that happens to be busy must not decide for the whole run, and
    the run's own limit of time ends it if the machine stays so. `tokens` of a step and `often` (passes at most) where
    they are not the usual ones.
    """
    tokens = tokens or step_tokens(train_tokens)
    wanted = math.ceil((epochs or often or passes(train_tokens)) * train_tokens / tokens)
    if epochs is None:
        once = math.ceil(train_tokens / tokens)
        wanted = min(wanted, max(once, int(TRAINING_SHARE * seconds / seconds_a_step)))
    return max(2, min(wanted, most or wanted))


def evaluation_interval(steps: int, seconds_a_step: float, evaluation_seconds: float) -> int:
    """Steps between two measurements on held-out text: at most nine in a run, and a small share of its time."""
    fewest, most = EVALUATIONS
    affordable = int(EVALUATION_SHARE * steps * seconds_a_step / max(evaluation_seconds, 1e-9))
    return math.ceil(steps / min(max(affordable, fewest), most))


def learning_rate(step: int, steps: int, peak: float, warmup: float = WARMUP) -> float:
    """Linear warm-up over a share of the steps, then a cosine down to a tenth of the peak. `step` counts from 0."""
    warm = max(1, round(steps * warmup))
    if step < warm:
        return peak * (step + 1) / warm
    share = (step - warm) / max(1, steps - warm)
    return peak * (0.1 + 0.9 * (1 + math.cos(math.pi * share)) / 2)


# --- memory -----------------------------------------------------------------------------------------------------------


class ModelShape(Frozen):
    """What of a model decides what training it costs. `linear`: weights of a LoRA adapter of rank 1 on every linear
    layer but the output, that is the sum of their inputs and outputs."""

    parameters: int
    hidden: int
    inner: int
    layers: int
    vocabulary: int
    linear: int


def shape_of(weights: Path) -> ModelShape:
    """From the model's configuration and the headers of its weight files. Raises ModelMissing."""
    read = config(weights)
    hidden, inner, layers = read["hidden_size"], read["intermediate_size"], read["num_hidden_layers"]
    heads = read["num_attention_heads"]
    head = read.get("head_dim") or hidden // heads
    queries, keys = heads * head, (read.get("num_key_value_heads") or heads) * head
    linear = layers * (2 * (hidden + queries) + 2 * (hidden + keys) + 3 * (hidden + inner))
    return ModelShape(
        parameters=weight_count(weights),
        hidden=hidden,
        inner=inner,
        layers=layers,
        vocabulary=read["vocab_size"],
        linear=linear,
    )


def memory_needed(
    weights: Path | ModelShape,
    precision: Precision,
    rows: int,
    length: int,
    gradient_checkpointing: bool = False,
    rank: int = USUAL_RANK,
) -> int:
    """An estimate in bytes, from the model's shape; the rehearsal then measures."""
    shape = weights if isinstance(weights, ModelShape) else shape_of(weights)
    size = 2 if precision == "bf16" else 4
    # what the fused layers keep of each layer for the way back, and what lives meanwhile (benchmarks/README.md)
    layer = (9 * shape.hidden + 3 * shape.inner) * size * rows * length
    kept = (
        layer + shape.layers * shape.hidden * size * rows * length if gradient_checkpointing else shape.layers * layer
    )
    logits = 256 * shape.vocabulary * (2 * size + 8)
    adapter = ADAPTER_BYTES * (rank - USUAL_RANK) * shape.linear
    return int(PROCESS_BYTES + shape.parameters * (size + MORE_A_WEIGHT) + kept + logits + adapter)


def fitting_millions(free: int) -> int:
    """Millions of parameters of a model that this much memory can train at the least settings: what `memory_needed`
    counts for them, with the probabilities of a large vocabulary; what else is computed on the way is little."""
    empty = ModelShape(parameters=0, hidden=0, inner=0, layers=0, vocabulary=LARGE_VOCABULARY, linear=0)
    return max(0, int((ROOM * free - memory_needed(empty, "bf16", 1, 64)) / (2 + MORE_A_WEIGHT) / 1e6))


def peak_memory() -> int:
    """The most memory this process has held so far, in bytes."""
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def forget_peak() -> None:
    """From now on `peak_memory` counts anew, where the system can do that (Linux: man 5 proc, clear_refs)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def let_go() -> None:
    """After a model's last name is gone: it holds itself in cycles until they are looked for."""
    gc.collect()
    memory.give_back()


def set_threads() -> int:
    """Leave a core to the chat where there are four or more. Returns the number of threads used for computing.

    Called before torch is imported, it also lets a thread that waits for another sleep rather than spin: spinning
    takes the core from the other programs, and on a busy machine from the very thread that is waited for. And on Linux
    large tensors are given large pages: mapping small ones anew at every step took a seventh of its time.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    import torch

    threads = computing_cores()
    torch.set_num_threads(threads)
    return threads


def computing_cores() -> int:
    """Cores that training takes: all but one where there are four or more."""
    import psutil

    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return cores - 1 if cores >= 4 else cores


# --- disk -------------------------------------------------------------------------------------------------------------

DISK_BYTES_A_WEIGHT = 45
"""Per adapter weight: three checkpoints of 12 bytes (one being written), two best adapters, the final one."""


def disk_needed(shape: ModelShape, rank: int) -> int:
    """Bytes that a run writes at most at a time."""
    return DISK_BYTES_A_WEIGHT * rank * shape.linear

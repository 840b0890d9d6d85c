"""What a run will take, from its settings, the text and what was measured on this machine: pure, the one place.

The server asks it each time a knob is moved, so nothing heavy is imported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, TypeAdapter, ValidationError

from skills import memory
from skills.blocks import Frozen
from skills.model.base import Precision
from skills.training import budget
from skills.training.budget import CHECKPOINTING, ModelShape, RunPlan
from skills.training.hyperparameters import Hyperparameters, resolved
from skills.training.rehearsal import MemoryFit, fits
from skills.training.work import FORWARD, WRITTEN, WRITTEN_AT_LEAST, Rates, finishing_work, training_work
from skills.workspace import Workspace, write_atomic

GUESS = 5e-11
"""Seconds a token takes for each parameter, on one core: 270 tokens a second of 135 million parameters and 82 of 494
million on two cores in fp32 (benchmarks/README.md). A guess for any other machine."""
GUESSED_START = 30.0
"""Seconds before the first step where none were measured: reading, two rehearsals, the first measurement."""
GROWS = 1.3
"""What a whole run holds at most, of what one step does: samples, checkpoints, and the gaps that steps leave that are
not equally long. The 135M reached 1.56 GB where 1.24 was counted, the 0.5B 3.15 where 2.41 was."""
Problem = Literal["memory", "disk", "nothing"]


class Pace(Frozen):
    """What a rehearsal measured: seconds a token with an adapter of `rank`, in steps of `rows` of `length` tokens, the
    most memory the process held, and the seconds from the beginning of the run to the end of the rehearsal.

    What a run then found instead: the same, what a token that is looked at takes of what one learnt from takes
    (`forward`), and the seconds of one that is `written`, in all prompts at once."""

    seconds_a_token: float
    peak_bytes: int
    rows: int
    length: int
    gradient_checkpointing: bool = Field(validation_alias=CHECKPOINTING)
    rank: int
    start_seconds: float
    forward: float = FORWARD
    written: float | None = None
    whole: bool = False
    """What is kept is of a whole run."""


class TrainingFacts(Frozen):
    """What of the text and the model a run's costs follow from. `sizes`: tokens of an entry -> how many such entries
    are learnt from; `talks`: they have questions and answers; `template`: the model has a form for them."""

    dataset: str
    name: str
    base: str
    shape: ModelShape
    sizes: dict[int, int]
    heldout: int
    talks: bool
    template: bool


class TrainingMachine(Frozen):
    """`cores` that compute, free memory and disk in bytes, and what was measured here with this model."""

    cores: int
    free_bytes: int
    free_disk: int
    paces: dict[Precision, Pace] = {}


class Estimate(Frozen):
    """`settings` with every default filled in; `seconds` of the whole run; `rows` at a time, of `row` tokens.

    `passes`: how often each entry is read; `longer`: entries longer than an example may be. `measured`: whether time
    and memory follow from a rehearsal on this machine, or are a guess. `problem`: what keeps it from being finished.
    """

    settings: Hyperparameters
    entries: int
    longer: int
    train_tokens: int
    precision: Precision
    row: int
    rows: int
    gradient_checkpointing: bool
    steps: int
    passes: float
    seconds: float
    memory_bytes: int
    free_bytes: int
    disk_bytes: int
    measured: bool
    problem: Problem | None = None


def estimate(settings: Hyperparameters, facts: TrainingFacts, machine: TrainingMachine, drop: bool = False) -> Estimate:
    """What `settings` would take. `drop`: entries longer than an example are left out, not cut."""
    sizes, longer = _cut(facts.sizes, settings.length, drop)
    tokens = sum(size * count for size, count in sizes.items())
    chosen = resolved(settings, tokens)
    assert chosen.batch_tokens is not None
    assert chosen.rank is not None
    longest = max(sizes, default=settings.length)
    row = max(min(settings.length, chosen.batch_tokens), longest)
    # a step is made of whole rows
    step_tokens = max(1, round(chosen.batch_tokens / row)) * row
    fit, problem = _fit(facts.shape, settings.precision, row, step_tokens // row, machine)
    pace = machine.paces.get(fit.precision)
    a_step = step_tokens * _seconds_a_token(facts.shape, chosen.rank, row, fit, machine, pace)
    steps = budget.step_count(
        tokens,
        a_step,
        budget.SECONDS[settings.preset],
        settings.epochs,
        None,
        chosen.batch_tokens,
        budget.passes(tokens, settings.preset),
    )
    memory = _memory(facts.shape, chosen.rank, row, fit, pace)
    disk = budget.disk_needed(facts.shape, chosen.rank)
    if not tokens:
        problem = "nothing"
    elif problem is None and disk > machine.free_disk:
        problem = "disk"
    return Estimate(
        settings=chosen,
        entries=sum(sizes.values()),
        longer=longer,
        train_tokens=tokens,
        precision=fit.precision,
        row=row,
        rows=fit.micro_rows,
        gradient_checkpointing=fit.gradient_checkpointing,
        steps=steps,
        passes=steps * chosen.batch_tokens / max(1, tokens),
        seconds=_seconds(
            chosen, steps, a_step / step_tokens, step_tokens, facts, tokens / max(1, sum(sizes.values())), pace
        ),
        memory_bytes=memory,
        free_bytes=machine.free_bytes,
        disk_bytes=disk,
        measured=pace is not None,
        problem=problem,
    )


def _seconds(
    chosen: Hyperparameters,
    steps: int,
    a_token: float,
    step_tokens: int,
    facts: TrainingFacts,
    entry: float,
    pace: Pace | None,
) -> float:
    """Of the whole run. `a_token`: seconds a token of a step; `entry`: tokens of an entry."""
    heldout = int(min(budget.HELDOUT_TOKENS, facts.heldout * entry))
    rates = rates_of(a_token, step_tokens, budget.SAMPLE_TOKENS[chosen.preset], pace)
    every = budget.evaluation_interval(steps, rates.step, heldout * rates.measured)
    training = rates.seconds(training_work(0, steps, every, heldout, heldout))
    if chosen.epochs is None:
        training = min(training, budget.MOST * budget.SECONDS[chosen.preset])
    start = pace.start_seconds if pace else GUESSED_START
    return start + training + rates.seconds(finishing_work(heldout, heldout))


def rates_of(a_token: float, step_tokens: int, sample_tokens: int, pace: Pace | None) -> Rates:
    """What the parts of a run take, from what a token of a step takes."""
    written = pace.written if pace and pace.written else WRITTEN_AT_LEAST + WRITTEN * a_token
    forward = pace.forward if pace else FORWARD
    return Rates(step=a_token * step_tokens, measured=a_token * forward, texts=written * sample_tokens)


def _cut(sizes: Mapping[int, int], length: int, drop: bool) -> tuple[dict[int, int], int]:
    """The sizes when none may be over `length`, and how many were: whole parts of `length` tokens, and the rest."""
    found: Counter[int] = Counter()
    longer = 0
    for size, count in sizes.items():
        if size <= length:
            found[size] += count
            continue
        longer += count
        if not drop:
            found[length] += count * (size // length)
            if rest := size % length:
                found[rest] += count
    return dict(found), longer


def _fit(
    shape: ModelShape, precision: Precision | None, row: int, rows: int, machine: TrainingMachine
) -> tuple[MemoryFit, Problem | None]:
    """In which precision and how many rows at a time: what was measured to be faster; else what fits, the more
    careful of two guesses."""
    try:
        options = fits(shape, row, rows, machine.free_bytes)
    except budget.DoesNotFit:
        return MemoryFit(precision or "bf16", 1, True), "memory"
    wanted = [fit for fit in options if fit.precision == precision] or options
    known = [fit for fit in wanted if fit.precision in machine.paces]
    return (known or wanted[::-1])[0], None


def _seconds_a_token(
    shape: ModelShape, rank: int, row: int, fit: MemoryFit, machine: TrainingMachine, pace: Pace | None
) -> float:
    """As measured, changed by how much more or less there is to compute."""
    if pace is None:
        usual = _work(shape, budget.USUAL_RANK, 256, False)
        return GUESS * shape.parameters / machine.cores * _work(shape, rank, row, fit.gradient_checkpointing) / usual
    measured = _work(shape, pace.rank, pace.length, pace.gradient_checkpointing)
    return pace.seconds_a_token * _work(shape, rank, row, fit.gradient_checkpointing) / measured


def _work(shape: ModelShape, rank: int, row: int, gradient_checkpointing: bool) -> float:
    """Operations a token: two a weight and direction, and the frozen weights need no gradient of their own (4), an
    adapter's do (6); attention, four times the row's length and the width a layer, and twice that on the way back.
    Computed again on the way back, the way there counts twice."""
    forward = 2 * shape.parameters + 4 * shape.layers * shape.hidden * row
    return (
        (3 if gradient_checkpointing else 2) * forward + 4 * shape.layers * shape.hidden * row + 6 * rank * shape.linear
    )


def _memory(shape: ModelShape, rank: int, row: int, fit: MemoryFit, pace: Pace | None) -> int:
    """The most that the process will hold: from the model's shape, put right by what was measured."""
    formula = budget.memory_needed(shape, fit.precision, fit.micro_rows, row, fit.gradient_checkpointing, rank)
    if pace is not None:
        then = (pace.rows, pace.length, pace.gradient_checkpointing, pace.rank)
        formula += pace.peak_bytes - budget.memory_needed(shape, fit.precision, *then)
    return formula if pace is not None and pace.whole else int(GROWS * formula)


NAME = "pace.json"
Paces = dict[str, dict[Precision, Pace]]
PACES: TypeAdapter[Paces] = TypeAdapter(Paces)


def read_paces(home: Path) -> Paces:
    """Name of a base model -> precision -> what its last rehearsal here measured."""
    try:
        return PACES.validate_json((home / NAME).read_bytes())
    except (OSError, ValidationError):
        return {}


def keep_pace(home: Path, base: str, precision: Precision, pace: Pace) -> None:
    """The newest rehearsal counts: a machine changes, and what runs beside it does too."""
    paces = read_paces(home)
    paces[base] = {**paces.get(base, {}), precision: pace}
    write_atomic(home / NAME, PACES.dump_json(paces, indent=1).decode())


def keep_rates(home: Path, plan: RunPlan, sample_tokens: int, rates: Rates | None, peak_bytes: int) -> None:
    """What a run found to be true takes the place of what its rehearsal promised."""
    pace = read_paces(home).get(plan.base_name, {}).get(plan.precision)
    if pace is None or rates is None:
        return
    a_token = rates.step / plan.step_tokens
    found = {"seconds_a_token": a_token, "forward": rates.measured / a_token, "peak_bytes": peak_bytes, "whole": True}
    found["written"] = rates.texts / sample_tokens
    keep_pace(home, plan.base_name, plan.precision, pace.model_copy(update=found))


def machine(workspace: Workspace, base: str) -> TrainingMachine:
    """This machine as it is now, for training the model `base`."""
    return TrainingMachine(
        cores=budget.computing_cores(),
        free_bytes=memory.free_memory(),
        free_disk=workspace.free_bytes(),
        paces=read_paces(workspace.home).get(base, {}),
    )

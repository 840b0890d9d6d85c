"""A run made ready: the model with its adapter, two real steps as a rehearsal, and the plan that follows from them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from skills import memory
from skills.blocks import msg
from skills.contract import Context, Noticed
from skills.model.base import Precision, base_digest, base_name, enable_gradient_checkpointing, open_base, with_adapter
from skills.training import budget, checkpoint
from skills.training.budget import RunPlan
from skills.training.clock import Clock
from skills.training.data import TrainingTexts, freeze_prompts
from skills.training.estimate import Pace, keep_pace, rates_of, read_paces
from skills.training.held import LoopSettings
from skills.training.hyperparameters import FineTuneInputs, Hyperparameters
from skills.training.loop import Training
from skills.training.packing import capacity, pack
from skills.training.refusals import room_for_run, too_large
from skills.training.rehearsal import Rehearsed, Stage, fits, rehearse

BITS: dict[Precision, int] = {"bf16": 16, "fp32": 32}
"""That each number of a model takes."""


def prepared(
    inputs: FineTuneInputs, ctx: Context, weights: Path, run_dir: Path, texts: TrainingTexts, clock: Clock
) -> Training:
    """The model with its adapter and the plan: the plan of the earlier attempt, or a new one after a rehearsal."""
    assert inputs.rank is not None
    assert inputs.learning_rate is not None
    settings = hashlib.sha256(json.dumps(inputs.model_dump(exclude={"file"}), sort_keys=True).encode()).hexdigest()
    plan = checkpoint.read_plan(run_dir, texts.digest, settings)
    if plan is None:
        room_for_run(inputs, ctx, texts.manifest.id, budget.shape_of(weights))
        plan, model = _planned(inputs, ctx, weights, texts, settings, clock)
        freeze_prompts(run_dir, texts)
        checkpoint.write_plan(run_dir, plan)
    else:
        if plan.base_digest != base_digest(weights):
            raise checkpoint.unusable(run_dir, "base")
        clock.doing("opening")
        model = with_adapter(open_base(weights, plan.precision), inputs.rank, inputs.seed)
        if plan.gradient_checkpointing:
            enable_gradient_checkpointing(model)
    sample_tokens = budget.SAMPLE_TOKENS[inputs.preset]
    loop = LoopSettings(inputs.learning_rate, texts.fitted.length, inputs.seed, sample_tokens, inputs.warmup)
    pace = read_paces(ctx.workspace.home).get(plan.base_name, {}).get(plan.precision)
    rates = rates_of(plan.seconds_a_step / plan.step_tokens, plan.step_tokens, sample_tokens, pace)
    return Training(model, texts.tokenizer, plan, loop, texts.material, ctx, run_dir, clock, rates)


def _planned(
    inputs: FineTuneInputs, ctx: Context, weights: Path, texts: TrainingTexts, settings: str, clock: Clock
) -> tuple[RunPlan, Any]:
    """Rehearse, and choose from it how many steps fit the time."""
    assert inputs.batch_tokens is not None
    tokens = inputs.batch_tokens
    rehearsed = rehearsed_for(inputs, ctx, weights, texts, clock)
    a_step = rehearsed.seconds_a_token * tokens
    allowed = budget.SECONDS[inputs.preset]
    often = budget.passes(texts.train_tokens, inputs.preset)
    steps = budget.step_count(texts.train_tokens, a_step, allowed, inputs.epochs, inputs.max_steps, tokens, often)
    held = sum(len(example) for example in texts.material.heldout)
    every = budget.evaluation_interval(steps, a_step, rehearsed.seconds_a_token * held / 2)
    free_choice = inputs.epochs is None and inputs.max_steps is None
    plan = RunPlan(
        base_digest=base_digest(weights),
        base_name=base_name(weights),
        dataset=texts.manifest.id,
        data_digest=texts.digest,
        settings_digest=settings,
        precision=rehearsed.precision,
        micro_rows=rehearsed.micro_rows,
        gradient_checkpointing=rehearsed.gradient_checkpointing,
        step_tokens=tokens,
        steps=steps,
        evaluate_every=every,
        seconds_a_step=a_step,
        seconds_allowed=budget.MOST * allowed if free_choice else None,
    )
    ctx.emit(Noticed(message=msg("fine_tune.plan", n=steps, passes=round(steps * tokens / texts.train_tokens, 1))))
    return plan, rehearsed.model


def rehearsed_for(
    settings: Hyperparameters, ctx: Context, weights: Path, texts: TrainingTexts, clock: Clock
) -> Rehearsed:
    """Two real steps with these settings (resolved); what they measured is kept for the estimates to come.

    Raises DoesNotFit with what would fit."""
    assert settings.batch_tokens is not None
    assert settings.rank is not None
    size = capacity(texts.material.train, texts.fitted.length, settings.batch_tokens)
    rows = max(1, round(settings.batch_tokens / size))
    try:
        options = fits(weights, size, rows, memory.free_memory())
    except budget.DoesNotFit as error:
        raise too_large(error, settings, ctx, texts.manifest.id, size) from error
    if settings.precision is not None:
        wanted = [fit for fit in options if fit.precision == settings.precision]
        if not wanted:
            ctx.emit(Noticed(level="warning", message=msg("fine_tune.only_16_bits")))
        options = wanted or options
    packed = pack(texts.material.train, size)

    def told(stage: Stage, precision: Precision) -> None:
        clock.heed()
        clock.doing(stage, bits=BITS[precision])

    found = rehearse(weights, options, packed, settings.rank, settings.seed, told)
    pace = Pace(
        seconds_a_token=found.seconds_a_token,
        peak_bytes=found.peak_bytes,
        rows=found.micro_rows,
        length=size,
        gradient_checkpointing=found.gradient_checkpointing,
        rank=settings.rank,
        start_seconds=clock.seconds,
    )
    keep_pace(ctx.workspace.home, base_name(weights), found.precision, pace)
    return found

"""Adapt the model to the learner's own texts (LoRA), and say honestly what came of it."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

from pydantic import Field

from skills.blocks import msg
from skills.contract import Advanced, Context, Ended, Noticed, Skill
from skills.errors import ModelMissing
from skills.metrics.copying import longest_copy
from skills.model.base import base_digest, base_name, keep_less, open_base, with_adapter
from skills.model.ngram import CharacterNgram
from skills.training import budget, checkpoint, curves
from skills.training.adapter import BaseCard, reset, save_adapter
from skills.training.budget import Plan
from skills.training.curves import KNOWN, Ending, caption
from skills.training.estimate import Pace, keep_pace
from skills.training.examples import Example, Long, examples, in_one_line, shuffled_words
from skills.training.loop import Knobs, Training
from skills.training.loss import bits_a_nat, evenly
from skills.training.packing import capacity, pack
from skills.training.proposals import check_disk, read_for, too_large
from skills.training.rehearsal import Rehearsed, fits, rehearse
from skills.training.result import FineTuneResult
from skills.training.runs import write_result
from skills.training.settings import Settings, resolved
from skills.training.texts import Texts, freeze_prompts
from skills.training.verdict import Numbers, judge
from skills.training.writing import frozen_prompts, prompt_ids, prompt_text, write
from skills.workspace import folder_bytes

__all__ = ["SKILL", "FineTuneInputs", "FineTuneResult", "caption", "run"]

SHUFFLED_TOKENS = 1500
LEAST_WORDS = 5
"""Words a text needs for their order to matter."""
SAMPLE_TOKENS = {"quick": 24, "normal": 32, "thorough": 40}


class FineTuneInputs(Settings):
    """Every setting is a default that follows from the text, until somebody moves it (skills/training/settings.py)."""

    file: str | None = Field(None, description="fine_tune.fields.file")
    long: Long = Field("split", description="fine_tune.fields.long")
    max_steps: int | None = Field(None, ge=1, description="fine_tune.fields.max_steps")


# --- a run ------------------------------------------------------------------------------------------------------------


def run(inputs: FineTuneInputs, ctx: Context) -> FineTuneResult:
    """Train, or go on where an earlier attempt in this run folder was interrupted.

    Raises Ended when the learner pauses, stops or discards; TooLittleText, DoesNotFit, DiskFull, OutOfMemory,
    RunUnusable (data or settings changed), ModelMissing.
    """
    if ctx.weights is None:
        raise ModelMissing(model="")
    assert ctx.run_dir is not None, "a job has a run folder"
    started = time.monotonic()
    budget.set_threads()
    _doing(ctx, "reading")
    texts = read_for(inputs, ctx, ctx.weights, inputs.file, inputs.long)
    inputs = resolved(inputs, texts.train_tokens)
    _advise(inputs, ctx, texts)
    training = _prepared(inputs, ctx, ctx.weights, ctx.run_dir, texts)
    _doing(ctx, "measuring")
    resumed = training.restore()
    before = training.state.seconds
    if resumed:
        ctx.emit(Noticed(message=msg("fine_tune.resumed", step=training.state.step, steps=training.plan.steps)))
    ending = training.go()
    if ending == "pause":
        raise Ended("paused")
    if ending == "discard" or (ending == "stop" and training.state.step == 0):
        checkpoint.discard(ctx.run_dir)
        raise Ended("stopped", kept=False)
    _doing(ctx, "finishing")
    result = _finish(inputs, training, texts, ctx, ending, begun=started - before)
    write_result(ctx.run_dir, result)
    if ending == "stop":
        raise Ended("stopped", result=result, kept=True)
    return result


def _advise(inputs: FineTuneInputs, ctx: Context, texts: Texts) -> None:
    """What the learner should know before it begins: the wrong tool for facts, a model that knows no conversations."""
    if inputs.goal == "facts":
        ctx.emit(Noticed(level="warning", message=msg("fine_tune.goal.facts")))
    if not texts.tokenizer.chats and any(unit.prompt is not None for unit in texts.split.train):
        ctx.emit(Noticed(message=msg("fine_tune.no_template")))


def _doing(ctx: Context, what: str) -> None:
    ctx.emit(Advanced(done=0, total=1, doing=msg(f"fine_tune.doing.{what}")))


def _prepared(inputs: FineTuneInputs, ctx: Context, weights: Path, run_dir: Path, texts: Texts) -> Training:
    """The model with its adapter and the plan: the plan of the earlier attempt, or a new one after a rehearsal."""
    assert inputs.rank is not None
    assert inputs.learning_rate is not None
    settings = hashlib.sha256(json.dumps(inputs.model_dump(exclude={"file"}), sort_keys=True).encode()).hexdigest()
    plan = checkpoint.read_plan(run_dir, texts.digest, settings)
    if plan is None:
        check_disk(inputs, ctx, texts.manifest.id, budget.shape_of(weights))
        plan, model = _planned(inputs, ctx, weights, texts, settings)
        freeze_prompts(run_dir, texts)
        checkpoint.write_plan(run_dir, plan)
    else:
        if plan.base_digest != base_digest(weights):
            raise checkpoint.unusable(run_dir, "base")
        _doing(ctx, "opening")
        model = with_adapter(open_base(weights, plan.precision), inputs.rank, inputs.seed)
        if plan.recompute:
            keep_less(model)
    sample_tokens = SAMPLE_TOKENS[inputs.preset]
    knobs = Knobs(inputs.learning_rate, texts.fitted.length, inputs.seed, sample_tokens, inputs.warmup)
    return Training(model, texts.tokenizer, plan, knobs, texts.material, ctx, run_dir)


def _planned(inputs: FineTuneInputs, ctx: Context, weights: Path, texts: Texts, settings: str) -> tuple[Plan, Any]:
    """Rehearse, and choose from it how many steps fit the time."""
    assert inputs.batch_tokens is not None
    tokens = inputs.batch_tokens
    rehearsed = rehearsed_for(inputs, ctx, weights, texts)
    a_step = rehearsed.seconds_a_token * tokens
    allowed = budget.SECONDS[inputs.preset]
    often = budget.passes(texts.train_tokens, inputs.preset)
    steps = budget.step_count(texts.train_tokens, a_step, allowed, inputs.epochs, inputs.max_steps, tokens, often)
    held = sum(len(example) for example in texts.material.heldout)
    every = budget.evaluation_interval(steps, a_step, rehearsed.seconds_a_token * held / 2)
    free_choice = inputs.epochs is None and inputs.max_steps is None
    plan = Plan(
        base_digest=base_digest(weights),
        base_name=base_name(weights),
        dataset=texts.manifest.id,
        data_digest=texts.digest,
        settings_digest=settings,
        precision=rehearsed.precision,
        micro_rows=rehearsed.micro_rows,
        recompute=rehearsed.recompute,
        step_tokens=tokens,
        steps=steps,
        evaluate_every=every,
        seconds_a_step=a_step,
        seconds_allowed=1.5 * allowed if free_choice else None,
    )
    ctx.emit(
        Noticed(
            message=msg(
                "fine_tune.plan",
                n=steps,
                seconds=steps * a_step / budget.TRAINING_SHARE,
                memory=rehearsed.peak_bytes,
                passes=steps * tokens / texts.train_tokens,
            )
        )
    )
    return plan, rehearsed.model


def rehearsed_for(settings: Settings, ctx: Context, weights: Path, texts: Texts) -> Rehearsed:
    """Two real steps with these settings (resolved); what they measured is kept for the estimates to come.

    Raises DoesNotFit with what would fit."""
    assert settings.batch_tokens is not None
    assert settings.rank is not None
    begun = time.monotonic()
    _doing(ctx, "rehearsing")
    size = capacity(texts.material.train, texts.fitted.length, settings.batch_tokens)
    rows = max(1, round(settings.batch_tokens / size))
    try:
        options = fits(weights, size, rows, budget.free_memory())
    except budget.DoesNotFit as error:
        raise too_large(error, settings, ctx, texts.manifest.id, size) from error
    if settings.precision is not None:
        wanted = [fit for fit in options if fit.precision == settings.precision]
        if not wanted:
            ctx.emit(Noticed(level="warning", message=msg("fine_tune.only_16_bits")))
        options = wanted or options
    packed = pack(texts.material.train, size)
    found = rehearse(weights, options, packed, settings.rank, settings.seed)
    pace = Pace(
        seconds_a_token=found.seconds_a_token,
        peak_bytes=found.peak_bytes,
        rows=found.micro_rows,
        length=size,
        recompute=found.recompute,
        rank=settings.rank,
        start_seconds=time.monotonic() - begun,
    )
    keep_pace(ctx.workspace.home, base_name(weights), found.precision, pace)
    return found


# --- what came of it --------------------------------------------------------------------------------------------------


def _finish(
    inputs: FineTuneInputs, training: Training, texts: Texts, ctx: Context, ending: Ending, begun: float
) -> FineTuneResult:
    """Choose the best, measure it, save it, judge it. `begun`: when the run would have begun without interruptions."""
    assert ctx.run_dir is not None
    if (
        ending in ("stop", "time")
        and curves.points(training.state.metrics, curves.HELDOUT)[-1][0] != training.state.step
    ):
        training.look()
    last = _as_it_ended(training)
    _keep_best(training)
    known = training.measure(training.material.known).loss
    shuffled, straight = _without_order(training, texts)
    training.sample(1.0)
    copy = longest_copy(_recitals(training, texts), [unit.text for unit in texts.split.train])
    card = BaseCard(digest=training.plan.base_digest, name=training.plan.base_name)
    folder = save_adapter(training.model, ctx.run_dir, card, training.material.heldout[:2], training.knobs.length)
    state = training.state
    base_loss = curves.points(state.metrics, curves.HELDOUT)[0][1]
    tuned_loss = state.best_loss if state.best_loss is not None else base_loss
    bits = bits_a_nat(training.material.heldout)
    ngram = CharacterNgram([unit.text for unit in texts.split.train])
    numbers = Numbers(
        base=base_loss,
        tuned=tuned_loss,
        train_before=curves.points(state.metrics, KNOWN)[0][1],
        train_after=known,
        order=straight / shuffled if shuffled and straight else None,
        tuned_bpc=tuned_loss * bits,
        ngram_bpc=ngram.bits_per_character([unit.text for unit in texts.heldout]),
        longest_copy=copy.words,
        heldout_documents=len(texts.heldout),
        train_last=last[0] if last else None,
        heldout_last=last[1] if last else None,
        broke=state.broke,
    )
    verdict, reasons = judge(numbers)
    return FineTuneResult(
        run=ctx.run_dir.name,
        base=training.plan.base_name,
        dataset=texts.manifest.name,
        settings=inputs.model_dump(mode="json"),
        documents=len(texts.split.train) + len(texts.split.heldout),
        heldout_documents=len(texts.heldout),
        tokens=state.tokens,
        steps=state.step,
        seconds=time.monotonic() - begun,
        precision=training.plan.precision,
        peak_bytes=budget.peak_memory(),
        base_loss=base_loss,
        tuned_loss=tuned_loss,
        base_bpc=base_loss * bits,
        tuned_bpc=numbers.tuned_bpc,
        ngram_bpc=numbers.ngram_bpc,
        train_loss=known,
        shuffled_loss=shuffled,
        best_step=state.best_step,
        longest_copy=copy.words,
        copy_example=copy.text,
        ending=ending,
        verdict=verdict,
        reasons=reasons,
        adapter=folder.relative_to(ctx.workspace.home).as_posix(),
        adapter_bytes=folder_bytes(folder),
        metrics=state.metrics,
        samples=state.samples,
        passes=state.step * training.plan.step_tokens / texts.train_tokens,
    )


def _as_it_ended(training: Training) -> tuple[float, float] | None:
    """Loss on training texts and on held-out ones by the last adapter; None where it is the one that will be kept."""
    state = training.state
    if state.broke or state.best_step == state.step:
        return None
    heldout = curves.points(state.metrics, curves.HELDOUT)[-1][1]
    return training.measure(training.material.known).loss, heldout


def _keep_best(training: Training) -> None:
    """Put the best adapter into the model; one without effect if training broke before there was any."""
    state = training.state
    if state.best_step == 0:
        reset(training.model)
    elif state.best_step != state.step or state.broke:
        training.load(checkpoint.read_adapter(checkpoint.best_folder(training.run_dir, state.best_step)))


def _without_order(training: Training, texts: Texts) -> tuple[float | None, float | None]:
    """Loss on held-out texts with their words shuffled, and in order: alike in everything else."""
    long_enough = [unit for unit in texts.heldout if len(unit.text.split()) >= LEAST_WORDS]
    if not long_enough:
        return None, None
    length, seed = training.knobs.length, training.knobs.seed
    losses = []
    for change in (lambda unit: shuffled_words(unit, seed), in_one_line):
        made: list[Example] = evenly(examples(map(change, long_enough), texts.tokenizer, length), SHUFFLED_TOKENS)
        losses.append(training.measure(made).loss)
    return losses[0], losses[1]


def _recitals(training: Training, texts: Texts) -> list[str]:
    """What the model writes from the frozen prompts, and greedily from the openings of two training texts, where it
    would recite if anywhere."""
    known = [
        prompt_ids(prompt_text(unit), unit.prompt is not None, texts.tokenizer)
        for unit in frozen_prompts(texts.split.train, 2)
    ]
    tokens = training.knobs.sample_tokens
    written = write(training.model, texts.tokenizer, known, tokens, training.knobs.seed, temperature=0.0)
    return [*(text for text, _ in written), *(sample.text for sample in training.state.samples if sample.share == 1)]


SKILL = Skill(
    name="fine_tune",
    Inputs=FineTuneInputs,
    run=run,
    where="job",
    needs=frozenset({"weights", "tokenizers"}),
    plan="plan_training",
)

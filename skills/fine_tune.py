"""Adapt the model to the learner's own texts (LoRA), and say honestly what came of it."""

from __future__ import annotations

from pathlib import Path

from skills.blocks import msg
from skills.contract import Context, Ended, Noticed, Skill
from skills.errors import ModelMissing
from skills.training import budget, checkpoint
from skills.training.clock import Clock
from skills.training.data import TrainingTexts
from skills.training.estimate import keep_rates
from skills.training.forecast import expected
from skills.training.hyperparameters import FineTuneInputs, resolved
from skills.training.outcome import finish
from skills.training.prepare import prepared
from skills.training.refusals import read_for
from skills.training.result import FineTuneResult
from skills.training.runs import read_result, write_result


def run(inputs: FineTuneInputs, ctx: Context) -> FineTuneResult:
    """Train, or go on where an earlier attempt in this run folder was interrupted.

    Raises Ended when the learner pauses or stops; TooLittleText, DoesNotFit, DiskFull, OutOfMemory,
    RunUnusable (data or settings changed), ModelMissing.
    """
    if ctx.weights is None:
        raise ModelMissing(model="")
    assert ctx.run_dir is not None, "a job has a run folder"
    if (done := read_result(ctx.run_dir)) and not checkpoint.any_left(ctx.run_dir):
        checkpoint.drop(ctx.run_dir)
        return done  # ended between its result and the event that says so
    clock = _clock(ctx, ctx.run_dir)
    budget.set_threads()
    clock.doing("reading")
    texts = read_for(inputs, ctx, ctx.weights, inputs.file, inputs.long)
    inputs = resolved(inputs, texts.train_tokens)
    _advise(inputs, ctx, texts)
    clock.expect(expected(inputs, ctx.workspace, ctx.weights, texts))
    training = prepared(inputs, ctx, ctx.weights, ctx.run_dir, texts, clock)
    clock.doing("measuring")
    if training.restore():
        ctx.emit(Noticed(message=msg("fine_tune.resumed", step=training.state.step, steps=training.plan.steps)))
    ending = training.train()
    if ending == "pause":
        raise Ended("paused")
    if ending == "time":  # a pause from here on goes on with no more than what is being done now
        training.save()
    clock.finishing()
    result = finish(inputs, training, texts, ctx, ending)
    write_result(ctx.run_dir, result)
    sample_tokens = training.settings.sample_tokens
    keep_rates(ctx.workspace.home, training.plan, sample_tokens, clock.rates(), result.peak_bytes)
    if ending == "stop":
        raise Ended("stopped", result=result, kept=True)
    checkpoint.drop(ctx.run_dir)
    return result


def _clock(ctx: Context, run_dir: Path) -> Clock:
    """As far as an earlier attempt came. What that one learnt is kept when the learner asks to stop."""
    clock = Clock(ctx)
    folder = checkpoint.newest(run_dir)
    if folder is not None:
        state = checkpoint.read_state(folder)
        clock.resume(state.share, state.spent)
        clock.hears = ("pause",) if state.step else clock.hears
    return clock


def _advise(inputs: FineTuneInputs, ctx: Context, texts: TrainingTexts) -> None:
    """What the learner should know before it begins: the wrong tool for facts, a model that knows no conversations."""
    if inputs.goal == "facts":
        ctx.emit(Noticed(level="warning", message=msg("fine_tune.goal.facts")))
    if not texts.tokenizer.chats and any(unit.prompt is not None for unit in texts.split.train):
        ctx.emit(Noticed(message=msg("fine_tune.no_template")))


SKILL = Skill(
    name="fine_tune",
    Inputs=FineTuneInputs,
    run=run,
    where="job",
    needs=frozenset({"weights", "tokenizers"}),
    plan="plan_training",
)

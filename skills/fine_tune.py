"""Adapt the model to the learner's own texts (LoRA), and say honestly what came of it."""

from __future__ import annotations

import time

from skills.blocks import msg
from skills.contract import Context, Ended, Noticed, Skill
from skills.errors import ModelMissing
from skills.training import budget, checkpoint
from skills.training.data import TrainingTexts
from skills.training.hyperparameters import FineTuneInputs, resolved
from skills.training.outcome import finish
from skills.training.prepare import doing, prepared
from skills.training.refusals import read_for
from skills.training.result import FineTuneResult
from skills.training.runs import write_result


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
    doing(ctx, "reading")
    texts = read_for(inputs, ctx, ctx.weights, inputs.file, inputs.long)
    inputs = resolved(inputs, texts.train_tokens)
    _advise(inputs, ctx, texts)
    training = prepared(inputs, ctx, ctx.weights, ctx.run_dir, texts)
    doing(ctx, "measuring")
    resumed = training.restore()
    before = training.state.seconds
    if resumed:
        ctx.emit(Noticed(message=msg("fine_tune.resumed", step=training.state.step, steps=training.plan.steps)))
    ending = training.train()
    if ending == "pause":
        raise Ended("paused")
    if ending == "discard" or (ending == "stop" and training.state.step == 0):
        checkpoint.discard(ctx.run_dir)
        raise Ended("stopped", kept=False)
    doing(ctx, "finishing")
    result = finish(inputs, training, texts, ctx, ending, begun=started - before)
    write_result(ctx.run_dir, result)
    if ending == "stop":
        raise Ended("stopped", result=result, kept=True)
    return result


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

"""Two real steps of a fine-tune and no more: what it would take on this machine is then measured, not guessed."""

from __future__ import annotations

from skills.contract import Context, Skill
from skills.errors import ModelMissing
from skills.training import budget
from skills.training.clock import Clock
from skills.training.forecast import PlanInputs, TrainingPlan, planned
from skills.training.hyperparameters import resolved
from skills.training.prepare import rehearsed_for
from skills.training.refusals import read_for


def run(inputs: PlanInputs, ctx: Context) -> TrainingPlan:
    """Rehearse with these settings, keep what was measured, and plan anew.

    Raises FileMissing, TooLittleText, NothingSupervised, DoesNotFit, ModelMissing.
    """
    if ctx.weights is None:
        raise ModelMissing(model="workbench")
    budget.set_threads()
    clock = Clock(ctx)
    clock.doing("reading")
    texts = read_for(inputs, ctx, ctx.weights, inputs.file)
    rehearsed_for(resolved(inputs, texts.train_tokens), ctx, ctx.weights, texts, clock)
    return planned(inputs, ctx, ctx.weights, inputs.file)


SKILL = Skill("rehearse_training", PlanInputs, run, where="job", needs=frozenset({"weights", "tokenizers"}))

"""Shows what a fine-tune would take and lets it be set, before it is begun."""

from __future__ import annotations

from skills.contract import Context, Skill
from skills.errors import ModelMissing
from skills.training.forecast import PlanInputs, TrainingPlan, planned


def run(inputs: PlanInputs, ctx: Context) -> TrainingPlan:
    """Raises FileMissing, TooLittleText, NothingSupervised, ModelMissing."""
    if ctx.weights is None:
        raise ModelMissing(model="workbench")
    return planned(inputs, ctx, ctx.weights, inputs.file)


SKILL = Skill("plan_training", PlanInputs, run, needs=frozenset({"weights"}))

"""What a fine-tune would take, before it is begun: the three ready-made ways, every knob, time and memory."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from pydantic import Field

from skills.blocks import Block, Offer, msg
from skills.contract import Context, Result
from skills.model.base import base_name
from skills.training.budget import shape_of
from skills.training.data import LONGEST, TrainingTexts
from skills.training.estimate import Estimate, TrainingFacts, TrainingMachine, estimate, machine
from skills.training.hyperparameters import FineTuneInputs, Hyperparameters
from skills.training.knobs import PRESETS, settings_block
from skills.training.refusals import read_for
from skills.workspace import Workspace


class PlanInputs(Hyperparameters):
    file: str | None = Field(None, description="fine_tune.fields.file")


class TrainingPlan(Result):
    """`estimate` for the settings that were `given`, `ways` for the presets: seconds of a whole run."""

    dataset: str
    given: Hyperparameters
    facts: TrainingFacts
    machine: TrainingMachine
    estimate: Estimate
    ways: dict[str, float]

    def blocks(self) -> tuple[Block, ...]:
        return (settings_block(self.facts, self.given, self.machine),)

    def offers(self) -> tuple[Offer, ...]:
        if self.estimate.measured:
            return ()
        inputs = self.given.model_dump(mode="json", exclude_unset=True, exclude_none=True) | {"file": self.dataset}
        return (Offer(label=msg("plan_training.offer.measure"), skill="rehearse_training", inputs=inputs),)


def planned(inputs: Hyperparameters, ctx: Context, weights: Path, file: str | None) -> TrainingPlan:
    """The plan as things are now. The entries are measured whole, so that it holds for any length."""
    texts = read_for(inputs.model_copy(update={"length": LONGEST}), ctx, weights, file)
    given = Hyperparameters.model_validate(inputs.model_dump(exclude_unset=True, exclude_none=True, exclude={"file"}))
    facts = _facts(texts, weights)
    here = machine(ctx.workspace, facts.base)
    return TrainingPlan(
        dataset=facts.dataset,
        given=given,
        facts=facts,
        machine=here,
        estimate=estimate(given, facts, here),
        ways={p: estimate(Hyperparameters(preset=p, goal=given.goal), facts, here).seconds for p in PRESETS},
    )


def expected(settings: FineTuneInputs, workspace: Workspace, weights: Path, texts: TrainingTexts) -> float | None:
    """Seconds that a run on these texts is thought to take; None where nothing was measured on this machine, or the
    steps were given."""
    if settings.max_steps is not None:
        return None
    found = estimate(settings, _facts(texts, weights), machine(workspace, base_name(weights)))
    return found.seconds if found.measured else None


def _facts(texts: TrainingTexts, weights: Path) -> TrainingFacts:
    return TrainingFacts(
        dataset=texts.manifest.id,
        name=texts.manifest.name,
        base=base_name(weights),
        shape=shape_of(weights),
        sizes=dict(Counter(len(example) for example in texts.material.train)),
        heldout=len(texts.split.heldout),
        talks=any(unit.prompt is not None or unit.turns is not None for unit in texts.split.train),
        template=texts.tokenizer.chats,
    )

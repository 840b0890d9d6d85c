"""What a training run holds: the model, its adapter and optimizer, its state; saved, restored, and told of."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skills.contract import Context, Event, Metric, Sample
from skills.model.base import enable_gradient_checkpointing
from skills.model.tokenizer import ModelTokenizer
from skills.training import checkpoint
from skills.training.budget import WARMUP, RunPlan
from skills.training.checkpoint import State
from skills.training.clock import Clock
from skills.training.energy import EnergyMeter
from skills.training.examples import Material
from skills.training.loss import bits_a_nat
from skills.training.work import Rates


@dataclass(frozen=True)
class LoopSettings:
    """The hyperparameters that the loop reads; `length`: tokens of a packed row, `warmup`: share of the steps."""

    learning_rate: float
    length: int
    seed: int
    sample_tokens: int
    warmup: float = WARMUP


class Held:
    """All that a run is made of in this process; `state` is what has happened."""

    def __init__(
        self,
        model: Any,
        tokenizer: ModelTokenizer,
        plan: RunPlan,
        settings: LoopSettings,
        material: Material,
        ctx: Context,
        run_dir: Path,
        clock: Clock,
        rates: Rates,
    ) -> None:
        import torch

        self.model, self.tokenizer, self.plan, self.settings, self.material = model, tokenizer, plan, settings, material
        self.ctx, self.run_dir, self.clock, self.rates = ctx, run_dir, clock, rates
        self.trainable = [weight for weight in model.parameters() if weight.requires_grad]
        self.optimizer = torch.optim.AdamW(self.trainable, lr=settings.learning_rate, weight_decay=0.0)
        self.bits_a_nat = bits_a_nat(material.train)
        self.state = State(micro_rows=plan.micro_rows, gradient_checkpointing=plan.gradient_checkpointing)
        self.energy = EnergyMeter()
        self._saved = time.monotonic()

    def restore(self) -> bool:
        """Go on from the newest whole checkpoint; False if there is none."""
        folder = checkpoint.newest(self.run_dir)
        if folder is None:
            return False
        self.state = checkpoint.read_state(folder)
        self.load(checkpoint.read_adapter(folder))
        self.optimizer.load_state_dict(checkpoint.read_optimizer(folder))
        if self.state.gradient_checkpointing:
            enable_gradient_checkpointing(self.model)
        return True

    def adapter(self) -> dict[str, Any]:
        """A copy of the trainable weights, by name."""
        return {name: w.detach().cpu().clone() for name, w in self.model.named_parameters() if w.requires_grad}

    def load(self, adapter: dict[str, Any]) -> None:
        missing, unexpected = self.model.load_state_dict(adapter, strict=False)
        trainable = {name for name, weight in self.model.named_parameters() if weight.requires_grad}
        if unexpected or trainable & set(missing):
            raise checkpoint.unusable(self.run_dir, "adapter")

    def save(self) -> None:
        self.update(spent=self.clock.seconds, share=self.clock.share)
        checkpoint.save(self.run_dir, self.state, self.adapter(), self.optimizer.state_dict())
        self._saved = time.monotonic()

    def metric(self, name: str, value: float) -> None:
        self.emit(Metric(step=self.state.step, name=name, value=value))

    def emit(self, event: Event) -> None:
        if isinstance(event, Metric):
            self.update(metrics=(*self.state.metrics, event))
        elif isinstance(event, Sample):
            self.update(samples=(*self.state.samples, event))
        self.ctx.emit(event)

    def update(self, **changes: Any) -> None:
        self.state = self.state.model_copy(update=changes)

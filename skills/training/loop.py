"""The training loop: micro-batches and optimiser steps, validation loss, early stopping, samples, checkpoints."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skills import memory
from skills.blocks import msg
from skills.contract import Advanced, Context, Event, Metric, Noticed, Request, Sample
from skills.errors import OutOfMemory
from skills.model.base import enable_gradient_checkpointing
from skills.model.tokenizer import ModelTokenizer
from skills.training import checkpoint, curves
from skills.training.budget import WARMUP, RunPlan, learning_rate, let_go, peak_memory
from skills.training.checkpoint import State
from skills.training.curves import KNOWN, Ending
from skills.training.energy import EnergyMeter
from skills.training.examples import Example, Material
from skills.training.loss import Cost, batch_losses, bits_a_nat, cost
from skills.training.packing import IGNORED, Packed, batch, steps
from skills.training.writing import to_a_word, write

SAVE_SECONDS = 30.0
WORSE = 0.02
PATIENCE = 3
"""Early stopping: evaluations in a row that are 2 % worse than the best, after which more training only overfits."""
ENOUGH_HELDOUT, WORSE_OF_FEW = 5, 0.1
"""Held-out examples below which it must be 10 %: their mean may be luck. The best is kept all the same: they are the
same few texts each time, so one measurement is compared with another of its kind."""
SHARES = (0.0, 0.25, 0.5, 0.75)
"""When samples are written; those at 1 are written by the model that is kept, once it is known which one that is."""


GIVE_BACK_EVERY = 4
"""Steps after which freed memory goes back to the system: after each one it would cost 3 to 5 % of the time."""


@dataclass(frozen=True)
class LoopSettings:
    """The hyperparameters that the loop reads; `length`: tokens of a packed row, `warmup`: share of the steps."""

    learning_rate: float
    length: int
    seed: int
    sample_tokens: int
    warmup: float = WARMUP


class Training:
    """One run in this process. `state` is what has happened; `train` continues from it until something ends it."""

    def __init__(
        self,
        model: Any,
        tokenizer: ModelTokenizer,
        plan: RunPlan,
        settings: LoopSettings,
        material: Material,
        ctx: Context,
        run_dir: Path,
    ) -> None:
        import torch

        self.model, self.tokenizer, self.plan, self.settings, self.material = model, tokenizer, plan, settings, material
        self.ctx, self.run_dir = ctx, run_dir
        self.trainable = [weight for weight in model.parameters() if weight.requires_grad]
        self.optimizer = torch.optim.AdamW(self.trainable, lr=settings.learning_rate, weight_decay=0.0)
        self.bits_a_nat = bits_a_nat(material.train)
        self.state = State(micro_rows=plan.micro_rows, gradient_checkpointing=plan.gradient_checkpointing)
        self.energy = EnergyMeter()
        self._saved = time.monotonic()

    # --- coming back -------------------------------------------------------------------------------------------------

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
        checkpoint.save(self.run_dir, self.state, self.adapter(), self.optimizer.state_dict())
        self._saved = time.monotonic()

    # --- the loop ----------------------------------------------------------------------------------------------------

    def train(self) -> Ending:
        """Train until the plan is fulfilled, it gets worse, it breaks, or the learner asks for something else."""
        plan, begun, before = self.plan, time.monotonic(), self.state.seconds
        upcoming = steps(self.material.train, self.settings.length, plan.step_tokens, self.settings.seed)
        for _ in range(self.state.step):
            next(upcoming)
        if self.state.step == 0 and not self.state.metrics:
            self.evaluate()
            self.save()
        while self.state.step < plan.steps:
            if (asked := self.ctx.requested()) is not None:
                return self.stop(asked)
            if not self.step(next(upcoming)):
                return self.broken()
            self.update(seconds=before + time.monotonic() - begun)
            self.advance()
            if self.due() and (ending := self.evaluate()) is not None:
                return ending
            if self.due() or time.monotonic() - self._saved > SAVE_SECONDS:
                self.save()
            if plan.seconds_allowed is not None and self.state.seconds > plan.seconds_allowed:
                return "time"
        return "finished"

    def stop(self, asked: Request) -> Ending:
        if asked != "discard":
            self.save()
        return asked

    def broken(self) -> Ending:
        self.update(broke=True)
        self.ctx.emit(Noticed(message=msg("fine_tune.broke_now", step=self.state.step), level="warning"))
        return "broke"

    def due(self) -> bool:
        return self.state.step % self.plan.evaluate_every == 0 or self.state.step == self.plan.steps

    def step(self, rows: Sequence[Packed]) -> bool:
        """One optimiser step; False if its loss is not a number. A step that does not fit is made again, smaller."""
        import torch

        begin = time.perf_counter()
        while True:
            try:
                nats, supervised, texts, text_nats = self.gradients(rows)
                break
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error):
                    raise
                # the traceback holds the tensors of the step that did not fit
                error.__traceback__ = None
            self.make_room()
        if not math.isfinite(nats):
            return False
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(
                self.state.step, self.plan.steps, self.settings.learning_rate, self.settings.warmup
            )
        torch.nn.utils.clip_grad_norm_(self.trainable, 1.0)
        self.optimizer.step()
        if self.state.step % GIVE_BACK_EVERY == 0:
            memory.give_back()
        seconds = time.perf_counter() - begin
        self.update(step=self.state.step + 1, tokens=self.state.tokens + supervised)
        self.metric(curves.TRAIN, text_nats / max(1, texts))
        self.metric(curves.TRAIN_BITS, text_nats / max(1, texts) * self.bits_a_nat)
        self.metric("tokens_per_second", supervised / seconds)
        return True

    def gradients(self, rows: Sequence[Packed]) -> tuple[float, int, int, float]:
        """Gradients of the mean loss over all supervised tokens of the step, added up over its micro-batches.

        Returns the summed loss (nats) and the count of all supervised tokens; the count and the sum of those of text.
        """
        self.optimizer.zero_grad(set_to_none=True)
        micro = self.state.micro_rows
        batches = [batch(rows[i : i + micro]) for i in range(0, len(rows), micro)]
        supervised = sum(each.supervised for each in batches)
        nats = text_nats = 0.0
        texts = 0
        for each in batches:
            losses = batch_losses(self.model, each, scale=1 / supervised).cpu()
            text = each.text[each.labels != IGNORED]
            nats += float(losses.sum())
            text_nats += float(losses[text].sum())
            texts += int(text.sum())
        return nats, supervised, texts, text_nats

    def make_room(self) -> None:
        """After a step that did not fit: half the rows at a time, then gradient checkpointing, then no more."""
        self.optimizer.zero_grad(set_to_none=True)
        let_go()
        if self.state.micro_rows > 1:
            self.update(micro_rows=self.state.micro_rows // 2)
            said = msg("fine_tune.memory.halved", step=self.state.step + 1)
        elif not self.state.gradient_checkpointing:
            self.update(gradient_checkpointing=True)
            enable_gradient_checkpointing(self.model)
            said = msg("fine_tune.memory.recompute", step=self.state.step + 1)
        else:
            raise OutOfMemory
        self.ctx.emit(Noticed(message=said, level="warning"))

    # --- looking at it -----------------------------------------------------------------------------------------------

    def measure(self, examples: Sequence[Example]) -> Cost:
        return cost(self.model, examples, self.settings.length, self.state.micro_rows)

    def evaluate(self) -> Ending | None:
        """Measure on the held-out texts, keep the adapter if it is the best, and write samples when they are due."""
        found = self.measure(self.material.heldout)
        loss = found.loss
        if not math.isfinite(loss):
            return self.broken()
        self.metric(curves.HELDOUT, loss)
        self.metric(curves.HELDOUT_BITS, found.bits_per_character)
        if self.state.step == 0:
            self.metric(KNOWN, self.measure(self.material.known).loss)
            self.sample(0.0)
            return None
        if self.diverged(loss):
            return self.broken()
        self.sample(max(share for share in SHARES if share <= self.state.step / self.plan.steps))
        worse = WORSE if len(self.material.heldout) >= ENOUGH_HELDOUT else WORSE_OF_FEW
        if self.state.best_loss is None or loss < self.state.best_loss:
            checkpoint.save_best(self.run_dir, self.state.step, self.adapter())
            self.update(best_step=self.state.step, best_loss=loss, worse=0)
        elif loss > self.state.best_loss * (1 + worse):
            self.update(worse=self.state.worse + 1)
            if self.state.worse == 1:
                advice = msg("fine_tune.advice.memorising", step=self.state.best_step)
                self.ctx.emit(Noticed(message=advice))
        else:
            self.update(worse=0)
        return "worse" if self.state.worse >= PATIENCE else None

    def diverged(self, loss: float) -> bool:
        """New text costs a fifth more than before any training, and training text costs more than at the start."""
        train = curves.points(self.state.metrics, curves.TRAIN)
        heldout = curves.points(self.state.metrics, curves.HELDOUT)
        recent = sum(value for _, value in train[-3:]) / len(train[-3:])
        return loss > 1.2 * heldout[0][1] and recent > 1.1 * train[0][1]

    def sample(self, share: float) -> None:
        """Continue the frozen prompts, unless that was done for this share of the run."""
        if any(sample.share >= share for sample in self.state.samples):
            return
        texts = write(
            self.model,
            self.tokenizer,
            [ids for _, ids in self.material.prompts],
            self.settings.sample_tokens,
            self.settings.seed,
        )
        for (prompt, _), (text, ended) in zip(self.material.prompts, texts, strict=True):
            self.emit(Sample(share=share, prompt=prompt, text=text if ended else to_a_word(text)))

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

    def advance(self) -> None:
        self.metric(*self.energy.total(self.state.metrics))
        self.metric("memory_bytes", peak_memory())
        done, total = self.state.step, self.plan.steps
        eta = self.state.seconds / done * (total - done)
        self.ctx.emit(Advanced(done=done, total=total, eta=eta, doing=msg("fine_tune.doing.training")))


def out_of_memory(error: BaseException) -> bool:
    """What torch raises when the CPU's or the GPU's memory does not suffice."""
    import torch

    text = str(error)
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(
        sign in text for sign in ("DefaultCPUAllocator", "not enough memory", "can't allocate memory", "out of memory")
    )

"""The training loop: micro-batches and optimiser steps, validation loss, early stopping, samples, checkpoints."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

from skills import memory
from skills.blocks import msg
from skills.contract import Noticed, Sample
from skills.errors import OutOfMemory
from skills.model.base import enable_gradient_checkpointing
from skills.training import checkpoint, curves
from skills.training.budget import learning_rate, let_go, peak_memory
from skills.training.curves import KNOWN, PATIENCE, Ending, ended_early
from skills.training.examples import Example
from skills.training.held import Held
from skills.training.loss import Cost, batch_losses, cost
from skills.training.packing import IGNORED, Packed, batch, steps
from skills.training.work import Work, finishing_work, quarter_of, training_work
from skills.training.writing import Written, to_a_word, write

SAVE_SECONDS = 30.0
WORSE = 0.02
"""Early stopping: an evaluation that is 2 % worse than the best counts as worse (curves.PATIENCE)."""
ENOUGH_HELDOUT, WORSE_OF_FEW = 5, 0.1
"""Held-out examples below which it must be 10 %: their mean may be luck. The best is kept all the same: they are the
same few texts each time, so one measurement is compared with another of its kind."""


GIVE_BACK_EVERY = 4
"""Steps after which freed memory goes back to the system: after each one it would cost 3 to 5 % of the time."""


class Training(Held):
    """One run in this process: `train` continues from its state until something ends it."""

    # --- the loop ----------------------------------------------------------------------------------------------------

    def train(self) -> Ending:
        """Train until the plan is fulfilled, it gets worse, it breaks, or the learner asks for something else. Where
        it ends by itself before the plan is fulfilled, it says so."""
        ending = self.go_on()
        if (said := ended_early(ending, self.state.step, self.plan.steps, self.plan.seconds_allowed)) is not None:
            self.ctx.emit(Noticed(message=said))
        return ending

    def go_on(self) -> Ending:
        plan, begun, before = self.plan, time.monotonic(), self.state.seconds
        self.count()
        upcoming = steps(self.material.train, self.settings.length, plan.step_tokens, self.settings.seed)
        for _ in range(self.state.step):
            next(upcoming)
        if self.state.step == 0 and not self.state.metrics:
            self.evaluate()
            self.save()
        self.clock.warm()
        while self.state.step < plan.steps:
            if self.state.step:  # from now on there is something to keep
                self.clock.hears = ()
            self.clock.heed()
            if (asked := self.ctx.requested()) is not None:
                self.save()
                return asked
            if not self.step(next(upcoming)):
                return self.broken()
            self.update(seconds=before + time.monotonic() - begun)
            self.advance()
            if self.due() and (ending := self.evaluate()) is not None:
                return ending
            if self.due() or time.monotonic() - self._saved > SAVE_SECONDS:
                self.save()
            if plan.seconds_allowed is not None and self.state.seconds > plan.seconds_allowed and not self.done():
                return "time"
        return "finished"

    def count(self) -> None:
        """Tell the clock what there is to do from here on."""
        plan, state = self.plan, self.state
        held, known = (sum(map(len, each)) for each in (self.material.heldout, self.material.known))
        quarter = max((quarter_of(sample.share) for sample in state.samples), default=None)
        now = training_work(state.step, plan.steps, plan.evaluate_every, held, known, quarter)
        most = None if plan.seconds_allowed is None else plan.seconds_allowed - state.seconds
        self.clock.plan(self.rates, now, finishing_work(held, known), most)

    def broken(self) -> Ending:
        self.update(broke=True)
        self.ctx.emit(Noticed(message=msg("fine_tune.broke_now", step=self.state.step), level="warning"))
        return "broke"

    def done(self) -> bool:
        return self.state.step == self.plan.steps

    def due(self) -> bool:
        return self.state.step % self.plan.evaluate_every == 0 or self.done()

    def step(self, rows: Sequence[Packed]) -> bool:
        """One optimiser step; False if its loss is not a number. A step that does not fit is made again, smaller."""
        import torch

        begin = time.perf_counter()
        self.clock.begin()
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
        self.clock.did("step", 0)
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
            self.clock.did("step", 1 / len(batches))
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
        self.clock.begin()
        did: Callable[[int], None] = lambda tokens: self.clock.did("measured", tokens)  # noqa: E731
        return cost(self.model, examples, self.settings.length, self.state.micro_rows, did)

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
            self.clock.doing("writing")
            self.sample()
            return None
        if self.diverged(loss):
            return self.broken()
        self.sample()
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
        self.clock.spare(self.spared())
        return "worse" if self.state.worse >= PATIENCE else None

    def spared(self) -> Work:
        """What will not be done if it goes on getting worse, as it mostly does once it has begun to memorise."""
        if not self.state.worse:
            return Work()
        every = self.plan.evaluate_every
        steps = max(0, self.plan.steps - self.state.step - (PATIENCE - self.state.worse) * every)
        return Work(steps, steps / every * sum(map(len, self.material.heldout)))

    def diverged(self, loss: float) -> bool:
        """New text costs a fifth more than before any training, and training text costs more than at the start."""
        train = curves.points(self.state.metrics, curves.TRAIN)
        heldout = curves.points(self.state.metrics, curves.HELDOUT)
        recent = sum(value for _, value in train[-3:]) / len(train[-3:])
        return loss > 1.2 * heldout[0][1] and recent > 1.1 * train[0][1]

    def sample(self, kept: bool = False) -> None:
        """Continue the frozen prompts, unless that was done since this quarter of the steps began. After the last step
        only the version that is kept writes."""
        share = (self.state.best_step if kept else self.state.step) / self.plan.steps
        earlier = [sample for sample in self.state.samples if sample.kept == kept]
        if earlier and kept:
            return
        if not kept and (share == 1 or any(sample.share >= quarter_of(share) for sample in earlier)):
            return
        texts = self.write([ids for _, ids in self.material.prompts], 0.8)
        for (prompt, _), (text, ended) in zip(self.material.prompts, texts, strict=True):
            self.emit(Sample(share=share, prompt=prompt, text=text if ended else to_a_word(text), kept=kept))

    def write(self, prompts: Sequence[Sequence[int]], temperature: float) -> list[Written]:
        """How the model goes on with each prompt; the dice are the same every time."""
        self.clock.begin()
        most, seed, written = self.settings.sample_tokens, self.settings.seed, 0

        def did(tokens: int) -> None:
            nonlocal written
            written = tokens
            self.clock.did("texts", 1 / most)

        found = write(self.model, self.tokenizer, prompts, most, seed, temperature, did)
        self.clock.did("texts", 1 - written / most)
        return found

    def advance(self) -> None:
        self.metric(*self.energy.total(self.state.metrics))
        self.metric("memory_bytes", peak_memory())
        self.clock.tell(at_once=True)


def out_of_memory(error: BaseException) -> bool:
    """What torch raises when the CPU's or the GPU's memory does not suffice."""
    import torch

    text = str(error)
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(
        sign in text for sign in ("DefaultCPUAllocator", "not enough memory", "can't allocate memory", "out of memory")
    )

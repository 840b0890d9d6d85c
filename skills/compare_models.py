"""The base model and the learner's, side by side on the same prompts with the same dice."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Literal

from pydantic import Field

from skills.blocks import Block, Compare, CompareColumn, Frozen, Notice, Text, msg
from skills.contract import Advanced, Context, Ended, Inputs, ModelMissing, Result, Skill
from skills.training import budget
from skills.training.adapter import NAME
from skills.training.base import Precision, open_tokenizer
from skills.training.open import open_tuned, read_card
from skills.training.runs import find_run, frozen_prompts_of
from skills.training.texts import FrozenPrompt
from skills.training.writing import prompt_ids, write

PAIRS = 4
"""Enough to see a manner, few enough to read."""

Side = Literal["base", "tuned"]


class CompareInputs(Inputs):
    run: str | None = Field(None, description="the training run; the newest that left something when not given")
    prompts: tuple[str, ...] = Field((), description="openings to continue; from held-out texts when not given")
    blind: bool = False
    seed: int = 0
    max_tokens: int = Field(40, ge=1, le=400)


class Pair(Frozen):
    """`reference`: how the learner's text goes on, None for a prompt that is not from it. `order`: which of the two to
    show first when the names are hidden."""

    prompt: str
    base: str
    tuned: str
    reference: str | None
    order: tuple[Side, Side]


class CompareResult(Result):
    run: str
    base: str
    blind: bool
    pairs: tuple[Pair, ...]
    seconds: float

    def blocks(self) -> tuple[Block, ...]:
        intro = msg("compare_models.blind" if self.blind else "compare_models.intro", n=len(self.pairs), base=self.base)
        same = sum(pair.base == pair.tuned for pair in self.pairs)
        notices = (Notice(message=msg("compare_models.same", n=same)),) if same else ()
        return (Text(message=intro), *(_compare(pair) for pair in self.pairs), *notices)


def _compare(pair: Pair) -> Compare:
    columns = [
        CompareColumn(role="base", label=msg("compare_models.base"), text=pair.base),
        CompareColumn(role="tuned", label=msg("compare_models.tuned"), text=pair.tuned),
    ]
    if pair.reference:
        columns.append(CompareColumn(role="heldout", label=msg("compare_models.reference"), text=pair.reference))
    return Compare(title=msg("compare_models.title"), prompt=pair.prompt, columns=tuple(columns))


def run(inputs: CompareInputs, ctx: Context) -> CompareResult:
    """Continue each prompt with the adapter off and on, in one model.

    Raises RunUnusable (no such run, or it left nothing), WrongBase, ModelMissing, Ended.
    """
    if ctx.weights is None:
        raise ModelMissing(model="")
    begun = time.monotonic()
    budget.set_threads()
    run_dir = find_run(ctx.workspace, inputs.run)
    asked = _prompts(inputs, run_dir)
    _advance(ctx, 0, "opening")
    tokenizer = open_tokenizer(ctx.weights)
    model = open_tuned(ctx.weights, run_dir / NAME, _precision(ctx.weights))
    ids = [prompt_ids(prompt.prompt, prompt.asked, tokenizer) for prompt in asked]
    _advance(ctx, 1, "base")
    with model.disable_adapter():
        base = write(model, tokenizer, ids, inputs.max_tokens, inputs.seed)
    _advance(ctx, 2, "tuned")
    tuned = write(model, tokenizer, ids, inputs.max_tokens, inputs.seed)
    sides: list[Side] = ["base", "tuned"]
    dice = random.Random(inputs.seed)
    pairs = []
    for prompt, b, t in zip(asked, base, tuned, strict=True):
        first, second = dice.sample(sides, 2)
        reference = _as_long(prompt.reference, max(len(b), len(t))) or None
        pairs.append(Pair(prompt=prompt.prompt, base=b, tuned=t, reference=reference, order=(first, second)))
    name = read_card(run_dir / NAME).name
    return CompareResult(
        run=run_dir.name, base=name, blind=inputs.blind, pairs=tuple(pairs), seconds=time.monotonic() - begun
    )


def _advance(ctx: Context, done: int, what: str) -> None:
    """Say what comes next, unless the learner has asked to stop: half a comparison is of no use."""
    if ctx.requested() is not None:
        raise Ended("stopped", kept=False)
    ctx.emit(Advanced(done=done, total=3, doing=msg(f"compare_models.doing.{what}")))


def _prompts(inputs: CompareInputs, run_dir: Path) -> list[FrozenPrompt]:
    """The prompts asked for, or the first of those that were frozen with the run."""
    asked = [FrozenPrompt(prompt=text.strip(), asked=False, reference="") for text in inputs.prompts if text.strip()]
    if asked:
        return asked
    return frozen_prompts_of(run_dir)[:PAIRS]


def _as_long(text: str, characters: int) -> str:
    """The beginning of `text`, about as long as what it is compared with, ending at a word."""
    if len(text) <= characters:
        return text
    return text[:characters].rpartition(" ")[0] + "…"


def _precision(weights: Path) -> Precision:
    """fp32 where it fits: for writing a token at a time it is about twice as fast as bf16 on a CPU."""
    need = budget.memory_needed(weights, "fp32", 1, 64)
    return "fp32" if need < 0.8 * budget.free_memory() else "bf16"


SKILL = Skill(name="compare_models", Inputs=CompareInputs, run=run, where="job", needs=frozenset({"weights"}))

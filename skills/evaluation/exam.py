"""What a tuned model is examined with: the texts that its run kept apart, exactly as the run had them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from skills.contract import Context, Language
from skills.errors import FileMissing, TooLittleText
from skills.model.tokenizer import ModelTokenizer
from skills.texts.language import language_of
from skills.training import budget
from skills.training.budget import RunPlan
from skills.training.checkpoint import PLAN, unusable
from skills.training.data import read_texts
from skills.training.examples import Example, Long, examples
from skills.training.result import FineTuneResult
from skills.training.runs import frozen_prompts_of, read_result
from skills.training.units import Unit

Part = Literal["test", "heldout", "prompts"]
"""Kept for the end; held out and looked at while training; or all that is left: the texts the frozen prompts are of."""
Problem = Literal["changed", "gone"]
LENGTH = 256
"""Tokens of an example where the run does not say."""


@dataclass(frozen=True)
class Exam:
    """`units`: the texts of `part`. `heldout`: those watched while training, where `units` are others; `train`: all
    that was learnt from, and `known` an even part of it as examples; all empty where the texts are gone."""

    part: Part
    units: tuple[Unit, ...]
    heldout: tuple[Unit, ...]
    train: tuple[Unit, ...]
    known: tuple[Example, ...]
    language: Language
    length: int
    dataset: str
    """The id of the data set, for what can be done with it."""
    name: str
    problem: Problem | None = None

    @property
    def asks(self) -> bool:
        """Whether it is questions and answers."""
        return any(unit.prompt is not None for unit in self.units)


def read_plan(run_dir: Path) -> RunPlan:
    """Raises RunUnusable."""
    try:
        return RunPlan.model_validate_json((run_dir / PLAN).read_text("utf-8"))
    except (OSError, ValidationError) as error:
        raise unusable(run_dir, "plan") from error


def exam(ctx: Context, weights: Path, run_dir: Path, plan: RunPlan, tokenizer: ModelTokenizer) -> Exam:
    """The exam of a run. Where its texts have changed or are gone, what was frozen with it. Raises RunUnusable."""
    result = read_result(run_dir)
    length, long = _cut(result)
    try:
        manifest = ctx.workspace.find(plan.dataset)
        quiet = replace(ctx, emit=lambda event: None)
        texts = read_texts(quiet, weights, plan.dataset, length, long, split_of=run_dir)
    except FileMissing:
        return _frozen(run_dir, plan, result, "gone", length)
    except TooLittleText:
        return _frozen(run_dir, plan, result, "changed", length)
    if texts.digest != plan.data_digest:
        return _frozen(run_dir, plan, result, "changed", length)
    test = _affordable(texts.split.test, tokenizer, texts.fitted.length)
    return Exam(
        part="test" if test else "heldout",
        units=test or texts.heldout,
        heldout=texts.heldout if test else (),
        train=texts.split.train,
        known=tuple(texts.material.known),
        language="en" if manifest.language == "en" else "es",
        length=texts.fitted.length,
        dataset=plan.dataset,
        name=manifest.name,
    )


def _cut(result: FineTuneResult | None) -> tuple[int, Long]:
    """Tokens of the longest example, and what became of longer texts."""
    settings = result.settings if result else {}
    length, long = settings.get("length"), settings.get("long")
    return int(length) if isinstance(length, int | float) else LENGTH, "drop" if long == "drop" else "split"


def _frozen(run_dir: Path, plan: RunPlan, result: FineTuneResult | None, problem: Problem, length: int) -> Exam:
    """The texts that the frozen prompts were taken from, put together again."""
    frozen = [prompt for prompt in frozen_prompts_of(run_dir) if prompt.reference.strip()]
    units = tuple(
        Unit(text=prompt.reference, prompt=prompt.prompt)
        if prompt.asked
        else Unit(text=f"{prompt.prompt} {prompt.reference}")
        for prompt in frozen
    )
    if not units:
        raise unusable(run_dir, "no_texts")
    spoken = language_of("\n".join(unit.text for unit in units))
    return Exam(
        part="prompts",
        units=units,
        heldout=(),
        train=(),
        known=(),
        language="en" if spoken == "en" else "es",
        length=length,
        dataset=plan.dataset,
        name=result.dataset if result else plan.dataset,
        problem=problem,
    )


def _affordable(found: tuple[Unit, ...], tokenizer: ModelTokenizer, length: int) -> tuple[Unit, ...]:
    """All of them, or evenly spaced ones of about as many tokens as are measured while training."""
    if not found:
        return ()
    tokens = sum(len(example) for example in examples(found, tokenizer, length))
    count = max(1, min(len(found), len(found) * budget.HELDOUT_TOKENS // tokens))
    return tuple(found[i * len(found) // count] for i in range(count))

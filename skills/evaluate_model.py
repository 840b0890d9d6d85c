"""Measure a tuned model on texts that it never learnt from: what it learnt, copied, forgot, and how sure that is."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from pydantic import Field

from skills import memory
from skills.blocks import msg
from skills.contract import Advanced, Context, Ended, Inputs, Language, Skill
from skills.errors import ModelMissing
from skills.evaluation import memorization
from skills.evaluation.exam import Exam, exam, read_plan
from skills.evaluation.forgetting import Costs, forgetting
from skills.evaluation.judgement import finding
from skills.evaluation.memorization import Write
from skills.evaluation.report import EvaluationResult, read_evaluation, write_evaluation
from skills.evaluation.surprise import costs, surprise
from skills.evaluation.task import task, tokens_needed
from skills.model.base import open_tokenizer
from skills.model.tokenizer import ModelTokenizer
from skills.training import budget
from skills.training.adapter import NAME, open_tuned
from skills.training.budget import RunPlan
from skills.training.checkpoint import unusable
from skills.training.examples import Example
from skills.training.loss import Cost
from skills.training.runs import find_run, past_runs, read_result
from skills.training.writing import write

STEPS = {"reading": 3, "opening": 7, "surprise": 26, "forgetting": 18, "task": 12, "writing": 34}
"""What is done, and about which share of the time it takes."""
CALLS = {"reading": 1, "opening": 1, "surprise": 6, "forgetting": 4, "task": 8, "writing": 4}
"""About how often a step turns to the model."""
LANGUAGES: tuple[Language, Language] = ("es", "en")


class EvaluateInputs(Inputs):
    run: str | None = Field(None, description="evaluate_model.fields.run")
    file: str | None = Field(None, description="evaluate_model.fields.file")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="evaluate_model.fields.seed")


class StopAsked(Exception):
    """The learner asked to stop: what was measured until then is kept."""


class Examiner:
    """The tuned model at hand, with and without what it learnt, and how far the exam is."""

    def __init__(self, ctx: Context, seed: int) -> None:
        self.ctx, self.seed, self.begun = ctx, seed, time.monotonic()
        self.step, self.calls, self.before, self.total = "reading", 0, 0.0, float(sum(STEPS.values()))

    def open(self, weights: Path, run_dir: Path, plan: RunPlan, tokenizer: ModelTokenizer) -> None:
        self.weights, self.run_dir, self.plan, self.tokenizer = weights, run_dir, plan, tokenizer
        self.model = open_tuned(weights, run_dir / NAME, plan.precision)

    def begin(self, what: str) -> None:
        """The next step. Raises Asked."""
        if what != self.step:
            self.before += STEPS[self.step]
        self.step, self.calls = what, 0
        self.tell()

    def tell(self) -> None:
        """Say how far it is, unless the learner wants to stop. Raises Asked."""
        if self.ctx.requested() is not None:
            raise StopAsked
        done = self.before + STEPS[self.step] * min(1.0, self.calls / (CALLS[self.step] + 1))
        known = STEPS["reading"] + STEPS["opening"]
        eta = (time.monotonic() - self.begun) / done * (self.total - done) if done > known else None
        doing = msg(f"evaluate_model.doing.{self.step}")
        self.ctx.emit(Advanced(done=done, total=self.total, eta=eta, doing=doing))
        self.calls += 1

    def costs(self, adapted: bool, length: int) -> Costs:
        def measured(texts: Sequence[Sequence[Example]]) -> list[Cost]:
            self.tell()
            with self._as(adapted):
                found = costs(self.model, texts, length, self.plan.micro_rows)
            if not all(math.isfinite(cost.nats) for cost in found):
                raise unusable(self.run_dir, "numbers")
            return found

        return measured

    def write(self, adapted: bool, tokens: int) -> Write:
        def written(prompts: Sequence[Sequence[int]], temperature: float) -> list[str]:
            self.tell()
            with self._as(adapted):
                found = write(self.model, self.tokenizer, prompts, tokens, self.seed, temperature)
            return [text for text, _ in found]

        return written

    def widen(self) -> None:
        """Go on in fp32 where it fits: for writing a token at a time it is twice as fast as bf16 on a CPU."""
        need = budget.memory_needed(self.weights, "fp32", 1, 64)
        if self.plan.precision == "bf16" and self.model.device.type == "cpu" and need < 0.8 * memory.free_memory():
            del self.model  # two at once may not fit
            budget.let_go()
            self.model = open_tuned(self.weights, self.run_dir / NAME, "fp32")

    def _as(self, adapted: bool) -> Any:
        return nullcontext() if adapted else self.model.disable_adapter()


def run(inputs: EvaluateInputs, ctx: Context) -> EvaluationResult:
    """Measure; what is measured when the learner stops is kept.

    Raises RunUnusable (no such run, or it is damaged), WrongBase, ModelMissing, FileMissing, Ended.
    """
    if ctx.weights is None:
        raise ModelMissing(model="")
    budget.set_threads()
    run_dir = _meant(inputs, ctx)
    examiner = Examiner(ctx, inputs.seed)
    parts: dict[str, Any] = {}
    try:
        examiner.begin("reading")
        plan, tokenizer = read_plan(run_dir), open_tokenizer(ctx.weights)
        questions = exam(ctx, ctx.weights, run_dir, plan, tokenizer)
        examiner.begin("opening")
        examiner.total -= 0 if questions.asks else STEPS["task"]
        examiner.open(ctx.weights, run_dir, plan, tokenizer)
        _measure(examiner, questions, run_dir, parts)
    except StopAsked:
        pass
    if "surprise" not in parts:
        raise Ended("stopped", kept=False)
    result = _result(run_dir, plan, questions, parts, time.monotonic() - examiner.begun)
    if result.complete or read_evaluation(run_dir) is None:
        write_evaluation(run_dir, result)
    if not result.complete:
        raise Ended("stopped", result=result, kept=True)
    return result


def _meant(inputs: EvaluateInputs, ctx: Context) -> Path:
    """The run that was named, or the newest one that learnt from the file that was."""
    if inputs.run is not None or inputs.file is None:
        return find_run(ctx.workspace, inputs.run)
    manifest = ctx.workspace.find(inputs.file)
    for run_dir in past_runs(ctx.workspace):
        if read_plan(run_dir).dataset == manifest.id:
            return run_dir
    raise unusable(Path(manifest.name), "no_run_of")


def _measure(examiner: Examiner, questions: Exam, run_dir: Path, parts: dict[str, Any]) -> None:
    """Put what is found into `parts`, the most important first. Raises Asked."""
    recorded, tokenizer = read_result(run_dir), examiner.tokenizer
    base, tuned = (examiner.costs(adapted, questions.length) for adapted in (False, True))
    examiner.begin("surprise")
    parts["surprise"] = surprise(
        questions, base, tuned, tokenizer, recorded.base_bpc if recorded else None, examiner.seed
    )
    examiner.begin("forgetting")
    parts["forgetting"] = tuple(forgetting(language, base, tuned, tokenizer) for language in LANGUAGES)
    examiner.widen()
    if questions.asks:
        examiner.begin("task")
        tokens = tokens_needed(questions, tokenizer)
        parts["task"] = task(questions, examiner.write(False, tokens), examiner.write(True, tokens), tokenizer)
    examiner.begin("writing")
    tokens = memorization.TOKENS
    parts["recital"] = memorization.measure(
        questions, examiner.write(False, tokens), examiner.write(True, tokens), tokenizer
    )


def _result(run_dir: Path, plan: RunPlan, questions: Exam, parts: dict[str, Any], seconds: float) -> EvaluationResult:
    recorded, found = read_result(run_dir), parts.get("recital")
    verdict, reasons = finding(parts["surprise"], found.copying if found else None)
    return EvaluationResult(
        run=run_dir.name,
        base=plan.base_name,
        dataset=questions.name,
        dataset_id=questions.dataset,
        problem=questions.problem,
        language=questions.language,
        verdict=verdict,
        reasons=reasons,
        said=recorded.verdict if recorded else None,
        complete="recital" in parts,
        seconds=seconds,
        **parts,
    )


SKILL = Skill(name="evaluate_model", Inputs=EvaluateInputs, run=run, where="job", needs=frozenset({"weights"}))

"""What an evaluation found, as data, and where it is kept for who needs it later."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from skills.blocks import Block, Offer, msg
from skills.contract import Language, Result
from skills.evaluation.exam import Problem
from skills.evaluation.forgetting import Forgetting
from skills.evaluation.judgement import Finding, Surprise
from skills.evaluation.memorization import Recital
from skills.evaluation.task import Task
from skills.training.verdict import Verdict
from skills.workspace import write_atomic

EVALUATION = "evaluation.json"
"""The EvaluationResult, beside the adapter of the run that it is about."""


class EvaluationResult(Result):
    """`said`: the verdict of the run itself, when it ended. `problem`: why not all could be measured. What is None was
    not measured: the learner stopped (then `complete` is False), or there was nothing to measure it on."""

    run: str
    base: str
    dataset: str
    dataset_id: str
    problem: Problem | None
    language: Language
    verdict: Finding
    reasons: tuple[str, ...]
    said: Verdict | None
    surprise: Surprise
    task: Task | None = None
    forgetting: tuple[Forgetting, ...] = ()
    recital: Recital | None = None
    complete: bool
    seconds: float

    def blocks(self) -> tuple[Block, ...]:
        from skills.evaluation.report import shown

        return shown(self)

    def offers(self) -> tuple[Offer, ...]:
        """Look at it blind; keep a part for a real test where there is none."""
        blind = Offer(
            label=msg("evaluate_model.offer.compare"),
            skill="compare_models",
            inputs={"run": self.run, "blind": True},
        )
        if self.surprise.part != "heldout":
            return (blind,)
        split = Offer(label=msg("evaluate_model.offer.split"), skill="split_dataset", inputs={"file": self.dataset_id})
        return (blind, split)


def write_evaluation(run_dir: Path, result: EvaluationResult) -> None:
    """Raises DiskFull."""
    write_atomic(run_dir / EVALUATION, result.model_dump_json(indent=1))


def read_evaluation(run_dir: Path) -> EvaluationResult | None:
    """None where the run was not evaluated, or by an earlier version, or the file is damaged."""
    try:
        return EvaluationResult.model_validate_json((run_dir / EVALUATION).read_text("utf-8"))
    except (OSError, ValidationError):
        return None

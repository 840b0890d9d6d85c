"""What an evaluation found: kept as data beside the run, shown verdict first, then a table for each measure."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from skills.blocks import Block, Message, Notice, Offer, Scalar, Text, msg
from skills.contract import Language, Result
from skills.evaluation import tables
from skills.evaluation.bootstrap import DRAWS, FEW
from skills.evaluation.exam import Problem
from skills.evaluation.forgetting import Forgetting
from skills.evaluation.judgement import Finding, Surprise, forgot, knows_by_heart, task_finding
from skills.evaluation.memorization import Memorization
from skills.evaluation.tables import margin, say
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
    recital: Memorization | None = None
    complete: bool
    seconds: float

    def blocks(self) -> tuple[Block, ...]:
        blocks: list[Block] = [*_verdict(self), *tables.costs(self.surprise)]
        if self.task is not None:
            blocks += tables.task(self.task)
        found = self.recital
        if found is not None and found.copying is not None and found.by_heart is not None:
            blocks += tables.copying(found.copying, found.by_heart)
        if self.forgetting:
            blocks += tables.forgetting(self.forgetting)
        if found is not None and found.diversity is not None:
            blocks += tables.diversity(found.diversity)
        if not self.complete:
            blocks.append(Notice(message=say("partial")))
        return tuple(blocks)

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


# --- the verdict ------------------------------------------------------------------------------------------------------


def _verdict(result: EvaluationResult) -> list[Block]:
    """What came out and how sure it is; what it was measured on; what else must be known before believing it."""
    found = result.surprise
    values: dict[str, Scalar] = {
        "n": found.texts,
        "draws": DRAWS,
        "gain": abs(found.gain.value),
        "base_bpc": found.base.bits_per_character,
        "tuned_bpc": found.tuned.bits_per_character,
        "train_bpc": found.train_tuned.bits_per_character if found.train_tuned else None,
        "ngram_bpc": found.ngram,
        **margin(found.gain),
    }
    blocks: list[Block] = []
    if result.problem is not None:
        blocks.append(Notice(level="warning", message=say(f"problem.{result.problem}", name=result.dataset)))
    if result.task is not None:
        blocks += [Text(message=_task_verdict(result.task)), Text(message=say(f"task.simple.{result.task.simple}"))]
    detailed = result.verdict in ("barely", "nothing")
    code = f"{result.verdict}.{result.reasons[0]}" if detailed else result.verdict
    kind = "part" if result.task is None else "asked"
    sure = "few" if found.texts < FEW else "clear" if found.gain.clear else "unclear"
    blocks += [
        Text(message=say(f"verdict.{code}", **values)),
        tables.bars(found) if result.task is None else tables.task_bars(result.task),
        Text(message=say(f"sure.{sure}", **values)),
        Text(message=say(f"{kind}.{found.part}", n=found.texts, characters=found.characters)),
    ]
    return [*blocks, *_earlier(result), *_warnings(result)]


def _earlier(result: EvaluationResult) -> list[Block]:
    """Whether this is what the run said when it ended, and if not, why."""
    if result.said is None or result.surprise.part == "prompts":
        return []
    if result.said == result.verdict:
        return [Notice(message=say("agrees"))]
    differs = Notice(message=say(f"differs.{result.said}"))
    if result.said == "broke":
        return [differs]
    chance = result.verdict == "unclear" or "ngram_unclear" in result.reasons
    near = "test" if result.surprise.part == "test" else "other"
    why = "both_cheap" if "both_cheap" in result.reasons else "chance" if chance else near
    return [differs, Notice(message=say(f"why.{why}"))]


def _warnings(result: EvaluationResult) -> list[Block]:
    applies = {
        "recites": "recites" in result.reasons,
        "by_heart": result.recital is not None and knows_by_heart(result.recital.by_heart),
        "forgot": forgot(result.forgetting),
        "drift": not result.surprise.agrees,
    }
    return [Notice(level="warning", message=say(f"warning.{code}")) for code, does in applies.items() if does]


def _task_verdict(task: Task) -> Message:
    first = next(iter(task.scores))
    scores = task.scores[first]
    return say(
        f"task.verdict.{task_finding(task)}.{'labels' if task.kind == 'labels' else 'words'}",
        n=task.asked,
        tuned=scores["tuned"],
        base=scores["base"],
        simple=scores[task.simple],
    )

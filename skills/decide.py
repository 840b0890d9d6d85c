"""A first answer to «is this the right tool for my problem?»: rules in the open, each with its reason."""

from __future__ import annotations

from pydantic import Field

from skills.blocks import Block, Column, Notice, Scalar, Table, Text, msg
from skills.contract import Context, Inputs, Result, Skill
from skills.errors import FileMissing
from skills.evaluation.suitability import (
    RULES,
    STEPS,
    Answer,
    CaseFacts,
    Goal,
    Often,
    Reason,
    Rights,
    Rule,
    Stakes,
    Step,
    Tool,
    Weight,
    tool_for,
)
from skills.training.checkpoint import PLAN
from skills.training.runs import find_run, read_result
from skills.workspace import Manifest, Workspace, read_json


class DecideInputs(Inputs):
    """`file`: the text there is to learn from, if any; its words and documents are counted. With `run`, a training that
    was made, its own text is the one that is judged. `chosen`: how often its model was preferred to the one before,
    blind, in `judged` pairs in which there was a preference."""

    goal: Goal = Field("other", description="decide.fields.goal")
    often: Often = Field("monthly", description="decide.fields.often")
    stakes: Stakes = Field("some", description="decide.fields.stakes")
    rights: Rights = Field("mine", description="decide.fields.rights")
    checking: bool = Field(True, description="decide.fields.checking")
    file: str | None = Field(None, description="decide.fields.file")
    run: str | None = Field(None, description="decide.fields.run")
    chosen: int = Field(0, ge=0, description="decide.fields.chosen")
    judged: int = Field(0, ge=0, description="decide.fields.judged")


class DecideResult(Result):
    """`words` and `rows`: of the text that was judged (0 where it is not there to be counted); `name`: its name, None
    when there is none. `run`: the training whose findings were used. Steps are ids of `decide.steps`."""

    answer: Answer
    tool: Tool
    goal: Goal
    reasons: tuple[Reason, ...]
    steps: tuple[Step, ...]
    name: str | None
    words: int
    rows: int
    run: str | None = None
    base_bpc: float = 0.0
    tuned_bpc: float = 0.0
    ngram_bpc: float = 0.0
    chosen: int = 0
    judged: int = 0

    def blocks(self) -> tuple[Block, ...]:
        names = ("words", "name", "base_bpc", "tuned_bpc", "ngram_bpc", "chosen", "judged")
        values: dict[str, Scalar] = {"n": self.rows, **{name: getattr(self, name) for name in names}}
        by = "nothing" if self.name is None else f"{'trained' if self.run else 'text'}{'' if self.words else '_gone'}"
        reasons = Table(
            title=msg("decide.table.title"),
            columns=(Column(label=msg("decide.table.side")), Column(label=msg("decide.table.reason"))),
            rows=tuple(
                (msg(f"decide.weights.{reason.weight}"), msg(f"decide.reasons.{reason.id}", **values))
                for reason in self.reasons
            ),
            caption=msg("decide.table.caption"),
        )
        steps = Table(
            title=msg("decide.table.steps"),
            columns=(Column(label=msg("decide.table.step")),),
            rows=tuple((msg(f"decide.steps.{step}", **values),) for step in self.steps),
            caption=msg("decide.first_answer"),
        )
        return (
            Text(message=msg(f"decide.answers.{self.answer}")),
            Text(message=msg(f"decide.went_by.{by}", **values)),
            Text(message=msg(f"decide.tools.{self.tool}")),
            reasons,
            *([steps] if self.steps else [Notice(message=msg("decide.first_answer"))]),
        )


def run(inputs: DecideInputs, ctx: Context) -> DecideResult:
    """Weigh the case by `RULES`. Raises FileMissing for a `file` that is not there, RunUnusable for a `run`."""
    case = _case(inputs, ctx.workspace)
    held = [rule for rule in RULES if rule.holds(case)]
    tool = tool_for(case)
    answer = _answer(tool, held)
    own = [step for step in STEPS[tool] if not _done(step, case)] if answer == "yes" else []
    steps = tuple(dict.fromkeys(step for step in (*(rule.step for rule in held), *own) if step is not None))
    if answer == "no" and "use_search" not in steps and "use_template" not in steps:
        steps = (*steps, "do_by_hand")
    order: dict[Weight, int] = {"blocks": 0, "against": 1, "for": 2}
    reasons = [Reason(rule.id, rule.weight, case.words, case.rows) for rule in held]
    found = case.trained
    return DecideResult(
        answer=answer, tool=tool, goal=inputs.goal, steps=steps, words=case.words, rows=case.rows, name=case.name,
        reasons=tuple(sorted(reasons, key=lambda reason: order[reason.weight])), run=found.run if found else None,
        base_bpc=found.base_bpc if found else 0.0, tuned_bpc=found.tuned_bpc if found else 0.0,
        ngram_bpc=found.ngram_bpc if found else 0.0, chosen=inputs.chosen, judged=inputs.judged,
    )  # fmt: skip


def _case(inputs: DecideInputs, workspace: Workspace) -> CaseFacts:
    """What the report is about: the text of the training, if one is named, else the file."""
    folder = find_run(workspace, inputs.run) if inputs.run else None
    trained = read_result(folder) if folder else None
    if folder is None or trained is None:
        manifest = workspace.find(inputs.file) if inputs.file is not None else None
        return CaseFacts(inputs, manifest.name if manifest else None, *_counts(manifest))
    try:
        manifest = workspace.find(str(read_json(folder / PLAN)["dataset"]))
    except (OSError, ValueError, KeyError, FileMissing):
        manifest = None  # deleted since: what the training found is kept with it
    return CaseFacts(inputs, trained.dataset, *_counts(manifest), trained)


def _counts(manifest: Manifest | None) -> tuple[int, int]:
    return (manifest.words, manifest.rows) if manifest else (0, 0)


def _done(step: Step, case: CaseFacts) -> bool:
    """Whether what a step proposes was done already."""
    return (step == "run_fine_tune" and case.trained is not None) or (
        step == "compare_blind" and case.trained is not None and case.inputs.judged > 0
    )


def _answer(tool: Tool, held: list[Rule]) -> Answer:
    """No when something plainer does it; not yet while anything blocks; else yes."""
    if tool == "plain":
        return "no"
    return "not_yet" if any(rule.weight == "blocks" for rule in held) else "yes"


SKILL = Skill(name="decide", Inputs=DecideInputs, run=run)

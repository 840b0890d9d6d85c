"""A first answer to «is this the right tool for my problem?»: rules in the open, each with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from pydantic import Field

from skills.blocks import Block, Column, Notice, Scalar, Table, Text, msg
from skills.contract import Context, Inputs, Result, Skill
from skills.errors import FileMissing
from skills.evaluation.bootstrap import coin
from skills.training.checkpoint import PLAN
from skills.training.result import FineTuneResult
from skills.training.runs import find_run, read_result
from skills.workspace import Manifest, Workspace, read_json

Goal = Literal["voice", "format", "task", "facts", "summary", "other"]
Answer = Literal["yes", "not_yet", "no"]
Tool = Literal["prompt", "quote", "fine_tune", "plain", "none"]
Weight = Literal["for", "against", "blocks"]
Step = Literal[
    "ask_permission", "gather_text", "run_fine_tune", "compare_blind", "write_prompt", "try_ten", "load_documents",
    "check_sources", "name_checker", "use_search", "use_template", "do_by_hand", "say_more", "remove_names",
]  # fmt: skip

VOICE_WORDS = 5_000
"""From about this many words on a small adapter picks up a manner: with the 11,000 words of *Martín Fierro* the text
held out costs the model 1.97 bits a letter instead of 2.59 (benchmarks/); below half of it there is nothing to hold
out."""
FORMAT_EXAMPLES = 50
"""Examples of a form or a task from which training is worth comparing with simply showing a few in the prompt."""
LUCK = 0.2
"""Probability above which a preference for one model may be the toss of a coin."""


class DecideInputs(Inputs):
    """`file`: the text there is to learn from, if any; its words and documents are counted. With `run`, a training that
    was made, its own text is the one that is judged. `chosen`: how often its model was preferred to the one before,
    blind, in `judged` pairs in which there was a preference."""

    goal: Goal = Field("other", description="decide.fields.goal")
    often: Literal["once", "monthly", "daily"] = Field("monthly", description="decide.fields.often")
    stakes: Literal["low", "some", "high"] = Field("some", description="decide.fields.stakes")
    rights: Literal["mine", "allowed", "unclear"] = Field("mine", description="decide.fields.rights")
    checking: bool = Field(True, description="decide.fields.checking")
    file: str | None = Field(None, description="decide.fields.file")
    run: str | None = Field(None, description="decide.fields.run")
    chosen: int = Field(0, ge=0, description="decide.fields.chosen")
    judged: int = Field(0, ge=0, description="decide.fields.judged")


class CaseFacts(NamedTuple):
    """The case: what was answered, the name of the text that is judged and how much of it there is (both 0 where it
    cannot be counted), and what a training on it found."""

    inputs: DecideInputs
    name: str | None
    words: int
    rows: int
    trained: FineTuneResult | None = None

    @property
    def text(self) -> bool:
        return self.name is not None

    @property
    def tried(self) -> FineTuneResult | None:
        """What was found by training, where training is the question."""
        return self.trained if tool_for(self) == "fine_tune" else None

    @property
    def votes(self) -> tuple[int, int]:
        """Blind votes for the learner's model and for the one before."""
        return self.inputs.chosen, self.inputs.judged - self.inputs.chosen


class Reason(NamedTuple):
    """`decide.reasons.<id>` says it. `blocks`: while it holds the answer cannot be yes."""

    id: str
    weight: Weight
    words: int
    rows: int


class Rule(NamedTuple):
    """When `holds` for the case, the reason `id` counts as `weight`, and `step` is proposed."""

    id: str
    weight: Weight
    holds: Callable[[CaseFacts], bool]
    step: Step | None = None


def tool_for(case: CaseFacts) -> Tool:
    """The simplest tool that can do it. CaseFacts are looked up, not learnt; a single occasion is done by hand."""
    goal, often = case.inputs.goal, case.inputs.often
    if goal == "other":
        return "none"
    if goal == "facts":
        return "quote" if case.text or often != "once" else "plain"
    if goal == "summary":
        return "quote"
    if often == "once":
        return "plain" if goal == "format" else "prompt"
    if goal == "voice":
        return "fine_tune"
    return "fine_tune" if often == "daily" and case.rows >= FORMAT_EXAMPLES else "prompt"


def clear(votes: int, others: int) -> bool:
    """Whether `votes` against `others` are hard to get by tossing a coin."""
    return votes > others and coin(votes, votes + others) <= LUCK


RULES = (
    Rule("goal_unclear", "blocks", lambda c: c.inputs.goal == "other", "say_more"),
    Rule("rights_unclear", "blocks", lambda c: c.inputs.rights == "unclear", "ask_permission"),
    Rule("nobody_checks_high", "blocks", lambda c: c.inputs.stakes == "high" and not c.inputs.checking, "name_checker"),
    Rule(
        "voice_no_text",
        "blocks",
        lambda c: c.inputs.goal == "voice" and tool_for(c) == "fine_tune" and not c.text,
        "gather_text",
    ),
    Rule(
        "voice_little_text",
        "blocks",
        lambda c: tool_for(c) == "fine_tune" and c.inputs.goal == "voice" and 0 < c.words < VOICE_WORDS // 2,
        "gather_text",
    ),
    Rule(
        "voice_thin_text",
        "against",
        lambda c: c.inputs.goal == "voice" and VOICE_WORDS // 2 <= c.words < VOICE_WORDS,
        "gather_text",
    ),
    Rule("voice_enough_text", "for", lambda c: c.inputs.goal == "voice" and c.words >= VOICE_WORDS),
    Rule("voice_is_learnt", "for", lambda c: c.inputs.goal == "voice"),
    Rule("trained_learnt", "for", lambda c: c.tried is not None and c.tried.verdict == "learnt", "try_ten"),
    Rule("trained_barely", "against", lambda c: c.tried is not None and c.tried.verdict == "barely", "gather_text"),
    Rule("trained_by_heart", "against", lambda c: c.tried is not None and c.tried.verdict == "by_heart", "gather_text"),
    Rule(
        "trained_nothing",
        "blocks",
        lambda c: c.tried is not None and c.tried.verdict in ("nothing", "broke"),
        "gather_text",
    ),
    Rule("blind_mine", "for", lambda c: c.tried is not None and clear(*c.votes)),
    Rule("blind_before", "against", lambda c: c.tried is not None and clear(*reversed(c.votes))),
    Rule(
        "blind_even",
        "against",
        lambda c: c.tried is not None and sum(c.votes) > 0 and not clear(*c.votes) and not clear(*reversed(c.votes)),
    ),
    Rule("format_by_example", "for", lambda c: c.inputs.goal in ("format", "task") and tool_for(c) == "prompt"),
    Rule(
        "format_examples",
        "for",
        lambda c: c.inputs.goal in ("format", "task") and tool_for(c) == "fine_tune",
    ),
    Rule(
        "format_template", "against", lambda c: c.inputs.goal == "format" and c.inputs.often == "once", "use_template"
    ),
    Rule("facts_not_learnt", "against", lambda c: c.inputs.goal == "facts"),
    Rule("facts_quoted", "for", lambda c: c.inputs.goal == "facts" and tool_for(c) == "quote"),
    Rule(
        "facts_no_text",
        "blocks",
        lambda c: c.inputs.goal == "facts" and tool_for(c) == "quote" and not c.text,
        "load_documents",
    ),
    Rule("facts_search", "against", lambda c: c.inputs.goal == "facts" and tool_for(c) == "plain", "use_search"),
    Rule("summary_quoted", "for", lambda c: c.inputs.goal == "summary"),
    Rule(
        "summary_once",
        "against",
        lambda c: c.inputs.goal == "summary" and c.inputs.often == "once" and 0 < c.words < 1_500,
    ),
    Rule("done_often", "for", lambda c: c.inputs.often == "daily"),
    Rule("done_once", "against", lambda c: c.inputs.often == "once"),
    Rule("high_stakes", "against", lambda c: c.inputs.stakes == "high" and c.inputs.checking, "check_sources"),
    Rule("someone_checks", "for", lambda c: c.inputs.checking),
    Rule("nobody_checks", "against", lambda c: not c.inputs.checking and c.inputs.stakes == "some", "name_checker"),
    Rule("low_stakes", "for", lambda c: c.inputs.stakes == "low"),
    Rule("stays_here", "for", lambda c: c.inputs.rights == "mine"),
    Rule("allowed_people", "against", lambda c: c.inputs.rights == "allowed", "remove_names"),
)
"""Every rule, in the order in which its reason is told."""

STEPS: dict[Tool, tuple[Step, ...]] = {
    "prompt": ("write_prompt", "try_ten"),
    "quote": ("check_sources",),
    "fine_tune": ("run_fine_tune", "compare_blind"),
    "plain": (),
    "none": (),
}


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
        steps = tuple(Text(message=msg(f"decide.steps.{step}", **values)) for step in self.steps)
        return (
            Text(message=msg(f"decide.answers.{self.answer}")),
            Text(message=msg(f"decide.went_by.{by}", **values)),
            Text(message=msg(f"decide.tools.{self.tool}")),
            reasons,
            *steps,
            Notice(message=msg("decide.first_answer")),
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

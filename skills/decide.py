"""A first answer to «is this the right tool for my problem?»: rules in the open, each with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from pydantic import Field

from skills.blocks import Block, Column, Notice, Scalar, Table, Text, msg
from skills.contract import Context, Inputs, Result, Skill

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


class DecideInputs(Inputs):
    """`file`: the text there is to learn from, if any; its words and documents are counted."""

    goal: Goal = Field("other", description="decide.fields.goal")
    often: Literal["once", "monthly", "daily"] = Field("monthly", description="decide.fields.often")
    stakes: Literal["low", "some", "high"] = Field("some", description="decide.fields.stakes")
    rights: Literal["mine", "allowed", "unclear"] = Field("mine", description="decide.fields.rights")
    checking: bool = Field(True, description="decide.fields.checking")
    file: str | None = Field(None, description="decide.fields.file")


class CaseFacts(NamedTuple):
    """The case: what was answered and how much text there is (both 0 when no file was named)."""

    inputs: DecideInputs
    words: int
    rows: int

    @property
    def text(self) -> bool:
        return self.inputs.file is not None


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
    """The simplest tool that can do it. Facts are looked up, not learnt; a single occasion is done by hand."""
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
        lambda c: tool_for(c) == "fine_tune" and c.inputs.goal == "voice" and c.text and c.words < VOICE_WORDS // 2,
        "gather_text",
    ),
    Rule(
        "voice_thin_text",
        "against",
        lambda c: c.inputs.goal == "voice" and c.text and VOICE_WORDS // 2 <= c.words < VOICE_WORDS,
        "gather_text",
    ),
    Rule("voice_enough_text", "for", lambda c: c.inputs.goal == "voice" and c.words >= VOICE_WORDS),
    Rule("voice_is_learnt", "for", lambda c: c.inputs.goal == "voice"),
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
    """`words` and `rows`: of the file that was named (0 when none). Steps are ids of `decide.steps`."""

    answer: Answer
    tool: Tool
    goal: Goal
    reasons: tuple[Reason, ...]
    steps: tuple[Step, ...]
    name: str | None
    words: int
    rows: int

    def blocks(self) -> tuple[Block, ...]:
        values: dict[str, Scalar] = {"words": self.words, "n": self.rows, "name": self.name}
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
            Text(message=msg(f"decide.tools.{self.tool}")),
            reasons,
            *steps,
            Notice(message=msg("decide.first_answer")),
        )


def run(inputs: DecideInputs, ctx: Context) -> DecideResult:
    """Weigh the case by `RULES`. Raises FileMissing for a `file` that is not there."""
    manifest = ctx.workspace.find(inputs.file) if inputs.file is not None else None
    case = CaseFacts(inputs, manifest.words if manifest else 0, manifest.rows if manifest else 0)
    held = [rule for rule in RULES if rule.holds(case)]
    tool = tool_for(case)
    answer = _answer(tool, held)
    own = STEPS[tool] if answer == "yes" else ()
    steps = tuple(dict.fromkeys(step for step in (*(rule.step for rule in held), *own) if step is not None))
    if answer == "no" and "use_search" not in steps and "use_template" not in steps:
        steps = (*steps, "do_by_hand")
    order: dict[Weight, int] = {"blocks": 0, "against": 1, "for": 2}
    reasons = [Reason(rule.id, rule.weight, case.words, case.rows) for rule in held]
    return DecideResult(
        answer=answer, tool=tool, goal=inputs.goal, steps=steps, words=case.words, rows=case.rows,
        reasons=tuple(sorted(reasons, key=lambda reason: order[reason.weight])),
        name=manifest.name if manifest else None,
    )  # fmt: skip


def _answer(tool: Tool, held: list[Rule]) -> Answer:
    """No when something plainer does it; not yet while anything blocks; else yes."""
    if tool == "plain":
        return "no"
    return "not_yet" if any(rule.weight == "blocks" for rule in held) else "yes"


SKILL = Skill(name="decide", Inputs=DecideInputs, run=run)

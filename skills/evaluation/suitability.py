"""The rules of «is this the right tool for my problem?»: a case, what speaks for and against, and what fits it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from skills.evaluation.bootstrap import coin
from skills.training.result import FineTuneResult

Goal = Literal["voice", "format", "task", "facts", "summary", "other"]
Often = Literal["once", "monthly", "daily"]
Stakes = Literal["low", "some", "high"]
Rights = Literal["mine", "allowed", "unclear"]
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


class Answers(Protocol):
    """What was answered: the fields of `DecideInputs` that rules ask about."""

    @property
    def goal(self) -> Goal: ...
    @property
    def often(self) -> Often: ...
    @property
    def stakes(self) -> Stakes: ...
    @property
    def rights(self) -> Rights: ...
    @property
    def checking(self) -> bool: ...
    @property
    def chosen(self) -> int: ...
    @property
    def judged(self) -> int: ...


class CaseFacts(NamedTuple):
    """The case: what was answered, the name of the text that is judged and how much of it there is (both 0 where it
    cannot be counted), and what a training on it found."""

    inputs: Answers
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
    return votes > others and coin(votes + others, votes) <= LUCK


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

"""What a data set is enough for: a style, a form, a task, facts; what would serve better; what to mend first."""

from __future__ import annotations

from typing import Literal

from skills.blocks import Frozen
from skills.workspace import Shape

Goal = Literal["style", "form", "task", "facts"]
Verdict = Literal["enough", "little", "too_little", "none", "wrong_tool"]
"""`enough` for a change that can be measured; `little`: try, expect little; `none`: there are no examples of it."""
Instead = Literal["prompt", "quote", "paste", "pairs"]
"""What serves better: examples in the request; a program that searches and quotes; the whole text in the request;
making pairs first."""

STYLE_ENOUGH = 11_000
"""Words. Measured: 395 stanzas of *Martín Fierro*, 11,335 words, took a model of 0.5B from 2.59 to 1.97 bits a
character on stanzas it had not seen (a character 5-gram model: 2.52), and it began to over-fit after three passes."""
STYLE_LEAST = 1_000
"""Words. A tenth is held out: 100 words, on which nothing can be told from chance; and the rest is a couple of
training steps of 1,024 tokens."""
FORM_ENOUGH, FORM_LEAST = 100, 50
"""Examples of one form. OpenAI's guide to fine-tuning: «improvements from fine-tuning on 50 to 100 examples»."""
TASK_ENOUGH, TASK_LEAST = 1_000, 50
"""Pairs. 1,000 chosen with care taught a large model to answer (Zhou et al. 2023, LIMA, arXiv 2305.11206); a small
one does not need fewer. Under 50, the same guide, nothing shows."""
PASTE_SHARE = 0.5
"""A text of at most this share of the context leaves room for the question and the answer: it can be pasted whole."""
FORMED: frozenset[Shape] = frozenset({"verse", "dialogue", "chat", "pairs"})
"""Shapes whose rows have a form that can be imitated; a paragraph of prose or a table row has none of its own."""
SPOILT = 0.02
"""Share of rows from which something is worth mending before any training."""
OVER = 0.05
"""Share of rows longer than a training example from which it is worth knowing."""
FEW_DOCUMENTS = 8
"""With fewer pieces there is nothing to hold out that the model has not half seen (as in skills/training)."""
MENDED = 4
"""Things to mend that are told; the rest can wait."""


class Stock(Frozen):
    """What was measured. `pieces`: distinct rows with words; `dirty`: rows that cleaning would mend or drop, and
    `repeated`, of those, copies; `private`: what looks like an e-mail or a phone; `foreign`: the share of rows in
    another language than most; `over`: rows longer than a training example; `tokens`: None without a model."""

    shape: Shape
    words: int
    pieces: int
    dirty: int
    repeated: int
    private: int
    foreign: float
    over: int | None = None
    tokens: int | None = None
    context: int | None = None


class Goals(Frozen):
    """One goal: the verdict, what there is (`have`) against what is `enough` (words, or pieces), what else serves."""

    goal: Goal
    verdict: Verdict
    have: int
    enough: int
    instead: Instead | None = None


class Mending(Frozen):
    """`code`: private, repeated, dirty, foreign, few, over, short; `n` of what it is about."""

    code: str
    n: int


class Readiness(Frozen):
    goals: tuple[Goals, ...]
    mend: tuple[Mending, ...]


def readiness(stock: Stock) -> Readiness:
    return Readiness(goals=(_style(stock), _form(stock), _task(stock), _facts(stock)), mend=_mend(stock)[:MENDED])


def _graded(have: int, least: int, enough: int) -> Verdict:
    return "enough" if have >= enough else "little" if have >= least else "too_little"


def _style(stock: Stock) -> Goals:
    verdict = _graded(stock.words, STYLE_LEAST, STYLE_ENOUGH)
    instead: Instead | None = "prompt" if verdict == "too_little" else None
    return Goals(goal="style", verdict=verdict, have=stock.words, enough=STYLE_ENOUGH, instead=instead)


def _form(stock: Stock) -> Goals:
    if stock.shape not in FORMED:
        return Goals(goal="form", verdict="none", have=0, enough=FORM_ENOUGH, instead="prompt")
    verdict = _graded(stock.pieces, FORM_LEAST, FORM_ENOUGH)
    instead: Instead | None = None if verdict == "enough" else "prompt"
    return Goals(goal="form", verdict=verdict, have=stock.pieces, enough=FORM_ENOUGH, instead=instead)


def _task(stock: Stock) -> Goals:
    if stock.shape not in ("pairs", "chat"):
        return Goals(goal="task", verdict="none", have=0, enough=TASK_ENOUGH, instead="pairs")
    verdict = _graded(stock.pieces, TASK_LEAST, TASK_ENOUGH)
    instead: Instead | None = None if verdict == "enough" else "prompt"
    return Goals(goal="task", verdict=verdict, have=stock.pieces, enough=TASK_ENOUGH, instead=instead)


def _facts(stock: Stock) -> Goals:
    """Never the right tool: new facts are learnt slowly, and learning them makes a model invent more (Gekhman et
    al. 2024, arXiv 2405.05904)."""
    known = stock.tokens is not None and stock.context is not None
    fits = known and stock.tokens <= PASTE_SHARE * stock.context  # type: ignore[operator]
    return Goals(
        goal="facts", verdict="wrong_tool", have=stock.tokens or 0, enough=0, instead="paste" if fits else "quote"
    )


def _mend(stock: Stock) -> tuple[Mending, ...]:
    """What to do before training, the most harmful first."""
    rows = max(1, stock.pieces + stock.repeated)
    found = (
        ("private", stock.private, stock.private > 0),
        ("repeated", stock.repeated, stock.repeated >= max(2, SPOILT * rows)),
        ("dirty", stock.dirty, stock.dirty >= max(1, SPOILT * rows)),
        ("foreign", round(100 * stock.foreign), stock.foreign >= OVER),
        ("few", stock.pieces, stock.pieces < FEW_DOCUMENTS),
        ("over", stock.over or 0, (stock.over or 0) >= max(1, OVER * rows)),
        ("short", stock.words, stock.words < STYLE_LEAST),
    )
    return tuple(Mending(code=code, n=n) for code, n, there in found if there)

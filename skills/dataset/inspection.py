"""How an inspection is shown: what to mend, pictures, what it is enough for; examples and figures after them."""

from __future__ import annotations

from typing import NamedTuple

from skills.blocks import Block, Cell, Chart, Column, Notice, Offer, Passage, Passages, Scalar, Series, Table, Text, msg
from skills.contract import Result
from skills.dataset.fit import LENGTHS, TokenFit
from skills.dataset.oddities import Odd
from skills.dataset.proposals import Proposal
from skills.dataset.readiness import Readiness
from skills.workspace import Shape

ODD_SHOWN = 12
COUNTED = ("duplicates", "near_duplicates")
"""Kinds of residue that have lines of their own among the counts."""
SPREAD = ("p5", "p25", "p50", "p75", "p95")
NEXT = ("clean_dataset", "scan_private_data", "edit_entries", "split_dataset", "preview_examples")
"""What can be done next with a text, in the order in which it is offered."""


class Extreme(NamedTuple):
    """A row (counted from 1), its words, and its text, cut to 600 characters."""

    row: int
    words: int
    text: str


class Share(NamedTuple):
    language: str
    share: float


class InspectResult(Result):
    """Lengths are in words a row; `tokens`, in tokens of the workbench model, is None where there is none.

    `exact` and `near`: rows that repeat an earlier one; pairs are row numbers. `residue`: what cleaning would change
    or drop, each with its count and an example. `samples`: rows evenly spread.
    """

    dataset: str
    name: str
    shape: Shape
    language: str
    documents: int
    rows: int
    words: int
    characters: int
    shortest: int
    longest: int
    mean: float
    median_words: float
    lengths: dict[str, float]
    histogram: tuple[tuple[float, float], ...]
    gathered: bool
    tokens: TokenFit | None
    exact: int
    near: int
    exact_pairs: tuple[tuple[int, int], ...]
    near_pairs: tuple[tuple[int, int], ...]
    blank: int
    emails: int
    phones: int
    languages: tuple[Share, ...]
    residue: tuple[Proposal, ...]
    odd: tuple[Odd, ...]
    samples: tuple[Extreme, ...]
    extremes: tuple[Extreme, ...]
    readiness: Readiness

    def blocks(self) -> tuple[Block, ...]:
        odd = (_odd(self.odd),) if self.odd else ()
        return (
            _summary(self), *_mend(self), _lengths(self), _fit(self), _ready(self), _passages(self), _counts(self),
            _spread(self), *odd,
        )  # fmt: skip

    def offers(self) -> tuple[Offer, ...]:
        there = {
            "clean_dataset": any(p.recommended for p in self.residue),
            "scan_private_data": bool(self.emails or self.phones),
            "edit_entries": self.rows > 1,
            "split_dataset": True,
            "preview_examples": self.tokens is not None,
        }
        inputs = {"file": self.dataset}
        return tuple(
            Offer(label=msg(f"inspect_dataset.offers.{name}"), skill=name, inputs=inputs)
            for name in NEXT
            if there[name]
        )


# --- what to mend -----------------------------------------------------------------------------------------------------


def _summary(seen: InspectResult) -> Text:
    values: dict[str, Scalar] = {
        "name": seen.name, "n": seen.rows, "words": seen.words, "median": seen.lengths["p50"],
        "low": seen.lengths["p5"], "high": seen.lengths["p95"],
    }  # fmt: skip
    return Text(message=msg(f"inspect_dataset.summary.{seen.shape}", **values))


def _mend(seen: InspectResult) -> tuple[Notice, ...]:
    """What to mend before anything else; where there is nothing, that is said too."""
    if not seen.readiness.mend:
        return (Notice(message=msg("inspect_dataset.mend.nothing")),)
    a, b = seen.exact_pairs[0] if seen.exact_pairs else (0, 0)
    values: dict[str, Scalar] = {
        "emails": seen.emails, "phones": seen.phones, "a": a, "b": b, "limit": LENGTHS[0],
        "others": ", ".join(share.language for share in seen.languages[1:]),
    }  # fmt: skip
    return tuple(
        Notice(
            level="warning" if item.code == "private" else "info",
            message=msg(f"inspect_dataset.mend.{item.code}", n=item.n, **values),
        )
        for item in seen.readiness.mend
    )


# --- pictures ---------------------------------------------------------------------------------------------------------


def _lengths(seen: InspectResult) -> Chart:
    label = msg(f"inspect_dataset.chart.{seen.shape}")
    caption = msg(
        f"inspect_dataset.chart.caption_{'gathered' if seen.gathered else 'all'}", low=seen.lengths["p25"],
        high=seen.lengths["p75"], longest=seen.longest, last=seen.histogram[-1][0],
    )  # fmt: skip
    return Chart(
        title=msg("inspect_dataset.chart.title"), form="bars", x=msg("inspect_dataset.chart.words"), y=label,
        series=(Series(role="yours", label=label, points=seen.histogram),), caption=caption,
    )  # fmt: skip


def _fit(seen: InspectResult) -> Block:
    """Whether the pieces fit the model: a sentence if they all do, a picture where they do not."""
    found = seen.tokens
    if found is None:
        return Notice(message=msg("inspect_dataset.fit.no_model"))
    values: dict[str, Scalar] = {
        "model": found.model, "within": found.within_256, "more": found.within_512, "context": found.context,
        "inside": found.within_context, "low": LENGTHS[0], "high": LENGTHS[1], "longest": found.longest,
        "measured": found.measured, "rows": seen.rows,
    }  # fmt: skip
    sampled = "sampled" if found.sampled else "counted"
    if found.within_256 == 1:
        return Text(message=msg(f"inspect_dataset.fit.all_{sampled}", **values))
    label = msg(f"inspect_dataset.chart.{seen.shape}")
    past = "" if found.within_context == 1 else "_past"
    return Chart(
        title=msg("inspect_dataset.fit.title"), form="bars", x=msg("inspect_dataset.fit.tokens"), y=label,
        series=(Series(role="yours", label=label, points=found.histogram),),
        caption=msg(f"inspect_dataset.fit.caption_{sampled}{past}", **values),
    )  # fmt: skip


# --- what it is enough for --------------------------------------------------------------------------------------------


def _ready(seen: InspectResult) -> Table:
    rows: list[tuple[Cell, ...]] = []
    context = seen.tokens.context if seen.tokens else None
    for goal in seen.readiness.goals:
        why = goal.instead if goal.verdict == "wrong_tool" else goal.verdict
        values: dict[str, Scalar] = {"n": goal.have, "enough": goal.enough, "context": context}
        rows.append(
            (
                msg(f"inspect_dataset.ready.{goal.goal}.goal"),
                msg(f"inspect_dataset.verdicts.{goal.verdict}"),
                msg(f"inspect_dataset.ready.{goal.goal}.{why}", **values),
            )
        )
    columns = tuple(Column(label=msg(f"inspect_dataset.ready.column.{key}")) for key in ("goal", "verdict", "why"))
    title, caption = msg("inspect_dataset.ready.title"), msg("inspect_dataset.ready.caption")
    return Table(title=title, columns=columns, rows=tuple(rows), caption=caption)


# --- examples and figures ---------------------------------------------------------------------------------------------


def _passages(seen: InspectResult) -> Passages:
    kinds = [*("shortest", "longest")[: len(seen.extremes)], *["sample"] * len(seen.samples)]
    passages = (
        Passage(
            text=row.text, source=seen.name,
            location=msg(f"inspect_dataset.extremes.{kind}", number=row.row, n=row.words),
        )
        for kind, row in zip(kinds, (*seen.extremes, *seen.samples), strict=True)
    )  # fmt: skip
    return Passages(title=msg("inspect_dataset.extremes.title"), passages=tuple(passages))


def _counts(seen: InspectResult) -> Table:
    """How much there is of everything; what there is none of is left out."""
    facts: list[tuple[str, int]] = [
        (f"rows.{seen.shape}", seen.rows), ("documents", seen.documents), ("words", seen.words),
        ("characters", seen.characters), ("tokens", seen.tokens.total if seen.tokens else 0), ("exact", seen.exact),
        ("near", seen.near), ("emails", seen.emails), ("phones", seen.phones),
    ]  # fmt: skip
    found = [(f"clean_dataset.kinds.{p.kind}.name", p.rows) for p in seen.residue if p.kind not in COUNTED]
    named = [(f"inspect_dataset.table.{key}", count) for key, count in facts if count]
    columns = (
        Column(label=msg("inspect_dataset.table.what")),
        Column(label=msg("inspect_dataset.table.count"), numeric=True),
    )
    rows = tuple((msg(key), count) for key, count in (*named, *found))
    return Table(title=msg("inspect_dataset.table.title", name=seen.name), columns=columns, rows=rows)


def _spread(seen: InspectResult) -> Table:
    """Lengths from the shortest to the longest, in words and, where there is a model, in tokens."""
    words = [seen.shortest, *(seen.lengths[key] for key in SPREAD), seen.longest]
    columns = [
        Column(label=msg("inspect_dataset.spread.which")),
        Column(label=msg("inspect_dataset.spread.words"), numeric=True),
    ]
    figures: list[list[float]] = [words]
    if (found := seen.tokens) is not None:
        columns.append(Column(label=msg("inspect_dataset.spread.tokens"), numeric=True))
        figures.append([found.shortest, *(found.lengths[key] for key in SPREAD), found.longest])
    names = [msg(f"inspect_dataset.spread.{key}") for key in ("shortest", *SPREAD, "longest")]
    rows = tuple((name, *map(round, lengths)) for name, *lengths in zip(names, *figures, strict=True))
    return Table(title=msg("inspect_dataset.spread.title"), columns=tuple(columns), rows=rows)


def _odd(found: tuple[Odd, ...]) -> Table:
    shown = found[:ODD_SHOWN]
    columns = tuple(
        Column(label=msg(f"inspect_dataset.odd.{key}"), numeric=key in ("times", "rows"))
        for key in ("character", "name", "times", "rows")
    )
    rows = tuple(
        (
            f"{odd.character} {odd.code}" if odd.visible else odd.code,
            msg(f"inspect_dataset.characters.{odd.key}", name=odd.name.lower()),
            odd.times, odd.rows,
        )
        for odd in shown
    )  # fmt: skip
    caption = msg("inspect_dataset.odd.caption", n=len(found), shown=len(shown))
    return Table(title=msg("inspect_dataset.odd.title"), columns=columns, rows=rows, caption=caption)

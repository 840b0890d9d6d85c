"""The pieces of a text by hand: looked through, left out, joined, cut in two and put back, one or many, with undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, field_validator

from skills.contract import Context, Inputs, Skill
from skills.dataset.edit_result import EditResult, LeftPiece, Piece, pieces_of
from skills.dataset.entries import (
    BY_HAND,
    CUT,
    JOIN,
    LEAVE_OUT,
    PUT_BACK,
    NoSuchEntry,
    NothingMeant,
    Side,
    Sort,
    aside,
    beside,
    by_document,
    chosen,
    cut,
    holding,
    join,
    leave_out,
    of_sort,
    put_back,
)
from skills.dataset.revise import revise, undo
from skills.errors import BadInput, FileEmpty
from skills.reading.left_out import read_left_out
from skills.workspace import Manifest, Row

PAGE = 12
"""Pieces that are listed at once."""
AROUND = 2
"""Pieces that are listed above what was changed."""
MOST = 100_000
"""Characters of words to look for, or to cut at, at most."""
Action = Literal["list", "aside", "leave_out", "join", "cut", "put_back", "undo"]


class EditInputs(Inputs):
    """What to do with which pieces: by their numbers (from 1, as they are listed), by a `sort`, or those that hold
    some words. `join` takes all of them as one piece; with `side`, each with the one below or above it; with `sort`
    documents the pieces of each document. `cut` cuts one piece where the words `at` begin, else at its blank lines.
    `put_back` takes the numbers that what was left out had; without any, all of it comes back. Where it is not said
    which pieces, they are listed and asked for."""

    file: str | None = Field(None, description="edit_entries.fields.file")
    action: Action = Field("list", description="edit_entries.fields.action")
    entries: tuple[int, ...] = Field((), max_length=100_000, description="edit_entries.fields.entries")
    sort: Sort | Literal["documents"] | None = Field(None, description="edit_entries.fields.sort")
    holding: str | None = Field(None, min_length=1, max_length=MOST, description="edit_entries.fields.holding")
    words: int | None = Field(None, ge=1, le=100_000, description="edit_entries.fields.words")
    side: Side | None = Field(None, description="edit_entries.fields.side")
    at: str | None = Field(None, min_length=1, max_length=MOST, description="edit_entries.fields.at")
    start: int = Field(1, ge=1, description="edit_entries.fields.start")

    @field_validator("entries", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """`3, 7` as it is written on the command line."""
        return [number.strip() for number in value.split(",") if number.strip()] if isinstance(value, str) else value


def run(inputs: EditInputs, ctx: Context) -> EditResult:
    """Do it, and show the pieces there are then. Raises FileMissing, NoSuchEntry, NothingMeant, CannotJoin, CannotCut,
    NotLeftOut, FileEmpty (nothing would be left), BadInput (nothing to undo, several to cut), DiskFull."""
    manifest = ctx.workspace.find(inputs.file)
    if inputs.action == "undo":
        if not _can_undo(manifest):
            raise BadInput(name=manifest.name, problem="", kind="nothing_by_hand")
        return _shown(undo(ctx.workspace, manifest.id), inputs, ctx, rows_before=manifest.rows)
    rows = list(ctx.workspace.rows(manifest.id))
    said = bool(inputs.sort or inputs.holding or inputs.entries)
    if inputs.action == "put_back" and not aside(ctx.workspace, manifest):
        return _shown(manifest, inputs.model_copy(update={"action": "aside"}), ctx, rows_before=manifest.rows)
    if inputs.action in ("list", "aside") or (not said and inputs.action != "put_back"):
        meant = _meant(inputs, manifest, rows) if said else []
        return _shown(manifest, inputs, ctx, rows_before=manifest.rows, only=meant)
    after, kind, touched, place = _changed(inputs, manifest, rows, ctx)
    if not after:
        raise FileEmpty(name=manifest.name)
    changed = revise(ctx.workspace, manifest.id, kind, touched, after)
    masked = kind == PUT_BACK and any(change.kind == "mask" for change in manifest.changes)
    return _shown(
        changed, inputs, ctx, rows_before=manifest.rows, touched=touched, first=max(1, place - AROUND), masked=masked
    )


def _changed(inputs: EditInputs, manifest: Manifest, rows: list[Row], ctx: Context) -> tuple[list[Row], str, int, int]:
    """The rows after it, what the change is called, how many pieces it touched, and the number of the first."""
    name = manifest.name
    if inputs.action == "put_back":
        left = aside(ctx.workspace, manifest)
        back = chosen(left, inputs.entries, name)
        after = put_back(rows, back)
        return after, PUT_BACK, len(back), _first_new(rows, after)
    if inputs.action == "join" and inputs.sort == "documents":
        groups: list[list[int]] = by_document(rows)
        if not groups:
            raise NothingMeant(name=name)
        return join(rows, groups, name), JOIN, sum(map(len, groups)), groups[0][0]
    meant = _meant(inputs, manifest, rows)
    if inputs.action == "leave_out":
        return leave_out(rows, set(meant)), LEAVE_OUT, len(meant), meant[0]
    if inputs.action == "join":
        alone = len(meant) == 1 or inputs.sort or inputs.holding
        groups = beside(rows, meant, inputs.side or "below", name) if inputs.side or alone else [meant]
        return join(rows, groups, name), JOIN, sum(map(len, groups)), groups[0][0]
    if len(meant) > 1:
        raise BadInput(name=name, problem=len(meant), kind="one_to_cut")
    return cut(rows, meant[0], inputs.at, name), CUT, 1, meant[0]


def _meant(inputs: EditInputs, manifest: Manifest, rows: Sequence[Row]) -> list[int]:
    """The numbers of the pieces that are meant, in order. Raises NoSuchEntry, NothingMeant."""
    if inputs.entries:
        _check(inputs.entries, len(rows), manifest.name)
        return sorted(set(inputs.entries))
    if inputs.holding is not None:
        found = holding(rows, inputs.holding)
    elif inputs.sort is not None and inputs.sort != "documents":  # those are joined, and nothing else
        found = of_sort(rows, inputs.sort, inputs.words)
    else:
        found = []
    if not found:
        raise NothingMeant(name=manifest.name)
    return found


def _check(numbers: Sequence[int], count: int, name: str) -> None:
    for number in numbers:
        if not 1 <= number <= count:
            raise NoSuchEntry(name=name, number=number, rows=count)


def _first_new(rows: Sequence[Row], after: Sequence[Row]) -> int:
    return next((i for i, (a, b) in enumerate(zip(rows, after, strict=False), start=1) if a != b), len(rows) + 1)


def _can_undo(manifest: Manifest) -> bool:
    return bool(manifest.changes) and manifest.changes[-1].kind in BY_HAND


def _shown(
    manifest: Manifest, inputs: EditInputs, ctx: Context, rows_before: int, touched: int = 0,
    first: int | None = None, only: Sequence[int] = (), masked: bool = False,
) -> EditResult:  # fmt: skip
    """The result, with the pieces there are now: `only` some of them, from the number `first` on."""
    rows = list(ctx.workspace.rows(manifest.id))
    first = inputs.start if first is None else first
    numbers = list(only) or range(1, len(rows) + 1)
    shown = [number for number in numbers if number >= first][:PAGE]
    dates, short = of_sort(rows, "dates"), of_sort(rows, "short")
    left = aside(ctx.workspace, manifest)
    reading = read_left_out(ctx.workspace.datasets / manifest.id)
    return EditResult(
        dataset=manifest.id, name=manifest.name, shape=manifest.shape, action=inputs.action, touched=touched,
        rows_before=rows_before, rows_after=manifest.rows, can_undo=_can_undo(manifest), masked=masked,
        pieces=pieces_of(rows, shown), shown=",".join(map(str, shown)), found=len(numbers),
        more=next((number for number in numbers if shown and number > shown[-1]), None),
        chosen={key: value for key in ("sort", "holding", "words") if (value := getattr(inputs, key)) is not None},
        dates=len(dates), short=len(short),
        aside=tuple(Piece.of(one.number, one.row) for one in left),
        reading=tuple(LeftPiece(kind, text) for kind, text in reading), facts=manifest.facts,
    )  # fmt: skip


SKILL = Skill(name="edit_entries", Inputs=EditInputs, run=run)

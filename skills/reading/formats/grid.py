"""A sheet as a table: what spreadsheets have and csv has not (cells that span rows, empty rows, a row set apart)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from skills.blocks import Scalar
from skills.errors import FileEmpty, FileUnreadable
from skills.reading.left_out import LeftOut
from skills.reading.part import Part, write_table

COLUMNS = 200
"""Columns that are read; beyond, sheets hold calculations and not texts."""
LABEL = 120
"""Characters up to which what spans several rows is a label of each; what is longer is a text, and there once."""


class Span(NamedTuple):
    """A cell that spans the rows `top` to `bottom`, counted from 0, and begins in the column `left`."""

    top: int
    left: int
    bottom: int


class Grid:
    """A sheet as it comes: `rows` are numbered from 0, in order, and may be missing where nothing is in them.

    `marked`: the row that its author set apart, by its letters or by keeping it in sight.
    """

    def __init__(
        self,
        title: str | None,
        rows: Iterable[tuple[int, Sequence[str]]],
        spans: Iterable[Span] = (),
        marked: int | None = None,
        left: LeftOut | None = None,
    ) -> None:
        self.title = title
        self.left = LeftOut() if left is None else left
        self._rows = rows
        self._marked = marked
        self._spans: dict[int, list[Span]] = defaultdict(list)
        for span in spans:
            self._spans[span.top].append(span)
        self._written = 0
        self._header: int | None = None
        self._repeated: Counter[int] = Counter()

    def part(self, name: str, folder: Path) -> Part | None:
        """The sheet as a table, None if there is nothing in it. Raises what `write_table` raises."""
        try:
            part = write_table(self._filled(), name, folder, self.title)
        except FileEmpty:
            return None
        # A single cell of a column that spans two rows is one of a header.
        repeated = {column: times for column, times in self._repeated.items() if times > 1}
        facts: dict[str, Scalar] = {"merged_cells": sum(repeated.values())} if repeated else {}
        grouped = max(repeated, key=lambda column: repeated[column]) if repeated else None
        return replace(part, facts=facts, left=self.left, marked=self._header, grouped=grouped)

    def _filled(self) -> Iterator[list[str]]:
        """The rows with what spans them in each, as far as they have something of their own; empty ones as one."""
        open_: list[tuple[Span, str]] = []
        before = -1
        for number, row in self._rows:
            cells = self._bounded(row)
            if not any(cells):
                continue
            if 0 <= before < number - 1:
                self._written += 1
                yield []
            before = number
            open_ = [(span, value) for span, value in open_ if span.bottom >= number]
            for span, value in open_:
                self._repeat(span, value, cells)
            open_ += [(span, cells[span.left]) for span in self._below(number) if span.left < len(cells)]
            if number == self._marked:
                self._header = self._written
            self._written += 1
            yield cells

    def _below(self, number: int) -> list[Span]:
        return [span for span in self._spans.pop(number, ()) if span.bottom > number]

    def _repeat(self, span: Span, value: str, cells: list[str]) -> None:
        cells += [""] * (span.left + 1 - len(cells))
        if value and len(value) <= LABEL and not cells[span.left]:
            cells[span.left] = value
            self._repeated[span.left] += 1

    def _bounded(self, row: Sequence[str]) -> list[str]:
        cells = [cell.strip() for cell in row[:COLUMNS]]
        for cell in row[COLUMNS:]:
            if cell.strip():
                self.left.leave("far_cells", cell)
        while cells and not cells[-1]:
            cells.pop()
        return cells


def parts_of(grids: Iterable[Grid], name: str, folder: Path, hidden: int = 0) -> list[Part]:
    """The sheets that have something in them; `hidden`: how many the author keeps out of sight.

    Raises FileEmpty, or FileUnreadable (`sheet_formulas`) where there are only formulas, and not what they gave.
    """
    parts: list[Part] = []
    formulas = False
    for grid in grids:
        part = grid.part(name, folder)
        formulas = formulas or grid.left["formulas"] > 0
        parts += [part] if part is not None else []
    if not parts:
        raise FileUnreadable(name=name, kind="sheet_formulas") if formulas else FileEmpty(name=name)
    if hidden:
        parts[0] = replace(parts[0], facts=parts[0].facts | {"hidden_sheets": hidden})
    return parts

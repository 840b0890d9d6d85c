"""Tables of a web page that calls itself a spreadsheet (.xls), as banks and school systems hand them out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from skills.errors import FileTooLarge, FileUnreadable
from skills.reading.formats.grid import COLUMNS, Grid, Span, parts_of
from skills.reading.formats.packed import XML_LIMIT
from skills.reading.formats.web import cell_text, decoded, shown, tree
from skills.reading.part import Part

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

ROWS = 65_536
"""Rows that a cell may span: as many as such a sheet has."""


def read(path: Path, name: str, folder: Path) -> list[Part]:
    if path.stat().st_size > XML_LIMIT:
        raise FileTooLarge(name=name, bytes=path.stat().st_size, limit=XML_LIMIT)
    text, named = decoded(path, path.read_bytes(), name)
    root = tree(text, name)
    # A table with tables inside is there to place them, and one of a single row or column is a heading.
    tables = [table for table in root.iter("table") if table.find(".//table") is None]
    tables = [table for table in tables if _is_table(table)] or tables
    if not tables:
        raise FileUnreadable(name=name, kind="html")
    parts = parts_of(map(_grid, tables), name, folder)
    for table in tables:
        table.drop_tree()
    for paragraph in shown(root).paragraphs:
        if paragraph.text.strip():
            parts[0].left.leave("around_table", paragraph.text)
    return [replace(part, source=part.source._replace(named=named)) for part in parts]


def _is_table(table: Element) -> bool:
    rows = [len(list(row.iter("td", "th"))) for row in table.iter("tr")]
    return len(rows) > 1 and max(rows) > 1


def _grid(table: Element) -> Grid:
    spans: list[Span] = []
    rows = list(_rows(table, spans))
    caption = next(table.iter("caption"), None)
    return Grid(cell_text(caption) if caption is not None else None, rows, spans)


def _rows(table: Element, spans: list[Span]) -> Iterator[tuple[int, list[str]]]:
    """The rows of cells; a cell that spans rows keeps its place in those below."""
    taken: dict[int, int] = {}
    for number, row in enumerate(table.iter("tr")):
        cells: list[str] = []
        for cell in row.iter("td", "th"):
            while taken.get(len(cells), 0) > number and len(cells) < COLUMNS:
                cells.append("")
            place = len(cells)
            across, down = _count(cell, "colspan", COLUMNS), _count(cell, "rowspan", ROWS)
            cells += [cell_text(cell), *[""] * (across - 1)]
            taken |= dict.fromkeys(range(place, place + across), number + down)
            spans.append(Span(number, place, number + down - 1))
        yield number, cells


def _count(cell: Element, name: str, most: int) -> int:
    value = (cell.get(name) or "").strip()
    return min(max(1, int(value)), most) if value.isascii() and value.isdigit() and len(value) < 8 else 1

"""Excel's tables of 2003 as a single XML file (.xls, .xml), which banks, schools and statistics still hand out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from skills.errors import FileTooLarge
from skills.reading.formats.grid import Grid, Span, parts_of
from skills.reading.formats.packed import XML_LIMIT, xml
from skills.reading.left_out import LeftOut
from skills.reading.part import Part

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BROKEN = "sheet_broken"
NAMESPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"
COLUMNS_THERE = 16_384
"""Columns that a sheet of any Excel has."""
HIDDEN = "{urn:schemas-microsoft-com:office:excel}Visible"


def read(path: Path, name: str, folder: Path) -> list[Part]:
    if path.stat().st_size > XML_LIMIT:
        raise FileTooLarge(name=name, bytes=path.stat().st_size, limit=XML_LIMIT)
    root = xml(path.read_bytes().lstrip(), name, BROKEN)
    sheets = list(root.iter(f"{NAMESPACE}Worksheet"))
    shown = [sheet for sheet in sheets if next(sheet.iter(HIDDEN), None) is None]
    return parts_of(map(_grid, shown), name, folder, hidden=len(sheets) - len(shown))


def _grid(sheet: Element) -> Grid:
    spans: list[Span] = []
    left = LeftOut()
    rows = list(_rows(sheet, spans, left))
    return Grid(sheet.get(f"{NAMESPACE}Name"), rows, spans, left=left)


def _rows(sheet: Element, spans: list[Span], left: LeftOut) -> Iterator[tuple[int, list[str]]]:
    number = -1
    for row in sheet.iterfind(f"{NAMESPACE}Table/{NAMESPACE}Row"):
        number = _count(row, "Index", number + 2) - 1
        cells: list[str] = []
        place = 0
        for cell in row.iterfind(f"{NAMESPACE}Cell"):
            place = _count(cell, "Index", place + 1) - 1
            if not len(cells) <= place < COLUMNS_THERE:
                break
            cells += [""] * (place - len(cells)) + [_shown(cell, left)]
            across, down = _count(cell, "MergeAcross", 0), _count(cell, "MergeDown", 0)
            spans.append(Span(number, place, number + down))
            place += 1 + across
        yield number, cells


def _count(node: Element, name: str, otherwise: int) -> int:
    value = node.get(NAMESPACE + name) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 8 else otherwise


def _shown(cell: Element, left: LeftOut) -> str:
    """A cell as it would be typed; letters may be set apart by tags of their own."""
    data = cell.find(f"{NAMESPACE}Data")
    text = "".join(map(str, data.itertext())).strip() if data is not None else ""
    kind = data.get(f"{NAMESPACE}Type") if data is not None else None
    if not text and kind != "String" and (formula := cell.get(f"{NAMESPACE}Formula")):
        left.leave("formulas", formula)
    if kind == "DateTime":
        return text.removesuffix(".000").removesuffix("T00:00:00").replace("T", " ")
    return text

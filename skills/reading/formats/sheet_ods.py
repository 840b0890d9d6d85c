"""LibreOffice's spreadsheets (.ods, .fods): the visible sheets, one after the other, as tables of what is in sight."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from skills.errors import FileTooLarge, FileUnreadable
from skills.reading.formats.grid import COLUMNS, Grid, Span, parts_of
from skills.reading.formats.packed import XML_LIMIT, archive, member, xml
from skills.reading.left_out import LeftOut
from skills.reading.part import Part

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BROKEN = "sheet_broken"
OFFICE, STYLE, TABLE, TEXT = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "style", "table", "text")
)
REPEATED, WRITTEN = 100_000, 20_000_000
"""Times that a row is taken which the file says once with how often it stands there; characters that makes at most."""
FAR = 16_384
"""Columns that a sheet of LibreOffice has."""
GROUPS = frozenset({f"{TABLE}table-header-rows", f"{TABLE}table-rows", f"{TABLE}table-row-group"})
SPACE = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}


def read(path: Path, name: str, folder: Path) -> list[Part]:
    if zipfile.is_zipfile(path):
        with archive(path, name, BROKEN) as opened:
            if b"encryption-data" in (member(opened, "META-INF/manifest.xml", name) or b""):
                raise FileUnreadable(name=name, kind="office_locked")
            content = member(opened, "content.xml", name)
    elif (size := path.stat().st_size) > XML_LIMIT:
        raise FileTooLarge(name=name, bytes=size, limit=XML_LIMIT)
    else:
        content = path.read_bytes()
    if content is None:
        raise FileUnreadable(name=name, kind=BROKEN)
    root = xml(content, name, BROKEN)
    hidden = {
        style.get(f"{STYLE}name")
        for style in root.iter(f"{STYLE}style")
        if any(look.get(f"{TABLE}display") == "false" for look in style)
    }
    sheets = [table for book in root.iter(f"{OFFICE}spreadsheet") for table in book.iterfind(f"{TABLE}table")]
    shown = [sheet for sheet in sheets if sheet.get(f"{TABLE}style-name") not in hidden]
    return parts_of(map(_grid, shown), name, folder, hidden=len(sheets) - len(shown))


def _grid(sheet: Element) -> Grid:
    spans: list[Span] = []
    left = LeftOut()
    rows = list(_rows(sheet, spans, left))
    header = next(sheet.iter(f"{TABLE}table-header-rows"), None)
    marked = rows[0][0] if header is not None and rows and rows[0][0] == 0 else None
    return Grid(sheet.get(f"{TABLE}name"), rows, spans, marked, left)


def _rows(sheet: Element, spans: list[Span], left: LeftOut) -> Iterator[tuple[int, list[str]]]:
    number = 0
    for row in _in_order(sheet):
        cells = _cells(row, number, spans, left)
        times = _count(row, "number-rows-repeated", 1)
        if any(cells):
            for repeated in range(min(times, REPEATED, 1 + WRITTEN // sum(map(len, cells)))):
                yield number + repeated, cells
        number += times


def _in_order(group: Element) -> Iterator[Element]:
    for child in group:
        if child.tag == f"{TABLE}table-row":
            yield child
        elif child.tag in GROUPS:
            yield from _in_order(child)


def _cells(row: Element, number: int, spans: list[Span], left: LeftOut) -> list[str]:
    found: list[str] = []
    for cell in row.iterfind("*"):
        text = _shown(cell, left) if cell.tag == f"{TABLE}table-cell" else ""
        down = _count(cell, "number-rows-spanned", 1)
        if text and down > 1:
            spans.append(Span(number, len(found), number + down - 1))
        times = _count(cell, "number-columns-repeated", 1)
        found += [text] * min(times, (COLUMNS if text else FAR) - min(len(found), COLUMNS))
        if len(found) > FAR:
            break
    while found and not found[-1]:
        found.pop()
    return found


def _count(node: Element, name: str, otherwise: int) -> int:
    value = node.get(TABLE + name) or ""
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) < 8 else otherwise


def _shown(cell: Element, left: LeftOut) -> str:
    """A cell as it would be typed."""
    kind = cell.get(f"{OFFICE}value-type")
    text = "\n".join(_text(line) for line in cell.iterfind(f"{TEXT}p")).strip()
    value = cell.get(f"{OFFICE}value")
    if kind == "float" and value is not None:
        return str(value).removesuffix(".0")
    if kind == "date" and (date := cell.get(f"{OFFICE}date-value")):
        return str(date).removesuffix("T00:00:00").replace("T", " ")
    if not text and kind is None and (formula := cell.get(f"{TABLE}formula")):
        left.leave("formulas", formula)
    return text


def _text(node: Element) -> str:
    """The text of a paragraph, without the comments in it."""
    found = [node.text or ""]
    for child in node:
        if child.tag == f"{TEXT}s":
            found.append(" " * min(_spaces(child), 1_000))
        elif child.tag in SPACE:
            found.append(SPACE[str(child.tag)])
        elif isinstance(child.tag, str) and child.tag != f"{OFFICE}annotation":
            found.append(_text(child))
        found.append(child.tail or "")
    return "".join(found)


def _spaces(node: Element) -> int:
    value = node.get(f"{TEXT}c") or "1"
    return int(value) if value.isascii() and value.isdigit() and len(value) < 8 else 1

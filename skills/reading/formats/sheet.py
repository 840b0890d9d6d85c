"""Excel's workbooks (.xlsx): the visible sheets, one after the other, as tables of the values that were last seen."""

from __future__ import annotations

import datetime
import itertools
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from skills.errors import FileEmpty, FileUnreadable
from skills.reading.formats.grid import Grid, Span, parts_of
from skills.reading.formats.packed import CHUNK, archive, stream, weigh
from skills.reading.left_out import LeftOut
from skills.reading.part import Part

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

BROKEN = "sheet_broken"
UNPACKED = 150_000_000
BEGINNING = 30
"""Rows among which the header is looked for."""

MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
FROZEN = re.compile(rb'<(?:\w+:)?pane\s[^<>]*?ySplit="(\d{1,2})"[^<>]*?state="frozen')
FILTERED = re.compile(rb'<(?:\w+:)?autoFilter\s[^<>]*?ref="\$?[A-Z]+\$?(\d{1,2}):')
FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^<>]*)>\s*<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>([^<]*)</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
"""A cell with a formula and without what it gave; a text that it gave may be empty."""
CELL_END = b"c>"
"""How a cell ends, whatever stands before its name."""


class Seen(NamedTuple):
    """What openpyxl does not tell while it streams a sheet."""

    spans: tuple[Span, ...]
    marked: int | None
    formulas: LeftOut


def read(path: Path, name: str, folder: Path) -> list[Part]:
    from openpyxl import load_workbook

    with archive(path, name, BROKEN) as opened:
        weigh(opened, name, UNPACKED)
        try:
            # An open file: of a path openpyxl wants to see the ending of the name.
            with path.open("rb") as file:
                book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
                sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
                grids = (_grid(sheet, opened, name) for sheet in sheets)
                parts = parts_of(grids, name, folder, hidden=len(book.worksheets) - len(sheets))
                book.close()
        except (FileEmpty, FileUnreadable, MemoryError):
            raise
        except Exception as error:  # openpyxl lets whatever a damaged file causes through
            raise FileUnreadable(name=name, kind=BROKEN) from error
    return parts


def _grid(sheet: ReadOnlyWorksheet, opened: zipfile.ZipFile, name: str) -> Grid:
    # The size that the file claims is not believed: it decides how many empty cells are made up.
    sheet.reset_dimensions()
    seen = _seen(sheet, opened, name)
    return Grid(sheet.title, _rows(sheet), seen.spans, seen.marked, seen.formulas)


def _rows(sheet: ReadOnlyWorksheet) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True)):
        if row:
            yield number, [_shown(value) for value in row]


def _seen(sheet: ReadOnlyWorksheet, opened: zipfile.ZipFile, name: str) -> Seen:
    from openpyxl.utils.cell import range_boundaries

    merged: dict[str, None] = {}
    frozen = filtered = None
    formulas = LeftOut()
    data = b""
    for chunk in stream(opened, opened.getinfo(sheet._worksheet_path), name, UNPACKED):
        data += chunk
        for attributes, formula in FORMULA.findall(data):
            if b't="str"' not in attributes:
                formulas.leave("formulas", f"={formula.decode('utf-8', 'replace')}")
        merged |= dict.fromkeys(match.decode() for match in MERGED.findall(data))
        frozen = frozen or FROZEN.search(data)
        filtered = filtered or FILTERED.search(data)
        data = data[data.rfind(CELL_END) + 1 :][-CHUNK:]
    places = (range_boundaries(ref) for ref in merged)
    spans = tuple(Span(top - 1, left - 1, bottom - 1) for left, top, _, bottom in places)
    row = filtered or frozen
    return Seen(spans, int(row[1]) - 1 if row else _bold_row(sheet), formulas)


def _bold_row(sheet: ReadOnlyWorksheet) -> int | None:
    """The first row with more than a title in it if it alone is in bold letters."""
    bold = []
    for number, row in enumerate(itertools.islice(sheet.iter_rows(), BEGINNING)):
        filled = [cell for cell in row if cell.value is not None]
        if filled:
            bold.append((number, len(filled), all(cell.font is not None and cell.font.b for cell in filled)))
    wide = max((size for _, size, _ in bold), default=0)
    rows = [(number, heavy) for number, size, heavy in bold if size > 0.5 * wide]
    return rows[0][0] if len(rows) > 1 and rows[0][1] and not rows[1][1] else None


def _shown(value: Any) -> str:
    """A cell as it would be typed."""
    from openpyxl.utils.escape import unescape

    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return unescape(value).strip() if isinstance(value, str) else str(value)

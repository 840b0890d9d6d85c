"""Excel's workbooks (.xlsx): the visible sheets, one after the other, as tables of the values that were last seen."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skills.errors import FileEmpty, FileUnreadable
from skills.reading.formats.packed import archive, weigh
from skills.reading.part import Part, write_table

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

BROKEN = "sheet_broken"
UNPACKED = 150_000_000
COLUMNS = 200
"""Columns that are read; beyond, sheets hold calculations and not texts."""


def read(path: Path, name: str, folder: Path) -> list[Part]:
    from openpyxl import load_workbook

    with archive(path, name, BROKEN) as opened:
        weigh(opened, name, UNPACKED)
    try:
        # An open file: of a path openpyxl wants to see the ending of the name.
        with path.open("rb") as file:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            parts = [part for sheet in sheets if (part := _part(sheet, name, folder)) is not None]
            book.close()
    except (FileEmpty, FileUnreadable, MemoryError):
        raise
    except Exception as error:  # openpyxl lets whatever a damaged file causes through
        raise FileUnreadable(name=name, kind=BROKEN) from error
    if not parts:
        raise FileEmpty(name=name)
    return parts


def _part(sheet: ReadOnlyWorksheet, name: str, folder: Path) -> Part | None:
    try:
        return write_table(_rows(sheet), name, folder, title=sheet.title)
    except FileEmpty:
        return None


def _rows(sheet: ReadOnlyWorksheet) -> Iterator[list[str]]:
    # The size that the file claims is not believed: it decides how many empty cells are made up.
    sheet.reset_dimensions()
    for row in sheet.iter_rows(values_only=True):
        cells = [_shown(value) for value in row[:COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield cells


def _shown(value: Any) -> str:
    """A cell as it would be typed."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value).strip()

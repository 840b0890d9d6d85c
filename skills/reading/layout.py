"""How a table is laid out in its file, told by its beginning, and its rows as records, streamed."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from skills.errors import FileUnreadable
from skills.reading.delimited import Dialect, rows_of
from skills.reading.header import column_names, header_rows, numbered, rows_above
from skills.reading.left_out import LeftOut
from skills.reading.read import TextSource, lines
from skills.reading.tables import is_stamp
from skills.texts.normalize import fold_word
from skills.texts.sentences import names, words

NO_VALUE = frozenset({
    "\\N", "NULL", "#N/A", "#N/D", "#REF!", "#¡REF!", "#VALUE!", "#¡VALOR!", "#VALOR!", "#NAME?", "#¿NOMBRE?", "#NUM!",
    "#¡NUM!", "#DIV/0!", "#¡DIV/0!", "#NULL!", "#¡NULO!", "#ERROR!", "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA",
})  # fmt: skip
"""What databases write for nothing, and spreadsheets for what could not be calculated."""
TOTALS = names("total totales totals subtotal subtotales subtotals promedio promedios average averages")
SUMS = names("suma sum media mean")
"""What is a total if it stands alone, and else may be the beginning of a name."""
TOTAL_STARTS = tuple({name[:3] for name in TOTALS | SUMS})
ALIKE = 0.9
"""Share of the rows that must have a cell more than there are names for the column to be there."""
BELOW = 20
"""Rows that may stand below a table."""


class Layout(NamedTuple):
    """`names` of all columns in order, None for one that has neither a name nor anything in it.

    `above`, `header`: rows before the table, and rows with its names. `even`: the program that had it fills its rows,
    so that what is missing is empty. `twice`: columns had the same name.
    """

    dialect: Dialect
    names: tuple[str | None, ...]
    above: int = 0
    header: int = 0
    even: bool = False
    twice: bool = False

    @property
    def used(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if name is not None)


def layout_of(rows: Sequence[Sequence[str]], dialect: Dialect, even: bool = False, marked: int | None = None) -> Layout:
    """How the rows of a table's beginning are laid out. `marked`: the row that was set apart as its header."""
    above, header = _places(rows, marked)
    body = [row for row in rows[above + header :] if any(map(str.strip, row))]
    found = column_names(rows[above:], header)
    sizes = [len(row) for row in body or rows[above:]]
    usual, times = Counter(sizes).most_common(1)[0] if sizes else (0, 0)
    widest = max(sizes, default=0)
    if even or not header:
        found += [""] * ((widest if even else usual) - len(found))
    elif usual == len(found) + 1 and times >= ALIKE * len(sizes):
        # What R writes has no name for the numbers of the rows; others end each row with a delimiter.
        first = [row[0].strip() for row in body[:BELOW]]
        found = ["", *found] if first == [str(i) for i in range(1, len(first) + 1)] else [*found, ""]
    filled = {i for row in body for i, cell in enumerate(row) if cell.strip()}
    while not even and len(found) > widest and not found[-1]:
        found.pop()
    called = numbered(found)
    kept = (name if found[i] or i in filled else None for i, name in enumerate(called))
    named = [fold_word(name) for name in found if name]
    return Layout(dialect, tuple(kept), above, header, even, twice=len(set(named)) < len(named))


def _places(rows: Sequence[Sequence[str]], marked: int | None) -> tuple[int, int]:
    """Rows above the table, and rows with names."""
    widest = max(map(len, rows))
    # A title is set apart as well.
    if marked is not None and marked < len(rows) and sum(map(bool, rows[marked])) >= max(1, 0.5 * widest):
        return marked, max(1, header_rows(rows[marked:]))
    above = rows_above(rows)
    return above, header_rows(rows[above:])


def table_rows(
    source: TextSource, layout: Layout, name: str, left: LeftOut, text: str | None = None
) -> Iterator[dict[str, str]]:
    """The records of a table, streamed. What is none of them is left out: what stands above and below, totals.

    Missing cells are empty, cells too many go on the last column; such rows are counted as `uneven_rows`. `text`: the
    column that holds the text, which is never taken for a note below the table. Raises FileUnreadable (`csv_broken`).
    """
    if layout.dialect.told:
        left.leave("sep_line", f"sep={layout.dialect.delimiter}")
    try:
        rows = rows_of(lines(source), layout.dialect)
        for row in itertools.islice(rows, layout.above):
            if any(map(str.strip, row)):
                left.leave("around_table", _shown(row))
        header = list(itertools.islice(rows, layout.header))
        yield from _records(rows, header, layout, left, text)
    except csv.Error as error:
        raise FileUnreadable(name=name, kind="csv_broken") from error


def _records(
    rows: Iterator[list[str]], header: list[list[str]], layout: Layout, left: LeftOut, text: str | None
) -> Iterator[dict[str, str]]:
    first = next((i for i, name in enumerate(layout.names) if name is not None), 0)
    single = len(layout.used) == 1
    notes = not single and layout.names[first] != text
    held: list[list[str]] = []
    apart = False
    for row in rows:
        if not any(row):
            apart = True
            if row:
                yield _record(_fitted(row, layout, left), layout, left)
            continue
        if row in header:
            left.leave("repeated_headers", _shown(row))
            continue
        if not NO_VALUE.isdisjoint(row):
            left["no_value"] += sum(cell in NO_VALUE for cell in row)
            row = ["" if cell in NO_VALUE else cell for cell in row]
        if not single and _is_total(row):
            left.leave("total_rows", _shown(row))
            continue
        if notes and (apart or held) and _is_note(row, first):
            held.append(row)
            # So many are no notes.
            notes = len(held) < BELOW
            continue
        apart = False
        for waiting in (*held, row):
            yield _record(_fitted(waiting, layout, left), layout, left)
        held.clear()
    for row in held:
        left.leave("around_table", _shown(row))


def _record(row: list[str], layout: Layout, left: LeftOut) -> dict[str, str]:
    record = dict(zip(layout.names, row, strict=True))
    if None in record:
        strays = [cell for name, cell in zip(layout.names, row, strict=True) if name is None and cell.strip()]
        for cell in strays:
            left.leave("stray_cells", cell)
        del record[None]
    return record  # type: ignore[return-value]


def _fitted(row: list[str], layout: Layout, left: LeftOut) -> list[str]:
    """A row with as many cells as there are columns; what a comma of a sentence parted is put together first."""
    width = len(layout.names)
    if len(row) == width:
        return row
    if len(row) < width:
        if not layout.even:
            left["uneven_rows"] += 1
        return [*row, *[""] * (width - len(row))]
    mark = layout.dialect.delimiter
    while len(row) > width and not row[-1].strip():
        row = row[:-1]
    if len(row) == width:
        return row
    left["uneven_rows"] += 1
    cells = row[:1]
    for i, cell in enumerate(row[1:], start=1):
        if cell.startswith(" ") and len(cells) + len(row) - i > width:
            cells[-1] += mark + cell
        else:
            cells.append(cell)
    return [*cells[: width - 1], mark.join(cells[width - 1 :])]


def _is_total(row: Sequence[str]) -> bool:
    """Is it what a spreadsheet counted of the rows? A word that says so, and numbers."""
    lead = next((cell for cell in row if cell.strip()), "").strip()
    if not lead[:3].casefold().startswith(TOTAL_STARTS) or len(lead) > 40:
        return False
    said = words(fold_word(lead))
    others = [cell for cell in row if cell.strip() and cell.strip() != lead]
    counted = others or ([lead.rpartition(" ")[2]] if len(said) > 1 else [])
    called = said[0] in TOTALS and len(said) <= 4
    return (called or (len(said) == 1 and said[0] in SUMS)) and all(map(is_stamp, counted))


def _is_note(row: Sequence[str], first: int) -> bool:
    """Is there nothing in the row but its first cell?"""
    return len(row) > first and bool(row[first].strip()) and not any(map(str.strip, row[first + 1 :]))


def _shown(row: Sequence[str]) -> str:
    return " | ".join(cell.strip() for cell in row if cell.strip())

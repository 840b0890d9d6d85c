"""Notes at the foot of printed pages, the marks that call them, and tables of contents: left out, counted and kept."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from skills.reading.formats.printed.lines import Line
from skills.reading.formats.printed.words import LOWERED, RAISED
from skills.reading.left_out import LeftOut

BEGINS = re.compile(
    rf"{RAISED}([^{LOWERED}]{{1,6}}){LOWERED}\s*|[\[(]?(\d{{1,3}}|[*†‡§]{{1,3}})[\])]?[.:]?\s+(?=\S)|(\d{{1,3}}|[*†‡§]{{1,3}})(?=[¿¡«“]?[^\W\d_])"
)
"""The mark that a note begins with."""
MARK = re.compile(rf"{RAISED}([^{LOWERED}]*){LOWERED}")
LEADS = re.compile(r"[.·…_](?: ?[.·…_|]){4,}[ .|]*(?:\d{1,4}|[ivxlc]{1,7})$")
SMALL = 0.93
"""Size of the letters of a note beside those of the text."""


def leave_notes(pages: list[list[Line]], size: float, left: LeftOut) -> None:
    """Take out of each page, in place, the notes at the foot of its columns, and then the marks of notes.

    `size`: that of the letters of the text.
    """
    notes: list[str] = []
    labels: list[set[str]] = []
    noted = False
    for page in pages:
        kept: list[Line] = []
        labels.append(set())
        for column in columns_of(page):
            start = _foot(column, size, noted, alone=not kept)
            noted = start < len(column)
            kept += column[:start]
            for line in column[start:]:
                match = BEGINS.match(line.text)
                if match or not notes:
                    labels[-1].update(label.strip() for label in (match.groups() if match else ()) if label)
                    notes.append(unmarked(line.text))
                else:
                    notes[-1] += f" {unmarked(line.text)}"
        page[:] = kept
    for note in notes:
        left.leave("footnotes", note)
    _leave_marks(pages, labels, left)


def leave_contents(pages: Sequence[list[Line]], left: LeftOut) -> None:
    """Take out, in place, the lines of a table of contents, whose dots lead to the number of a page."""
    found = [line for page in pages for line in page if LEADS.search(line.text)]
    if len(found) < 3:
        return
    for line in found:
        left.leave("contents_lines", line.text)
    gone = {id(line) for line in found}
    for page in pages:
        page[:] = [line for line in page if id(line) not in gone]


def columns_of(page: Sequence[Line]) -> Iterator[list[Line]]:
    column: list[Line] = []
    for line in page:
        if line.fresh and column:
            yield column
            column = []
        column.append(line)
    if column:
        yield column


def _foot(column: Sequence[Line], size: float, noted: bool, alone: bool) -> int:
    """Where the notes of a column begin: small lines to its end, the first with a mark, or (where the column before was
    `noted`) without one, as what is left of a long note. `alone`: nothing is above it on its page."""
    start = len(column)
    while start and column[start - 1].size < SMALL * size and not column[start - 1].cells:
        start -= 1
    marked = [i for i in range(start, len(column)) if BEGINS.match(column[i].text)]
    raised = bool(marked) and column[marked[0]].text.startswith(RAISED)
    if start == 0 and alone and not raised:
        return len(column)
    if noted and start < len(column):
        return start
    return marked[0] if marked else len(column)


def _leave_marks(pages: list[list[Line]], labels: Sequence[set[str]], left: LeftOut) -> None:
    """Marks of notes that were found on their page go with them; so do those that count up to notes elsewhere."""
    marks = [mark.strip() for page in pages for line in page for mark in MARK.findall(line.text)]
    numbers = [int(mark) for mark in marks if mark.isascii() and mark.isdigit()]
    steps = [b == a + 1 or b == 1 for a, b in itertools.pairwise(numbers)]
    counted = len(numbers) >= 3 and numbers[0] == 1 and sum(steps) >= 0.8 * len(steps)
    for page, own, following in zip(pages, labels, [*labels[1:], set()], strict=False):
        for i, line in enumerate(page):
            if RAISED not in line.text:
                continue
            text = line.text
            for match in MARK.finditer(line.text):
                mark = match[1].strip()
                if mark in own | following or (counted and mark.isdigit()):
                    text = text.replace(match[0], "", 1)
                    if mark not in own | following:
                        left.leave("note_marks", mark)
            page[i] = line._replace(text=" ".join(unmarked(text).split()))


def unmarked(text: str) -> str:
    return text.replace(RAISED, "").replace(LOWERED, "")

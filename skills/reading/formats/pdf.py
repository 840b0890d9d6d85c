"""PDF: the text of its pages in reading order, without the headings and numbers that repeat on every page."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from skills.blocks import Scalar
from skills.errors import FileUnreadable
from skills.reading.part import Part, write_text
from skills.reading.rows import unwrap

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfTextPage

PAGES = 5_000
RUNS = 20_000
"""Runs of text on one page beyond which it is drawn rather than written, and left out."""
EDGE = 2
"""Lines at the top and at the bottom of a page that may be its heading or number."""
REPEATED = 0.5
"""Share of the pages on which a line must come back to be taken for furniture of the page."""
WRAPPED = 0.75
"""Share of the lines' ends that the margin must explain for a text to be prose."""
SCANNED = 20
"""Characters a page, on average, below which a PDF is taken for pictures of pages."""


class PdfLine(NamedTuple):
    """A line of text and its place in points, from the left and bottom of the page.

    `limit`: the right edge of its column.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    limit: float = 0.0


def read(path: Path, name: str, folder: Path) -> list[Part]:
    facts: dict[str, Scalar] = {}
    pages, columns = _pages(path, name)
    if sum(len(line.text) for page in pages for line in page) < SCANNED * len(pages):
        raise FileUnreadable(name=name, kind="pdf_scanned")
    if columns:
        facts["columns"] = columns
    if dropped := _without_furniture(pages):
        facts["page_furniture"] = dropped
    return [write_text(_lines(pages), name, folder, facts)]


def _pages(path: Path, name: str) -> tuple[list[list[PdfLine]], int]:
    """The lines of each page, in reading order, and how many pages have columns. Raises FileUnreadable."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD or "assword" in str(error)
        raise FileUnreadable(name=name, kind="pdf_locked" if locked else "pdf_broken") from error
    try:
        return _read_all(document)
    except pypdfium2.PdfiumError as error:
        raise FileUnreadable(name=name, kind="pdf_broken") from error
    finally:
        document.close()


def _read_all(document: PdfDocument) -> tuple[list[list[PdfLine]], int]:
    pages, columns = [], 0
    for number in range(min(len(document), PAGES)):
        page = document[number]
        text = page.get_textpage()
        lines = _joined(_runs(text))
        border = _gutter(lines, page.get_width())
        if border is not None:
            columns += 1
            lines = _by_column(lines, border)
        pages.append(_limited(lines, border))
        text.close()
        page.close()
    return pages, columns


def _runs(text: PdfTextPage) -> list[PdfLine]:
    """The runs of text of a page in the order in which they are stored."""
    count = text.count_rects()
    if count > RUNS:
        return []
    runs = []
    for i in range(count):
        left, bottom, right, top = text.get_rect(i)
        # What stands at a line's end for a hyphen that only divides the word.
        said = text.get_text_bounded(left, bottom, right, top).replace("\x02", "-").replace("\ufffe", "-")
        said = " ".join(said.split())
        if said:
            runs.append(PdfLine(said, left, right, bottom, top))
    return runs


def _joined(runs: list[PdfLine]) -> list[PdfLine]:
    """Runs that stand beside each other on one line, as one."""
    lines: list[PdfLine] = []
    for run in runs:
        last = lines[-1] if lines else None
        height = run.top - run.bottom
        if last is not None and _level(last, run) and -2 <= run.left - last.right <= 1.5 * max(height, 6):
            space = " " if run.left - last.right > 0.15 * height else ""
            lines[-1] = PdfLine(
                last.text + space + run.text, last.left, run.right, min(last.bottom, run.bottom),
                max(last.top, run.top),
            )  # fmt: skip
        else:
            lines.append(run)
    return lines


def _level(a: PdfLine, b: PdfLine) -> bool:
    """On the same line of the page: they overlap by half the height of the smaller."""
    return min(a.top, b.top) - max(a.bottom, b.bottom) > 0.5 * min(a.top - a.bottom, b.top - b.bottom)


def _gutter(lines: list[PdfLine], width: float) -> float | None:
    """Where the white strip between two columns is, if hardly a line crosses it and many stand on each side."""
    best = None
    for share in (0.5, 0.48, 0.52, 0.46, 0.54, 0.44, 0.56, 0.42, 0.58):
        border = share * width
        crossing = sum(line.left < border < line.right for line in lines)
        left = sum(line.right <= border for line in lines)
        right = sum(line.left >= border for line in lines)
        if min(left, right) >= 5 and crossing <= 0.2 * len(lines) and (best is None or crossing < best[0]):
            best = (crossing, border)
    if best is None:
        return None
    # Columns stand side by side; short lines on the left with notes on the right do not.
    border = best[1]
    beside = sum(
        any(other.left >= border and _level(line, other) for other in lines) for line in lines if line.right <= border
    )
    return border if beside >= 0.5 * sum(line.right <= border for line in lines) else None


def _by_column(lines: list[PdfLine], border: float) -> list[PdfLine]:
    """Down the left column, then down the right; a line across both ends what is above it."""
    ordered: list[PdfLine] = []
    left: list[PdfLine] = []
    right: list[PdfLine] = []
    for line in sorted(lines, key=lambda line: -line.top):
        if line.left < border < line.right:
            ordered += [*left, *right, line]
            left, right = [], []
        else:
            (left if line.right <= border else right).append(line)
    return [*ordered, *left, *right]


def _limited(lines: list[PdfLine], border: float | None) -> list[PdfLine]:
    """The lines with the right edge of their column: the left one's, or the page's."""
    page = max((line.right for line in lines), default=0.0)
    left = max((line.right for line in lines if border is not None and line.right <= border), default=page)
    return [line._replace(limit=left if border is not None and line.right <= border else page) for line in lines]


def _without_furniture(pages: list[list[PdfLine]]) -> int:
    """Take out, in place, the lines at the edges that come back on most pages (numbers apart); how many they were."""
    full = [page for page in pages if len(page) > 2 * EDGE]
    if len(full) < 3:
        return 0
    seen = Counter(key for page in full for key in {_key(line) for line in _edges(page)})
    gone = {key for key, times in seen.items() if times >= max(3, REPEATED * len(full))}
    dropped = 0
    for page in pages:
        edges = {id(line) for line in _edges(page) if _key(line) in gone}
        dropped += len(edges)
        page[:] = [line for line in page if id(line) not in edges]
    return dropped


def _edges(page: list[PdfLine]) -> list[PdfLine]:
    ordered = sorted(page, key=lambda line: -line.top)
    return [*ordered[:EDGE], *ordered[max(EDGE, len(ordered) - EDGE) :]]


def _key(line: PdfLine) -> str:
    """What of a line stays the same from page to page: figures and Roman numerals change."""
    return re.sub(r"\b(?:\d+|[ivxlc]+)\b", "#", line.text.casefold().strip())


def _lines(pages: list[list[PdfLine]]) -> Iterator[str]:
    """Paragraphs on one line each if the margin ended their lines; else the lines as they are, in stanzas."""
    blocks = _blocks(pages)
    breaks = [(a, b) for block in blocks for a, b in itertools.pairwise(block)]
    # The next line's first word would not have fitted on the line before.
    full = sum(a.right + (a.right - a.left) * (len(b.text.split()[0]) + 1) / len(a.text) >= a.limit for a, b in breaks)
    prose = bool(breaks) and full >= WRAPPED * len(breaks)
    for block in blocks:
        texts = [line.text for line in block]
        yield from [unwrap(texts)] if prose else texts
        yield ""


def _blocks(pages: list[list[PdfLine]]) -> list[list[PdfLine]]:
    """The lines in paragraphs or stanzas: a new one begins after some room, or further in from the margin."""
    blocks: list[list[PdfLine]] = []
    for page in pages:
        steps = [a.bottom - b.bottom for a, b in itertools.pairwise(page) if a.bottom > b.bottom]
        usual = median(steps) if steps else 0.0
        for i, line in enumerate(page):
            if not blocks or _begins(blocks[-1][-1], line, usual, turned=i == 0):
                blocks.append([])
            blocks[-1].append(line)
    return blocks


def _begins(before: PdfLine, line: PdfLine, usual: float, turned: bool) -> bool:
    """Does `line` begin a paragraph or stanza? `usual`: the distance between lines; `turned`: on another page."""
    ended = before.text.endswith((".", "!", "?", "…", "»", "”", '"', ":"))
    short = before.right < before.limit - 0.1 * (before.limit - before.left)
    step = before.bottom - line.bottom
    if turned or step < 0:
        # Over the turn of a page or column, only a finished sentence on a line that is not full ends a paragraph.
        return ended and short
    further = ended and 6 < line.left - before.left < 60
    return further or step > max(1.45 * usual, 1.2 * (line.top - line.bottom))

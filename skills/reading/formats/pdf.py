"""PDF: the text of its pages in reading order, without what stands at their edges; notes at their feet left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from skills.blocks import Scalar
from skills.errors import FileUnreadable
from skills.reading.formats.printed.lines import Line, borders_of, lines_of, runs_of
from skills.reading.formats.printed.margins import Sheet, body_of, leave_furniture, leave_line_numbers
from skills.reading.formats.printed.notes import leave_contents, leave_notes
from skills.reading.formats.printed.paragraphs import body_size, text_of
from skills.reading.formats.printed.words import has_close_words, words_of
from skills.reading.left_out import LeftOut
from skills.reading.part import Part, write_text

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

PAGES = 5_000
CHARACTERS = 60_000
"""Characters of one page beyond which it is drawn rather than written, and left out."""
SAMPLED = 6
"""Pages that are looked at closely."""
SCANNED = 20
"""Characters of a page below which a picture that fills it is taken for a picture of a page."""
UNKNOWN = 0.3
"""Share of the letters that have no name in the file for it not to be text."""


@dataclass
class Book:
    """What was seen of the pages while they were read."""

    sheets: list[Sheet] = field(default_factory=list)
    scanned: list[int] = field(default_factory=list)
    facts: dict[str, Scalar] = field(default_factory=dict)
    left: LeftOut = field(default_factory=LeftOut)


def read(path: Path, name: str, folder: Path) -> list[Part]:
    book = _opened(path, name)
    written = sum(len(run.text) for sheet in book.sheets for run in sheet.runs)
    if not written or (book.scanned and written < SCANNED * len(book.sheets)):
        raise FileUnreadable(name=name, kind="pdf_scanned")
    _refuse_unnamed(book, name)
    if book.scanned:
        book.facts["scanned_pages"] = len(book.scanned)
        book.facts["scanned_pages_names"] = _listed(book.scanned)
    return [replace(write_text(_lines(book), name, folder, book.facts), left=book.left, unwrapped=True)]


def _opened(path: Path, name: str) -> Book:
    """The pages as they are printed. Raises FileUnreadable."""
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


def _read_all(document: PdfDocument) -> Book:
    book = Book()
    unread = max(0, len(document) - PAGES)
    close = _has_close_words(document)
    for number in range(min(len(document), PAGES)):
        page = document[number]
        text = page.get_textpage()
        if text.count_chars() > CHARACTERS:
            unread += 1
        else:
            box = page.get_bbox()
            words = words_of(text, box, close)
            for said in words.sideways:
                book.left.leave("sideways", said)
            book.sheets.append(Sheet(words.width, words.height, runs_of(words.upright)))
            if text.count_chars() < SCANNED and _is_picture(page):
                book.scanned.append(number + 1)
        text.close()
        page.close()
    if unread:
        book.facts["unread_pages"] = unread
    return book


def _has_close_words(document: PdfDocument) -> bool:
    """As a few pages, from all over the file, tell."""
    pages = min(len(document), PAGES)
    return any(
        has_close_words(text)
        for number in range(0, pages, max(1, pages // SAMPLED))
        if (text := document[number].get_textpage()).count_chars() <= CHARACTERS
    )


def _is_picture(page: PdfPage) -> bool:
    """Does a picture fill most of the page?"""
    from pypdfium2 import raw

    whole = page.get_width() * page.get_height()
    for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = image.get_bounds()
        if (right - left) * (top - bottom) > 0.4 * whole:
            return True
    return False


def _single(sheets: list[Sheet]) -> list[Sheet]:
    """Pages printed two on a sheet, each by itself."""
    wide = list(filter(_is_wide, sheets))
    if not wide or sum(map(_is_spread, wide)) < 0.6 * len(wide):
        return sheets
    found = []
    for sheet in sheets:
        middle = sheet.width / 2
        if _is_wide(sheet) and not any(run.left < middle < run.right for run in sheet.runs):
            left = [run for run in sheet.runs if run.right <= middle]
            right = [
                run._replace(left=run.left - middle, right=run.right - middle)
                for run in sheet.runs if run.left >= middle
            ]  # fmt: skip
            found += [Sheet(middle, sheet.height, left), Sheet(middle, sheet.height, right)]
        else:
            found.append(sheet)
    return found


def _is_wide(sheet: Sheet) -> bool:
    return sheet.width > 1.2 * sheet.height


def _is_spread(sheet: Sheet) -> bool:
    """Is there white down the middle of a wide sheet, and text on both sides?"""
    middle, room = sheet.width / 2, 0.03 * sheet.width
    sides = [run.left >= middle for run in sheet.runs]
    across = any(run.left < middle + room and run.right > middle - room for run in sheet.runs)
    return not across and 2 < sum(sides) < len(sides) - 2


def _usual_borders(sheets: list[Sheet]) -> list[float]:
    """Where the columns begin on the pages that have them, if that is always so."""
    found = Counter(tuple(round(border / 3) for border in borders_of(sheet.runs)) for sheet in sheets)
    del found[()]
    if not found or found.most_common(1)[0][1] < 0.3 * len(sheets):
        return []
    return [3.0 * place for place in found.most_common(1)[0][0]]


def _refuse_unnamed(book: Book, name: str) -> None:
    """Some files hold only the shapes of their letters: nobody can tell which ones they are."""
    text = "".join(run.text for sheet in book.sheets[:50] for run in sheet.runs)
    unknown = sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or not c.isprintable() for c in text)
    if unknown > UNKNOWN * len(text):
        raise FileUnreadable(name=name, kind="pdf_letters")


def _listed(pages: list[int]) -> str:
    shown = ", ".join(map(str, pages[:12]))
    return shown if len(pages) <= 12 else f"{shown}…"


def _lines(book: Book) -> Iterator[str]:
    """The text, once what is at the edges, beside the lines and at the foot of the pages is left out."""
    book.sheets = _single(book.sheets)
    leave_furniture(book.sheets, body_of(book.sheets), book.left)
    leave_line_numbers(book.sheets, book.left)
    pages: list[list[Line]] = []
    columns = tables = 0
    known = _usual_borders(book.sheets)
    for sheet in book.sheets:
        lines, beside = lines_of(sheet.runs, sheet.width, known)
        columns += beside > 1
        tables += sum(bool(line.cells) and not (i and lines[i - 1].cells) for i, line in enumerate(lines))
        pages.append(lines)
        sheet.runs = []
    size = body_size(pages)
    leave_notes(pages, size, book.left)
    leave_contents(pages, book.left)
    book.facts |= {code: n for code, n in (("columns", columns), ("tables", tables)) if n}
    yield from text_of(pages, size)

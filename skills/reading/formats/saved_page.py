"""Pages that a browser saved as one file: the page among its pictures, as parts of a message (.mhtml, .mht), or in a
list of Apple's (.webarchive)."""

from __future__ import annotations

import plistlib
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from skills.errors import FileTooLarge, FileUnreadable
from skills.reading.formats.careless import Decoded, decoded
from skills.reading.formats.headers import header
from skills.reading.formats.mime import Piece, parsed, text, walk
from skills.reading.formats.packed import XML_LIMIT
from skills.reading.formats.web import article
from skills.reading.part import Document, Part, part_of


def read(path: Path, name: str, folder: Path) -> list[Part]:
    data = path.read_bytes()
    found = _archived(data, name) if data.startswith(b"bplist") else _sent(data, name)
    part = part_of(article(found.page.text, name, found.title), name, folder)
    named = found.page.encoding
    return [replace(part, source=part.source._replace(named=named))]


class Found(NamedTuple):
    page: Decoded
    title: str | None


def page_of(data: bytes, name: str) -> Document:
    """What the page has to say that was saved as parts of a message."""
    page, title = _sent(data, name)
    return article(page.text, name, title)


def _archived(data: bytes, name: str) -> Found:
    """The page that Safari saved."""
    try:
        main = plistlib.loads(data)["WebMainResource"]
        return Found(decoded(main["WebResourceData"], main.get("WebResourceTextEncodingName")), None)
    except (plistlib.InvalidFileException, ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise FileUnreadable(name=name, kind="binary") from error


def _sent(data: bytes, name: str) -> Found:
    whole = parsed(data)
    return Found(text(_page(whole, name)), header(whole.headers, "Subject"))


def _page(whole: Piece, name: str) -> Piece:
    """The page that the file begins with, or the first there is. Frames are not read."""
    pages = [piece for piece in walk(whole) if piece.kind in ("text/html", "application/xhtml+xml")]
    start = whole.parameter("start")
    page = next((piece for piece in pages if start and piece.headers.get("Content-ID") == start), None)
    page = page or next(iter(pages), None)
    if page is None:
        raise FileUnreadable(name=name, kind="html")
    if len(page.body) > XML_LIMIT:
        raise FileTooLarge(name=name, bytes=len(page.body), limit=XML_LIMIT)
    return page

"""Pages that a browser saved as one file (.mhtml, .mht): the page among its pictures, as parts of a message."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from skills.errors import FileTooLarge, FileUnreadable
from skills.reading.formats.headers import header
from skills.reading.formats.mime import Piece, parsed, text, walk
from skills.reading.formats.packed import XML_LIMIT
from skills.reading.formats.web import article
from skills.reading.part import Document, Part, part_of


def read(path: Path, name: str, folder: Path) -> list[Part]:
    data = path.read_bytes()
    part = part_of(page_of(data, name), name, folder)
    named = text(_page(parsed(data), name)).encoding
    return [replace(part, source=part.source._replace(named=named))]


def page_of(data: bytes, name: str) -> Document:
    """The page that was saved: the one that the file begins with, or the first there is. Frames are not read."""
    whole = parsed(data)
    return article(text(_page(whole, name)).text, name, header(whole.headers, "Subject"))


def _page(whole: Piece, name: str) -> Piece:
    pages = [piece for piece in walk(whole) if piece.kind in ("text/html", "application/xhtml+xml")]
    start = whole.parameter("start")
    page = next((piece for piece in pages if start and piece.headers.get("Content-ID") == start), None)
    page = page or next(iter(pages), None)
    if page is None:
        raise FileUnreadable(name=name, kind="html")
    if len(page.body) > XML_LIMIT:
        raise FileTooLarge(name=name, bytes=len(page.body), limit=XML_LIMIT)
    return page

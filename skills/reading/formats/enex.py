"""Evernote's exports (.enex): every note with its title; what is attached is told and not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from skills.errors import FileUnreadable
from skills.reading.formats.packed import CHUNK
from skills.reading.formats.web import page
from skills.reading.left_out import LeftOut
from skills.reading.part import Part, write_records

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BROKEN = "enex_broken"
EMPTY_LINE = re.compile(r"<div[^>]{0,200}>(?:\s++|<br[^>]{0,50}>|&nbsp;)*+</div>")
MEDIA = re.compile(r"<en-media\b")


def read(path: Path, name: str, folder: Path) -> list[Part]:
    left = LeftOut()
    return [replace(write_records(_notes(path, name, left), name, folder), left=left)]


def _notes(path: Path, name: str, left: LeftOut) -> Iterator[dict[str, str]]:
    """The notes one by one, so that a large export takes no more memory than a small one."""
    from lxml import etree

    # No definitions are loaded and no entities put in; without `huge_tree` libxml2 limits depth and size.
    parser = etree.XMLPullParser(events=("end",), tag="note", resolve_entities=False, no_network=True, load_dtd=False)
    try:
        with path.open("rb") as file:
            for piece in _without_data(file):
                parser.feed(piece)
                for _, note in parser.read_events():
                    yield _note(note, name, left)
                    note.clear()
                    while note.getprevious() is not None:
                        del note.getparent()[0]
        parser.close()
    except etree.XMLSyntaxError as error:
        raise FileUnreadable(name=name, kind=BROKEN) from error


def _without_data(file: IO[bytes]) -> Iterator[bytes]:
    """The file without what is attached to the notes (`data`), which may be any size."""
    text, inside = b"", False
    while chunk := file.read(CHUNK):
        text += chunk
        while (place := text.find(b"</data>" if inside else b"<data")) >= 0:
            if not inside:
                yield text[:place]
            text = text[place + 7 :] if inside else text[place:]
            inside = not inside
        kept = 8
        if not inside:
            yield text[:-kept]
        text = text[-kept:]
    if not inside:
        yield text


def _note(note: Element, name: str, left: LeftOut) -> dict[str, str]:
    content: Any = note.findtext("content") or ""
    for _ in MEDIA.finditer(content):
        left.leave("attachments", "")
    try:
        shown = page(EMPTY_LINE.sub("<p>&#160;</p>", content), name).paragraphs if content.strip() else []
    except FileUnreadable:
        shown = []
    text = "\n".join(paragraph.text for paragraph in shown).strip()
    return {"title": (note.findtext("title") or "").strip(), "text": text}

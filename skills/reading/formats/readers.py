"""From any file to its parts as plain text or csv: the one place that knows which reader is for which kind."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path

from skills.errors import FileUnreadable
from skills.reading.broken_utf8 import codec_for, slips
from skills.reading.chats import pages
from skills.reading.chats.registry import heard
from skills.reading.formats import chat_archive, gutenberg, line_numbers, plain
from skills.reading.formats.several import opened_each, unzipped
from skills.reading.part import Part
from skills.reading.read import look

READERS = {
    "word": "word", "odt": "odt", "epub": "epub", "pdf": "pdf", "spreadsheet": "sheet", "html": "web",
    "mail": "mail", "mailbox": "mbox", "saved_page": "saved_page", "feed": "feed", "xml_book": "xml_book",
    "office_flat": "office_flat", "rtf": "rtf", "latex": "latex", "enex": "enex", "columns": "arrow",
    "sheet_xml": "sheet_xml", "sheet_html": "sheet_html", "ods": "sheet_ods", "text_messages": "sms",
}  # fmt: skip
"""Kind of file -> the module of its reader, loaded (with its parser) when such a file comes."""


def opened(path: Path, name: str, folder: Path) -> list[Part]:
    """What the file at `path` holds; `folder` is empty, ours, and deleted afterwards.

    Raises FileMissing, FileEmpty, FileTooLarge and FileUnreadable, whose `kind` says what it is.
    """
    if look(path, name) == "zip":
        if (chats := chat_archive.read(path, name, folder)) is not None:
            return chats
        members = unzipped(path, name, folder)
        if len(members) == 1:
            return _single(members[0].path, members[0].name, folder)
        return opened_each(members, name, folder, _single)
    return _single(path, name, folder)


def _single(path: Path, name: str, folder: Path) -> list[Part]:
    return [heard(part) for part in _read(path, name, folder)]


def _read(path: Path, name: str, folder: Path) -> list[Part]:
    kind = look(path, name)
    if kind is None:
        return plain.read(path, name, folder)
    if kind == "zip":
        raise FileUnreadable(name=name, kind="archive")
    if kind not in READERS:
        raise FileUnreadable(name=name, kind=kind)
    reader = importlib.import_module(f"skills.reading.formats.{READERS[kind]}")
    parts: list[Part] = reader.read(path, name, folder)
    told = slips(path, codec_for(path) or "") if kind == "html" else {}
    parts = [_bare(replace(part, facts=part.facts | told), folder) for part in parts]
    if kind == "html" and (chat := pages.chat_of([path])) is not None:
        return [replace(parts[0], chat=chat)]
    return parts


def _bare(part: Part, folder: Path) -> Part:
    """The part without what editions put around and beside a text, in whatever kind of file."""
    return line_numbers.unnumbered(gutenberg.unframed(part, folder), folder)

"""From any file to its parts as plain text or csv: the one place that knows which reader is for which kind."""

from __future__ import annotations

import importlib
from pathlib import Path

from skills.errors import FileUnreadable
from skills.reading.formats.several import opened_each, unzipped
from skills.reading.part import Part
from skills.reading.read import examine, look

READERS = {
    "word": "word", "odt": "odt", "epub": "epub", "pdf": "pdf", "spreadsheet": "sheet", "html": "web",
    "sheet_xml": "sheet_xml", "sheet_html": "sheet_html",
}  # fmt: skip
"""Kind of file -> the module of its reader, loaded (with its parser) when such a file comes."""


def opened(path: Path, name: str, folder: Path) -> list[Part]:
    """What the file at `path` holds; `folder` is empty, ours, and deleted afterwards.

    Raises FileMissing, FileEmpty, FileTooLarge and FileUnreadable, whose `kind` says what it is.
    """
    if look(path, name) == "zip":
        members = unzipped(path, name, folder)
        if len(members) == 1:
            return _single(members[0].path, members[0].name, folder)
        return opened_each(members, name, folder, _single)
    return _single(path, name, folder)


def _single(path: Path, name: str, folder: Path) -> list[Part]:
    kind = look(path, name)
    if kind is None:
        return [Part(examine(path, name), name)]
    if kind == "zip":
        raise FileUnreadable(name=name, kind="archive")
    if kind not in READERS:
        raise FileUnreadable(name=name, kind=kind)
    reader = importlib.import_module(f"skills.reading.formats.{READERS[kind]}")
    parts: list[Part] = reader.read(path, name, folder)
    return parts

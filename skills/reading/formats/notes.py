"""Notes of Google Keep, a file for each and mostly two: every note once, all of them one table."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from skills.errors import FileEmpty
from skills.reading.left_out import LeftOut
from skills.reading.notes_kept import is_keep_note, keep_note
from skills.reading.part import Part, write_records
from skills.reading.tags import untagged

File = TypeVar("File", bound=tuple[Path, str])
"""A path, and the name of what is there."""
LARGEST = 2_000_000
"""Bytes that the file of one note has at most."""
LABELS = ("labels", "etiquetas", "libellés", "etichette", "marcadores", "rótulos", "etiquetes")
"""What the list of labels is called."""
INDEX = "archive_browser"
NOTE = re.compile(r'<div class="note\b')
TITLE = re.compile(r'<div class="title">(.*?)(?:</div>|\Z)', re.DOTALL)
CONTENT = re.compile(r'<div class="content">(.*?)(?:</div>|\Z)', re.DOTALL)
BULLET = re.compile(r'<span class="bullet">[^<]{0,20}</span>')


def notes_apart(files: Sequence[File], name: str, folder: Path) -> tuple[list[Part], list[File]]:
    """The notes among the files, as one part if there are any, and the files that have nothing to do with them."""
    notes = {file[1]: note for file in files if (note := _note(file[0], file[1])) is not None}
    pages = {file[1]: page for file in files if (page := _page(file[0], file[1])) is not None}
    if not notes and not pages:
        return [], list(files)
    left = LeftOut()
    stems = {PurePosixPath(inner).stem for inner in notes}
    records: list[dict[str, Any]] = [record for note in notes.values() for record in keep_note(note, left)]
    for inner, page in pages.items():
        if PurePosixPath(inner).stem in stems:
            left["notes_twice"] += 1
        else:
            records.append(page)
    attached = {PurePosixPath(str(each)).stem for note in notes.values() for each in _attached(note)}
    rest = []
    for file in files:
        stem = PurePosixPath(file[1]).stem
        if stem.casefold() in LABELS or stem.casefold().startswith(INDEX):
            left.leave("notes_around", file[1])
        elif file[1] not in notes and file[1] not in pages and stem not in attached:
            rest.append(file)
    try:
        return [replace(write_records(records, name, folder), left=left)], rest
    except FileEmpty:
        return [], rest


def _note(path: Path, name: str) -> dict[str, Any] | None:
    """The note in a file of JSON, None if it is none."""
    if not name.casefold().endswith(".json") or path.stat().st_size > LARGEST:
        return None
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and is_keep_note(found) else None


def _page(path: Path, name: str) -> dict[str, str] | None:
    """The note that a page shows, None if it is none."""
    if not name.casefold().endswith((".html", ".htm")) or path.stat().st_size > LARGEST:
        return None
    shown = path.read_text("utf-8", "replace")
    content = CONTENT.search(shown)
    if content is None or not NOTE.search(shown):
        return None
    title = TITLE.search(shown)
    return {"title": untagged(title[1]) if title else "", "text": untagged(BULLET.sub("", content[1]))}


def _attached(note: dict[str, Any]) -> list[str]:
    files = note.get("attachments")
    return [str(file.get("filePath")) for file in files if isinstance(file, dict)] if isinstance(files, list) else []

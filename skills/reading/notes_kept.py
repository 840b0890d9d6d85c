"""Notes and diaries as the programs that keep them write them in JSON: Google Keep, Standard Notes, Day One."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from skills.reading.left_out import LeftOut
from skills.reading.tables import cell_text

Record = dict[str, Any]
DAY_ONE = frozenset(("creationDate", "timeZone", "text", "uuid"))
"""Names that an entry of the diary Day One has."""
DAY_PICTURE = re.compile(r"!\[[^\]\n]{0,200}\]\(dayone-moment:[^)\n]{0,200}\)")
STROKE = re.compile(r"\\([.!()\[\]{}+#*_>~`|-])")


def is_keep_note(value: Record) -> bool:
    return "userEditedTimestampUsec" in value and "isTrashed" in value


def keep_note(value: Record, left: LeftOut) -> Iterator[Record]:
    """A note of Google Keep: what was thrown away is left out; of a list, each thing on its line."""
    listed = [cell_text(item.get("text")) for item in value.get("listContent") or () if isinstance(item, dict)]
    text = "\n".join([cell_text(value.get("textContent")), *listed]).strip()
    if value.get("isTrashed"):
        left.leave("notes_trashed", text)
        return
    for attached in value.get("attachments") or ():
        left.leave("attachments", cell_text(attached.get("filePath") if isinstance(attached, dict) else attached))
    if value.get("isArchived"):
        left["notes_archived"] += 1
    yield {"title": cell_text(value.get("title")), "text": text}


def standard_note(value: Record, left: LeftOut) -> Iterator[Record]:
    """A note of Standard Notes; its other things (labels, settings) are none."""
    content = value["content"]
    if value["content_type"] == "Note":
        yield {"title": cell_text(content.get("title")), "text": cell_text(content.get("text"))}
    else:
        left.leave("notes_around", cell_text(content.get("title") or value["content_type"]))


def day(value: Record, left: LeftOut) -> str:
    """What was written on a day, without the places of pictures and the strokes before signs."""
    text = cell_text(value.get("text"))
    for picture in DAY_PICTURE.findall(text):
        left.leave("attachments", picture)
    return STROKE.sub(r"\1", DAY_PICTURE.sub("", text)).strip()

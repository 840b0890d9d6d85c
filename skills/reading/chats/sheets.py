"""Chats that were saved as tables: a message a row, with columns for who wrote it, when, and the words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath

from skills.reading.chats.placeholders import kind_of
from skills.reading.delimited import Dialect, head_rows, sniff
from skills.reading.layout import layout_of, table_rows
from skills.reading.left_out import LeftOut
from skills.reading.part import Part
from skills.reading.said import Chat, Said, Talk
from skills.reading.stamps import WHEN, Clock, iso_seconds, seconds_of
from skills.texts.normalize import fold_word

WHO = ("sender name", "sender_name", "sender", "remitente", "emisor", "speaker", "hablante")
TEXT = ("content", "message", "mensaje", "text", "texto", "body", "transcript", "contents")
TIME = ("message date", "date", "timestamp", "datetime", "fecha", "time", "hora", "start", "inicio", "start time")
MAIL = frozenset({"subject", "asunto", "to", "cc", "title", "titulo", "rating", "stars"})
"""Columns of what is no chat, though somebody wrote it at some time: letters, books, opinions."""
PROGRAMS = (frozenset({"authorid", "author", "date", "content"}), frozenset({"message date", "sender name", "text"}))
"""Columns by which a program is known, whatever else it has: DiscordChatExporter, iMazing."""
MOMENT = re.compile(WHEN)
MINE = "Me"


def chat_of(part: Part, head: str) -> Chat | None:
    """The chat in a table; None if it is no table, or not of messages."""
    named = PurePath(part.name).suffix.casefold() in (".csv", ".tsv")
    dialect = Dialect(",") if part.kind == "table" else sniff(head, hint=named)
    rows = head_rows(head, dialect) if dialect is not None else []
    if dialect is None or len(rows) < 3:
        return None
    layout = layout_of(rows, dialect, even=part.kind == "table", marked=part.marked)
    if not layout.header:
        return None
    known = {fold_word(name): name for name in layout.used}
    sure = any(program <= known.keys() for program in PROGRAMS)
    writers = (*WHO, "author") if sure else WHO  # of a poem, too, somebody is the author
    who, text, time = (next((known[key] for key in keys if key in known), None) for keys in (writers, TEXT, TIME))
    spoken = fold_word(who or "") in ("speaker", "hablante")
    if who is None or text is None or (not sure and (known.keys() & MAIL or (time is None and not spoken))):
        return None
    sample = [dict(zip(layout.names, row, strict=False)) for row in rows[layout.above + layout.header :] if row]
    counts = Counter(row.get(who) for row in sample)
    if not sure and (len(counts) < 2 or len(sample) < 1.5 * len(counts)):
        return None
    clock = Clock(found["day"] for row in sample if time and (found := MOMENT.match(row.get(time) or "")))

    def talks(left: LeftOut) -> Iterator[Talk]:
        found = table_rows(part.source, layout, part.name, left, text)
        yield Talk(None, _said(found, who, text, time, clock, left))

    return Chat(talks, running=True)


def _said(
    rows: Iterable[Mapping[str, str]], who: str, text: str, time: str | None, clock: Clock, left: LeftOut
) -> Iterator[Said]:
    for row in rows:
        stamp, words = row[time] if time else "", row[text].strip("\n")
        left.leave("chat_stamps", stamp)
        if (kind := kind_of(words)) is not None:
            left.leave(kind, words)
        elif words.strip():
            yield Said(row[who].strip() or (MINE if row.get("Type") == "Outgoing" else None), words, _at(stamp, clock))
        else:
            left.leave("chat_media", row.get("Attachments") or row.get("Attachment") or "")


def _at(stamp: str, clock: Clock) -> float | None:
    if (known := iso_seconds(stamp)) is not None:
        return known
    found = MOMENT.match(stamp)
    return clock.at(found) if found else seconds_of(stamp) if re.fullmatch(r"\d{1,2}(?::\d{2}){1,2}", stamp) else None

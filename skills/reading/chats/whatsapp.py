"""WhatsApp's text, on every phone and in every language, and what other programs write in the same way: a stamp, a
name and a colon before each message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from skills.reading.chats.placeholders import ATTACHED, EDITED, FILE, LIKED, LINKED, MARK, bare, kind_of
from skills.reading.chats.program import Reader
from skills.reading.left_out import LeftOut
from skills.reading.said import Said
from skills.reading.stamps import MARKS, STAMPS, Clock

LOOKED_AT = 400
"""Lines by which it is told."""
NAME = 60
"""Characters up to which what stands before a colon may be a name."""
OPENED = re.compile(r'^[^"]*"(?:[^"]*"[^"]*")*[^"]*$|“[^”]*$|«[^»]*$|„[^“”]*$')
"""A quotation that does not end before the colon: «Beto changed the subject to "Workshop: Tuesdays"» has no name."""
SPACES = " \u00a0\u202f\t"
UNSAVED = SPACES + "~"
ISOLATES = dict.fromkeys(range(0x2066, 0x206A))
"""What WhatsApp puts around a name inside a message."""
TAIL = 240
"""Characters at the end of a message in which the program may have put something."""
NICK = re.compile(r"<[@+~]?([^<>\s]{1,30})>\s")
"""A name as old chat rooms write it."""


def reader(head: Sequence[str]) -> Reader | None:
    """How to read a text most of whose messages begin with a stamp and a name."""
    filled = [line for line in head if line.strip()]
    # What was exported begins with a stamp, and a message may be as long as it likes.
    begins = bool(filled) and any(stamp.match(filled[0]) for stamp in STAMPS)
    looked_at = filled if begins else filled[:LOOKED_AT]
    stamp = max(STAMPS, key=lambda stamp: sum(stamp.match(line) is not None for line in looked_at[:LOOKED_AT]))
    found = [(line, match) for line in looked_at if (match := stamp.match(line))]
    named = [match for line, match in found if _split(line[match.end() :])[0] is not None]
    if len(named) < 3 or len(named) < 0.3 * len(found) or (not begins and len(found) < 0.4 * len(looked_at)):
        return None
    return Stamped(stamp, Clock(match["day"] for line in head if (match := stamp.match(line))))


class Stamped:
    """The messages of a text each of whose messages begins with a stamp like `stamp`."""

    def __init__(self, stamp: re.Pattern[str], clock: Clock) -> None:
        self.stamp, self.clock = stamp, clock

    def __call__(self, lines: Iterable[str], left: LeftOut) -> Iterator[Said]:
        match, before = self.stamp.match, None
        text: list[str] = []
        for line in lines:
            if (found := match(line)) is None:
                text.append(line.rstrip())
                continue
            if (said := self._message(before, text, left)) is not None:
                yield said
            before, text = found, [line[found.end() :].rstrip()]
        if (said := self._message(before, text, left)) is not None:
            yield said

    def _message(self, stamp: re.Match[str] | None, lines: list[str], left: LeftOut) -> Said | None:
        """The message in these lines; None where nobody wrote it, but the program."""
        if stamp is None:
            text = "\n".join(lines).strip()
            return Said(None, text) if text.strip(MARKS) else None
        left.leave("chat_stamps", stamp[0])
        who, lines[0] = _split(lines[0])
        text = lines[0] if len(lines) == 1 else "\n".join(lines).strip("\n")
        if who is None:
            left.leave("chat_calls" if kind_of(text, marked=True) == "chat_calls" else "chat_notices", text)
            return None
        text = words_of(text, left)
        return Said(who, text, self.clock.at(stamp)) if text else None


def words_of(text: str, left: LeftOut) -> str:
    """What somebody wrote of a message; empty where all of it is the program's."""
    kind = kind_of(text)
    if kind is None and (MARK in text or text.endswith(">") or "(" in text):
        for cut_kind, cut in _cuts(text):
            left.leave(cut_kind, cut)
            text = text.replace(cut, "", 1)
        if not bare(text):
            return ""
        kind = kind_of(text, marked=text.startswith(MARK) and not text.startswith(MARK + "@"))
    if kind is not None or not bare(text):
        left.leave(kind or "chat_media", bare(text))  # nothing at all is what stands for a photo to be seen once
        return ""
    return text if text.isascii() else text.translate(ISOLATES).lstrip(MARKS).rstrip(MARKS + SPACES)


def _cuts(text: str) -> Iterator[tuple[str, str]]:
    """What the program put before or after somebody's words: that they were edited, or what they are written under."""
    if ">" in text and (edited := EDITED.search(text[-TAIL:])) is not None:
        yield "chat_edited", edited[0]
        text = text[: -len(edited[0])]
    if "/" in text or "(- " in text:
        yield from (("chat_media", found[0]) for found in LINKED.finditer(text))
        yield from (("chat_notices", found[0]) for found in LIKED.finditer(text))
    _, mark, after = text.rpartition(MARK)
    attached = ATTACHED.search(text[-TAIL:]) if ">" in text else None
    attached = attached or (FILE.match(text) if "(" in text else None)
    if attached is not None:
        yield "chat_media", attached[0]
    elif mark and "\n" not in after and (kind := kind_of(after)) is not None:
        yield kind, mark + after


def _split(text: str) -> tuple[str | None, str]:
    """Who wrote a message, and the rest of its first line; nobody for a notice of the program."""
    name, colon, rest = text.partition(":")
    if not colon or rest[:1].strip():  # an hour, an address
        nick = NICK.match(text)
        return (nick[1], text[nick.end() :]) if nick is not None else (None, text)
    return (who, rest[1:]) if (who := _name(name)) is not None else (None, text)


@lru_cache(maxsize=1000)
def _name(text: str) -> str | None:
    """A name without what a program puts around it; None if it is none."""
    name = " ".join("".join(c for c in text if c not in MARKS).strip(UNSAVED).split())
    return name if 0 < len(name) <= NAME and not OPENED.search(name) else None

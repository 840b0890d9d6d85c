"""iMessage, as imessage-exporter writes it: a stamp, the writer and the message, each on lines of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from skills.reading.chats.program import Reader
from skills.reading.left_out import LeftOut
from skills.reading.said import Said
from skills.reading.stamps import WHEN, Clock

HEAD = re.compile(rf"{WHEN}(?: \((?:Read|Edited|Leído|Delivered)[^()\n]*\))?\s*$")
"""«May 17, 2022  5:29:42 PM (Read by you after 5 seconds)», above the writer and the words."""
ASIDE = re.compile(
    r"(?:Tapbacks:|\s+(?:Loved|Liked|Disliked|Laughed at|Emphasized|Questioned|Reacted) .{0,80}by .{1,60}"
    r"|This message responded to an earlier message\.|(?:/|~/|attachments/)\S.{0,200}\.\w{2,5})$"
)
"""What is of nobody, on lines of its own: where a file is, who liked a message."""


def reader(head: Sequence[str]) -> Reader | None:
    """How to read messages that begin with a stamp on one line and their writer on the next."""
    filled = [line for line in head if line.strip()]
    found = [match for line in filled if (match := HEAD.match(line))]
    if len(found) < 2 or not HEAD.match(filled[0]):
        return None
    writers = [after.strip() for line, after in pairwise(filled) if HEAD.match(line)]
    if any(len(who) > 60 for who in writers) or len(set(writers)) > 0.7 * len(writers):
        return None
    clock = Clock(match["day"] for match in found)
    return lambda lines, left: _messages(lines, clock, left)


def _messages(lines: Iterable[str], clock: Clock, left: LeftOut) -> Iterator[Said]:
    who: str | None = None
    at: float | None = None
    text: list[str] = []
    named, again = True, False
    for line in lines:
        # What answers a message is set in under it, and comes once more in its place.
        again = line.startswith("    ") and (again or HEAD.match(line.strip()) is not None)
        if again:
            left.leave("chat_notices", line)
        elif (found := HEAD.match(line)) is not None:
            if said := "\n".join(text).strip("\n"):
                yield Said(who, said, at)
            left.leave("chat_stamps", found[0])
            at, text, named = clock.at(found), [], False
        elif not named:
            who, named = line.strip() or None, True
        elif ASIDE.match(line):
            left.leave("chat_media" if "/" in line else "chat_notices", line)
        else:
            text.append(line.rstrip())
    if said := "\n".join(text).strip("\n"):
        yield Said(who, said, at)

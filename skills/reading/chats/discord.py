"""Discord, as DiscordChatExporter saves a channel: .json, .txt or .csv."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from skills.reading.chats.program import JsonProgram, Reader, in_time, string
from skills.reading.left_out import LeftOut
from skills.reading.said import Said, Talk
from skills.reading.stamps import WHEN, Clock, iso_seconds

PERSONS = ("Default", "Reply", "ThreadStarter", "ThreadStarterMessage", "0", "19", "21")
"""Types of messages that somebody wrote; the others are what the program tells of its members."""
MEDIA = ("attachments", "stickers", "embeds")


def knows(data: Any) -> bool:
    messages = data.get("messages") if isinstance(data, dict) and "channel" in data else None
    return isinstance(messages, list) and any(
        isinstance(message, dict) and {"author", "timestamp", "content"} <= message.keys() for message in messages[:50]
    )


def talks(files: Sequence[Any], left: LeftOut, title: str | None) -> Iterator[Talk]:
    for data in filter(knows, files):
        channel = data["channel"]
        name = string(channel.get("name")) if isinstance(channel, dict) else None
        yield Talk(name or title, in_time(_said(data["messages"], left)))


PROGRAM = JsonProgram(("guild", "channel", "timestampEdited"), knows, talks)


def _said(messages: Sequence[Any], left: LeftOut) -> Iterator[Said]:
    for message in messages:
        if not isinstance(message, dict):
            continue
        text = str(message.get("content") or "").strip("\n")
        kind = str(message.get("type", "Default"))
        if kind not in PERSONS:
            left.leave("chat_calls" if kind in ("Call", "3") else "chat_notices", text or kind)
            continue
        left.leave("chat_stamps", str(message.get("timestamp")))
        if message.get("timestampEdited"):
            left.leave("chat_edited", str(message["timestampEdited"]))
        if any(message.get(key) for key in MEDIA):
            left.leave("chat_media", next(key for key in MEDIA if message.get(key)))
        author = message.get("author")
        names = [string(author.get(key)) for key in ("nickname", "name")] if isinstance(author, dict) else []
        if text.strip():
            yield Said(next(filter(None, names), None), text, iso_seconds(message.get("timestamp")))


# --- .txt -------------------------------------------------------------------------------------------------------------

HEAD = re.compile(rf"\[{WHEN}\] (?P<who>[^:\n]{{1,60}}?)(?: \((?:pinned|fijado)\))?$")
RULE = re.compile(r"={20,}$")
BLOCK = re.compile(r"\{(?:Attachments|Embed|Stickers|Reactions|Inline Emojis)\}$")


def reader(head: Sequence[str]) -> Reader | None:
    """How to read messages each of which has a stamp and its writer on a line above."""
    found = [match for line in head if (match := HEAD.match(line))]
    first = next((line for line in head if line.strip()), "")
    if len(found) < 2 or not (RULE.match(first) or HEAD.match(first)):
        return None
    clock = Clock(match["day"] for match in found)
    return lambda lines, left: _written(lines, clock, left)


def _written(lines: Iterable[str], clock: Clock, left: LeftOut) -> Iterator[Said]:
    """Between two rules stands what the file is; after {Attachments} and the like, addresses and counts."""
    who: str | None = None
    at: float | None = None
    text: list[str] = []
    frame = block = False
    for line in lines:
        found = HEAD.match(line)
        if found is not None or RULE.match(line):
            if said := "\n".join(text).strip("\n"):
                yield Said(who, said, at)
            text, block = [], False
            frame = not frame if found is None else False
            if found is not None:
                left.leave("chat_stamps", found[0])
                who, at = found["who"], clock.at(found)
        elif frame or block:
            left.leave("chat_notices" if frame else "chat_media", line)
        elif BLOCK.match(line):
            block = True
        else:
            text.append(line.rstrip())
    if said := "\n".join(text).strip("\n"):
        yield Said(who, said, at)

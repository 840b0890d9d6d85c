"""Telegram: result.json of one chat or of all, and messages that were copied out of its window."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from skills.reading.chats.program import JsonProgram, Reader, in_time, string
from skills.reading.left_out import LeftOut
from skills.reading.said import Said, Talk
from skills.reading.stamps import WHEN, Clock, iso_seconds

MEDIA = ("media_type", "photo", "file", "sticker_emoji")
SHARED = ("poll", "location_information", "contact_information", "live_location_period_seconds", "place_name")
HEAD = re.compile(rf"(?P<who>[^\[\]\n]{{1,60}}), \[{WHEN}\]:?\s*$")
"""«Nora, [12.03.2024 21:10]», above a message that was copied."""
REPLY = re.compile(
    r"\[(?:In reply to|Forwarded from|En respuesta a|Reenviado de|Em resposta a|Encaminhado de) [^\]\n]{1,80}\]\s*$"
)
ALONE = re.compile(
    r"\[ ?(?:Photo|Foto|Video|Sticker|Album|File|Archivo|GIF|Voice message|Mensaje de voz|Poll|Encuesta)[^\]\n]{0,40}\]"
    r"\s*$"
)


def knows(data: Any) -> bool:
    return any(_is_chat(chat) for chat in _chats(data))


def talks(files: Sequence[Any], left: LeftOut, title: str | None) -> Iterator[Talk]:
    for data in files:
        for chat in _chats(data):
            if _is_chat(chat):
                yield Talk(string(chat.get("name")) or title, in_time(_said(chat["messages"], left)))


PROGRAM = JsonProgram(
    ("date_unixtime", "from_id", "Here is the data you requested", "private_group", "chats"), knows, talks
)


def _chats(data: Any) -> list[Any]:
    """The chats in a file: it is one, or has lists of them."""
    if not isinstance(data, dict):
        return []
    listed = [data[key].get("list") for key in ("chats", "left_chats") if isinstance(data.get(key), dict)]
    return [chat for chats in listed if isinstance(chats, list) for chat in chats] or [data]


def _is_chat(chat: Any) -> bool:
    messages = chat.get("messages") if isinstance(chat, dict) else None
    return isinstance(messages, list) and any(
        isinstance(message, dict) and message.get("type") == "message" and {"date", "text"} <= message.keys()
        for message in messages[:50]
    )


def _said(messages: Sequence[Any], left: LeftOut) -> Iterator[Said]:
    for message in messages:
        if not isinstance(message, dict):
            continue
        if message.get("type") != "message":
            called = message.get("action") == "phone_call"
            notice = f"{message.get('actor') or ''} {message.get('action') or ''}"
            left.leave("chat_calls" if called else "chat_notices", notice)
            continue
        left.leave("chat_stamps", str(message.get("date")))
        if "edited" in message:
            left.leave("chat_edited", str(message["edited"]))
        for kind, keys in (("chat_media", MEDIA), ("chat_shared", SHARED)):
            if (key := next((key for key in keys if message.get(key)), None)) is not None:
                left.leave(kind, str(message[key]) if key in ("media_type", "sticker_emoji") else key)
                break
        if text := _plain(message.get("text")).strip("\n"):
            yield Said(string(message.get("from")), text, iso_seconds(message.get("date")))


def _plain(text: Any) -> str:
    """The words of a message, also where they are a list of pieces: plain, bold, links..."""
    if isinstance(text, list):
        return "".join(_plain(piece) for piece in text)
    if isinstance(text, dict):
        return _plain(text.get("text"))
    return text if isinstance(text, str) else ""


# --- copied from the window -------------------------------------------------------------------------------------------


def reader(head: Sequence[str]) -> Reader | None:
    """How to read messages each of which has its writer and a stamp on a line above."""
    found = [match for line in head if (match := HEAD.match(line))]
    if len(found) < 2 or not HEAD.match(next(line for line in head if line.strip())):
        return None
    clock = Clock(match["day"] for match in found)
    return lambda lines, left: _copied(lines, clock, left)


def _copied(lines: Iterable[str], clock: Clock, left: LeftOut) -> Iterator[Said]:
    who: str | None = None
    at: float | None = None
    text: list[str] = []
    for line in lines:
        if (found := HEAD.match(line)) is None:
            if REPLY.match(line) or ALONE.match(line):
                left.leave("chat_notices" if REPLY.match(line) else "chat_media", line)
            else:
                text.append(line.rstrip())
            continue
        if said := "\n".join(text).strip("\n"):
            yield Said(who, said, at)
        left.leave("chat_stamps", found[0][len(found["who"]) + 2 :])
        who, at, text = found["who"].strip(), clock.at(found), []
    if said := "\n".join(text).strip("\n"):
        yield Said(who, said, at)

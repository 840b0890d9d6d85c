"""Programs whose messages are a list of objects, each with a writer, words and a time: Skype, Google Chat, Element,
Signal, and any other that calls its list `messages`."""

from __future__ import annotations

import calendar
import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from skills.reading.chats.placeholders import kind_of
from skills.reading.chats.program import JsonProgram, in_time
from skills.reading.left_out import LeftOut
from skills.reading.said import Said, Talk
from skills.reading.stamps import iso_seconds

LISTS = ("messages", "MessageList", "mensajes", "chat", "chatMessages")
SENT = ("sender_name", "senderName", "sender")
"""Who wrote a message, and nothing but a message."""
WHO = (*SENT, "displayName", "from", "author", "creator", "user", "username", "name")
TEXT = ("text", "body", "content", "message", "texto", "mensaje")
TIME = (
    "timestamp", "date", "time", "ts", "sent_at", "sentAt", "sent", "created_at", "createdAt", "created_date",
    "datetime", "originalarrivaltime", "origin_server_ts", "timestamp_ms", "fecha", "hora",
)  # fmt: skip
NAMED = ("name", "displayName", "display_name", "nickname", "username", "first_name", "email", "id")
NOTICE = re.compile(r"service|system|event|member|activity|notif|topic|state|call|join|leave|add|remove", re.IGNORECASE)
"""What is in the type of a message that nobody wrote."""
TAG = re.compile(r"<(/?[a-zA-Z][^<>\n]{0,200})>")
SPOKEN = "%A, %B %d, %Y at %I:%M:%S %p %Z"


def knows(data: Any) -> bool:
    return bool(_lists(data))


def talks(files: Sequence[Any], left: LeftOut, title: str | None) -> Iterator[Talk]:
    for data in files:
        for named, messages in _lists(data):
            yield Talk(named or title, in_time([said for message in messages for said in _said(message, left)]))


PROGRAM = JsonProgram((*LISTS, *SENT), knows, talks)


def _lists(data: Any) -> list[tuple[str | None, list[Any]]]:
    """The lists of messages in a file, and the names of their conversations: one, or as many as it has."""
    if isinstance(data, list) and data and isinstance(data[0], dict) and data[0].keys() & set(SENT):
        data = {LISTS[0]: data}
    if not isinstance(data, dict):
        return []
    conversations = data.get("conversations")
    holders = [data, *(conversations if isinstance(conversations, list) else ())]
    return [
        (_string(holder, ("displayName", "room_name", "title", "name")), holder[key])
        for holder in holders if isinstance(holder, dict)
        for key in LISTS if isinstance(holder.get(key), list) and _is_chat(holder[key])
    ]  # fmt: skip


def _is_chat(messages: Sequence[Any]) -> bool:
    """Does each have a writer, words and a time, and do the writers take turns?"""
    seen = [message for message in messages[:200] if isinstance(message, dict)]
    told = (message for message in seen if "role" not in message)
    whole = [message for message in told if _who(message) and _text(message) and _has_time(message)]
    names = Counter(map(_who, whole))
    return len(whole) >= 2 and len(whole) >= 0.5 * len(seen) and (len(names) <= 2 or len(whole) >= 1.5 * len(names))


def _has_time(message: Mapping[str, Any]) -> bool:
    return any(message.get(key) for key in TIME)


def _said(message: Any, left: LeftOut) -> Iterator[Said]:
    if not isinstance(message, dict):
        return
    text = _text(message)
    if NOTICE.search(str(message.get("messagetype", message.get("type")))):
        left.leave("chat_notices", text)
        return
    if "messagetype" in message:  # Skype's words are written as in a page
        text = html.unescape(TAG.sub("", text))
    left.leave("chat_stamps", str(next((message[key] for key in TIME if message.get(key)), "")))
    if (kind := kind_of(text)) is not None:
        left.leave(kind, text)
    elif text.strip():
        yield Said(_who(message), text.strip("\n"), _seconds(message))
    else:
        left.leave("chat_media", str(message.get("attachments") or message.get("attached_files") or ""))


def _who(message: Mapping[str, Any]) -> str | None:
    for key in WHO:
        value = message.get(key)
        if isinstance(value, dict):
            value = _string(value, NAMED)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


def _text(message: Mapping[str, Any]) -> str:
    for key in TEXT:
        value = message.get(key)
        if isinstance(value, dict):
            value = _string(value, TEXT)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _string(holder: Mapping[str, Any], keys: Sequence[str]) -> str | None:
    return next((holder[key] for key in keys if isinstance(holder.get(key), str) and holder[key].strip()), None)


def _seconds(message: Mapping[str, Any]) -> float | None:
    stamp = next((message[key] for key in TIME if message.get(key)), None)
    if isinstance(stamp, int | float) or (isinstance(stamp, str) and re.fullmatch(r"\d{9,13}(?:\.\d+)?", stamp)):
        return float(stamp) / (1000 if float(stamp) > 1e11 else 1)
    if (known := iso_seconds(stamp)) is not None:
        return known
    try:
        said = datetime.strptime(" ".join(str(stamp).split()), SPOKEN)  # Google Chat's
        return float(calendar.timegm(said.timetuple()))
    except ValueError:
        return None

"""Slack: the messages of a channel, a file a day, and who is who in them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skills.reading.chats.program import JsonProgram, in_time, string
from skills.reading.left_out import LeftOut
from skills.reading.said import Said, Talk

SAID = ("", "me_message", "thread_broadcast", "file_share", "file_comment", "bot_message", "reply_broadcast")
LINK = re.compile(r"<([@#!]?)([^<>|\n]{1,500})(?:\|([^<>\n]{0,300}))?>")


def knows(data: Any) -> bool:
    return isinstance(data, list) and any(
        isinstance(message, dict) and message.get("type") == "message" and {"ts", "text"} <= message.keys()
        for message in data[:50]
    )


def talks(files: Sequence[Any], left: LeftOut, title: str | None) -> Iterator[Talk]:
    """One channel, in as many files as it has days; users.json among them says who is who."""
    entries = [entry for data in files if isinstance(data, list) for entry in data if isinstance(entry, dict)]
    people = {str(entry["id"]): _called(entry) for entry in entries if "id" in entry and "profile" in entry}
    people |= {
        str(entry["user"]): _called(entry["user_profile"])
        for entry in entries
        if "user" in entry and isinstance(entry.get("user_profile"), dict)
    }
    messages = [entry for entry in entries if entry.get("type") == "message"]
    yield Talk(title, in_time([said for message in messages for said in _said(message, people, left)]))


PROGRAM = JsonProgram(("client_msg_id", "user_profile", "ts"), knows, talks)


def _called(person: Mapping[str, Any]) -> str:
    """The name that somebody goes by."""
    profile = person.get("profile")
    holders = (profile if isinstance(profile, dict) else {}, person)
    names = (string(holder.get(key)) for holder in holders for key in ("display_name", "real_name", "name"))
    return next(filter(None, names), "")


def _said(message: Mapping[str, Any], people: Mapping[str, str], left: LeftOut) -> Iterator[Said]:
    text = LINK.sub(lambda found: _linked(found, people), str(message.get("text") or ""))
    text = html.unescape(text).strip("\n")
    subtype = str(message.get("subtype") or "")
    if subtype not in SAID:
        deleted = subtype in ("tombstone", "message_deleted")
        left.leave("chat_deleted" if deleted else "chat_notices", text or subtype)
        return
    left.leave("chat_stamps", str(message.get("ts")))
    if message.get("files"):
        left.leave("chat_media", "files")
    who = people.get(str(message.get("user"))) or string(message.get("username")) or string(message.get("user"))
    if text.strip():
        yield Said(who, text, _seconds(message.get("ts")))


def _linked(found: re.Match[str], people: Mapping[str, str]) -> str:
    """<@U01>, <#C01|taller>, <!here>, <an address|a name> as people read them."""
    sign, what, shown = found.groups()
    if sign == "@":
        return f"@{shown or people.get(what) or what}"
    return f"{sign.replace('!', '@')}{shown or what.partition('^')[0]}"


def _seconds(stamp: Any) -> float | None:
    try:
        return float(stamp)
    except (TypeError, ValueError):
        return None

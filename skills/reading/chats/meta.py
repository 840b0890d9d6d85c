"""Facebook's Messenger and Instagram: message_1.json of a download, and the files of encrypted chats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skills.reading.broken_utf8 import spelt_once
from skills.reading.chats.placeholders import kind_of
from skills.reading.chats.program import JsonProgram, in_time, string
from skills.reading.left_out import LeftOut
from skills.reading.said import Said, Talk

MEDIA = ("photos", "videos", "audio_files", "files", "gifs", "sticker", "media", "share")
WHO = r"(?:.{1,60} )?"
A = r"(?: (?:an?|the|un|una|el|la|um|uma|une|ein|eine|live|your|su|tu))?"
DID = rf"{WHO}(?:sent|unsent|envió|enviaste|mandó|mandaste|enviou|a envoyé|ha inviato|hat){A} "
REACTED = rf"{WHO}(?:reacted|reaccionó|reaccionaste|reagiu|a réagi|ha reagito)\b.{{0,30}}"
NOTICES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{DID}(?:attachment|photo|video|voice message|sticker|gif|link|location|message|archivo adjunto|fotos?|"
        r"enlace|ubicación|mensaje de voz|anexo|vídeo|pièce jointe|allegato|anhang gesendet)\.?",
        rf"{REACTED}(?:message|mensaje|mensagem|messaggio)\.?",
        rf"{WHO}(?:liked a message|le gustó un mensaje|te gustó un mensaje|curtiu uma mensagem|a aimé un message)\.?",
        rf"{WHO}(?:named the group|changed the|set the nickname|set your nickname|left the group|joined the|started a|"
        r"created the group|added .{1,60} to the group|removed .{1,60} from the group|le puso el (?:nombre|apodo)|"
        r"cambió (?:el nombre|la foto|el tema)|salió del grupo|agregó a .{1,60} al grupo|creó el grupo|inició una)"
        r" ?.{0,120}",
        r"(?:you can now message and call|say hi to your new|you are now connected on|ahora pueden enviarse mensajes|"
        r"ahora están conectados en).{0,160}",
    )
)
"""What the program says of what somebody did."""
TOLD = re.compile(
    r"sen[td]|envi|mand|inviat|rea[cgt]|liked|gust|curtiu|aimé|group|grup|chang|cambi|nick|puso|joined|started|inició|"
    r"connect|conectad|message and|hi to",
    re.IGNORECASE,
)
"""A word of each of them: most messages have none, and need not be compared."""
CALL = re.compile(
    rf"{WHO}(?:missed your|missed a|perdiste una llamada|(?:audio|video) (?:call|chat) ended|called you|te llamó|"
    r"llamada perdida).{0,60}",
    re.IGNORECASE,
)


OLD, ENCRYPTED = ("sender_name", "timestamp_ms"), ("senderName", "timestamp")
"""Keys by which a message of a download, and one of an encrypted chat, is known."""


def knows(data: Any) -> bool:
    messages = data.get("messages") if isinstance(data, dict) else None
    return isinstance(messages, list) and any(
        isinstance(message, dict) and any(set(keys) <= message.keys() for keys in (OLD, ENCRYPTED))
        for message in messages[:50]
    )


def talks(files: Sequence[Any], left: LeftOut, title: str | None) -> Iterator[Talk]:
    """One conversation, in as many files as it filled."""
    files = [data for data in files if knows(data)]
    names = (string(data.get(key)) for data in files for key in ("title", "threadName"))
    named = next(filter(None, names), None)
    said = (said for data in files for message in data["messages"] for said in _said(message, left))
    yield Talk(spelt_once(named) if named else title, in_time(said))


PROGRAM = JsonProgram((OLD[0], ENCRYPTED[0]), knows, talks)


def _said(message: Any, left: LeftOut) -> Iterator[Said]:
    if not isinstance(message, dict):
        return
    who = next((message[key] for key in ("sender_name", "senderName") if isinstance(message.get(key), str)), None)
    at = next((message[key] for key in ("timestamp_ms", "timestamp") if isinstance(message.get(key), int)), None)
    text = next((message[key] for key in ("content", "text") if isinstance(message.get(key), str)), "")
    whole = spelt_once(text)
    left.leave("chat_stamps", str(at))
    if whole != text:
        left["chat_mended"] += 1
    if (kind := _kind(message, whole)) is not None:
        left.leave(kind, whole or _first(message))
        return
    if any(message.get(key) for key in MEDIA):
        left.leave("chat_media", _first(message))
    if whole.strip():
        yield Said(spelt_once(who) if who else None, whole.strip("\n"), None if at is None else at / 1000)


def _kind(message: Mapping[str, Any], text: str) -> str | None:
    """What stands in the place of a message; None where it is somebody's words, or nothing but a photo."""
    if message.get("is_unsent") or message.get("isUnsent"):
        return "chat_deleted"
    short = len(text) < 300
    if "call_duration" in message or message.get("type") == "Call" or (short and CALL.fullmatch(text.strip())):
        return "chat_calls"
    if message.get("type") in ("Subscribe", "Unsubscribe") or (short and _is_notice(text.strip())):
        return "chat_notices"
    return kind_of(text) if text else None


def _is_notice(text: str) -> bool:
    return TOLD.search(text) is not None and any(notice.fullmatch(text) for notice in NOTICES)


def _first(message: Mapping[str, Any]) -> str:
    return next((key for key in MEDIA if message.get(key)), "")

"""Text messages of a telephone, as SMS Backup & Restore (Android) keeps them in XML: a chat with each person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from skills.errors import FileTooLarge, FileUnreadable
from skills.reading.chats.placeholders import kind_of
from skills.reading.chats.program import in_time
from skills.reading.chats.sheets import MINE
from skills.reading.formats.careless import mended
from skills.reading.formats.packed import XML_LIMIT
from skills.reading.left_out import LeftOut
from skills.reading.part import Part
from skills.reading.read import TextSource
from skills.reading.said import Chat, Said, Talk

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BROKEN = "xml_broken"
CAME, WENT = "1", "2"
"""`type` of a message, `msg_box` of one with parts. Others are drafts and what was never sent."""
HALVES = re.compile(rb"&#(5[5-7]\d{3});(?:&#(5[67]\d{3});)?")
"""A letter outside the first 65,536, as two numbers, which XML does not allow."""
HIGH, LOW, BEYOND = 0xD800, 0xDC00, 0x10000
NOTHING = ("", "null")
PICTURE = re.compile(rb'\sdata="[^"]*"')


def read(path: Path, name: str, folder: Path) -> list[Part]:
    """Raises FileTooLarge and FileUnreadable."""
    from lxml import etree

    data = PICTURE.sub(b"", path.read_bytes())
    if len(data) > XML_LIMIT:
        raise FileTooLarge(name=name, bytes=len(data), limit=XML_LIMIT)
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(mended(HALVES.sub(_joined, data)), parser)
    except etree.XMLSyntaxError as error:
        raise FileUnreadable(name=name, kind=BROKEN) from error
    whole = not len(parser.error_log)
    messages = [message for message in root if message.tag in ("sms", "mms")]
    source = TextSource(path, path.stat().st_size, "utf-8", "utf-8", ())
    chat = Chat(lambda left: list(_talks(messages, left)))
    return [Part(source, name, facts={} if whole else {"file_mended": 1}, chat=chat)]


def _joined(match: re.Match[bytes]) -> bytes:
    """The letter that two halves are; nothing where there is one half, or what is none."""
    high, low = int(match[1]), int(match[2] or 0)
    if not HIGH <= high < LOW + 0x400:
        return match[0]
    if not (high < LOW <= low < LOW + 0x400):
        return b""
    return f"&#{BEYOND + ((high - HIGH) << 10) + (low - LOW)};".encode()


def _talks(messages: list[Element], left: LeftOut) -> Iterator[Talk]:
    """One for each person or group that was written with."""
    talks: dict[str, tuple[str, list[Said]]] = {}
    for message in messages:
        with_whom = message.get("contact_name", "")
        if with_whom in (*NOTHING, "(Unknown)"):
            with_whom = message.get("address", "")
        if (said := _said(message, with_whom, left)) is not None:
            talks.setdefault(message.get("address", ""), (with_whom, []))[1].append(said)
    for with_whom, said_there in talks.values():
        yield Talk(with_whom or None, in_time(said_there))


def _said(message: Element, with_whom: str, left: LeftOut) -> Said | None:
    left.leave("chat_stamps", message.get("readable_date") or message.get("date", ""))
    way = message.get("type" if message.tag == "sms" else "msg_box", "")
    text = _words(message, left)
    if way not in (CAME, WENT):
        if text:
            left.leave("chat_notices", text)
        return None
    if (kind := kind_of(text)) is not None:
        left.leave(kind, text)
        return None
    date = message.get("date", "")
    at = int(date) / 1000 if date.isdecimal() else None
    return Said((with_whom if way == CAME else MINE) or None, text, at) if text else None


def _words(message: Element, left: LeftOut) -> str:
    """What was written: the body, or the texts among the parts of a message with pictures."""
    if message.tag == "sms":
        body = message.get("body", "")
        return "" if body in NOTHING else body.strip()
    texts: list[str] = []
    for part in message.iter("part"):
        kind = part.get("ct", "")
        if kind == "text/plain" and part.get("text", "") not in NOTHING:
            texts.append(part.get("text", "").strip())
        elif not kind.startswith(("text/plain", "application/smil")):
            left.leave("chat_media", part.get("name") or kind)
    return "\n".join(texts)

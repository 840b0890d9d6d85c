"""Headers of letters in words: letters with accents are written in them in code, not always rightly."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from email.message import Message

from skills.reading.formats.careless import decoded

CODED = re.compile(r"=\?([\w.:-]{1,40})(?:\*[\w-]{1,20})?\?([bq])\?([^?\s]*(?: [^?\s]+)*)\?(?:=|$)", re.IGNORECASE)
BETWEEN = re.compile(r"(\?=)\s+(?==\?)")


def header(message: Message, name: str) -> str | None:
    """The words of a header on one line; None if there is none, or nothing in it."""
    raw = next((value for key, value in message.raw_items() if key.casefold() == name.casefold()), None)
    return words_of(str(raw)) or None if raw is not None else None


def words_of(raw: str) -> str:
    """What a header says; bytes that are not ASCII come as lone surrogates, as `email` leaves them."""
    text = BETWEEN.sub(r"\1", " ".join(raw.split()))
    pieces: list[tuple[str, bytes]] = []
    place = 0
    for match in CODED.finditer(text):
        _add(pieces, "", text[place : match.start()].encode("utf-8", "surrogateescape"))
        _add(pieces, match[1].casefold(), _bytes(match[2], match[3]))
        place = match.end()
    _add(pieces, "", text[place:].encode("utf-8", "surrogateescape"))
    return " ".join("".join(decoded(data, charset).text for charset, data in pieces).split())


def _add(pieces: list[tuple[str, bytes]], charset: str, data: bytes) -> None:
    """Neighbours in one encoding are one: a letter may be cut between two coded words."""
    if pieces and pieces[-1][0] == charset:
        data = pieces.pop()[1] + data
    if data:
        pieces.append((charset, data))


def _bytes(way: str, coded: str) -> bytes:
    if way in "qQ":
        return quopri.decodestring(coded.encode("ascii", "replace"), header=True)
    try:
        return base64.b64decode(coded + "=" * (-len(coded) % 4))
    except (binascii.Error, ValueError):
        return b""

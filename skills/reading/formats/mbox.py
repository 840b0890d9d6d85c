"""A mailbox (.mbox) as Gmail, Thunderbird and Apple's Mail write it: its messages, one after the other, in bounded
memory.

Cut by hand: `mailbox`, of the standard library, takes every line that begins with «From » for a new message.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from skills.reading.formats.entries import Book, Entry, parts_of
from skills.reading.formats.headers import header
from skills.reading.formats.mail import entry
from skills.reading.formats.mime import parsed
from skills.reading.left_out import LeftOut
from skills.reading.part import Part

ENVELOPE = re.compile(rb"From .{1,200}?\d{1,2}:\d{2}.{0,60}?\d{4}")
HEADER = re.compile(rb">?[!-9;-~]{1,70}:")
QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
ATTACHED = re.compile(rb"content-type:\s*(?:image|audio|video|application|font)/", re.IGNORECASE)
LONG = 60
THUNDERBIRD_DELETED = 8


def read(path: Path, name: str, folder: Path) -> list[Part]:
    book = Book(LeftOut(), {}, "mail_empty")
    return parts_of(_entries(path, book.left, name), book, name, folder)


def _entries(path: Path, left: LeftOut, name: str) -> Iterator[Entry]:
    for data in _messages(path):
        message = parsed(QUOTED_FROM.sub(rb"\1", data))
        status = str(message.headers.get("X-Mozilla-Status") or "0").strip()
        if re.fullmatch(r"[0-9a-fA-F]{1,8}", status) and int(status, 16) & THUNDERBIRD_DELETED:
            left.leave("mail_deleted", header(message.headers, "Subject") or "?")
        else:
            yield entry(message, left, name)


def _messages(path: Path) -> Iterator[bytes]:
    """The bytes of each message. The line before one follows a blank line, has a date, and a header after it.

    What pictures and documents are made of (long lines without a space) is left where it is.
    """
    lines: list[bytes] = []
    blank, attached = True, False
    with path.open("rb") as file:
        for line, following in itertools.pairwise(itertools.chain(file, [b""])):
            if blank and line.startswith(b"From ") and ENVELOPE.match(line) and HEADER.match(following):
                if any(before.strip() for before in lines):
                    yield b"".join(lines)
                lines, attached = [], False
            elif line.startswith(b"--"):
                lines.append(line)
                attached = False
            elif not attached or len(line) < LONG or b" " in line:
                lines.append(line)
                attached = attached or ATTACHED.match(line) is not None
            blank = not line.strip()
    if any(before.strip() for before in lines):
        yield b"".join(lines)

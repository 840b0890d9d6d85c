"""A message (.eml, .emlx): the words of who wrote it, under its subject; quotations, signature, attachments out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from skills.errors import FileUnreadable
from skills.reading.formats.entries import Book, Entry, parts_of, unheaded
from skills.reading.formats.headers import header, words_of
from skills.reading.formats.mime import Piece, parsed, text
from skills.reading.formats.quoted import own_lines
from skills.reading.formats.web import page
from skills.reading.left_out import LeftOut
from skills.reading.part import Part, laid_out
from skills.texts.sentences import names

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

TOLD = ("From", "To", "Cc", "Date")
"""Headers that are kept with what was left out."""
FORWARDED = re.compile(r"\s*(?:re:\s*)?(?:fwd?|rv|reenv|tr|wg|enc|i)\s*:", re.IGNORECASE)
LEAST = 20
"""Words that the plain text of a message must have to be more than an excuse for having none."""
QUOTES = names(
    "gmail_quote gmail_quote_container gmail_attr yahoo_quoted moz-cite-prefix protonmail_quote tutanota_quote "
    "mail-editor-reference-message-container"
)
SIGNATURES = names(
    "gmail_signature gmail_signature_prefix moz-signature protonmail_signature_block ms-outlook-mobile-signature"
)
UNSEEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def read(path: Path, name: str, folder: Path) -> list[Part]:
    data = path.read_bytes()
    size, _, rest = data.partition(b"\n")
    if size.strip().isdigit() and len(size) < 20:  # Apple's Mail writes the length before, and notes of its own behind
        data = rest[: int(size)]
    book = Book(LeftOut(), {}, "mail_empty")
    return parts_of([entry(parsed(data), book.left, name)], book, name, folder)


def entry(message: Piece, left: LeftOut, name: str) -> Entry:
    """What a message says and its subject; the rest goes to `left`. One that is nothing but an envelope is opened."""
    if message.kind == "message/rfc822" and message.inside:
        message = message.inside[0]
    subject = header(message.headers, "Subject")
    forwarded = FORWARDED.match(subject or "") is not None
    said = ((told, header(message.headers, told)) for told in TOLD)
    left.leave("mail_headers", "; ".join(f"{told}: {value}" for told, value in said if value))
    before = left["mail_quoted"]
    lines: list[str] = []
    for piece in _texts(message, left):
        lines += ["", *_lines(piece, forwarded, left, name)] if lines else _lines(piece, forwarded, left, name)
    cited = left["mail_quoted"] > before
    return Entry(subject, "\n".join(own_lines(lines, forwarded, cited, left)))


def _texts(message: Piece, left: LeftOut) -> Iterator[Piece]:
    """The pieces to read, in order: of several versions of one text a single one; attachments are left out."""
    if message.kind == "message/rfc822":
        left.leave("mail_attachment", " ".join(header(inner.headers, "Subject") or "?" for inner in message.inside))
    elif message.kind == "multipart/alternative" and message.inside:
        yield from _version([list(_texts(inner, left)) for inner in message.inside])
    elif message.inside:
        for inner in message.inside:
            yield from _texts(inner, left)
    elif message.kind in ("text/plain", "text/html") and not _attached(message):
        yield message
    else:
        left.leave("mail_attachment", _file_name(message) or message.kind)


def _attached(piece: Piece) -> bool:
    how = str(piece.headers.get("Content-Disposition") or "").strip().casefold()
    shown = how.startswith("inline") and piece.kind == "text/plain"
    return how.startswith("attachment") or (bool(_file_name(piece)) and not shown)


def _file_name(piece: Piece) -> str:
    named = piece.parameter("filename", "Content-Disposition") or piece.parameter("name")
    return words_of(named)


def _version(versions: Sequence[list[Piece]]) -> list[Piece]:
    """Plain text if it is one; some programs write there only that the message must be read elsewhere."""
    versions = [pieces for pieces in versions if pieces]
    for pieces in versions:
        if all(piece.kind == "text/plain" for piece in pieces):
            size = _size(pieces)
            if size >= LEAST or (size and 4 * size >= max(map(_size, versions))):
                return pieces
    return versions[-1] if versions else []


def _size(pieces: Sequence[Piece]) -> int:
    """In words."""
    return sum(len(text(piece).text.split()) for piece in pieces)


def _lines(piece: Piece, forwarded: bool, left: LeftOut, name: str) -> list[str]:
    words = text(piece).text
    if piece.kind == "text/html":
        try:
            shown = page(words, name, lambda node: _no_text(node, forwarded))
        except FileUnreadable:
            return []
        left.join(shown.left)
        return list(laid_out(unheaded(shown.paragraphs)))
    if piece.parameter("format").casefold() == "flowed":
        return list(_unflowed(words.split("\n"), piece.parameter("delsp").casefold() == "yes"))
    return words.split("\n")


def _unflowed(lines: Sequence[str], joined: bool) -> Iterator[str]:
    """Lines that end in a space go on in the next (RFC 3676); `joined`: that space is not the author's."""
    whole = ""
    for line in lines:
        line = line if line.startswith(">") else line.removeprefix(" ")
        if line == "-- ":
            yield from ([whole] if whole else [])
            yield line
            whole = ""
        elif line.endswith(" ") and not line.startswith(">"):
            whole += line[:-1] if joined else line
        else:
            yield (whole + line).rstrip()
            whole = ""
    if whole:
        yield whole


def _no_text(node: Element, forwarded: bool) -> str | None:
    """What of a message in HTML its author did not write, by how mail programs mark it."""
    said = {word.removeprefix("x_") for word in f"{node.get('class') or ''} {node.get('id') or ''}".casefold().split()}
    if SIGNATURES & said:
        return "mail_signature"
    cited = node.tag == "blockquote" and (node.get("type") or "").casefold() == "cite"
    if (cited or QUOTES & said) and not forwarded:
        return "mail_quoted"
    return "hidden_text" if UNSEEN.search(node.get("style") or "") else None

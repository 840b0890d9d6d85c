"""From lines of running text to rows: paragraphs, stanzas, turns or pairs, one pass, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from skills.texts.shape import ANSWERS, PROMPTS, STAMPED, TURN, blocks_of, is_wrapped
from skills.workspace import Row, Shape

HEADING = re.compile(
    r"^(?:#{1,6}\s+(.+?)\s*#*|((?:cap[ií]tulo|chapter|canto|parte|part|acto|act)\s+[\divxlc]+\b.{0,60}))$", re.I
)
TITLE = re.compile(r"^\s*(?![-*•\d])\S.{1,78}[^\s.!?…,;:]\s*$")
RULE = re.compile(r"^\s*(?:[*_=~-]\s*){3,}$")
STANZA_LINES = 24
"""A stretch of verse longer than this has no stanzas of its own: it is cut after a sentence, past `CUT_LINES`."""
CUT_LINES = 8
TURNS = 8
"""Turns a row when a dialogue or chat is not divided in scenes by the author."""


class Piece(NamedTuple):
    """A row, and the number of the document in the file (0, 1, ...) that it belongs to."""

    row: Row
    document: int


def pieces(lines: Iterable[str], shape: Shape, wrapped: bool) -> Iterator[Piece]:
    """The rows of a text of this shape. A heading or a rule of asterisks begins a new document.

    A short first line that stands alone and ends without punctuation is the title.
    """
    document, title, begun = 0, None, False
    for number, block in enumerate(_blocks(lines)):
        if number == 0 and len(block) == 1 and TITLE.match(block[0]) and not HEADING.match(block[0]):
            title = block[0].strip()
            continue
        heading = HEADING.match(block[0].strip())
        if heading or RULE.match(block[0]):
            document += begun
            begun = False
            title = (heading[1] or heading[2]).strip() if heading else None
            block = block[1:]
            if not block:
                continue
        for row in _rows(block, shape, wrapped):
            begun = True
            yield Piece(row.model_copy(update={"title": title}) if title else row, document)


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    """Groups of lines between blank ones; a heading begins a group of its own."""
    block: list[str] = []
    for line in lines:
        if not line.strip():
            if block:
                yield block
                block = []
        elif block and (HEADING.match(line.strip()) or RULE.match(line)):
            yield block
            block = [line]
        else:
            block.append(line.rstrip())
    if block:
        yield block


def _rows(block: list[str], shape: Shape, wrapped: bool) -> Iterator[Row]:
    if shape == "verse":
        for stanza in _stanzas(block):
            yield Row(text="\n".join(line.strip() for line in stanza))
    elif wrapped:
        yield Row(text=unwrap(block))
    else:
        # One paragraph a line, as word processors write it.
        for line in block:
            yield Row(text=line.strip())


def unwrap(block: list[str]) -> str:
    """A paragraph that was cut at a margin, whole again; a word cut by a hyphen is joined."""
    return re.sub(r"(?<=[^\W\d_])-\n(?=[^\W\d_])", "", "\n".join(line.strip() for line in block)).replace("\n", " ")


def _stanzas(block: list[str]) -> Iterator[list[str]]:
    if len(block) <= STANZA_LINES:
        yield block
        return
    start = 0
    for i, line in enumerate(block):
        long_enough = i + 1 - start >= CUT_LINES
        if long_enough and (line.rstrip().endswith((".", "!", "?", "…", "»", "”")) or i + 1 - start >= STANZA_LINES):
            yield block[start : i + 1]
            start = i + 1
    if start < len(block):
        yield block[start:]


def spoken(lines: Iterable[str], shape: Shape) -> Iterator[Piece]:
    """The rows of a dialogue, a chat or pairs of questions and answers; a line without a name goes on the turn."""
    if shape == "pairs":
        yield from _asked_and_answered(lines)
        return
    turns: list[str] = []
    number = 0
    for line in lines:
        if not line.strip():
            continue
        if TURN.match(line) or STAMPED.match(line) or not turns:
            if len(turns) == TURNS:
                yield Piece(Row(text="\n".join(turns)), number)
                turns = []
            turns.append(line.strip())
        else:
            turns[-1] += f" {line.strip()}"
    if turns:
        yield Piece(Row(text="\n".join(turns)), number)


def _asked_and_answered(lines: Iterable[str]) -> Iterator[Piece]:
    prompt: list[str] = []
    completion: list[str] = []
    side = prompt
    number = 0
    for line in lines:
        match = TURN.match(line)
        name = match[1].strip().casefold() if match else ""
        if name in PROMPTS:
            if prompt and completion:
                yield Piece(Row(prompt="\n".join(prompt), completion="\n".join(completion)), number)
                number += 1
                prompt, completion = [], []
            side = prompt
        elif name in ANSWERS:
            side = completion
        text = line.split(":", 1)[1] if name in PROMPTS | ANSWERS else line
        if text.strip():
            side.append(text.strip())
    if prompt and completion:
        yield Piece(Row(prompt="\n".join(prompt), completion="\n".join(completion)), number)


def looks_wrapped(head: str) -> bool:
    return is_wrapped(blocks_of(head))

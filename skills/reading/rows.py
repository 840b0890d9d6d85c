"""From lines of running text to rows: paragraphs, stanzas, turns or pairs, one pass, in bounded memory."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from skills.reading.shape import ANSWERS, PROMPTS, STAMPED, TURN, blocks_of, ends_paragraph, margin_of
from skills.texts.hyphens import MARKS, belongs
from skills.workspace import Row, Shape

HEADING = re.compile(
    r"^(?:#{1,6}\s+(.+?)\s*#*|((?:cap[ií]tulo|chapter|canto|parte|part|acto|act)\s+[\divxlc]+\b.{0,60}))$", re.I
)
TITLE = re.compile(r"^\s*(?![-*•\d])\S.{1,78}[^\s.!?…,;:]\s*$")
NUMBER = re.compile(r"^\s*(?:[IVXLC]{1,7}|\d{1,3})\.?\s*$")
"""The number of a part or poem, alone on its line."""
RULE = re.compile(r"^\s*(?:[*_=~-]\s*){3,}$")
CUT_WORD = re.compile(rf"([^\W_]+)([{MARKS}])\n(?=([^\W_]+))")
FIRST = "#*_=~-cCpPaA"
"""What headings and rules begin with."""
STANZA_LINES = 24
"""A stretch of verse longer than this has no stanzas of its own: it is cut after a sentence, past `CUT_LINES`."""
CUT_LINES = 8
TURNS = 8
"""Turns a row when a dialogue or chat is not divided in scenes by the author."""


class Piece(NamedTuple):
    """A row, and the number of the document in the file (0, 1, ...) that it belongs to."""

    row: Row
    document: int


def pieces(lines: Iterable[str], shape: Shape, margin: int, known: frozenset[str] = frozenset()) -> Iterator[Piece]:
    """The rows of a text of this shape. A heading or a rule of asterisks begins a new document.

    `margin`: the width at which prose was cut, or 0; `known`: the words of the text, for those that were cut there. A
    short first line that stands alone and ends without punctuation is the title; in verse each such line is the title
    of a poem, which begins there, and a number that stands alone begins a part.
    """
    document, title, begun = 0, None, False
    for number, block in enumerate(_blocks(lines)):
        heading = HEADING.match(block[0].strip())
        alone = len(block) == 1 and not heading
        named = alone and bool(TITLE.match(block[0])) and (number == 0 or (shape == "verse" and _titled(block[0])))
        numbered = alone and shape == "verse" and bool(NUMBER.match(block[0]))
        if heading or named or numbered or RULE.match(block[0]):
            document += begun
            begun = False
            title = (heading[1] or heading[2]).strip() if heading else block[0].strip() if named or numbered else None
            block = block[1:]
            if not block:
                continue
        for row in _rows(block, shape, margin, known):
            begun = True
            yield Piece(row.model_copy(update={"title": title}) if title else row, document)


def titles(lines: Iterable[str]) -> Iterator[Piece]:
    """The rows of a text that has nothing but titles (a single line, an index): each is one."""
    for line in itertools.chain.from_iterable(_blocks(lines)):
        bare = line.strip()
        heading = HEADING.match(bare)
        if not RULE.match(bare):
            yield Piece(Row(text=(heading[1] or heading[2]).strip() if heading else bare), 0)


def _titled(line: str) -> bool:
    """Does a line that stands alone among stanzas look like a title, and not like a stanza of one line?"""
    words = line.split()
    return len(words) <= 9 and line.strip()[:1].isupper() and not line.rstrip().endswith(("-", "—"))


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    """Groups of lines between blank ones; a heading begins a group of its own."""
    block: list[str] = []
    for line in lines:
        if not line.strip():
            if block:
                yield block
                block = []
        elif block and _parts(line):
            yield block
            block = [line]
        else:
            block.append(line.rstrip())
    if block:
        yield block


def _parts(line: str) -> bool:
    """Is the line a heading or a rule? Most lines are told by their first letter alone."""
    bare = line.strip()
    return bare[:1] in FIRST and bool(HEADING.match(bare) or RULE.match(bare))


def _rows(block: list[str], shape: Shape, margin: int, known: frozenset[str]) -> Iterator[Row]:
    if shape == "verse":
        for stanza in _stanzas(block):
            yield Row(text="\n".join(line.strip() for line in stanza))
    elif margin:
        for paragraph in _paragraphs(block, margin):
            yield Row(text=unwrap(paragraph, known))
    else:
        # One paragraph a line, as word processors write it.
        for line in block:
            yield Row(text=line.strip())


def _paragraphs(block: list[str], margin: int) -> Iterator[list[str]]:
    """The paragraphs of a block of prose cut at `margin`: a short line that ends a sentence ends one, a line set in
    begins one."""
    start = 0
    for i, (line, following) in enumerate(itertools.pairwise(block), start=1):
        set_in = following[:1].isspace() and not line[:1].isspace()
        if set_in or ends_paragraph(line, following, margin):
            yield block[start:i]
            start = i
    yield block[start:]


def unwrap(block: list[str], known: frozenset[str] = frozenset()) -> str:
    """A paragraph that was cut at a margin, whole again; a word cut by a hyphen is joined.

    A hyphen that belongs to the word stays: `known` are the words of the text, some with a hyphen inside.
    """

    def joined(found: re.Match[str]) -> str:
        first, mark, rest = found.groups()
        name = (rest[0].isupper() and not first.isupper()) or rest[0].isdigit()
        return first + ("-" if mark in "-\u2010" and (name or belongs(first, rest, known)) else "")

    lines = [line.strip() for line in block]
    if any(line[-1:] in MARKS for line in lines[:-1]):
        return CUT_WORD.sub(joined, "\n".join(lines)).replace("\n", " ")
    return " ".join(lines)


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


def spoken(lines: Iterable[str], shape: Shape, head: str = "") -> Iterator[Piece]:
    """The rows of a dialogue, a chat or pairs; a line without a name goes on the turn before.

    A heading or a rule (an act, a scene) begins a new document of a dialogue, a new day one of an exported chat.
    `head`: the beginning of the text, which tells who asks and who answers.
    """
    if shape == "pairs":
        yield from _asked_and_answered(lines, *sides(head.split("\n")))
        return
    turns: list[str] = []
    document, begun, title, day = 0, False, None, None
    for line in lines:
        heading, stamp = HEADING.match(line.strip()), STAMPED.match(line)
        today = re.split(r"[, ]", line.strip().lstrip("["), maxsplit=1)[0] if stamp else day
        parted = bool(heading or RULE.match(line)) or (today != day and day is not None)
        starts = bool(stamp or TURN.match(line))
        if turns and (parted or (starts and len(turns) == TURNS)):
            yield Piece(Row(text="\n".join(turns), title=title), document)
            turns, begun = [], True
        if parted:
            document += begun
            begun = False
        day = today
        if heading or RULE.match(line):
            title = (heading[1] or heading[2]).strip() if heading else None
        elif line.strip() and (starts or not turns):
            turns.append(line.strip())
        elif line.strip():
            turns[-1] += f" {line.strip()}"
    if turns:
        yield Piece(Row(text="\n".join(turns), title=title), document)


def sides(lines: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The names (folded) of who asks and of who answers: the usual ones or, of two that speak, the first and second."""
    names = [match[1].strip().casefold() for line in lines if (match := TURN.match(line))]
    order = [name for name, times in Counter(names).most_common() if times > 1]
    if (set(names) & PROMPTS and set(names) & ANSWERS) or len(order) != 2:
        return PROMPTS, ANSWERS
    first = next(name for name in names if name in order)
    return frozenset({first}), frozenset(order) - {first}


def _asked_and_answered(lines: Iterable[str], asking: frozenset[str], answering: frozenset[str]) -> Iterator[Piece]:
    prompt: list[str] = []
    completion: list[str] = []
    side = prompt
    number = 0
    for line in lines:
        match = TURN.match(line)
        name = match[1].strip().casefold() if match else ""
        if name in asking:
            if prompt and completion:
                yield Piece(Row(prompt="\n".join(prompt), completion="\n".join(completion)), number)
                number += 1
                prompt, completion = [], []
            side = prompt
        elif name in answering:
            side = completion
        text = line.split(":", 1)[1].lstrip("*_ ") if name in asking | answering else line
        if text.strip():
            side.append(text.strip())
    if prompt and completion:
        yield Piece(Row(prompt="\n".join(prompt), completion="\n".join(completion)), number)


def margin_in(head: str) -> int:
    """The width at which prose was cut, judged by its beginning; 0 if it was not."""
    return margin_of(blocks_of(head))

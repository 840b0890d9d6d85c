"""From lines of running text to rows: paragraphs, turns or pairs, one pass, in bounded memory."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from skills.reading.indents import dedented
from skills.reading.shape import ANSWERS, PROMPTS, TURN, blocks_of, ends_paragraph, margin_of
from skills.reading.speakers import DASH, STOP, manner_of
from skills.texts.hyphens import MARKS, belongs
from skills.workspace import Row

HEADING = re.compile(
    r"^(?:#{1,6}\s+(.+?)\s*#*|((?:cap[ií]tulo|chapter|canto|parte|part|acto|act)\s+[\divxlc]+\b.{0,60}))$", re.I
)
TITLE = re.compile(r"^\s*(?![-*•\d])\S.{1,78}[^\s.!?…,;:]\s*$")
RULE = re.compile(r"^\s*(?:[*_=~-]\s*){3,}$")
CUT_WORD = re.compile(rf"([^\W_]+)([{MARKS}])\n(?=([^\W_]+))")
QUOTED, SHORT = 3, 60
"""Lines that stand together among paragraphs, and their letters, from which and up to which they are verses."""
LISTED = re.compile(r"\s*(?:[-–—*•·]|\(?\w{1,3}[.)]\s|.{1,40}:\s)")
"""An item of a list, a speech, a line of a form."""
FIRST = "#*_=~-cCpPaA"
"""What headings and rules begin with."""
TURNS = 8
"""Turns a row when a dialogue or chat is not divided in scenes by the author."""


Telling = Callable[[str], tuple[str, str] | None]
"""Who speaks in a line (in lower case), and what; None if it names nobody."""


class Piece(NamedTuple):
    """A row, and the number of the document in the file (0, 1, ...) that it belongs to."""

    row: Row
    document: int


def pieces(lines: Iterable[str], margin: int, known: frozenset[str] = frozenset()) -> Iterator[Piece]:
    """The rows of prose. A heading or a rule of asterisks begins a new document.

    `margin`: the width at which it was cut, or 0; `known`: the words of the text, for those that were cut there. A
    short first line that stands alone and ends without punctuation is the title.
    """
    document, title, begun, among = 0, None, False, False
    for number, block in enumerate(_blocks(lines)):
        heading = HEADING.match(block[0].strip())
        named = len(block) == 1 and not heading and number == 0 and bool(TITLE.match(block[0]))
        if heading or named or RULE.match(block[0]):
            document += begun
            begun = False
            title = (heading[1] or heading[2]).strip() if heading else block[0].strip() if named else None
            block = block[1:]
            if not block:
                continue
        among = among or any(len(line) > SHORT for line in block)
        for row in _rows(block, margin, known, among):
            begun = True
            yield Piece(row.model_copy(update={"title": title}) if title else row, document)


def titles(lines: Iterable[str]) -> Iterator[Piece]:
    """The rows of a text that has nothing but titles (a single line, an index): each is one."""
    for line in itertools.chain.from_iterable(_blocks(lines)):
        bare = line.strip()
        heading = HEADING.match(bare)
        if not RULE.match(bare):
            yield Piece(Row(text=(heading[1] or heading[2]).strip() if heading else bare), 0)


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    """Groups of lines between blank ones; a heading begins a group of its own."""
    block: list[str] = []
    for line in lines:
        if not line.strip():
            if block:
                yield block
                block = []
        elif block and parts(line):
            yield block
            block = [line]
        else:
            block.append(line.rstrip())
    if block:
        yield block


def parts(line: str) -> bool:
    """Is the line a heading or a rule? Most lines are told by their first letter alone."""
    bare = line.strip()
    return bare[:1] in FIRST and bool(HEADING.match(bare) or RULE.match(bare))


def _rows(block: list[str], margin: int, known: frozenset[str], among: bool) -> Iterator[Row]:
    """The rows of a block; `among`: there are paragraphs before it, or in it."""
    if margin:
        for paragraph in _paragraphs(block, margin):
            yield Row(text=unwrap(paragraph, known))
    elif among and len(block) >= QUOTED and all(len(line) <= SHORT and not LISTED.match(line) for line in block):
        yield Row(text="\n".join(dedented(block)))
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


def asked(lines: Iterable[str], head: str = "") -> Iterator[Piece]:
    """The pairs of who asks and who answers; a line without a name goes on what was said before. `head`: the beginning
    of the text, which tells who is who."""
    filled = [line for line in head.split("\n") if line.strip()]
    manner = manner_of(filled)
    turn = manner.turn if manner and manner.form in (DASH, STOP) else _by_colon
    yield from _asked_and_answered(lines, turn, *sides(filled, turn))


def _by_colon(line: str) -> tuple[str, str] | None:
    match = TURN.match(line)
    return (match[1].strip().casefold(), line.split(":", 1)[1].lstrip("*_ ")) if match else None


def sides(lines: Iterable[str], turn: Telling = _by_colon) -> tuple[frozenset[str], frozenset[str]]:
    """The names (folded) of who asks and of who answers: the usual ones or, of two that speak, the first and second."""
    names = [said[0] for line in lines if (said := turn(line))]
    order = [name for name, times in Counter(names).most_common() if times > 1]
    if (set(names) & PROMPTS and set(names) & ANSWERS) or len(order) != 2:
        return PROMPTS, ANSWERS
    first = next(name for name in names if name in order)
    return frozenset({first}), frozenset(order) - {first}


def _asked_and_answered(
    lines: Iterable[str], turn: Telling, asking: frozenset[str], answering: frozenset[str]
) -> Iterator[Piece]:
    prompt: list[str] = []
    completion: list[str] = []
    side = prompt
    number = 0
    for line in lines:
        name, said = turn(line) or ("", "")
        if name in asking:
            if prompt and completion:
                yield Piece(Row(prompt="\n".join(prompt), completion="\n".join(completion)), number)
                number += 1
                prompt, completion = [], []
            side = prompt
        elif name in answering:
            side = completion
        text = said if name in asking | answering else line
        if text.strip():
            side.append(text.strip())
    if prompt and completion:
        yield Piece(Row(prompt="\n".join(prompt), completion="\n".join(completion)), number)


def margin_in(head: str) -> int:
    """The width at which prose was cut, judged by its beginning; 0 if it was not."""
    return margin_of(blocks_of(head))

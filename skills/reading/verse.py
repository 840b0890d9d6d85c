"""From lines of verse to rows: a stanza each, set in as its author did, in the poems that titles begin."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from skills.reading.indents import edge_of, indent_of
from skills.reading.rows import HEADING, RULE, TITLE, Piece, parts
from skills.reading.speakers import SECTIONS
from skills.workspace import Row

NUMBER = re.compile(r"^\s*(?:[IVXLC]{1,7}|\d{1,3})\.?\s*$")
"""The number of a part or poem, alone on its line."""
NUMBERED = re.compile(r"^\s*(?:\d{1,3}|[IVXLC]{1,7})(?:[.)]|\s?[–—-])\s*[¿¡«“\"']?[^\W\d_](?:.{0,78}[^\s.,;:])?\s*$")
"""A title with its number: «I. El muelle»."""
ASIDE = re.compile(r"^\s*(?:\(.*\)|\[.*\]|(?P<mark>[*_])[^*_]+(?P=mark))\s*$")
DEDICATION = re.compile(
    r"^\s*(?:A|Al|Para|PARA|En memoria de|For|FOR|To|TO|In memory of|In memoriam|After|Según)\s\S.{0,60}$"
)
LABEL = re.compile(
    r"^\s*(?:[\[({]\s*(?P<name>[^\W\d_]+(?:-[^\W\d_]+)?)\b[^\])}]{0,40}[\])}]"
    r"|(?P<bare>[^\W\d_]+(?:-[^\W\d_]+)?)(?:\s+(?:\d{1,2}|[IVX]{1,4}|final|x\s?\d|\(?bis\)?))?\s*[.:]?)\s*$",
    re.IGNORECASE,
)
"""The name of a part of a song: «[Coro x2]», «Estribillo», «Verse 2:»."""
STANZA_LINES = 24
"""A stretch of verse longer than this has no stanzas of its own: it is cut after a sentence, past `CUT_LINES`."""
CUT_LINES = 8
DRAWING, DRAWN = 100, 5
"""Lines of a poem that is a drawing, at most, and how many different places it has for a line to begin at."""
POEM = 2_000
"""Lines of a poem that are held to find its left edge."""
APPARATUS = 3
"""Lines of a title with what goes with it: a date, a dedication."""


class _Block(NamedTuple):
    """Lines between blank ones, and how many blank lines are before them."""

    lines: list[str]
    room: int

    @property
    def alone(self) -> bool:
        return len(self.lines) == 1


class _Titles(NamedTuple):
    """What all titles of a book have: capital letters, or more room before them than a stanza."""

    capitals: bool
    room: bool


def pieces(lines: Iterable[str], head: str) -> Iterator[Piece]:
    """The stanzas, each with the title of its poem; a poem is a document.

    A short line that stands alone and ends without punctuation is the title of a poem, which begins there, unless
    other titles, in `head`, the beginning of the text, say that it is a stanza. So does a heading; a rule, or a number
    alone, begins a part. What all lines of a poem are set in by is its left edge, and is left out.
    """
    titles = _titles_in(head)
    document, title, begun, held = 0, None, False, 0
    poem: list[list[str]] = []
    for number, (block, following) in enumerate(_followed(_labelled(_blocks(lines)))):
        opening = _opening(block, following, titles, number == 0, begun or bool(poem))
        if opening is not None or held > POEM:
            yield from (Piece(row, document) for row in _rows(poem, title))
            begun, poem, held = begun or bool(poem), [], 0
        if opening is not None:
            document += begun
            begun, title = False, opening.title
        if stanza := block.lines[opening.taken if opening else 0 :]:
            poem.append(stanza)
            held += len(stanza)
    yield from (Piece(row, document) for row in _rows(poem, title))


def _rows(poem: Sequence[Sequence[str]], title: str | None) -> Iterator[Row]:
    edge = len(edge_of(line for stanza in poem for line in stanza))
    for stanza in poem:
        for lines in _stanzas(stanza):
            yield Row(text="\n".join(line[edge:] for line in lines), title=title)


def _stanzas(block: Sequence[str]) -> Iterator[Sequence[str]]:
    """The block, or parts of it that end with a sentence where it is too long to be a stanza. What is drawn with
    letters is not cut."""
    drawn = len(block) <= DRAWING and len(set(map(indent_of, block))) >= DRAWN
    if len(block) <= STANZA_LINES or drawn:
        yield block
        return
    start = 0
    for i, line in enumerate(block, start=1):
        long_enough = i - start >= CUT_LINES
        if long_enough and (line.endswith((".", "!", "?", "…", "»", "”")) or i - start >= STANZA_LINES):
            yield block[start:i]
            start = i
    if start < len(block):
        yield block[start:]


# --- blocks -----------------------------------------------------------------------------------------------------------


def _blocks(lines: Iterable[str]) -> Iterator[_Block]:
    """Groups of lines between blank ones; a heading begins a group of its own."""
    block: list[str] = []
    room = blank = 0
    for line in lines:
        if not line.strip():
            blank += 1
            continue
        if block and (blank or parts(line)):
            yield _Block(block, room)
            block = []
        if not block:
            room = blank
        block.append(line.rstrip())
        blank = 0
    if block:
        yield _Block(block, room)


def _labelled(blocks: Iterable[_Block]) -> Iterator[_Block]:
    """The blocks, the name of a part of a song («[Estribillo]», «Coro») that stands alone with what it names."""
    label: _Block | None = None
    for block in blocks:
        if label is not None and not is_label(block.lines[0]) and not (block.alone and _titled(block.lines[0])):
            yield _Block([*label.lines, *block.lines], label.room)
            label = None
            continue
        if label is not None:
            yield label
        label = block if block.alone and is_label(block.lines[0]) else None
        if label is None:
            yield block
    if label is not None:
        yield label


def is_label(line: str) -> bool:
    """Does the line name a part of a song?"""
    match = LABEL.match(line)
    return match is not None and (match["name"] or match["bare"]).casefold().replace("-", "") in SECTIONS


def _followed(blocks: Iterable[_Block]) -> Iterator[tuple[_Block, _Block | None]]:
    """Each block with the one after it."""
    here, after = itertools.tee(blocks)
    next(after, None)
    return itertools.zip_longest(here, after)


# --- titles -----------------------------------------------------------------------------------------------------------


class _Opening(NamedTuple):
    """What begins a poem or a part: its title, if it has one, and how many lines of the block that takes."""

    title: str | None
    taken: int = 1


def _opening(block: _Block, following: _Block | None, titles: _Titles, first: bool, begun: bool) -> _Opening | None:
    """What of a poem or part begins with this block; None if it goes on. `first`: of the text; `begun`: there are
    stanzas under the title before."""
    line = block.lines[0].strip()
    if heading := HEADING.match(line):
        return _Opening((heading[1] or heading[2]).strip())
    if RULE.match(line):
        return _Opening(None)
    if is_label(line):
        return None
    if block.alone:
        numbered = bool(NUMBER.match(line))
        return _Opening(line) if numbered or _is_title(block, following, titles, first, begun) else None
    glued = line.isupper() and len(line) > 3 and not block.lines[1].isupper() and bool(TITLE.match(line))
    sure = first or block.room > 1 or line.isupper() or bool(NUMBERED.match(line))
    told = sure and len(block.lines) <= APPARATUS and _titled(line) and all(map(_goes_with_title, block.lines[1:]))
    return _Opening(line) if following is not None and (glued or told) else None


def _is_title(block: _Block, following: _Block | None, titles: _Titles, first: bool, begun: bool) -> bool:
    """Is a line that stands alone a title, and not a stanza of one line?"""
    line = block.lines[0]
    if following is None or not (_titled(line) or (first and TITLE.match(line))):
        return False
    if first or NUMBERED.match(line):
        return True
    if not begun and _goes_with_title(line):
        return False
    if (titles.capitals and not line.isupper()) or (titles.room and block.room < 2):
        return False
    # Of two such lines, the one before is the end of a poem, the one after the title of the next.
    last = begun and following.alone and _titled(following.lines[0]) and block.room <= following.room
    return not last or line.isupper()


def _titled(line: str) -> bool:
    """Does a line look like a title, and not like a verse?"""
    if NUMBERED.match(line):
        return True
    bare = line.strip()
    short = len(bare.split()) <= 9 and bare[:1].isupper() and not bare.endswith(("-", "—"))
    return short and bool(TITLE.match(line))


def _goes_with_title(line: str) -> bool:
    """Is it a date or a dedication, as they stand under a title?"""
    return bool(ASIDE.match(line) or DEDICATION.match(line)) and not line.rstrip().endswith((",", ";", ":"))


def _titles_in(head: str) -> _Titles:
    blocks = list(itertools.islice(_blocks(head.split("\n")), 2_000))[1:-1]
    alone = [block for block in blocks if block.alone and _titled(block.lines[0]) and not is_label(block.lines[0])]
    capitals = sum(block.lines[0].isupper() for block in alone)
    roomy = sum(block.room > 1 for block in alone)
    return _Titles(capitals >= 2, 2 <= roomy < len(alone))

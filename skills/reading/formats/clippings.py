"""«My Clippings.txt» of a Kindle: the passages that a reader marked, and their notes, each under its book."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from skills.reading.formats.entries import Book, Entry, parts_of
from skills.reading.left_out import LeftOut
from skills.reading.part import Part
from skills.reading.read import head_text, lines

RULE = re.compile(r"={10}\s*$")
ABOUT = re.compile(r"\s*-\s.*(?:\|.*\d|\d.*\|)")
"""«- Your Highlight on page 12 | Location 171-172 | Added on Monday, 6 June 2022 21:14:05», in any language."""


def clippings(part: Part, folder: Path) -> list[Part] | None:
    """The passages in a part, each as one of its own; None if it holds no clippings."""
    head = head_text(part.source).split("\n")
    rules = [place for place, line in enumerate(head) if RULE.match(line)]
    if not rules or len(head) < 2 or not ABOUT.match(head[1]):
        return None
    after = [place for place in rules[:-1] if place + 2 < len(head)]
    if sum(ABOUT.match(head[place + 2]) is not None for place in after) < 0.8 * len(after):
        return None
    book = Book(LeftOut(), {}, "clippings_empty")
    return parts_of(_last_of_each(_clippings(lines(part.source), book.left), book.left), book, part.name, folder)


def _clippings(written: Iterator[str], left: LeftOut) -> Iterator[Entry]:
    block: list[str] = []
    for line in written:
        if not RULE.match(line):
            block.append(line)
            continue
        if len(block) >= 2:
            left.leave("clippings_places", block[1].strip())
            yield Entry(block[0].strip() or None, "\n".join(block[2:]).strip())
        block = []


def _last_of_each(entries: Iterator[Entry], left: LeftOut) -> Iterator[Entry]:
    """Who drags the end of a mark further leaves both behind: only the longer is meant."""
    before: Entry | None = None
    for entry in entries:
        if before is not None:
            longer = bool(before.text) and entry.title == before.title and entry.text.startswith(before.text)
            if longer:
                left.leave("clippings_twice", before.text)
            else:
                yield before
        before = entry
    if before is not None:
        yield before

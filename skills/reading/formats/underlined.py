"""Headings underlined with a row of signs, as in Markdown and in typed texts, written as those with `#` before them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from skills.reading.formats.markdown import HEADED, SUFFIXES
from skills.reading.listed import ITEM
from skills.reading.part import Part, rewritten
from skills.reading.read import head_text, lines

ROW = re.compile(r"^\s{0,3}([=~^*#_-])\1{2,}\s*$")
LONGEST = 78


def headed(part: Part, folder: Path) -> Part:
    """The part with `#` before its underlined headings, if it has any."""
    named = PurePath(part.name).suffix.casefold() in SUFFIXES
    head = head_text(part.source).split("\n")
    if not any(_is_heading(*three, named) for three in _threes(["", *head])):
        return part
    return rewritten(part, _headed(lines(part.source), named), folder)


def _headed(source: Iterable[str], named: bool) -> Iterator[str]:
    before, skip = "", 0
    for line, after, third in _threes(source):
        if skip:
            skip -= 1
            continue
        over = bool(ROW.match(line)) and not before.strip() and _is_heading(line, after, third, named)
        if over or _is_heading(before, line, after, named):
            yield from ("", f"# {(after if over else line).strip()}", "")
            before, skip = "", 1 + over
        else:
            yield line
            before = line


def _threes(source: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Each line with the two that follow."""
    first, second, third = itertools.tee(source, 3)
    next(second, None)
    next(itertools.islice(third, 2, 2), None)
    return itertools.zip_longest(first, second, third, fillvalue="")


def _is_heading(before: str, line: str, row: str, named: bool) -> bool:
    """Is it a line alone over a row of signs? Of those that are no `=`, which may part two texts, the row is as long
    as the line; in Markdown (`named`) it need not."""
    text, sign = line.strip(), row.strip()[:1]
    if (
        not text
        or not ROW.match(row)
        or ROW.match(line)
        or len(text) > LONGEST
        or (before.strip() and not ROW.match(before))
    ):
        return False
    if HEADED.match(line) or ITEM.match(line) or "|" in text:
        return False
    alike = abs(len(row.strip()) - len(text)) <= 2
    markdown = named and sign in "=-" and text[-1] not in ".,;:"
    return alike or markdown or (sign == "=" and text[-1] not in ".,;:")

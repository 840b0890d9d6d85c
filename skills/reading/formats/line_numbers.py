"""Numbers of lines in the margin of a poem (5, 10, 15 ...) or of a page: they are of the edition, and left out."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Literal, NamedTuple

from skills.reading.left_out import LeftOut
from skills.reading.part import Part, rewritten
from skills.reading.read import head_text, lines

Place = Literal["right", "left", "after", "beside", "alone"]
PATTERNS: dict[Place, re.Pattern[str]] = {
    "right": re.compile(r"^(?P<text>\s*\S.*?)(?:[ \u00a0]{2,}|[ ]*\t\s*)[\[(]?(?P<number>\d{1,4})[\])]?\s*$"),
    "left": re.compile(r"^(?P<margin>\s*[\[(]?(?P<number>\d{1,4})[\])]?(?:[ \u00a0]{2,}|[ ]*\t\s*))(?P<text>\S.*)$"),
    "after": re.compile(r"^(?P<text>\s*\S.*[^\W\d_]\W{0,3}) (?P<number>\d{1,4})$"),
    "beside": re.compile(r"^(?P<margin>\s*[\[(]?(?P<number>\d{1,4})[\])]? )(?P<text>\S.*)$"),
    "alone": re.compile(r"^\s*[\[(]?(?P<number>\d{1,4})[\])]?\s*$"),
}
"""Where a number may stand: after or before a line, with room between or one space, or on a line of its own."""
STEPS = frozenset({3, 4, 5, 10, 20, 25, 50})
"""Each how many lines editions put a number."""
ALL = 12
"""Lines that must follow each other with numbers where every line has one."""
LONG = 300
"""Characters of a line that has no number in its margin."""
AGREE = 0.75
"""Share of the numbers that must count the lines rightly."""


class Numbering(NamedTuple):
    """`common`: spaces before every line once the numbers are gone."""

    place: Place
    step: int
    common: int


def _match(place: Place, line: str) -> re.Match[str] | None:
    edge = line.rstrip()[-1:] if place in ("right", "after") else line.lstrip()[:1]
    return PATTERNS[place].match(line) if len(line) <= LONG and (edge.isdigit() or edge in "[(])") else None


class _Counted(NamedTuple):
    """A number, and which line (of those with words) it stands at."""

    number: int
    line: int


def unnumbered(part: Part, folder: Path) -> Part:
    """The part without the numbers of its lines, if it has them."""
    if part.kind == "table":
        return part
    head = head_text(part.source).split("\n")
    found = numbering(head)
    if found is None:
        return part
    return rewritten(part, without(lines(part.source), found, part.left), folder)


def numbering(head: Sequence[str]) -> Numbering | None:
    """How the lines are numbered: by what stands in the margin and counts the lines; None if nothing does."""
    for place in PATTERNS:
        counted, total = _counted(head, place)
        if len(counted) < (3 if place == "after" else 2):
            continue
        pairs = [(b.number - a.number, b.line - a.line) for a, b in itertools.pairwise(counted) if b.number > a.number]
        right = [by for by, on in pairs if abs(by - on) <= (place == "alone")]
        if not right or len(right) < AGREE * (len(counted) - 1):
            continue
        step = Counter(right).most_common(1)[0][0]
        # With a tab after each number it is a list, or a table.
        every = (
            step == 1
            and place == "left"
            and len(counted) >= max(ALL, 0.9 * total)
            and not any("\t" in line for line in head)
        )
        if (step in STEPS and _from_the_first(counted, step, place)) or every:
            return Numbering(place, step, _common(head, place))
    return None


def _counted(head: Sequence[str], place: Place) -> tuple[list[_Counted], int]:
    """The numbers at that place, and how many lines have words. Of lines of their own, those between others."""
    found = []
    line = 0
    for before, this, after in zip(["", *head], head, [*head[1:], ""], strict=False):
        alone = _match("alone", this)
        if this.strip() and not alone:
            line += 1
        number = _match(place, this)
        if number and (place != "alone" or before.strip() or after.strip()):
            found.append(_Counted(int(number["number"]), line))
    return found, line


def _from_the_first(counted: Sequence[_Counted], step: int, place: Place) -> bool:
    """Two numbers count lines by chance: then they must do so from the first line, but for a title or two."""
    first = counted[0]
    return len(counted) > 3 or (first.number % step == 0 and -(place == "alone") <= first.line - first.number <= 3)


def _common(head: Sequence[str], place: Place) -> int:
    if place not in ("left", "beside"):
        return 0
    bare = [line for line in head if line.strip() and not _match(place, line)]
    numbered = [_spaced(line, place) for line in head if _match(place, line)]
    widths = [len(line) - len(line.lstrip()) for line in (*bare, *numbered)]
    hanging = bool(bare) and median(len(line) - len(line.lstrip()) for line in bare) < 2
    return -1 if hanging else min(widths)


def _spaced(line: str, place: Place) -> str:
    """The line with spaces in the place of its number."""
    found = _match(place, line)
    return " " * len(found["margin"].expandtabs()) + found["text"] if found else line


def without(source: Iterable[str], how: Numbering, left: LeftOut) -> Iterator[str]:
    """The lines, numbers left out that count them: what stood in the margin is filled with spaces, or taken off."""
    line = last_line = last = 0
    for text in source:
        line += bool(text.strip()) and not _match("alone", text)
        found = _match(how.place, text)
        number = int(found["number"]) if found else 0
        counts = abs((line - last_line) - (number - last)) <= 1 or number <= last or how.place in ("left", "right")
        if found and number and number % how.step == 0 and counts:
            last, last_line = number, line
            left.leave("line_numbers", found["number"])
            if how.place == "alone":
                continue
            text = _spaced(text, how.place) if how.common >= 0 and "margin" in found.groupdict() else found["text"]
        yield text[how.common :] if how.common > 0 and not text[: how.common].strip() else text

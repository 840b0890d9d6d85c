"""Lines that belong to the page and not to the text: page numbers and running heads, told by where they stand."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

PAGE = re.compile(
    r"(?:[-–—~·•|]+\s?\d{1,4}\s?[-–—~·•|]+|(?:p[áa]g(?:ina|\.)?|page|p\.)\s?\d{1,4}(?:\s?(?:de|of|/)\s?\d{1,4})?"
    r"|\d{1,4}\s(?:de|of)\s\d{1,4})",
    re.IGNORECASE,
)
"""A page number that says so: «— 12 —», «Página 12», «Page 3 of 40», «12 de 300»."""
NUMBER = re.compile(r"\d{1,3}")
"""A bare one; four figures alone on a line are a year."""
DIGITS = re.compile(r"\d+")
ENDED = re.compile(r"[.!?…:;»”\"')\]][\s\d*]*$")
HEAD_CHARACTERS, HEAD_WORDS = 70, 9
REPEATED = 3
"""Times that a line must come back to be a running head, and bare numbers that make a series."""
STEP = 40
"""Pages that one bare number may be after another: books have pictures and blank pages."""


@dataclass(frozen=True)
class PageLines:
    """What to take out. `sure`: most of it breaks a sentence in two, so it came with the page."""

    lines: frozenset[str] = frozenset()
    sure: bool = False

    def drop(self, text: str) -> str:
        """`text` without these lines; unchanged where it has none."""
        kept = [line for line in text.split("\n") if line.strip() not in self.lines]
        return "\n".join(kept).strip("\n") if len(kept) < text.count("\n") + 1 else text


@dataclass
class LineTally:
    """Where a line stood: how often, how often in the middle of a sentence, and the number it had each time."""

    forms: set[str] = field(default_factory=set)
    times: int = 0
    breaks: int = 0
    numbers: list[int] = field(default_factory=list)


def page_numbers(texts: Sequence[str]) -> PageLines:
    """Numbers alone on a line: those that say they are of a page, and bare ones that rise through the text."""
    found = LineTally()
    told: set[str] = set()
    for before, line, after in _around(texts):
        if PAGE.fullmatch(line):
            told.add(line)
        elif NUMBER.fullmatch(line):
            _count(found, before, line, after)
    rising = _rising(found.numbers)
    if told and not rising:
        return PageLines(frozenset(told), sure=True)
    if not rising:
        return PageLines()
    return PageLines(frozenset(told | found.forms), sure=2 * found.breaks >= found.times)


def running_heads(texts: Sequence[str], verse: bool = False) -> PageLines:
    """Short lines that come back, alike but for a number («MARTÍN FIERRO 23»), or the same in the middle of sentences.

    A line that comes back between whole sentences may be a refrain, a title or a word of dialogue: it is left alone;
    so is, in `verse`, every line that comes back without a number.
    """
    groups: defaultdict[str, LineTally] = defaultdict(LineTally)
    for before, line, after in _around(texts):
        if _headlike(line):
            _count(groups[DIGITS.sub("#", line.casefold())], before, line, after)
    lines: set[str] = set()
    times = breaks = 0
    for key, seen in groups.items():
        numbered = "#" in key and _rising(seen.numbers) and len(set(seen.numbers)) >= REPEATED
        broken = not verse and 2 * seen.breaks >= seen.times
        if seen.times >= REPEATED and (broken or (numbered and _skips(seen.numbers))):
            lines |= seen.forms
            times += seen.times
            breaks += seen.breaks
    return PageLines(frozenset(lines), sure=bool(lines) and 2 * breaks >= times)


def _around(texts: Iterable[str]) -> Iterable[tuple[str, str, str]]:
    """(line before, line, line after), stripped, blank ones left out, over all the texts."""
    before, line = "", ""
    for text in texts:
        for following in text.split("\n"):
            if stripped := following.strip():
                if line:
                    yield before, line, stripped
                before, line = line, stripped
    if line:
        yield before, line, ""


def _headlike(line: str) -> bool:
    if len(line) > HEAD_CHARACTERS or not any(c.isalpha() for c in line) or PAGE.fullmatch(line):
        return False
    if next(c for c in line if c.isalpha()).islower():
        return False
    return line[0] not in '-–—*•«“"¿¡' and line[-1] not in '.,;:!?…»”"' and len(line.split()) <= HEAD_WORDS


def _count(seen: LineTally, before: str, line: str, after: str) -> None:
    seen.forms.add(line)
    seen.times += 1
    seen.breaks += bool(before) and not ENDED.search(before) and after[:1].islower()
    seen.numbers += (int(digits) for digits in DIGITS.findall(line)[-1:])


def _rising(numbers: Sequence[int]) -> bool:
    """Do nearly all of at least REPEATED numbers follow the one before, not far?"""
    steps = [b - a for a, b in itertools.pairwise(numbers)]
    return len(numbers) >= REPEATED and sum(0 < step <= STEP for step in steps) >= 0.8 * len(steps)


def _skips(numbers: Sequence[int]) -> bool:
    """Chapters and poems are numbered one by one; the heads of left (or right) pages are not."""
    steps = [b - a for a, b in itertools.pairwise(numbers)]
    return sum(step != 1 for step in steps) >= 0.5 * len(steps)

"""Pages of a scanned or printed text: the heads and numbers between them are left out, what they cut goes on."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from skills.reading.left_out import LeftOut
from skills.reading.part import Part, rewritten
from skills.reading.read import head_text, lines
from skills.texts.hyphens import MARKS

FEED = "\f"
TOLD = re.compile(
    r"[-–—\s]*(?:(?:p[áa]g(?:ina|\.)?|page|p\.)\s?\d{1,4}(?:\s?(?:de|of|/)\s?\d{1,4})?|\d{1,4}\s(?:de|of)\s\d{1,4})[-–—\s]*",
    re.IGNORECASE,
)
"""A page number that says so: «Página 12», «12 de 300»."""
BARE = re.compile(r"[-–—~·•|\[(]*\s?(\d{1,3})\s?[-–—~·•|\])]*")
"""One that does not, as the number of a part is also written: «12», «— 12 —», «[12]»."""
HEAD = re.compile(r"(?P<left>\d{1,3})\s+(?P<after>\D{2,60})|(?P<before>\D{2,60}?)\s+(?P<right>\d{1,3})")
"""The title or the author with the number of the page, at the outer margin: left on one page, right on the next."""
ENDED = re.compile(r"[.!?…:;»”\"')\]]\s*$")
REPEATED = 3
STEP = 12
"""Pages that the next number may be away: books have pictures and blank pages."""
Key = str


class Seen(NamedTuple):
    """A line between two pages: what of it stays the same, its number, and whether a sentence goes on over it."""

    key: Key
    number: int
    breaks: bool


def unpaged(part: Part, folder: Path) -> Part:
    """The part without heads and numbers of pages, if it has them."""
    keys = furniture(head_text(part.source).split("\n"))
    return rewritten(part, without(lines(part.source), keys, part.left), folder) if keys else part


def furniture(head: Sequence[str]) -> frozenset[Key]:
    """What the lines between the pages have in common, number apart; empty if the text has no pages."""
    seen = list(_seen(head))
    groups: defaultdict[Key, list[Seen]] = defaultdict(list)
    for each in seen:
        groups[each.key].append(each)
    found = {key for key, group in groups.items() if _rising(group) and _of_pages(key, group)}
    sided = [each for each in seen if each.key.startswith("# ") or each.key.endswith(" #")]
    if _rising(sided) and {each.key.startswith("#") for each in sided} == {True, False} and _alternate(sided):
        found |= {each.key for each in sided}
    return frozenset(found)


def _seen(head: Sequence[str]) -> Iterator[Seen]:
    """Lines that stand alone between blank ones (or begin a page) and have a number."""
    around = [("", ""), *((line, line.strip()) for line in head), ("", "")]
    before = ""
    for i in range(1, len(around) - 1):
        (line, bare), above, below = around[i], around[i - 1], around[i + 1]
        alone = (not above[1] or line.startswith(FEED)) and (not below[1] or below[0].startswith(FEED))
        key = _key(bare) if alone or line.startswith(FEED) else None
        if key is not None:
            after = next((text for _, text in around[i + 1 : i + 6] if text), "")
            yield Seen(key[0], key[1], bool(before) and not ENDED.search(before) and after[:1].islower())
        elif bare:
            before = bare


def _key(bare: str) -> tuple[Key, int] | None:
    if len(bare) > 70 or not any(c.isdigit() for c in bare):
        return None
    if TOLD.fullmatch(bare):
        return "page", int(re.findall(r"\d+", bare)[0])
    if number := BARE.fullmatch(bare):
        return "#", int(number[1])
    head = HEAD.fullmatch(bare)
    if not head or bare[-1] in ".,;:!?…":
        return None
    words = (head["after"] or head["before"]).casefold()
    return (f"# {words}", int(head["left"])) if head["left"] else (f"{words} #", int(head["right"]))


def _rising(group: Sequence[Seen]) -> bool:
    steps = [b.number - a.number for a, b in itertools.pairwise(group)]
    return len(group) >= REPEATED and sum(0 < step <= STEP for step in steps) >= 0.9 * len(steps)


def _of_pages(key: Key, group: Sequence[Seen]) -> bool:
    """Chapters and poems are numbered too: those of pages say so, break sentences, or stand on each second one."""
    steps = [b.number - a.number for a, b in itertools.pairwise(group)]
    skips = key != "#" and steps.count(2) >= 0.7 * len(steps)
    return key == "page" or skips or 2 * sum(each.breaks for each in group) >= len(group)


def _alternate(sided: Sequence[Seen]) -> bool:
    """Do heads of left and right pages follow each other, with one that comes back?"""
    turns = sum(a.key.startswith("#") != b.key.startswith("#") for a, b in itertools.pairwise(sided))
    return turns >= 0.6 * (len(sided) - 1) and len({each.key for each in sided}) < len(sided)


def without(source: Iterable[str], keys: frozenset[Key], left: LeftOut) -> Iterator[str]:
    """The lines of the text; where a page cut a sentence in two, without the room that it left."""
    before, blanks, turned, page = "", 0, False, 0
    for following, line in _ahead(source):
        bare = line.strip()
        alone = (not before or blanks or line.startswith(FEED)) and (not following.strip() or following[:1] == FEED)
        key = _key(bare) if alone or line.startswith(FEED) else None
        if key is not None and key[0] in keys and (key[0] != "#" or not page or 0 < key[1] - page <= STEP):
            left.leave("page_furniture", bare)
            turned, page = True, key[1]
        elif not bare:
            blanks += 1
            turned = turned or FEED in line
        else:
            turned = turned or line.startswith(FEED)
            goes_on = turned and before and not ENDED.search(before) and (bare[0].islower() or before[-1] in MARKS)
            yield from [] if goes_on else [""] * (blanks or turned)
            yield line.lstrip(FEED)
            before, blanks, turned = bare, 0, False


def _ahead(source: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each line with the one after it."""
    first, second = itertools.tee(source)
    next(second, None)
    return ((following, line) for line, following in itertools.zip_longest(first, second, fillvalue=""))

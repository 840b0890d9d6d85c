"""Short lines that are no verse: items, amounts, records, names, addresses, a program, what people say in turn."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from statistics import median

from skills.texts.sentences import names

ITEM = re.compile(
    r"^\s*(?:[-*•◦▪■□●○►➢✓✔☐§+\uf0a7\uf0b7\uf0d8\uf0fc]|\(?(?:\d{1,3}\.){0,3}\d{1,3}[.)ºª°]-?|[a-zA-Z]\)"
    r"|(?:[o–—]|\[[ xX]?\]|\(?(?:[a-zA-Z]|[ivxIVX]{1,4})[.)]|(?:\d{1,2}\.){1,3}\d{1,2})(?=\t))\s"
)
BEGUN = re.compile(r"^\s*(\d{1,6})(?!\d)")
NUMBERS_AROUND = re.compile(r"^\s*\d+\s+|(?<!\s)\s+\d+\s*$")
"""Numbers of lines in the margin."""
RECORD = re.compile(r"^(?:[^\W\d_][\w ./]{0,24}:\s+\S|[^\W\d_a-záéíóúüñ]{2}[^a-záéíóúüñ.]{0,30}\.\s+\S|.+ [/|] )")
"""A name and what it holds: «Lugar: el galpón», «SOGA. La que ata», «rojo / verde»."""
CODE = re.compile(r"[{}()=>];?$|(?<!\w)\];?$|^(?:</?\w|import |def |class |function |var |const |return |#include)")
SAID = tuple('—–-«“"')
ENDS = (".", "!", "?", "…", "»", "”")
FUNCTION = names(
    "de del la el los las un una unas unos y e o que en con por para sin a al lo se su sus mi tu me te no ni si como "
    "the an of and or in on to with for from by at is it its my your he she we they was were but not as"
)
"""Words that sentences have and lists do without."""


def is_listed(lines: Sequence[str]) -> bool:
    """Are the lines (those that are not blank) of one of these kinds?"""
    bare = [NUMBERS_AROUND.sub("", line).strip() for line in lines]
    if any(count(lines if raw else bare) > share * len(lines) for count, share, raw in KINDS):
        return True
    said = sum(line.startswith(SAID) for line in bare)
    ended = sum(line.endswith(ENDS) for line in bare)
    return (said >= 0.5 * len(bare) and ended >= 0.7 * len(bare)) or _is_bare(lines)


def _is_bare(lines: Sequence[str]) -> bool:
    """A word or two a line, all at the margin, and none of those that sentences are made with."""
    flat = len({len(line) - len(line.lstrip()) for line in lines}) == 1
    made = sum(bool(FUNCTION & set(line.casefold().split())) for line in lines)
    return flat and made < 0.2 * len(lines) and median(len(line.split()) for line in lines) <= 2


def _items(lines: Sequence[str]) -> int:
    return sum(bool(ITEM.match(line)) for line in lines)


def _amounts(lines: Sequence[str]) -> int:
    """How many lines begin with a figure, if those are no numbers of lines, which rise."""
    begun = [int(match[1]) for line in lines if (match := BEGUN.match(line))]
    rising = sum(a < b for a, b in itertools.pairwise(begun))
    return 0 if rising >= 0.8 * (len(begun) - 1) else len(begun)


def _records(lines: Sequence[str]) -> int:
    """Names with what they hold, and headings in capitals with something under them."""
    headings = sum(a.isupper() and not b.isupper() for a, b in itertools.pairwise(lines))
    return headings + sum(bool(RECORD.match(line)) for line in lines)


def _proper(lines: Sequence[str]) -> int:
    """People, streets, towns: two to five words, nearly all with a capital, and no end."""
    return sum(_is_proper(line) for line in lines)


def _is_proper(line: str) -> bool:
    parts = [part for part in line.split() if len(part) > 3 or part[0].isupper()]
    few = 2 <= len(parts) <= 5 and len(line.split()) <= 6
    return few and all(part[0].isupper() for part in parts) and line[-1:].isalnum() and not line.isupper()


def _figures(lines: Sequence[str]) -> int:
    return sum(any(c.isdigit() for c in line) for line in lines)


def _code(lines: Sequence[str]) -> int:
    return sum(bool(CODE.search(line)) for line in lines)


KINDS: tuple[tuple[Callable[[Sequence[str]], int], float, bool], ...] = (
    (_items, 0.25, True), (_amounts, 0.3, True), (_records, 0.4, False), (_proper, 0.5, False), (_figures, 0.4, False),
    (_code, 0.3, False),
)  # fmt: skip
"""What is counted, the share of the lines beyond which they are a list, and whether numbers around them count."""

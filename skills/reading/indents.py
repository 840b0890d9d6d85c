"""How far in the lines of a poem stand, as against its own left edge."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median


def indent_of(line: str) -> str:
    """The spaces and tabs before a line."""
    return line[: len(line) - len(line.lstrip())]


def edge_of(lines: Iterable[str]) -> str:
    """The spaces and tabs that stand before every line: where their left edge is."""
    indents = [indent_of(line) for line in lines if line.strip()]
    first, last = min(indents, default=""), max(indents, default="")
    return "".join(a for a, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))


def dedented(lines: Sequence[str]) -> list[str]:
    """The lines without what all of them are set in by, and nothing after them."""
    edge = len(edge_of(lines))
    return [line[edge:].rstrip() for line in lines]


def is_centred(lines: Sequence[str]) -> bool:
    """Is every line set in by as much as puts its middle under the middle of the others?"""
    indents = Counter(len(indent_of(line)) for line in lines)
    if len(lines) < 4 or len(indents) < 3 or max(indents.values()) > 0.6 * len(lines):
        return False
    middles = [len(indent_of(line)) + len(line.strip()) / 2 for line in lines]
    return sum(abs(middle - median(middles)) <= 1 for middle in middles) >= 0.85 * len(lines)

"""What the search for personal data gives: a find, its kind, how sure it is; and what the finders share."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args

Kind = Literal[
    "email", "phone", "identity", "bank", "card", "address", "name", "ip", "plate", "birth", "handle", "url",
    "password",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
FIXED: tuple[Kind, ...] = (
    "email",
    "phone",
    "identity",
    "bank",
    "card",
    "ip",
    "plate",
    "birth",
    "handle",
    "url",
    "password",
)
"""Kinds that are recognised by their form; names and addresses are guessed from lists and neighbours."""
Sure = Literal["sure", "likely", "maybe"]
"""`sure`: a check digit, an unmistakable form, or a word beside it that says what it is; `likely`: the form alone;
`maybe`: could as well be something else."""
PRIORITY: tuple[Kind, ...] = (
    "email", "url", "password", "handle", "bank", "card", "identity", "birth", "ip", "phone", "plate", "address",
    "name",
)  # fmt: skip
"""Which find holds where two overlap: the earlier kind."""


class Find(NamedTuple):
    """`text[start:end]` of what was searched is personal data of this kind; `form` names the kind more closely."""

    kind: Kind
    form: str
    start: int
    end: int
    text: str
    sure: Sure


def find(kind: Kind, form: str, match: re.Match[str], sure: Sure, group: int | str = 0) -> Find:
    return Find(kind, form, match.start(group), match.end(group), match[group], sure)


DASH = "[-‐‑–—−]"
"""A hyphen, and what word processors put in its place."""
NO_FIGURE = re.compile(r"\D+")


def digits(text: str) -> str:
    return NO_FIGURE.sub("", text)


def without_overlaps(finds: Iterable[Find]) -> list[Find]:
    """The finds in order of place; where two share a character, the one whose kind is more certain of its form."""
    kept: list[Find] = []
    taken: list[tuple[int, int]] = []
    for one in sorted(finds, key=lambda f: (PRIORITY.index(f.kind), -(f.end - f.start), f.start)):
        place = bisect_right(taken, one.start, key=lambda span: span[0])
        before_ends = place == 0 or taken[place - 1][1] <= one.start
        after_begins = place == len(taken) or taken[place][0] >= one.end
        if before_ends and after_begins:
            taken.insert(place, (one.start, one.end))
            kept.append(one)
    return sorted(kept, key=lambda f: f.start)


DATE = re.compile(
    r"^\(?(?:\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{2}|\d{4})|(?:1\d|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2})\)?(?:[ -]+\d{1,2})?$"
)
YEARS = re.compile(r"^\(?(?:1\d|20)\d\d\)?\s*[-–/. ]+\s*\(?(?:(?:1\d|20)\d\d|\d\d)\)?$")
THOUSANDS = re.compile(r"^[1-9]\d{0,2}(?:[. ]\d{3})+(?:,\d+)?$")


def is_date_or_amount(text: str) -> bool:
    """A date, a span of years, or a figure with its thousands apart: no number of a person."""
    text = text.strip()
    return bool(DATE.match(text) or YEARS.match(text) or THOUSANDS.match(text))

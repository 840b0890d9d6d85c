"""A part of a text: «capítulo 3», «la última carta», «stanzas 2 to 4» -> its entries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from skills.errors import PartMissing
from skills.texts.normalize import fold
from skills.workspace import Row

PART = re.compile(r"(?P<entries>entry:)?(?P<first>-?\d{1,4})(?:\.\.(?P<last>\d{1,4}))?")
"""«3», the third document of a file (chapter, letter, poem: what stands under a title of its own); «-1», the last;
«2..4», from the second to the fourth; with «entry:» before it, entries (paragraphs, stanzas, rows) instead."""
NAMED = 8
"""Titles that are named to who asked for a part that is not there."""


def part_of(rows: Sequence[Row], part: str, name: str) -> list[Row]:
    """The rows of a part: by number, see `PART`, or by words of its title. `name`: of the whole, for the error.

    Raises PartMissing."""
    documents = [list(group) for _, group in groupby(rows, key=lambda row: row.document)]
    found = PART.fullmatch(part.strip())
    if found is None:
        titled = [one for one in documents if fold(part.strip()) in fold(one[0].title or "")]
        if titled:
            return [row for one in titled for row in one]
        raise _missing(documents, part, name, len(documents))
    units = [[row] for row in rows] if found["entries"] else documents
    first = int(found["first"])
    start = first - 1 if first > 0 else len(units) + first
    end = int(found["last"]) if found["last"] else start + 1
    chosen = units[max(0, start) : end] if 0 <= start < len(units) else []
    if not chosen:
        raise _missing(documents, part, name, len(units))
    return [row for one in chosen for row in one]


def _missing(documents: Sequence[Sequence[Row]], part: str, name: str, parts: int) -> PartMissing:
    titles = [f"«{one[0].title}»" for one in documents if one[0].title][:NAMED]
    kind = {"kind": "titled"} if titles else {}
    return PartMissing(name=name, part=part, parts=parts, titles=", ".join(titles), **kind)

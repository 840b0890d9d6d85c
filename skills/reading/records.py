"""The records of a JSON file: its values, laid out flat, conversations told apart."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import mean
from typing import Any

from skills.reading import layouts, talks
from skills.reading.json_text import values
from skills.reading.left_out import LeftOut
from skills.reading.read import TextSource
from skills.texts.sentences import words

LINE = 2.5
"""Words that the texts of a list have on average if they are lines."""


def json_rows(source: TextSource, name: str, left: LeftOut | None = None) -> Iterator[dict[str, Any]]:
    """The records in order; a conversation is a tuple of turns under `messages`. Raises what `values` raises."""
    left = LeftOut() if left is None else left
    for record in layouts.records(values(source, name, left), left):
        if (made := talks.plain(record, left)) is not None:
            yield made if made is record and talks.is_flat(made) else {n: _joined(cell) for n, cell in made.items()}


def _joined(cells: Any) -> Any:
    """A list of texts as one text: lines (of a poem) on lines of their own, mere words in a row."""
    if not isinstance(cells, list) or not cells or not all(isinstance(item, str) for item in cells):
        return cells
    return ("\n" if mean(len(words(item)) for item in cells) >= LINE else ", ").join(cells)

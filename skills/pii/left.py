"""What looks personal in a text that was masked, and stayed: said, so that who reads it knows where to look."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal, NamedTuple

from skills.pii.everywhere import LETTERS, Everywhere, fold
from skills.pii.find import digits, is_date_or_amount
from skills.pii.mask import MASK
from skills.pii.names import JOINTS, KIN, NO_PART, TITLES, begins

Why = Literal["capital", "number", "word"]
SHOWN = 12
"""Of each sort."""
NUMBER = re.compile(r"(?<![\w.,])\d(?:[ .\-/]?\d){4,}(?!\w)")
FIGURES = 5
"""Figures of the shortest number that is told."""


class LeftOver(NamedTuple):
    """`text` stands there `times` times. `capital`: it has one in the middle of a sentence and never stands without, so
    it may be a name; `number`: nothing says what it is; `word`: part of a name that is a word as well, in small
    letters."""

    text: str
    times: int
    why: Why


def left_over(texts: Iterable[str], everywhere: Everywhere) -> tuple[tuple[LeftOver, ...], int]:
    """The likeliest of each sort, the most frequent first, and how many more there are. The texts are masked ones."""
    capitals, numbers = Counter[str](), Counter[str]()
    small: set[str] = set()
    for masked in texts:
        text = MASK.sub(" ", masked)
        for match in LETTERS.finditer(text):
            word = match[0]
            if word.islower():
                small.add(fold(word))
            elif word.istitle() and len(word) > 2 and not begins(text, match.start()):
                capitals[word] += 1
        numbers.update(n[0] for n in NUMBER.finditer(text) if _tells(n[0]))
    words = NO_PART | TITLES | KIN | JOINTS
    unknown = {word: n for word, n in capitals.items() if fold(word) not in small and fold(word) not in words}
    sorts: list[tuple[Why, Counter[str]]] = [
        ("capital", Counter(unknown)), ("number", numbers), ("word", everywhere.left()),
    ]  # fmt: skip
    found = [LeftOver(text, n, why) for why, counts in sorts for text, n in counts.most_common(SHOWN)]
    return tuple(found), sum(len(counts) for _, counts in sorts) - len(found)


def _tells(number: str) -> bool:
    return len(digits(number)) >= FIGURES and not is_date_or_amount(number)

"""Does it recite? The longest run of words that a text shares with the training texts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True)
class Copy:
    """`words` in a row that are also in a training text; `text` is the run as it was written."""

    words: int
    text: str


def longest_copy(written: Sequence[str], training: Sequence[str]) -> Copy:
    """The longest run of whole words of any `written` text that occurs within one `training` text.

    Capitals, punctuation and spaces do not count. Takes time in proportion to the matches of single words.
    """
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for t, text in enumerate(training):
        for i, word in enumerate(_words(text)):
            places[word].append((t, i))
    best = Copy(0, "")
    for text in written:
        spans = [match.span() for match in WORD.finditer(text)]
        ends: dict[tuple[int, int], int] = {}
        for at, (begin, end) in enumerate(spans):
            # runs that end here are one word longer than those that ended just before, at the place before
            ends = {
                place: ends.get((place[0], place[1] - 1), 0) + 1 for place in places.get(_fold(text[begin:end]), ())
            }
            run = max(ends.values(), default=0)
            if run > best.words:
                best = Copy(run, text[spans[at - run + 1][0] : end])
    return best


def _words(text: str) -> list[str]:
    return [_fold(match.group()) for match in WORD.finditer(text)]


def _fold(word: str) -> str:
    return word.casefold().replace("’", "'")

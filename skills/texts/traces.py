"""What gives a text away wherever it is quoted: the words, and the runs of words, that nothing else has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

RUN = 4
"""Words in a row that nobody else is taken to have written by chance."""
SHORTEST, DIGITS = 5, 6
"""Letters of a single word, or digits of a number, that is a trace by itself."""
KEPT = 2_000_000
"""Runs that are kept at most: of a longer text every second, fourth, ... one, which still finds a quoted sentence."""
LINES = 60
"""Lines, evenly spread, that are looked for to the letter; of a text without any, words."""
LINE = 12
"""Characters of the shortest of them."""
MARKS = re.compile("[\u0300-\u036f]+")
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Traces:
    """Of one text or several. `words` and `runs` (hashes) are those that no other text has; `lines` are to the letter,
    and `names` what the text is called."""

    words: frozenset[str] = frozenset()
    runs: frozenset[int] = frozenset()
    lines: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()

    def in_text(self, text: str) -> bool:
        """Whether `text` quotes it, or calls it by its name."""
        bare = text.replace("\\", "")  # Markdown may have one before a sign
        if any(name.replace("\\", "") in bare for name in self.names):
            return True
        found = tokens(text)
        return not self.words.isdisjoint(found) or not self.runs.isdisjoint(_runs(found))


def tokens(text: str) -> list[str]:
    """Its words in lower case, without marks on letters."""
    return WORD.findall(MARKS.sub("", unicodedata.normalize("NFKD", text.casefold())))


def _runs(words: list[str]) -> Iterator[int]:
    return (hash(tuple(words[place : place + RUN])) for place in range(len(words) - RUN + 1))


def traces(texts: Iterable[str], others: Iterable[str], names: Iterable[str] = ()) -> Traces:
    """What `texts` have and `others` have not: the texts that stay, and everything that the program itself says."""
    words: set[str] = set()
    runs: set[int] = set()
    lines: list[str] = []
    every = 1
    for text in texts:
        found = tokens(text)
        words.update(found)
        runs.update(run for run in _runs(found) if run % every == 0)
        while len(runs) > KEPT:
            every *= 2
            runs = {run for run in runs if run % every == 0}
        lines += [line.strip() for line in text.splitlines() if len(line.strip()) >= LINE]
    kept = dict.fromkeys(lines[:: max(1, len(lines) // LINES)])
    words = {word for word in words if _tells(word)}
    for other in others:
        found = tokens(other)
        words.difference_update(found)
        runs.difference_update(_runs(found))
        for line in [line for line in kept if line in other]:
            del kept[line]
    wanted = tuple(kept) or tuple(sorted(words))[:LINES]
    return Traces(frozenset(words), frozenset(runs), wanted, frozenset(names))


def _tells(word: str) -> bool:
    return len(word) >= (DIGITS if word.isdecimal() else SHORTEST)

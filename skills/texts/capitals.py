"""The words of a text, each with whether its capital says that it is a name; and which words anybody says."""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from skills.texts.stems import stem

COMMON = Path(__file__).with_name("common_words.txt.gz")
MARKS = re.compile("[\u0300-\u036f]+")
WORD = re.compile(r"[^\W_]+")
MASK = re.compile(r"\[[^\W\d_]+_\d+\]")
"""What stands for personal data that was masked (skills/pii/mask.py)."""
BEGINS = frozenset("\n\r\t.?!:;…¿¡«»“”\"'‘’()[]{}|—–-*_#>/=")
"""After these a capital says nothing: a line, a sentence, a quotation, a cell begins."""
TAIL = re.compile(r"(?<=[aeinr])(?:[mts]e|nos)?(?:l[aeo]s?|[mst]e|nos)$")
"""Pronouns at the end of a Spanish verb: «repartirlos», «contámelo»."""
PAST = re.compile(r"(?<=\w{3})(?:[ai]ste|ieron|iera\w*|i[os]?)$")
"""Endings of Spanish verbs that `stems` leaves."""
SHORT = re.compile(r"(?:^|[^\w])[A-Z]\w{0,2}\.$")
"""«Dr.», «Sra.», an initial: what a name follows."""


class Word(NamedTuple):
    """`text` in lower case, without marks on letters; `capital`: it begins with one; `raised`: with one that its place
    does not ask for."""

    text: str
    capital: bool
    raised: bool


def unmarked(text: str) -> str:
    """`text` without marks on letters, and without masks."""
    return MASK.sub(" ", MARKS.sub("", unicodedata.normalize("NFKD", text)))


def words_of(text: str) -> Iterator[Word]:
    """The words of a text, in order."""
    plain = unmarked(text)
    for match in WORD.finditer(plain):
        written, capital = match[0], match[0][0].isupper()
        yield Word(written.casefold(), capital, capital and not _begins(plain, match.start()))


def _begins(plain: str, place: int) -> bool:
    before = plain[max(0, place - 6) : place]
    last = before.rstrip(" \u00a0")
    if not last or before.endswith(","):  # a cell of a table of commas
        return True
    return last[-1] in BEGINS and not SHORT.search(last)


class Common:
    """The common Spanish and English words, in all their forms. Large, and seldom wanted: it is made when it is."""

    def __init__(self) -> None:
        with gzip.open(COMMON, "rt", encoding="ascii") as file:
            self._roots = frozenset(line.rstrip("\n") for line in file if not line.startswith("#"))

    def __contains__(self, word: str) -> bool:
        bare = root(word)
        return bare in self._roots or bare.replace("ue", "o") in self._roots or bare.replace("ie", "e") in self._roots


def root(word: str) -> str:
    """What the forms of a word have in common, roughly: less than a stem, so that more come together."""
    bare = TAIL.sub("", word)
    word = bare if len(bare) > 3 else word
    while (shorter := PAST.sub("", stem(word))) != word:
        word = shorter
    return word

"""What two texts may have in common that hardly comes of itself: words in a row, near one another, names, numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

from skills.texts.capitals import WORD, Word, unmarked
from skills.texts.stopwords import STOP

RUN, TELLING_RUN = 4, 3
"""Words in a row, and of those that say something, that nobody else is taken to have written by chance."""
SHORTEST, DIGITS = 5, 6
"""Letters of a single word, or digits of a number, that is a trace by itself."""
WINDOW = 8
"""Groups of figures or letters that a number or an address is written in at most."""
GROUPS = re.compile(
    r"(?<![^\W_])(?:[^\W\d_]{1,3}[ .-]?)?[^\W_]*\d[^\W_]*"
    r"(?:[ ./()-]{1,2}[^\W_]*\d[^\W_]*)*(?:[ .-]?[^\W\d_]{1,3})?(?![^\W_])"
)
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
HANDLE = re.compile(r"(?<!\w)@\w{3,}")
YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")
FUNCTION = STOP["es"] | STOP["en"]


def says(word: str) -> bool:
    return len(word) > 2 and word not in FUNCTION and not word.isdecimal()


def runs(said: list[Word]) -> Iterator[int]:
    """Words in a row; and those that say something and are no names, which may be masked, in a row of them."""
    found = [word.text for word in said]
    yield from (hash(tuple(found[place : place + RUN])) for place in range(len(found) - RUN + 1))
    telling = [word.text for word in said if not word.raised and says(word.text)]
    for place in range(len(telling) - TELLING_RUN + 1):
        yield hash(tuple(telling[place : place + TELLING_RUN]))


def full_names(said: list[Word]) -> Iterator[int]:
    """Names in a row: «Rose Flowers» is one where «flowers» is none."""
    for first, second in pairwise(said):
        if first.capital and second.raised:
            yield hash((first.text, second.text))


def pairs(found: list[str], common: Collection[str], near: int) -> Iterator[int]:
    """Two different words of `common` that stand `near` one another, in either order."""
    places = [(place, word) for place, word in enumerate(found) if word in common]
    for number, (place, word) in enumerate(places):
        for other, second in places[number + 1 : number + 1 + near]:
            if other - place <= near and second != word:
                yield hash((min(word, second), max(word, second)))


def joined(found: list[str]) -> Iterator[str]:
    """Words that follow one another, as one: how a number is known whatever stands between its parts."""
    for place in range(len(found)):
        for size in range(1, WINDOW + 1):
            yield "".join(found[place : place + size])


def numbers(text: str) -> Iterator[str]:
    """Numbers with enough figures to be somebody's, in every way of leaving out their ends; and addresses."""
    plain = unmarked(text).casefold()
    yield from HANDLE.findall(plain)
    for mail in MAIL.findall(plain):
        yield "".join(WORD.findall(mail))
    for group in GROUPS.findall(plain):
        parts = WORD.findall(group)
        for place in range(len(parts)):
            for size in range(1, min(WINDOW, len(parts) - place) + 1):
                window = parts[place : place + size]
                if sum(map(str.isdigit, "".join(window))) >= DIGITS and not all(map(YEAR.match, window)):
                    yield "".join(window)

"""A name that was found once, wherever else it stands: a part of it alone, in other letters, with an ending."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from skills.pii.find import Find
from skills.pii.first_names import ALSO_WORDS, FIRST, PLACE_ENDS, PLACES, SURNAMES_TOO
from skills.texts.normalize import fold_word
from skills.texts.sentences import names
from skills.texts.stopwords import STOP

LETTERS = re.compile(r"[^\W\d_]+")
SHORTEST = 4
"""Letters of a part that is known in small letters as well."""
ARTICLES = names("el la los las un una unos unas al del the an este esta ese esa aquel aquella this that")
NEVER = STOP["es"] | STOP["en"]
WORDS = (ALSO_WORDS | SURNAMES_TOO) | names(
    "aida amparo angelica candela clara cleto franco gala german linda lucia marco marcos maxima maximo mina nestor "
    "pia pio rita sabina salvador serena severo tomas"
)
"""Names that are words in small letters: «clara», «lucía», «tomás» (of «tomar»)."""
OF = re.compile(r"(\w+) (?:de |del |of )$")
fold = lru_cache(1 << 16)(fold_word)


@dataclass
class Everywhere:
    """The parts of the names of a data set. `loose` ones are known in small letters too, `strict` ones only with a
    capital; `firsts` begin a name. `small` and `large` count how often a part stands in each way, which says whether it
    is a word as well."""

    loose: set[str] = field(default_factory=set)
    strict: set[str] = field(default_factory=set)
    firsts: set[str] = field(default_factory=set)
    small: Counter[str] = field(default_factory=Counter)
    large: Counter[str] = field(default_factory=Counter)

    @property
    def known(self) -> bool:
        """Whether there is any name to look for."""
        return bool(self.loose or self.strict)

    def know(self, parts: list[str], whole: bool) -> None:
        """The parts of a whole name (folded), or of one that was announced («mi prima Zulma»)."""
        self.firsts.add(parts[0])
        for part in parts:
            if len(part) > 2 and part not in NEVER:
                (self.loose if whole and part not in WORDS else self.strict).add(part)

    def count(self, text: str) -> None:
        """How the parts stand in a text: after all texts were learnt, before any is searched."""
        for match in self._parts(text):
            (self.small if match[0].islower() else self.large)[fold(match[0])] += 1

    def find(self, text: str) -> Iterator[Find]:
        for match in self._parts(text):
            if self._is_person(text, match):
                yield Find("name", "part", match.start(), match.end(), match[0], "maybe")

    def left(self) -> Counter[str]:
        """Parts that stay in small letters, since they are words as well, and how often."""
        return Counter({part: count for part, count in self.small.items() if not self._small_too(part)})

    def _parts(self, text: str) -> Iterator[re.Match[str]]:
        if not self.known:
            return iter(())
        loose, strict = self.loose, self.strict
        folded = ((match, fold(match[0])) for match in LETTERS.finditer(text))
        return (match for match, part in folded if part in loose or part in strict)

    def _small_too(self, part: str) -> bool:
        if part not in self.loose or len(part) < SHORTEST:
            return False
        return part in FIRST or self.small[part] <= self.large[part]

    def _is_person(self, text: str, match: re.Match[str]) -> bool:
        part = fold(match[0])
        tail = text[max(0, match.start() - 40) : match.start()].split("\n")[-1]
        before = fold(found[-1]) if (found := LETTERS.findall(tail)) and tail.rstrip()[-1:] not in ".!?…:;" else ""
        if before in PLACES or part in PLACE_ENDS or ((of := OF.search(tail)) and fold(of[1]) in PLACES):
            return False
        if match[0].islower():
            return self._small_too(part) and (part in FIRST or before not in ARTICLES)
        # At the beginning of a sentence a word has a capital as well: it is the person if it is nothing else, or a
        # first name that never stands there without one.
        return bool(before) or part not in WORDS or (part in self.firsts and not self.small[part])

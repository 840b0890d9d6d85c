"""Words cut in two at the end of a line: which hyphen only divides the word, and which belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from skills.texts.capitals import Common, unmarked
from skills.texts.sentences import WORD, names

MARKS = "-\u2010\u00ad¬"
"""Signs that divide a word at the end of a line: the hyphens, the soft one, and what scanners' programs put for it."""
COMPOUND = names(
    "ex franco anglo ítalo hispano greco físico socio teórico épico lírico self well ill half non "
    "all high low long short old new twenty thirty forty fifty sixty seventy eighty ninety mother father sister brother"
)
"""First halves after which a hyphen at the end of a line belongs to the word."""


def vocabulary(texts: Iterable[str]) -> frozenset[str]:
    """The words of the texts in lower case, those with a hyphen inside whole."""
    return frozenset(word.casefold() for text in texts for word in WORD.findall(text))


def belongs(first: str, rest: str, known: frozenset[str]) -> bool:
    """Does the hyphen between the halves belong to the word? It does where the word is a compound: written so
    elsewhere in the text (`known`, its vocabulary), or by its first half, if together they are no word."""
    first, rest = first.casefold(), rest.casefold()
    if f"{first}{rest}" in known:
        return False
    return f"{first}-{rest}" in known or (first in COMPOUND and unmarked(first + rest) not in _common())


@lru_cache(maxsize=1)
def _common() -> Common:
    return Common()

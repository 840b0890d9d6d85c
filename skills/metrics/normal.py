"""Answers and words in a form in which what does not matter does not differ: Spanish and English letters stay whole."""

from __future__ import annotations

import re
import unicodedata

from skills.contract import Language

ARTICLES: dict[Language, frozenset[str]] = {
    "es": frozenset(("el", "la", "los", "las", "un", "una", "unos", "unas")),
    "en": frozenset(("a", "an", "the")),
}
"""As in MLQA's evaluation (Lewis et al. 2020, arXiv 1910.07475); SQuAD's has the English ones."""
HYPHENS = "-–—/"
"""Punctuation that stands between words; other marks leave no gap."""
WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The words of a text without capitals; accents and ñ are part of their word, punctuation of none.

    The text is composed first (NFC): in a decomposed «acción» the accent is a character of its own and would cut it.
    """
    return WORD.findall(unicodedata.normalize("NFC", text).casefold())


def answer_words(text: str, language: Language) -> list[str]:
    """The words of an answer without capitals, punctuation or articles; with them if it has nothing else («A» as a
    label in English). Signs that are no punctuation (+, $, °) belong to their word."""
    plain = unicodedata.normalize("NFC", text).casefold()
    kept = ((" " if c in HYPHENS else "") if unicodedata.category(c)[0] == "P" else c for c in plain)
    found = "".join(kept).split()
    return [word for word in found if word not in ARTICLES[language]] or found

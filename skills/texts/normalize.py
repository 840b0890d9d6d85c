"""Text folded for comparison, three ways: as a whole, a word that keeps its ñ, and place by place."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """`text` without accents and case, its white space single: «¿Cómo  ESTÁS?» -> «¿como estas?»."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def fold_word(word: str) -> str:
    """Lower case, without accents (ñ stays)."""
    marked = unicodedata.normalize("NFD", word.casefold().replace("ñ", "\0"))
    return "".join(c for c in marked if not unicodedata.combining(c)).replace("\0", "ñ")


def fold_in_place(text: str) -> str:
    """Lower case without accents, one character for each of `text`: positions stay the same."""
    return "".join((unicodedata.normalize("NFKD", c)[0].lower() or c)[0] for c in text)

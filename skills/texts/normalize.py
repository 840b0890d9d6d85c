"""Text folded for comparison: no accents, no case, single spaces."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """`text` without accents and case, its white space single: «¿Cómo  ESTÁS?» -> «¿como estas?»."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())

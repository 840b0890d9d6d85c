"""Which language a text is in, offline (py3langid's bundled model, restricted to languages it tells apart)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]

UNKNOWN = "und"
CONFUSED = frozenset({"an", "ast", "ext", "oc", "la", "io", "ia", "eo", "qu", "sco", "nap", "lmo", "pms", "scn", "vec"})
"""Labels that short Spanish, English or Italian texts are taken for much more often than they are right."""
ENOUGH = 60
"""Characters from which one row is judged by itself; on shorter ones a quarter of the verses of a Spanish poem
were given to Galician, Catalan or Italian."""


def language_of(text: str) -> str:
    """ISO 639-1 code of the language of `text` (its first 20,000 characters), `und` if it has too few letters."""
    text = text[:20_000]
    if sum(c.isalpha() for c in text) < 12:
        return UNKNOWN
    return str(_identifier().classify(text)[0])


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_modelpath(MODEL_DIR / MODEL_FILE)
    identifier.set_languages([label for label in identifier.labels if label not in CONFUSED])
    return identifier

"""Which language a text is in, offline (py3langid's bundled model, restricted to languages it tells apart)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]

UNKNOWN = "und"
SPOKEN = ("es", "en")
CONFUSED = frozenset({"an", "ast", "ext", "oc", "la", "io", "ia", "eo", "qu", "sco", "nap", "lmo", "pms", "scn", "vec"})
"""Labels that short Spanish, English or Italian texts are taken for much more often than they are right."""
ENOUGH = 60
"""Characters from which one row is judged by itself; on shorter ones a quarter of the verses of a Spanish poem
were given to Galician, Catalan or Italian."""
FEWEST = 12
"""Letters below which nothing is said of a text of which nothing else is known."""
FOREIGN, LETTERS, OTHER = 0.6, 25, 6.0
"""How much likelier (logarithm) each letter has to be in another language than in Spanish and English, and of how many
letters; and how much likelier a whole text has to be in the one of these two that is not the learner's. Of
tests/data/short_texts.jsonl what is in another language has 34 letters at least, each of them 0.7 likelier; slang,
where it has as many, is at most 0.2 likelier in a language that it is not in."""
LATIN = "\u024f"
NO_WORDS = re.compile(r"\S*\d\S*|\b(?:[aeiou]*(?:j[aeiou]*){2,}|(?:h[aeio]+){2,}h?)\b", re.I)
"""Times, figures, laughter."""
LENGTHENED = re.compile(r"([^\W\d_])\1{2,}")


def language_of(text: str, own: str | None = None) -> str:
    """ISO 639-1 code of the language of `text` (its first 20,000 characters), `und` if it has too few letters.

    `own`: the learner's language, which a short text, or one spelt as on telephones, is taken to be in unless it is
    clearly in another.
    """
    text = text[:20_000]
    letters = [c for c in text if c.isalpha()]
    if not letters or (own not in SPOKEN and len(letters) < FEWEST):
        return UNKNOWN
    if own not in SPOKEN or 2 * sum(c > LATIN for c in letters) > len(letters):
        return str(_identifier().classify(text)[0])
    said = " ".join(dict.fromkeys(LENGTHENED.sub(r"\1", NO_WORDS.sub(" ", text)).split()))
    likely = dict(_identifier().rank(said))
    found = max(likely, key=likely.__getitem__)
    ahead = likely[found] - max(likely["es"], likely["en"])
    size = sum(map(str.isalpha, said))
    if size >= LETTERS and ahead > FOREIGN * size:
        return str(found)
    other = "en" if own == "es" else "es"
    return other if ahead < OTHER < likely[other] - likely[own] else own


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_modelpath(MODEL_DIR / MODEL_FILE)
    identifier.set_languages([label for label in identifier.labels if label not in CONFUSED])
    return identifier

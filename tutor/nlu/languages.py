"""A message in a language that the tutor does not speak."""

from __future__ import annotations

import re

from skills.texts.language import language_of

SCRIPTS = {
    "zh": r"[\u4e00-\u9fff]", "ja": r"[\u3040-\u30ff]", "ko": r"[\uac00-\ud7af]", "ar": r"[\u0600-\u06ff]",
    "he": r"[\u0590-\u05ff]", "ru": r"[\u0400-\u04ff]", "hi": r"[\u0900-\u097f]", "el": r"[\u0370-\u03ff]",
}  # fmt: skip
"""Letters that tell a language by themselves; Japanese before Chinese, whose signs it has too."""
ORDER = ("ja", "ko", "zh", "ar", "he", "ru", "hi", "el")
LATIN = frozenset({"pt", "fr", "it", "de", "ca", "eu", "nl", "pl", "ro", "tr", "sv", "da", "id", "vi"})
TELLING = {
    "pt": "voce não nao é uma você eu meu minha obrigado obrigada quero fazer isso como ajuda tudo bem oi olá muito",
    "fr": "je tu est-ce que vous les des une avec pour dans mon ma bonjour merci s'il comment qu'est c'est suis "
    "peux moi et",
    "it": "io che non il gli una con per sono come puoi ciao grazie vorrei mi questo questa della della perché "
    "cosa fare",
    "de": "ich du nicht das die der und ist mit für wie kann mein meine bitte danke hallo was ein eine mir auf zu",
    "ca": "jo que no els les una amb per com puc gràcies bon dia això meu meva fer vull el la si us plau",
}
"""Words that short messages of these languages have, and Spanish or English hardly."""
NEW = 0.4
"""The share of a message's words that no utterance has, from which it may be in another language."""
FEWEST = 3
"""Words below which Latin letters tell nothing."""


def foreign(text: str, novelty: float) -> str | None:
    """The ISO 639-1 code of the language of `text` if it is one that is not spoken here. `novelty`: the share of its
    words that no utterance has, 0 to 1."""
    letters = sum(letter.isalpha() for letter in text)
    for code in ORDER:
        if letters and len(re.findall(SCRIPTS[code], text)) > letters / 3:
            return code
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text.lower())
    if len(words) < FEWEST:
        return None
    found = language_of(text)
    if found not in LATIN:
        return None
    if found in TELLING:
        telling = sum(word in TELLING[found].split() for word in words)
        return found if telling >= 2 and (novelty >= NEW or telling >= len(words) / 3) else None
    return found if novelty >= NEW else None

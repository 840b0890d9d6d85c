"""The words of a sentence as they are compared: stems without accents, numbers, and what is denied."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from skills.contract import Language
from skills.texts.normalize import fold
from skills.texts.stems import stem
from skills.texts.stopwords import STOP, word_set

WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?")

DENIALS: dict[Language, frozenset[str]] = {
    "es": word_set("no nunca jamas tampoco ni sin nada ningun ninguna ninguno nadie"),
    "en": word_set("not no never neither nor without nothing none nobody cannot isn't doesn't don't didn't won't"),
}
SCARCE: dict[Language, frozenset[str]] = {
    "es": word_set("poco poca pocos pocas apenas menos"),
    "en": word_set("hardly barely little rarely seldom less few fewer scarcely"),
}
"""Words that deny nearly as «no» does, before or after what they are about: «se sorprende poco»."""
BREAKS: dict[Language, frozenset[str]] = {
    "es": word_set("sino pero porque aunque y que"),
    "en": word_set("but because although and rather instead"),
}
SCOPE = 4
"""Content words that a denial reaches at most, in its clause."""


class Term(NamedTuple):
    """A content word: its stem, and whether it is denied («no busca» -> busc, True)."""

    stem: str
    denied: bool


def words(text: str) -> list[str]:
    """The words and numbers of a text, without accents and case."""
    return WORD.findall(fold(text).replace("’", "'"))


def terms(text: str, language: Language) -> list[Term]:
    """The content words of a text, in order, each with whether a «no» before it reaches it."""
    found: list[Term] = []
    for clause in re.split(r"[.;:!?\n]|,\s", fold(text).replace("’", "'")):
        left, clause_starts = 0, len(found)
        for word in WORD.findall(clause):
            if word in DENIALS[language] or (language == "en" and word.endswith("n't")):
                left = SCOPE
            elif word in SCARCE[language]:
                left = SCOPE
                if clause_starts < len(found):
                    found[-1] = found[-1]._replace(denied=True)
            elif word in BREAKS[language] and word not in ("que",):
                left = 0
            elif word not in STOP[language]:
                found.append(Term(stem(word), left > 0))
                left = max(0, left - 1)
    return found


def denials(text: str, language: Language) -> int:
    """How many words of denial a text has."""
    return sum(w in DENIALS[language] or (language == "en" and w.endswith("n't")) for w in words(text))


def numbers(text: str) -> set[str]:
    """The numbers written with figures in a text."""
    return {word.replace(",", ".") for word in words(text) if word[0].isdigit()}


def ngrams(text: str, low: int = 3, high: int = 4) -> Counter[str]:
    """The character n-grams of each word of a text, the word's edges marked by a space."""
    found: Counter[str] = Counter()
    for word in words(text):
        edged = f" {word} "
        for n in range(low, high + 1):
            found.update(edged[i : i + n] for i in range(max(1, len(edged) - n + 1)))
    return found


def cosine(a: Counter[str], b: Counter[str]) -> float:
    """Cosine of two bags, 0 to 1."""
    dot = sum(count * b[key] for key, count in a.items() if key in b)
    size = (sum(c * c for c in a.values()) * sum(c * c for c in b.values())) ** 0.5
    return dot / size if size else 0.0

"""What a sentence is specific about: its figures and its names."""

from __future__ import annotations

import re

from skills.texts.sentences import fold, words

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NUMERALS = {
    word: str(value)
    for value, pair in {
        2: "dos two", 3: "tres three", 4: "cuatro four", 5: "cinco five", 6: "seis six", 7: "siete seven",
        8: "ocho eight", 9: "nueve nine", 10: "diez ten", 11: "once eleven", 12: "doce twelve", 13: "trece thirteen",
        14: "catorce fourteen", 15: "quince fifteen", 16: "dieciseis sixteen", 17: "diecisiete seventeen",
        18: "dieciocho eighteen", 19: "diecinueve nineteen", 20: "veinte twenty",
    }.items()
    for word in pair.split()
}  # fmt: skip
"""«Uno» and «one» are pronouns as often as numbers: left out."""


def numbers(text: str) -> frozenset[str]:
    """The figures of a text, also those written as words up to twenty; separators aside (1.200 is 1200)."""
    figures = {re.sub(r"[.,]", "", found) for found in NUMBER.findall(text)}
    return frozenset(figures | {NUMERALS[w] for w in map(fold, words(text)) if w in NUMERALS})


def names(sentence: str) -> list[str]:
    """Words with a capital that does not come from beginning the sentence."""
    found = list(re.finditer(r"[^\W\d_][\w’'-]*", sentence))
    return [
        match[0] for match in found[1:]
        if match[0][0].isupper() and not re.search(r"(?:[.!?…:]\s*|\n\s*)[\"«“¿¡(]*$", sentence[: match.start()])
    ]  # fmt: skip

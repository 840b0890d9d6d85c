"""Numbers as people write them, in digits or words, Spanish or English -> digits in place."""

from __future__ import annotations

import re
import unicodedata

from skills.texts.quantities import NAMED, SCALES

_ONES = frozenset({"un", "una", "uno", "one", "a"})
_VALUES = {name: int(value) for name, value in NAMED.items() if value >= 2}
_NUMBER = re.compile(
    rf"\b(?:(?:{'|'.join(_ONES)}) (?=thousand|hundred|million))?(?:{'|'.join([*_VALUES, *SCALES])})"
    rf"(?:(?:[ -]| y | and )(?:{'|'.join([*_VALUES, *SCALES, 'un', 'una', 'uno', 'one'])}))*\b"
)


def fold(text: str) -> str:
    """Lower case without accents, one character for each of `text`: positions stay the same."""
    return "".join((unicodedata.normalize("NFKD", c)[0].lower() or c)[0] for c in text)


def digits(folded: str) -> str:
    """`folded` with its number words as digits: «treinta y cinco versos» -> «35 versos».

    «un», «una», «one» and «a» alone stay: they are articles more often than numbers. «por ciento» stays too.
    """
    return _NUMBER.sub(_value, folded.replace("por ciento", "%").replace("percent", "%"))


def _value(match: re.Match[str]) -> str:
    total = part = 0
    for word in re.split(r"[ -]", match.group()):
        if word in SCALES:
            total, part = total + (part or 1) * SCALES[word], 0
        else:
            part += _VALUES.get(word, int(word in _ONES))
    return str(total + part)


def number(written: str) -> float | int:
    """«0,8», «0.8», «1.500» (thousands), «3» -> a number; whole numbers as int."""
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", written) and not written.startswith("0"):
        return int(re.sub(r"[.,]", "", written))
    value = float(written.replace(",", "."))
    return int(value) if value.is_integer() and not re.search(r"[.,]", written) else value

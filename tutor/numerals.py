"""Numbers as people write them, in digits or words, Spanish or English -> digits in place."""

from __future__ import annotations

import re
import unicodedata

_SMALL = {
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16, "diecisiete": 17,
    "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veintiuno": 21, "veintiun": 21, "veintidos": 22,
    "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28,
    "veintinueve": 29, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_ONES = {"un": 1, "una": 1, "uno": 1, "one": 1, "a": 1}
_TENS = {
    "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_HUNDREDS = {
    "cien": 100, "ciento": 100, "doscientos": 200, "doscientas": 200, "trescientos": 300, "trescientas": 300,
    "cuatrocientos": 400, "cuatrocientas": 400, "quinientos": 500, "quinientas": 500, "seiscientos": 600,
    "seiscientas": 600, "setecientos": 700, "setecientas": 700, "ochocientos": 800, "ochocientas": 800,
    "novecientos": 900, "novecientas": 900,
}  # fmt: skip
_VALUES = _SMALL | _TENS | _HUNDREDS
_SCALES = {"mil": 1000, "thousand": 1000, "hundred": 100}
_NUMBER = re.compile(
    rf"\b(?:(?:{'|'.join(_ONES)}) (?=thousand|hundred))?(?:{'|'.join([*_VALUES, *_SCALES])})"
    rf"(?:(?:[ -]| y | and )(?:{'|'.join([*_VALUES, *_SCALES, 'un', 'una', 'uno', 'one'])}))*\b"
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
        if word in _SCALES:
            total, part = total + (part or 1) * _SCALES[word], 0
        else:
            part += _VALUES.get(word, _ONES.get(word, 0))
    return str(total + part)


def number(written: str) -> float | int:
    """«0,8», «0.8», «1.500» (thousands), «3» -> a number; whole numbers as int."""
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", written) and not written.startswith("0"):
        return int(re.sub(r"[.,]", "", written))
    value = float(written.replace(",", "."))
    return int(value) if value.is_integer() and not re.search(r"[.,]", written) else value

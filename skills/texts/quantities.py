"""A number as a person writes it: decimal comma or point, thousands, or small numbers in words."""

from __future__ import annotations

import re

from skills.contract import Language
from skills.texts.normalize import fold

FIGURES = re.compile(r"(?<![\w.,])[-−]?\d+(?:[.,\s'’]\d{3}(?!\d))*(?:[.,]\d+)?")
WORD = re.compile(r"[^\W\d_]+")

NAMED = {
    name: value
    for value, names in {
        0: "cero zero ninguno ninguna none",
        0.5: "medio media half",
        1: "un uno una one",
        2: "dos two",
        3: "tres three",
        4: "cuatro four",
        5: "cinco five",
        6: "seis six",
        7: "siete seven",
        8: "ocho eight",
        9: "nueve nine",
        10: "diez ten",
        11: "once eleven",
        12: "doce twelve",
        13: "trece thirteen",
        14: "catorce fourteen",
        15: "quince fifteen",
        16: "dieciseis sixteen",
        17: "diecisiete seventeen",
        18: "dieciocho eighteen",
        19: "diecinueve nineteen",
        20: "veinte twenty",
        21: "veintiuno veintiuna veintiun",
        22: "veintidos",
        23: "veintitres",
        24: "veinticuatro",
        25: "veinticinco",
        26: "veintiseis",
        27: "veintisiete",
        28: "veintiocho",
        29: "veintinueve",
        30: "treinta thirty",
        40: "cuarenta forty fourty",
        50: "cincuenta fifty",
        60: "sesenta sixty",
        70: "setenta seventy",
        80: "ochenta eighty",
        90: "noventa ninety",
        100: "cien ciento",
        200: "doscientos doscientas",
        300: "trescientos trescientas",
        400: "cuatrocientos cuatrocientas",
        500: "quinientos quinientas",
        600: "seiscientos seiscientas",
        700: "setecientos setecientas",
        800: "ochocientos ochocientas",
        900: "novecientos novecientas",
    }.items()
    for name in names.split()
}
SCALES = {
    "hundred": 100,
    "mil": 1000,
    "thousand": 1000,
    "millon": 1_000_000,
    "millones": 1_000_000,
    "million": 1_000_000,
}
LINKS = frozenset({"y", "and", "a", "de"})


def read_number(text: str, language: Language | None = None) -> float | None:
    """The first number in `text`, None if there is none: «1,5» «1.000» «unos 12 %» «treinta y cinco».

    A single point or comma before exactly three figures marks thousands, unless the language given uses it for
    decimals (the comma in Spanish, the point in English).
    """
    figures = FIGURES.search(fold(text))
    if figures:
        value = _figures(figures[0], language)
        after = WORD.match(fold(text)[figures.end() :].lstrip())
        return value * SCALES.get(after[0], 1) if after else value
    return _words(fold(text))


def _figures(written: str, language: Language | None) -> float:
    sign = -1 if written[0] in "-−" else 1
    bare = re.sub(r"[\s'’−-]", "", written)
    marks = [mark for mark in bare if mark in ".,"]
    decimal = None
    if marks:
        last = marks[-1]
        head, _, tail = bare.rpartition(last)
        groups = len(tail) == 3 and head not in ("", "0")
        own = {"es": ",", "en": "."}.get(language or "")
        if len(set(marks)) == 2 or (marks.count(last) == 1 and (not groups or last == own)):
            decimal = last
    thousands = {".", ","} - {decimal}
    for mark in thousands:
        bare = bare.replace(mark, "")
    return sign * float(bare.replace(",", "."))


def _words(text: str) -> float | None:
    """The first run of number words, added up: «dos mil quince» is 2015."""
    total, part, found, negative, before = 0.0, 0.0, False, False, ""
    for word in WORD.findall(text):
        if word in NAMED:
            part += NAMED[word]
            negative |= not found and before in ("menos", "minus")
            found = True
        elif word in SCALES:
            part = (part or 1) * SCALES[word]
            if SCALES[word] >= 1000:
                total, part = total + part, 0.0
            found = True
        elif found and word not in LINKS:
            break
        before = word
    return (-1 if negative else 1) * (total + part) if found else None


_ONES = frozenset({"un", "una", "uno", "one", "a"})
_VALUES = {name: int(value) for name, value in NAMED.items() if value >= 2} | {"cero": 0, "zero": 0}
_NUMBER = re.compile(
    rf"\b(?:(?:{'|'.join(_ONES)}) (?=thousand|hundred|million))?(?:{'|'.join([*_VALUES, *SCALES])})"
    rf"(?:(?:[ -]| y | and )(?:{'|'.join([*_VALUES, *SCALES, 'un', 'una', 'uno', 'one'])}))*\b"
)


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
    """Figures that stand for one number, read as `read_number` does: «0,8», «0.8», «1.500» (thousands), «3».

    A whole number written without decimals is an int.
    """
    value = _figures(written, None)
    return int(value) if value.is_integer() and re.fullmatch(r"\d+(?:[.,]\d{3})*", written) else value

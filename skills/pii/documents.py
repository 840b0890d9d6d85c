"""Numbers of documents, known by the word beside them («DNI», «seguridad social», «passport»), in any spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skills.pii.find import DASH, Find, digits, is_date_or_amount
from skills.pii.phones import AFTER

FIRST_LETTERS = "CcDdIiLlNnPpRrSsTt"
INITIALS = ("dni", "nie", "nif", "cif", "cuit", "cuil", "rut", "curp", "rfc", "nit", "ruc", "cpf", "cnpj", "ssn")
CAPITALS = ("CC", "CI", "LE", "LC", "DU", "RUN")
"""With small letters these are words: «le», «run»."""
NAMES = (
    r"rg|nss|nuss|nino|ni (?=n)|nat(?:ional|\.)? ins(?:urance|\.)?|pasaporte|passport|doc\b\.?",
    r"c[eé]dula(?: de (?:identidad|ciudadan[ií]a|extranjer[ií]a))?|documento(?: nacional)?(?: de identidad)?",
    r"libreta c[ií]vica|libreta de enrolamiento|seguridad social|seguro social|soc(?:ial|\.)? sec(?:urity|\.)?",
    r"national id|id (?:card|number)|identity card|tax id|driv(?:er['’]?s|ing) licen[cs]e",
    r"(?:licencia|registro|carn[eé]t?) de conducir",
)
MARK = rf"(?:n\.?[°º]\.?|nro\b\.?|n[uú]m(?:ero|\b\.?)|number|no\b\.?|is\b|es\b|era\b|was\b|[#:=]|{DASH}|de \w+ es\b)"
WORD = r"[^\W\d_]{1,20}"
NUMBER = "|".join(
    (
        r"[A-ZÑ]{4}\d{6}[HMX][A-Z]{5}[A-Z\d]\d",  # CURP
        r"[A-ZÑ&]{3,4}[- ]?\d{6}[- ]?(?=[A-Z]{0,2}\d)[A-Z\d]{3}",  # RFC
        r"[A-Z9]{5} ?\d{6} ?[A-Z9]{2}[A-Z\d]{2,3}",  # a British driving licence
        rf"[A-Z]{{0,4}}(?:{DASH}| )?\d(?:[ .]?{DASH}?[ /]?\d){{4,15}}(?:(?: ?{DASH})? ?[A-Z])?",
    )
)


def _initials(name: str) -> str:
    """«DNI», «D.N.I.», «D N I»."""
    return r"\.? ?".join(name) + r"\b\.?"


SMALL, LARGE = "|".join((*map(_initials, INITIALS), *NAMES)), "|".join(map(_initials, CAPITALS))
CUE = re.compile(
    rf"\b(?=[{FIRST_LETTERS}])(?:(?i:(?:nif|cuit|dni|le)/(?:cif|cuil|nie|dni)\b|{SMALL}|[cl]\. ?[cei]\.)|(?:{LARGE}))"
    rf"(?:[ \t](?!(?i:es|is)\b)[^\W\d_]{{4,14}}\b)??\s{{0,3}}(?i:{MARK}\s{{0,3}}){{0,4}}"
    rf"(?i:(?:{WORD}[ \t]){{0,4}}(?:(?:es|era|is|was)[ \t]+(?:el |the )?|{WORD}:[ \t]*))?"
    rf"(?P<number>(?i:{NUMBER}))(?![^\W_])"
)
"""The word, what may stand between («único», «n.º», «de la tutora es»), and the number."""
WHOLE = re.compile(
    rf"[A-Za-z]{{0,3}}-?(?:\d{{7,}}|\d{{1,2}}[. ]\d{{3}}[. ]\d{{3}})(?: ?{DASH}? ?[A-Za-z]$| ?{DASH} ?\d(?!\d)|(?= \d))"
)
"""A number that is whole by itself, though others follow."""
INSURANCE = re.compile(r"[a-z]{2}(?: ?\d\d){3} ?[a-d]", re.I)
TIMES = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{2}|\d{4})|(?:1\d|20)\d\d\s*[- ]\s*(?:1\d|20)\d\d")
BEFORE = re.compile(r"([^\W\d_]+) (?=\d)")


def documents(text: str) -> Iterator[Find]:
    for match in CUE.finditer(text):
        start, number = _alone(match.start("number"), _whole(match["number"]))
        count = len(digits(number))
        if not 6 <= count <= 14 or (is_date_or_amount(number) and count not in (7, 8, 9, 10)):
            continue
        if not TIMES.fullmatch(number) and not AFTER.match(text, start + len(number)):
            yield Find("identity", "named", start, start + len(number), number, "sure")


def _whole(number: str) -> str:
    """Without a word or another number that follows: «28417396 y», «28417396 11 4555-1234»."""
    from stdnum.es import dni

    first = WHOLE.match(number)
    number = first[0] if first else re.split(r"\s{2,}", number)[0]
    letter = re.search(rf"(?<=\d) (?:{DASH} )?([a-z])$", number)
    if letter and letter[1] != "k" and not INSURANCE.fullmatch(number) and not dni.is_valid(re.sub(r"\W", "", number)):
        number = number[: letter.start()]
    return number.rstrip(" .-")


def _alone(start: int, number: str) -> tuple[int, str]:
    """Without a word that precedes: «del 28417396», but «AAE 918273»."""
    word = BEFORE.match(number)
    if word and not INSURANCE.fullmatch(number) and not (word[1].isupper() and len(word[1]) < 4):
        return start + word.end(), number[word.end() :]
    return start, number

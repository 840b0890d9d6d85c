"""Identity and tax numbers of Latin America, Spain and the United States, by check digit or by the word beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from skills.pii.find import Find, Sure, digits, find, is_date_or_amount

EDGE, STOP = r"(?<![\w.,/-])", r"(?![\w/-]|[.,]\d)"


class Form(NamedTuple):
    """`pattern` of a number as it is written; `bare`: the same without separators, which is less certain."""

    name: str
    pattern: str
    bare: str | None = None


FORMS = (
    Form("ar_cuit", r"(?:2[03467]|3[034])-(?:\d{8}|\d{2}\.\d{3}\.\d{3})-\d", r"(?:2[03467]|3[034])\d{9}"),
    Form("cl_rut", r"\d{1,2}\.\d{3}\.\d{3}-[\dkK]|\d{7,8}-[\dkK]"),
    Form("uy_ci", r"\d\.\d{3}\.\d{3}-\d|\d{7}-\d"),
    Form("mx_curp", r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d"),
    Form("mx_rfc", r"[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}|[A-ZÑ&]{4}-\d{6}-[A-Z0-9]{3}"),
    Form("co_nit", r"\d{3}\.\d{3}\.\d{3}-\d|\d{9}-\d"),
    Form("br_cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}|\d{9}-\d{2}", r"\d{11}"),
    Form("br_cnpj", r"\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}", r"\d{14}"),
    Form("pe_ruc", r"(?:10|15|16|17|20)\d{9}"),
    Form("es_nie", r"[XYZ][- ]?\d{7}[- ]?[A-Z]|[XYZ][- ]?\d\.\d{3}\.\d{3}[- ]?[A-Z]"),
    Form("es_dni", r"\d{8}[- ]?[A-HJ-NP-TV-Z]|\d{2}\.\d{3}\.\d{3}[- ]?[A-HJ-NP-TV-Z]"),
    Form("us_ssn", r"\d{3}-\d{2}-\d{4}"),
)  # fmt: skip
NUMBERED = re.compile(
    EDGE + r"(?=[\dA-ZÑ&])(?:" + "|".join(f"(?P<{f.name}>{f.pattern})" for f in FORMS) + ")" + STOP
)  # one pass; a number that fits two forms is tried with the others in `_named`
BARE = re.compile(r"(?<![\w.,/@+-])(?:\d{11}|\d{14})(?![\w/-]|[.,]\d)")
CUE = re.compile(
    r"\b(?=[CcDdIiLlNnPpRrSs])(?:\b(?i:d\.?n\.?i\.?|nif|n\.i\.f\.|nie|cuit|cuil|cuit/cuil|rut|r\.u\.t\.|run|"
    r"curp|rfc|nit|n\.i\.t\.|ruc|"
    r"cpf|cnpj|"
    r"rg|ssn|c[eé]dula(?: de (?:identidad|ciudadan[ií]a|extranjer[ií]a))?|pasaporte|passport|"
    r"documento(?: nacional)?(?: de identidad)?|doc\.?|libreta c[ií]vica|libreta de enrolamiento|"
    r"social security(?: number)?|seguro social|national id|id (?:card|number)|identity card)|\b(?:C\.?C|C\.?I|"
    r"L\.?E|L\.?C)\b\.?)"
    r"[ \t]*(?i:(?:n(?:[°º]|ro\b\.?|o\b\.?|[uú]m(?:ero|\b\.?)|umber)?|is|es|era|was|#|:|=|de \w+ es)[ \t]*){0,3}"
    r"(?i:(?:[^\W\d]+[ \t]){1,5}(?:es|era|is|was)[ \t]+(?:el |the )?)?"
    r"(?P<number>[A-Z]{0,4}[ -]?\d(?:[\d.\- ]{4,16})[\dA-Za-z]\b(?:-?[\dkK]\b)?)"
)
WEIGHTS = (2, 9, 8, 7, 6, 3, 4)


def uruguayan(number: str) -> bool:
    """The check digit of a Uruguayan cédula: ten less the last figure of the sum weighted with 2987634."""
    figures = [int(c) for c in digits(number).zfill(8)]
    return len(figures) == 8 and -sum(w * f for w, f in zip(WEIGHTS, figures, strict=False)) % 10 == figures[7]


@lru_cache
def checks() -> dict[str, Callable[[str], bool]]:
    from stdnum.ar import cuit
    from stdnum.br import cnpj, cpf
    from stdnum.cl import rut
    from stdnum.co import nit
    from stdnum.es import dni, nie
    from stdnum.mx import curp, rfc
    from stdnum.pe import ruc
    from stdnum.us import ssn

    return {
        "ar_cuit": cuit.is_valid, "cl_rut": rut.is_valid, "uy_ci": uruguayan, "mx_curp": curp.is_valid,
        "mx_rfc": rfc.is_valid, "co_nit": nit.is_valid, "br_cpf": cpf.is_valid, "br_cnpj": cnpj.is_valid,
        "pe_ruc": ruc.is_valid, "es_nie": nie.is_valid, "es_dni": dni.is_valid, "us_ssn": ssn.is_valid,
    }  # fmt: skip


def identities(text: str) -> Iterator[Find]:
    for match in CUE.finditer(text):
        if (one := _told(match)) is not None:
            yield one
    for match in NUMBERED.finditer(text):
        if not is_date_or_amount(match[0]) and (form := _valid(match[0], match.lastgroup)) is not None:
            yield find("identity", form, match, _certainty(form, match[0]))
    for match in BARE.finditer(text):
        if (form := _valid_bare(match[0])) is not None and len(set(match[0])) > 2:
            yield find("identity", form, match, "likely")


def _told(match: re.Match[str]) -> Find | None:
    """A number after a word that says what it is; shorter where another number or a word was taken along."""
    number = match["number"]
    if not number[-1].isdigit() and "-" not in number[-3:] and not number[-2].isdigit():
        number = number[:-1]
    number = re.split(r"\s{2,}|\s-\s", number)[0].rstrip(" .-")
    if number[0].isalpha() and " " in number and len(digits(number.split(" ")[0])) == 0:
        return None
    count = len(digits(number))
    if not 6 <= count <= 14 or (is_date_or_amount(number) and count not in (7, 8, 9, 10)):
        return None
    if re.fullmatch(r"(?:\d{1,2}[-/]\d{1,2}[-/](?:\d{2}|\d{4})|(?:1\d|20)\d\d\s*-\s*(?:1\d|20)\d\d)", number):
        return None
    return Find("identity", "named", match.start("number"), match.start("number") + len(number), number, "sure")


def _valid(number: str, form: str | None) -> str | None:
    """The form whose check digit holds: the one that the pattern matched, or another that is written the same way."""
    others = ("cl_rut", "uy_ci", "co_nit", "br_cpf")
    for name in (form, *others):
        if name and re.fullmatch(next(f.pattern for f in FORMS if f.name == name), number) and checks()[name](number):
            return name
    return None


def _certainty(form: str, number: str) -> Sure:
    return "likely" if form in ("us_ssn", "pe_ruc") or re.fullmatch(r"\d{7,9}-\d", number) else "sure"


def _valid_bare(number: str) -> str | None:
    """Eleven or fourteen figures without separators: CUIT, RUC, CPF or CNPJ if the check digits hold."""
    for form in FORMS:
        if form.bare and re.fullmatch(form.bare, number) and checks()[form.name](number):
            return form.name
    return None

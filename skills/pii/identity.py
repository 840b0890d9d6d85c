"""Identity and tax numbers of Latin America, Spain, Britain and the United States, by their form and check digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from skills.pii.find import DASH, Find, Sure, digits, find, is_date_or_amount

EDGE, STOP = r"(?<![\w.,/-])", r"(?![\w/-]|[.,]\d)"
GAP = "[-‐‑–—−. /]"


class Form(NamedTuple):
    """`pattern` of a number as it is written; `bare`: the same without separators, which is less certain."""

    name: str
    pattern: str
    bare: str | None = None


FORMS = (
    Form("ar_cuit", rf"(?:2[03467]|3[034]){GAP}(?:\d{{8}}|\d\d\.\d{{3}}\.\d{{3}}){GAP}\d", r"(?:2[03467]|3[034])\d{9}"),
    Form("cl_rut", rf"\d{{1,2}}\.\d{{3}}\.\d{{3}} ?{DASH} ?[\dkK]|\d{{7,8}}{DASH}[\dkK]"),
    Form("uy_ci", rf"\d\.\d{{3}}\.\d{{3}}{DASH}\d|\d{{7}}{DASH}\d"),
    Form("mx_curp", r"(?i:[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d)"),
    Form("mx_rfc", r"[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}|[A-ZÑ&]{4}-\d{6}-[A-Z0-9]{3}"),
    Form("co_nit", rf"\d{{3}}\.\d{{3}}\.\d{{3}}{DASH}\d|\d{{9}}{DASH}\d"),
    Form("br_cpf", rf"\d{{3}}\.\d{{3}}\.\d{{3}}{DASH}\d\d|\d{{9}}{DASH}\d\d", r"\d{11}"),
    Form("br_cnpj", rf"\d\d\.\d{{3}}\.\d{{3}}/\d{{4}}{DASH}\d\d", r"\d{14}"),
    Form("pe_ruc", r"(?:10|15|16|17|20)\d{9}"),
    Form("es_nie", r"(?i:[XYZ][- ]?(?:\d{7}|\d\.\d{3}\.\d{3})[- ]?[A-Z])"),
    Form("es_dni", r"(?:\d{8}|\d\d\.\d{3}\.\d{3})(?:[- ]?[A-HJ-NP-TV-Z]|-?[a-hj-np-tv-z])"),
    Form("es_nss", r"\d\d[ /-]\d{8}[ /-]\d\d"),
    Form("gb_nino", r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?\d\d){3} ?[A-D]"),
    Form("us_ssn", r"\d{3}-\d\d-\d{4}"),
)
NUMBERED = re.compile(
    EDGE
    + r"(?=[\dA-ZÑ&]|[a-z]{4}\d|[xyz][- ]?\d)(?:"
    + "|".join(f"(?P<{f.name}>{f.pattern})" for f in FORMS)
    + ")"
    + STOP
)  # one pass; a number that fits two forms is tried with the others in `_valid`
BARE = re.compile(r"(?<![\w.,/@+-])(?:\d{11}|\d{14})(?![\w/-]|[.,]\d)")
WEIGHTS = (2, 9, 8, 7, 6, 3, 4)


def uruguayan(number: str) -> bool:
    """The check digit of a Uruguayan cédula: ten less the last figure of the sum weighted with 2987634."""
    figures = [int(c) for c in digits(number).zfill(8)]
    return len(figures) == 8 and -sum(w * f for w, f in zip(WEIGHTS, figures, strict=False)) % 10 == figures[7]


def spanish_insured(number: str) -> bool:
    """The check digits of a number of the Spanish Social Security: the rest of what precedes by 97."""
    province, person, check = int(number[:2]), int(number[2:-2]), int(number[-2:])
    return 0 < province < 67 and (province * (10**8 if person >= 10**7 else 10**7) + person) % 97 == check


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
        "pe_ruc": ruc.is_valid, "es_nie": nie.is_valid, "es_dni": dni.is_valid, "es_nss": spanish_insured,
        "gb_nino": bool, "us_ssn": ssn.is_valid,
    }  # fmt: skip


def identities(text: str) -> Iterator[Find]:
    for match in NUMBERED.finditer(text):
        if not is_date_or_amount(match[0]) and (form := _valid(match[0], match.lastgroup)) is not None:
            yield find("identity", form, match, _certainty(form, match[0]))
    for match in BARE.finditer(text):
        if (form := _valid_bare(match[0])) is not None and len(set(match[0])) > 2:
            yield find("identity", form, match, "likely")


def _valid(number: str, form: str | None) -> str | None:
    """The form whose check digit holds: the one that the pattern matched, or another that is written the same way."""
    others = ("cl_rut", "uy_ci", "co_nit", "br_cpf")
    for name in (form, *others):
        if (
            name
            and re.fullmatch(next(f.pattern for f in FORMS if f.name == name), number)
            and checks()[name](re.sub(r"\W", "", number).upper())
        ):
            return name
    return None


def _certainty(form: str, number: str) -> Sure:
    return (
        "likely" if form in ("us_ssn", "pe_ruc", "gb_nino", "es_nss") or re.fullmatch(r"\d{7,9}-\d", number) else "sure"
    )


def _valid_bare(number: str) -> str | None:
    """Eleven or fourteen figures without separators: CUIT, RUC, CPF or CNPJ if the check digits hold."""
    for form in FORMS:
        if form.bare and re.fullmatch(form.bare, number) and checks()[form.name](number):
            return form.name
    return None

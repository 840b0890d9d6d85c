"""Telephone numbers, as they are written in Latin America, Spain and the United States; years and prices are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from skills.pii.find import Find, Sure, digits, find, is_date_or_amount

NUMBER = re.compile(r"(?<![\w.,/@$€£#-])(?:\+ ?\d|\(\+?\d|\d)[\d ().\-–/]{4,20}\d(?![\w@%º°-]|[.,/:]\d|\.\w)")
CUE = re.compile(
    r"\b(?:tel(?:[eé]fonos?|\b\.?|efonear\w*)|t[eé]l\b\.?|tele?f\b\.?|tfno?\b\.?|tlf\b\.?|cel(?:u|ular(?:es)?|\b\.?)|"
    r"m[oó]vil(?:es)?|whats ?app|wh?ats|wsp|wpp|wapp|[gw]uasap|wasap|l[ií]nea|fono|fax|phone|call(?:ed|ing)?|mobile|"
    r"cell(?:phone)?|text me|ring|dial|llam(?:ar\w*|ame|á\w*|e\w*|en|ó|a|o)|marc(?:ar|á|a|ó)|interno|contacto|"
    r"contact|"
    r"discar|mob\b\.?|ph\b\.?|fijo|office|comunicate|comunicarse|n[uú]mero)\b[^\n;?!]{0,40}$",
    re.I,
)
DIRECT = re.compile(
    r"\b(?:t[eé]l(?:[eé]f(?:onos?)?)?|tf?no|tlf|cel(?:u|ular)?|m[oó]vil|mob(?:ile)?|cell|phone|ph|fono|fax|fijo|"
    r"whats ?app|wsp|wasap)\b[ .:/º°]{0,4}$",
    re.I,
)
"""The word stands right before the number: what looks like an amount («600.123.456») is none."""
DOCUMENT = re.compile(
    r"\b(?:(?:documento|dni|identidad|seguridad social|pasaporte|passport|c[eé]dula|iban|cbu|cuit|cuil)\b"
    r"[^\n;.?!\d]{0,20}|[a-z]{2}\d\d )$",
    re.I,
)
"""The word of another number stands before it, or the beginning of an IBAN."""
OTHER = re.compile(
    r"(?:\b(?:isbn(?:-1[03])?|issn|doi|ley(?:es)?|law|act|decreto|resoluci[oó]n|art(?:[ií]culos?|\.)?|vv?|"
    r"versos?|verses?|lines?|"
    r"l[ií]neas?|p[aá]gs?|p[aá]ginas?|pages?|pp?|cap(?:[ií]tulos?)?|chapters?|expte|expediente|file|legajo|"
    r"factura|invoice|pedido|"
    r"order|ticket|c[oó]digo|code|serie|serial|ref(?:erencia|erence)?|acta|tomo|vol|folio|n[°º]|nro|no|"
    r"art[ií]culo|lote|partida|"
    r"presupuesto|salmos?|psalms?|juan|mateo|lucas|john|mark|luke|matthew|temporada|season|score|a[nñ]os?|"
    r"years?|entre|from|hace|"
    r"seguimiento|tracking|cat[aá]logo|catalogue|inventario|inventory|modelo|model|versi[oó]n|coordenadas|lat|"
    r"long|isbn:)\b|[$€£#§])"
    r"[ .:°º#-]{0,4}(?:[\d.,]+ ?[-–y,a] ?)?$",
    re.I,
)
AFTER = re.compile(
    r"\s*(?:%|°|º|€|\$|(?:pesos|d[oó]lares|dollars|pounds|euros|soles|reales|habitantes|inhabitants|people|"
    r"personas|km|kil[oó]metros|"
    r"millones|million|m2|m²|hect[aá]reas|a\.? ?c\.?|d\.? ?c\.?|b\.?c|a\.?d|hs|horas|votos|votes|ejemplares|"
    r"copies|words|palabras)\b)",
    re.I,
)
CALLED = re.compile(
    r"\s*(?:\((?:cel|tel|casa|m[oó]vil|fijo|whatsapp|wsp|home|cell|mobile|work|trabajo)\w*\)|,? (?:as|is|es|era|was)"
    r" (?:[^\W\d]+ ){0,2}(?:phone|cell|mobile|(?:tele)?phone number|number|tel[eé]fono|celu(?:lar)?|m[oó]vil|"
    r"n[uú]mero)\b)",
    re.I,
)
LETTER = re.compile(r"[^\W\d_]{2}")
REGIONS = ("AR", "UY", "CL", "MX", "CO", "PE", "ES", "US", "BR", "PY", "BO", "VE", "EC", "CR", "GB")
GROUPED = re.compile(
    r"""(?x)
    \(\d{2,5}\)[ ]?(?:9[ ]|15[ -]?)?\d{3,5}[ -]?\d{3,4}         # (011) 4555-1234, (212) 555-0123
    | 0?\d{2,4}[ -](?:15[ -])?\d{3,4}[ -]\d{3,4}                # 011 4555-1234, 55 1234 5678, 415-555-2671
    | 9[ ]\d{4}[ ]?\d{4} | 9\d{2}[ ]\d{3}[ ]\d{3}               # 9 8765 4321 (Chile), 987 654 321 (Peru)
    | 09\d[ ]?\d{3}[ ]?\d{3}                                    # 099 123 456 (Uruguay)
    | [679]\d{2}[ ](?:\d{2}[ ]\d{2}[ ]\d{2}|\d{3}[ ]\d{3})      # 612 34 56 78 (Spain)
    | 15[ -]\d{4}[ -]?\d{4} | 15[ -]\d{3}[ -]\d{4}              # 15-4555-1234 (Argentina, mobile)
    | \d{3}\.\d{3}\.\d{4}                                       # 503.555.0177 (United States)
    | \d{4}-\d{4}                                               # 4555-1234
    | 1[ .-]\d{3}[ .-]\d{3}[ .-]\d{4}                            # 1-800-555-0119 (United States)
    | 0\d{2,4}[ -]15[ -]?\d{2,4}[ -]?\d{3,4}                    # 0221 15-456-7788 (Argentina, mobile)
    | 0800[ -]\d{3}[ -]?\d{4} | \d{3}[ ]\d{3}[ ]\d{4}
    """
)
BARE = re.compile(r"(?:11[2-7]\d{7}|011[2-7]\d{7}|15[2-7]\d{7}|09\d{7}|[67]\d{8}|9\d{8}|54911\d{8})")


def phones(text: str) -> Iterator[Find]:
    for match in NUMBER.finditer(text):
        number = match[0]
        if 6 <= len(digits(number)) <= 15 and (sure := _certainty(text, match, number)) is not None:
            yield find("phone", "phone", match, sure)


def _certainty(text: str, match: re.Match[str], number: str) -> Sure | None:
    """How sure it is that this is a telephone number; None if it is not one."""
    before = text[max(0, match.start() - 45) : match.start()]
    # The dearest searches come last: a table of figures has thousands of numbers that no word and no form call one.
    plain = number.strip("()")
    told = bool(LETTER.search(before) and CUE.search(before)) or bool(CALLED.match(text, match.end()))
    if not told and not (plain.startswith(("+", "00")) or GROUPED.fullmatch(number) or BARE.fullmatch(number)):
        return None
    if DOCUMENT.search(before) and not DIRECT.search(before):
        return None
    if OTHER.search(before) or AFTER.match(text, match.end()) or "ISBN" in before:
        return None
    if plain.startswith(("+", "00")):
        return "sure" if valid(number, None) else ("likely" if len(digits(number)) >= 9 else None)
    # «llamé 3 veces en 1999-2001»: the word does not make a span of years a telephone.
    if is_date_or_amount(number) and not re.fullmatch(r"[679]\d\d \d{3} \d{3}", number) and not DIRECT.search(before):
        return None
    if told:
        return "sure" if any(valid(number, region) for region in REGIONS) else "likely"
    if GROUPED.fullmatch(number) and not _range(number):
        return "likely" if any(valid(number, region) for region in REGIONS) or number.startswith("15") else None
    return "maybe" if BARE.fullmatch(number) and any(valid(number, region) for region in REGIONS) else None


def _range(number: str) -> bool:
    """«1021-1034»: from a page or a verse to another."""
    halves = number.split("-")
    return len(halves) == 2 and all(len(h) == 4 for h in halves) and 0 < int(halves[1]) - int(halves[0]) < 500


@lru_cache(1 << 14)
def valid(number: str, region: str | None) -> bool:
    """Does the number exist in the numbering plan of the country (ITU E.164, data of libphonenumber)?"""
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False

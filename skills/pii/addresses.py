"""Postal addresses: a street and a number, in the ways of Latin America, Spain and English-speaking countries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skills.pii.find import Find, find

CAP = r"(?:[A-ZÁÉÍÓÚÑ][\wáéíóúñü'’.-]*)"
NAME = rf"(?:\d{{1,2}} de [A-Za-z]\w+|(?:{CAP}|\d{{1,3}})(?: (?:(?:de las?|de los|del?|y) )?{CAP}){{0,4}})"
TAIL = (
    r"(?:,? ?(?:\d{1,2}[º°ªo]\.?(?: ?[\"“]?[A-Z]\b[\"”]?)?|(?:piso|p\.|dpto\.?|depto\.?|departamento|of\.?|"
    r"oficina|casa|torre|"
    r"puerta|esc\.?|bloque|apto\.?|apartamento|interior|int\.|local|timbre|uf|apt\.?|apartment|flat|suite|unit|"
    r"floor|#)"
    r" ?[\dA-Z]{1,4}[º°ª]?\b[\"”]?)){0,3}"
)
STREET = re.compile(
    r"(?<!\w)(?=[AaBbCcDdGgJjPpRrTt])(?:(?i:calle|avenida|av(?:da)?\.|av|pasaje|pje\.?|psje\.?|bulevar|"
    r"boulevard|bv\.|blvd\.?|diagonal|"
    r"diag\.?|camino|paseo|"
    r"carrera|jir[oó]n|jr\.|calzada|transversal|alameda|cortada|callej[oó]n|rua|traves[ií]a|ronda|glorieta|"
    r"plaza|plza\.|cno\.)|[Cc]/) ?"
    rf"(?P<name>{NAME}),? ?(?:(?:N[°ºo.]*|n[°º]|[Nn]ro\.?|[Nn]úmero|#|"
    rf"al) ?)?(?P<number>\d{{1,5}})(?: ?bis)?(?![\d/]|[.,]\d|º|°|-\d{{4}}){TAIL}"
)
COLOMBIA = re.compile(
    r"(?<!\w)(?=[AaCcDdKkTt])(?i:calle|cll?\.?|carrera|cra\.?|kr\.?|diagonal|dg\.?|transversal|tv\.?|avenida|av\.?)"
    rf" ?\d{{1,3}}[A-Za-z]?(?: (?i:bis|sur|norte|este))? ?(?:#|[Nn][°ºo]\.?|"
    rf"No\.?) ?\d{{1,3}}[A-Za-z]? ?[-–] ?\d{{1,3}}\b{TAIL}"
)
ENGLISH = re.compile(
    rf"(?<![\w.,/-])\d{{1,5}}[A-Za-z]?,? (?:(?:North|South|East|West|N\.?|S\.?|E\.?|W\.?) )?(?:(?:{CAP}|"
    rf"\d{{1,3}}(?:st|nd|rd|th)) ){{1,3}}"
    r"(?:(?:Street|Avenue|Road|Lane|Drive|Boulevard|Court|Terrace|Way|Square|Crescent|Close|Grove|Parkway|Circle|"
    r"Gardens|Hill)\b|"
    rf"(?:St|Ave|Rd|Ln|Dr|Blvd|Ct|Sq|Pkwy)\b\.?){TAIL}"
)
LIVES = re.compile(
    r"(?<!\w)(?=[AaCcDdEeLlMmQqSsVv])(?i:viv(?:e|o|ía|í|imos|en|ió|ís)(?: \w+)? en|domicili(?:o|"
    r"ad[oa])(?: \w+)?(?: en|:)?|"
    r"direcci[oó]n(?: es)?:?|mora en|"
    r"qued(?:a|aba) en|mud(?:ó|aron|amos|é|a) a|casa (?:está |queda )?en|enviar a|env[ií]o a|lives? (?:at|on)|"
    r"lived at|address(?: is)?:?|"
    rf"moved to|deliver to|ship to) (?:la |los |las )?(?P<where>{NAME},? (?:(?:N[°ºo.]*|n[°º]|nro\.?|al|"
    rf"#) ?)?(?P<number>\d{{1,5}})(?![\d/]|[.,]\d|º|°){TAIL})"
)
TAILED = re.compile(
    rf"(?<!\w)(?P<where>{CAP}(?: (?:(?:de las?|"
    rf"del?) )?{CAP}){{0,3}} \d{{1,5}},? (?:\d{{1,2}}[º°] ?[\"“]?[A-Z]\b[\"”]?|"
    r"(?i:piso|dpto\.?|depto\.?|departamento|oficina|torre|apto\.?|local|"
    r"timbre) ?[\dA-Z]{1,4}[º°]?(?:,? ?(?i:dpto\.?|depto\.?|departamento)? ?[\dA-Z]{1,3}\b)?))"
)


POSTED = re.compile(
    r"(?<!\w)(?:c\.? ?p\.?|c[oó]d(?:igo|\.) postal|post(?:al )?code|postcode|zip(?: code)?)"
    r"(?:\s*[:#]| es| is)?\s*(?:n[°º] ?)?"
    r"(?P<post>[A-Z]\d{4}[A-Z]{3}|\d{4,5}(?:-\d{3,4})?|[A-Z]{1,2}\d{1,2}[A-Z]? ?\d[A-Z]{2})(?!\w|[.,]\d)",
    re.I,
)
BESIDE = re.compile(
    rf"[,.]? ?\(?(?:(?P<first>[A-Z]\d{{4}}[A-Z]{{3}}|\d{{4,5}}(?:-\d{{4}})?)(?=\)? ?(?:{CAP}|[,.)\n]|$))"
    rf"|{CAP}(?: {CAP}){{0,3}}(?:, (?:{CAP}|[A-Z]{{2}}))?,? \(?(?:[A-Z]{{2}} )?"
    r"(?P<last>[A-Z]\d{4}[A-Z]{3}|\d{4,5}(?:-\d{4})?|[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2})(?![\w/-]|[.,]\d| de ))"
)
"""A postcode right after a street, or after the town that follows it. A year there looks the same: none is taken."""


def addresses(text: str) -> Iterator[Find]:
    """Streets with their number, and the postcodes beside them or announced as such."""
    for match in POSTED.finditer(text):
        yield find("address", "postcode", match, "sure", "post")
    for street in streets(text):
        yield street
        beside = BESIDE.match(text, street.end)
        group = next((name for name in ("first", "last") if beside and beside[name]), None)
        if beside and group and not re.fullmatch(r"1[89]\d\d|20\d\d", beside[group]):
            yield find("address", "postcode", beside, "likely", group)


def streets(text: str) -> Iterator[Find]:
    for match in STREET.finditer(text):
        year = 1500 <= int(match["number"]) <= 2099 and match[0].casefold().startswith("plaza")
        if not year:
            yield find("address", "street", match, "likely")
    for match in COLOMBIA.finditer(text):
        yield find("address", "street", match, "likely")
    for match in ENGLISH.finditer(text):
        yield find("address", "street", match, "likely")
    for match in LIVES.finditer(text):
        if not _a_year(match):
            yield find("address", "lives", match, "likely", "where")
    for match in TAILED.finditer(text):
        yield find("address", "floor", match, "likely", "where")


def _a_year(match: re.Match[str]) -> bool:
    """«Vivió en Rosario 1990»: without anything more, a number between 1900 and 2099 after one word is a year."""
    words = match["where"].replace(",", "").split()
    return len(words) == 2 and 1900 <= int(match["number"]) <= 2099 and match["where"].rstrip().endswith(words[1])

"""Personal data with a form of its own: e-mails, links, user names, accounts, cards, addresses of machines, plates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from skills.pii.find import Find, digits, find
from skills.texts.sentences import names

EMAIL = re.compile(
    r"(?<![\w.+%-])[\w][\w.+%-]{0,63}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,5}[^\W\d_]{2,24}(?![\w-]|\.\w)"
)
SITES_END = (
    "com|org|net|edu|gob|gov|info|biz|io|app|dev|me|eu|tv|example|ar|uy|cl|mx|co|pe|es|us|uk|br|py|bo|ve|ec|cr|pa|gt|hn|"
    "ni|sv|do|cu|pr|fr|it|de|pt|ca|cat|au|nz|ie|in|ch|be|nl"
)
PARTED = re.compile(
    rf"(?<![\w.+%-])\w[\w.+%-]{{0,63}}(?: ?@ [\w-]{{2,63}}(?:\.[\w-]{{2,63}}){{0,3}}\.(?:{SITES_END})\b(?!\.\w)"
    rf"|(?: ?@ |@)[\w-]{{2,63}} ?\. ?(?:com|org|net|edu|gob|gov)\b(?: ?\. ?(?:{SITES_END})\b)?)"
    rf"|(?<![\w.+%-])(?=[\w+-]{{0,63}}[._\d])\w[\w.+-]{{0,63}} @[\w-]{{2,63}}\.(?:com|org|net|edu)\b"
    rf"(?:\.(?:{SITES_END})\b)?",
    re.I,
)
"""With spaces around its signs, as some programs and people write it."""
SPELT = re.compile(
    r"(?<![\w.])[\w][\w.+-]{1,63} ?[\[({<]? ?\b(?:arroba|at)\b ?[\])}>]? ?[\w-]{2,63}"
    r"(?: ?[\[({<]? ?\b(?:punto|dot)\b ?[\])}>]? ?[a-z]{2,12}\b|\.[a-z]{2,12}\b){1,3}",
    re.I,
)
LINK = re.compile(
    r"(?:https?://)?(?<![\w.])(?:www\.)?(?:(?:m|[a-z]{2})\.)?(?:instagram\.com|facebook\.com|fb\.com|"
    r"twitter\.com|x\.com|"
    r"tiktok\.com|threads\.net|linkedin\.com/in|github\.com|youtube\.com|t\.me|wa\.me|medium\.com|bsky\.app/profile)"
    r"/@?[\w.+%-]*\w/?",
    re.I,
)
USER_LINK = re.compile(
    r"https?://(?:[\w.%-]{1,64}(?::[^\s/@]{1,64})?@[\w.-]+|[\w.-]+(?::\d+)?/(?:[^\s?#]{0,200}/)?~[\w.-]+"
    r"|[\w.-]+(?::\d+)?/(?:[^\s?#]{0,200}/)?(?:users?|usuarios?|profile|perfil|u)/@?[\w.-]+)[^\s)>\]»\"']*",
    re.I,
)
SITES = (".com/", ".net/", ".me/", "bsky.app/")
NOT_USERS = names("watch share sharer intent explore search hashtag reel reels p results feed groups events")
HANDLE = re.compile(r"(?<![\w.@/+-])@[A-Za-z_](?:[\w.]{1,28}\w)(?![\w@]|\.\w)")
NOT_HANDLES = names("media param return returns import override property charset author see todo page")
NAMED_HANDLE = re.compile(
    r"\b(?=[DdFfIiNnSsTtUu])(?:instagram|insta|ig|twitter|tiktok|telegram|facebook|username|user name|"
    r"usuari[oa]|nick|skype|discord)"
    r"(?:\s+(?:de \w+ )?(?:es|is))?\s*(?:[:=]|\b(?:es|"
    r"is)\b)\s*@?(?P<user>(?=[\w.-]*[\d_.])[A-Za-z_](?:[\w.-]{1,28})\w)",
    re.I,
)
IBAN = re.compile(r"\b[A-Z]{2}[ -]?\d\d(?:[ -]?[A-Z0-9]){11,30}(?![^\W_])", re.I)
CBU = re.compile(r"(?<![\w.-])\d{7}-?\d[ -]?\d{13}-?\d(?![\w-])|(?<![\w.-])\d{22}(?![\w-])")
ACCOUNT = re.compile(
    r"\b(?=[AaCc])(?:alias(?: (?:de )?(?:cbu|cvu|mercado ?pago))?|cbu|cvu)(?:\s+(?:es|is)\s|\s*[:,]\s*)\s*"
    r"(?P<alias>[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+){1,4})",
    re.I,
)
LABELLED = re.compile(
    r"\b(?:sort code|routing (?:number|no\.?)|bsb|clabe|cci|(?:bank )?account(?: (?:number|no\.?|#))?|a/c(?: no\.?)?"
    r"|(?:cuenta(?: (?:corriente|bancaria|sueldo|vista|rut))?|cta\.?(?: cte\.?)?|caja de ahorros?)"
    r"(?: en (?:pesos|d[oó]lares))?(?: (?:n[.º°ro]{0,4}|n[uú]mero))?)"
    r"\s{0,3}(?:[:#]|\bis\b|\bes\b)?\s{0,3}(?P<number>(?!(?:19|20)\d\d\b)\d(?:[ .\-/]?\d){5,25})(?![\w-])",
    re.I,
)
"""A number that is said to be an account's."""
CARD = re.compile(r"(?<![\w.,-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w-]|[.,]\d)")
IP4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
IP6 = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:|:)(?::?[0-9A-Fa-f]{1,4}|:){1,8}(?:::)?(?![\w:])")
SEPARATORS = re.compile("[ -]")
MACHINE = re.compile(r"\b(?:ip|ips|host|servidor|server|direcci[oó]n ip|login|conexi[oó]n|connected|router)\b", re.I)
VERSION = re.compile(r"(?:\bv|versi[oó]n|version|release|secci[oó]n|section|cap\w*|chapter|art\w*|§)\.?\s*$", re.I)
PLATE = re.compile(
    r"(?<![\w-])(?:(?P<mercosur>[A-Z]{2}[ -]?\d{3}[ -]?[A-Z]{2}|[A-Z]{3}\d[A-Z]\d{2})"
    r"|(?P<spain>\d{4}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{3})"
    r"|(?P<other>[A-Z]{3}[ -]?\d{3,4}|[A-Z]{2}[ -]?[A-Z]{2}[ -]?\d{2}|[A-Z]{3}-\d{2,3}-[A-Z0-9]{1,2}"
    r"|[A-Z]{2}\d{2} ?[A-Z]{3}|\d[A-Z]{3}\d{3}))(?![\w-])"
)
CAR = re.compile(
    r"\b(?:patentes?|placas?|matr[ií]culas?|chapa|dominio|plates?|number ?plate|registration|reg\.?)\b"
    r"[^.;\n]{0,25}$",
    re.I,
)
MONTHS = (
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre|january|february|"
    "march|"
    "april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|"
    "ene|abr|ago|dic"
)
DAY = (
    r"(?:\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})\b|(?:19|20)\d\d-\d{2}-\d{2}\b"
    rf"|\d{{1,2}}(?:º|°|st|nd|rd|th)? (?:de |of )?(?:{MONTHS})\b\.?,?(?: (?:de |del )?(?:1[89]|20)\d\d\b)?"
    rf"|(?:{MONTHS})\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? (?:1[89]|20)\d\d\b)?)"
)
BIRTH = re.compile(
    r"\b(?=[BbCcDdFfNn])(?:nac(?:i[oóeé]|í|imos|ida|ido|imiento)\b|f(?:echa)?\.? ?(?:de )?nac\b\.?|cumpl(?:e|o|"
    r"ía)(?:años| años)?\b|"
    r"cumpleaños\b|born\b|birth ?(?:date|day)\b|date of birth\b|d\.?o\.?b\b\.?)"
    rf"[^.;\n\d]{{0,40}}?(?P<day>{DAY})",
    re.I,
)


def mails(text: str) -> Iterator[Find]:
    if "@" in text:
        for match in EMAIL.finditer(text):
            yield find("email", "email", match, "sure")
        for match in PARTED.finditer(text):
            begins = re.search(r"\. [A-Z][a-z]", match[0])  # «@ casa. Com…»: a sentence
            if not begins and not EMAIL.search(match[0]):
                yield find("email", "parted", match, "likely")
    if ("arroba" in text or " at " in text or "at]" in text or "at)" in text or "at}" in text or "ARROBA" in text) and (
        "." in text or "punto" in text or "dot" in text
    ):
        for match in SPELT.finditer(text):
            marked = re.search(r"arroba|[\[({<] ?at ?[\])}>]| at \S+ dot ", match[0], re.I)
            if marked and " punto " not in match[0].split("arroba")[0]:
                yield find("email", "spelt", match, "likely")


def users(text: str) -> Iterator[Find]:
    """User names, and links that hold one."""
    if "@" in text:
        for match in HANDLE.finditer(text):
            if match[0][1:].casefold() not in NOT_HANDLES:
                yield find("handle", "handle", match, "likely")
    if ":" in text or "=" in text or " es " in text or " is " in text:
        for match in NAMED_HANDLE.finditer(text):
            yield find("handle", "named", match, "likely", "user")
    if any(site in text for site in SITES):
        for match in LINK.finditer(text):
            if match[0].rstrip("/").rsplit("/", 1)[-1].casefold() not in NOT_USERS:
                yield find("url", "profile", match, "sure")
    if "http" in text:
        for match in USER_LINK.finditer(text):
            yield find("url", "user", match, "likely")


def accounts(text: str) -> Iterator[Find]:
    """Bank accounts (IBAN; CBU and CVU of Argentina) and cards, by their check digits."""
    from stdnum import iban, luhn
    from stdnum.ar import cbu

    for match in IBAN.finditer(text):
        for stop in _ends(match[0]):
            if iban.is_valid(SEPARATORS.sub("", match[0][:stop])):
                yield Find("bank", "iban", match.start(), match.start() + stop, match[0][:stop], "sure")
                break
    for match in CBU.finditer(text):
        if cbu.is_valid(digits(match[0])):
            yield find("bank", "ar_cbu", match, "sure")
    for match in CARD.finditer(text):
        number = digits(match[0])
        if issued(number) and luhn.is_valid(number) and len(set(number)) > 1:
            yield find("card", "card", match, "sure")


def labelled(text: str) -> Iterator[Find]:
    """Accounts that are called so."""
    for match in LABELLED.finditer(text):
        yield find("bank", "labelled", match, "likely", "number")


def aliases(text: str) -> Iterator[Find]:
    for match in ACCOUNT.finditer(text):
        if re.search(r"[A-Za-z]", match["alias"]):
            yield find("bank", "alias", match, "sure", "alias")


def _ends(text: str) -> list[int]:
    """Where an account may end: words that follow it are not part of it."""
    return [len(text), *(i for i in range(len(text) - 1, 14, -1) if text[i] in " -")]


def issued(number: str) -> bool:
    """Length and first digits of a card: ISO/IEC 7812 ranges of the large issuers and of Argentina's Cabal, Naranja."""
    first, size = int(number[:4]), len(number)
    return (
        (number[0] == "4" and size in (13, 16, 19))
        or (size == 16 and (5100 <= first <= 5599 or 2221 <= first <= 2720 or first in (6011, 5895, 5896, 6042, 6043)))
        or (size == 16 and (number.startswith(("65", "62", "35")) or 6440 <= first <= 6499))
        or (size == 15 and number[:2] in ("34", "37"))
        or (size == 14 and (number[:2] in ("36", "38") or 3000 <= first <= 3059))
    )


def machines(text: str) -> Iterator[Find]:
    for match in IP4.finditer(text):
        before = text[max(0, match.start() - 40) : match.start()]
        named = MACHINE.search(before)
        numbers = [int(part) for part in match[0].split(".")]
        if _is_ip4(match[0]) and not VERSION.search(before) and (named or max(numbers) > 20):
            yield find("ip", "ip4", match, "sure" if named else "likely")
    if "::" in text or text.count(":") >= 7:
        for match in IP6.finditer(text):
            if _is_ip6(match[0]):
                yield find("ip", "ip6", match, "sure")


def _is_ip4(text: str) -> bool:
    try:
        return bool(IPv4Address(text))
    except ValueError:
        return False


def _is_ip6(text: str) -> bool:
    try:
        return len(text) >= 6 and any(c.isdigit() for c in text) and bool(IPv6Address(text))
    except ValueError:
        return False


def plates(text: str) -> Iterator[Find]:
    for match in PLATE.finditer(text):
        if CAR.search(text, max(0, match.start() - 45), match.start()):
            yield find("plate", "named", match, "sure")
        elif match["mercosur"] or (match["spain"] and not 1500 <= int(match[0][:4]) <= 2099):
            yield find("plate", match.lastgroup or "plate", match, "likely")


def births(text: str) -> Iterator[Find]:
    for match in BIRTH.finditer(text):
        yield find("birth", "birth", match, "sure", "day")

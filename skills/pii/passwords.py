"""Passwords, by the word before them and how they are written: a word with figures or signs, or alone to the end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skills.pii.find import Find, find

PLAIN = r"contraseñas?|password|passwd|passphrase|passcode"
OTHER = r"clave|pass|pwd|pin|token|api[ _-]?key|código de (?:acceso|seguridad)|access code|security code"
CUE = re.compile(
    rf"(?<!\w)(?=[acpt])(?:(?P<plain>{PLAIN})|(?P<other>{OTHER}))(?!\w)"
    r"(?: (?:del?|de la|para|of|for|to)(?: (?:el|la|mi|su|the|my|her|his))?(?: [\w.-]{2,20}){1,2})?"
    r"(?:\s*(?P<sign>[:=])\s*|,? (?:es|era|sigue siendo|is|was|will be)[:,]? )"
    r"(?P<quote>[«“\"'`]?)(?P<value>[^\s«»“”\"'`]{4,64})",
    re.I,
)
ENDS = ".,;:)"
MARKED = re.compile(r"\d|[^\w\s]|_|[a-zñ][A-ZÑ]")
"""What a word of the language has not inside: a figure, a sign, a capital after a small letter."""


def passwords(text: str) -> Iterator[Find]:
    """«la clave es entender» has none; «la contraseña: mariposa» has."""
    for match in CUE.finditer(text):
        value = match["value"].rstrip(ENDS) if not match["quote"] else match["value"]
        alone = text[match.start("value") + len(value) :].lstrip(" ")[:1] in ("", "\n", ".", ",", ";", ")")
        marked = MARKED.search(value) is not None
        if len(value) >= 4 and (marked or (match["plain"] and (match["quote"] or (match["sign"] and alone)))):
            one = find("password", "named", match, "sure" if marked else "likely", "value")
            yield one._replace(end=one.start + len(value), text=value)

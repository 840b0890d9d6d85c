"""Who speaks in a line of a play or an interview, in the ways in which printers and people write it."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from skills.texts import abbreviations
from skills.texts.sentences import names

HONORIFIC = re.compile(r"^(?:Sra?|Dra?|D|Dña|Mrs?|Ms|St|Sor)\.?ª?\s")
SHORT = abbreviations.TITLES | abbreviations.EITHER
PARTICLES = names("de del la las el los y e of the and von van da do")
NEAR = 180
"""Characters in which a name and what is done meanwhile have room."""
LOOKED_AT = 400
"""Characters of a line beyond which no pattern looks: their time grows with it."""
MARK = r"(?:\*\*|__|[*_])?"
"""What Markdown sets a name in."""
NAME = (
    rf"^\s*{MARK}(?P<name>(?:(?:S[Rr][Aa]?|D[Rr][Aa]?|D|M[Rr][Ss]?|S[Tt])\.ª?\s)?"
    rf"[^\W\d_](?:[\w.'’ºª°&/-]| (?! )){{0,39}}?){MARK}"
    rf"(?:,? {{0,2}}[(\[][^()\[\]]{{1,120}}[)\]])?{MARK}"
)
MEANWHILE = r"(?:,\s[^.:()—–]{1,60})?"
"""A name, and what is done while speaking: «JEFE (saliendo)»."""
SAID = rf"{MARK}\s*(?P<said>\S.*)$"
COLON = re.compile(rf"{NAME}:{MARK}\s+(?P<said>\S.*)$"), (":",)
DASH = re.compile(rf"{NAME}{MEANWHILE}\s?[.:]\s?[—–―-]{{1,2}}{SAID}"), ("—", "–", "―", "-")
BARE_DASH = re.compile(rf"{NAME}(?:\s?[—–―]|\s--?\s){SAID}"), ("—", "–", "―", " -")
STOP = re.compile(rf"{NAME}(?:\.|(?<=[)\]])){MARK}\s+(?P<said>(?![—–―-])\S.*)$"), (". ", ".*", "._", ") ", "] ")
APART = re.compile(rf"{NAME}[.:]?(?:\t++| {{3,}}+){SAID}"), ("\t", "   ")
"""The name in a column of its own."""
ALONE = re.compile(rf"{NAME}{MEANWHILE}[.:]?{MARK}(?P<said>)\s*$"), ("",)
"""The name on a line of its own, the speech below."""
HEADED = re.compile(rf"{NAME}:{MARK}(?P<said>)\s*$"), (":",)
LONE = re.compile(rf"{NAME}[.:]?{MARK}(?P<said>)\s*$"), ("",)
ABOVE = (ALONE, HEADED, LONE)
UPPER = "A-ZÁÉÍÓÚÜÑÇÀÈÌÒÙÂÊÎÔÛÄËÏÖÃÕ"
SPACED = (
    re.compile(
        rf"^\s*(?P<name>[{UPPER}][{UPPER}'’-]+(?: [{UPPER}][{UPPER}'’-]+){{0,3}}) "
        rf"(?P<said>\W{{0,3}}[^\W\d_]?[^{UPPER}].*)$"
    ),
    (" ",),
)
"""The name in capitals, and nothing but a space after it."""
NUMERAL = re.compile(r"[ivxlcdm]+")
SPEECH = re.compile(r"[¿?¡!(]")

OFTEN, SELDOM = 0.1, 0.02
"""Shares of the lines that must name a speaker in capitals; in a text of at least MANY turns, speeches may be long."""
MANY = 12
TAKEN_IN = 3_000
"""Lines that are looked at."""

SECTIONS = names(
    "estribillo coro verso estrofa puente precoro intro outro final solo interludio chorus verse bridge refrain hook "
    "prechorus interlude instrumental ending tag coda"
)
"""Parts of a song. A chorus also speaks in plays, but there somebody else does too."""
FIELDS = names(
    "fecha hora lugar tema asunto nota notas título autor autora año precio dirección teléfono mail correo email para "
    "de cc enviado from to date time subject sent place note notes title author price address phone year ingredientes "
    "preparación procedimiento elaboración rinde porciones tiempo materiales ingredients method directions serves "
    "preparation instructions yield materials objetivo objetivos actividad actividades resultado resultados recursos "
    "evaluación antecedentes acuerdo acuerdos moción votación observaciones conclusión conclusiones considerando visto "
    "objective activity outcome background motion vote decision action actions lunes martes miércoles jueves viernes "
    "sábado domingo monday tuesday wednesday thursday friday saturday sunday mañana tarde noche desayuno almuerzo cena "
    "copyright files file comment comments source license version description example examples usage returns "
    "breakfast lunch dinner nombre apellido edad name age art artículo article capítulo chapter"
)
"""What stands before a colon or on a line of its own in records, letters, recipes and minutes: nobody speaks there."""
CUTS = frozenset({"cut to", "fade in", "fade out", "corte a", "fundido a negro", "funde a negro", "continued"})
WORDS = names(
    "no sí si oh ah ay eh yes well now but and so nada bueno claro nunca hola adiós bien mal yo tú vos él ella nadie "
    "todo come go stop here there why what who nothing never good hello"
)
CHOICES = names("a b c d e f")
"""The options of a question. A letter alone asks or answers in an interview: «P. …», «R. …»."""


class Manner(NamedTuple):
    """A way in which lines name who speaks: a pattern, and signs one of which every such line has near its beginning.

    `capitals`: only in capital letters; otherwise by what looks like a name. At least a share `least` of the lines
    must do so.
    """

    form: tuple[re.Pattern[str], tuple[str, ...]]
    capitals: bool = True
    least: float = OFTEN

    def turn(self, line: str) -> tuple[str, str] | None:
        """Who speaks (in lower case) and what; None if the line names nobody."""
        pattern, signs = self.form
        begin = line.lstrip(" \t*_")[:NEAR]
        if not begin[:1].isupper() or not any(map(begin.__contains__, signs)):
            return None
        match = pattern.match(line, 0, LOOKED_AT)
        if match is None:
            return None
        name = match["name"].strip()
        folded = name.casefold()
        fits = _in_capitals(name) if self.capitals else _proper(name)
        if not fits or folded in CUTS or NUMERAL.fullmatch(folded):
            return None
        return folded, line[match.start("said") :].rstrip()


def _in_capitals(name: str) -> bool:
    if len(name) > 1 and name.isupper():
        return True
    letters = [c for c in HONORIFIC.sub("", name) if c.isalpha() and c not in "ªº"]
    return all(map(str.isupper, letters)) and (len(letters) > 1 or len(name) == 1)


def _proper(name: str) -> bool:
    """Is every word of it written with a capital, but for those between names?"""
    parts = name.split()
    return len(parts) <= 4 and name[0].isupper() and all(not p[0].islower() or p in PARTICLES for p in parts)


CAPITAL = (*(Manner(form) for form in (COLON, DASH, BARE_DASH, STOP, APART, ALONE)), Manner(SPACED, least=0.2))
MIXED = (
    Manner(DASH, False, 0.15), Manner(APART, False, 0.45), Manner(LONE, False, 0.25), Manner(HEADED, False),
    Manner(STOP, False, 0.15),
)  # fmt: skip
BY_COLON = Manner(COLON, False, 0.45)


def manner_of(lines: Sequence[str]) -> Manner | None:
    """How the lines (those that are not blank) of a play name who speaks; None if this is no play."""
    lines = lines[:TAKEN_IN]
    found = [
        (sum(turn is not None for turn in turns), -place, manner)
        for place, manner in enumerate((*CAPITAL, *MIXED))
        if _is_play(turns := [manner.turn(line) for line in lines], lines, manner)
    ]
    return max(found)[2] if found else None


def is_field(name: str) -> bool:
    """Does the name (in lower case) belong to a record, a letter or a recipe?"""
    first = name.split()[0] if name.split() else ""
    return name in FIELDS or (len(first) > 3 and first in FIELDS)


def named_often(said: Sequence[str], lines: int, share: float) -> bool:
    """Do enough of `lines` begin with a name, and do at least two people speak again and again, in turn?"""
    said = [name for name in said if not is_field(name)]
    again = {name: times for name, times in Counter(said).items() if times > 1}
    if len(said) < 4 or len(said) < share * lines or len(again) < 2 or sum(again.values()) < 0.6 * len(said):
        return False
    sung = all(re.sub(r"[\W\d_]", "", name) in SECTIONS for name in again)
    twice = sum(a == b for a, b in itertools.pairwise(said))
    return not sung and not set(again) <= CHOICES and twice <= 0.3 * len(said)


def _is_play(turns: Sequence[tuple[str, str] | None], lines: Sequence[str], manner: Manner) -> bool:
    said = [turn[0] for turn in turns if turn is not None]
    share = SELDOM if manner.capitals and manner.form is not SPACED and len(said) >= MANY else manner.least
    if not named_often(said, len(lines), share):
        return False
    if manner.form not in (STOP, SPACED, *ABOVE):
        return True
    if manner.form is STOP and not manner.capitals and not _abbreviated(said):
        return False
    # Headings are in capitals too: under them nobody asks, calls out, or does something in parentheses.
    lively = sum(bool(SPEECH.search(line)) for line in lines) >= 0.05 * len(lines)
    answered = sum(a is not None and b is None for a, b in itertools.pairwise([*turns, None]))
    return lively and (manner.form not in ABOVE or answered >= 0.7 * len(said))


def _abbreviated(said: Sequence[str]) -> bool:
    """Are the names cut short («Ham.», «Cel.»), and not words that sentences begin with, or titles of people?"""
    again = [name for name, times in Counter(said).items() if times > 2]
    return len(again) > 1 and all(len(name) <= 6 and name not in SHORT | WORDS for name in again)

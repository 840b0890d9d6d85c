"""Names of people: first names from a list, titles and phrases that announce one. A guess, and it says so."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from skills.pii.everywhere import ARTICLES, Everywhere
from skills.pii.find import Find, Sure
from skills.pii.first_names import ALSO_WORDS, FIRST, HOLY, NOT_SURNAMES, PLACE_ENDS, PLACES, SURNAMES_TOO
from skills.texts.normalize import fold_word as fold_anew
from skills.texts.sentences import names
from skills.texts.stopwords import STOP

WORD = r"(?:(?:[DO]['’]|Mc|Mac)?[A-ZÁÉÍÓÚÑÜ][a-záéíóúñüçãõâêô]+(?:-[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+)?|[A-ZÁÉÍÓÚÑÜ]{3,20})\b"
JOINT = r"(?:(?:de las?|de los|del?|da|dos?|van|von|di) )"
RUN = re.compile(
    rf"(?<![\w@#.-]){WORD}(?:[ \u00a0](?:{JOINT}?{WORD}|[A-ZÁÉÍÓÚÑ]\.(?= ?[A-ZÁÉÍÓÚÑ])))*+(?!['’](?!s\b)\w|@)"
)
INITIALS = re.compile(rf"(?<!\w)(?:[A-ZÁÉÍÓÚÑ]\. ?){{1,3}}{WORD}(?: {WORD})?")
TITLES = names(
    "sr sra srta dr dra prof profa profesor profesora lic ing arq mr mrs ms miss doctor doctora señor señora "
    "señorita don "
    "doña dona fray sor comisario sargento maestra maestro enfermera tia tio abuela abuelo aunt uncle nurse professor"
)
KIN = names(
    "hermana hermano prima primo hija hijo esposa esposo marido mujer novia novio vecina vecino amiga amigo jefa jefe "
    "sobrina sobrino nieta nieto suegra suegro cuñada cuñado compañera compañero alumna alumno psicologa "
    "psicologo brother "
    "sister cousin son daughter wife husband girlfriend boyfriend neighbor neighbour friend boss nephew niece student"
)
MINE = names("mi tu su nuestra nuestro my his her our your their")
SAID = re.compile(
    r"(?<!\w)(?:me llam[oa]|se llam(?:a|aba|ó)|te llam[aá]s|mi nombre es|my name(?: is|'s)|(?:is|was|"
    r"am) (?:called|named)|"
    r"nombre(?: y apellido)?:|name:|apellido y nombres?:|paciente:|patient:|firmado:|signed(?::| by)|firma:|"
    r"firm(?:a|ó|an|aron)|suscrib(?:e|ió)|firmad[oa] por|fdo\.:?|"
    r"(?:pregunt(?:ar|á|e|en|a)|ask) (?:por|for)|a nombre de|de parte de|on behalf of|atte\.?,|"
    r"atentamente,|"
    r"saludos,|yours,|sincerely,|regards,|love,)\s{1,3}$",
    re.I,
)
VERSE, VERSE_TOO = re.compile(r" \d{1,3}:\d"), re.compile(r" \d{1,3}, ?\d{1,3}\b")
"""«Juan 3:16» is a book of the Bible, and so is «Juan 3, 16»."""
BOOKS = names(
    "juan mateo lucas marcos pedro santiago judas tito timoteo daniel samuel ester esther rut ruth josue isaias "
    "jeremias joel amos miqueas job john matthew luke mark peter james jude titus timothy joshua isaiah jeremiah micah"
)
IDENTIFIED = re.compile(
    r",? (?:con |de |titular del? |holder of )?(?:(?i:documento|pasaporte|passport|c[eé]dula)|D\.? ?N\.? ?I|NIE|"
    r"[CL]\.?[IE]\.?)(?: [^\W\d_]+)?[ :.nN°º]{0,5}[A-Z]?\d"
)
"""The number of a document right after what has capitals: it is a person."""
fold = lru_cache(1 << 16)(fold_anew)
INSIDE = re.compile(r"[ \u00a0]")
ANY_FIRST, WORDS_TOO = FIRST | ALSO_WORDS, SURNAMES_TOO | ALSO_WORDS
SAID_ENDS = (
    ":", ",", "llamo", "llama", "llamaba", "llamó", "llamás", "es", "is", "'s", "called", "named", "por", "for", "de",
    "of", "by", "firma", "firmó", "firman", "firmaron", "suscribe", "suscribió", "do.",
)  # fmt: skip
"""How the phrases of SAID end: most words with a capital stand after none of them."""
JOINTS = names("de la las los del da do dos van von di")
NO_PART = (NOT_SURNAMES | STOP["es"] | STOP["en"]) - JOINTS
"""Words that end a name although they begin with a capital: months, countries, «Que» at the beginning of a verse."""


@dataclass
class People:
    """The people of a data set: whole names, by each of their parts, so that a part finds its person."""

    wholes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    surnames: set[str] = field(default_factory=set)
    everywhere: Everywhere = field(default_factory=Everywhere)

    def learn(self, text: str) -> None:
        """Remember the names of a text: whole ones (first name and surname), and those that are announced."""
        for one in names_in(text):
            parts = _parts(one.text)
            whole = len(parts) >= 2 and parts[0] in ANY_FIRST and parts[-1] not in FIRST
            if whole:
                self.surnames.add(parts[-1])
                for part in parts:
                    self.wholes[part].add(" ".join(parts))
            if whole or one.form == "announced" or parts[0] in FIRST:
                self.everywhere.know(parts, whole or parts[0] in FIRST - ALSO_WORDS)

    def person(self, name: str) -> str:
        """Who the name stands for: the one whole name that has all its parts in this order, if there is just one."""
        parts = _parts(name)
        plain = " ".join(parts)
        if not parts or plain in self.wholes.get(parts[0], ()):
            return plain
        who = [whole for whole in self.wholes.get(parts[0], ()) if _within(parts, whole.split())]
        return who[0] if len(who) == 1 else plain


def people_of(texts: Callable[[], Iterable[str]]) -> People:
    """The people of a data set; `texts` gives its texts anew each time."""
    people = People()
    for text in texts():
        people.learn(text)
    if people.everywhere.known:
        for text in texts():
            people.everywhere.count(text)
    return people


def _within(parts: list[str], whole: list[str]) -> bool:
    """Are the parts all in the whole name, in order? A single initial stands for a part that begins with it."""
    rest = iter(whole)
    return all(any(part == other or (len(part) == 1 and other.startswith(part)) for other in rest) for part in parts)


def _parts(name: str) -> list[str]:
    return [fold(part).strip(".") for part in INSIDE.split(name) if part.casefold() not in JOINTS]


def names_in(text: str, people: People | None = None, whole: bool = False) -> Iterator[Find]:
    """Names in a text; with `people`, surnames alone of those who are named whole elsewhere as well; only names of
    several words if `whole`."""
    for match in RUN.finditer(text):
        words = INSIDE.split(match[0])
        if whole and len(words) == 1:
            continue
        folded = [fold(word) for word in words]
        one = _announced(text, match, words, folded) or _listed(text, match, words, folded)
        known = people is not None and len(words) == 1 and folded[0] in people.surnames
        if one is None and known and not _is_word(text, match, folded[0]) and not _is_place(text, match, folded, 0):
            one = Find("name", "surname", match.start(), match.end(), match[0], "maybe")
        if one is not None:
            yield one
    if people is not None and "." in text:
        for match in INITIALS.finditer(text):
            if fold(INSIDE.split(match[0])[-1]) in people.surnames:
                yield Find("name", "initials", match.start(), match.end(), match[0], "maybe")


def _cut(match: re.Match[str], words: list[str], folded: list[str], first: int, form: str, sure: Sure) -> Find:
    """The find from the `first` word of the run to its end, or to a word that is no surname."""
    end = next((i for i in range(first + 1, len(words)) if folded[i] in NO_PART), len(words))
    while end > first + 1 and folded[end - 1] in JOINTS:
        end -= 1
    begin = match.start() + sum(len(word) + 1 for word in words[:first])
    stop = match.start() + sum(len(word) + 1 for word in words[:end]) - 1
    return Find("name", form, begin, stop, match.string[begin:stop], sure)


def _listed(text: str, match: re.Match[str], words: list[str], folded: list[str]) -> Find | None:
    """From a first name in the run to its end."""
    first = next((i for i, word in enumerate(folded) if word in ANY_FIRST), None)
    if VERSE.match(text, match.end()) or (folded[-1] in BOOKS and VERSE_TOO.match(text, match.end())):
        return None
    if first is None or (first and folded[first - 1] in TITLES) or _is_place(text, match, folded, first):
        return None
    one = _cut(match, words, folded, first, "listed", "likely")
    whole = [word for word in map(fold, INSIDE.split(one.text)) if word not in JOINTS]
    if not _is_name(text, match, words[first], whole, first):
        return None
    return one if len(whole) > 1 else one._replace(sure="maybe")


def _announced(text: str, match: re.Match[str], words: list[str], folded: list[str]) -> Find | None:
    """Any word with a capital after a title («Sra.», «don»), a relative («mi prima») or «me llamo»."""
    if folded[0] in TITLES and len(words) > 1:
        return None if folded[1] in HOLY else _cut(match, words, folded, 1, "announced", "likely")
    if folded[0] in ARTICLES or folded[0] in HOLY or folded[0] in PLACES or folded[0] in NOT_SURNAMES:
        return None
    before = text[max(0, match.start() - 40) : match.start()]
    near = before.rstrip(" \u00a0,").rsplit(None, 2)[-2:]
    last = fold(near[-1]).strip('(¿¡«"') if near and before[-1:] in " \u00a0\n" and "\n" not in before[-1:] else ""
    if len(words) > 1 and IDENTIFIED.match(text, match.end()) and not _is_place(text, match, folded, 0):
        return _cut(match, words, folded, 0, "announced", "likely")
    titled = last.rstrip(".") in TITLES and not before.endswith(", ")
    kin = last in KIN and len(near) == 2 and fold(near[0]).strip('(¿¡«"—-') in MINE
    if titled or kin or (before.rstrip().endswith(SAID_ENDS) and SAID.search(before)):
        return _cut(match, words, folded, 0, "announced", "likely")
    return None


def _is_name(text: str, match: re.Match[str], word: str, whole: list[str], first: int) -> bool:
    """Is a run that has a first name in it a name? Alone, one that is a word as well is not."""
    plain = whole[0] in FIRST and whole[0] not in ALSO_WORDS
    if word.isupper() and not plain:
        return False
    if (
        not plain
        and INSIDE.split(match[0])[first + 1 : first + 2]
        and fold(INSIDE.split(match[0])[first + 1]) in JOINTS
    ):
        return False  # «Santos del Cielo», «Rosa de los Vientos»
    if len(whole) > 1:
        # «Rosa Blanca», «Mark My Words»: the surname of an uncertain first name is no first word of a sentence.
        return plain or not begins(text, match.start()) or whole[1] in FIRST or first > 0
    return plain


def _is_place(text: str, match: re.Match[str], folded: list[str], first: int) -> bool:
    before = (
        folded[first - 1]
        if first
        else fold(text[max(0, match.start() - 16) : match.start()].strip().rsplit(" ", 1)[-1])
    )
    earlier = any(word in PLACES for word in folded[:first])
    tail = text[max(0, match.start() - 40) : match.start()].split("\n")[-1]
    of = re.search(r"(\w+) (?:de |del |of )$", tail)
    return (
        earlier or before.strip(".") in PLACES or (of is not None and fold(of[1]) in PLACES) or folded[-1] in PLACE_ENDS
    )


def _is_word(text: str, match: re.Match[str], surname: str) -> bool:
    """Could the capital be that of any word at the beginning of a sentence?"""
    return surname in WORDS_TOO and begins(text, match.start())


def begins(text: str, start: int) -> bool:
    """Does a sentence or a line begin here?"""
    before = text[max(0, start - 3) : start].rstrip(" ¿¡«“\"'([—–-*")
    return not before or before[-1] in ".!?…:\n"

"""What a message mentions: quoted text, files of the workspace, concepts, languages, runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from rapidfuzz import fuzz

from skills.contract import Language
from skills.texts.normalize import fold_in_place
from skills.texts.quantities import digits

QUOTED = re.compile(r"«([^»]+)»|“([^”]+)”|\"([^\"]+)\"|(?<!\w)'([^']+)'(?!\w)")
FILE_NAME = re.compile(
    r"[\w\-]+\.(?:txt|md|markdown|csv|tsv|xlsx|ods|jsonl?|ndjson|docx|odt|fodt|rtf|epub|fb2|pdf|x?html?|mhtml?|zip|xml|tex"
    r"|srt|vtt|sbv|ass|ssa|lrc|eml|mbox|enex|parquet|arrow)\b",
    re.IGNORECASE,
)
_COLON = re.compile(r"^([^:«“\"]{3,70}):\s+(\S.*)$", re.DOTALL)


@dataclass(frozen=True)
class Pieces:
    """`quoted` and `after` (what follows a colon) are the learner's material; `frame` is the request around it,
    folded, numbers in digits."""

    text: str
    quoted: tuple[str, ...]
    after: str | None
    frame: str

    @property
    def material(self) -> str | None:
        return self.quoted[0] if self.quoted else self.after


def pieces(text: str) -> Pieces:
    quoted = tuple(next(g for g in m.groups() if g) for m in QUOTED.finditer(text))
    colon = None if quoted else _COLON.match(text)
    frame = QUOTED.sub(" ", text) if quoted else colon.group(1) if colon else text
    return Pieces(text, quoted, colon.group(2).strip() if colon else None, digits(fold_in_place(frame)))


def read_file(text: str, files: Sequence[str]) -> str | None:
    """The workspace's file that `text` names (case, accents, extension and small slips aside), else a file name
    that it spells out, else None."""
    plain = fold_in_place(text)
    for name in sorted(files, key=len, reverse=True):
        if fold_in_place(name) in plain:
            return name
    spelt = FILE_NAME.search(text)
    if spelt:
        near = [n for n in files if fuzz.ratio(fold_in_place(n).split()[-1], fold_in_place(spelt.group())) >= 85]
        return near[0] if near else spelt.group()
    words = set(re.findall(r"\w+", plain))
    for name in sorted(files, key=len, reverse=True):
        stem = [w for w in re.findall(r"[^\W_]+", fold_in_place(PurePath(name).stem)) if not w.isdigit()]
        if stem and all(w in words or any(len(w) >= 8 and fuzz.ratio(w, v) >= 90 for v in words) for w in stem):
            return name
    return None


def read_topic(text: str, names: Mapping[str, str]) -> str | None:
    """The concept named first in `text` (the longest name there); small slips in a long word are forgiven.
    `names`: folded name -> concept id."""
    plain = " ".join(re.findall(r"[\w\-]+", fold_in_place(text)))
    found = [
        (at.start(), -len(name), concept)
        for name, concept in names.items()
        if (at := re.search(rf"(?<![\w\-]){re.escape(name)}(?![\w\-])", plain))
    ]
    if found:
        return min(found)[2]
    for word in plain.split():
        near = [(-fuzz.ratio(word, n), names[n]) for n in names if len(word) >= 7 and fuzz.ratio(word, n) >= 88]
        if near:
            return min(near)[1]
    return None


_LANGUAGES = {"es": r"(?:castellan[oa]|espanol[a]?|spanish)", "en": r"(?:ingles[a]?|english)"}


def read_language(frame: str) -> Language | None:
    """The language asked for: «del español al inglés» -> en; «no sé inglés» -> es."""
    languages: tuple[Language, Language] = ("es", "en")
    for before in (r"\b(?:al|a|into|to) ", r"\b(?:en|in) ", r"\b"):
        for language, other in (languages, languages[::-1]):
            if re.search(
                rf"\b(?:no (?:se|entiendo|hablo)|don't (?:speak|understand|know)) {_LANGUAGES[language]}", frame
            ):
                return other
            if re.search(before + _LANGUAGES[language], frame):
                return language
    return None


NEWEST, BEFORE = "-1", "-2"
"""As `find_run` counts from the newest."""
_THING = r"(?:entrenamientos?|modelos?|ajustes?|corridas?|trainings?|models?|runs?|numeros?|numbers?|n\.?o?)"
_LINK = r"(?:el|al|del|la|los|the|con|with|y|and|contra|against|versus|vs\.?)"
_NUMBER = re.compile(rf"\b(?:{_THING} )?(?:{_LINK} )*(?:{_THING} )?(?:{_LINK} )?#?(\d{{1,3}})\b")
_ORDINALS = {
    "primer[oa]?|first": "1", "segund[oa]|second": "2", "tercer[oa]?|third": "3", "cuart[oa]|fourth": "4",
    "quint[oa]|fifth": "5",
}  # fmt: skip
_OTHERS = re.compile(
    r"\b\d+(?:[.,]\d+)?\s?%|\b\d+[.,]\d+|(?:temperatur\w*|temp|semilla|seed|top[ _-]?[kp])\W*\d+"
    r"|\d+ (?:token|palabra|word|verso|frase|line|linea)\w*"
)
"""Numbers that are something else."""


def read_runs(frame: str) -> list[str]:
    """The names of runs, as `find_run` knows them, that a folded message gives; in the order they are said."""
    if re.search(r"\b(?:(?:dos|2) ultim\w+|ultim\w+ (?:dos|2)|(?:last|latest) (?:two|2)|two (?:last|latest))\b", frame):
        return [NEWEST, BEFORE]
    found: list[tuple[int, str]] = []
    plain = _OTHERS.sub(lambda match: " " * len(match[0]), frame)
    if re.search(rf"\b(?:{_THING}|el|al|la|the)\b", plain):
        found += [(match.start(1), match[1]) for match in _NUMBER.finditer(plain)]
    for said, number in _ORDINALS.items():
        found += [(m.start(), number) for m in re.finditer(rf"\b(?:{_LINK}) (?:{said})\b", plain)]
    newest = r"\b(?:ultim[oa]|last (?:one|model|training|run|time)|latest|newest)\b"
    found += [(m.start(), NEWEST) for m in re.finditer(newest, plain)]
    found += [(m.start(), BEFORE) for m in re.finditer(r"\b(?:anterior|anteultim\w+|penultim\w+|one before)\b", plain)]
    return list(dict.fromkeys(name for _, name in sorted(found)))


_DOCUMENTS = (
    r"capitulos?|chapters?|partes?|parts?|poemas?|poems?|cartas?|letters?|cuentos?|story|stories|relatos?|secci(?:on|ones)"
    r"|sections?|cantos?|actos?|acts?|documentos?|documents?|articulos?|articles?|coplas?"
)
_ENTRIES = r"estrofas?|stanzas?|parrafos?|paragraphs?|filas?|rows?|entradas?|entries|entry"
_UNIT = rf"(?P<unit>(?P<documents>{_DOCUMENTS})|{_ENTRIES})"
PLACES = {
    name: place
    for place, names in enumerate(
        (
            "primer primera primero first", "segundo segunda second", "tercer tercera tercero third",
            "cuarto cuarta fourth", "quinto quinta fifth", "sexto sexta sixth", "septimo septima seventh",
            "octavo octava eighth", "noveno novena ninth", "decimo decima tenth",
        ),
        start=1,
    )
    for name in names.split()
} | {"ultimo": -1, "ultima": -1, "last": -1, "final": -1}  # fmt: skip
_FIRST_OF = re.compile(rf"\b(?:primer[oa]s|first) (?P<n>\d{{1,3}}) {_UNIT}\b")
_NTH = re.compile(rf"\b(?P<place>{'|'.join(PLACES)}) {_UNIT}\b")
_NUMBERED = re.compile(
    rf"\b{_UNIT} (?:n\w{{0,5}}\.? ?)?(?P<first>\d{{1,4}}|[ivx]{{1,6}})\b"
    r"(?: ?(?:a|al|to|-|hasta|y|and) ?(?P<last>\d{1,4})\b)?"
)
_ROMAN = {"i": 1, "v": 5, "x": 10}


def read_part(frame: str) -> str | None:
    """The part of a text that a folded message names, as skills/texts/parts.py reads it: «solo el tercer capítulo»."""
    if found := _FIRST_OF.search(frame):
        return f"{'' if found['documents'] else 'entry:'}1..{found['n']}"
    if found := _NTH.search(frame):
        return f"{'' if found['documents'] else 'entry:'}{PLACES[found['place']]}"
    if found := _NUMBERED.search(frame):
        first = found["first"]
        number = int(first) if first.isdigit() else _roman(first)
        last = f"..{found['last']}" if found["last"] else ""
        return f"{'' if found['documents'] else 'entry:'}{number}{last}"
    return None


def _roman(text: str) -> int:
    values = [_ROMAN[letter] for letter in text]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


CALLED = re.compile(
    r"(?:(?:por favor|please|bueno|ok|dale|ahora|now|y)[ ,]+)?(?:"
    r"(?:ll[aá]mal[oae]|ren[oó]mbral[oa]|n[oó]mbral[oa]|bautizal[oa])(?: como| con el nombre(?: de)?)?"
    r"|p[oó]n(?:e|é)?le (?:de nombre|como nombre|el nombre(?: de)?|por nombre)"
    r"|c[aá]mbi[aá]le el nombre (?:a|por)"
    r"|(?:quiero que )?(?:que )?se llame"
    r"|(?:call|name|rename) (?:it|this|that)(?: one)?(?: to| as)?"
    r"|(?:change|set) (?:its|the) name to"
    r"|let it be called)[: ]+(?!(?:a day|a night|quits|cuando|(?:como )?(?:quieras|se te))\b)(?P<name>[^?\n]{1,80})",
    re.I,
)
"""«llamalo mis coplas», «call it my verses»: the whole message, with the name at its end."""


NAMED = re.compile(
    r"\b(?:ll[aá]m\w+|renombr\w*|nombr\w*|bautiz\w+|pon\w*|rename|call|name|title)\b.*?"
    r"(?:[«“\"'](?P<quoted>[^»”\"']{1,80})[»”\"']|\b(?:a|to|as|como|por)\b "
    r"(?P<name>[A-ZÁÉÍÓÚÑ][^,.;?!\n]{0,60}?)(?: (?:please|por favor|porfa))?[.!]?$)",
    re.I,
)
"""«ponele «Martín» al modelo», «rename the model to Yamuna please»: read only where a new name is what is wanted."""


def read_new_name(text: str) -> str | None:
    """The name that a request for another name gives, wherever it stands."""
    found = NAMED.search(text.strip())
    return ((found["quoted"] or found["name"]).strip() if found else None) or read_name(text)


def read_name(text: str) -> str | None:
    """The name that a message gives to what was just shown."""
    found = CALLED.fullmatch(text.strip().rstrip("."))
    name = found["name"].strip(" «»“”\"'") if found else ""
    return name or None

"""Puts a label in the place of personal data: the same person, number or address has the same label everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from skills.pii.find import Find, Kind, digits
from skills.pii.names import People
from skills.pii.scan import parts, scan
from skills.texts.normalize import fold_word
from skills.workspace import Row

LABELS: Mapping[str, Mapping[Kind, str]] = {
    "es": {
        "email": "EMAIL", "phone": "TELÉFONO", "identity": "DOCUMENTO", "bank": "CUENTA", "card": "TARJETA",
        "address": "DOMICILIO", "name": "PERSONA", "ip": "IP", "plate": "PATENTE", "birth": "NACIMIENTO",
        "handle": "USUARIO", "url": "ENLACE", "password": "CLAVE",
    },
    "en": {
        "email": "EMAIL", "phone": "PHONE", "identity": "ID", "bank": "ACCOUNT", "card": "CARD", "address": "ADDRESS",
        "name": "PERSON", "ip": "IP", "plate": "PLATE", "birth": "BIRTH", "handle": "USER", "url": "LINK",
        "password": "PASSWORD",
    },
}  # fmt: skip
"""What stands in the text afterwards, in the language of the text: it becomes part of the learner's data."""
MASK = re.compile(r"\[([A-ZÉ]+)_(\d+)\]")


def labels_for(language: str) -> Mapping[Kind, str]:
    return LABELS["es" if language in ("es", "gl", "ca", "pt") else "en"]


@dataclass
class Masks:
    """Hands out the labels, numbered in the order in which they are first needed."""

    labels: Mapping[Kind, str]
    people: People = field(default_factory=People)
    given: dict[tuple[Kind, str], str] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    _known: dict[tuple[Kind, str], str] = field(default_factory=dict)

    def know(self, text: str) -> None:
        """Labels that an earlier masking left in the text are not given again."""
        if "[" in text:
            for label, number in MASK.findall(text):
                self.last[label] = max(self.last.get(label, 0), int(number))

    def label(self, one: Find) -> str:
        """The label of a find; the people must all be known by now."""
        if (known := self._known.get((one.kind, one.text))) is not None:
            return known
        key = (one.kind, _same(one, self.people))
        if key not in self.given:
            name = self.labels[one.kind]
            self.last[name] = self.last.get(name, 0) + 1
            self.given[key] = f"[{name}_{self.last[name]}]"
        self._known[one.kind, one.text] = self.given[key]
        return self.given[key]


def _same(one: Find, people: People) -> str:
    """What two ways of writing the same thing have in common."""
    match one.kind:
        case "name":
            return people.person(one.text)
        case "phone":
            return digits(one.text)[-10:].lstrip("0")
        case "password":
            return one.text
        case "identity" | "bank" | "card" | "plate":
            return "".join(c for c in one.text.upper() if c.isalnum())
        case _:
            return fold_word(" ".join(one.text.split()))


def masked(text: str, finds: Iterable[Find], label: Callable[[Find], str]) -> str:
    """`text` with every find replaced; everything else stays byte for byte."""
    pieces, at = [], 0
    for one in finds:
        pieces += [text[at : one.start], label(one)]
        at = one.end
    return "".join([*pieces, text[at:]])


def masked_row(row: Row, kinds: Collection[Kind], masks: Masks) -> Row:
    """The row with the finds of these kinds replaced in its title, texts and turns."""
    new = {}
    for name, text in parts(row):
        found = [one for one in scan(text, masks.people) if one.kind in kinds]
        if found:
            new[name] = masked(text, found, masks.label)
    turns = tuple(
        turn.model_copy(update={"content": new.get(f"turns.{number}", turn.content)})
        for number, turn in enumerate(row.turns or ())
    )
    update = {name: text for name, text in new.items() if not name.startswith("turns.")}
    return row.model_copy(update={**update, "turns": turns} if row.turns is not None else update)

"""Which of the learner's models a message means: by number («el 2»), by place («el segundo»), or the last ones."""

from __future__ import annotations

import re

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
    found += [(m.start(), NEWEST) for m in re.finditer(r"\b(?:ultim[oa]|last one|latest|newest)\b", plain)]
    found += [(m.start(), BEFORE) for m in re.finditer(r"\b(?:anterior|anteultim\w+|penultim\w+|one before)\b", plain)]
    return list(dict.fromkeys(name for _, name in sorted(found)))

"""What styles say of how paragraphs stand on a page: lengths, styles based on others, and the style sheets of pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

LENGTH = re.compile(r"\s*([-+]?(?:\d{1,6}(?:\.\d{0,6})?|\.\d{1,6}))\s*([a-z%]*)", re.IGNORECASE)
EM = 12.0
UNITS = {
    "pt": 1.0, "px": 0.75, "pc": 12.0, "in": 72.0, "cm": 28.35, "mm": 2.835, "em": EM, "rem": EM, "ex": 6.0, "ch": 6.0,
    "%": 4.2, "vw": 4.2,
}  # fmt: skip
"""Points of each unit; of a hundredth of a page's width, those in a column of verse."""
DEEP = 20
"""Styles that may be based one on the other."""
Number = TypeVar("Number", int, float)


def points(length: str) -> float | None:
    """A length («1.5em», «0.5in») in points; None if it is none."""
    match = LENGTH.match(length)
    if match is None:
        return None
    number = float(match[1])
    unit = UNITS.get(match[2].casefold()) if number else 0.0
    return None if unit is None else number * unit


def inherited(
    style: str, own: Mapping[str, dict[str, Number]], based: Mapping[str, str | None], last: str = ""
) -> dict[str, Number]:
    """A style with what it takes from those that it is based on, `last` the one that all are."""
    found: dict[str, Number] = {}
    for _ in range(DEEP):
        found = own.get(style, {}) | found
        style = based.get(style) or last
    return found


# --- style sheets of pages --------------------------------------------------------------------------------------------

SELECTOR = re.compile(r"([a-z][a-z0-9]*)?(\.[\w-]+)?", re.IGNORECASE)
KEPT = frozenset(
    {"margin", "margin-left", "margin-top", "margin-bottom", "padding", "padding-left", "text-indent", "display",
     "white-space", "white-space-collapse"}
)  # fmt: skip
"""What is read of a style: how far in a paragraph stands, the room around it, whether its spaces stay."""
Declared = dict[str, str]


class Sheet:
    """The rules of style sheets, by the tag, the class, or both, of what they are for."""

    def __init__(self, sheets: Iterable[str] = (), before: Sheet | None = None) -> None:
        self.rules: dict[str, Declared] = dict(before.rules) if before else {}
        for sheet in sheets:
            for chunk in sheet.split("}"):
                selectors, _, body = chunk.rpartition("{")
                declared = _declared(body)
                for selector in selectors.rpartition("{")[2].split(",") if declared else ():
                    if key := _key(selector):
                        self.rules[key] = self.rules.get(key, {}) | declared

    def style_of(self, node: Element) -> Declared:
        """What is declared for an element: by its tag, its classes, then in its own attribute."""
        tag, style = str(node.tag), node.get("style")
        if not self.rules and not style:
            return {}
        found = dict(self.rules.get(tag, {}))
        found.pop("text-indent", None)  # that of all paragraphs is a matter of prose
        for name in (node.get("class") or "").split():
            found |= self.rules.get(f".{name}", {}) | self.rules.get(f"{tag}.{name}", {})
        return found | (_declared(style) if style else {})


def _key(selector: str) -> str | None:
    """What of a selector is looked up: its last part, with its class; a tag alone only where nothing is before it."""
    parts = selector.replace(">", " ").split()
    match = SELECTOR.fullmatch(parts[-1]) if parts and "@" not in selector else None
    return parts[-1] if match and (match[2] or len(parts) == 1) else None


def _declared(body: str) -> Declared:
    found: Declared = {}
    for declaration in body.split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().casefold(), value.replace("!important", "").strip().casefold()
        if name in KEPT and value:
            found |= _sides(name, value) if name in ("margin", "padding") else {name: value}
    return found


def _sides(name: str, value: str) -> Declared:
    """«margin: 0 2em» as its top, bottom and left."""
    values = value.split()[:4]
    top, left = values[0], values[3] if len(values) == 4 else values[1] if len(values) > 1 else values[0]
    bottom = values[2] if len(values) > 2 else top
    return {f"{name}-top": top, f"{name}-bottom": bottom, f"{name}-left": left}


def length_of(declared: Declared, *names: str) -> float:
    """The sum of lengths that a style declares, in points."""
    return sum(points(declared.get(name, "")) or 0.0 for name in names)

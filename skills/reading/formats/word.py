"""Word's documents (.docx): paragraphs, headings and tables in order; notes, comments and deleted text left out.

Read from the XML itself: python-docx leaves out what is inside tracked insertions and content controls.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from skills.errors import FileUnreadable
from skills.reading.formats.packed import archive, member, xml
from skills.reading.formats.styles import inherited
from skills.reading.part import Document, Paragraph, Part, part_of, spaces

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BROKEN = "word_broken"
SKIPPED = frozenset({"del", "moveFrom", "instrText", "Fallback", "rPr", "pPr", "delText", "txbxContent"})
"""Deleted text, field codes, the second copy that old programs read, formatting; text boxes are read apart."""
NOTES = frozenset({"footnoteReference", "endnoteReference"})
HEADING = re.compile(r"heading ([1-6])$")
MEASURES = {
    "spacing": {"before": "above", "after": "below"},
    "ind": {"left": "left", "start": "left", "firstLine": "first", "hanging": "first"},
}
"""Element -> its attributes that are read, and what they are called in a Look."""
TWIPS = 20
"""In a point."""
DEFAULTS = "docDefaults"
Look = dict[str, int]
Looks = dict[str, Look]
"""Style id -> `level`; `above`, `below`, `left`, `first` in twips; `close`, no room between paragraphs of a style."""


def read(path: Path, name: str, folder: Path) -> list[Part]:
    with archive(path, name, BROKEN) as opened:
        main = member(opened, "word/document.xml", name)
        styles = member(opened, "word/styles.xml", name)
    if main is None:
        raise FileUnreadable(name=name, kind=BROKEN)
    document = Document()
    looks = _looks(xml(styles, name, BROKEN)) if styles else {}
    body = next((node for node in xml(main, name, BROKEN) if _tag(node) == "body"), None)
    if body is None:
        raise FileUnreadable(name=name, kind=BROKEN)
    _take(body, document, looks)
    if notes := sum(1 for node in body.iter() if _tag(node) in NOTES):
        document.facts["footnotes"] = notes
    return [part_of(document, name, folder)]


def _tag(node: Element) -> str:
    """The name of an element without its namespace; comments and the like have none."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _attribute(node: Element | None, name: str) -> str | None:
    if node is None:
        return None
    return next((str(value) for key, value in node.attrib.items() if str(key).endswith("}" + name)), None)


def _looks(styles: Element) -> Looks:
    """What paragraphs of each style look like, by its id; under "" what one without a style does.

    Ids are in the writer's language, the names of built-in styles in English.
    """
    own: Looks = {}
    based: dict[str, str | None] = {}
    usual = ""
    for style in styles:
        id = _attribute(style, "styleId")
        parts = {_tag(node): node for node in style}
        if _tag(style) == "docDefaults":
            own[DEFAULTS] = _look(next((node for node in style.iter() if _tag(node) == "pPr"), None))
        elif id and _attribute(style, "type") in (None, "paragraph"):
            name = (_attribute(parts.get("name"), "val") or "").casefold()
            match = HEADING.match(name)
            level = int(match[1]) if match else int(name == "title")
            own[id] = _look(parts.get("pPr")) | ({"level": level} if level else {})
            based[id] = _attribute(parts.get("basedOn"), "val")
            usual = id if _attribute(style, "default") in ("1", "true") else usual
    whole = {id: inherited(id, own, based, DEFAULTS) for id in own}
    return whole | {"": whole.get(usual) or own.get(DEFAULTS, {})}


def _look(properties: Element | None) -> Look:
    """What the properties of a paragraph say of its level, of the room around it and of how far in it stands."""
    found: Look = {}
    for node in properties if properties is not None else ():
        tag = _tag(node)
        for key, meant in MEASURES.get(tag, {}).items():
            value = _attribute(node, key) or ""
            if value.lstrip("-").isdigit():
                found[meant] = -int(value) if key == "hanging" else int(value)
        if tag == "outlineLvl" and (level := _attribute(node, "val") or "9").isdigit():
            found["level"] = int(level) + 1 if int(level) < 6 else 0
        elif tag == "contextualSpacing":
            found["close"] = int(_attribute(node, "val") not in ("0", "false"))
    return found


def _paragraph(node: Element, looks: Looks) -> Paragraph:
    properties = next((child for child in node if _tag(child) == "pPr"), None)
    style = (
        next((_attribute(child, "val") for child in properties if _tag(child) == "pStyle"), "")
        if properties is not None
        else ""
    )
    look = looks.get(style or "", looks.get("", {})) | _look(properties)
    text = _text(node)
    first = 0 if "\n" in text.strip("\n") else look.get("first", 0)
    above, below = (0 if look.get("close") else look.get(side, 0) / TWIPS for side in ("above", "below"))
    return Paragraph(text, look.get("level", 0), spaces((look.get("left", 0) + first) / TWIPS), above, below)


def _take(parent: Element, document: Document, looks: Looks) -> None:
    """The paragraphs and tables under `parent`; whatever wraps them (content controls, insertions) is looked into."""
    for node in parent:
        tag = _tag(node)
        if tag == "p":
            document.paragraphs.append(_paragraph(node, looks))
            for box in node.iter():
                if _tag(box) == "txbxContent" and not any(_tag(up) == "Fallback" for up in box.iterancestors()):
                    _take(box, document, looks)
        elif tag == "tbl":
            document.add_table([[_cell(cell) for cell in _under(row, "tc")] for row in _under(node, "tr")])
        elif tag not in SKIPPED:
            _take(node, document, looks)


def _under(parent: Element, tag: str) -> list[Element]:
    """The rows of a table or cells of a row, also where a content control wraps them."""
    found = []
    for node in parent:
        if _tag(node) == tag:
            found.append(node)
        elif _tag(node) in ("sdt", "sdtContent", "ins", "customXml"):
            found += _under(node, tag)
    return found


def _cell(cell: Element) -> str:
    return "\n".join(_text(node).rstrip() for node in cell.iter() if _tag(node) == "p").strip("\n")


def _text(node: Element) -> str:
    pieces = []
    for child in node:
        tag = _tag(child)
        if tag == "t":
            pieces.append(child.text or "")
        elif tag in ("br", "cr"):
            # A page or column break ends no line of the author's.
            pieces.append("\n" if _attribute(child, "type") in (None, "textWrapping") else "")
        elif tag == "tab":
            pieces.append("\t")
        elif tag == "noBreakHyphen":
            pieces.append("-")
        elif tag not in SKIPPED:
            pieces.append(_text(child))
    return "".join(pieces)

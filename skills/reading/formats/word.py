"""Word's documents (.docx): paragraphs, headings and tables in order; notes, comments and deleted text left out.

Read from the XML itself: python-docx leaves out what is inside tracked insertions and content controls.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from skills.errors import FileUnreadable
from skills.reading.formats.packed import archive, member, xml
from skills.reading.part import Document, Paragraph, Part, part_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BROKEN = "word_broken"
SKIPPED = frozenset({"del", "moveFrom", "instrText", "Fallback", "rPr", "pPr", "delText", "txbxContent"})
"""Deleted text, field codes, the second copy that old programs read, formatting; text boxes are read apart."""
NOTES = frozenset({"footnoteReference", "endnoteReference"})
HEADING = re.compile(r"heading ([1-6])$")


def read(path: Path, name: str, folder: Path) -> list[Part]:
    with archive(path, name, BROKEN) as opened:
        main = member(opened, "word/document.xml", name)
        styles = member(opened, "word/styles.xml", name)
    if main is None:
        raise FileUnreadable(name=name, kind=BROKEN)
    document = Document()
    levels = _levels(xml(styles, name, BROKEN)) if styles else {}
    body = next((node for node in xml(main, name, BROKEN) if _tag(node) == "body"), None)
    if body is None:
        raise FileUnreadable(name=name, kind=BROKEN)
    _take(body, document, levels)
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


def _levels(styles: Element) -> dict[str, int]:
    """Style id -> level of the heading; ids are in the writer's language, names of built-in styles in English."""
    found = {}
    for style in styles:
        id, name = _attribute(style, "styleId"), ""
        for node in style:
            if _tag(node) == "name":
                name = (_attribute(node, "val") or "").casefold()
        if id and (match := HEADING.match(name)):
            found[id] = int(match[1])
        elif id and name == "title":
            found[id] = 1
    return found


def _take(parent: Element, document: Document, levels: dict[str, int]) -> None:
    """The paragraphs and tables under `parent`; whatever wraps them (content controls, insertions) is looked into."""
    for node in parent:
        tag = _tag(node)
        if tag == "p":
            document.paragraphs.append(Paragraph(_text(node), _level(node, levels)))
            for box in node.iter():
                if _tag(box) == "txbxContent" and not any(_tag(up) == "Fallback" for up in box.iterancestors()):
                    _take(box, document, levels)
        elif tag == "tbl":
            document.add_table([[_cell(cell) for cell in _under(row, "tc")] for row in _under(node, "tr")])
        elif tag not in SKIPPED:
            _take(node, document, levels)


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
    return "\n".join(text for node in cell.iter() if _tag(node) == "p" and (text := _text(node).strip()))


def _level(paragraph: Element, levels: dict[str, int]) -> int:
    for properties in paragraph:
        if _tag(properties) == "pPr":
            for node in properties:
                if _tag(node) == "pStyle":
                    return levels.get(_attribute(node, "val") or "", 0)
                if _tag(node) == "outlineLvl" and (level := _attribute(node, "val") or "9").isdigit():
                    return int(level) + 1 if int(level) < 6 else 0
    return 0


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

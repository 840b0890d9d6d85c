"""LibreOffice's documents (.odt): paragraphs, headings and tables in order; notes and comments left out.

Read from the XML itself: odfpy, the library for it, has had no release since 2020.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from skills.errors import FileUnreadable
from skills.reading.formats.packed import archive, member, xml
from skills.reading.part import Document, Paragraph, Part, part_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BROKEN = "word_broken"
SKIPPED = frozenset({"tracked-changes", "annotation", "table-of-content", "sequence-decls", "forms", "ruby-text"})


def read(path: Path, name: str, folder: Path) -> list[Part]:
    with archive(path, name, BROKEN) as opened:
        if b"encryption-data" in (member(opened, "META-INF/manifest.xml", name) or b""):
            raise FileUnreadable(name=name, kind="office_locked")
        content = member(opened, "content.xml", name)
    if content is None:
        raise FileUnreadable(name=name, kind=BROKEN)
    document = Document()
    root = xml(content, name, BROKEN)
    for text in root.iter("{urn:oasis:names:tc:opendocument:xmlns:office:1.0}text"):
        _take(text, document)
        if notes := sum(1 for node in text.iter() if _tag(node) == "note"):
            document.facts["footnotes"] = notes
    return [part_of(document, name, folder)]


def _tag(node: Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _take(parent: Element, document: Document) -> None:
    for node in parent:
        tag = _tag(node)
        if tag == "p":
            document.paragraphs.append(Paragraph(_text(node)))
        elif tag == "h":
            level = next((value for key, value in node.attrib.items() if str(key).endswith("outline-level")), "1")
            document.paragraphs.append(Paragraph(_text(node), int(level) if str(level).isdigit() else 1))
        elif tag == "table":
            rows = [row for row in node.iter() if _tag(row) == "table-row"]
            document.add_table([[_cell(cell) for cell in row if _tag(cell) == "table-cell"] for row in rows])
        elif tag not in SKIPPED:
            _take(node, document)


def _cell(cell: Element) -> str:
    return "\n".join(text for node in cell.iter() if _tag(node) in ("p", "h") and (text := _text(node).strip()))


def _text(node: Element) -> str:
    pieces = [node.text or ""]
    for child in node:
        tag = _tag(child)
        if tag == "line-break":
            pieces.append("\n")
        elif tag in ("tab", "s"):
            pieces.append(" ")
        elif tag != "note" and tag not in SKIPPED:
            pieces.append(_text(child))
        pieces.append(child.tail or "")
    return "".join(pieces)

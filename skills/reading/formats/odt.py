"""LibreOffice's documents (.odt): paragraphs, headings and tables in order; notes and comments left out.

Read from the XML itself: odfpy, the library for it, has had no release since 2020.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from skills.errors import FileUnreadable
from skills.reading.formats.packed import archive, member, xml
from skills.reading.left_out import LeftOut
from skills.reading.part import Document, Paragraph, Part, part_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BROKEN = "word_broken"
LEFT = {"note": "footnotes", "annotation": "margin_comments", "deletion": "deleted_text", "hidden-text": "hidden_text",
        "hidden-paragraph": "hidden_text"}  # fmt: skip
SKIPPED = frozenset({"tracked-changes", "annotation", "table-of-content", "sequence-decls", "forms", "ruby-text",
                     "hidden-text", "hidden-paragraph"})  # fmt: skip


def read(path: Path, name: str, folder: Path) -> list[Part]:
    with archive(path, name, BROKEN) as opened:
        if b"encryption-data" in (member(opened, "META-INF/manifest.xml", name) or b""):
            raise FileUnreadable(name=name, kind="office_locked")
        content = member(opened, "content.xml", name)
    if content is None:
        raise FileUnreadable(name=name, kind=BROKEN)
    return [part_of(document_of(xml(content, name, BROKEN)), name, folder)]


def document_of(root: Element) -> Document:
    """What the content of a document holds, whether it came in a zip or is the whole file."""
    document = Document()
    _leave_unseen(root, document.left)
    for text in root.iter("{urn:oasis:names:tc:opendocument:xmlns:office:1.0}text"):
        _take(text, document)
    return document


def _leave_unseen(root: Element, left: LeftOut) -> None:
    """Count what is left out, and take what is hidden out of the tree."""
    for node in root.iter():
        if (kind := LEFT.get(_tag(node))) is not None:
            body = "".join(map(str, node.itertext()))
            left.leave(kind, " ".join(body.split()))
    hidden = {
        _attribute(style, "name")
        for style in root.iter() if _tag(style) == "style"
        for look in style if _attribute(look, "display") == "none"
    }  # fmt: skip
    for node in [node for node in root.iter() if _tag(node) in ("p", "h", "span", "section")]:
        named = _attribute(node, "style-name")
        if (named in hidden and named) or (_tag(node) == "section" and _attribute(node, "display") == "none"):
            left.leave("hidden_text", "".join(map(str, node.itertext())))
            for child in list(node):
                node.remove(child)
            node.text = None


def _attribute(node: Element, name: str) -> str | None:
    return next((str(value) for key, value in node.attrib.items() if str(key).rpartition("}")[2] == name), None)


def _tag(node: Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _take(parent: Element, document: Document) -> None:
    for node in parent:
        tag = _tag(node)
        if tag == "p":
            document.paragraphs.append(Paragraph(_text(node)))
            _boxes(node, document)
        elif tag == "h":
            level = next((value for key, value in node.attrib.items() if str(key).endswith("outline-level")), "1")
            document.paragraphs.append(Paragraph(_text(node), int(level) if str(level).isdigit() else 1))
        elif tag == "table":
            rows = [row for row in node.iter() if _tag(row) == "table-row"]
            document.add_table([[_cell(cell) for cell in row if _tag(cell) == "table-cell"] for row in rows])
        elif tag not in SKIPPED:
            _take(node, document)


def _boxes(node: Element, document: Document) -> None:
    """The paragraphs of the text boxes that hang on one."""
    for child in node:
        if _tag(child) == "text-box":
            _take(child, document)
        elif _tag(child) not in SKIPPED:
            _boxes(child, document)


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
        elif tag not in ("note", "text-box") and tag not in SKIPPED:
            pieces.append(_text(child))
        pieces.append(child.tail or "")
    return "".join(pieces)

"""LibreOffice's documents (.odt): paragraphs, headings and tables in order; notes and comments left out.

Read from the XML itself: odfpy, the library for it, has had no release since 2020.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from skills.errors import FileUnreadable
from skills.reading.formats.packed import archive, member, xml
from skills.reading.formats.styles import inherited, points
from skills.reading.left_out import LeftOut
from skills.reading.part import FURTHEST, Document, Paragraph, Part, part_of, spaces

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BROKEN = "word_broken"
LEFT = {"note": "footnotes", "annotation": "margin_comments", "deletion": "deleted_text", "hidden-text": "hidden_text",
        "hidden-paragraph": "hidden_text"}  # fmt: skip
MEASURES = {"margin-left": "left", "text-indent": "first", "margin-top": "above", "margin-bottom": "below"}
Looks = dict[str, dict[str, float]]
SPACES = re.compile(r"[ \t\r\n]+")
SPACE, TAB, LINE_END = "\x00", "\x01", "\x02"
"""What is declared, and no letter of any XML: spaces, tabs and line ends between the words."""
ABOUT_NOTES = frozenset({"note-citation", "creator", "date", "date-string", "meta-creator-initials", "change-info"})
SKIPPED = frozenset({"tracked-changes", "annotation", "table-of-content", "sequence-decls", "forms", "ruby-text",
                     "hidden-text", "hidden-paragraph"})  # fmt: skip


def read(path: Path, name: str, folder: Path) -> list[Part]:
    with archive(path, name, BROKEN) as opened:
        if b"encryption-data" in (member(opened, "META-INF/manifest.xml", name) or b""):
            raise FileUnreadable(name=name, kind="office_locked")
        content = member(opened, "content.xml", name)
        styles = member(opened, "styles.xml", name)
    if content is None:
        raise FileUnreadable(name=name, kind=BROKEN)
    root = xml(content, name, BROKEN)
    document = document_of(root, [xml(styles, name, BROKEN)] if styles else [])
    return [part_of(document, name, folder)]


def document_of(root: Element, styles: Sequence[Element] = ()) -> Document:
    """What the content of a document holds, whether it came in a zip or is the whole file. `styles`: those of its
    paragraphs that are not in it."""
    document = Document()
    looks = _looks([*styles, root])
    _leave_unseen(root, document.left)
    for text in root.iter("{urn:oasis:names:tc:opendocument:xmlns:office:1.0}text"):
        _take(text, document, looks)
    return document


def _leave_unseen(root: Element, left: LeftOut) -> None:
    """Count what is left out, and take what is hidden out of the tree."""
    for node in root.iter():
        if (kind := LEFT.get(_tag(node))) is not None:
            pieces = (part for part in node if _tag(part) not in ABOUT_NOTES)
            left.leave(kind, " ".join(" ".join("".join(map(str, part.itertext())) for part in pieces).split()))
    hidden = {
        _named(style, "name")
        for style in root.iter() if _tag(style) == "style"
        for look in style if _named(look, "display") == "none"
    }  # fmt: skip
    for node in [node for node in root.iter() if _tag(node) in ("p", "h", "span", "section")]:
        named = _named(node, "style-name")
        if (named in hidden and named) or (_tag(node) == "section" and _named(node, "display") == "none"):
            left.leave("hidden_text", "".join(map(str, node.itertext())))
            for child in list(node):
                node.remove(child)
            node.text = None


def _tag(node: Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _named(node: Element, name: str) -> str | None:
    """An attribute, whatever its namespace."""
    return next((str(value) for key, value in node.attrib.items() if str(key).rpartition("}")[2] == name), None)


def _looks(roots: list[Element]) -> Looks:
    """What paragraphs of each style look like, with what the style takes from those that it is based on."""
    own: Looks = {}
    based: dict[str, str | None] = {}
    for style in (node for root in roots for node in root.iter() if _tag(node) == "style"):
        if (name := _named(style, "name")) and _named(style, "family") == "paragraph":
            properties = [child for child in style if _tag(child) == "paragraph-properties"]
            lengths = {
                meant: points(_named(child, key) or "") for child in properties for key, meant in MEASURES.items()
            }
            own[name] = {meant: length for meant, length in lengths.items() if length is not None}
            based[name] = _named(style, "parent-style-name")
    return {name: inherited(name, own, based) for name in own}


def _paragraph(node: Element, looks: Looks) -> Paragraph:
    look = looks.get(_named(node, "style-name") or "", {})
    text = _text(node)
    first = 0.0 if "\n" in text else look.get("first", 0.0)
    return Paragraph(
        text, 0, spaces(look.get("left", 0.0) + first), look.get("above", 0.0), look.get("below", 0.0)
    )  # fmt: skip


def _take(parent: Element, document: Document, looks: Looks) -> None:
    for node in parent:
        tag = _tag(node)
        if tag == "p":
            paragraph = _paragraph(node, looks)
            titled = _named(node, "style-name") == "Title"
            document.paragraphs.append(paragraph._replace(level=1) if titled else paragraph)
            _boxes(node, document, looks)
        elif tag == "h":
            level = next((value for key, value in node.attrib.items() if str(key).endswith("outline-level")), "1")
            document.paragraphs.append(Paragraph(_text(node), int(level) if str(level).isdigit() else 1))
        elif tag == "table":
            rows = [row for row in node.iter() if _tag(row) == "table-row"]
            document.add_table([[_cell(cell) for cell in row if _tag(cell) == "table-cell"] for row in rows])
        elif tag not in SKIPPED:
            _take(node, document, looks)


def _boxes(node: Element, document: Document, looks: Looks) -> None:
    """The paragraphs of the text boxes that hang on one."""
    for child in node:
        if _tag(child) == "text-box":
            _take(child, document, looks)
        elif _tag(child) not in SKIPPED:
            _boxes(child, document, looks)


def _cell(cell: Element) -> str:
    return "\n".join(_text(node).rstrip() for node in cell.iter() if _tag(node) in ("p", "h")).strip("\n")


def _text(node: Element) -> str:
    """The words of a paragraph; of spaces that are not declared, LibreOffice shows one, at the ends none."""
    lines = SPACES.sub(" ", "".join(_pieces(node))).split(LINE_END)
    return "\n".join(line.strip(" ").replace(SPACE, " ").replace(TAB, "\t") for line in lines)


def _pieces(node: Element) -> Iterator[str]:
    yield node.text or ""
    for child in node:
        tag = _tag(child)
        if tag == "line-break":
            yield LINE_END
        elif tag == "tab":
            yield TAB
        elif tag == "s":
            count = _named(child, "c") or "1"
            yield SPACE * (min(int(count), FURTHEST) if count.isdigit() else 1)
        elif tag not in ("note", "text-box") and tag not in SKIPPED:
            yield from _pieces(child)
        yield child.tail or ""

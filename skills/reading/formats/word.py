"""Word's documents (.docx): paragraphs, headings and tables; notes, comments, hidden and deleted text left out.

Read from the XML itself: python-docx leaves out what is inside tracked insertions and content controls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from skills.errors import FileEmpty, FileUnreadable
from skills.reading.formats import chunks
from skills.reading.formats.office_parts import BROKEN, Package, package
from skills.reading.formats.packed import archive, member, xml
from skills.reading.formats.styles import inherited
from skills.reading.left_out import LeftOut
from skills.reading.part import Document, Paragraph, Part, fresh, part_of, spaces
from skills.reading.read import look

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

SKIPPED = frozenset({"del", "moveFrom", "instrText", "Fallback", "rPr", "pPr", "delText", "txbxContent",
                     "rt", "footnote", "endnote"})  # fmt: skip
"""Deleted text, field codes, the second copy that old programs read, formatting, how a word is pronounced, notes (which
a document in one file has in their places); text boxes are read apart."""
NOTES = {
    "footnoteReference": ("footnotes", "footnotes"), "endnoteReference": ("footnotes", "endnotes"),
    "commentReference": ("margin_comments", "comments"),
}  # fmt: skip
"""What leads to a note -> as what it is left out, and the part where its words are."""
CHUNK = "\0"
"""Where a paragraph stands for a file inside the document: before its id. No XML has such a character."""
OFF = ("0", "false", "off", "none")
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
    return [part_of(_document(path, name, folder), name, folder)]


def _document(path: Path, name: str, folder: Path, inside: bool = False) -> Document:
    """The document at `path`; one that is `inside` another holds no third."""
    with archive(path, name, BROKEN) as opened:
        whole = package(opened, name)
        main = member(opened, whole.main, name)
        root = xml(main or b"", name, BROKEN)
        styles = whole.part("styles")
        document = document_of(root, name, styles)
        _put_chunks(document, whole, folder, inside)
        _leave_notes(root, document.left, whole)
    return document


def document_of(root: Element, name: str, styles: Element | None = None) -> Document:
    """What the main part of a document holds. Raises FileUnreadable (`word_broken`)."""
    body = next((node for node in root.iter() if _tag(node) == "body"), None)
    if body is None:
        raise FileUnreadable(name=name, kind=BROKEN)
    document = Document()
    found = styles if styles is not None else ()
    hidden = {id for style in found if _hides(style) and (id := _attribute(style, "styleId"))}
    _leave_unseen(body, hidden, document.left)
    _take(body, document, _looks(found))
    return document


def _leave_unseen(body: Element, hidden: set[str], left: LeftOut) -> None:
    """Take what is hidden out of the tree; what was deleted with changes being tracked is no text already."""
    dropped: dict[tuple[str, Element | None], list[str]] = {}
    for run in [node for node in body.iter() if _tag(node) == "r"]:
        paragraph = next((up for up in run.iterancestors() if _tag(up) == "p"), None)
        dropped.setdefault(("deleted_text", paragraph), []).extend(t.text or "" for t in run if _tag(t) == "delText")
        if _is_hidden(run, hidden) or (paragraph is not None and _style(paragraph, "pPr", "pStyle") in hidden):
            dropped.setdefault(("hidden_text", paragraph), []).append(_text(run))
            for node in [node for node in run if _tag(node) not in NOTES]:
                run.remove(node)
    for (kind, _), pieces in dropped.items():
        if text := "".join(pieces).strip():
            left.leave(kind, text)


def _is_hidden(run: Element, hidden: set[str]) -> bool:
    properties = next((node for node in run if _tag(node) == "rPr"), None)
    if properties is None:
        return False
    return _style(run, "rPr", "rStyle") in hidden or any(_on(node) for node in properties if _tag(node) == "vanish")


def _hides(style: Element) -> bool:
    return _tag(style) == "style" and any(_on(node) for node in style.iter() if _tag(node) == "vanish")


def _on(node: Element) -> bool:
    return (_attribute(node, "val") or "on").casefold() not in OFF


def _style(node: Element, properties: str, style: str) -> str | None:
    found = (inner for part in node if _tag(part) == properties for inner in part if _tag(inner) == style)
    return _attribute(next(found, None), "val")


def _leave_notes(root: Element, left: LeftOut, whole: Package) -> None:
    """Notes and comments, each where the text refers to it."""
    words: dict[tuple[str, str | None], str] = {}
    for _, what in NOTES.values():
        part = whole.part(what)
        for note in part if part is not None else ():
            text = " ".join("".join(_text(node) for node in note.iter() if _tag(node) == "p").split())
            words[what, _attribute(note, "id")] = text
    for node in root.iter():
        if _tag(node) in NOTES:
            kind, what = NOTES[_tag(node)]
            left.leave(kind, words.get((what, _attribute(node, "id")), ""))


def _put_chunks(document: Document, whole: Package, folder: Path, inside: bool) -> None:
    """In the place of each file that stands inside the document, what it holds; one that is not read is told."""
    paragraphs: list[Paragraph] = []
    for paragraph in document.paragraphs:
        id = paragraph.text[1:]
        if not paragraph.text.startswith(CHUNK):
            paragraphs.append(paragraph)
        elif (held := _chunk(whole, id, folder, inside)) is None:
            document.left.leave("word_chunk", whole.related.get(id, ("", id))[1])
        else:
            paragraphs += held.paragraphs
            document.tables += held.tables
            document.left.join(held.left)
    document.paragraphs = paragraphs


def _chunk(whole: Package, id: str, folder: Path, inside: bool) -> Document | None:
    inner = whole.related.get(id, ("", ""))[1]
    data = member(whole.opened, inner, whole.name) if inner else None
    if not data:
        return None
    copy = fresh(folder)
    copy.write_bytes(data)
    try:
        kind = look(copy, inner)
        if kind == "word":
            return None if inside else _document(copy, whole.name, folder, inside=True)
        return chunks.document_of(data, kind, inner, whole.name)
    except (FileUnreadable, FileEmpty):
        return None


def _tag(node: Element) -> str:
    """The name of an element without its namespace; comments and the like have none."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _attribute(node: Element | None, name: str) -> str | None:
    if node is None:
        return None
    return next((str(value) for key, value in node.attrib.items() if str(key).endswith("}" + name)), None)


def _looks(styles: Iterable[Element]) -> Looks:
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
            name = (_attribute(parts.get("name"), "val") or "").casefold().replace("_20_", " ")
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
            paragraph = _paragraph(node, looks)
            if paragraph.text.strip() or not _is_deleted(node):
                document.paragraphs.append(paragraph)
            for box in node.iter():
                if _tag(box) == "txbxContent" and not any(_tag(up) == "Fallback" for up in box.iterancestors()):
                    _take(box, document, looks)
        elif tag == "altChunk":
            document.paragraphs.append(Paragraph(f"{CHUNK}{_attribute(node, 'id') or ''}"))
        elif tag == "tbl":
            document.add_table([[_cell(cell) for cell in _under(row, "tc")] for row in _under(node, "tr")])
        elif tag not in SKIPPED:
            _take(node, document, looks)


def _is_deleted(paragraph: Element) -> bool:
    """Was the end of a paragraph deleted, so that with its words nothing of it is left, not even a blank line?"""
    return any(
        _tag(mark) == "del"
        for properties in paragraph if _tag(properties) == "pPr"
        for run in properties if _tag(run) == "rPr"
        for mark in run
    )  # fmt: skip


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
            pieces.append("\n" if _attribute(child, "type") in (None, "textWrapping", "text-wrapping") else "")
        elif tag == "tab":
            pieces.append("\t")
        elif tag == "noBreakHyphen":
            pieces.append("-")
        elif tag not in SKIPPED:
            pieces.append(_text(child))
    return "".join(pieces)

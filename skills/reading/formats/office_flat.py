"""Documents of word processors in one XML file: LibreOffice's (.fodt) and Word's (.xml, often called .doc)."""

from __future__ import annotations

from pathlib import Path

from skills.errors import FileTooLarge
from skills.reading.formats import odt, word
from skills.reading.formats.office_parts import BROKEN
from skills.reading.formats.packed import XML_LIMIT, xml
from skills.reading.part import Document, Part, part_of


def read(path: Path, name: str, folder: Path) -> list[Part]:
    if (size := path.stat().st_size) > XML_LIMIT:
        raise FileTooLarge(name=name, bytes=size, limit=XML_LIMIT)
    return [part_of(_document(path.read_bytes(), name), name, folder)]


def _document(data: bytes, name: str) -> Document:
    root = xml(data, name, BROKEN)
    if str(root.tag).endswith("}document"):
        return odt.document_of(root)
    styles = next(root.iter("{*}styles"), None)
    document = word.document_of(root, name, styles)
    for note in root.iter("{*}footnote", "{*}endnote"):
        if text := " ".join("".join(map(str, note.itertext())).split()):
            document.left.leave("footnotes", text)
    return document

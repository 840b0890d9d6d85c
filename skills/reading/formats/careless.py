"""Markup as careless programs write it: the encoding found, bare ampersands and stray characters mended."""

from __future__ import annotations

import codecs
import html.entities
import re
from typing import TYPE_CHECKING, NamedTuple

from skills.errors import FileUnreadable
from skills.reading.formats.packed import xml
from skills.reading.read import BOMS

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]+)|<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?([\w.:-]+)",
    re.IGNORECASE,
)
FEW = 0.1
"""Share of the letters outside ASCII that may be damaged in a text that is UTF-8 all the same."""
REFERENCE = re.compile(rb"&(#?\w{1,31};)?")
OF_XML = (b"amp;", b"lt;", b"gt;", b"quot;", b"apos;")
CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r")
"""Characters that XML does not allow."""


class Decoded(NamedTuple):
    text: str
    encoding: str


def decoded(data: bytes, said: str | None = None) -> Decoded:
    """The text of a page or letter, and its encoding: what it is marked with, what came with it (`said`), what it
    declares itself, UTF-8 or, if it is none of these, Windows-1252."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return Decoded(data.decode(encoding, "replace"), encoding.removesuffix("-sig"))
    if (wide := _unmarked(data)) is not None:
        return Decoded(data.decode(wide, "replace"), "utf-16")
    declared = DECLARED.search(data[:4096])
    inside = (declared[1] or declared[2]).decode("ascii", "replace") if declared else None
    for claimed in (said, inside):
        if claimed and (found := _strictly(data, claimed)) is not None:
            return found
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    if not damaged or damaged <= FEW * sum(1 for character in text if ord(character) > 0x7F):
        return Decoded(text, "utf-8")
    return _strictly(data, "cp1252") or Decoded(data.decode("latin-1"), "latin-1")


def _unmarked(data: bytes) -> str | None:
    """UTF-16 without its mark, told by its first character, which is of markup."""
    return {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(data[:2])


def _strictly(data: bytes, encoding: str) -> Decoded | None:
    try:
        name = codecs.lookup(encoding).name
        if name.startswith("utf-16"):  # declared in ASCII, it cannot be
            return None
        # What calls itself Latin-1 has the quotation marks of Windows more often than not.
        text = data.decode("cp1252" if name in ("iso8859-1", "ascii") else name)
    except (LookupError, UnicodeError):
        return None
    return Decoded(text, "utf-8" if name == "ascii" else name.replace("iso8859-1", "latin-1"))


def mended(data: bytes) -> bytes:
    """XML in an encoding that has ASCII in it, with every ampersand a reference that XML knows."""
    return REFERENCE.sub(_reference, data.translate(None, CONTROLS))


def _reference(match: re.Match[bytes]) -> bytes:
    name = match[1] or b""
    if name in OF_XML or name[:1] == b"#":
        return match[0]
    letter = html.entities.html5.get(name.decode("ascii", "replace")) if name else None
    return "".join(f"&#{ord(c)};" for c in letter).encode() if letter else b"&amp;" + name


def undeclared(data: bytes) -> bytes:
    """Without the document type that a book names, if it declares nothing itself."""
    start = data.find(b"<!DOCTYPE", 0, 65_536)
    end = data.find(b">", start)
    return data if start < 0 or b"[" in data[start:end] else data[:start] + data[end + 1 :]


class Tree(NamedTuple):
    root: Element
    whole: bool
    """False if the file was cut or crossed and something of it may be missing."""


def careless_xml(data: bytes, name: str, broken: str) -> Tree:
    """The root of an XML file, as it is or mended. Raises FileUnreadable (`broken`) if nothing can be made of it."""
    from lxml import etree

    wide = any(data.startswith(bom) for bom, encoding in BOMS if "8" not in encoding) or _unmarked(data) is not None
    bare = data if wide else undeclared(data)
    for attempt in (bare,) if wide else (bare, mended(bare)):
        try:
            return Tree(xml(attempt, name, broken), True)
        except FileUnreadable:
            continue
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(attempt, parser)
    except etree.XMLSyntaxError as error:
        raise FileUnreadable(name=name, kind=broken) from error
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise FileUnreadable(name=name, kind=broken)
    return Tree(root, False)

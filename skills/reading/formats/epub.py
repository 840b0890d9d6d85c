"""E-books (.epub): their chapters in reading order, each under its title.

Read from the zip itself: EbookLib, the library for it, is under the AGPL.
"""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from skills.errors import FileUnreadable
from skills.reading.formats.packed import UNPACKED, archive, member, weigh, xml
from skills.reading.formats.styles import Sheet
from skills.reading.formats.web import page
from skills.reading.part import Document, Paragraph, Part, part_of

if TYPE_CHECKING:
    import zipfile

    from lxml.etree import _Element as Element

BROKEN = "epub_broken"
PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


def read(path: Path, name: str, folder: Path) -> list[Part]:
    document = Document()
    with archive(path, name, BROKEN) as opened:
        weigh(opened, name, UNPACKED)
        if b"xhtml" in (locks := member(opened, "META-INF/encryption.xml", name) or b"") or b".htm" in locks:
            raise FileUnreadable(name=name, kind="epub_locked")
        inside = (info.filename for info in opened.infolist() if info.filename.casefold().endswith(".css"))
        sheet = Sheet((member(opened, inner, name) or b"").decode("utf-8", "replace") for inner in inside)
        for inner, title in _chapters(opened, name):
            if (data := member(opened, inner, name)) is not None:
                _add(document, page(data.decode("utf-8-sig", "replace"), name, sheet), title)
    return [part_of(document, name, folder)]


def _add(whole: Document, chapter: Document, title: str | None) -> None:
    """A chapter that does not begin with a heading of its own gets the one of the table of contents, or a rule."""
    filled = [paragraph for paragraph in chapter.paragraphs if paragraph.text.strip()]
    if not filled:
        return
    if not any(paragraph.level for paragraph in filled[:3]):
        repeated = title is not None and " ".join(filled[0].text.split()).casefold() == title.casefold()
        if repeated:
            chapter.paragraphs.remove(filled[0])
        whole.paragraphs += [Paragraph(title, 1) if title else Paragraph("* * *"), Paragraph("")]
    whole.paragraphs += [*chapter.paragraphs, Paragraph("")]
    whole.tables += chapter.tables


def _chapters(opened: zipfile.ZipFile, name: str) -> list[tuple[str, str | None]]:
    """(path in the zip, title or None) of the pages of the book in reading order. Raises FileUnreadable."""
    container = member(opened, "META-INF/container.xml", name)
    root = xml(container, name, BROKEN) if container else None
    package = next((str(node.get("full-path")) for node in _named(root, "rootfile")), "") if root is not None else ""
    data = member(opened, package, name)
    if data is None:
        raise FileUnreadable(name=name, kind=BROKEN)
    opf = xml(data, name, BROKEN)
    base = posixpath.dirname(package)
    items = {item.get("id"): item for item in _named(opf, "item")}
    titles = _titles(opened, base, list(items.values()), name)
    found = []
    for entry in _named(opf, "itemref"):
        item = items.get(entry.get("idref"))
        if item is None or item.get("media-type") not in PAGES or "nav" in (item.get("properties") or "").split():
            continue
        inner = _within(base, item.get("href"))
        found.append((inner, titles.get(inner)))
    return found


def _titles(opened: zipfile.ZipFile, base: str, items: list[Element], name: str) -> dict[str, str]:
    """Path of a page -> its title in the table of contents (EPUB 2's ncx or EPUB 3's nav)."""
    found: dict[str, str] = {}
    for item in items:
        inner = _within(base, item.get("href"))
        near = posixpath.dirname(inner)
        if item.get("media-type") == "application/x-dtbncx+xml":
            root = xml(_undeclared(member(opened, inner, name) or b"<ncx/>"), name, BROKEN)
            for point in _named(root, "navPoint"):
                label = next((" ".join("".join(map(str, n.itertext())).split()) for n in _named(point, "text")), "")
                target = next((n.get("src") for n in _named(point, "content")), None)
                found.setdefault(_within(near, target), label)
        elif "nav" in (item.get("properties") or "").split():
            from lxml import html

            root = html.document_fromstring(member(opened, inner, name) or b"<html/>")
            for link in root.iter("a"):
                found.setdefault(_within(near, link.get("href")), " ".join("".join(map(str, link.itertext())).split()))
    return {inner: title for inner, title in found.items() if inner and title}


def _undeclared(data: bytes) -> bytes:
    """Without the document type that EPUB 2 asks for in a table of contents, if it declares nothing itself."""
    start = data.find(b"<!DOCTYPE")
    end = data.find(b">", start)
    return data if start < 0 or b"[" in data[start:end] else data[:start] + data[end + 1 :]


def _within(base: str, href: str | None) -> str:
    return posixpath.normpath(posixpath.join(base, unquote((href or "").split("#")[0]))) if href else ""


def _named(root: Element, tag: str) -> list[Element]:
    return [node for node in root.iter() if isinstance(node.tag, str) and node.tag.rpartition("}")[2] == tag]

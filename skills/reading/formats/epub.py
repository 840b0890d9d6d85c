"""E-books (.epub): their chapters in reading order, each under its title.

Read from the zip itself: EbookLib, the library for it, is under the AGPL.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from skills.errors import FileUnreadable
from skills.reading.formats.careless import careless_xml, decoded
from skills.reading.formats.packed import UNPACKED, archive, member, member_like, weigh
from skills.reading.formats.styles import Sheet
from skills.reading.formats.web import page
from skills.reading.left_out import LeftOut
from skills.reading.part import Document, Paragraph, Part, part_of

if TYPE_CHECKING:
    import zipfile

    from lxml.etree import _Element as Element

BROKEN = "epub_broken"
PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
ENDINGS = (".xhtml", ".html", ".htm")
LOCKED = re.compile(rb"URI\s*=\s*[\"'][^\"']{1,500}?\.(?:x?html?|xml)[\"']", re.IGNORECASE)
"""A page among what is encrypted; letters and pictures may be, without harm."""


class Chapter(NamedTuple):
    inner: str
    title: str | None


def read(path: Path, name: str, folder: Path) -> list[Part]:
    document = Document()
    with archive(path, name, BROKEN) as opened:
        weigh(opened, name, UNPACKED)
        if LOCKED.search(member(opened, "META-INF/encryption.xml", name) or b""):
            raise FileUnreadable(name=name, kind="epub_locked")
        inside = (info.filename for info in opened.infolist() if info.filename.casefold().endswith(".css"))
        sheet = Sheet((member(opened, inner, name) or b"").decode("utf-8", "replace") for inner in inside)
        for inner, title in _chapters(opened, name):
            _add(document, _chapter(opened, inner, name, document.left, sheet), title)
    if not document.paragraphs and document.left["epub_missing"]:
        raise FileUnreadable(name=name, kind=BROKEN)
    return [part_of(document, name, folder)]


def _chapter(opened: zipfile.ZipFile, inner: str, name: str, left: LeftOut, sheet: Sheet) -> Document:
    """The page called `inner`; without words, and told, if it is not in the book or nothing can be made of it."""
    found = member_like(opened, inner)
    data = member(opened, found, name) if found else None
    try:
        chapter = page(decoded(data or b"").text, name, sheet=sheet)
    except FileUnreadable:
        if data is None or data.strip():
            left.leave("epub_missing", inner)
        return Document()
    left.join(chapter.left)
    return chapter


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


def _chapters(opened: zipfile.ZipFile, name: str) -> list[Chapter]:
    """The pages of the book in reading order. Raises FileUnreadable."""
    package = _package(opened, name)
    data = member(opened, package, name) if package else None
    if package is None or data is None:
        raise FileUnreadable(name=name, kind=BROKEN)
    opf = careless_xml(data, name, BROKEN).root
    base = posixpath.dirname(package)
    items = {(item.get("id") or "").strip(): item for item in _named(opf, "item")}
    titles = {inner.casefold(): title for inner, title in _titles(opened, base, list(items.values()), name).items()}
    found = []
    for entry in _named(opf, "itemref"):
        item = items.get((entry.get("idref") or "").strip())
        if item is None or not _is_page(item) or "nav" in (item.get("properties") or "").split():
            continue
        inner = _within(base, item.get("href"))
        found.append(Chapter(inner, titles.get(inner.casefold())))
    return found


def _package(opened: zipfile.ZipFile, name: str) -> str | None:
    """The file that lists what the book is made of: the one that the container names, or the only one there is."""
    container = member(opened, member_like(opened, "META-INF/container.xml") or "", name)
    named = ""
    if container:
        root = careless_xml(container, name, BROKEN).root
        named = next((str(node.get("full-path")) for node in _named(root, "rootfile")), "")
    return member_like(opened, named) or next((n for n in opened.NameToInfo if n.casefold().endswith(".opf")), None)


def _is_page(item: Element) -> bool:
    """By its type or, where that is another one of text, by its name."""
    kind = item.get("media-type") or ""
    named = (item.get("href") or "").split("#")[0].casefold().endswith(ENDINGS)
    return kind in PAGES or (named and not kind.startswith(("image", "audio", "video", "font")))


def _titles(opened: zipfile.ZipFile, base: str, items: list[Element], name: str) -> dict[str, str]:
    """Path of a page -> its title in the table of contents (EPUB 2's ncx or EPUB 3's nav)."""
    found: dict[str, str] = {}
    for item in items:
        inner = _within(base, item.get("href"))
        data = member(opened, member_like(opened, inner) or "", name)
        if not data:
            continue
        try:
            links = _contents(item, data, name)
        except FileUnreadable:  # a table of contents that nobody can read takes nothing from the chapters
            continue
        for label, target in links:
            found.setdefault(_within(posixpath.dirname(inner), target), " ".join(label.split()))
    return {inner: title for inner, title in found.items() if inner and title}


def _contents(item: Element, data: bytes, name: str) -> list[tuple[str, str | None]]:
    """(Title, place) of each entry, if the item is a table of contents."""
    if item.get("media-type") == "application/x-dtbncx+xml":
        points = _named(careless_xml(data, name, BROKEN).root, "navPoint")
        return [
            (_first(point, "text"), next((n.get("src") for n in _named(point, "content")), None)) for point in points
        ]
    if "nav" in (item.get("properties") or "").split():
        from lxml import html

        root = html.document_fromstring(re.sub(r"^\s*<\?xml.*?\?>", "", decoded(data).text, count=1) or "<html/>")
        return [("".join(map(str, link.itertext())), link.get("href")) for link in root.iter("a")]
    return []


def _first(node: Element, tag: str) -> str:
    return next(("".join(map(str, found.itertext())) for found in _named(node, tag)), "")


def _within(base: str, href: str | None) -> str:
    return posixpath.normpath(posixpath.join(base, unquote((href or "").split("#")[0]))) if href else ""


def _named(root: Element, tag: str) -> list[Element]:
    return [node for node in root.iter() if isinstance(node.tag, str) and node.tag.rpartition("}")[2] == tag]

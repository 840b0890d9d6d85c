"""Web pages: the text that a reader sees, in paragraphs; menus, scripts and styles left out."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from skills.errors import FileTooLarge, FileUnreadable
from skills.reading.formats.furniture import furniture
from skills.reading.formats.marks import mark
from skills.reading.formats.packed import XML_LIMIT
from skills.reading.part import Document, Paragraph, Part, part_of
from skills.reading.read import HEAD, encoding_of
from skills.reading.rows import TITLE
from skills.texts.sentences import names

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

SKIPPED = names("script style nav aside form noscript template svg button select iframe footer head object math rt rp")
BLOCKS = names(
    "p div section article li h1 h2 h3 h4 h5 h6 blockquote ul ol dl dt dd figure figcaption header main hr body pre "
    "address html center caption table tr details summary"
)
LeftAs = Callable[["Element"], str | None]
"""Under what an element is left out of a text with all that is in it; None if it is read."""
SPACES = re.compile(r"[ \t\r\n\f]+")
TITLE_LIMIT = 200
CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)


def read(path: Path, name: str, folder: Path) -> list[Part]:
    if path.stat().st_size > XML_LIMIT:
        raise FileTooLarge(name=name, bytes=path.stat().st_size, limit=XML_LIMIT)
    data = path.read_bytes()
    text, named = decoded(path, data, name)
    part = part_of(article(text, name), name, folder)
    return [replace(part, source=part.source._replace(named=named))]


def article(text: str, name: str, title: str | None = None) -> Document:
    """What a page of the web has to say, under its title (its own, or the one it came with) if nothing else is.

    Where everything looks like furniture, the furniture is the text.
    """
    document = page(text, name, lambda node: mark(node) or furniture(node))
    if not any(paragraph.text.strip() for paragraph in document.paragraphs):
        document = page(text, name, mark)
    filled = [paragraph for paragraph in document.paragraphs if paragraph.text.strip()]
    title = document.title or title
    entitled = any(paragraph.level for paragraph in filled) or (len(filled) > 1 and TITLE.match(filled[0].text))
    if title and filled and not entitled and not document.tables:
        document.paragraphs[:0] = [Paragraph(title, 1), Paragraph("")]
    return document


def decoded(path: Path, data: bytes, name: str) -> tuple[str, str]:
    """The page as text and its encoding: the one it declares if that fits, else the one it looks like."""
    if declared := CHARSET.search(data[:4096]):
        try:
            encoding = codecs.lookup(declared[1].decode()).name
            return data.decode(encoding), encoding.replace("iso8859-1", "latin-1")
        except (LookupError, UnicodeError):
            pass
    encoding, named = encoding_of(path, data[:HEAD], name)
    return data.decode(encoding, "replace"), named


def page(text: str, name: str, left_as: LeftAs = mark) -> Document:
    """What a page shows. Raises FileUnreadable (`html`) if nothing can be made of it."""
    return shown(tree(text, name), left_as)


def shown(root: Element, left_as: LeftAs = mark) -> Document:
    """What is shown of a page, or of an element of one."""
    walk = _Walk(Document(title=_title(root)), left_as)
    walk.take(root)
    walk.close()
    return walk.document


def tree(text: str, name: str) -> Element:
    """The root of a page. Raises FileUnreadable (`html`) if nothing can be made of it."""
    from lxml import etree, html

    # A parser of HTML knows no entities but its own, and mends what is open or crossed.
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(re.sub(r"^\ufeff?\s*<\?xml.*?\?>", "", text, count=1), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise FileUnreadable(name=name, kind="html") from error


def _title(root: Element) -> str | None:
    """What a page calls itself where it is shared, or in the bar of the browser."""
    shared = root.xpath(".//meta[@property='og:title']/@content")
    shown = root.find(".//title")
    title = " ".join(str(shared[0] if shared else shown.text or "" if shown is not None else "").split())
    return title[:TITLE_LIMIT] or None


class _Walk:
    """Gathers the words of a page until something ends the paragraph. libxml2 keeps trees under 256 levels."""

    def __init__(self, document: Document, left_as: LeftAs) -> None:
        self.document = document
        self.left_as = left_as
        self.pieces: list[str] = []

    def take(self, node: Element) -> None:
        tag = node.tag if isinstance(node.tag, str) else ""
        kind = self.left_as(node) if tag else None
        if kind is not None:
            if text := _flat(node):
                self.document.left.leave(kind, text)
        elif tag == "br":
            self.pieces.append("\n")
        elif tag == "table" and not node.xpath(".//table|.//p[2]"):
            self.close()
            rows = [[cell_text(cell) for cell in row if cell.tag in ("td", "th")] for row in node.iter("tr")]
            self.document.add_table(rows)
        elif tag and tag not in SKIPPED:
            self._inside(node, tag)
        if node.tail:
            self.pieces.append(SPACES.sub(" ", node.tail))

    def _inside(self, node: Element, tag: str) -> None:
        block = tag in BLOCKS
        if block:
            self.close()
        if node.text:
            # `pre` keeps the line ends of the source, everything else those of its tags.
            self.pieces.append(node.text if tag == "pre" else SPACES.sub(" ", node.text))
        if tag == "li":
            self.pieces.insert(0, "- ")
        for child in node:
            tail, child.tail = child.tail, None
            self.take(child)
            if tail:
                self.pieces.append(tail if tag == "pre" else SPACES.sub(" ", tail))
        if block:
            self.close(level=int(tag[1]) if len(tag) == 2 and tag[1].isdigit() else 0, kept=tag == "p")

    def close(self, level: int = 0, kept: bool = False) -> None:
        """End the paragraph; an empty one counts if the author wrote it (`kept`), as room between stanzas."""
        text = "\n".join(" ".join(line.split()) for line in "".join(self.pieces).split("\n")).strip("\n")
        written = bool(self.pieces)
        self.pieces = []
        if text or (kept and written):
            self.document.paragraphs.append(Paragraph(text, level))


def cell_text(cell: Element) -> str:
    """The text of a cell of a table; a line ends where its author ended it."""
    pieces = [SPACES.sub(" ", cell.text or "")]
    for node in cell.iterdescendants():
        if node.tag in ("br", "p", "div"):
            pieces.append("\n")
        if isinstance(node.tag, str) and node.tag not in ("style", "script"):
            pieces.append(SPACES.sub(" ", node.text or ""))
        pieces.append(SPACES.sub(" ", node.tail or ""))
    return "\n".join(" ".join(line.split()) for line in "".join(pieces).split("\n")).strip()


def _flat(cell: Element) -> str:
    return " ".join("".join(map(str, cell.itertext())).split())

"""Web pages: the text that a reader sees, in paragraphs; menus, scripts and styles left out."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from skills.errors import FileTooLarge, FileUnreadable
from skills.reading.formats.furniture import furniture
from skills.reading.formats.marks import mark
from skills.reading.formats.packed import XML_LIMIT
from skills.reading.formats.styles import EM, Declared, Sheet, length_of, points
from skills.reading.part import Document, Paragraph, Part, part_of, spaces
from skills.reading.read import HEAD, encoding_of
from skills.reading.rows import TITLE
from skills.texts.sentences import names

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

SKIPPED = names("script style nav aside form noscript template svg button select iframe footer head object math rt rp")
BLOCKS = names(
    "p div section article li h1 h2 h3 h4 h5 h6 blockquote ul ol dl dt dd figure figcaption header main hr body pre "
    "address html center caption table tr td th details summary"
)
LeftAs = Callable[["Element"], str | None]
"""Under what an element is left out of a text with all that is in it; None if it is read."""
SPACES = re.compile(r"[ \t\r\n\f]+")
TITLE_LIMIT = 200
STAYS = "\x00"
"""A space that stays, in text whose spaces are kept; no page can hold this character."""
STAYING = f" \t\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u3000{STAYS}"
WIDTHS = str.maketrans(
    {"\xa0": " ", STAYS: " ", "\u2000": " ", "\u2002": " ", "\u2004": " ", "\u2005": " "}
    | dict.fromkeys("\u2001\u2003\u3000", "  ")
)
"""What spaces before a line are as plain ones."""
GAP = re.compile("[ \xa0]{2,}|\xa0")
SPACED = {
    "pre": "pre", "pre-wrap": "pre", "break-spaces": "pre", "preserve": "pre", "pre-line": "pre-line",
    "preserve-breaks": "pre-line",
}  # fmt: skip
LEFT = {"dd": 30.0}
"""Points that an element stands in where no style says so."""
ROOM = 3
"""Empty lines that are kept where there are more."""
ITEM = "- "
"""Before an item of a list, whose words may be in a paragraph of their own."""
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


def page(text: str, name: str, left_as: LeftAs = mark, sheet: Sheet | None = None) -> Document:
    """What a page shows; `sheet`: the styles that are not in it. Raises FileUnreadable (`html`) if nothing can be made
    of it."""
    return shown(tree(text, name), left_as, sheet)


def shown(root: Element, left_as: LeftAs = mark, sheet: Sheet | None = None) -> Document:
    """What is shown of a page, or of an element of one."""
    own = ("".join(map(str, node.itertext())) for node in root.iter("style"))
    walk = _Walk(Document(title=_title(root)), left_as, Sheet(own, sheet))
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


class _Place(NamedTuple):
    """Where the words of an element stand: how far in, its first line further, the room around it, all in points."""

    left: float = 0.0
    first: float = 0.0
    above: float = 0.0
    below: float = 0.0


class _Walk:
    """Gathers the words of a page until something ends the paragraph. libxml2 keeps trees under 256 levels."""

    def __init__(self, document: Document, left_as: LeftAs, sheet: Sheet) -> None:
        self.document, self.left_as, self.sheet = document, left_as, sheet
        self.pieces: list[str] = []
        self.place = _Place()
        self.spaces = "normal"
        self.grouped: dict[Element, frozenset[tuple[object, object]]] = {}

    def take(self, node: Element) -> None:
        tag = node.tag if isinstance(node.tag, str) else ""
        kind = self.left_as(node) if tag else None
        if kind is not None:
            if text := _flat(node):
                self.document.left.leave(kind, text)
        elif tag == "br":
            self.pieces.append("\n")
        elif tag == "table" and not _lays_out(node):
            self.close()
            rows = [[cell_text(cell) for cell in row if cell.tag in ("td", "th")] for row in node.iter("tr")]
            self.document.add_table(rows)
        elif tag and tag not in SKIPPED:
            self._inside(node, tag)
        if node.tail:
            self._say(node.tail)

    def _inside(self, node: Element, tag: str) -> None:
        style, before = self.sheet.style_of(node), (self.place, self.spaces)
        block, group = self._is_block(node), self._is_group(node)
        self.spaces = _spaces(style, "pre" if tag == "pre" else self.spaces)
        if block and self._begins_item():
            self.place = _placed(style, tag, self.place)
        elif block:
            self.close()
            self.place = _placed(style, tag, self.place)
        elif (further := length_of(style, "margin-left", "padding-left")) and self._begins_line():
            self.pieces.append(STAYS * spaces(further))
        if group:
            self._leave_room()
        if node.text:
            self._say(node.text)
        if tag == "li":
            self.pieces.insert(0, ITEM)
        for child in node:
            tail, child.tail = child.tail, None
            self.take(child)
            if tail:
                self._say(tail)
        if block:
            self.close(level=int(tag[1]) if len(tag) == 2 and tag[1].isdigit() else 0, empty=tag == "p")
        if group:
            self._leave_room()
        self.place, self.spaces = before

    def _begins_item(self) -> bool:
        return self.pieces[:1] == [ITEM] and not "".join(self.pieces[1:]).strip()

    def _begins_line(self) -> bool:
        return not "".join(self.pieces[-3:]).rpartition("\n")[2].strip(" ")

    def _say(self, text: str) -> None:
        if self.spaces == "pre":
            self.pieces.append(text.replace(" ", STAYS))
        elif self.spaces == "pre-line":
            self.pieces.append(re.sub(r"[ \t\f]+", " ", text))
        else:
            self.pieces.append(SPACES.sub(" ", text))

    def _is_block(self, node: Element) -> bool:
        return node.tag in BLOCKS or self.sheet.style_of(node).get("display") in ("block", "list-item")

    def _is_group(self, node: Element) -> bool:
        """Does the element hold lines or paragraphs and nothing else, as a stanza does? One of a single line is known
        by others of its kind beside it."""
        lines = self._lines_in(node)
        parent = node.getparent()
        if lines != 1 or parent is None:
            return lines > 1
        if parent not in self.grouped:
            several = ((one.tag, one.get("class")) for one in parent if self._lines_in(one) > 1)
            self.grouped[parent] = frozenset(several)
        return (node.tag, node.get("class")) in self.grouped[parent]

    def _lines_in(self, node: Element) -> int:
        if not isinstance(node.tag, str) or not self._is_block(node):
            return 0
        lines = [child for child in node if isinstance(child.tag, str) and self._is_block(child)]
        return (
            0
            if any(self._is_block(below) for line in lines for below in line if isinstance(below.tag, str))
            else len(lines)
        )

    def _leave_room(self) -> None:
        if self.document.paragraphs and self.document.paragraphs[-1].text.strip():
            self.document.paragraphs.append(Paragraph(""))

    def close(self, level: int = 0, empty: bool = False) -> None:
        """End the paragraph. Lines that the author left empty are room between stanzas; so is a paragraph, if `empty`
        says that it is written though it may hold nothing."""
        written = "".join(self.pieces)
        self.pieces = []
        lines = [_line(line) for line in written.split("\n")]
        filled = [place for place, line in enumerate(lines) if line]
        paragraphs = self.document.paragraphs
        if not filled:
            left = len(lines) - 1 or int(empty or "\xa0" in written)
            paragraphs += [Paragraph("")] * min(left, ROOM)
            return
        text = "\n".join(lines[filled[0] : filled[-1] + 1])
        inset, first, above, below = self.place
        # The first line alone is set in; verses below it are not.
        indent = spaces(inset + (0.0 if "\n" in text else first))
        paragraphs += [Paragraph("")] * min(filled[0], ROOM)
        paragraphs.append(Paragraph(text, level, indent, above, below))
        paragraphs += [Paragraph("")] * min(len(lines) - filled[-1] - 2, ROOM)


def _spaces(style: Declared, before: str) -> str:
    """What becomes of spaces and line ends inside an element: `pre`, `pre-line` or `normal`."""
    declared = style.get("white-space-collapse") or style.get("white-space")
    if declared is None:
        return before
    return SPACED.get(declared, "normal")


def _placed(style: Declared, tag: str, around: _Place) -> _Place:
    """Where a block stands within the one around it."""
    usual = EM if tag == "p" else 0.0
    above, below = (points(style.get(f"margin-{side}", "")) for side in ("top", "bottom"))
    declared = length_of(style, "margin-left", "padding-left") or LEFT.get(tag, 0.0)
    return _Place(
        around.left + declared, length_of(style, "text-indent"),
        usual if above is None else above, usual if below is None else below,
    )  # fmt: skip


def _line(written: str) -> str:
    """A line as it is shown: of plain spaces one stays, before it none; those that do not break stay before it, and
    where there are many."""
    bare = written.strip(" ")
    begun = len(bare) - len(bare.lstrip(STAYING))
    lead = bare[:begun].translate(WIDTHS)
    return (lead + GAP.sub(_gap, bare[begun:]).replace(STAYS, " ")).rstrip()


def _gap(found: re.Match[str]) -> str:
    meant = len(found[0]) > 2 and "\xa0" in found[0]
    return " " * (len(found[0]) if meant else 1)


def _lays_out(table: Element) -> bool:
    """Does a table hold whole texts, as a frame around them or to put them side by side?"""
    return bool(table.xpath(".//table|.//p[2]")) or (
        len(table.xpath(".//tr[position() < 4]")) <= 2 and bool(table.xpath(".//br[2]"))
    )


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

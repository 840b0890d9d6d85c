"""Books in XML (FictionBook, TEI, DocBook, DTBook, XML that nobody knows): headings, paragraphs, stanzas, plays."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from skills.errors import FileTooLarge
from skills.reading.formats.careless import careless_xml
from skills.reading.formats.packed import XML_LIMIT
from skills.reading.part import Document, Paragraph, Part, part_of
from skills.texts.sentences import names

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BROKEN = "xml_broken"
PICTURES = re.compile(rb"<binary\b[^>]*>[^<]*</binary>")
SKIPPED = names(
    "description binary stylesheet teiheader meta facsimile standoff fw index indexterm toc lot figure graphic image "
    "mediaobject inlinemediaobject imageobject programlisting screen math formula equation gap style script svg xref "
    "metadata docmetadata journal-meta article-meta"
)
OF_MACHINES = names("style script svg")
"""All that is skipped where nobody knows what the names of the elements mean."""
ABOUT = names("info bookinfo articleinfo chapterinfo sectioninfo partinfo prefaceinfo")
"""What DocBook says about a book or a part of it: of that, only the title is printed."""
NOTES = names("note footnote fn fn-group")
HEADINGS = names("title head titulo título bridgehead doctitle h1 h2 h3 h4 h5 h6 hd levelhd encabezado")
PARTS = names(
    "body section div div1 div2 div3 div4 div5 div6 div7 lg poem book part chapter article preface appendix sect1 "
    "sect2 sect3 sect4 sect5 simplesect dedication epigraph front back level level1 level2 level3 level4 level5 level6 "
    "group text sec frontmatter bodymatter rearmatter acknowledgements poema cuento capitulo capítulo canto libro"
)
LINES = names("v l line verso verse-line")
STANZAS = names("stanza lg linegroup estrofa verse-group")
PARAGRAPHS = names(
    "p para simpara formalpara ab subtitle text-author date byline dateline opener closer signed salute trailer "
    "stage td th"
)
FEET = names("div body section appendix")
DEEPER = names("section sect2 sect3 sect4 sect5 div2 div3 div4 div5 div6 div7 level3 level4 level5 level6")
DRAWN = names("literallayout address preformat pre")
"""Where the lines of the file are those of the author."""
INSET = re.compile(r"(?:indent|inset)-?\(?(\d?)\)?", re.IGNORECASE)
ROOM = 4
"""Spaces that a line stands in for each step."""
BREAKS = names("lb br break linebreak empty-line")
ASIDE = ("text", "body", "content", "message", "note", "_note")
"""Attributes in which programs that are no book-makers keep what was written (OPML, FreeMind)."""
ALTERNATIVES = names("sic abbr orig del")
"""What an edition gives beside what it means to be read."""
KNOWN = names("fictionbook tei tei.2 teicorpus teicorpus.2 dtbook book article chapter part preface section set")


def read(path: Path, name: str, folder: Path) -> list[Part]:
    if (size := path.stat().st_size) > 5 * XML_LIMIT:
        raise FileTooLarge(name=name, bytes=size, limit=5 * XML_LIMIT)
    data = PICTURES.sub(b"", path.read_bytes())
    if len(data) > XML_LIMIT:
        raise FileTooLarge(name=name, bytes=len(data), limit=XML_LIMIT)
    root, whole = careless_xml(data, name, BROKEN)
    known = _tag(root) in KNOWN
    walk = _Walk(Document(), known)
    walk.take(root)
    facts = {"file_mended": not whole, "xml_unknown": not known}
    walk.document.facts |= {fact: 1 for fact, there in facts.items() if there}
    return [part_of(walk.document, name, folder)]


def _tag(node: Element | None) -> str:
    return node.tag.rpartition("}")[2].casefold() if node is not None and isinstance(node.tag, str) else ""


class _Walk:
    """Gathers what a book says, element by element. libxml2 keeps trees under 256 levels."""

    def __init__(self, document: Document, known: bool) -> None:
        self.document = document
        self.known = known
        self.skipped = SKIPPED if known else OF_MACHINES
        self.speaker = ""

    def take(self, node: Element) -> None:
        tag = _tag(node)
        if not tag or tag in self.skipped:
            return
        if not self.known:
            self._aside(node)
        if self.known and (kind := _left_as(node, tag)) is not None:
            self.document.left.leave(kind, _flat(node))
        elif tag in ABOUT:
            for title in [child for child in node if _tag(child) == "title"]:
                self._heading(title)
        elif tag in DRAWN:
            self._stanza([line for line in "".join(map(str, node.itertext())).split("\n") if line.strip()])
        elif tag in HEADINGS:
            self._heading(node)
        elif tag in ("table", "informaltable"):
            rows = [row for row in node.iter() if _tag(row) in ("tr", "row")]
            self.document.add_table(
                [[_flat(c) for c in row if _tag(c) in ("td", "th", "entry", "cell")] for row in rows]
            )
        elif tag == "sp":
            self._speech(node)
        elif tag in LINES or tag in PARAGRAPHS or (tag not in PARTS and _is_text(node)):
            self._paragraph(self._inline(node))
        elif tag in BREAKS:
            self._room()
        else:
            self._children(node, tag)

    def _aside(self, node: Element) -> None:
        """What was written into attributes of an element: words, not a code."""
        given = {str(name).casefold(): str(value) for name, value in node.attrib.items()}
        for name in ASIDE:
            value = " ".join(given.get(name, "").split())
            if any(map(str.isalpha, value)) and (name == "text" or " " in value):
                self._paragraph(value)

    def _children(self, node: Element, tag: str) -> None:
        """What is inside; lines that follow each other are one stanza."""
        stanza: list[str] = []
        for child in node:
            if _tag(child) in LINES:
                stanza.append(self._verse(child))
                continue
            if _tag(child) in BREAKS and stanza and _tag(child) != "empty-line":
                continue
            self._stanza(stanza)
            stanza = []
            self.take(child)
        self._stanza(stanza)
        if tag in STANZAS or tag in PARTS or tag in ("cite", "quote", "blockquote", "list"):
            self._room()

    def _stanza(self, lines: list[str]) -> None:
        if lines:
            self._room()
            self._paragraph("\n".join(lines))
            self._room()

    def _verse(self, line: Element) -> str:
        """A line of verse; how far in it stands is said of it in TEI."""
        inset = INSET.match(line.get("rend") or "")
        return " " * ROOM * int(inset[1] or 1 if inset else 0) + " ".join(self._inline(line).split())

    def _room(self) -> None:
        if self.document.paragraphs and self.document.paragraphs[-1].text:
            self.document.paragraphs.append(Paragraph(""))

    def _paragraph(self, text: str) -> None:
        if text.strip():
            self.document.paragraphs.append(
                Paragraph(f"{self.speaker}{text.strip() if self.speaker else text.rstrip()}")
            )
            self.speaker = ""

    def _heading(self, node: Element) -> None:
        """The first title of a part is its heading, if it is not the rule of asterisks that some books make of it."""
        pieces = [self._inline(child) for child in node if _tag(child) in PARAGRAPHS] or [self._inline(node)]
        text = ". ".join(" ".join(piece.split()).rstrip(".") for piece in pieces if piece.strip())
        parent = node.getparent()
        before = node.itersiblings(preceding=True)
        first = not any(_tag(other) in HEADINGS for other in before)
        titled = not self.known or parent is None or _tag(parent) in PARTS | KNOWN | ABOUT
        if titled and first and any(map(str.isalnum, text)):
            level = 2 if parent is not None and _tag(parent) in DEEPER else 1
            self.document.paragraphs += [Paragraph(""), Paragraph(text, level), Paragraph("")]
        else:
            self._paragraph(text)

    def _speech(self, node: Element) -> None:
        """A speech of a play begins with who speaks."""
        said = (_flat(child) for child in node if _tag(child) == "speaker")
        name = next(said, "").rstrip(" .:—–-")
        self.speaker = f"{name}: " if name else ""
        self._room()
        lines: list[str] = []
        for child in [child for child in node if _tag(child) != "speaker"]:
            if _tag(child) in LINES or (_tag(child) in STANZAS and all(_tag(line) in LINES for line in child)):
                lines += [self._verse(line) for line in ([child] if _tag(child) in LINES else child)]
            else:
                self._lines(lines)
                lines = []
                self.take(child)
        self._lines(lines)
        self.speaker = ""

    def _lines(self, lines: list[str]) -> None:
        if lines:
            self._paragraph("\n".join(lines))

    def _inline(self, node: Element) -> str:
        """The words of a paragraph; line ends where the book has its own."""
        text = "".join(self._pieces(node))
        return "\n".join(" ".join(line.split()) for line in text.split("\x1e")).strip("\n")

    def _pieces(self, node: Element) -> list[str]:
        pieces = [node.text or ""]
        for child in node:
            tag = _tag(child)
            if self.known and (kind := _left_as(child, tag)) is not None:
                self.document.left.leave(kind, _flat(child))
            elif tag in BREAKS:
                pieces.append("" if child.get("break") == "no" else "\x1e")
            elif tag == "stage":
                pieces.append(f"({_flat(child).strip('()')})")
            elif tag and tag not in self.skipped and not (tag in ALTERNATIVES and _tag(node) in ("choice", "subst")):
                inside = tag in PARAGRAPHS or tag in LINES
                pieces += ["\x1e" if inside else "", *self._pieces(child), "\x1e" if inside else ""]
            pieces.append(child.tail or "")
        return pieces


def _left_as(node: Element, tag: str) -> str | None:
    """Under what an element is left out of a book; None if it is read."""
    if tag == "pagenum":
        return "page_marks"
    if tag in ("noteref", "footnoteref") or (tag == "a" and node.get("type") == "note"):
        return "note_marks"
    if tag == "del" and _tag(node.getparent()) != "subst":
        return "deleted_text"
    # The part of a book where its notes stand together says so.
    said = (node.get("name") or node.get("type") or "").casefold()
    return (
        "footnotes"
        if tag in NOTES or (tag in FEET and said in ("notes", "footnotes", "endnotes", "comments"))
        else None
    )


def _is_text(node: Element) -> bool:
    """Has an element that nobody knows words of its own, or nothing but words?"""
    return bool((node.text or "").strip() or any((child.tail or "").strip() for child in node)) or not len(node)


def _flat(node: Element) -> str:
    return " ".join("".join(map(str, node.itertext())).split())

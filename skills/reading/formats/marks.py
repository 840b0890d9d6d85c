"""Numbers of pages and of notes that editions on a screen put into a text, and the notes themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from skills.texts.sentences import names

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
PAGE_TYPES = names("pagebreak doc-pagebreak")
PAGE_CLASS = re.compile(r"(?:ws-)?(?:page-?(?:num(?:ber)?|no|break|mark)|pg-?num|pb|folio)s?$")
PAGE = re.compile(
    r"[\[({|]*\s*(?:p[aáà]?g(?:e|ina)?s?\.?|p\.|s\.|seite)?\s*(?:\d{1,4}|[ivxlcdm]{1,8})\s*[\])}|]*$", re.I
)
BRACKETED_PAGE = re.compile(
    r"[\[({]\s*(?:p[aáà]?g(?:e|ina)?s?\.?|p\.|s\.|seite)\s*(?:\d{1,4}|[ivxlcdm]{1,8})\s*[\])}]$", re.I
)
"""A mark of a page that needs no name to be told by."""
OF_PAGES = ("span", "a", "div", "p", "hr", "sup")
BODIES = ("aside", "section", "div", "ol", "ul", "li", "p", "dl")
BRACKETED = re.compile(r"\[\d{1,3}\]$|\(\d{1,3}\)$|[*†‡]{1,3}$")
NUMBER = re.compile(r"\d{1,3}$|[*†‡]{1,3}$")
CALLING = re.compile(r"(?:[^\W\d_]{3,}|[.,;:!?…»”’\")\]])$")
TO_A_NOTE = re.compile(
    r"#_?(?:ftn|ftnt|sdfootnote|sdendnote|edn|fn|footnote|endnote|cite_note)[\w:.-]*$", re.IGNORECASE
)
BACK = re.compile(
    r"#_?(?:ftn_?ref|ftnt_?ref|edn_?ref|fn_?ref|footnote-?(?:ref|anchor)|sd(?:foot|end)note\d+anc)[\w:.-]*$", re.I
)
"""Where the links of a note, and those back to the text from it, lead in the pages that office programs write."""
NOTE_TYPES = names("noteref doc-noteref")
BODY_TYPES = names("footnote footnotes rearnote rearnotes endnote endnotes doc-footnote doc-endnote doc-endnotes")
NOTE_CLASS = re.compile(
    r"(?:foot|end)?-?note-?(?:ref(?:erence)?|anchor|call|mark)$|fnanchor$|fn-?ref$|reference$|noteref"
)
BODY_CLASS = names("footnote footnotes endnote endnotes wp-block-footnotes references reflist")
NOTE = re.compile(r"[\[({]*\s*(?:nota\s+|note\s+|n\.\s*)?(?:\d{1,4}|[*†‡§¶]{1,4}|[a-z]|[ivxlc]{1,6})\s*[\])}.]*$", re.I)


def mark(node: Element) -> str | None:
    """`page_marks`, `note_marks` or `footnotes` for an element that is one of these; None for the text itself."""
    attributes = node.attrib
    if not attributes and node.tag not in ("sup", "span", "p", "div", "li"):
        return None
    types = _types(node)
    classes = (attributes.get("class") or "").casefold().split()
    if node.tag in OF_PAGES and _is_page(node, types, classes):
        return "page_marks"
    if node.tag in ("a", "sup", "span") and _is_note(node, types, classes):
        return "note_marks"
    if node.tag in ("p", "div", "li") and _leads_back(node):
        return "footnotes"
    return "footnotes" if node.tag in BODIES and (types & BODY_TYPES or BODY_CLASS & set(classes)) else None


def _types(node: Element) -> set[str]:
    """What an element says it is for, in the words of e-books (`epub:type`) and of readers for the blind (`role`)."""
    said = (node.get(EPUB_TYPE) or node.get("epub:type") or "", node.get("role") or "")
    return {word for value in said for word in value.casefold().split()}


def _is_page(node: Element, types: set[str], classes: list[str]) -> bool:
    if types & PAGE_TYPES:
        return True
    classed = any(map(PAGE_CLASS.match, classes))
    return (classed or node.tag in ("span", "a")) and bool((PAGE if classed else BRACKETED_PAGE).match(_words(node)))


def _is_note(node: Element, types: set[str], classes: list[str]) -> bool:
    words = _words(node)
    if not NOTE.match(words):
        return False
    if types & NOTE_TYPES or any(map(NOTE_CLASS.match, classes)):
        return True
    place = node.get("href") or ""
    if node.tag == "a" and "#" in place:
        raised = node.find(".//sup") is not None or _raised(node)
        return raised or bool(TO_A_NOTE.search(place) or BRACKETED.match(words) or _is_called(node))
    return node.tag == "sup" and (_around_a_link(node) or (NUMBER.match(words) is not None and _is_called(node)))


def _is_called(node: Element) -> bool:
    """Is it stuck to a word or to the end of a sentence? A raised number behind a unit or a letter is a power."""
    before, parent = node.getprevious(), node.getparent()
    text = before.tail if before is not None else parent.text if parent is not None else ""
    return CALLING.search((text or "")[-20:]) is not None


def _leads_back(node: Element) -> bool:
    """Does a paragraph begin with a link to where its number stands in the text?"""
    link = node.find(".//a")
    return link is not None and bool(BACK.search(link.get("href") or "")) and bool(NOTE.match(_words(link)))


def _raised(node: Element) -> bool:
    parent = node.getparent()
    return parent is not None and parent.tag == "sup"


def _around_a_link(node: Element) -> bool:
    """Is it a raised number that leads elsewhere?"""
    link = node.find(".//a")
    return link is not None and "#" in (link.get("href") or "") and bool(NOTE.match(_words(node)))


def _words(node: Element) -> str:
    return " ".join("".join(map(str, node.itertext())).split())

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
    if not attributes:
        return "note_marks" if node.tag == "sup" and _around_a_link(node) else None
    types = _types(node)
    classes = (attributes.get("class") or "").casefold().split()
    if node.tag in ("span", "a", "div", "p", "hr", "sup") and (
        types & PAGE_TYPES or any(map(PAGE_CLASS.match, classes))
    ):
        return "page_marks" if types & PAGE_TYPES or PAGE.match(_words(node)) else None
    if node.tag in ("a", "sup", "span") and _is_note(node, types, classes):
        return "note_marks"
    bodies = node.tag in ("aside", "section", "div", "ol", "ul", "li", "p", "dl")
    return "footnotes" if bodies and (types & BODY_TYPES or BODY_CLASS & set(classes)) else None


def _types(node: Element) -> set[str]:
    """What an element says it is for, in the words of e-books (`epub:type`) and of readers for the blind (`role`)."""
    said = (node.get(EPUB_TYPE) or node.get("epub:type") or "", node.get("role") or "")
    return {word for value in said for word in value.casefold().split()}


def _is_note(node: Element, types: set[str], classes: list[str]) -> bool:
    if not NOTE.match(_words(node)):
        return False
    if types & NOTE_TYPES or any(map(NOTE_CLASS.match, classes)):
        return True
    raised = node.tag == "a" and (node.find(".//sup") is not None or _raised(node))
    return (raised and "#" in (node.get("href") or "")) or (node.tag == "sup" and _around_a_link(node))


def _raised(node: Element) -> bool:
    parent = node.getparent()
    return parent is not None and parent.tag == "sup"


def _around_a_link(node: Element) -> bool:
    """Is it a raised number that leads elsewhere?"""
    link = node.find(".//a")
    return link is not None and "#" in (link.get("href") or "") and bool(NOTE.match(_words(node)))


def _words(node: Element) -> str:
    return " ".join("".join(map(str, node.itertext())).split())

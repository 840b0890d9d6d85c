"""What a text full of marks is (a letter, a saved page, a blog, a book in XML, LaTeX), told by how it begins."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath

from skills.texts.sentences import names

HEAD = 16_384
"""Bytes that are looked at."""
PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!doctype\s[^\[>]*(?:\[.*?\]\s*)?>)", re.DOTALL | re.IGNORECASE)
ROOT = re.compile(r"\s*<(?:[\w.-]+:)?([\w.-]+)([^>]*)")
BOOKS = names("fictionbook tei tei.2 teicorpus teicorpus.2 dtbook")
DOCBOOK = names("book article chapter part preface section set")
NOT_BOOKS = names(
    "svg kml gpx plist workbook tt timedtext transcript opml score-partwise xliff tmx en-export project configuration"
)
"""Roots of XML that is no book: drawings, maps, settings, spreadsheets, subtitles, music, translations, notes."""
HEADER = re.compile(r"([!-9;-~]{1,70}):")
ENVELOPE = re.compile(r"From [^\n]{1,200}?\d{1,2}:\d{2}[^\n]{0,60}?\d{4}[^\n]{0,20}\n>?[!-9;-~]{1,70}:")
"""The line before each letter of a mailbox, and the header that follows it."""
HEADERS = names(
    "from to cc subject date message-id mime-version received return-path content-type content-transfer-encoding "
    "delivered-to reply-to sender user-agent x-mailer x-received dkim-signature authentication-results "
    "x-unsent x-universally-unique-identifier"
)
TELLING = names("mime-version message-id received return-path content-type delivered-to x-unsent")
"""Headers that only a program writes."""
DELIVERED = names("to received message-id delivered-to")
"""Headers of a letter, which a saved page has not."""
LATEX = re.compile(r"(?:\s|%[^\n]*\n)*\\(?:documentclass|documentstyle)\b")


def markup_of(head: bytes, name: str) -> str | None:
    """The kind of a text with marks that begins with `head` and is called `name`; None for any other text."""
    text = _loose(head[:HEAD])
    suffix = PurePath(name).suffix.casefold()
    if text.startswith("<"):
        return _xml_kind(text)
    if text.startswith("From ") and ENVELOPE.match(text):
        return "mailbox"
    if suffix == ".emlx":
        text = text.partition("\n")[2]
    if HEADER.match(text) and (letter := _letter_kind(text, suffix)):
        return letter
    latex = suffix in (".tex", ".latex", ".ltx") and "\\" in text
    return "latex" if latex or LATEX.match(text) else None


def _loose(head: bytes) -> str:
    """Enough to see marks by, which are ASCII; letters may be wrong."""
    for bom in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if head.startswith(bom):
            return head.decode("utf-16", "replace").lstrip()
    text = head.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip()


def _xml_kind(text: str) -> str | None:
    place = 0
    while found := PROLOG.match(text, place):
        place = found.end()
    prolog = text[:place].casefold()
    root = ROOT.match(text, place)
    if root is None:
        return None
    name, rest = root[1].casefold(), root[2]
    if name == "html" or "<!doctype html" in prolog:
        return "html"
    if name == "rss" or (name == "feed" and "/Atom" in rest) or (name == "rdf" and "purl.org/rss" in rest):
        return "feed"
    if name == "document" and "opendocument:xmlns:office" in rest:
        return _open_document(text[place:])
    if name == "worddocument" or (name == "package" and "schemas.microsoft.com/office/2006/xmlPackage" in rest):
        return "office_flat"
    if name == "smses":
        return "text_messages"
    docbook = name in DOCBOOK and ("docbook" in prolog or "docbook" in rest.casefold())
    if name in BOOKS or docbook or (prolog.startswith("<?xml") and name not in NOT_BOOKS):
        return "xml_book"
    return None


def _open_document(text: str) -> str:
    """A document of LibreOffice in one XML file says which of its programs it is for."""
    for mark, kind in (("opendocument.spreadsheet", "ods"), ("opendocument.presentation", "slides")):
        if mark in text:
            return kind
    return "office_flat"


def _letter_kind(text: str, suffix: str) -> str | None:
    """`mail` or `saved_page` for headers as programs write them; a letter that a person typed has no such headers."""
    block, ended, _ = text.partition("\n\n")
    lines = block.split("\n")
    headers: dict[str, str] = {}
    last = ""
    for line in lines if ended else lines[:-1]:  # the last may be cut
        if line[:1] in (" ", "\t") and last:
            headers[last] += line.casefold()
        elif match := HEADER.match(line):
            last = match[1].casefold()
            headers[last] = line[match.end() :].casefold()
        elif not line.startswith(">From "):
            return None
    known = headers.keys() & HEADERS
    content = headers.get("content-type", "")
    of_page = "multipart/related" in content or "text/html" in content
    saved = "snapshot-content-location" in headers or "saved by" in headers.get("from", "")
    if (
        "mime-version" in known
        and of_page
        and (saved or suffix in (".mht", ".mhtml") or not headers.keys() & DELIVERED)
    ):
        return "saved_page"
    return "mail" if known and (suffix in (".eml", ".emlx") or (len(known) >= 3 and known & TELLING)) else None

"""Files of signs that are nobody's words: links to what is elsewhere, shortcuts, contacts, calendars, sources."""

from __future__ import annotations

import json
import re
from pathlib import PurePath

SMALL = 8_192
"""Bytes that a link has at most."""
CARDS = ((b"BEGIN:VCARD", "contacts"), (b"BEGIN:VCALENDAR", "calendar"))
SOURCES = re.compile(rb"(?:%[^\n]*\n|@comment\{[^\n]*\n|\s)*@[a-z]{3,20}\s*\{\s*[\w:./+-]{1,80}\s*,", re.IGNORECASE)
"""How a list of sources for LaTeX (BibTeX) begins."""
SHORTCUTS = (b"L\x00\x00\x00\x01\x14\x02\x00", b"book\x00\x00\x00\x00mark")
"""How the shortcuts of Windows and the aliases of a Mac begin."""
DRIVE = {".gdoc": "link_document", ".gsheet": "link_sheet", **dict.fromkeys(
    (".gslides", ".gform", ".gdraw", ".gsite", ".gmap", ".gjam", ".glink", ".gnote", ".gscript"), "link")}  # fmt: skip
"""Endings of what Google Drive leaves in a folder in the place of a document."""
LINK_KEYS = frozenset(
    {"", "url", "doc_id", "resource_id", "resource_key", "email", "title", "name", "account", "user_id"}
)
"""What such a file says of the document; one with anything else is data."""
ADDRESS = re.compile(rb"[a-z][a-z\d+.-]{1,20}://[^\s<>\"]+", re.IGNORECASE)
PLACES = (
    (re.compile(rb"docs\.google\.com/(?:document|open)|1drv\.ms/w|/:w:/|\.docx?\b", re.IGNORECASE), "link_document"),
    (re.compile(rb"docs\.google\.com/spreadsheets|1drv\.ms/x|/:x:/|\.xlsx?\b", re.IGNORECASE), "link_sheet"),
    (re.compile(rb"youtu\.be/|youtube\.com/|vimeo\.com/", re.IGNORECASE), "link_video"),
)
"""What an address leads to, where it says so."""


def no_text(head: bytes, name: str) -> str | None:
    """What a file is if it begins so (`head`) and holds nobody's words; None if it may be a text."""
    if head.startswith(SHORTCUTS):
        return "shortcut"
    begins = head[:SMALL].removeprefix(b"\xef\xbb\xbf").lstrip()
    for start, kind in CARDS:
        if begins[: len(start)].upper() == start:
            return kind
    if SOURCES.match(begins) or (begins.startswith(b"TY  - ") and b"\nER  -" in head):
        return "sources"
    return _link(begins, PurePath(name).suffix.casefold()) if len(head) <= SMALL else None


def _link(data: bytes, suffix: str) -> str | None:
    if suffix in DRIVE:
        return DRIVE[suffix]
    if data[:1] == b"{":
        return _place(data) if _drive(data) else None
    lower = data.lower()
    internet = b"[internetshortcut]" in lower and (suffix in (".url", ".website") or lower[:1] == b"[")
    plist = suffix == ".webloc" or (b"<plist" in lower and b"<key>url</key>" in lower)
    if internet or plist or ADDRESS.fullmatch(data.strip()):
        return _place(data)
    if lower.startswith(b"[desktop entry]"):
        return _place(data) if re.search(rb"^type\s*=\s*link", lower, re.MULTILINE) else "shortcut"
    return None


def _drive(data: bytes) -> bool:
    """Is it an object that has an address or the number of a document, and nothing besides what tells whose it is?"""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return False
    if not isinstance(found, dict) or not found.keys() <= LINK_KEYS:
        return False
    return "doc_id" in found or (isinstance(found.get("url"), str) and bool(ADDRESS.match(found["url"].encode())))


def _place(data: bytes) -> str:
    return next((kind for pattern, kind in PLACES if pattern.search(data)), "link")

"""HTML inside a text that is no page, as web forms and shops leave it in a cell: its words."""

from __future__ import annotations

import re
from html import unescape

BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|h[1-6])>", re.IGNORECASE)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
INLINE = re.compile(r"<(?:br\s*/?|/(?:p|b|i|em|strong|u|a|span|div|li))>", re.IGNORECASE)
"""What tells that a text was written with tags: a line end, or the end of something."""
REFERENCE = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#\d{2,6}|#x[\da-fA-F]{2,5}|[a-zA-Z]acute|ntilde|Ntilde);")


def untagged(text: str) -> str:
    """The words of a text with tags, each paragraph on lines of its own."""
    return unescape(TAG.sub("", BREAK.sub("\n", text))).replace("\u00a0", " ").strip()


def plain(text: str) -> str:
    """A text as its author sees it: as it is, unless it was written with tags or references to characters."""
    if "<" in text and INLINE.search(text):
        return untagged(text)
    return unescape(text) if "&" in text and REFERENCE.search(text) else text

"""Where a text that was cut for its length is ended: at a sentence or a line if one closes late in it, else a word."""

from __future__ import annotations

import re

CLOSE = re.compile(r"[.!?…]+[»”\"')\]]*(?=\s)|\n")
"""Where a sentence or a line ends."""
LATE = 0.5
"""A close before this share of the text would throw away too much of it."""


def to_a_close(text: str) -> str:
    """`text` without what was left unfinished at its end; what ends at a word says so with an ellipsis."""
    text = text.rstrip()
    if not text or re.search(r"[.!?…][»”\"')\]]*$", text):
        return text
    closes = [match.end() for match in CLOSE.finditer(text) if match.end() >= LATE * len(text)]
    if closes:
        return text[: closes[-1]].rstrip()
    words = re.match(r"(.*\S)\s+\S*$", text, re.S)
    return f"{words[1].rstrip(',;:-—')}…" if words else text

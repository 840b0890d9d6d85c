"""Where a text that was cut for its length is ended: at a word, or at a sentence or a line that closes late in it."""

from __future__ import annotations

import re

CLOSE = re.compile(r"[.!?…]+[»”\"')\]]*(?=\s)|\n")
"""Where a sentence or a line ends."""
COMPLETE = re.compile(r"[.!?…][»”\"')\]]*$|^$")
LATE = 0.5
"""A close before this share of the text would throw away too much of it."""


def to_a_close(text: str) -> str:
    """`text` without the sentence or line that was left unfinished at its end, or else as `to_a_word`."""
    text = text.rstrip()
    if COMPLETE.search(text):
        return text
    closes = [match.end() for match in CLOSE.finditer(text) if match.end() >= LATE * len(text)]
    if closes:
        return text[: closes[-1]].rstrip()
    return to_a_word(text)


def to_a_word(text: str) -> str:
    """`text` without the word that may have been left unfinished at its end, and an ellipsis that says so."""
    text = text.rstrip()
    if COMPLETE.search(text):
        return text
    words = re.match(r"(.*\S)\s+\S*$", text, re.S)
    return f"{words[1].rstrip(',;:-—')}…" if words else text

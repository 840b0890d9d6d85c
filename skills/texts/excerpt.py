"""The beginning of a text, short enough to be looked at or to stand for it: cut between words, the cut marked."""

from __future__ import annotations

SHOWN = 600
"""Characters of an example that are shown."""
NAMED = 40
"""Characters of a pasted text that stand for its name."""


def excerpt(text: str, most: int = SHOWN) -> str:
    """An example short enough to be looked at: at most `most` characters and the mark of the cut."""
    return text if len(text) <= most else f"{text[:most].rsplit(None, 1)[0]} […]"


def first_words(text: str) -> str:
    """The first words of a pasted text, as its name: at most NAMED characters, and an ellipsis where there is more."""
    flat = " ".join(text.split())
    if len(flat) <= NAMED:
        return flat
    begun, space, _ = flat[:NAMED].rpartition(" ")
    return (begun if space else flat[: NAMED - 1]).rstrip(" ,;:") + "…"

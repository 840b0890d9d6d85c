"""Songs with chords: above their words, in brackets among them, or as the directives of ChordPro."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from skills.reading.left_out import LeftOut

KIND = "chords"
QUALITY = (
    r"(?:#|b|♯|♭)?(?:maj|min|dim|aug|sus|add|[mM°ºø+-])?\d{0,2}(?:(?:sus|add|maj|[#b+-])\d{1,2})?(?:M|\(\w{1,6}\))?"
)
ENGLISH = rf"[A-G]{QUALITY}(?:/[A-G][#b]?)?"
SYLLABLE = r"(?:Do|Re|Mi|Fa|Sol|La|Si|DO|RE|MI|FA|SOL|LA|SI)"
LATIN = rf"{SYLLABLE}{QUALITY}(?:/{SYLLABLE}[#b]?)?"
CHORD = re.compile(rf"\(?(?:{ENGLISH}|{LATIN})\)?[*.,]*")
BETWEEN = re.compile(r"[|:%/–—.-]+|\(?x\s?\d{1,2}\)?|\(?bis\)?|N\.?C\.?|m|7|intro:?|\.{2,}", re.IGNORECASE)
"""What stands among chords: bars, times to repeat."""
INLINE = re.compile(rf"\[(?:{ENGLISH}|{LATIN})\]")
DIRECTIVE = re.compile(r"\s*\{\s*(\w{1,24})\s*(?::\s*([^{}]*))?\}\s*$")
TABLATURE = re.compile(r"\s*[A-Ga-g]?[#b]?\s?\|[-\dhpbrxt/\\~|()*. ]{6,}$")
SURE = 2
"""Chords on a line that make it one for sure: a line of one may be a short verse («Sol», «A»)."""
LEAST, SHARE = 3, 0.12
"""Lines of chords that a song has, and their share of all its lines."""


def has_chords(lines: Sequence[str]) -> bool:
    """Are the lines (those that are not blank) those of a song with its chords?"""
    counts = [count for line in lines if (count := chords_on(line))]
    above = len(counts) >= LEAST and len(counts) >= SHARE * len(lines) and sum(n >= SURE for n in counts) >= SURE
    among = [len(INLINE.findall(line)) for line in lines]
    return above or (sum(among) >= 4 and sum(map(bool, among)) >= max(LEAST, SHARE * len(lines)))


def chords_on(line: str) -> int:
    """How many chords a line holds that holds nothing else; of tablature, as many as it has strings to press."""
    if TABLATURE.match(line) and "--" in line:
        return SURE
    tokens = line.split() if len(line) < 300 else []
    found = [bool(CHORD.fullmatch(token)) for token in tokens]
    others = (token for token, chord in zip(tokens, found, strict=True) if not chord)
    return sum(found) if all(map(BETWEEN.fullmatch, others)) else 0


def without_chords(lines: Iterable[str], left: LeftOut) -> Iterator[str]:
    """The words of a song alone; a title that ChordPro declares becomes a heading."""
    above = False
    for line in lines:
        if chords_on(line):
            left.leave(KIND, line)
            above = True
        elif directive := DIRECTIVE.match(line):
            name, value = directive[1].casefold(), (directive[2] or "").strip()
            if name in ("title", "t") and value:
                yield f"# {value}"
            elif name in ("comment", "c", "ci") and value:
                yield f"[{value}]"
            else:
                left.leave(KIND, line)
        else:
            among = INLINE.findall(line)
            if among:
                left.leave(KIND, " ".join(among))
                line = INLINE.sub("", line)
            # Words were drawn apart to stand under their chords.
            yield re.sub(r"(?<=\S) {2,}(?=\S)", " ", line) if above or among else line
            above = False

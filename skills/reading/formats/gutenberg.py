"""Books of Project Gutenberg: what stands before and after the book, and the notes of who transcribed it, left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from skills.reading.left_out import LeftOut
from skills.reading.part import Part, rewritten
from skills.reading.read import head_text, lines

PROJECT = r"(?:project|proyecto|projecte|projet|projekt|progetto|projeto)[ -]gutenberg"
OF = r"(?:of|del?|do|du|des|d[ei]|dieses|dieser|van)"
START = re.compile(
    rf"^\W*(?:start|beginning|inicio|comienzo|principio|d[eé]but|anfang|beginn|inizio|in[ií]cio)\s{OF}\b[^.]{{0,40}}{PROJECT}",
    re.IGNORECASE,
)
"""The line after which the book begins."""
SMALL_PRINT = re.compile(r"^\W*end\W{0,3}the small print", re.IGNORECASE)
"""The line after which it begins in old files, where the licence stands before the book."""
END = re.compile(rf"^\W*(?:end|fin|final|ende|fine|fim|einde)\s{OF}\b[^.]{{0,40}}{PROJECT}", re.IGNORECASE)
PRESENTED = re.compile(
    rf"^\W*(?:the|this is (?:the|a))\W{{1,3}}{PROJECT}\W+(?:e-?(?:book|text)|edition)", re.IGNORECASE
)
FRAME = re.compile(
    rf"{PROJECT}|copyright laws|\bthis e-?(?:book|text)\b|^(?:title|author|translator|editor"
    r"|illustrator|release|posting|language|character set|edition|last updated|most recently|credits"
    r"|original publication|date)\b[^\n]*:",
    re.IGNORECASE,
)
"""What blocks before a book without a line of beginning have in them."""
CREDITS = re.compile(
    r"^\W*(?:(?:e-?text |e-?book |this (?:e-?text|e-?book|file) (?:was )?)?(?:produced|prepared|transcribed|digitized)"
    r"(?: and \w+)? (?:by|from)\b|distributed proofread|credits:|html version by|updated editions)",
    re.IGNORECASE,
)
NOTE = re.compile(
    r"^\W*(?:transcriber(?:['’]s|s['’]?|)\s(?:end[ -]?)?notes?\b|notes? (?:by|of) the transcriber"
    r"|not[ae]s? (?:de la |de los |de las |del?|do|da|d[eu]s?|du)\s?trans?cri\w+"
    r"|anmerkung(?:en)? (?:zur|des|der) transkri\w+)",
    re.IGNORECASE,
)
PICTURE = re.compile(
    r"^\s*\[(?:illustration|ilustraci[oó]n|ilustra[cç][aã]o|illustrazione|abbildung|decorat\w+)[.:]?\s?\]\s*$",
    re.IGNORECASE,
)
RULE = "* * *"
"""Between two books."""
BEFORE = 1_500
"""Lines that what stands before a book may have."""
GROUP = 400
"""Lines after which a stretch without blank lines is passed on."""
LONGEST_NOTE = 60
"""Lines of a note of who transcribed the book."""
FIRST = 8
"""Stretches at the beginning of a book among which those who made the file are named."""


def unframed(part: Part, folder: Path) -> Part:
    """The part as the book alone, if it has that frame. Raises FileEmpty if there is no book in it."""
    if part.kind == "table":
        return part
    head = head_text(part.source)
    if "utenberg" not in head and "UTENBERG" not in head:
        return part
    first = head.split("\n")[:BEFORE]
    end = next((i for i, line in enumerate(first) if END.match(line)), len(first))
    marks = sum(_begins(line) for line in first[:end])
    if not marks and end == len(first) and not any(PRESENTED.match(line) for line in first[:40]):
        return part
    return rewritten(part, books(lines(part.source), marks, part.left), folder)


def books(source: Iterable[str], marks: int, left: LeftOut) -> Iterator[str]:
    """The lines of the book, or of several in a row. `marks`: how many lines of beginning stand before the first."""
    place: Literal["before", "book", "after"] = "before"
    number = noting = 0
    for blanks, group in _groups(source):
        text = "\n".join(group)
        noting = max(0, noting - len(group)) if blanks < 2 else 0
        marks -= _begins(text)
        if place == "before" and not _begins(text) and marks == 0 and not FRAME.search(text):
            place = "book"
        if place != "book" or END.match(text) or START.match(text):
            left.leave("gutenberg", text)
        elif noting or NOTE.match(text) or (number < FIRST and CREDITS.match(text)):
            left.leave("transcriber", text)
            if len(group) == 1 and NOTE.match(text):
                noting = LONGEST_NOTE
        else:
            yield from [""] * blanks
            yield from _unpictured(group, left)
        number += 1
        if marks <= 0 and (START.match(text) or (place == "before" and _begins(text))):
            yield from ("", RULE, "") if place == "after" else ()
            place, number = "book", 0
        elif END.match(text):
            place = "after"


def _begins(line: str) -> bool:
    return bool(START.match(line) or SMALL_PRINT.match(line))


def _groups(source: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """(Blank lines before, lines) of the stretches between blank lines; a line of the frame is one by itself, and so
    is a note in brackets with its blank lines."""
    blanks, group, bracket = 0, list[str](), False
    for line in source:
        marked = _begins(line) or bool(END.match(line))
        bracket = bracket or (not group and line.lstrip().startswith("[") and bool(NOTE.match(line)))
        if group and not bracket and (not line.strip() or marked or len(group) == GROUP):
            yield blanks, group
            blanks, group = 0, []
        if line.strip() or bracket:
            group.append(line)
        else:
            blanks += 1
        closed = bracket and (line.rstrip().endswith("]") or len(group) == LONGEST_NOTE)
        if closed or (group and _marked(group)):
            yield blanks, group
            blanks, group, bracket = 0, [], False
    if group:
        yield blanks, group


def _marked(group: list[str]) -> bool:
    """Is it a line of the frame, whole? A long title runs on until the asterisks."""
    if not (_begins(group[0]) or END.match(group[0])):
        return False
    open_ = group[0].lstrip().startswith("***") and not group[-1].rstrip().endswith("***")
    return not open_ or len(group) >= 4


def _unpictured(group: list[str], left: LeftOut) -> Iterator[str]:
    for line in group:
        if PICTURE.match(line):
            left.leave("images", line)
        else:
            yield line

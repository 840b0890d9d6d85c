"""What shape a text has: prose, verse with stanzas, a table, pairs, a dialogue, a chat. Judged by its beginning."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from skills.reading.indents import is_centred
from skills.reading.listed import ITEM, is_listed
from skills.reading.speakers import is_field, manner_of
from skills.reading.stamps import STAMPS
from skills.texts.hyphens import MARKS
from skills.texts.sentences import names, words
from skills.workspace import Shape

TURN = re.compile(r"^\s{0,3}(?:\*\*|__)?([^\W\d_][\w .'’-]{0,29}?)(?:\*\*|__)?:(?:\*\*|__)?\s+\S")
PROMPTS = names("q p pregunta question prompt user usuario human instruction instrucción consigna texto text")
ANSWERS = names("a r respuesta answer completion assistant asistente response output resumen summary")
CUT_WORDS = 0.1
"""Share of lines that end inside a word from which on they are those of a margin, however narrow and ragged."""


def shape_of(head: str, unwrapped: bool = False) -> Shape:
    """The shape of running text (not of csv or json), from its first 200,000 characters or so.

    `unwrapped`: it is known that no margin ended its lines.
    """
    filled = [line for line in head.split("\n") if line.strip()]
    if (spoken := speakers(filled)) is not None:
        return spoken
    return "verse" if is_verse(head, unwrapped) else "prose"


def speakers(lines: Sequence[str]) -> Shape | None:
    """`chat`, `pairs` or `dialogue` when most lines begin with who speaks; else None."""
    stamped = [line for line in lines if _is_message(line)]
    if len(stamped) >= 3 and len(stamped) >= 0.4 * len(lines):
        return "chat"
    names = _named(lines)
    if not names:
        return None
    counts = Counter(names)
    asked, answered = sum(counts[n] for n in PROMPTS), sum(counts[n] for n in ANSWERS)
    return "pairs" if min(asked, answered) >= 1 and asked + answered >= 0.8 * len(names) else "dialogue"


def _is_message(line: str) -> bool:
    """Does a line begin with a date, an hour and a name, as in an exported chat?"""
    found = next((match for stamp in STAMPS if (match := stamp.match(line))), None)
    return found is not None and TURN.match(line[found.end() :]) is not None


def _named(lines: Sequence[str]) -> list[str]:
    """Who speaks, time after time: before a colon on most lines, or in another manner of plays."""
    names = [match[1].strip().casefold() for line in lines if (match := TURN.match(line))]
    names = [name for name in names if not is_field(name)]
    people = len(set(names))
    if len(names) >= max(4, 0.45 * len(lines)) and people >= 2 and len(names) / people >= 1.5:
        return names
    manner = manner_of(lines)
    return [turn[0] for line in lines if (turn := manner.turn(line))] if manner else []


def blocks_of(text: str) -> list[list[str]]:
    """Groups of lines between blank lines."""
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def is_verse(text: str, unwrapped: bool = False) -> bool:
    """Lines that the author, not the margin, ended. Lists, records, wrapped prose and letters are not verse."""
    blocks = blocks_of(text)
    lines = [line for block in blocks for line in block]
    if len(lines) < 4 or (not unwrapped and is_wrapped(blocks)) or is_listed(lines):
        return False
    if sum(len(block) for block in blocks if len(block) >= 2) < 0.6 * len(lines):
        return False
    lengths = sorted(len(line.strip()) for line in lines)
    short = lengths[len(lengths) // 2] <= 60 and lengths[int(0.9 * len(lengths))] <= 90
    return short or are_long_verses(lines)


def are_long_verses(lines: Sequence[str]) -> bool:
    """Lines longer than a page is wide are verse if nearly all end where one pauses, and many within a sentence."""
    ends = [line.rstrip().rstrip("\"'”’»)]*_")[-1:] for line in lines]
    paused = sum(end in ",;:—–…" for end in ends if end)
    semicolons = ends.count(";")
    closed = sum(end in ".!?" for end in ends if end)
    within = paused >= 0.35 * len(ends) and paused + closed >= 0.7 * len(ends) and semicolons <= 0.6 * paused
    return within and median(map(len, lines)) <= 200


def is_wrapped(blocks: Sequence[Sequence[str]]) -> bool:
    """Is it prose cut at a margin?"""
    return margin_of(blocks) > 0


def margin_of(blocks: Sequence[Sequence[str]]) -> int:
    """The width (characters) at which prose was cut, 0 if it was not: where it was, the next line's first word would
    hardly ever have fitted on the line before.

    A line that comes back (a refrain, the head of a page) counts once. The end of a sentence before a capital or a
    dash may be that of a paragraph, and is no sign of either; in verse cut by its author, the other lines are one.
    """
    blocks = [block for block in blocks if len(block) > 1]
    if is_centred([line for block in blocks for line in block]):
        return 0
    pairs = [(a.rstrip(), b.strip()) for block in blocks for a, b in itertools.pairwise(block)]
    breaks = {re.sub(r"\d+", "", a).strip(): (a, b) for a, b in pairs}.values()
    items = sum(bool(ITEM.match(b)) for _, b in pairs)
    if len(breaks) < 3 or items > 0.5 * len(pairs):
        return 0
    lengths = sorted(len(line.rstrip()) for block in blocks for line in block)
    width = lengths[int(0.98 * len(lengths) - 0.5)]
    while len(lengths) > 8 and lengths[-1] > 1.15 * lengths[-3]:  # an address of the web, a line that was never cut
        lengths.pop()
        width = min(width, lengths[-1])
    if sum(_cut_word(a, b) for a, b in breaks) >= max(3, CUT_WORDS * len(breaks)):
        return width
    if width < 40 and (width < 32 or len(breaks) < 10):
        return 0
    full = sum(_full(a, b, width) for a, b in breaks)
    free = sum(ends_paragraph(a, b, width) for a, b in breaks)
    return width if full >= 0.8 * (len(breaks) - free) and full >= max(3, 0.5 * len(breaks)) else 0


def _full(line: str, following: str, width: int) -> bool:
    """Had the first word of the following line no room on this one? A word cut by a hyphen says so by itself."""
    if len(line) + 1 + len(following.split(maxsplit=1)[0]) >= width:
        return True
    return len(line) >= 0.75 * width and _cut_word(line, following)


def _cut_word(line: str, following: str) -> bool:
    return line[-1:] in MARKS and line[-2:-1].isalpha() and following[:1].islower()


def ends_paragraph(line: str, following: str, width: int) -> bool:
    """In prose cut at `width`: does a paragraph end with this line, though no blank line says so?"""
    line, following = line.rstrip(), following.strip()
    ended = re.search(r"[.!?…:][\"'”’»)\]]*$", line) is not None
    begins = re.match(r"[\"'“‘«¿¡(\[—–-]*\s*[A-ZÁÉÍÓÚÑÜ\d]", following) is not None
    return ended and begins and not _full(line, following, width)


def rows_are_verse(rows: Sequence[str], alone: bool = True) -> bool:
    """Do rows of a table hold verse: lines of it, stanzas with line ends, or stanzas whose line ends were lost?

    `alone`: the table has nothing but them. Beside a date or a name, a short line is a message or an opinion.
    """
    rows = [row.strip() for row in rows if row.strip()][:2000]
    if len(rows) < 4:
        return False
    if sum("\n" in row for row in rows) >= 0.5 * len(rows):
        return is_verse("\n\n".join(rows))
    counts = [len(words(row)) for row in rows]
    if sum(_lost_line_ends(row) for row in rows) >= 0.3 * len(rows) or _even(rows, counts):
        return True
    # One line of verse a row: short, of a length, and hardly ever a finished sentence.
    finished = sum(row.endswith((".", "!", "?", "…")) for row in rows)
    sizes = sorted(map(len, rows))
    even = sizes[int(0.9 * (len(sizes) - 1))] - sizes[int(0.1 * (len(sizes) - 1))] <= 0.9 * median(sizes)
    short = 3 <= median(counts) <= 12 and max(counts) <= 20
    return alone and even and short and len(rows) >= 8 and finished <= 0.5 * len(rows)


def _even(rows: Sequence[str], counts: Sequence[int]) -> bool:
    """Stanzas on one line each are all of a length (words), which paragraphs, reviews and messages never are.

    Verse pauses at the ends of its lines: each row has several commas, which a sentence of that length has not.
    """
    ordered = sorted(counts)
    low, middle, high = (ordered[int(share * (len(ordered) - 1))] for share in (0.1, 0.5, 0.9))
    pauses = sum(row.count(mark) for row in rows for mark in ",;:") / len(rows)
    return len(ordered) >= 20 and 16 <= middle <= 100 and (high - low) / middle <= 0.45 and pauses >= 2


def _lost_line_ends(row: str) -> bool:
    """A stanza on one line: capitals that no full stop explains, about one every three to ten words."""
    tokens = row.split()
    if not 10 <= len(tokens) <= 140:
        return False
    starts = [
        i for i, (before, word) in enumerate(itertools.pairwise(tokens), start=1)
        if word.lstrip("¿¡«“\"'(—-")[:1].isupper() and not before.endswith((".", "!", "?", "…", ".»", ".”"))
    ]  # fmt: skip
    return len(starts) >= 2 and 3 <= len(tokens) / (len(starts) + 1) <= 10 and (min(starts) >= 3 or len(starts) >= 4)

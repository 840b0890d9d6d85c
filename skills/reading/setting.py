"""How the lines of a text are set, besides their words: every other one blank, parted by slashes, side by side."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import mean, median
from typing import NamedTuple

from skills.reading.chords import has_chords, without_chords
from skills.reading.indents import indent_of
from skills.reading.left_out import LeftOut
from skills.reading.rows import TITLE
from skills.reading.shape import blocks_of, margin_of, speakers

LOOKED_AT = 4_000
"""Lines of the beginning by which the layout is judged."""
ENDED = re.compile(r"[.!?…:][\"'”’»)\]]*$")
PAUSED = (",", ";", "—", "–", "-")
BETWEEN = "* * *"
"""A rule: what comes after is another document."""

STANZA_SLASH = re.compile(r" ?/{2,3} | /{2,3} ?")
VERSE_SLASH = re.compile(r" ?/ | / ?")
VERSES = 3
"""Verses of a line that holds several."""
APART = re.compile(r"(?<=\S)(?: {3,}|\t+)(?=\S)")
AT_TAB = -1
"""Where the right one of two columns begins, if a tab says so."""
TURNED, WIDE = 3, 50
"""Lines turned over at a margin that a text has, and the width from which verses are turned over."""


class Setting(NamedTuple):
    """`chords`: of a song; `slashes`: between verses, `wrapped` at a margin besides; `cut`: where the right one of two
    columns begins, or 0; `gap`: blank lines after every line, more after a stanza; `title`: of those, the first line is
    one; `stops`: nothing but a full stop shows where a stanza ends; `width`: where long verses were turned over, or 0.
    """

    chords: bool = False
    slashes: bool = False
    wrapped: bool = False
    cut: int = 0
    gap: int = 0
    title: bool = False
    stops: bool = False
    width: int = 0

    @property
    def notices(self) -> tuple[str, ...]:
        told = {
            "slashes": self.slashes, "side_by_side": self.cut != 0, "double_spaced": self.gap > 0,
            "stanzas_by_stops": self.stops, "turned_over": self.width > 0,
        }  # fmt: skip
        return tuple(code for code, there in told.items() if there)

    def lines(self, again: Callable[[], Iterable[str]], left: LeftOut) -> Iterator[str]:
        """The lines as if they had been set plainly. `again` gives them from the beginning, each time."""
        if not self.cut:
            return self._plain(again(), left)
        first, second = (self._plain(_side(again(), self.cut, side), left) for side in (0, 1))
        return itertools.chain(first, ("", BETWEEN, ""), second)

    def text(self, head: str) -> str:
        return "\n".join(self.lines(lambda: head.split("\n"), LeftOut()))

    def _plain(self, lines: Iterable[str], left: LeftOut) -> Iterator[str]:
        if self.chords:
            lines = without_chords(lines, left)
        if self.slashes:
            lines = _parted(_whole_paragraphs(lines) if self.wrapped else lines)
        if self.gap:
            lines = _closed_up(lines, self)
        return _turned_back(lines, self.width) if self.width else iter(lines)


PLAIN = Setting()


def setting_of(head: str) -> Setting:
    """The layout of a running text, judged by its beginning."""
    lines = head.split("\n")[:LOOKED_AT]
    found = PLAIN._replace(chords=has_chords(_filled(lines)))
    for step in (_slashes, _columns, _spacing, _turns):
        set_plainly = list(found.lines(lambda: lines, LeftOut())) if found != PLAIN else lines
        found = step(found, set_plainly)
    return found


def is_typed(head: str) -> bool:
    """Are the tabs of a text those of a typewriter: before lines, after who speaks, between two poems?"""
    lines = head.split("\n")[:LOOKED_AT]
    filled = _filled(lines)
    before = sum(line[:1] == "\t" for line in filled) > 0.5 * len(filled)
    parted = any(not line.strip() for line in "\n".join(lines).strip().split("\n"))
    return before or (parted and _columns(PLAIN, lines).cut == AT_TAB) or speakers(filled) is not None


def _filled(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line.strip()]


# --- verses parted by slashes -----------------------------------------------------------------------------------------


def slashed(cells: Sequence[str]) -> Setting:
    """The layout of the cells of a table, each a text."""
    return _slashes(PLAIN, cells)


def _slashes(found: Setting, lines: Sequence[str]) -> Setting:
    """Essays quote verses so, between sentences; here nearly everything is."""
    filled = _filled(lines)
    wrapped = any(map(_cut_at_slash, filled)) and margin_of(blocks_of("\n".join(lines))) > 0
    filled = list(_whole_paragraphs(lines)) if wrapped else filled
    parted = [verses for line in filled if len(verses := at_slashes(line)) >= VERSES and verses[0]]
    inside = sum(len(verse) for verses in parted for verse in verses)
    if not inside or inside < 0.8 * sum(map(len, filled)):
        return found
    words = [verse.split() for verses in parted for verse in verses if verse]
    listed = sum(any(c.isdigit() for c in "".join(w)) or (len(w) > 1 and all(map(str.istitle, w))) for w in words)
    sizes = [len(w) for w in words]
    slashes = 2.5 <= mean(sizes) <= 14 and max(sizes) <= 30 and listed <= 0.3 * len(words)
    return found._replace(slashes=slashes, wrapped=slashes and wrapped)


def at_slashes(line: str) -> list[str]:
    """The verses of a line, an empty one between stanzas."""
    if "/" not in line:
        return [line]
    flat = " ".join(line.split()).replace("/ /", "//")
    return VERSE_SLASH.sub("\n", STANZA_SLASH.sub("\n\n", flat)).split("\n")


def _cut_at_slash(line: str) -> bool:
    return line.strip()[:1] == "/" or line.strip()[-1:] == "/"


def _whole_paragraphs(lines: Iterable[str]) -> Iterator[str]:
    """Paragraphs that were cut at a margin, each on one line."""
    for blank, group in itertools.groupby(lines, lambda line: not line.strip()):
        if not blank:
            yield " ".join(map(str.strip, group))


def _parted(lines: Iterable[str]) -> Iterator[str]:
    """Each verse on a line, blank ones around each stanza; a sentence before the first verse is its title."""
    for line in lines:
        verses = at_slashes(line)
        if len(verses) < VERSES or not verses[0]:
            yield line
            continue
        title, stop, verse = verses[0].partition(". ")
        longest = max(map(len, verses[1:]))
        if stop and len(verses[0]) > longest >= 0.7 * len(verse) and TITLE.match(title):
            verses[:1] = [title, "", verse]
        yield from ("", *verses, "")


# --- two columns ------------------------------------------------------------------------------------------------------


def _columns(found: Setting, lines: Sequence[str]) -> Setting:
    filled = _filled(lines)
    cut = AT_TAB if sum("\t" in line.strip() for line in filled) >= 0.6 * len(filled) else _border(filled)
    halves = [half(line, cut) for line in filled] if cut else []
    both = [(left.split(), right.split()) for left, right in halves if left.strip() and right.strip()]
    wordy = len(both) >= 4 and len(both) >= 0.6 * len(filled)
    if not wordy or any("\t" in right.strip() or APART.search(right.strip()) for _, right in halves):
        return found
    words = min(median(len(pair[side]) for pair in both) for side in (0, 1))
    return found._replace(cut=cut) if words >= 2 else found


def _border(lines: Sequence[str]) -> int:
    """The column where something begins after some room, on many lines, and which hardly any line crosses; or 0."""
    ends = Counter(match.end() for line in lines for match in APART.finditer(line[:200]))
    if not ends:
        return 0
    border, times = max(ends.items(), key=lambda it: (it[1], -it[0]))
    beyond = [line for line in lines if len(line) > border]
    clear = sum(not line[border - 2 : border].strip() for line in beyond)
    return border if times >= 0.4 * len(lines) and clear >= 0.9 * len(beyond) else 0


def _side(lines: Iterable[str], cut: int, side: int) -> Iterator[str]:
    return (half(line, cut)[side] for line in lines)


def half(line: str, cut: int) -> tuple[str, str]:
    """What of a line is in the left column, and what in the right one."""
    if cut == AT_TAB:
        left, _, right = line.partition("\t")
        return left.rstrip(), right.strip("\t")
    if len(line) <= cut or line[cut - 2 : cut].strip():
        return line, ""
    return line[:cut].rstrip(), line[cut:]


# --- a blank line after every line ------------------------------------------------------------------------------------


def _spacing(found: Setting, lines: Sequence[str]) -> Setting:
    places = [place for place, line in enumerate(lines) if line.strip()]
    rooms = [after - before - 1 for before, after in itertools.pairwise(places)]
    said = [lines[place].strip() for place in places]
    often = [room for room, times in Counter(rooms).items() if room and times >= 0.2 * len(rooms)]
    if len(rooms) < 3 or not often or rooms.count(0) > 0.1 * len(rooms) or median(map(len, said)) > 90:
        return found
    gap = min(often)
    if not _goes_on(said, rooms, gap):
        return found
    sizes = _sizes(rooms, gap)
    title = rooms[0] <= gap and _is_title(said, sizes)
    every = _every(said[title:]) if len(sizes) == 1 else 0
    if not every and len(sizes) == 1 and not title and TITLE.match(said[0]) and (every := _every(said[1:])):
        title = True
    return found._replace(gap=gap, title=title, stops=every > 0)


def _goes_on(said: Sequence[str], rooms: Sequence[int], gap: int) -> bool:
    """Do lines go on after the blank ones, as verses do, or are they paragraphs, the items of a list?"""
    joined = [(a, b) for a, b, room in zip(said, said[1:], rooms, strict=False) if room <= gap]
    on = sum(not ENDED.search(a) and (b[:1].islower() or a.endswith(PAUSED)) for a, b in joined)
    ended = sum(bool(ENDED.search(line)) for line in said) / len(said)
    if on >= 0.35 * len(joined) and ended <= 0.6:
        return True
    # Without punctuation and with a capital each, lines of some words in groups are verses.
    figures = sum(any(c.isdigit() for c in line) for line in said)
    wordy = median(len(line.split()) for line in said) >= 4 and figures <= 0.2 * len(said)
    return wordy and ended <= 0.3 and len(_sizes(rooms, gap)) >= 3 and median(map(len, said)) <= 60


def _sizes(rooms: Sequence[int], gap: int) -> list[int]:
    """How many lines are in each stanza."""
    sizes = [1]
    for room in rooms:
        if room > gap:
            sizes.append(0)
        sizes[-1] += 1
    return sizes


def _is_title(said: Sequence[str], sizes: Sequence[int]) -> bool:
    first, second = said[0], said[1]
    if not TITLE.match(first) or not second.lstrip("¿¡«“\"'(—")[:1].isupper():
        return False
    one_more = len(sizes) > 1 and {sizes[0] - 1} == set(sizes[1:])
    return one_more or first.isupper() or len(first) <= 0.6 * median(map(len, said))


def _every(said: Sequence[str]) -> int:
    """Of how many lines each stanza is, if every so many a sentence ends, and nowhere else; or 0."""
    ends = [place for place, line in enumerate(said, start=1) if ENDED.search(line)]
    every = ends[0] if ends else 0
    regular = every > 1 and ends == list(range(every, len(said) + 1, every)) and ends[-1] == len(said)
    return every if regular and len(ends) > 1 else 0


def _closed_up(lines: Iterable[str], layout: Setting) -> Iterator[str]:
    """Without the blank lines after every line; one fewer where there are more."""
    before: str | None = None
    count = blank = 0
    for line in lines:
        if not line.strip():
            blank += 1
            continue
        parted = (layout.title and count == 1) or (layout.stops and before and ENDED.search(before.rstrip()))
        if before is not None and (blank > layout.gap or parted):
            yield from [""] * max(1, blank - layout.gap)
        yield line
        before, blank, count = line, 0, count + 1


# --- verses turned over at a margin -----------------------------------------------------------------------------------


def _turns(found: Setting, lines: Sequence[str]) -> Setting:
    """Long verses are turned over where each line that stands further in goes on from one that was full."""
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    width = lengths[int(0.98 * len(lengths) - 0.5)] if lengths else 0
    if width < WIDE:
        return found
    pairs = [(a, b) for a, b in itertools.pairwise(lines) if a.strip() and b.strip()]
    further = list(_further(lines))
    turned = sum(_full(a, b, width) for a, b in further)
    full = turned + sum(_full(a, b, width) for a, b in set(pairs) - set(further) if not ENDED.search(a.rstrip()))
    certain = turned >= TURNED and turned >= 0.8 * len(further) and turned >= 0.9 * full
    return found._replace(width=width) if certain else found


def _further(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each line that stands further in than the one that its verse began with, and the one before it."""
    begun = 0
    for before, line in itertools.pairwise(lines):
        indent = len(indent_of(line))
        if before.strip() and line.strip() and indent > begun:
            yield before, line
        else:
            begun = indent


def _full(line: str, following: str, width: int) -> bool:
    return len(line.rstrip()) + 1 + len(following.split()[0]) > width - 2


def _turned_back(lines: Iterable[str], width: int) -> Iterator[str]:
    """Each verse on one line again."""
    verse: str | None = None
    last = ""
    for line in lines:
        if (
            verse is not None
            and last.strip()
            and line.strip()
            and (len(indent_of(line)) > len(indent_of(verse)) and _full(last, line, width))
        ):
            verse = f"{verse.rstrip()} {line.strip()}"
        else:
            if verse is not None:
                yield verse
            verse = line
        last = line
    if verse is not None:
        yield verse

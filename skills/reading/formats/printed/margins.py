"""What stands at the edges of printed pages and is nobody's text: running heads, numbers of pages, numbers of lines."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from skills.reading.formats.printed.lines import Run, rows_of
from skills.reading.left_out import LeftOut

DEPTH = 4
"""Lines at the top and at the bottom of a page that may be its heads."""
LEVEL = 2.0
"""Points by which a head may stand higher or lower from page to page."""
OUTER = 0.1
"""Share of the page's height at each end where nothing but heads and numbers is expected."""
EACH = 0.4
"""Share of the lines that have a number where each should; fewer are the items of a list."""
NUMBER = re.compile(r"\d{1,4}|\b[ivxlc]{1,7}\b", re.IGNORECASE)
PAGED = re.compile(
    r"\W*(?:(?:p[áa]g(?:ina|\.)?|page|p\.|seite|pagina|página|folio)\s*)?(\d{1,4}|[ivxlc]{1,7})"
    r"(?:\s*(?:/|\||de|of|von|di|sur)\s*\d{1,4})?\W*(?:\|\s*(?:p[áa]gina|page|p\s?á\s?g\s?i\s?n\s?a|p\s?a\s?g\s?e))?",
    re.IGNORECASE,
)
"""A line that is nothing but the number of a page, as the programs of the world write it."""
SENTENCE = re.compile(r"[^\W\d_]{2,}.*[.!?;,-]$")
"""A line of words that ends as those of a text or of a note do."""
NUMBERED = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)? (?:\d{1,3}|[IVXLC]+)")
"""The title of one of several: `Soneto IV`, `Día 3`."""
BROWSER = re.compile(r"(?:https?|file)://\S|^\d{1,2}[/.]\d{1,2}[/.]\d{2,4},? \d{1,2}:\d{2}")
"""What a browser prints over and under a page: its address, the date and the time."""
ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass
class Sheet:
    """A page: its measures and what is written on it."""

    width: float
    height: float
    runs: list[Run]


class Edge(NamedTuple):
    """A line near the top or the bottom of a page. `place`: how far from that edge, `share`: in heights of the page;
    `room`: to the next line inward."""

    sheet: int
    row: list[Run]
    text: str
    top: bool
    place: float
    room: float
    size: float
    share: float

    @property
    def key(self) -> str:
        """What of it stays the same from page to page: numbers change."""
        return NUMBER.sub("#", " ".join(self.text.casefold().split()))

    @property
    def numbers(self) -> list[int]:
        return [value(found) for found in NUMBER.findall(self.text)[:4]]


class Body(NamedTuple):
    """What is usual in a text: size of its letters, distance of its lines and of its stanzas, where lines begin, what
    is larger or heavier than the rest; is it prose?"""

    size: float
    step: float
    stanza: float
    starts: frozenset[int]
    titles: frozenset[str]
    prose: bool


def value(number: str) -> int:
    """The number in figures or in Roman numerals."""
    if number.isdigit():
        return int(number)
    digits = [ROMAN[letter] for letter in number.casefold()]
    return sum(-a if a < b else a for a, b in itertools.pairwise([*digits, 0]))


def body_of(sheets: Sequence[Sheet]) -> Body:
    sizes: Counter[float] = Counter()
    starts: Counter[int] = Counter()
    steps: list[float] = []
    short: list[tuple[float, bool, str]] = []
    full = lines = 0
    for sheet in sheets:
        rows = list(rows_of(sheet.runs))
        limit = max((row[-1].right for row in rows), default=0.0)
        for row in rows:
            starts[round(row[0].left)] += 1
            full += row[-1].right > 0.92 * limit
            lines += 1
            if len(text := " ".join(run.text for run in row)) < 80:
                short.append((max(run.size for run in row), all(run.bold for run in row), text.casefold()))
            for run in row:
                sizes[round(run.size, 1)] += len(run.text)
        gaps = [a[0].base - b[0].base for a, b in itertools.pairwise(rows)]
        steps += [gap for gap in gaps if gap > 0.5 * rows[0][0].size]
    size = sizes.most_common(1)[0][0] if sizes else 10.0
    usual = sorted(step for step in steps if 0.9 * size <= step)
    step = usual[len(usual) // 5] if usual else 1.2 * size
    rooms = [room for room in steps if 1.25 * step < room < 4 * step]
    often = frozenset(start for start, times in starts.items() if times >= 0.08 * lines)
    titles = frozenset(text for large, bold, text in short if large > 1.08 * size or bold)
    return Body(size, step, median(rooms) if rooms else 2 * step, often, titles, full > 0.5 * lines)


def leave_furniture(sheets: Sequence[Sheet], body: Body, left: LeftOut) -> None:
    """Take the heads and numbers of the pages out of them, in place, from the edge inwards."""
    edges = list(_edges(sheets))
    near: defaultdict[tuple[bool, int], list[Edge]] = defaultdict(list)
    for edge in edges:
        for place in {int((edge.place + nudge) // LEVEL) for nudge in (-LEVEL / 2, LEVEL / 2)}:
            near[edge.top, place].append(edge)
    keys = Counter({key: len(where) for key, where in _where(edges).items()})
    offsets: Counter[int] = Counter()
    judged = []
    for edge in edges:
        others = _others(edge, near)
        run = _sequence(edge, others)
        offsets.update([run] if run is not None else [])
        judged.append((edge, others, run))
    heads = {
        (edge.sheet, edge.top, edge.place)
        for edge, others, run in judged
        if _is_furniture(edge, others, run, keys[edge.key] >= max(3, 0.5 * len(sheets)), offsets, len(sheets), body)
    }
    gone: defaultdict[int, set[int]] = defaultdict(set)
    closed: set[tuple[int, bool]] = set()
    for edge, others, _ in judged:
        known = (edge.sheet, edge.top, edge.place) in heads or _is_among(edge, others, heads)
        if known and (edge.sheet, edge.top) not in closed:
            gone[edge.sheet] |= {id(part) for part in edge.row}
            left.leave("page_furniture", edge.text)
        else:
            closed.add((edge.sheet, edge.top))
    for number, parts in gone.items():
        sheets[number].runs = [run for run in sheets[number].runs if id(run) not in parts]


def _edges(sheets: Sequence[Sheet]) -> Iterator[Edge]:
    """The outer lines of each page, those at the top from above, those at the bottom from below."""
    for number, sheet in enumerate(sheets):
        rows = list(rows_of(sheet.runs))
        depth = min(DEPTH, max(len(rows) // 2, 1))
        bottom = len(rows) - depth if len(rows) > 1 else len(rows)
        for top, chosen in ((True, rows[:depth]), (False, rows[max(bottom, depth) :][::-1])):
            for i, row in enumerate(chosen):
                inner = row if i + 1 == len(rows) else rows[i + 1] if top else rows[-i - 2]
                base = max(row, key=lambda run: run.size).base
                text = " ".join(run.text for run in row)
                place = sheet.height - base if top else base
                room = abs(base - inner[0].base) if inner is not row else sheet.height
                size = max(run.size for run in row)
                yield Edge(number, row, text, top, place, room, size, place / sheet.height)


def _where(edges: Sequence[Edge]) -> dict[str, set[int]]:
    """Key of a line -> the pages it is on."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for edge in edges:
        found[edge.key].add(edge.sheet)
    return found


def _others(edge: Edge, near: dict[tuple[bool, int], list[Edge]]) -> list[Edge]:
    """The lines at the same place of the pages around."""
    found = {
        id(other): other
        for nudge in (-LEVEL / 2, LEVEL / 2)
        for other in near.get((edge.top, int((edge.place + nudge) // LEVEL)), ())
        if other.sheet != edge.sheet and abs(other.sheet - edge.sheet) <= 6 and abs(other.place - edge.place) <= LEVEL
    }
    return list(found.values())


def _sequence(edge: Edge, others: Sequence[Edge]) -> int | None:
    """By how much a number in the line is ahead of the page's own, if the pages around have theirs as much ahead."""
    for number in edge.numbers:
        ahead = number - edge.sheet
        agree = sum(any(other - around.sheet == ahead for other in around.numbers) for around in others)
        if agree >= 2 or (agree == 1 and len(others) <= 2):
            return ahead
    return None


def _is_furniture(
    edge: Edge, others: Sequence[Edge], run: int | None, often: bool, offsets: Counter[int], pages: int, body: Body
) -> bool:
    alone = PAGED.fullmatch(edge.text)
    again = any(abs(other.sheet - edge.sheet) <= 2 and other.key == edge.key for other in others)
    counted = run is not None and (again or run != 1)
    if edge.top and _is_title(edge, body) and not (counted and _is_bold(edge, body)):
        return False
    if alone and (run is not None or (offsets and value(alone[1]) - edge.sheet in offsets)):
        return True
    if alone and edge.share < OUTER and edge.room > 1.6 * body.step and not edge.top and pages <= 2:
        return True
    if run is not None and len(edge.text) < 120 and not SENTENCE.search(edge.text):
        return True
    if BROWSER.search(edge.text) and edge.place < 40 and edge.size < 0.95 * body.size:
        return True
    named = edge.text.casefold() in body.titles and not _is_title(edge, body)
    if named and edge.share < OUTER and edge.room > 1.3 * body.step:
        return True
    if not (again or often) or edge.share > 2 * OUTER:
        return False
    apart = edge.size < 0.93 * body.size or edge.room > 1.3 * body.step
    return apart and (body.prose or not _is_refrain(edge, body) or (edge.place < 60 and again))


def _is_among(edge: Edge, others: Sequence[Edge], heads: set[tuple[int, bool, float]]) -> bool:
    """The head of a chapter of one page is at the place of the heads around it, and as large."""
    same = [other for other in others if (other.sheet, other.top, other.place) in heads]
    alike = [other for other in same if abs(other.place - edge.place) < 0.5 and abs(other.size - edge.size) < 0.1]
    return len(alike) >= 2 and len(alike) >= 0.34 * len(others)


def _is_title(edge: Edge, body: Body) -> bool:
    """Larger or heavier than the text, or a name with its number: what a page begins with, not what stands over it."""
    named = NUMBERED.fullmatch(edge.text) and not PAGED.fullmatch(edge.text) and edge.size > 0.97 * body.size
    return edge.size > 1.08 * body.size or bool(named) or _is_bold(edge, body)


def _is_bold(edge: Edge, body: Body) -> bool:
    """Heavier than the text, and no larger."""
    return all(run.bold for run in edge.row) and 0.97 * body.size < edge.size <= 1.08 * body.size


def _is_refrain(edge: Edge, body: Body) -> bool:
    """Set like the verses it stands with: as large, as far from the left, not farther than a stanza."""
    begins = any(round(edge.row[0].left) + near in body.starts for near in (-2, -1, 0, 1, 2))
    return edge.size > 0.93 * body.size and begins and edge.room < 1.3 * body.stanza


# --- numbers of lines -------------------------------------------------------------------------------------------------


def leave_line_numbers(sheets: Sequence[Sheet], left: LeftOut) -> None:
    """Take out the numbers that stand beside the lines, every fifth or each, in the margin or at its right."""
    for at_left in (True, False):
        found = [(sheet, run) for sheet in sheets for run in _beside_lines(sheet, at_left)]
        values = [int(run.text.strip("()[]")) for _, run in found]
        step = _counting(values) if len(values) > 2 else 0
        beside = {id(sheet): sheet for sheet, _ in found}.values()
        if not step or (step == 1 and len(found) < EACH * sum(len(list(rows_of(sheet.runs))) for sheet in beside)):
            continue
        gone = {id(run) for _, run in found}
        for run in (run for _, run in found):
            left.leave("margin_numbers", run.text)
        for sheet in beside:
            sheet.runs = [run for run in sheet.runs if id(run) not in gone]


def _beside_lines(sheet: Sheet, at_left: bool) -> Iterator[Run]:
    """The numbers at one end of the lines of a page, with room between them and the words, below each other."""
    found = []
    for row in rows_of(sheet.runs):
        number, beside = (row[0], row[1:]) if at_left else (row[-1], row[:-1])
        if beside and re.fullmatch(r"[(\[]?\d{1,5}[)\]]?", number.text):
            room = beside[0].left - number.right if at_left else number.left - beside[-1].right
            if room > 0.5 * number.size and not all(run.text.isdigit() for run in beside):
                found.append(number)
    if found:
        left, right = median(run.left for run in found), median(run.right for run in found)
        below = [run for run in found if abs(run.left - left) < 3], [run for run in found if abs(run.right - right) < 3]
        yield from max(below, key=len)


def _counting(values: Sequence[int]) -> int:
    """The step by which they go up, but for where a text begins anew; 0 if there is none."""
    steps = [b - a for a, b in itertools.pairwise(values)]
    step = Counter(steps).most_common(1)[0][0]
    if step < 1 or (step > 1 and values[0] % step):
        return 0
    regular = sum(a == step or b in (1, step) for a, b in zip(steps, values[1:], strict=True))
    return step if regular >= 0.8 * len(steps) else 0

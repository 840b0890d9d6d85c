"""From the words of a page to its lines in the order in which a person reads them: columns, tables, large capitals."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from skills.reading.formats.printed.words import LOWERED, RAISED, Word

APART = 0.9
"""Room within a line, in sizes of its letters, from which what follows may belong to another column."""
CELL = 1.4
"""The same, from which it may be another cell of a table."""
GUTTER = 0.6
"""Least room between two columns, in sizes of letters."""
BORDERS = 5
"""Most places that are tried as borders of columns."""
MARK = 6
"""Most characters of the raised mark of a note."""
COLUMN = 4
"""Least lines of a column."""


class Run(NamedTuple):
    """Words that stand close together on one line. `first`: how long the first of them is."""

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool
    first: float


class Line(NamedTuple):
    """A line of text. `start` and `limit`: where its column begins and ends; `fresh`: the first of a page or column.

    `justified`: lines of its column go on to the very margin, unless a paragraph ends. `first`: the length of its first
    word. `cells`: of a row of a table.
    """

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool
    start: float
    limit: float
    justified: bool
    first: float
    fresh: bool = False
    cells: tuple[str, ...] = ()


def runs_of(words: Sequence[Word]) -> list[Run]:
    """The words joined as they are stored, as long as they go on along a line."""
    runs: list[Run] = []
    for word in words:
        run = runs[-1] if runs else None
        if run is not None and (whole := _extended(run, word)) is not None:
            runs[-1] = whole
        else:
            runs.append(Run(word.text, word.left, word.right, word.base, word.size, word.bold, word.right - word.left))
    return _capitals(runs)


def _extended(run: Run, word: Word) -> Run | None:
    """The run with the word that goes on from it on the same line; None if it does not."""
    size, room, rise = max(run.size, word.size), word.left - run.right, word.base - run.base
    if not -0.5 * size <= room <= APART * size or abs(rise) > 0.6 * size:
        return None
    space = "" if word.broken and room < 0.1 * size else " "
    if 0.4 * run.size < word.size <= 0.85 * run.size and rise > 0.1 * run.size and len(word.text) <= MARK:
        return run._replace(text=run.text + _gap(room, size) + _raised(word.text), right=word.right)
    if run.size <= 0.85 * word.size and -rise > 0.1 * word.size and len(run.text) <= MARK:
        text = f"{_raised(run.text)}{_gap(room, size)}{word.text}"
        return Run(text, run.left, word.right, word.base, word.size, word.bold, run.first)
    if abs(rise) > 0.15 * size or not 0.6 < word.size / run.size < 1.7:
        return None
    first = run.first if " " in run.text or space else word.right - run.left
    bold = run.bold and word.bold
    return Run(f"{run.text}{space}{word.text}", run.left, word.right, run.base, size, bold, first)


def _gap(room: float, size: float) -> str:
    return " " if room > 0.18 * size else ""


def _raised(text: str) -> str:
    return text if text.startswith(RAISED) else f"{RAISED}{text}{LOWERED}"


def _capitals(runs: list[Run]) -> list[Run]:
    """A capital that hangs over several lines goes back to the word that it begins."""
    large = [run for run in runs if len(run.text.strip("«“\"'¿¡—")) == 1 and run.text[-1].isalpha()]
    for capital in large:
        top = capital.base + 0.8 * capital.size
        beside = [
            run for run in runs
            if run.size <= 0.6 * capital.size and -0.3 * run.size <= run.left - capital.right <= 0.6 * capital.size
            and capital.base - 0.3 * run.size <= run.base <= top
        ]  # fmt: skip
        if len(beside) < 2:
            continue
        first = max(beside, key=lambda run: run.base)
        gap = _gap(first.left - capital.right, 2 * first.size) if first.text[:1].isupper() else ""
        places = {id(run): run._replace(left=capital.left) for run in beside}
        places[id(first)] = first._replace(left=capital.left, text=capital.text + gap + first.text)
        runs = [places.get(id(run), run) for run in runs if run is not capital]
    return runs


# --- columns ----------------------------------------------------------------------------------------------------------


def borders_of(runs: Sequence[Run]) -> list[float]:
    """Where the columns of a page begin, but for the first: those that show by themselves."""
    starts = Counter(round(run.left) for run in runs)
    found: list[float] = []
    for start, _ in starts.most_common(12):
        if sum(starts[start + near] for near in (-1, 0, 1)) >= COLUMN:
            border = min(run.left for run in runs if abs(run.left - start) <= 1.5) - 0.5
            if all(abs(border - other) > 3 for other in found) and _is_white(runs, border):
                found.append(border)
    across = {border: sum(_crosses(run, border) for run in runs) for border in found[:BORDERS]}
    some = [list(chosen) for n in range(len(across), 0, -1) for chosen in itertools.combinations(sorted(across), n)]
    some.sort(key=lambda borders: (-len(borders), sum(across[border] for border in borders)))
    return next((borders for borders in some if _are_columns(runs, borders)), [])


def lines_of(runs: Sequence[Run], width: float, known: Sequence[float]) -> tuple[list[Line], int]:
    """The lines in reading order, and how many columns stand beside each other. `width`: of the page; `known`: where
    columns begin on other pages, which on this one may have too few lines to show."""
    borders = borders_of(runs) or [border for border in known if _is_white(runs, border)]
    lines: list[Line] = []
    columns = 1
    for band in _bands(runs, borders):
        parts = [part for part in _parted(band, borders) if part]
        columns = max(columns, len(parts))
        for part in parts if parts else [band]:
            lines += _lines_in(part, width if len(parts) < 2 else None)
    return lines, columns


def _crosses(run: Run, border: float) -> bool:
    return run.left < border - 1 and run.right > border


def _is_white(runs: Sequence[Run], border: float) -> bool:
    """Do hardly any lines go across, and is there room before the border?"""
    left = [run for run in runs if run.right <= border]
    across = sum(_crosses(run, border) for run in runs)
    right = len(runs) - len(left) - across
    if not left or not right or across > 0.34 * len(runs):
        return False
    high, low = max(run.base for run in left), min(run.base for run in left)
    beside = [run for run in runs if run.left >= border - 1 and low - 1 <= run.base <= high + 1]
    near = sorted(run.right for run in left)[int(0.98 * (len(left) - 1))]
    return bool(beside) and border - near >= GUTTER * median(run.size for run in beside) - 1


def _parted(runs: Sequence[Run], borders: Sequence[float]) -> list[list[Run]]:
    """The runs of each column."""
    parts: list[list[Run]] = [[] for _ in (*borders, 0.0)]
    for run in runs:
        parts[sum(run.left >= border - 1 for border in borders)].append(run)
    return parts


def _bands(runs: Sequence[Run], borders: Sequence[float]) -> list[list[Run]]:
    """The runs from top to bottom; those that go across a border end what stands above, and are apart."""
    bands: list[list[Run]] = []
    crossed = None
    for run in sorted(runs, key=lambda run: -run.base):
        crosses = any(_crosses(run, border) for border in borders)
        if crosses != crossed:
            bands.append([])
            crossed = crosses
        bands[-1].append(run)
    return bands


def _are_columns(runs: Sequence[Run], borders: Sequence[float]) -> bool:
    """Are these columns of running text, and not of words of a table? They share the height and are filled."""
    inside = [run for run in runs if not any(_crosses(run, border) for border in borders)]
    parts = _parted(inside, borders)
    if not all(parts):
        return False
    tops = sorted(max(run.base for run in part) for part in parts)
    lows = sorted(min(run.base for run in part) for part in parts)
    low, high = lows[-1], tops[0]
    shared = [list(rows_of([run for run in part if low - 1 <= run.base <= high + 1])) for part in parts]
    return all(len(rows) >= COLUMN and _running(rows, high - low) for rows in shared)


def _running(rows: Sequence[Sequence[Run]], height: float) -> bool:
    """Is this side written down without holes, in lines of several words that are mostly as long as the others?"""
    texts = [" ".join(run.text for run in row) for row in rows]
    widths = sorted(row[-1].right - row[0].left for row in rows)
    steps = [a[0].base - b[0].base for a, b in itertools.pairwise(rows)]
    worded = median(len(text.split()) for text in texts) >= 3 or median(map(len, texts)) >= 18
    filled = median(widths) >= 0.55 * widths[-1]
    dense = median(steps) * len(rows) >= 0.6 * height
    return worded and filled and dense


# --- lines ------------------------------------------------------------------------------------------------------------


def rows_of(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """The runs that stand on one line, from the top of the page, each line from the left."""
    row: list[Run] = []
    for run in sorted(runs, key=lambda run: -run.base):
        if row and not level(max(row, key=lambda other: other.size), run):
            yield sorted(row, key=lambda other: other.left)
            row = []
        row.append(run)
    if row:
        yield sorted(row, key=lambda other: other.left)


def level(a: Run, b: Run) -> bool:
    """On the same line of the page: they overlap by half the height of the smaller."""
    low, high = max(a.base - 0.2 * a.size, b.base - 0.2 * b.size), min(a.base + 0.75 * a.size, b.base + 0.75 * b.size)
    return high - low > 0.5 * 0.95 * min(a.size, b.size)


def _lines_in(runs: Sequence[Run], width: float | None) -> list[Line]:
    rows = list(rows_of(runs))
    if not rows:
        return []
    start, limit, justified = _edges(rows)
    tables = set(_tables(rows, limit if justified else None))
    if not justified and width is not None and width - limit > max(0.3 * width, 1.8 * start):
        # Nothing comes near the right margin: it ended no line.
        limit = max(limit, width - start)
    lines: list[Line] = []
    for i, row in enumerate(rows):
        main = max(row, key=lambda run: (run.size, len(run.text)))
        cells = tuple(_joined(cell) for cell in _cells(row)) if i in tables else ()
        text = " | ".join(cells) if cells else _joined(row)
        bold = all(run.bold for run in row)
        right = max(run.right for run in row)
        line = Line(text, row[0].left, right, main.base, main.size, bold, start, limit, justified, row[0].first)
        lines.append(line._replace(fresh=i == 0, cells=cells))
    return lines


def _edges(rows: Sequence[Sequence[Run]]) -> tuple[float, float, bool]:
    """Where most lines begin, where the longest end, and whether most end just there.

    A line that sticks out (an address of the web) is not counted.
    """
    lefts = Counter(round(row[0].left) for row in rows)
    often = max(lefts.values())
    start = min(left for left, times in lefts.items() if times >= 0.6 * often)
    rights = sorted(row[-1].right for row in rows)
    while len(rights) > 8 and rights[-1] - start > 1.12 * (rights[-3] - start):
        rights.pop()
    limit = rights[-1]
    # Where most lines are set in, as in dialogue, the margin is where those begin that go on from a full one.
    going = [
        (row[0].left, before[-1].right > limit - 0.12 * (limit - start)) for before, row in itertools.pairwise(rows)
        if 0.5 * row[0].size < start - row[0].left < 5 * row[0].size
    ]  # fmt: skip
    if going and sum(full for _, full in going) > 0.6 * len(going):
        start = Counter(round(left) for left, _ in going).most_common(1)[0][0]
    ends = Counter(round(right) for right in rights)
    margin = max(ends, key=lambda end: ends[end - 1] + ends[end] + ends[end + 1])
    justified = len(rights) > 3 and sum(abs(right - margin) <= 1 for right in rights) > 0.4 * len(rights)
    return float(start), float(margin) if justified else limit, justified


def _joined(row: Sequence[Run]) -> str:
    """The text of a line whose words are stored in several pieces."""
    text, main = "", max(row, key=lambda run: (run.size, len(run.text)))
    for before, run in itertools.pairwise([None, *row]):
        assert run is not None
        said = run.text
        if run.size <= 0.85 * main.size and run.base - main.base > 0.1 * main.size and len(said) <= MARK:
            said = _raised(said)
        if before is not None:
            if before.text == run.text and abs(before.left - run.left) < 0.3 * run.size:
                continue  # printed twice, a hair apart, to look bold
            text += " " if run.left - before.right > (0.18 if said.startswith(RAISED) else 0.08) * main.size else ""
        text += said
    return text


# --- tables -----------------------------------------------------------------------------------------------------------


def _cells(row: Sequence[Run]) -> list[list[Run]]:
    cells: list[list[Run]] = []
    for run in row:
        if cells and run.left - cells[-1][-1].right < CELL * run.size:
            cells[-1].append(run)
        else:
            cells.append([run])
    if len(cells) > 1 and len(cells[0]) == 1 and len(cells[0][0].text) <= 3 and not cells[0][0].text.isalnum():
        cells[:2] = [cells[0] + cells[1]]  # the bullet or number of an item of a list
    return cells


def _tables(rows: Sequence[Sequence[Run]], margin: float | None) -> Iterator[int]:
    """The rows of tables: three or more that follow each other, whose cells begin or end below each other.

    `margin`: where justified lines end, whose words may stand as far apart as cells.
    """
    cells = [_cells(row) for row in rows]
    spread = [margin is not None and abs(row[-1].right - margin) < 1.5 and not _is_figure(row[-1]) for row in rows]
    wide = [i for i, row in enumerate(cells) if len(row) > 1 and not spread[i]]
    for _, group in itertools.groupby(enumerate(wide), key=lambda pair: pair[1] - pair[0]):
        members = [i for _, i in group]
        if len(members) >= 3 and _aligned([cells[i] for i in members]) and not _named([cells[i] for i in members]):
            yield from members


def _aligned(rows: Sequence[Sequence[Sequence[Run]]]) -> bool:
    """Do the second cells, and so on, begin at places that come back, or end there as figures do?"""
    cells = [cell for row in rows for cell in row[1:]]
    lefts = Counter(round(cell[0].left / 3) for cell in cells)
    figures = [cell for cell in cells if _is_figure(cell[-1])]
    rights = Counter(round(cell[-1].right / 3) for cell in figures)

    def shared(places: Counter[int]) -> int:
        return sum(n for place, n in places.items() if n + places[place - 1] + places[place + 1] >= 0.6 * len(rows))

    return max(shared(lefts), shared(rights)) >= 0.7 * len(cells)


def _is_figure(run: Run) -> bool:
    return 2 * sum(map(str.isdigit, run.text)) >= len(run.text)


def _named(rows: Sequence[Sequence[Sequence[Run]]]) -> bool:
    """Is it a dialogue, whose first cells are who speaks?"""
    return sum(row[0][-1].text.endswith((":", ".-", ".—")) for row in rows) >= 0.8 * len(rows)

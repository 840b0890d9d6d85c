"""Where a table begins and what its columns are called: what stands above it, and the rows that hold the names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from statistics import mean

from skills.reading.tables import ANSWER_NAMES, NAMED, PROMPT_NAMES, TEXT_NAMES, TITLE_NAMES, is_number, is_stamp
from skills.texts.normalize import fold_word
from skills.texts.sentences import names, words

Rows = Sequence[Sequence[str]]

LOOKED_AT = 200
COLUMNS = 500
"""Rows and columns that are looked at."""
ABOVE = 20
"""Rows that may stand above a table."""
STAMP_NAMES = frozenset({
    "marca temporal", "marca de tiempo", "timestamp", "fecha", "date", "id", "hora de inicio", "start time",
    "hora de finalizacion", "completion time", "respondent id", "respondentid", "start date", "submit date",
    "carimbo de data/hora", "horodateur", "informazioni cronologiche", "zeitstempel", "marca horaria",
})  # fmt: skip
"""What the programs that ask and collect call the columns that nobody fills in."""
KNOWN = PROMPT_NAMES | ANSWER_NAMES | TEXT_NAMES | TITLE_NAMES | STAMP_NAMES
OPEN = frozenset({
    "open-ended response", "respuesta abierta", "response", "respuesta de respuesta abierta", "resposta aberta",
    "reponse ouverte",
})  # fmt: skip
"""What stands below a question that is answered in one's own words, where others have their options."""
ASKED = re.compile(r"[?:]\s*(?:\([^()]*\))?[\s*.]*$")
"""How a question or a request ends; a mark that it must be answered may follow."""
REQUESTS = names(
    "conta contanos cuenta cuentanos cuente escribi escribe escriba escribinos describi describe describa deci decinos "
    "decime di dinos diga explica explicanos explique completa complete deja dejanos deje comparti comparte comparta "
    "indica indique menciona mencione nombra nombre elegi elige elija marca marque imagina imagine recorda recuerda "
    "please tell write describe share explain list choose select"
)
"""Words with which a form begins what it asks without a question mark."""
NUMBERED = re.compile(r"[PQpq]?(\d{1,3})\s?[.):\-–]")
YEAR = re.compile(r"(?:19|20)\d\d")
IMPORTED = '{"ImportId"'
"""How the cells begin in which Qualtrics says where a column comes from: its third row."""


def rows_above(rows: Rows) -> int:
    """How many rows stand above the table: its title, who made it and when. 0 if it begins at once.

    They have hardly any cells, or a label and what it says, where a row of the table has many; a blank row or the
    names of the columns follow.
    """
    rows = rows[:LOOKED_AT]
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    sizes = sorted(size for size in filled if size)
    if not sizes:
        return 0
    wide = sizes[int(0.9 * (len(sizes) - 1))]
    if wide < 2:
        return _above_single(rows)
    begins = next((i for i, row in enumerate(rows[:ABOVE]) if filled[i] and not _thin(row, filled[i], wide)), 0)
    if not begins or filled[begins] < 0.75 * wide:
        begins = _after_gap(rows, filled, wide) or begins
    above = [i for i in range(begins) if filled[i]]
    if not above:
        return 0
    if above[-1] == begins - 1 and _two(rows[begins - 1 :]):
        begins -= 1
        above.pop()
    apart = any(not filled[i] for i in range(above[0], begins)) if above else True
    return begins if apart or has_header(rows[begins:]) else 0


def _after_gap(rows: Rows, filled: Sequence[int], wide: int) -> int:
    """The row that begins the table if a few that are not as wide stand above, and a blank one between; or 0."""
    gap = filled.index(0) if 0 in filled[:ABOVE] else 0
    begins = next((i for i in range(gap, len(rows)) if filled[i]), 0)
    above = max(filled[:gap], default=wide)
    return begins if above < wide <= filled[begins] and has_header(rows[begins:]) else 0


def _above_single(rows: Rows) -> int:
    """The same in a table of one column: only a usual name after a blank row tells that it begins there."""
    for i, (before, row) in enumerate(itertools.pairwise(rows[:ABOVE]), start=1):
        cells = [cell for cell in row if cell.strip()]
        if not any(map(str.strip, before)) and cells and fold_word(cells[0].strip()) in KNOWN:
            return i
    return 0


def _thin(row: Sequence[str], filled: int, wide: int) -> bool:
    """Has the row too little in it to be one of a table whose rows have up to `wide` cells?"""
    first = next(cell for cell in row if cell.strip()).strip()
    sentence = len(row) > 1 and all(cell.startswith(" ") for cell in row[1:] if cell)
    return filled <= wide / 2 or (filled == 2 and first.endswith(":")) or (sentence and filled <= wide)


def _groups(row: Sequence[str]) -> bool:
    """Does the row name groups of columns, each name over the first of its own?"""
    places = [i for i, cell in enumerate(row) if cell.strip()]
    return len(places) >= 2 and any(b - a > 1 for a, b in itertools.pairwise(places))


def header_rows(rows: Rows) -> int:
    """How many rows at the beginning hold the names of the columns: none, one, two, or three of which one is read."""
    if len(rows) > 2 and any(cell.startswith(IMPORTED) for cell in rows[2]):
        return 3
    return 2 if _two(rows) else int(bool(rows) and has_header(rows))


def _two(rows: Rows) -> bool:
    """Is there a row of options below that of the questions, or one of names below that of their groups?"""
    if len(rows) < 3:
        return False
    width = min(COLUMNS, max(map(len, rows[:LOOKED_AT])))
    top, below = ([cell.strip() for cell in row[:width]] + [""] * (width - len(row)) for row in rows[:2])
    under = [_values(rows[1:], i) for i in range(width)]
    if any(fold_word(cell) in OPEN for cell in below):
        bare = any(a and not b and values for a, b, values in zip(top, below, under, strict=True))
        return bare or all(fold_word(cell) in OPEN for cell in below if cell)
    opened = sum(bool(b) and not a for a, b in zip(top, below, strict=True))
    named = all(a or b or not values for a, b, values in zip(top, below, under, strict=True))
    grouped = (opened >= 1 and top[0] == below[0]) or (opened >= 2 and _groups(top))
    return grouped and named and has_header(rows[1:])


def has_header(rows: Rows) -> bool:
    """Is the first row made of names? They are no numbers, do not come back below, and differ from what is below.

    A name may be a whole question: then it is the cells below that tell, if they are dates or numbers, few different
    ones, or no questions.
    """
    first = [cell.strip().strip("\ufeff") for cell in rows[0][:COLUMNS]]
    named = [i for i, cell in enumerate(first) if cell]
    below = {i: _values(rows, i) for i in range(len(first))}
    nameless = sum(not cell and bool(below[i]) for i, cell in enumerate(first))
    numbers = [first[i] for i in named if is_number(first[i])]
    known = any(fold_word(first[i]) in KNOWN for i in named)
    years = known and len(set(numbers)) > 1 and all(map(YEAR.fullmatch, numbers))
    if not named or nameless > len(named) or (numbers and not years):
        return False
    if known:
        return True
    again = [i for i in named if first[i] in below[i]]
    # Below the name of a choice there may be nothing but that choice.
    if any(set(below[i]) != {first[i]} for i in again):
        return False
    if any(_stamps(below[i]) and not is_stamp(first[i]) for i in named):
        return True
    if again:
        return False
    if _asks(first, below) or any(_categories(below[i]) for i in named):
        return True
    return _short_names([first[i] for i in named], [below[i] for i in named])


def _values(rows: Rows, column: int) -> list[str]:
    """What is in the column below the first row, as far as it is filled; a header that comes back is none of it."""
    below = (row for row in rows[1:LOOKED_AT] if row != rows[0] and len(row) > column)
    return [cell for row in below if (cell := row[column].strip())]


def _stamps(values: Sequence[str]) -> bool:
    return sum(map(is_stamp, values)) > 0.8 * len(values) if values else False


def _asks(first: Sequence[str], below: dict[int, list[str]]) -> bool:
    """Does the first row ask, or number its questions, and what is below answer?"""
    numbers = [int(match[1]) for cell in first if (match := NUMBERED.match(cell))]
    if len(numbers) > 1 and all(b - a in (0, 1) for a, b in itertools.pairwise(numbers)):
        return True
    asking = [i for i, cell in enumerate(first) if _is_asked(cell) and len(below[i]) >= 3]
    answers = [value for i in asking for value in below[i]]
    asked = sum(map(_is_asked, answers))
    # A single question among answers may have been asked by anybody: then nobody else does.
    return bool(asking) and asked <= (0.2 if len(asking) > 1 else 0.0) * len(answers)


def _is_asked(cell: str) -> bool:
    said = words(cell)
    return bool(ASKED.search(cell)) or (len(said) > 3 and fold_word(said[0]) in REQUESTS)


def _categories(values: Sequence[str]) -> bool:
    return len(values) >= 6 and len(set(values)) <= 0.5 * len(values)


def _short_names(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    if len(set(first)) < len(first) or any(len(words(cell)) > NAMED or len(cell) > 40 for cell in first):
        return False
    longer = any(values and mean(map(len, values)) > 3 * len(cell) for cell, values in zip(first, below, strict=True))
    return longer or len(first) > 1


def column_names(rows: Rows, depth: int) -> list[str]:
    """The names in the first `depth` rows; "" for a column without one."""
    if depth < 2:
        return [_name(cell) for cell in rows[0]] if depth else []
    if depth == 3:
        return [_name(cell) for cell in rows[1]]
    width = max(map(len, rows[:2]))
    top, below = ([_name(cell) for cell in row] + [""] * (width - len(row)) for row in rows[:2])
    found, group = [], ""
    for over, under in zip(top, below, strict=True):
        group = over or (group if under else "")
        own = "" if fold_word(under) in OPEN or under == group else under
        found.append(f"{group}: {own}" if group and own else group or own)
    return found


def _name(cell: str) -> str:
    return " ".join(cell.strip("\ufeff").split())


def numbered(names: Sequence[str]) -> tuple[str, ...]:
    """The names, each once: one that comes back gets a number, and who has none is called by its place."""
    found: dict[str, str] = {}
    for place, name in enumerate(names, start=1):
        called = name or str(place)
        times = itertools.count(2)
        while fold_word(called) in found:
            called = f"{name or place} {next(times)}"
        found[fold_word(called)] = called
    return tuple(found.values())

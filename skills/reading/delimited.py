"""How a table is written as text: its delimiter, its quotes, its frame. Told by the beginning, then streamed."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from skills.reading.header import rows_above
from skills.reading.tables import is_stamp
from skills.texts.sentences import words

DELIMITERS = (";", "\t", "|", ",")
"""A comma comes last: between two that fit alike it is the decimal one."""
CELL = 64_000_000
EVEN = 0.6
"""Share of the rows of a file that calls itself a table that must have the same number of cells."""
ABOVE_FRAME = 5
"""Lines that may stand above a framed table."""
TITLE = 0.25
"""Share of a text up to which what stands above its table is a title, and not the text."""
FIXED = 60
"""Lines whose spaces are looked at."""

TOLD = re.compile(r'\ufeff?\s*"?sep=(\\t|\t|[^\w\s"])"?[,;\t|]*\s*$', re.IGNORECASE)
"""The line that Excel wants before a table: which delimiter it has."""
ESCAPED = re.compile(r'\\"[\w¿¡«(]')
"""A quote that opens inside a cell, with a backslash before it."""
MARK = re.compile(
    r"[-–—*•·◦▪▫■□●○►▶➢➤✓✔☐☑§o\uf0a7\uf0b7\uf0d8\uf0fc]|\[[ xX]?\]"
    r"|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)ºª°]\)?-?|(?:\d{1,2}\.){1,3}\d{1,2}[.)]?"
)
"""What stands before an item of a list."""
FRAME = frozenset(" |+-=:─━│┃┼├┤┬┴┌┐└┘╪╞╡═")
BARS = str.maketrans("│┃", "||")
BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)

Quotes = Literal["doubled", "escaped", "letters", "twice"]


class Dialect(NamedTuple):
    """`told`: a first line says which delimiter it is. `framed`: drawn with bars and rules, as in Markdown.

    `quotes` inside a cell are doubled, or have a backslash before them; or they are letters like all others; or each
    row was quoted once more as a whole. `spaced`: a space follows each delimiter, before the quotes.
    """

    delimiter: str
    quotes: Quotes = "doubled"
    told: bool = False
    framed: bool = False
    spaced: bool = False


def rows_of(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    """The rows, streamed; an empty one for a blank line. Raises csv.Error."""
    csv.field_size_limit(CELL)
    if dialect.framed:
        yield from _framed_rows(lines)
        return
    if dialect.told:
        lines = itertools.dropwhile(lambda line: not line.strip(), lines)
        next(iter(lines), None)
    text = (f"{line}\n" for line in lines)
    if dialect.quotes == "escaped":
        read = csv.reader(map(_doubled, text), delimiter=dialect.delimiter, skipinitialspace=dialect.spaced)
        yield from ([cell.replace("\\\n", "\n") for cell in row] for row in read)
    elif dialect.quotes == "letters":
        yield from csv.reader(text, delimiter=dialect.delimiter, quoting=csv.QUOTE_NONE)
    elif dialect.quotes == "twice":
        outer = csv.reader(text, delimiter=dialect.delimiter)
        yield from csv.reader((row[0] if row else "" for row in outer), delimiter=dialect.delimiter)
    else:
        yield from csv.reader(text, delimiter=dialect.delimiter, skipinitialspace=dialect.spaced)


def _doubled(line: str) -> str:
    r"""A line whose quotes have a backslash before them, with doubled ones instead: \" -> "" and \\ -> \."""
    if "\\" not in line:
        return line
    return line.replace("\\\\", "\0").replace('\\"', '""').replace("\0", "\\")


def head_rows(head: str, dialect: Dialect) -> list[list[str]]:
    """Rows of the head, the last left out when it may be cut in the middle (an odd number of quotes)."""
    rows = list(rows_of(head.split("\n"), dialect))
    quotes = head.count('"') - (head.count('\\"') if dialect.quotes == "escaped" else 0)
    cut = dialect.quotes != "letters" and quotes % 2 and len(rows) > 1
    return rows[:-1] if cut else rows


def sniff(head: str, hint: bool) -> Dialect | None:
    """How a table is written, or None if the text is no table. `hint`: the file's name says that it is one.

    Each candidate is tried with a real csv parser; the best gives nearly all rows the same number of fields, the
    more fields the better. With the hint a few rows may be uneven (a quote that was forgotten), as long as the first
    one, which names the columns, is not. A table of one column counts only with the hint.
    """
    head = head.strip("\n\ufeff ")
    if is_framed(head):
        return Dialect("|", framed=True)
    told = TOLD.match(head.partition("\n")[0])
    said = told[1].replace("\\t", "\t") if told else None
    found = [
        (fit, dialect)
        for delimiter in ((said,) if said and said in head.partition("\n")[2] else DELIMITERS)
        for dialect in _quotings(head, Dialect(delimiter, told=told is not None), hint)
        if (fit := _fit(head_rows(head, dialect), dialect, hint or told is not None)) is not None
    ]
    best = max(found, key=lambda each: each[0], default=None)
    return best[1] if best else Dialect(said, told=True) if said else None


def _quotings(head: str, plain: Dialect, hint: bool) -> Iterator[Dialect]:
    """The ways in which the quotes of the text may be meant, the likelier first."""
    if hint and head.count(f'{plain.delimiter} "') > 0.5 * head.count("\n"):
        plain = plain._replace(spaced=True)
    if ESCAPED.search(head) and f'{plain.delimiter}"' in head:
        yield plain._replace(quotes="escaped")
    if hint and head.startswith('"') and _twice(head, plain):
        yield plain._replace(quotes="twice")
    if '"' in head and _letters(head, plain):
        yield plain._replace(quotes="letters")
    yield plain


def _letters(head: str, plain: Dialect) -> bool:
    """Is a quote a letter? Read so, each line has as many cells and hardly any begins with one, while as a quote it
    swallows rows because nothing closes it."""
    lines = head_rows(head, plain._replace(quotes="letters"))
    lines = [row for row in lines[rows_above(lines) :] if row]
    opened = sum(cell.startswith('"') for row in lines for cell in row)
    even = len({len(row) for row in lines}) == 1 and len(lines[0]) > 1
    return even and opened <= max(2, 0.1 * len(lines)) and len(lines) > sum(map(bool, head_rows(head, plain)))


def _twice(head: str, plain: Dialect) -> bool:
    """Is each line one quoted cell that holds a row, as after a table was opened as text and saved again?"""
    outer = [row for row in head_rows(head, plain) if row]
    inner = [row for row in head_rows(head, plain._replace(quotes="twice")) if row]
    sizes = {len(row) for row in inner}
    return len(outer) > 2 and all(len(row) == 1 for row in outer) and len(sizes) == 1 and sizes != {1}


def _fit(rows: list[list[str]], dialect: Dialect, hint: bool) -> tuple[float, int] | None:
    """How well the rows fit a table: the share that are alike, and their cells. None if they are none."""
    above = rows_above(rows)
    filled = [row for row in rows[above:] if row]
    sizes = [len(row) for row in filled]
    # Without the hint, what stands above could be the text, and its commas those of sentences.
    loose = not hint and above > 0 and (dialect.delimiter == "," or _length(rows[:above]) > TITLE * _length(rows))
    listed = dialect.delimiter == "\t" and _is_list(filled)
    if len(sizes) < 2 or loose or listed or _sentences(filled, hint):
        return None
    (modal, times), *_ = Counter(sizes).most_common(1)
    share = times / len(sizes)
    if modal == 1:
        # The rows of a table have no blank lines between them, paragraphs have.
        apart = len(filled) < 0.8 * len(rows[above:])
        alone = hint and dialect.delimiter in ",;" and share == 1.0 and not apart
        return (0.0, int(dialect.delimiter == ",")) if alone else None
    sure = hint or (modal >= 3 and len(sizes) >= 3) or (dialect.delimiter == "\t" and len(sizes) >= 3)
    first = sizes[0] == modal or (hint and abs(sizes[0] - modal) == 1 and times >= 0.9 * (len(sizes) - 1))
    return (share, modal) if sure and first and share >= (EVEN if hint else 1.0) else None


def _length(rows: Sequence[Sequence[str]]) -> int:
    return sum(len(cell) for row in rows for cell in row)


def _sentences(rows: Sequence[Sequence[str]], hint: bool) -> bool:
    """Are the cells pieces of sentences? Commas in prose are followed by a space, those of a table hardly ever.

    A file that calls itself a table may be written so, if its first row could be names.
    """
    inner = [cell for row in rows for cell in row[1:]]
    spaced = sum(cell.startswith(" ") for cell in inner) > 0.5 * len(inner) if inner else False
    return spaced and not (hint and all(len(words(cell)) <= 4 for cell in rows[0]))


def _is_list(rows: Sequence[Sequence[str]]) -> bool:
    """Is what stands before the tab the mark of an item, as Word copies a list, who speaks, or nothing at all?"""
    if not rows or any(len(row) < 2 or sum(map(bool, row[1:])) != 1 for row in rows):
        return False
    before = [row[0].strip() for row in rows]
    if sum(is_stamp("".join(row[1:])) for row in rows) > 0.5 * len(rows):
        return False
    return any(
        sum(map(fits, before)) >= 0.9 * len(before) and fits(before[0])
        for fits in (_is_mark, _is_speaker, lambda cell: not cell)
    )


def _is_mark(cell: str) -> bool:
    return MARK.fullmatch(cell) is not None


def _is_speaker(cell: str) -> bool:
    return cell.endswith((":", ".—", ".-")) or (cell.isupper() and cell.endswith("."))


# --- framed tables ----------------------------------------------------------------------------------------------------


def is_framed(head: str) -> bool:
    """Is nearly all of it a table drawn with bars, its rule near the beginning?"""
    filled = [line.translate(BARS) for line in head.split("\n") if line.strip()]
    begins = next((i for i, line in enumerate(filled[: ABOVE_FRAME + 1]) if "|" in line or _is_rule(line)), None)
    if begins is None:
        return False
    table = filled[begins:]
    if _length([filled[:begins]]) > TITLE * _length([filled]):
        return False
    rows = [line for line in table if "|" in line and not _is_rule(line)]
    inside = sum("|" in line or _is_rule(line) for line in table)
    return any(map(_is_rule, table[:3])) and len(rows) >= 2 and len(table) - inside <= max(1, 0.1 * len(table))


def _is_rule(line: str) -> bool:
    bare = line.strip()
    return bool(set("-=─━═") & set(bare)) and bool(set("|+┼┬┴├╪╞") & set(bare)) and FRAME.issuperset(bare)


def _framed_rows(lines: Iterable[str]) -> Iterator[list[str]]:
    """The rows inside the frame; a line without bars stands above or below it."""
    for line in lines:
        bare = line.strip().translate(BARS)
        if _is_rule(bare):
            continue
        if "|" not in bare:
            yield from ([], [bare] if bare else [])
            continue
        cells = re.split(r"(?<!\\)\|", bare.removeprefix("|").removesuffix("|"))
        yield [BREAK.sub("\n", cell.strip().replace("\\|", "|")) for cell in cells]


def is_fixed_width(head: str) -> bool:
    """Are there columns parted by nothing but spaces, at the same places in nearly all lines?"""
    lines = [line.rstrip() for line in head.split("\n")[:FIXED] if line.strip()]
    if len(lines) < 5 or any("\t" in line for line in lines):
        return False
    width = max(map(len, lines))
    blank = [sum(line[place : place + 2].strip() == "" for line in lines) for place in range(min(width, 300))]
    for place, empty in enumerate(blank):
        both = sum(bool(line[:place].strip()) and bool(line[place:].strip()) for line in lines)
        if empty >= 0.95 * len(lines) and both >= 0.8 * len(lines):
            return True
    return False

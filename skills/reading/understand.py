"""A part of a file -> how it is understood (shape, columns, delimiter) and the stream of its rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any, NamedTuple

from skills.errors import FileEmpty, UserError
from skills.reading import records, tables
from skills.reading import rows as running
from skills.reading.left_out import LeftOut
from skills.reading.part import Part
from skills.reading.read import TextSource, head_text, lines
from skills.reading.shape import rows_are_verse, shape_of
from skills.texts.normalize import fold_word
from skills.workspace import Shape

PEEK = 2_000
"""Rows of a table that are looked at to tell its columns."""
TABLE_SUFFIXES = (".csv", ".tsv", ".tab")
JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")


class Wanted(NamedTuple):
    """What the learner decided about how to read a file."""

    shape: Shape | None = None
    text: str | None = None
    prompt: str | None = None
    completion: str | None = None

    @property
    def columns(self) -> bool:
        return any((self.text, self.prompt, self.completion))


@dataclass(frozen=True)
class Understood:
    """What a part is taken for. `columns` is None for running text; `margin`: the width at which prose was cut, or 0.

    `wordy`: the columns that may hold a text. `lines_of_verse`: each row is one line of a longer poem. `left`:
    what was left out when the file was opened; `counts`: while the rows are read, anew each time.
    """

    source: TextSource
    name: str
    shape: Shape
    delimiter: str | None = None
    columns: tables.Columns | None = None
    header: bool = False
    margin: int = 0
    is_json: bool = False
    lines_of_verse: bool = False
    wordy: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    left: LeftOut = field(default_factory=LeftOut)
    counts: LeftOut = field(default_factory=LeftOut)

    def pieces(self) -> Iterator[running.Piece]:
        """All rows, each with the number of its document."""
        self.counts.forget()
        if self.columns is not None:
            yield from self._of_table(self.columns)
        elif self.shape in ("dialogue", "chat", "pairs"):
            yield from running.spoken(lines(self.source), self.shape, head_text(self.source))
        else:
            yield from running.pieces(lines(self.source), self.shape, self.margin)

    def _of_table(self, columns: tables.Columns) -> Iterator[running.Piece]:
        """A record is a document; records that follow each other under one title, or lines of verse, are one."""
        document, before = -1, None
        for record in self._records(columns):
            row = (records.chat_row(record) if self.shape == "chat" else None) or tables.row_of(record, columns)
            same = before is not None and (self.lines_of_verse or (row.title is not None and row.title == before))
            document += not same
            before = row.title or ""
            yield running.Piece(row, document)

    def _records(self, columns: tables.Columns) -> Iterator[dict[str, Any]]:
        if self.is_json:
            return records.json_rows(self.source, self.name)
        assert self.delimiter is not None
        return tables.table_rows(self.source, self.delimiter, columns.names, self.header, self.name, self.counts)


def understand(part: Part, wanted: Wanted) -> Understood:
    """Tell what a part is: its content decides, its name is a hint, what the learner wants overrules both."""
    source, name = part.source, part.name
    head = head_text(source)
    suffix = PurePath(name).suffix.casefold()
    if part.kind == "table":
        return _overruled(_table(source, name, head, ",", wanted), wanted.shape)
    if part.kind == "any":
        if head.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") and (suffix in JSON_SUFFIXES or _parses(source, name)):
            return _overruled(_json(source, name, wanted), wanted.shape)
        delimiter = tables.sniff(head, hint=suffix in TABLE_SUFFIXES or wanted.columns)
        if delimiter is not None:
            return _overruled(_table(source, name, head, delimiter, wanted), wanted.shape)
    found = wanted.shape or shape_of(head, part.unwrapped)
    margin = running.margin_in(head) if found == "prose" and not part.unwrapped else 0
    notices = (
        *source.notices,
        *(("unwrapped",) if margin else ()),
        *(("no_table",) if suffix in TABLE_SUFFIXES and part.kind == "any" else ()),
    )
    return Understood(source, name, found, margin=margin, notices=notices)


def _parses(source: TextSource, name: str) -> bool:
    try:
        return next(iter(records.json_rows(source, name)), None) is not None
    except UserError:
        return False


def _json(source: TextSource, name: str, wanted: Wanted) -> Understood:
    found = list(itertools.islice(records.json_rows(source, name), PEEK))
    if not found:
        raise FileEmpty(name=name)
    names = tuple(dict.fromkeys(key for record in found for key in record))
    sample = [{key: value if isinstance(value, str) else "" for key, value in record.items()} for record in found]
    chat = not wanted.columns and sum(records.chat_row(record) is not None for record in found) > 0.5 * len(found)
    understood = _columns(Understood(source, name, "chat", is_json=True, notices=source.notices), names, sample, wanted)
    return replace(understood, shape="chat", lines_of_verse=False) if chat else understood


def _table(source: TextSource, name: str, head: str, delimiter: str, wanted: Wanted) -> Understood:
    first = tables.parse_head(head, delimiter)
    if not first:
        raise FileEmpty(name=name)
    header = tables.has_header(first)
    width = len(first[0])
    names = tables.distinct(first[0]) if header else tuple(str(i) for i in range(1, width + 1))
    sample = list(itertools.islice(tables.table_rows(source, delimiter, names, header, name), PEEK))
    if not sample:
        raise FileEmpty(name=name)
    notices = (*source.notices, *(() if header else ("no_header",)))
    bare = Understood(source, name, "table", delimiter, header=header, notices=notices)
    return _columns(bare, names, sample, wanted)


def _columns(found: Understood, names: tuple[str, ...], sample: list[dict[str, str]], wanted: Wanted) -> Understood:
    """What the columns hold, by the learner's word or by what is in them, and the shape that follows from it."""
    columns = tables.chosen_columns(names, wanted.text, wanted.prompt, wanted.completion)
    columns = columns or tables.columns_of(names, sample)
    cells = [row.get(columns.text) or "" for row in sample] if columns.text else []
    named = columns.text is not None and fold_word(columns.text) in tables.VERSE_NAMES
    verse = bool(cells) and rows_are_verse(cells, alone=named or len(names) == 1)
    single = verse and not any("\n" in cell or len(cell) > 80 for cell in cells)
    return replace(
        found, columns=columns, shape=tables.shape_of_columns(columns, verse), lines_of_verse=single,
        wordy=tuple(tables.wordy_columns(names, sample)),
    )  # fmt: skip


def _overruled(found: Understood, shape: Shape | None) -> Understood:
    """The learner's word on the shape: a table's columns are then read as that shape needs them."""
    if shape is None or shape == found.shape or found.columns is None:
        return found if shape is None else replace(found, shape=shape)
    columns = found.columns
    names = columns.names
    if shape == "table":
        columns = tables.Columns(names)
    elif shape == "pairs" and len(names) >= 2 and not columns.completion:
        columns = tables.Columns(names, prompt=names[0], completion=names[1])
    elif shape in ("prose", "verse") and columns.text is None:
        columns = tables.Columns(names, text=columns.completion or names[-1])
    return replace(found, shape=shape, columns=columns, lines_of_verse=False)

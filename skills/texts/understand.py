"""A readable file -> how it is understood (shape, columns, delimiter) and the stream of its rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from skills.contract import FileEmpty
from skills.texts import rows as running
from skills.texts import tables
from skills.texts.read import Source, head_text, lines
from skills.texts.shape import rows_are_verse, shape_of
from skills.workspace import Shape

PEEK = 2_000
"""Rows of a table that are looked at to tell its columns."""
TABLE_SUFFIXES = (".csv", ".tsv", ".tab")


@dataclass(frozen=True)
class Understood:
    """What a file is taken for. `columns` is None for running text; `wrapped`: prose cut at a margin."""

    source: Source
    name: str
    shape: Shape
    delimiter: str | None = None
    columns: tables.Columns | None = None
    header: bool = False
    wrapped: bool = False
    is_json: bool = False
    notices: tuple[str, ...] = ()

    def pieces(self) -> Iterator[running.Piece]:
        """All rows, each with the number of its document."""
        if self.columns is not None:
            for number, record in enumerate(self._records()):
                row = (tables.chat_row(record) if self.shape == "chat" else None) or tables.row_of(record, self.columns)
                yield running.Piece(row, number)
        elif self.shape in ("dialogue", "chat", "pairs"):
            yield from running.spoken(lines(self.source), self.shape)
        else:
            yield from running.pieces(lines(self.source), self.shape, self.wrapped)

    def _records(self) -> Iterator[dict[str, Any]]:
        if self.is_json:
            return tables.json_rows(self.source, self.name)
        assert self.delimiter is not None
        assert self.columns is not None
        return tables.table_rows(self.source, self.delimiter, self.columns.names, self.header)


def understand(source: Source, name: str, text_column: str | None, shape: Shape | None) -> Understood:
    """Tell what the file is: its content decides, its name is a hint, `text_column` and `shape` overrule both."""
    head = head_text(source)
    suffix = PurePath(name).suffix.casefold()
    looks_json = head.lstrip()[:1] in ("{", "[") and (suffix in (".json", ".jsonl", ".ndjson") or _parses(source, name))
    if looks_json:
        return _overruled(_json(source, name, text_column), shape)
    delimiter = tables.sniff(head, hint=suffix in TABLE_SUFFIXES or text_column is not None)
    if delimiter is not None:
        return _overruled(_table(source, name, head, delimiter, text_column), shape)
    found = shape or shape_of(head)
    wrapped = found == "prose" and running.looks_wrapped(head)
    notices = (*source.notices, *(("unwrapped",) if wrapped else ()))
    return Understood(source, name, found, wrapped=wrapped, notices=notices)


def _parses(source: Source, name: str) -> bool:
    from skills.contract import UserError

    try:
        return next(iter(tables.json_rows(source, name)), None) is not None
    except UserError:
        return False


def _json(source: Source, name: str, text_column: str | None) -> Understood:
    records = list(itertools.islice(tables.json_rows(source, name), PEEK))
    if not records:
        raise FileEmpty(name=name)
    names = tuple(dict.fromkeys(key for record in records for key in record))
    sample = [{key: value if isinstance(value, str) else "" for key, value in record.items()} for record in records]
    columns = tables.columns_of(names, sample, text_column)
    chat = text_column is None and sum(tables.chat_row(record) is not None for record in records) > 0.5 * len(records)
    shape: Shape = "chat" if chat else tables.shape_of_columns(columns, _verse(sample, columns))
    return Understood(source, name, shape, columns=columns, is_json=True, notices=source.notices)


def _table(source: Source, name: str, head: str, delimiter: str, text_column: str | None) -> Understood:
    first = tables.parse_head(head, delimiter)
    header = tables.has_header(first)
    names = tuple(cell.strip() for cell in first[0]) if header else tuple(str(i) for i in range(1, len(first[0]) + 1))
    sample = list(itertools.islice(tables.table_rows(source, delimiter, names, header), PEEK))
    if not sample:
        raise FileEmpty(name=name)
    columns = tables.columns_of(names, sample, text_column)
    shape = tables.shape_of_columns(columns, _verse(sample, columns))
    notices = (*source.notices, *(() if header else ("no_header",)))
    return Understood(source, name, shape, delimiter, columns, header, notices=notices)


def _verse(sample: list[dict[str, str]], columns: tables.Columns) -> bool:
    return columns.text is not None and rows_are_verse([row.get(columns.text) or "" for row in sample])


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
    return replace(found, shape=shape, columns=columns)

"""A part of a file -> how it is understood (shape, columns, delimiter) and the stream of its rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any, NamedTuple

from skills.blocks import Scalar
from skills.errors import FileEmpty, UserError
from skills.reading import conversations, delimited, records, tables, talks, theatre, verse
from skills.reading import rows as running
from skills.reading.chat_marks import common_end
from skills.reading.conversations import Speakers
from skills.reading.delimited import Dialect
from skills.reading.json_text import begins_json
from skills.reading.layout import Layout, layout_of, table_rows
from skills.reading.left_out import LeftOut
from skills.reading.part import Part
from skills.reading.read import TextSource, head_text, lines
from skills.reading.said import Chat
from skills.reading.setting import PLAIN, Setting, at_slashes, is_typed, setting_of, slashed
from skills.reading.shape import rows_are_verse, shape_of
from skills.texts.hyphens import vocabulary
from skills.texts.normalize import fold_word
from skills.workspace import Row, Shape, Turn

VOCABULARY = 50_000
"""Lines of a text whose words tell which hyphens belong to a word."""
PEEK = 2_000
"""Rows of a table that are looked at to tell its columns."""
SAMPLE = 2_000_000
"""Characters after which enough rows were looked at."""
TABLE_SUFFIXES = (".csv", ".tsv", ".tab", ".psv", ".xls")
JSON_SUFFIXES = (".json", ".jsonl", ".ndjson", ".jsonlines", ".jsonc", ".json5")
NAMED = 12
"""Columns that are named."""
SURE = 4
"""Rows that must be well written for each that is broken, for a file not named so to be taken for JSON."""


class Wanted(NamedTuple):
    """What the learner decided about how to read a file."""

    shape: Shape | None = None
    text: str | None = None
    prompt: str | None = None
    completion: str | None = None
    me: str | None = None

    @property
    def columns(self) -> bool:
        return any((self.text, self.prompt, self.completion))


@dataclass(frozen=True)
class Understood:
    """What a part is taken for. `columns` is None for running text; `margin`: the width at which prose was cut, or 0.

    `wordy`: the columns that may hold a text. `lines_of_verse`: each row is one line of a longer poem. `ends`: the
    marks that prompts and completions end in for a machine's sake. `filled`: the columns that have something in them.
    `left`: what was left out when the file was opened; `counts`: while the rows are read, anew each time. Of a `chat`,
    `me` is who answers in the rows, if somebody was chosen, and `speakers` who was met in reading them.
    """

    source: TextSource
    name: str
    shape: Shape
    delimiter: str | None = None
    columns: tables.Columns | None = None
    layout: Layout | None = None
    margin: int = 0
    is_json: bool = False
    lines_of_verse: bool = False
    wordy: tuple[str, ...] = ()
    ends: tuple[str, str] = ("", "")
    notices: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    left: LeftOut = field(default_factory=LeftOut)
    counts: LeftOut = field(default_factory=LeftOut)
    setting: Setting = PLAIN
    chat: Chat | None = None
    me: str | None = None
    speakers: Speakers = field(default_factory=Speakers)

    @property
    def facts(self) -> dict[str, Scalar]:
        """Values of notices, as of a part: the columns that do not become part of the rows."""
        if self.columns is None or self.shape == "table":
            return {}
        columns = self.columns
        read = {columns.text, columns.prompt, columns.completion, columns.title, columns.context, *talks.WORSE_KEYS}
        unread = [name for name in self.filled if name not in read]
        named = ", ".join(unread[:NAMED]) + (" …" if len(unread) > NAMED else "")
        return {"unread_columns": len(unread), "unread_columns_names": named} if unread else {}

    def pieces(self) -> Iterator[running.Piece]:
        """All rows, each with the number of its document. A text that has nothing but titles is made of them; what is
        named like a table has then only the names of its columns."""
        found = self._pieces()
        first = next(found, None)
        if first is not None:
            yield from itertools.chain([first], found)
        elif self.columns is None and self.chat is None and "no_table" not in self.notices:
            yield from running.titles(lines(self.source))

    def _pieces(self) -> Iterator[running.Piece]:
        self.counts.forget()
        self.speakers.forget()
        if self.columns is not None:
            yield from self._of_table(self.columns)
        elif self.shape == "chat" and self.chat is not None:
            yield from conversations.pieces(self.chat, self.me, self.counts, self.speakers)
        elif self.shape == "verse":
            yield from verse.pieces(self._lines(), self._head())
        elif self.shape == "dialogue":
            yield from theatre.pieces(self._lines(), self._head())
        elif self.shape == "pairs":
            yield from running.asked(self._lines(), self._head())
        else:
            known = vocabulary(itertools.islice(lines(self.source), VOCABULARY)) if self.margin else frozenset()
            yield from running.pieces(self._lines(), self.margin, known)

    def _lines(self) -> Iterator[str]:
        """The lines as if they had been set plainly."""
        return self.setting.lines(lambda: lines(self.source), self.counts)

    def _head(self) -> str:
        return self.setting.text(head_text(self.source))

    def _of_table(self, columns: tables.Columns) -> Iterator[running.Piece]:
        """A record is a document; records that follow each other under one title, or lines of verse, are one."""
        document, before = -1, None
        names = frozenset(columns.names)
        worse = [] if self.is_json else [name for name in columns.names if fold_word(name) in tables.WORSE_NAMES]
        for record in self._records(columns):
            for name in worse:
                self.counts.leave("rejected", record[name])
            if not record.keys() <= names:
                self._pass_over(record, names)
            row = self._row(record, columns)
            if self.setting.slashes and self.shape == "verse" and row.text:
                row = row.model_copy(update={"text": "\n".join(at_slashes(row.text))})
            same = before is not None and (self.lines_of_verse or (row.title is not None and row.title == before))
            document += not same
            before = row.title or ""
            yield running.Piece(row, document)

    def _pass_over(self, record: dict[str, Any], names: frozenset[str]) -> None:
        """Cells under names that the first rows do not have are left out."""
        read = {*names, *talks.WORSE_KEYS, *(("messages",) if self.shape in ("pairs", "chat") else ())}
        for name in record.keys() - read:
            if cell := tables.cell_text(record[name]).strip():
                self.counts.leave("late_columns", f"{name}: {cell}")

    def _row(self, record: dict[str, Any], columns: tables.Columns) -> Row:
        talk = talks.chat_row(record) if self.is_json else None
        if talk is not None and talk.turns and self.shape == "chat":
            return talk
        if talk is not None and talk.turns and self.shape == "pairs":
            prompt, completion = talks.as_pair(talk.turns)
            return Row(prompt=prompt, completion=completion, title=talk.title)
        row = tables.row_of(record, columns)
        if row.prompt is None or row.completion is None or (self.shape != "chat" and not any(self.ends)):
            return row
        prompt, completion = (
            self._ended(text, end) for text, end in zip((row.prompt, row.completion), self.ends, strict=True)
        )
        if self.shape == "chat":
            turns = Turn(role="user", content=prompt), Turn(role="assistant", content=completion)
            return Row(turns=turns, title=row.title)
        return row.model_copy(update={"prompt": prompt, "completion": completion})

    def _ended(self, text: str, end: str) -> str:
        """A text without the mark at its end."""
        if not end or not text.endswith(end):
            return text
        self.counts.leave("end_marks", end)
        return text.removesuffix(end).rstrip()

    def _records(self, columns: tables.Columns) -> Iterator[dict[str, Any]]:
        if self.is_json:
            return records.json_rows(self.source, self.name, self.counts)
        assert self.layout is not None
        return table_rows(self.source, self.layout, self.name, self.counts, columns.text)


def understand(part: Part, wanted: Wanted) -> Understood:
    """Tell what a part is: its content decides, its name is a hint, what the learner wants overrules both."""
    source, name = part.source, part.name
    head = head_text(source)
    suffix = PurePath(name).suffix.casefold()
    if part.chat is not None and (wanted.me or wanted.shape in (None, "chat")) and not wanted.columns:
        return Understood(source, name, "chat", notices=source.notices, chat=part.chat, me=wanted.me)
    if part.kind == "table":
        return _overruled(_table(part, head, Dialect(","), wanted), wanted.shape)
    if part.kind == "records":
        return _overruled(_json(source, name, wanted), wanted.shape)
    if part.kind == "any":
        called_json = suffix in JSON_SUFFIXES
        begins = begins_json(head, hint=called_json)
        if (begins and called_json) or ((begins or called_json) and _parses(source, name)):
            return _overruled(_json(source, name, wanted), wanted.shape)
        dialect = delimited.sniff(head, hint=suffix in TABLE_SUFFIXES or wanted.columns)
        tabbed = dialect is not None and dialect.delimiter == "\t" and suffix not in TABLE_SUFFIXES
        if dialect is not None and not (tabbed and is_typed(head)):
            return _overruled(_table(part, head, dialect, wanted), wanted.shape)
    seen = shape_of(head, part.unwrapped)
    fixed = part.kind == "any" and seen in ("prose", "verse") and delimited.is_fixed_width(head)
    setting = PLAIN if wanted.shape not in (None, "verse", "dialogue") else setting_of(head)
    if setting != PLAIN:
        head, fixed = setting.text(head), False
        seen = shape_of(head, part.unwrapped)
    found = wanted.shape or part.shape or ("prose" if fixed else seen)
    if found == "chat" or wanted.me is not None:
        chat = conversations.named(source)
        return Understood(source, name, "chat", notices=source.notices, chat=chat, me=wanted.me)
    margin = running.margin_in(head) if found == "prose" and not fixed and not part.unwrapped else 0
    notices = (
        *source.notices,
        *setting.notices,
        *(("unwrapped",) if margin else ()),
        *(("fixed_width",) if fixed else ()),
        *(("no_table",) if suffix in TABLE_SUFFIXES and part.kind == "any" else ()),
    )
    return Understood(source, name, found, margin=margin, notices=notices, setting=setting, chat=part.chat)


def _parses(source: TextSource, name: str) -> bool:
    """Is a text that begins as JSON does JSON?"""
    left = LeftOut()
    try:
        found = list(itertools.islice(records.json_rows(source, name, left), PEEK))
    except UserError:
        return False
    return bool(found) and SURE * left["json_lines"] <= len(found)


def _json(source: TextSource, name: str, wanted: Wanted) -> Understood:
    found: list[dict[str, Any]] = []
    size = 0
    for record in itertools.islice(records.json_rows(source, name), PEEK):
        found.append(record)
        size += sum(len(cell) for cell in record.values() if isinstance(cell, str))
        if size > SAMPLE:
            break
    if not found:
        raise FileEmpty(name=name)
    names = tuple(dict.fromkeys(key for record in found for key in record))
    sample = [{key: value if isinstance(value, str) else "" for key, value in record.items()} for record in found]
    understood = _columns(Understood(source, name, "chat", is_json=True, notices=source.notices), names, sample, wanted)
    talking = sum(talks.chat_row(record) is not None for record in found)
    assert understood.columns
    if not wanted.columns and (talking > 0.5 * len(found) or (talking and understood.shape == "pairs")):
        columns = understood.columns._replace(text="messages")
        understood = replace(understood, shape="chat", columns=columns, lines_of_verse=False)
    filled = tuple(name for name in names if any(tables.cell_text(record.get(name)).strip() for record in found))
    return replace(understood, filled=filled)


def _table(part: Part, head: str, dialect: Dialect, wanted: Wanted) -> Understood:
    source, name = part.source, part.name
    rows = delimited.head_rows(head, dialect)
    if not any(map(any, rows)):
        raise FileEmpty(name=name)
    layout = layout_of(rows, dialect, even=part.kind == "table", marked=part.marked)
    sample = list(itertools.islice(table_rows(source, layout, name, LeftOut()), PEEK))
    if not sample:
        raise FileEmpty(name=name)
    told = {"no_header": not layout.header, "two_headers": layout.header > 1, "named_twice": layout.twice}
    notices = (*source.notices, *(code for code, there in told.items() if there))
    bare = Understood(source, name, "table", dialect.delimiter, layout=layout, notices=notices)
    found = _columns(bare, layout.used, sample, wanted)
    return _titled(found, layout.names[part.grouped]) if part.grouped is not None else found


def _titled(found: Understood, name: str | None) -> Understood:
    """The column whose cells span several rows is their title, unless it has other work to do."""
    columns = found.columns
    if columns is None or name is None or columns.title or name in (columns.text, columns.prompt, columns.completion):
        return found
    return replace(found, columns=columns._replace(title=name))


def _columns(found: Understood, names: tuple[str, ...], sample: list[dict[str, str]], wanted: Wanted) -> Understood:
    """What the columns hold, by the learner's word or by what is in them, and the shape that follows from it."""
    columns = tables.chosen_columns(names, wanted.text, wanted.prompt, wanted.completion)
    columns = columns or tables.columns_of(names, sample)
    cells = [row.get(columns.text) or "" for row in sample] if columns.text else []
    setting = slashed(cells)
    if setting.slashes:
        cells = ["\n".join(at_slashes(cell)) for cell in cells]
    named = columns.text is not None and fold_word(columns.text) in tables.VERSE_NAMES
    verse = bool(cells) and rows_are_verse(cells, alone=named or len(names) == 1)
    single = verse and not any("\n" in cell or len(cell) > 80 for cell in cells)
    asked, answered = (
        [row.get(name) or "" for row in sample] if name else [] for name in (columns.prompt, columns.completion)
    )
    return replace(
        found, columns=columns, shape=tables.shape_of_columns(columns, verse), lines_of_verse=single,
        ends=(common_end(asked), common_end(answered)),
        setting=setting, notices=(*found.notices, *setting.notices),
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

"""What a reader gives: parts of a file as plain UTF-8 text or csv in a temporary folder, and how they are laid out."""

from __future__ import annotations

import csv
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any, Literal, NamedTuple

from skills.blocks import Scalar
from skills.errors import FileEmpty, FileUnreadable
from skills.reading.left_out import LeftOut
from skills.reading.read import TextSource
from skills.reading.said import Chat
from skills.reading.shape import are_long_verses
from skills.workspace import Shape

TEXT_LIMIT = 200_000_000
"""Most characters that are taken out of one file."""
SHORT = 60
"""Characters up to which a paragraph may be a line of verse."""
SPACE = 6
"""Points of a space, in the letters that texts are mostly set in."""
FURTHEST = 60
"""Spaces that a line is set in by at most."""
MORE = 3.0
"""Points of room, over the usual, that part stanzas."""
MOSTLY = 0.9
"""Share of a document's text that its only table must hold for the document to be read as a table."""

Kind = Literal["any", "text", "table", "records"]


@dataclass(frozen=True)
class Part:
    """A text or a table that a file holds. `kind`: `any` if its content has still to tell which of the two it is,
    `records` for a table as JSON lines.

    `title`: of the sheet or file, where there are several. `facts`: what was seen, by code; a code that has words
    under `load_dataset.notices` is told to the learner with its value. `left`: what the reader left out. `chat`: the
    messages in it, where it is one that a program exported. Of a table, `marked`: the row that was set apart as its
    header; `grouped`: the column whose cells span several rows. `shape`: what the kind of file says that a text is;
    None if its content has to tell. `unwrapped`: no line of it ends at a margin, the reader has seen to that.
    """

    source: TextSource
    name: str
    kind: Kind = "any"
    title: str | None = None
    facts: dict[str, Scalar] = field(default_factory=dict)
    left: LeftOut = field(default_factory=LeftOut)
    chat: Chat | None = None
    marked: int | None = None
    grouped: int | None = None
    shape: Shape | None = None
    unwrapped: bool = False


class Paragraph(NamedTuple):
    """A paragraph as its author set it: `level` 1 to 6 for a heading; line ends inside it are the author's.

    `indent`: spaces that it is set in by, more or less; `above` and `below`: the room around it, in points.
    """

    text: str
    level: int = 0
    indent: int = 0
    above: float = 0.0
    below: float = 0.0


@dataclass
class Document:
    """What a word processor's file or a page holds, in order; the rows of tables are also among the paragraphs.

    `title`: what the file says it is called, which need not be among its words. `left`: what was left out.
    """

    paragraphs: list[Paragraph] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    facts: dict[str, Scalar] = field(default_factory=dict)
    title: str | None = None
    left: LeftOut = field(default_factory=LeftOut)

    def add_table(self, rows: list[list[str]]) -> None:
        rows = [row for row in rows if any(cell.strip() for cell in row)]
        if len(rows) <= 2 and any(cell.strip().count("\n") >= 2 for row in rows for cell in row):
            # Lines in a frame, or side by side: it is laid out with a table, and is none.
            self.paragraphs += [Paragraph(text) for row in rows for cell in row for text in ("", cell.strip("\n"), "")]
        elif rows:
            self.tables.append(rows)
            lines = (" | ".join(" ".join(cell.split()) for cell in row if cell.strip()) for row in rows)
            self.paragraphs += [Paragraph(""), *map(Paragraph, lines), Paragraph("")]


def part_of(document: Document, name: str, folder: Path) -> Part:
    """The document as text or, if a single table is nearly all it holds, as that table. Raises FileEmpty."""
    size = sum(len(paragraph.text) for paragraph in document.paragraphs)
    if len(document.tables) == 1:
        (rows,) = document.tables
        inside = sum(len(cell) for row in rows for cell in row)
        if len(rows) > 2 and max(map(len, rows)) > 1 and inside >= MOSTLY * size:
            return replace(write_table(rows, name, folder), left=document.left)
    elif document.tables:
        document.facts["tables"] = len(document.tables)
    part = write_text(laid_out(document.paragraphs), name, folder, document.facts)
    return replace(part, left=document.left)


def spaces(points: float) -> int:
    """How many spaces a paragraph that stands so many points in is set in by."""
    return max(0, min(FURTHEST, round(points / SPACE)))


def laid_out(paragraphs: Sequence[Paragraph]) -> Iterator[str]:
    """Paragraphs as lines of plain text: blank lines where the author left room, `#` before headings.

    Short paragraphs, or longer ones that go on in the next, are lines that belong together until an empty one or more
    room than usual, as verse and plays are typed; others stand apart. A paragraph with line ends of its own is a
    stanza.
    """
    texts = [p.text for p in paragraphs if p.text.strip() and not p.level]
    together = bool(texts) and (median(map(len, texts)) <= SHORT or are_long_verses(texts))
    usual = _usual_room(paragraphs)
    for before, paragraph in zip([None, *paragraphs], paragraphs, strict=False):
        lines = paragraph.text.strip("\n").split("\n")
        if paragraph.level and paragraph.text.strip():
            yield from ("", f"{'#' * min(paragraph.level, 6)} {' '.join(paragraph.text.split())}", "")
        elif len(lines) > 1:
            yield from ("", *(_set_in(line, paragraph) for line in lines), "")
        elif not together:
            yield from (paragraph.text.strip(), "")
        else:
            if before is not None and _room(before, paragraph) > usual + MORE:
                yield ""
            yield from (_set_in(lines[0], paragraph), *([""] if paragraph.text.endswith("\n") else []))


def _set_in(line: str, paragraph: Paragraph) -> str:
    return f"{' ' * paragraph.indent}{line}".rstrip()


def _room(before: Paragraph, after: Paragraph) -> float:
    return max(before.below, after.above)


def _usual_room(paragraphs: Sequence[Paragraph]) -> float:
    """The room between two lines that are no headings: what is most often left, the least where it is a tie."""
    pairs = itertools.pairwise(paragraphs)
    rooms = [_room(a, b) for a, b in pairs if a.text.strip() and b.text.strip() and not a.level and not b.level]
    return min(Counter(rooms).most_common(), key=lambda it: (-it[1], it[0]), default=(0.0, 0))[0]


def write_text(lines: Iterable[str], name: str, folder: Path, facts: dict[str, Scalar] | None = None) -> Part:
    """The lines as a part in `folder`. Raises FileEmpty, and FileUnreadable (`inflated`) past TEXT_LIMIT."""
    path = fresh(folder)
    size = written = 0
    with path.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        for line in lines:
            written += bool(line.strip())
            size += len(line) + 1
            if size > TEXT_LIMIT:
                raise FileUnreadable(name=name, kind="inflated", limit=TEXT_LIMIT)
            file.write(f"{line}\n")
    if not written:
        raise FileEmpty(name=name)
    return Part(_plain(path), name, "text", facts=facts or {})


def rewritten(part: Part, lines: Iterable[str], folder: Path) -> Part:
    """The part with other lines, and all else as it was. Raises what `write_text` raises."""
    new = write_text(lines, part.name, folder).source
    return replace(part, source=new._replace(named=part.source.named, notices=part.source.notices))


def write_table(rows: Iterable[Sequence[str]], name: str, folder: Path, title: str | None = None) -> Part:
    """The rows as a csv part in `folder`. Raises FileEmpty, and FileUnreadable (`inflated`) past TEXT_LIMIT."""
    path = fresh(folder)
    size = 0
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row in rows:
            size += sum(map(len, row)) + len(row)
            if size > TEXT_LIMIT:
                raise FileUnreadable(name=name, kind="inflated", limit=TEXT_LIMIT)
            writer.writerow(row)
    if not size:
        raise FileEmpty(name=name)
    return Part(_plain(path), name, "table", title)


def write_records(records: Iterable[Mapping[str, Any]], name: str, folder: Path) -> Part:
    """The records as JSON lines, a part in `folder`. Raises FileEmpty, and FileUnreadable (`inflated`)."""
    encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
    part = write_text((encode(record) for record in records), name, folder)
    return replace(part, kind="records")


def fresh(folder: Path) -> Path:
    """A path in `folder` that is not there yet; the learner's names are never part of it."""
    return folder / f"part-{sum(1 for _ in folder.iterdir())}"


def _plain(path: Path) -> TextSource:
    return TextSource(path, path.stat().st_size, "utf-8", "utf-8", ())

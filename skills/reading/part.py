"""What a reader gives: parts of a file as plain UTF-8 text or csv in a temporary folder, and how they are laid out."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Literal, NamedTuple

from skills.blocks import Scalar
from skills.errors import FileEmpty, FileUnreadable
from skills.reading.left_out import LeftOut
from skills.reading.read import TextSource

TEXT_LIMIT = 200_000_000
"""Most characters that are taken out of one file."""
SHORT = 60
"""Characters up to which a paragraph may be a line of verse."""
MOSTLY = 0.9
"""Share of a document's text that its only table must hold for the document to be read as a table."""

Kind = Literal["any", "text", "table"]


@dataclass(frozen=True)
class Part:
    """A text or a table that a file holds. `kind`: `any` if its content has still to tell which of the two it is.

    `title`: of the sheet or file, where there are several. `facts`: what was seen, by code; a code that has words
    under `load_dataset.notices` is told to the learner with its value. `left`: what the reader left out. `unwrapped`:
    no line of it ends at a margin, the reader has seen to that.
    """

    source: TextSource
    name: str
    kind: Kind = "any"
    title: str | None = None
    facts: dict[str, Scalar] = field(default_factory=dict)
    left: LeftOut = field(default_factory=LeftOut)
    unwrapped: bool = False


class Paragraph(NamedTuple):
    """A paragraph as its author set it: `level` 1 to 6 for a heading; line ends inside it are the author's."""

    text: str
    level: int = 0


@dataclass
class Document:
    """What a word processor's file or a page holds, in order; the rows of tables are also among the paragraphs."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    facts: dict[str, Scalar] = field(default_factory=dict)

    def add_table(self, rows: list[list[str]]) -> None:
        rows = [row for row in rows if any(cell.strip() for cell in row)]
        if rows:
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
            return write_table(rows, name, folder)
    elif document.tables:
        document.facts["tables"] = len(document.tables)
    return write_text(laid_out(document.paragraphs), name, folder, document.facts)


def laid_out(paragraphs: Sequence[Paragraph]) -> Iterator[str]:
    """Paragraphs as lines of plain text: blank lines where the author left room, `#` before headings.

    Short paragraphs are lines that belong together until an empty one, as verse and plays are typed; long ones
    stand apart. A paragraph with line ends of its own is a stanza.
    """
    sizes = [len(p.text) for p in paragraphs if p.text.strip() and not p.level]
    together = bool(sizes) and median(sizes) <= SHORT
    for text, level in paragraphs:
        lines = [line.strip() for line in text.split("\n")]
        if level and text.strip():
            yield from ("", f"{'#' * min(level, 6)} {' '.join(text.split())}", "")
        elif len(lines) > 1 or not together:
            yield from (*lines, "")
        else:
            yield from lines


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


def fresh(folder: Path) -> Path:
    """A path in `folder` that is not there yet; the learner's names are never part of it."""
    return folder / f"part-{sum(1 for _ in folder.iterdir())}"


def _plain(path: Path) -> TextSource:
    return TextSource(path, path.stat().st_size, "utf-8", "utf-8", ())

"""Texts that come many in one file (messages, posts): each a part of its own, under its title."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from skills.blocks import Scalar
from skills.errors import FileEmpty, FileUnreadable
from skills.reading.left_out import LeftOut
from skills.reading.part import TEXT_LIMIT, Paragraph, Part, fresh
from skills.reading.read import TextSource


class Entry(NamedTuple):
    title: str | None
    text: str


class Book(NamedTuple):
    """What is told of the file as a whole."""

    left: LeftOut
    facts: dict[str, Scalar]
    empty: str
    """As what an entry without words is left out."""


def parts_of(entries: Iterable[Entry], book: Book, name: str, folder: Path) -> list[Part]:
    """A part an entry, all in one file. Raises FileEmpty if none has words, FileUnreadable (`inflated`) past
    TEXT_LIMIT."""
    path = fresh(folder)
    parts: list[Part] = []
    end = 0
    with path.open("wb") as file:
        for title, text in entries:
            if not text.strip():
                book.left.leave(book.empty, title or "")
                continue
            # The title, or a rule, stands in the text as well: else its first line, if short, would be taken for one.
            heading = f"# {title}" if title else "* * *"
            data = f"{heading}\n\n{text}\n".encode("utf-8", "replace")
            parts.append(Part(TextSource(path, len(data), "utf-8", "utf-8", (), end), name, "text", title))
            end += file.write(data)
            if end > TEXT_LIMIT:
                raise FileUnreadable(name=name, kind="inflated", limit=TEXT_LIMIT)
    if not parts:
        raise FileEmpty(name=name)
    # What was left out of the entries, and the facts, belong to the file: they go with its first part.
    parts[0].left.join(book.left)
    parts[0].facts.update(book.facts)
    return parts


def unheaded(paragraphs: Iterable[Paragraph]) -> list[Paragraph]:
    """A heading inside a text that has its title is a line of it, alone."""
    found: list[Paragraph] = []
    for paragraph in paragraphs:
        bare = paragraph._replace(level=0)
        found += [Paragraph(""), bare, Paragraph("")] if paragraph.level else [bare]
    return found

"""How pieces moved by hand are shown: what was done, the pieces with their numbers, and what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from skills.blocks import Block, Column, Message, Notice, Offer, Passage, Passages, Scalar, Table, Text, msg
from skills.contract import Result
from skills.texts.excerpt import excerpt
from skills.texts.sentences import count_words
from skills.workspace import Row, Shape

BEGINNING = 90
"""Characters of a piece in the list."""
SHOWN = 12
"""Pieces of a kind that were left out in reading which are shown, and of those that were by hand."""
OFFERED = 5
"""Kinds of what was left out of which pieces are shown."""


class Piece(NamedTuple):
    """`number` from 1, `words`, and how it begins, on one line."""

    number: int
    words: int
    begins: str

    @classmethod
    def of(cls, number: int, row: Row) -> Piece:
        flat = " ".join(row.whole.split())
        return cls(number, count_words(row.whole), excerpt(flat, BEGINNING))


class LeftPiece(NamedTuple):
    """A piece that was left out in reading, and its `kind`."""

    kind: str
    text: str


def pieces_of(rows: Sequence[Row], numbers: Sequence[int]) -> tuple[Piece, ...]:
    return tuple(Piece.of(number, rows[number - 1]) for number in numbers)


class EditResult(Result):
    """`pieces`: some of those there are now, `shown` their numbers, `found` how many such there are and `more` the
    number of the next one. `touched`: pieces that were moved, none where it was not said which. `aside`: those left
    out by hand, with the numbers that they had. `masked`: what was put back comes from before personal data was
    masked."""

    dataset: str
    name: str
    shape: Shape
    action: Literal["list", "aside", "leave_out", "join", "cut", "put_back", "undo"]
    touched: int
    rows_before: int
    rows_after: int
    can_undo: bool
    masked: bool
    pieces: tuple[Piece, ...]
    shown: str
    found: int
    more: int | None
    chosen: dict[str, Any]
    dates: int
    short: int
    aside: tuple[Piece, ...]
    reading: tuple[LeftPiece, ...]
    facts: dict[str, Scalar]

    def blocks(self) -> tuple[Block, ...]:
        told = Text(message=self._told())
        if self.action == "aside":
            return (told, *self._left_in_reading(), *self._left_by_hand())
        unmasked = (Notice(level="warning", message=msg("edit_entries.masked")),) if self.masked else ()
        return (told, *unmasked, self._list())

    def _told(self) -> Message:
        counts: dict[str, Scalar] = {
            "name": self.name, "n": self.touched, "before": self.rows_before, "after": self.rows_after,
        }  # fmt: skip
        if self.action == "aside":
            hand, reading = len(self.aside), len(self.reading)
            key = "both" if hand and reading else "hand" if hand else "reading" if reading else "nothing"
            return msg(f"edit_entries.aside.{key}", name=self.name, n=hand or reading, reading=reading)
        if self.action == "list":
            listed = "some" if self.chosen else "all"
            return msg(f"edit_entries.listed.{listed}", name=self.name, n=self.found)
        if not self.touched and self.action != "undo":
            return msg(f"edit_entries.which.{self.action}", name=self.name, n=self.rows_after)
        return msg(f"edit_entries.done.{self.action}", **counts)

    def _list(self) -> Table:
        return Table(
            title=msg("edit_entries.table.title", name=self.name),
            columns=(
                Column(label=msg("edit_entries.table.number"), numeric=True),
                Column(label=msg("edit_entries.table.begins")),
                Column(label=msg("edit_entries.table.words"), numeric=True),
            ),
            rows=tuple((piece.number, piece.begins, piece.words) for piece in self.pieces),
            caption=msg("edit_entries.table.caption"),
        )

    def _left_in_reading(self) -> tuple[Passages, ...]:
        kinds = Counter(piece.kind for piece in self.reading)
        return tuple(
            Passages(
                title=self._kind(kind, count),
                passages=tuple(
                    Passage(text=piece.text, source=self.name)
                    for piece in [piece for piece in self.reading if piece.kind == kind][:SHOWN]
                ),
                caption=msg("edit_entries.aside.more", n=count - SHOWN) if count > SHOWN else None,
            )
            for kind, count in kinds.most_common(OFFERED)
        )

    def _kind(self, kind: str, count: int) -> Message:
        """What was said of it when the text was read."""
        values: dict[str, Scalar] = {
            "n": self.facts.get(kind, count), "names": self.facts.get(f"{kind}_names"), "name": self.name,
        }  # fmt: skip
        return msg(f"load_dataset.notices.{kind}", **values)

    def _left_by_hand(self) -> tuple[Block, ...]:
        if not self.aside:
            return ()
        return (
            Table(
                title=msg("edit_entries.aside.title"),
                columns=(
                    Column(label=msg("edit_entries.table.number"), numeric=True),
                    Column(label=msg("edit_entries.table.begins")),
                    Column(label=msg("edit_entries.table.words"), numeric=True),
                ),
                rows=tuple((piece.number, piece.begins, piece.words) for piece in self.aside[:SHOWN]),
                caption=msg("edit_entries.aside.caption"),
            ),
        )

    def offers(self) -> tuple[Offer, ...]:
        found: list[Offer] = []
        if self.can_undo and self.action not in ("list", "aside"):
            found.append(self._offer("undo", action="undo"))
        if self.masked:
            found.append(
                Offer(label=msg("edit_entries.offers.scan"), skill="scan_private_data", inputs={"file": self.dataset})
            )
        if self.action == "aside":
            if self.aside:
                found.append(self._offer("put_back", n=len(self.aside), action="put_back"))
            found.append(self._offer("list", action="list"))
            return tuple(found)
        if self.action == "list" and self.chosen:
            found.append(self._offer("leave_these", n=self.found, action="leave_out", **self.chosen))
        if self.more is not None:
            found.append(self._offer("more", action="list", start=self.more, **self.chosen))
        if self.dates and self.dates < self.rows_after and not self.chosen:
            found.append(self._offer("dates", n=self.dates, action="join", sort="dates", side="below"))
        if self.short and self.short < self.rows_after and not self.chosen and not self.dates:
            found.append(self._offer("short", n=self.short, action="list", sort="short"))
        if self.aside or self.reading:
            found.append(self._offer("aside", action="aside"))
        return tuple(found)

    def _offer(
        self, key: Literal["undo", "put_back", "list", "leave_these", "more", "dates", "short", "aside"],
        n: int | None = None, **inputs: Any,
    ) -> Offer:  # fmt: skip
        return Offer(
            label=msg(f"edit_entries.offers.{key}", n=n), skill="edit_entries", inputs={"file": self.dataset, **inputs}
        )

"""How a split is shown: its parts, what was put aside and why, what leaks, an example of each part."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from skills.blocks import Block, Cell, Column, Message, Notice, Offer, Passage, Passages, Role, Table, Text, msg
from skills.contract import Result
from skills.dataset.duplicates import NEAR_ROWS
from skills.dataset.split import By, Side
from skills.dataset.split_leakage import RUN, Shared
from skills.texts.excerpt import excerpt
from skills.workspace import Shape

LEAST = 4
"""Rows without which there is nothing to part."""
NOISY = 20
"""With fewer held-out rows than this, the measure depends on which rows they happen to be."""
RUNNING: tuple[Shape, ...] = ("prose", "verse", "dialogue", "chat")
"""Shapes whose rows follow one another; those of tables and pairs stand alone."""
ROLES: dict[Side, Role] = {"train": "train", "validation": "heldout", "test": "heldout", "aside": "plain"}
Why = Literal["asked", "documents", "one_text", "few_texts", "stanzas", "records"]


class SideCount(NamedTuple):
    side: Side
    rows: int
    words: int
    share: float


class SideExample(NamedTuple):
    """A row (from 1) of a side, cut to 600 characters."""

    side: Side
    row: int
    text: str


class SplitResult(Result):
    """`path` of split.json, relative to the home folder. `share`s are of the words. `leaking` of `held` rows share a
    run of eight words or more with the training part; `copies` and `gap` are rows that were put aside for it."""

    dataset: str
    name: str
    shape: Shape
    by: By
    why: Why
    seed: int
    documents: int
    sides: tuple[SideCount, ...]
    groups: int
    joined: int
    gap: int
    copies: int
    without_test: bool
    held: int
    leaking: int
    leaks: tuple[Shared, ...]
    examples: tuple[SideExample, ...]
    path: str

    def _count(self, side: Side) -> SideCount:
        return next((count for count in self.sides if count.side == side), SideCount(side, 0, 0, 0.0))

    @property
    def rows(self) -> int:
        return sum(count.rows for count in self.sides)

    def blocks(self) -> tuple[Block, ...]:
        return (
            Text(message=msg(f"split_dataset.by.{self.by}", name=self.name, n=self.groups)),
            Text(message=msg(f"split_dataset.why.{self.why}", n=self.groups)),
            self._table(),
            *self._notices(),
            self._leakage(),
            *([self._leaks()] if self.leaks else []),
            self._passages(),
            Text(message=msg("split_dataset.saved")),
        )

    def _table(self) -> Table:
        rows: list[tuple[Cell, ...]] = [
            (
                msg(f"split_dataset.sides.{count.side}"),
                msg(f"split_dataset.uses.{count.side}"),
                count.rows,
                count.words,
                msg("split_dataset.percent", share=count.share),
            )
            for count in self.sides
        ]
        columns = ("side", "use", "rows", "words", "share")
        return Table(
            title=msg("split_dataset.table.title"),
            columns=tuple(
                Column(label=msg(f"split_dataset.table.{name}"), numeric=name not in ("side", "use"))
                for name in columns
            ),
            rows=tuple(rows),
        )

    def _notices(self) -> tuple[Notice, ...]:
        told: list[tuple[bool, str, dict[str, int]]] = [
            (self.without_test, f"no_test.{self.by}", {"n": self.groups}),
            (self.joined > 0, "joined", {"n": self.joined}),
            (self.gap > 0, "gap", {"n": self.gap}),
            (self.copies > 0, "copies", {"n": self.copies}),
            (self.held < NOISY and not self.without_test, "noisy", {"n": self.held}),
            (self.rows > NEAR_ROWS, "near_limit", {"n": NEAR_ROWS}),
        ]
        return tuple(
            Notice(
                level="warning" if id.startswith(("no_test", "noisy")) else "info",
                message=msg(f"split_dataset.notices.{id}", **values),
            )
            for true, id, values in told
            if true
        )

    def _leakage(self) -> Notice:
        if not self.leaking:
            return Notice(message=msg("split_dataset.leakage.none", run=RUN, n=self.held))
        much = self.leaking > 0.05 * self.held
        message = msg("split_dataset.leakage.some", n=self.leaking, held=self.held, run=RUN)
        return Notice(level="warning" if much else "info", message=message)

    def _leaks(self) -> Passages:
        return Passages(
            title=msg("split_dataset.leakage.title"),
            passages=tuple(
                Passage(
                    text=excerpt(leak.text),
                    source=self.name,
                    location=msg("split_dataset.leakage.where", n=leak.words, held=leak.held, train=leak.train),
                )
                for leak in self.leaks
            ),
            caption=msg("split_dataset.leakage.caption"),
        )

    def _passages(self) -> Passages:
        def location(example: SideExample) -> Message:
            return msg(f"split_dataset.examples.{example.side}", row=example.row)

        return Passages(
            title=msg("split_dataset.examples.title"),
            passages=tuple(
                Passage(text=e.text, source=self.name, location=location(e), role=ROLES[e.side]) for e in self.examples
            ),
        )

    def offers(self) -> tuple[Offer, ...]:
        shares = {side: self._count(side).share for side in ("validation", "test")}
        same: dict[str, Any] = {"file": self.dataset, "by": self.by}
        others = [by for by in ("document", "block", "row") if by != self.by and self._makes_sense(by)]
        choices: list[tuple[str, str, dict[str, Any]]] = [("fine_tune", "fine_tune", {"file": self.dataset})]
        choices.append(("seed", "split_dataset", {**same, "seed": self.seed + 1}))
        choices += [(by, "split_dataset", {"file": self.dataset, "by": by, "seed": self.seed}) for by in others]
        if shares["test"]:
            choices.append(("two", "split_dataset", {**same, "seed": self.seed, "validation": 0.1, "test": 0.0}))
        return tuple(
            Offer(label=msg(f"split_dataset.offers.{id}"), skill=skill, inputs=inputs) for id, skill, inputs in choices
        )

    def _makes_sense(self, by: str) -> bool:
        """Can it be parted so? An offer that could only end in an error is none."""
        if by == "document":
            return self.documents > 1
        return self.rows >= LEAST and (by == "row" or self.shape in RUNNING)

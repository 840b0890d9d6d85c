"""What a scan found, as data, and how it is shown: counts by kind, each find where it stands, what can be masked."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import computed_field

from skills.blocks import Block, Cell, Column, Message, Notice, Offer, Passage, Passages, Table, Text, msg
from skills.contract import Result
from skills.pii.find import FIXED, KINDS, Kind, Sure
from skills.pii.left import LeftOver


class LocatedFind(NamedTuple):
    """A find in a row (counted from 1), in one of its `part`s (`text`, `title`, `turns.0`, ...), at `start:end`."""

    kind: Kind
    text: str
    row: int
    part: str
    start: int
    end: int
    sure: Sure


class FindExample(NamedTuple):
    """A find with what stands around it, the find in square brackets; `after`: the same once masked."""

    kind: Kind
    row: int
    sure: Sure
    before: str
    after: str | None = None


class KindCount(NamedTuple):
    """`finds` of a kind, how many of them are `different`, and how sure they are."""

    kind: Kind
    finds: int
    different: int
    sure: int
    likely: int
    maybe: int


class ScanResult(Result):
    """`finds`: the first 5,000; `counts` of all. `masked`: finds replaced just now, in `changed` rows."""

    dataset: str | None
    name: str
    language: str
    rows: int
    counts: dict[Kind, int]
    kinds: tuple[KindCount, ...]
    finds: tuple[LocatedFind, ...]
    examples: tuple[FindExample, ...]
    mask: tuple[Kind, ...]
    masked: int
    changed: int
    left: tuple[LeftOver, ...] = ()
    left_more: int = 0
    """What looks personal and stayed after a masking, and how much more there is of it."""
    undone: bool
    can_undo: bool

    @computed_field  # type: ignore[prop-decorator]
    @property
    def total(self) -> int:
        """Finds of all kinds."""
        return sum(self.counts.values())

    def blocks(self) -> tuple[Block, ...]:
        shown: list[Block] = [Text(message=message) for message in self._summary()]
        if self.total:
            shown.append(self._table())
            kinds = [kind for kind in KINDS if any(e.kind == kind for e in self.examples)]
            shown += [self._passages(kind, explained=kind == kinds[0]) for kind in kinds]
        if self.total > len(self.finds):
            shown.append(Notice(message=msg("scan_private_data.notices.listed", n=self.total, listed=len(self.finds))))
        if self.masked:
            shown.append(self._left())
            shown.append(Notice(message=msg("scan_private_data.notices.kept")))
        shown.append(Notice(level="warning", message=msg("scan_private_data.notices.blind")))
        return tuple(shown)

    def _summary(self) -> list[Message]:
        said = [msg("scan_private_data.undone", name=self.name)] if self.undone else []
        if self.mask:
            id = "masked" if self.masked else "nothing_masked"
            return [*said, msg(f"scan_private_data.{id}", n=self.masked, rows=self.changed, name=self.name)]
        id = "found" if self.total else "nothing"
        return [*said, msg(f"scan_private_data.{id}", n=self.total, name=self.name, rows=self.rows)]

    def _table(self) -> Table:
        rows: list[tuple[Cell, ...]] = [
            (msg(f"scan_private_data.kinds.{k.kind}"), k.finds, k.different, k.sure, k.likely, k.maybe)
            for k in self.kinds
        ]
        columns = ("kind", "finds", "different", "sure", "likely", "maybe")
        return Table(
            title=msg("scan_private_data.table.title"),
            columns=tuple(
                Column(label=msg(f"scan_private_data.table.{name}"), numeric=name != "kind") for name in columns
            ),
            rows=tuple(rows),
            caption=msg("scan_private_data.table.caption"),
        )

    def _left(self) -> Block:
        """What a person should look at themself: what stayed, why it was not masked."""
        rows: list[tuple[Cell, ...]] = [
            (msg(f"scan_private_data.kinds.{k.kind}"), k.finds, msg("scan_private_data.left.kind"))
            for k in self.kinds
            if k.kind not in self.mask
        ]
        rows += [(one.text, one.times, msg(f"scan_private_data.left.{one.why}")) for one in self.left]
        if not rows:
            return Notice(message=msg("scan_private_data.left.none"))
        more = "more" if self.left_more else "caption"
        return Table(
            title=msg("scan_private_data.left.title"),
            columns=tuple(
                Column(label=msg(f"scan_private_data.left.{name}"), numeric=name == "times")
                for name in ("what", "times", "why")
            ),
            rows=tuple(rows),
            caption=msg(f"scan_private_data.left.{more}", n=self.left_more),
        )

    def _passages(self, kind: Kind, explained: bool) -> Passages:
        caption = "masked" if kind in self.mask else "name" if kind == "name" else "bracket"
        told = explained or caption == "name"
        return Passages(
            title=msg(f"scan_private_data.kinds.{kind}"),
            passages=tuple(
                Passage(
                    text=e.before if e.after is None else f"{e.before}\n→ {e.after}",
                    source=self.name,
                    location=msg(f"scan_private_data.where.{e.sure}", row=e.row),
                )
                for e in self.examples
                if e.kind == kind
            ),
            caption=msg(f"scan_private_data.captions.{caption}") if told else None,
        )

    def offers(self) -> tuple[Offer, ...]:
        if self.dataset is None:
            return ()
        left = [kind for kind in KINDS if self.counts.get(kind) and kind not in self.mask]
        fixed = [kind for kind in left if kind in FIXED]
        choices = [("fixed", fixed)] if fixed else []
        choices += [(kind, [kind]) for kind in ("name", "address") if kind in left]
        choices += [("all", left)] if len(choices) > 1 else []
        offers = [
            Offer(
                label=msg(f"scan_private_data.offers.{id}", n=sum(self.counts[k] for k in kinds)),
                skill="scan_private_data",
                inputs={"file": self.dataset, "mask": kinds},
            )
            for id, kinds in choices
        ]
        if self.can_undo:
            inputs = {"file": self.dataset, "undo": True}
            offers.append(Offer(label=msg("scan_private_data.offers.undo"), skill="scan_private_data", inputs=inputs))
        return tuple(offers)

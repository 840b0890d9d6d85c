"""Clean a text: what could be mended is proposed, with its before and after; what is chosen is done, and undone."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from skills.blocks import Block, Column, Compare, CompareColumn, Notice, Offer, Passage, Passages, Table, Text, msg
from skills.contract import Context, Inputs, Result, Skill
from skills.dataset.cleaning import CONTROL, SPACES, TRAILING
from skills.dataset.proposals import ORDER, Body, Kind, Proposal, Survey, plan, survey
from skills.dataset.revise import revise, undo
from skills.errors import BadInput, FileEmpty, UserError
from skills.workspace import Manifest, Shape

SHOWN = 6
"""Proposals that are shown with an example; the table names all."""
OFFERED = 5
"""Proposals with a button of their own, besides «all» and «undo»."""
JOINED = "+"
"""Between the kinds of one change, in the manifest."""
VISIBLE = str.maketrans({**dict.fromkeys(CONTROL, "▯"), **dict.fromkeys(SPACES, "▯"), "\u00ad": "▯"})
"""Characters that nobody sees, where the example is about them."""


class NothingCleaned(UserError):
    """The last change to the data set `name` was not a cleaning."""

    code = "nothing_cleaned"


class CleanInputs(Inputs):
    """Nothing chosen: only propose. `apply` the kinds that were chosen, or `undo` the last change."""

    file: str | None = Field(None, description="clean_dataset.fields.file")
    apply: tuple[Kind, ...] = Field((), description="clean_dataset.fields.apply")
    undo: bool = Field(False, description="clean_dataset.fields.undo")

    @field_validator("apply", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """`html, footnotes` as it is written on the command line."""
        return [kind.strip() for kind in value.split(",") if kind.strip()] if isinstance(value, str) else value


class CleanResult(Result):
    """What there is to propose once `applied` was done, or `undone` taken back (the kinds of that change).

    `changed`: rows that were changed or dropped. `can_undo`: the last change to the data set was a cleaning.
    """

    dataset: str
    name: str
    shape: Shape
    proposals: tuple[Proposal, ...]
    applied: tuple[Kind, ...]
    undone: tuple[str, ...]
    changed: int
    rows_before: int
    rows_after: int
    can_undo: bool

    @property
    def recommended(self) -> tuple[Proposal, ...]:
        return tuple(proposal for proposal in self.proposals if proposal.recommended)

    def blocks(self) -> tuple[Block, ...]:
        told = Text(message=self._told())
        if self.applied and self.changed:
            left = msg("clean_dataset.left", n=len(self.recommended))
            return (told, *((Notice(message=left),) if self.recommended else ()))
        if self.undone or not self.proposals:
            return (told,)
        shown = (*self.recommended, *(p for p in self.proposals if not p.recommended))
        return (told, self._table(shown), *(self._example(proposal) for proposal in shown[:SHOWN]))

    def _told(self) -> Any:
        if self.undone:
            return msg("clean_dataset.undone", name=self.name, n=self.rows_after)
        if self.applied:
            gone = self.rows_before - self.rows_after
            whole = "taken" if gone == self.changed else "dropped"
            key = "nothing" if not self.changed else whole if gone else "mended"
            counts = {"n": self.changed, "before": self.rows_before, "after": self.rows_after}
            return msg(f"clean_dataset.applied.{key}", name=self.name, **counts)
        if not self.proposals:
            return msg("clean_dataset.clean", name=self.name, n=self.rows_after)
        key = "found" if self.recommended else "asks"
        return msg(f"clean_dataset.{key}", n=len(self.recommended), all=len(self.proposals), name=self.name)

    def _table(self, shown: tuple[Proposal, ...]) -> Table:
        return Table(
            title=msg("clean_dataset.table.title"),
            columns=(
                Column(label=msg("clean_dataset.table.what")),
                Column(label=msg("clean_dataset.table.rows"), numeric=True),
                Column(label=msg("clean_dataset.table.advice")),
            ),
            rows=tuple(
                (
                    msg(f"clean_dataset.kinds.{p.kind}.name"),
                    p.rows,
                    msg("clean_dataset.advice.yes" if p.recommended else f"clean_dataset.kinds.{p.kind}.ask"),
                )
                for p in shown
            ),
        )

    def _example(self, proposal: Proposal) -> Block:
        title = msg(f"clean_dataset.kinds.{proposal.kind}.name")
        does = msg(f"clean_dataset.kinds.{proposal.kind}.does")
        if proposal.after is None:
            key = "like" if proposal.like else "row"
            place = msg(f"clean_dataset.example.{key}", row=proposal.row, like=proposal.like)
            return Passages(title=title, passages=(Passage(text=proposal.before, location=place),), caption=does)
        before, after = proposal.before, proposal.after
        if proposal.kind in ("control", "unicode", "soft_hyphens"):
            before, after = _visible(before), _visible(after)
        return Compare(
            title=title, prompt="", caption=does,
            columns=(
                CompareColumn(role="plain", label=msg("clean_dataset.example.before", row=proposal.row), text=before),
                CompareColumn(role="yours", label=msg("clean_dataset.example.after"), text=after),
            ),
        )  # fmt: skip

    def offers(self) -> tuple[Offer, ...]:
        found: list[Offer] = []
        if len(self.recommended) > 1:
            kinds = [proposal.kind for proposal in self.recommended]
            found.append(self._offer("all", apply=kinds))
        for proposal in self.recommended[:OFFERED]:
            found.append(self._offer(f"kinds.{proposal.kind}", apply=[proposal.kind]))
        if self.can_undo:
            found.append(self._offer("undo", undo=True))
        return tuple(found)

    def _offer(self, key: str, **inputs: Any) -> Offer:
        label = msg(f"clean_dataset.offers.{key}" if "." not in key else f"clean_dataset.{key}.offer")
        return Offer(label=label, skill="clean_dataset", inputs={"file": self.dataset, **inputs})


def run(inputs: CleanInputs, ctx: Context) -> CleanResult:
    """Propose, apply or undo. Raises FileMissing, NothingCleaned, FileEmpty (nothing would be left), DiskFull,
    BadInput (both asked at once)."""
    manifest = ctx.workspace.find(inputs.file)
    if inputs.apply and inputs.undo:
        raise BadInput(name="undo", problem="apply")
    before, changed = manifest, 0
    undone: tuple[str, ...] = ()
    if inputs.undo:
        undone = _last(manifest)
        if not undone:
            raise NothingCleaned(name=manifest.name)
        manifest = undo(ctx.workspace, manifest.id)
    elif inputs.apply:
        manifest, changed = _apply(inputs.apply, manifest, ctx)
    found = _survey(manifest, ctx)
    return CleanResult(
        dataset=manifest.id, name=manifest.name, shape=manifest.shape, proposals=found.proposals, applied=inputs.apply,
        undone=undone, changed=changed, rows_before=before.rows, rows_after=manifest.rows,
        can_undo=bool(_last(manifest)),
    )  # fmt: skip


def _apply(kinds: tuple[Kind, ...], manifest: Manifest, ctx: Context) -> tuple[Manifest, int]:
    """The data set with `kinds` applied as one change, and how many rows that was; unchanged where there is nothing."""
    body = Body.of(ctx.workspace.rows(manifest.id))
    planned = plan(body, manifest.shape, kinds)
    if not planned.changed:
        return manifest, 0
    if len(planned.dropped) == len(body.texts):
        raise FileEmpty(name=manifest.name)
    rows = planned.rows(ctx.workspace.rows(manifest.id))
    return revise(ctx.workspace, manifest.id, JOINED.join(kinds), planned.changed, rows), planned.changed


def _visible(text: str) -> str:
    """`text` with a mark for each character that nobody sees, spaces at the end of a line among them."""
    return TRAILING.sub(lambda found: "▯" * len(found[0]), text).translate(VISIBLE)


def _last(manifest: Manifest) -> tuple[str, ...]:
    """The kinds of the last change, if it was a cleaning."""
    kinds = tuple(manifest.changes[-1].kind.split(JOINED)) if manifest.changes else ()
    return kinds if set(kinds) <= set(ORDER) else ()


def _survey(manifest: Manifest, ctx: Context) -> Survey:
    return survey(Body.of(ctx.workspace.rows(manifest.id)), manifest.shape)


SKILL = Skill(name="clean_dataset", Inputs=CleanInputs, run=run)

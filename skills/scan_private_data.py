"""Find personal data in the learner's texts, show it where it stands, and mask it if they wish; it can be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pydantic import Field, model_validator

from skills.contract import Advanced, Context, Inputs, Skill
from skills.dataset.revise import revise, undo
from skills.errors import UserError
from skills.pii.find import KINDS, Find, Kind, Sure
from skills.pii.left import LeftOver, left_over
from skills.pii.mask import Masks, labels_for, masked, masked_row
from skills.pii.names import People, people_of
from skills.pii.scan import parts, scan
from skills.pii.scan_result import FindExample, KindCount, LocatedFind, ScanResult
from skills.texts.excerpt import first_words
from skills.texts.language import language_of
from skills.workspace import Manifest, Row

CHANGE = "mask"
LISTED = 5_000
"""Finds that the result names one by one; all are counted, and all are masked."""
AROUND = 70
"""Characters shown on each side of a find."""
SHOWN = {"name": 6}
"""Examples shown of a kind; three of the others."""
EVERY = 5_000
"""Rows between two reports of how far it is."""


class NothingToUndo(UserError):
    """The last change to the data set `name` was not a masking."""

    code = "nothing_to_undo"


class ScanInputs(Inputs):
    """A data set (`file`), or a text as it was pasted (`text`), which is only looked at."""

    file: str | None = Field(None, description="scan_private_data.fields.file")
    text: str | None = Field(None, description="scan_private_data.fields.text")
    mask: tuple[Kind, ...] = Field((), description="scan_private_data.fields.mask")
    undo: bool = Field(False, description="scan_private_data.fields.undo")

    @model_validator(mode="after")
    def _one_thing(self) -> ScanInputs:
        if self.undo and self.mask:
            raise ValueError("`mask` or `undo`, not both")
        if self.text is not None and (self.mask or self.undo):
            raise ValueError("a pasted text is only looked at: load it first")
        return self


class Search:
    """What was found so far, row by row."""

    def __init__(self, people: People, masks: Masks, mask: tuple[Kind, ...]) -> None:
        self.people, self.masks, self.mask = people, masks, mask
        self.counts: Counter[Kind] = Counter()
        self.certainty: Counter[tuple[Kind, Sure]] = Counter()
        self.different: dict[Kind, set[str]] = {}
        self.finds: list[LocatedFind] = []
        self.examples: list[tuple[LocatedFind, str]] = []
        self.touched: set[int] = set()
        self._title: str | None = None

    def row(self, number: int, row: Row) -> None:
        for part, text in parts(row):
            if part == "title" and text == self._title:
                if any(one.kind in self.mask for one in scan(text, self.people)):
                    self.touched.add(number)
                continue
            if part == "title":
                self._title = text
            for one in scan(text, self.people):
                self._add(one, LocatedFind(one.kind, one.text, number, part, one.start, one.end, one.sure), text)

    def _add(self, one: Find, found: LocatedFind, text: str) -> None:
        label = self.masks.label(one)
        new = label not in self.different.setdefault(one.kind, set())
        self.different[one.kind].add(label)
        self.counts[one.kind] += 1
        self.certainty[one.kind, one.sure] += 1
        if one.kind in self.mask:
            self.touched.add(found.row)
        if len(self.finds) < LISTED:
            self.finds.append(found)
        if new and len(self.different[one.kind]) <= SHOWN.get(one.kind, 3):
            self.examples.append((found, text))

    def kinds(self) -> tuple[KindCount, ...]:
        return tuple(
            KindCount(
                kind, self.counts[kind], len(self.different[kind]),
                *(self.certainty[kind, sure] for sure in ("sure", "likely", "maybe")),
            )
            for kind in KINDS
            if self.counts[kind]
        )  # fmt: skip


def run(inputs: ScanInputs, ctx: Context) -> ScanResult:
    """Look through every row; then mask the kinds asked for, or take the last masking back before looking.

    Raises FileMissing; NothingToUndo where nothing was masked, or something else was changed after it; DiskFull.
    """
    if inputs.text is not None:
        name = first_words(inputs.text)
        return _scan(inputs, ctx, None, name, language_of(inputs.text, ctx.language))
    manifest = ctx.workspace.find(inputs.file)
    if inputs.undo:
        if not manifest.changes or manifest.changes[-1].kind != CHANGE:
            raise NothingToUndo(name=manifest.name)
        manifest = undo(ctx.workspace, manifest.id)
    return _scan(inputs, ctx, manifest, manifest.name, manifest.language)


def _scan(inputs: ScanInputs, ctx: Context, manifest: Manifest | None, name: str, language: str) -> ScanResult:
    people = people_of(lambda: (text for row in _rows(inputs, ctx, manifest) for _, text in parts(row)))
    masks = Masks(labels_for(language), people)
    for row in _rows(inputs, ctx, manifest):
        for _, text in parts(row):
            masks.know(text)
    search = Search(people, masks, inputs.mask)
    rows = 0
    for rows, row in enumerate(_rows(inputs, ctx, manifest), start=1):
        search.row(rows, row)
        if manifest is not None and rows % EVERY == 0:
            ctx.emit(Advanced(done=rows, total=manifest.rows))
    if manifest is not None and search.touched:
        new = _masked(_rows(inputs, ctx, manifest), inputs.mask, masks, search.touched)
        manifest = revise(ctx.workspace, manifest.id, CHANGE, len(search.touched), new)
    left, more = _left(inputs, ctx, manifest, people) if search.touched else ((), 0)
    return ScanResult(
        dataset=manifest.id if manifest else None, name=name, language=language, rows=rows,
        counts=dict(search.counts), kinds=search.kinds(), finds=tuple(search.finds),
        examples=tuple(_example(found, text, search) for found, text in search.examples), mask=inputs.mask,
        masked=sum(search.counts[kind] for kind in inputs.mask), changed=len(search.touched), undone=inputs.undo,
        left=left, left_more=more, can_undo=bool(manifest and manifest.changes and manifest.changes[-1].kind == CHANGE),
    )  # fmt: skip


def _left(
    inputs: ScanInputs, ctx: Context, manifest: Manifest | None, people: People
) -> tuple[tuple[LeftOver, ...], int]:
    """What looks personal in the text as it is now."""
    return left_over((text for row in _rows(inputs, ctx, manifest) for _, text in parts(row)), people.everywhere)


def _rows(inputs: ScanInputs, ctx: Context, manifest: Manifest | None) -> Iterable[Row]:
    return [Row(text=inputs.text)] if manifest is None else ctx.workspace.rows(manifest.id)


def _masked(rows: Iterable[Row], mask: tuple[Kind, ...], masks: Masks, touched: set[int]) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        yield masked_row(row, mask, masks) if number in touched else row


def _example(found: LocatedFind, text: str, search: Search) -> FindExample:
    """The find in square brackets with the words around it; once masked, what stands there now as well."""
    begin, end = _near(text, found.start, found.end)
    before = f"{text[begin : found.start]}[{found.text}]{text[found.end : end]}"
    after = None
    if found.kind in search.mask:
        inside = [f for f in scan(text, search.people) if f.kind in search.mask and begin <= f.start and f.end <= end]
        moved = [f._replace(start=f.start - begin, end=f.end - begin) for f in inside]
        after = masked(text[begin:end], moved, search.masks.label)
    return FindExample(found.kind, found.row, found.sure, before.strip(), after.strip() if after else None)


def _near(text: str, start: int, end: int) -> tuple[int, int]:
    """From a line or word border at most AROUND characters before the find to one after it."""
    begin = max(0, start - AROUND)
    if begin:
        begin = max(begin, text.rfind("\n", begin, start) + 1) if "\n" in text[begin:start] else begin
        begin = text.find(" ", begin, start) + 1 or begin if text[begin - 1].isalnum() else begin
    stop = min(len(text), end + AROUND)
    if stop < len(text):
        line, word = text.find("\n", end, stop), text.rfind(" ", end, stop)
        stop = line if line >= 0 else word if word >= 0 else stop
    return begin, stop


SKILL = Skill(name="scan_private_data", Inputs=ScanInputs, run=run)

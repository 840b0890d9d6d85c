"""Part a data set into training, validation and test, so that what is measured on was not learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from skills.contract import Context, Inputs, Skill
from skills.dataset.split import By, Parts, Side, grouped, part
from skills.dataset.split_leakage import leakage
from skills.dataset.split_result import LEAST, RUNNING, SideCount, SideExample, SplitResult, Why
from skills.dataset.split_saved import SavedSplit, rows_digest, save
from skills.errors import TooLittleText, UserError
from skills.texts.excerpt import excerpt
from skills.texts.sentences import count_words
from skills.workspace import Manifest, Row, Shape

VALIDATION = TEST = 0.1
"""Shares where the learner names none; the rest is for training."""
FEW = 5
"""With fewer groups than this, one or none would be the test part: no measure of what is new."""
ENOUGH = 10
"""From this many documents on, a data set is parted by document unless the learner wants something else."""
Asked = Literal["document", "chapter", "block", "row", "author"]


class BadShares(UserError):
    """Parts that cannot be: `train`, `validation`, `test` as they were asked for."""

    code = "bad_shares"


class NoAuthors(UserError):
    """The rows of `name` do not say who wrote them: it cannot be parted by author."""

    code = "no_authors"


class SplitInputs(Inputs):
    """Shares from 0 to 1, of the words. `by` is chosen by the shape where it is not given."""

    file: str | None = Field(None, description="split_dataset.fields.file")
    train: float | None = Field(None, gt=0, le=1, description="split_dataset.fields.train")
    validation: float | None = Field(None, ge=0, lt=1, description="split_dataset.fields.validation")
    test: float | None = Field(None, ge=0, lt=1, description="split_dataset.fields.test")
    by: Asked | None = Field(None, description="split_dataset.fields.by")
    seed: int = Field(0, ge=0, description="split_dataset.fields.seed")


def run(inputs: SplitInputs, ctx: Context) -> SplitResult:
    """Part the data set and keep the split with it. Raises FileMissing, BadShares, NoAuthors, TooLittleText,
    DiskFull."""
    shares = shares_of(inputs)
    manifest = ctx.workspace.find(inputs.file)
    rows = list(ctx.workspace.rows(manifest.id))
    texts = [row.whole for row in rows]
    documents = documents_of(rows, manifest)
    whole = len(set(documents))
    if inputs.by == "author":
        raise NoAuthors(name=manifest.name)
    by, why = choose(inputs.by, manifest.shape, rows, documents)
    if by == "block" and len(set(documents)) > len(rows) / 2:
        documents = [0] * len(rows)  # records in a row, as stanzas in a table: neighbours all the same
    count = len(set(documents)) if by == "document" else len(rows)
    if count < (2 if by == "document" else LEAST):
        raise TooLittleText(name=manifest.name, have=count, need=2 if by == "document" else LEAST, kind=f"split_{by}")
    few = len(grouped(documents, by)) < FEW and bool(shares["test"])
    if few:
        shares = {**shares, "validation": shares["validation"] or shares["test"], "test": 0.0}
    parts = part(texts, documents, by, shares, inputs.seed)
    if "train" not in parts.sides or not {"validation", "test"} & set(parts.sides):
        raise TooLittleText(name=manifest.name, have=parts.groups - parts.joined, need=2, kind=f"split_{by}")
    kept = _saved(ctx, manifest, parts, by, inputs.seed, shares)
    held = [*kept.validation, *kept.test]
    leak = leakage(texts, [row - 1 for row in kept.train], sorted(row - 1 for row in held))
    sizes = [count_words(text) for text in texts]
    path = save(ctx.workspace, manifest, kept)
    return SplitResult(
        dataset=manifest.id, name=manifest.name, shape=manifest.shape, by=by, why=why, seed=inputs.seed,
        documents=whole, sides=_counts(parts.sides, sizes), groups=parts.groups, joined=parts.joined, gap=parts.gap,
        copies=parts.copies, without_test=few, held=leak.held, leaking=leak.rows, leaks=leak.shown,
        examples=_examples(kept, texts), path=path.relative_to(ctx.workspace.home.resolve()).as_posix(),
    )  # fmt: skip


def shares_of(inputs: SplitInputs) -> dict[Side, float]:
    """The three shares, those not given filled in. Raises BadShares where they are not a whole."""
    train, validation, test = inputs.train, inputs.validation, inputs.test
    if train is not None and validation is None and test is None:
        validation = test = (1 - train) / 2
    elif train is not None:
        validation = 1 - train - (test or 0.0) if validation is None else validation
        test = 1 - train - validation if test is None else test
    validation = VALIDATION if validation is None else validation
    test = TEST if test is None else test
    train = 1 - validation - test if train is None else train
    whole = abs(train + validation + test - 1) < 0.005 and min(validation, test) > -0.005
    if not whole or train <= 0.005 or validation + test < 0.005:
        raise BadShares(train=train, validation=validation, test=test)
    return {"train": train, "validation": max(0.0, round(validation, 6)), "test": max(0.0, round(test, 6))}


def documents_of(rows: Sequence[Row], manifest: Manifest) -> list[int]:
    """The document of each row. Where the import did not say, running text is one document, records are each one."""
    if all(row.document is None for row in rows):
        one = manifest.shape in RUNNING and manifest.documents < len(rows)
        return [0] * len(rows) if one else list(range(len(rows)))
    return [-1 - place if row.document is None else row.document for place, row in enumerate(rows)]


def choose(
    asked: Literal["document", "chapter", "block", "row"] | None,
    shape: Shape,
    rows: Sequence[Row],
    documents: Sequence[int],
) -> tuple[By, Why]:
    """What is kept together, and why."""
    count = len(set(documents))
    if asked == "chapter":
        return ("document" if count > 1 else "block"), "asked"
    if asked is not None:
        return asked, "asked"
    alone = count == len(rows)
    if shape == "verse" and alone and not any(row.title for row in rows):
        return "block", "stanzas"
    if count >= ENOUGH or (count >= FEW and shape not in RUNNING):
        return ("row", "records") if alone else ("document", "documents")
    if shape in RUNNING:
        return "block", "one_text" if count == 1 else "few_texts"
    return "row", "records"


def _saved(ctx: Context, manifest: Manifest, parts: Parts, by: By, seed: int, shares: dict[Side, float]) -> SavedSplit:
    def of(side: Side) -> tuple[int, ...]:
        return tuple(row for row, its in enumerate(parts.sides, start=1) if its == side)

    return SavedSplit(
        digest=rows_digest(ctx.workspace, manifest), by=by, seed=seed, shares=shares,
        train=of("train"), validation=of("validation"), test=of("test"), aside=of("aside"),
    )  # fmt: skip


def _counts(sides: Sequence[Side], sizes: Sequence[int]) -> tuple[SideCount, ...]:
    order: tuple[Side, ...] = ("train", "validation", "test", "aside")
    total = max(1, sum(sizes))
    found = []
    for side in order:
        its = [size for size, of in zip(sizes, sides, strict=True) if of == side]
        if its:
            found.append(SideCount(side, len(its), sum(its), sum(its) / total))
    return tuple(found)


def _examples(split: SavedSplit, texts: Sequence[str]) -> tuple[SideExample, ...]:
    """The middle row of each side."""
    sides: tuple[tuple[Side, tuple[int, ...]], ...] = (
        ("train", split.train), ("validation", split.validation), ("test", split.test),
    )  # fmt: skip
    return tuple(
        SideExample(side, rows[len(rows) // 2], excerpt(texts[rows[len(rows) // 2] - 1]))
        for side, rows in sides
        if rows
    )


SKILL = Skill(name="split_dataset", Inputs=SplitInputs, run=run)

"""What is in a data set: counts, lengths, repetitions, oddities, languages, the shortest and the longest."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from pydantic import Field

from skills.blocks import (
    Block,
    Cell,
    Chart,
    Column,
    Message,
    Notice,
    Passage,
    Passages,
    Scalar,
    Series,
    Table,
    Text,
    msg,
)  # fmt: skip
from skills.contract import Context, FileEmpty, Inputs, Result, Skill
from skills.load_dataset import cut
from skills.texts.language import ENOUGH, language_of
from skills.texts.measure import Duplicates, emails, histogram, percentiles, phones
from skills.texts.sentences import WORD
from skills.workspace import Row, Shape, Workspace

LANGUAGE_ROWS = 300
"""Rows whose language is looked at, evenly spread: half a second for a text of any size."""


class InspectInputs(Inputs):
    file: str | None = Field(None, description="inspect_dataset.fields.file")


class Extreme(NamedTuple):
    """A row (counted from 1), its words, and its text, cut to 600 characters."""

    row: int
    words: int
    text: str


class Share(NamedTuple):
    language: str
    share: float


class InspectResult(Result):
    """Lengths are in words a row. `exact` and `near`: rows that repeat an earlier one; pairs are row numbers."""

    dataset: str
    name: str
    shape: Shape
    language: str
    documents: int
    rows: int
    words: int
    characters: int
    shortest: int
    longest: int
    mean: float
    median_words: float
    lengths: dict[str, float]
    histogram: tuple[tuple[float, float], ...]
    gathered: bool
    exact: int
    near: int
    exact_pairs: tuple[tuple[int, int], ...]
    near_pairs: tuple[tuple[int, int], ...]
    blank: int
    emails: int
    phones: int
    languages: tuple[Share, ...]
    extremes: tuple[Extreme, ...]

    def blocks(self) -> tuple[Block, ...]:
        return (self._summary(), self._table(), self._chart(), *self._notices(), self._passages())

    def _summary(self) -> Text:
        values: dict[str, Scalar] = {
            "name": self.name, "n": self.rows, "words": self.words, "median": self.lengths["p50"],
            "low": self.lengths["p5"], "high": self.lengths["p95"],
        }  # fmt: skip
        return Text(message=msg(f"inspect_dataset.summary.{self.shape}", **values))

    def _table(self) -> Table:
        facts: list[tuple[str, Cell]] = [
            (f"rows.{self.shape}", self.rows), ("documents", self.documents), ("words", self.words),
            ("characters", self.characters), ("shortest", self.shortest), ("median", self.lengths["p50"]),
            ("longest", self.longest), ("exact", self.exact), ("near", self.near), ("blank", self.blank),
            ("emails", self.emails), ("phones", self.phones),
        ]  # fmt: skip
        return Table(
            title=msg("inspect_dataset.table.title", name=self.name),
            columns=(
                Column(label=msg("inspect_dataset.table.what")),
                Column(label=msg("inspect_dataset.table.count"), numeric=True),
            ),
            rows=tuple((msg(f"inspect_dataset.table.{key}"), value) for key, value in facts),
        )

    def _chart(self) -> Chart:
        label = msg(f"inspect_dataset.chart.{self.shape}")
        gathered = "gathered" if self.gathered else "all"
        caption = msg(
            f"inspect_dataset.chart.caption_{gathered}", low=self.lengths["p25"], high=self.lengths["p75"],
            longest=self.longest, last=self.histogram[-1][0],
        )  # fmt: skip
        return Chart(
            title=msg("inspect_dataset.chart.title"), form="bars", x=msg("inspect_dataset.chart.words"), y=label,
            series=(Series(role="yours", label=label, points=self.histogram),), caption=caption,
        )  # fmt: skip

    def _notices(self) -> tuple[Notice, ...]:
        found: list[tuple[str, Message]] = []
        if self.exact:
            pair = self.exact_pairs[0]
            found.append(("info", msg("inspect_dataset.notices.exact", n=self.exact, a=pair[0], b=pair[1])))
        if self.near:
            pair = self.near_pairs[0]
            found.append(("info", msg("inspect_dataset.notices.near", n=self.near, a=pair[0], b=pair[1])))
        if self.emails or self.phones:
            personal = msg("inspect_dataset.notices.personal", emails=self.emails, phones=self.phones)
            found.append(("warning", personal))
        if len(self.languages) > 1:
            others = ", ".join(share.language for share in self.languages[1:])
            found.append(("info", msg("inspect_dataset.notices.languages", others=others)))
        return tuple(Notice(level="warning" if level == "warning" else "info", message=m) for level, m in found)

    def _passages(self) -> Passages:
        return Passages(
            title=msg("inspect_dataset.extremes.title"),
            passages=tuple(
                Passage(
                    text=extreme.text, source=self.name,
                    location=msg(f"inspect_dataset.extremes.{kind}", number=extreme.row, n=extreme.words),
                )
                for kind, extreme in zip(("shortest", "longest"), self.extremes, strict=False)
            ),
        )  # fmt: skip


def run(inputs: InspectInputs, ctx: Context) -> InspectResult:
    """Look through the data set `file` (the newest if None). Raises FileMissing."""
    manifest = ctx.workspace.find(inputs.file)
    lengths: list[int] = []
    duplicates = Duplicates()
    blank = mails = numbers = 0
    ends: dict[str, tuple[int, int, Row]] = {}
    for number, row in enumerate(ctx.workspace.rows(manifest.id), start=1):
        whole = row.whole
        size = sum(1 for _ in WORD.finditer(whole))
        lengths.append(size)
        blank += size == 0
        mails += emails(whole)
        numbers += phones(whole)
        duplicates.add(number, whole)
        if size and ("shortest" not in ends or size < ends["shortest"][1]):
            ends["shortest"] = (number, size, row)
        if size and ("longest" not in ends or size > ends["longest"][1]):
            ends["longest"] = (number, size, row)
    if not ends:
        raise FileEmpty(name=manifest.name)
    bars, gathered = histogram(lengths)
    spread = percentiles(lengths)
    facts = {name: getattr(manifest, name) for name in ("name", "shape", "language", "documents", "characters")}
    return InspectResult(
        dataset=manifest.id, **facts, rows=len(lengths), words=sum(lengths), shortest=min(lengths),
        longest=max(lengths), mean=sum(lengths) / len(lengths), lengths=spread, median_words=spread["p50"],
        histogram=tuple(bars), gathered=gathered, exact=duplicates.exact, near=duplicates.near,
        exact_pairs=tuple(duplicates.pairs),
        near_pairs=tuple(duplicates.near_pairs), blank=blank, emails=mails, phones=numbers,
        languages=_languages(ctx.workspace, manifest.id, len(lengths)),
        extremes=tuple(Extreme(n, size, cut(row.whole)) for n, size, row in (ends["shortest"], ends["longest"])),
    )  # fmt: skip


def _languages(workspace: Workspace, dataset: str, rows: int) -> tuple[Share, ...]:
    """Languages of rows long enough to be judged alone, most frequent first; those under 2 % are left out."""
    every = max(1, rows // LANGUAGE_ROWS)
    texts = (row.whole for i, row in enumerate(workspace.rows(dataset)) if i % every == 0)
    counts = Counter(language_of(text) for text in texts if len(text) >= ENOUGH)
    total = sum(counts.values())
    return tuple(Share(code, n / total) for code, n in counts.most_common() if n >= max(2, 0.02 * total) or n == total)


SKILL = Skill(name="inspect_dataset", Inputs=InspectInputs, run=run)

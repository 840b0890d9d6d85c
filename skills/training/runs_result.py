"""How past runs are shown: as a list, one on its own, two or more side by side where they can be compared."""

from __future__ import annotations

from typing import Any

from skills.blocks import (
    Block,
    Cell,
    Chart,
    Column,
    Compare,
    CompareColumn,
    Frozen,
    Message,
    Notice,
    Offer,
    Role,
    Scalar,
    Series,
    Table,
    Text,
    msg,
)
from skills.contract import Result
from skills.training import curves
from skills.training.result import FineTuneResult

KNOBS = ("goal", "preset", "epochs", "learning_rate", "batch_tokens", "rank", "length", "warmup", "graded", "seed")
"""Settings that are looked at, in this order."""
WORDED = ("goal", "graded")
"""Those whose values are words."""
MOST_KNOBS = 3
"""Columns for settings in the list."""
ROLES: tuple[Role, ...] = ("tuned", "yours", "baseline", "heldout", "plain")
SAMPLES = 2


class RunEntry(Frozen):
    """A run: how people tell it from others, what it was measured on (`measured`: the same only for the same held-out
    texts; None where that is not known), and what it found, None for a run of an earlier version."""

    run: str
    number: int
    called: str
    at: float
    base: str
    dataset: str | None
    measured: str | None
    found: FineTuneResult | None

    @property
    def name(self) -> Message:
        return msg("compare_runs.name", called=self.called)


class RunsResult(Result):
    """Newest first in a list, in the order asked for where they are compared."""

    entries: tuple[RunEntry, ...]
    compared: bool

    def blocks(self) -> tuple[Block, ...]:
        if not self.entries:
            return (Text(message=msg("compare_runs.none")),)
        if not self.compared:
            return (self._list(),)
        if len(self.entries) == 1:
            return self._page(self.entries[0])
        return (*self._measured(), self._differences(), *self._curves(), *self._samples())

    # --- the list -----------------------------------------------------------------------------------------------------

    def _list(self) -> Table:
        """A row each; of the settings, those that differ have a column."""
        names = ("number", "called", "at", "base", "verdict", "before", "after", "minutes")
        differ = _differing(self.entries)[:MOST_KNOBS]
        columns = [Column(label=msg(f"compare_runs.column.{name}"), numeric=name == "number") for name in names]
        columns += [Column(label=_label(knob)) for knob in differ]
        rows = tuple(
            (*(_cell(entry, name) for name in names), *(_setting(entry, knob) for knob in differ))
            for entry in self.entries
        )
        caption = msg("compare_runs.caption", n=len(self.entries))
        return Table(title=msg("compare_runs.title"), columns=tuple(columns), rows=rows, caption=caption)

    # --- one ----------------------------------------------------------------------------------------------------------

    def _page(self, entry: RunEntry) -> tuple[Block, ...]:
        told = Text(message=msg("compare_runs.one", called=entry.called, at=entry.at, base=entry.base))
        if entry.found is None:
            return (told, Notice(message=msg("compare_runs.early", n=1)))
        return (told, *entry.found.blocks())

    # --- several ------------------------------------------------------------------------------------------------------

    @property
    def comparable(self) -> bool:
        """Whether all were measured on the same texts: then, and only then, their bits per character can be compared,
        whatever the base."""
        return len({entry.measured for entry in self.entries}) == 1 and self.entries[0].measured is not None

    def _measured(self) -> tuple[Block, ...]:
        early = sum(entry.found is None for entry in self.entries)
        notices: tuple[Block, ...] = (Notice(message=msg("compare_runs.early", n=early)),) if early else ()
        if not self.comparable:
            return (Notice(level="warning", message=msg("compare_runs.not_comparable")), *notices)
        best = min((e for e in self.entries if e.found), key=lambda e: e.found.tuned_bpc, default=None)  # type: ignore[union-attr]
        if best is None or best.found is None:
            return notices
        found = best.found
        values: dict[str, Scalar] = {"bits": found.tuned_bpc, "held": found.heldout_documents}
        told = msg("compare_runs.comparable", n=len(self.entries), called=best.called, **values)
        return (Text(message=told), *notices)

    def _differences(self) -> Table:
        """A row for each thing that differs, a column for each run; of what is alike only the result."""
        rows: list[tuple[Cell, ...]] = []
        for name, cells in (
            *((name, [_cell(entry, name) for entry in self.entries]) for name in ("dataset", "base")),
            *((knob, [_setting(entry, knob) for entry in self.entries]) for knob in _differing(self.entries)),
        ):
            if len({repr(cell) for cell in cells}) > 1:
                rows.append((_label(name), *cells))
        rows += [
            (msg(f"compare_runs.column.{name}"), *(_cell(entry, name) for entry in self.entries))
            for name in ("verdict", "before", "after", "counter", "copied", "minutes")
        ]
        columns = (Column(label=msg("compare_runs.column.what")), *(Column(label=entry.name) for entry in self.entries))
        alike = not _differing(self.entries)
        caption = msg("compare_runs.same_settings" if alike else "compare_runs.differ")
        return Table(title=msg("compare_runs.side_by_side"), columns=columns, rows=tuple(rows), caption=caption)

    def _curves(self) -> tuple[Chart, ...]:
        found = [(entry, entry.found) for entry in self.entries if entry.found]
        if not self.comparable or len(found) < 2:
            return ()
        series = tuple(
            Series(role=role, label=entry.name, points=tuple(curves.points(result.metrics, curves.HELDOUT_BITS)))
            for role, (entry, result) in zip(ROLES, found, strict=False)
        )
        return (
            Chart(
                title=msg("compare_runs.chart"),
                form="line",
                x=msg("fine_tune.chart.x"),
                y=msg("fine_tune.chart.y"),
                series=series,
                caption=msg("compare_runs.chart_caption"),
            ),
        )

    def _samples(self) -> tuple[Compare, ...]:
        """What each wrote at its end for prompts that all were asked."""
        written = [
            (entry, {sample.prompt: sample.text for sample in entry.found.samples if sample.kept})
            for entry in self.entries
            if entry.found
        ]
        shared = [prompt for prompt in written[0][1] if all(prompt in texts for _, texts in written)] if written else []
        if len(written) < 2:
            return ()
        return tuple(
            Compare(
                title=msg("compare_runs.samples"),
                prompt=prompt,
                columns=tuple(
                    CompareColumn(role=role, label=entry.name, text=texts[prompt])
                    for role, (entry, texts) in zip(ROLES, written, strict=False)
                ),
            )
            for prompt in shared[:SAMPLES]
        )

    def offers(self) -> tuple[Offer, ...]:
        if not self.entries:
            return ()
        if not self.compared:
            newest = self.entries[0]
            two = [entry.run for entry in self.entries[:2]]
            return (
                *((_offer("two", "compare_runs", runs=two),) if len(two) == 2 else ()),
                _offer("look", "compare_runs", newest.called, runs=[newest.run]),
                _offer("talk", "talk", newest.called, run=newest.run),
            )
        one, *others = self.entries
        if others:
            blind = _offer("blind_two", "compare_models", run=one.run, other=others[0].run, blind=True)
            return (blind, *(_offer("talk", "talk", e.called, run=e.run) for e in self.entries[:3]))
        return (
            _offer("talk", "talk", one.called, run=one.run),
            _offer("blind", "compare_models", run=one.run, blind=True),
            _offer("evaluate", "evaluate_model", run=one.run),
            _offer("export", "export_project", run=one.run),
            _offer("delete", "delete", one.called, what="run", id=one.run),
        )


def _offer(name: str, skill: str, called: str = "", **inputs: Any) -> Offer:
    return Offer(label=msg(f"compare_runs.offer.{name}", called=called), skill=skill, inputs=inputs)


def _cell(entry: RunEntry, name: str) -> Cell:
    """What a run has under a heading; of a run of an earlier version, what is known."""
    known: dict[str, Cell] = {
        "number": entry.number,
        "called": entry.called,
        "at": msg("compare_runs.date", at=entry.at),
        "dataset": entry.dataset or msg("compare_runs.unknown"),
        "base": entry.base,
    }
    if name in known:
        return known[name]
    found = entry.found
    if found is None:
        return msg("compare_runs.unknown")
    figures = {"before": found.base_bpc, "after": found.tuned_bpc, "counter": found.ngram_bpc}
    if name in figures:
        return msg("compare_runs.figure", bits=figures[name])
    measured: dict[str, Cell] = {
        "verdict": msg(f"compare_runs.verdict.{found.verdict}"),
        "copied": found.longest_copy,
        "minutes": msg("compare_runs.time", seconds=found.seconds),
    }
    return measured[name]


def _setting(entry: RunEntry, knob: str) -> Cell:
    if entry.found is None:
        return msg("compare_runs.unknown")
    value = entry.found.settings.get(knob)
    if value is None:
        return msg("compare_runs.as_proposed")
    if knob == "preset":
        return msg(f"plan_training.preset.{value}.label")
    return msg(f"plan_training.value.{knob}.{value}") if knob in WORDED else msg("compare_runs.exact", value=value)


def _label(name: str) -> Message:
    if name in ("dataset", "base", "preset", "seed"):
        return msg(f"compare_runs.column.{name}")
    return msg(f"plan_training.knob.{name}.label")


def _differing(entries: tuple[RunEntry, ...]) -> list[str]:
    """The settings that are not the same in all of the runs that say theirs."""
    said = [entry.found.settings for entry in entries if entry.found]
    return [knob for knob in KNOBS if len({repr(settings.get(knob)) for settings in said}) > 1]

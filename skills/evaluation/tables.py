"""An evaluation as tables, one for each measure: its figures, what they mean and what they are compared with."""

from __future__ import annotations

from collections.abc import Sequence

from skills.blocks import (
    Block,
    Cell,
    Column,
    Compare,
    CompareColumn,
    Measure,
    Measures,
    Message,
    Role,
    Scalar,
    Table,
    Text,
    msg,
)
from skills.evaluation.bootstrap import Between
from skills.evaluation.forgetting import Forgetting
from skills.evaluation.judgement import Surprise, forgot, recites
from skills.evaluation.memorization import ByHeart, Copying, DiversityCompared
from skills.evaluation.task import Task


def say(id: str, **values: Scalar) -> Message:
    """A message of the skill's own."""
    return msg(f"evaluate_model.{id}", **values)


def margin(found: Between) -> dict[str, Scalar]:
    return {"low": found.low, "high": found.high}


def bars(found: Surprise) -> Measures:
    """The three figures that matter: what the texts cost before, now, and the letter counter."""
    hands: list[tuple[Role, str, float | None]] = [
        ("base", "base", found.base.bits_per_character),
        ("tuned", "tuned", found.tuned.bits_per_character),
        ("baseline", "counter", found.ngram),
    ]
    measures = tuple(
        Measure(role=role, label=say(f"bars.{who}"), value=bits, told=say("figure.two", value=bits))
        for role, who, bits in hands
        if bits is not None
    )
    return Measures(title=say("bars.title"), measures=measures, caption=say("bars.caption"))


def costs(found: Surprise) -> list[Block]:
    """What the texts cost each, and whether the letter counter is beaten."""
    rows: list[tuple[Cell, ...]] = [
        _row("bits", found.base.bits_per_character, found.tuned.bits_per_character, found.ngram),
        _row("perplexity", found.base.perplexity, found.tuned.perplexity, None),
        _row("loss", found.base.loss, found.tuned.loss, None),
    ]
    if found.watched_base is not None and found.watched_tuned is not None:
        rows.append(_row("watched", found.watched_base, found.watched_tuned, None))
    if found.train_base is not None and found.train_tuned is not None:
        rows.append(_row("studied", found.train_base.bits_per_character, found.train_tuned.bits_per_character, None))
    columns = _columns("measure", ("base", "tuned", "counter"), "meaning")
    table = Table(title=say("table.costs"), columns=columns, rows=tuple(rows), caption=say("caption.costs"))
    if found.over_ngram is None:
        return [table]
    over = found.over_ngram
    kind = ("above" if over.value > 0 else "below") if over.clear else "unclear"
    return [table, Text(message=say(f"counter.{kind}", share=abs(over.value), **margin(over)))]


def _row(name: str, base: float, tuned: float, counter: float | None) -> tuple[Cell, ...]:
    return (say(f"row.{name}"), _figure(base), _figure(tuned), _figure(counter), say(f"meaning.{name}"))


def _figure(value: float | None) -> Cell:
    """Two decimals, or none where they would pretend to more than is known; a blank where nothing was measured."""
    if value is None:
        return None
    return say("figure.whole", value=value) if abs(value) >= 100 else say("figure.two", value=value)


# --- questions and answers --------------------------------------------------------------------------------------------


def task_bars(found: Task) -> Measures:
    """How well each answers, by the first measure of the task."""
    measure, scores = next(iter(found.scores.items()))
    roles: dict[str, Role] = {"base": "base", "tuned": "tuned"}
    bars = tuple(
        Measure(
            role=roles.get(who, "baseline"),
            label=say(f"task.column.{who}"),
            value=share,
            told=say("figure.share", value=share),
        )
        for who, share in scores.items()
    )
    return Measures(title=say("bars.task"), measures=bars, caption=say(f"task.meaning.{measure}"))


def task(found: Task) -> list[Block]:
    who = list(next(iter(found.scores.values())))
    columns = (
        Column(label=say("column.measure")),
        *(Column(label=say(f"task.column.{each}"), numeric=True) for each in who),
        Column(label=say("column.meaning")),
    )
    rows = tuple(
        (
            say(f"task.row.{measure}"),
            *(say("figure.share", value=scores[each]) for each in who),
            say(f"task.meaning.{measure}"),
        )
        for measure, scores in found.scores.items()
    )
    caption = say(
        "task.caption.simplest" if "lead" in who else "task.caption.majority",
        n=found.asked,
        of=found.of,
        majority=found.majority,
        lead=found.lead,
    )
    table = Table(title=say("table.task"), columns=columns, rows=rows, caption=caption)
    return [table, *(_answer(each.question, each.base, each.tuned, each.right) for each in found.answers)]


def _answer(question: str, base: str, tuned: str, right: str) -> Compare:
    columns = (
        CompareColumn(role="base", label=say("column.base"), text=base),
        CompareColumn(role="tuned", label=say("column.tuned"), text=tuned),
        CompareColumn(role="heldout", label=say("task.right"), text=right),
    )
    return Compare(title=say("task.answer"), prompt=question, columns=columns)


# --- copying, forgetting, diversity -----------------------------------------------------------------------------------


def copying(found: Copying, by_heart: ByHeart) -> list[Block]:
    rows: tuple[tuple[Cell, ...], ...] = (
        (say("copying.tuned"), found.tuned, found.tuned_text),
        (say("copying.from_training"), found.from_training, found.from_training_text),
        (say("copying.base"), found.base, ""),
        (say("copying.people"), found.people, found.people_text),
    )
    columns = _columns("who", ("run",), "which")
    table = Table(title=say("table.copying"), columns=columns, rows=rows, caption=say("caption.copying"))
    kind = "recites" if recites(found) else "chance" if found.most[0] <= found.people else "some"
    told = say(f"copying.{kind}", words=found.most[0], text=found.most[1], people=found.people)
    known = say(
        "by_heart.some" if by_heart.tuned else "by_heart.none",
        n=by_heart.tuned,
        openings=by_heart.openings,
        words=by_heart.words,
        base=by_heart.base,
    )
    return [table, Text(message=told), Text(message=known)]


def forgetting(found: tuple[Forgetting, ...]) -> list[Block]:
    columns = _columns("what", ("base", "tuned"), "meaning")
    rows: list[tuple[Cell, ...]] = []
    for each in found:
        changed = say("forgetting.changed", lost=each.lost, won=each.won)
        rows.append((say(f"forgetting.questions.{each.language}"), each.before, each.after, changed))
        dearer = each.dearer
        kind = ("dearer" if dearer.value > 0 else "cheaper") if dearer.clear else "same"
        rows.append(
            (
                say(f"forgetting.texts.{each.language}"),
                _figure(each.base_bpc),
                _figure(each.tuned_bpc),
                say(f"forgetting.{kind}", share=abs(dearer.value)),
            )
        )
    one = found[0]
    caption = say("caption.forgetting", n=one.questions, chance=one.questions / one.options)
    table = Table(title=say("table.forgetting"), columns=columns, rows=tuple(rows), caption=caption)
    return [table, Text(message=say("forgetting.lost" if forgot(found) else "forgetting.kept"))]


def _columns(first: str, figures: Sequence[str], last: str) -> tuple[Column, ...]:
    """What each row is about, its figures, and what they mean."""
    return (
        Column(label=say(f"column.{first}")),
        *(Column(label=say(f"column.{name}"), numeric=True) for name in figures),
        Column(label=say(f"column.{last}")),
    )


def diversity(found: DiversityCompared) -> list[Block]:
    columns = _columns("measure", ("base", "tuned", "people"), "meaning")
    rows = tuple(
        (
            say(f"diversity.{name}"),
            *(say("figure.share", value=getattr(each, name)) for each in (found.base, found.tuned, found.people)),
            say(f"diversity.meaning.{name}"),
        )
        for name in ("distinct_1", "distinct_2", "repetition", "repeated_lines")
    )
    caption = say("caption.diversity", n=found.words)
    return [Table(title=say("table.diversity"), columns=columns, rows=rows, caption=caption)]

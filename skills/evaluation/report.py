"""An evaluation as blocks: the verdict first, then each measure with what it means and what it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skills.blocks import Block, Cell, Column, Compare, CompareColumn, Message, Notice, Scalar, Table, Text, msg
from skills.evaluation.bootstrap import DRAWS, FEW, Between
from skills.evaluation.forgetting import Forgetting
from skills.evaluation.judgement import forgot, knows_by_heart, recites, task_finding
from skills.evaluation.memorization import ByHeart, Copying, Diversity
from skills.evaluation.task import Task

if TYPE_CHECKING:
    from skills.evaluation.result import EvaluationResult


def say(id: str, **values: Scalar) -> Message:
    return msg(f"evaluate_model.{id}", **values)


def shown(result: EvaluationResult) -> tuple[Block, ...]:
    blocks: list[Block] = [*_verdict(result), *_costs(result)]
    if result.task is not None:
        blocks += _task(result.task)
    found = result.recital
    if found is not None and found.copying is not None and found.by_heart is not None:
        blocks += _copying(found.copying, found.by_heart)
    if result.forgetting:
        blocks += _forgetting(result.forgetting)
    if found is not None and found.diversity is not None:
        blocks += _diversity(found.diversity)
    if not result.complete:
        blocks.append(Notice(message=say("partial")))
    return tuple(blocks)


# --- the verdict ------------------------------------------------------------------------------------------------------


def _verdict(result: EvaluationResult) -> list[Block]:
    """What came out and how sure it is; what it was measured on; what else must be known before believing it."""
    found = result.surprise
    values: dict[str, Scalar] = {
        "n": found.texts,
        "draws": DRAWS,
        "gain": abs(found.gain.value),
        "base_bpc": found.base.bits_per_character,
        "tuned_bpc": found.tuned.bits_per_character,
        "train_bpc": found.train_tuned.bits_per_character if found.train_tuned else None,
        "ngram_bpc": found.ngram,
        **_range(found.gain),
    }
    blocks: list[Block] = []
    if result.problem is not None:
        blocks.append(Notice(level="warning", message=say(f"problem.{result.problem}", name=result.dataset)))
    if result.task is not None:
        blocks += [Text(message=_task_verdict(result.task)), Text(message=say(f"task.simple.{result.task.simple}"))]
    detailed = result.verdict in ("barely", "nothing")
    code = f"{result.verdict}.{result.reasons[0]}" if detailed else result.verdict
    kind = "part" if result.task is None else "asked"
    sure = "few" if found.texts < FEW else "clear" if found.gain.clear else "unclear"
    blocks += [
        Text(message=say(f"verdict.{code}", **values)),
        Text(message=say(f"sure.{sure}", **values)),
        Text(message=say(f"{kind}.{found.part}", n=found.texts, characters=found.characters)),
    ]
    return [*blocks, *_earlier(result), *_warnings(result)]


def _earlier(result: EvaluationResult) -> list[Block]:
    """Whether this is what the run said when it ended, and if not, why."""
    if result.said is None or result.surprise.part == "prompts":
        return []
    if result.said == result.verdict:
        return [Notice(message=say("agrees"))]
    differs = Notice(message=say(f"differs.{result.said}"))
    if result.said == "broke":
        return [differs]
    chance = result.verdict == "unclear" or "ngram_unclear" in result.reasons
    near = "test" if result.surprise.part == "test" else "other"
    why = "both_cheap" if "both_cheap" in result.reasons else "chance" if chance else near
    return [differs, Notice(message=say(f"why.{why}"))]


def _warnings(result: EvaluationResult) -> list[Block]:
    applies = {
        "recites": "recites" in result.reasons,
        "by_heart": result.recital is not None and knows_by_heart(result.recital.by_heart),
        "forgot": forgot(result.forgetting),
        "drift": not result.surprise.agrees,
    }
    return [Notice(level="warning", message=say(f"warning.{code}")) for code, does in applies.items() if does]


def _range(found: Between) -> dict[str, Scalar]:
    return {"low": found.low, "high": found.high}


def _costs(result: EvaluationResult) -> list[Block]:
    found = result.surprise
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
    return [table, Text(message=say(f"counter.{kind}", share=abs(over.value), **_range(over)))]


def _row(name: str, base: float, tuned: float, counter: float | None) -> tuple[Cell, ...]:
    return (say(f"row.{name}"), _figure(base), _figure(tuned), _figure(counter), say(f"meaning.{name}"))


def _figure(value: float | None) -> Cell:
    """Two decimals, or none where they would pretend to more than is known; a blank where nothing was measured."""
    if value is None:
        return None
    return say("figure.whole", value=value) if abs(value) >= 100 else say("figure.two", value=value)


# --- questions and answers --------------------------------------------------------------------------------------------


def _task_verdict(task: Task) -> Message:
    first = next(iter(task.scores))
    scores = task.scores[first]
    return say(
        f"task.verdict.{task_finding(task)}.{'labels' if task.kind == 'labels' else 'words'}",
        n=task.asked,
        tuned=scores["tuned"],
        base=scores["base"],
        simple=scores[task.simple],
    )


def _task(task: Task) -> list[Block]:
    who = list(next(iter(task.scores.values())))
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
        for measure, scores in task.scores.items()
    )
    caption = say(
        "task.caption.simplest" if "lead" in who else "task.caption.majority",
        n=task.asked,
        of=task.of,
        majority=task.majority,
        lead=task.lead,
    )
    table = Table(title=say("table.task"), columns=columns, rows=rows, caption=caption)
    return [table, *(_answer(each.question, each.base, each.tuned, each.right) for each in task.answers)]


def _answer(question: str, base: str, tuned: str, right: str) -> Compare:
    columns = (
        CompareColumn(role="base", label=say("column.base"), text=base),
        CompareColumn(role="tuned", label=say("column.tuned"), text=tuned),
        CompareColumn(role="heldout", label=say("task.right"), text=right),
    )
    return Compare(title=say("task.answer"), prompt=question, columns=columns)


# --- copying, forgetting, diversity -----------------------------------------------------------------------------------


def _copying(found: Copying, by_heart: ByHeart) -> list[Block]:
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


def _forgetting(found: tuple[Forgetting, ...]) -> list[Block]:
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


def _diversity(found: Diversity) -> list[Block]:
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

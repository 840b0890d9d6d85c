"""What is shown, as cards: each block, question, set of buttons and the course map -> an element's name and props.

Props hold resolved words and plain data; the elements in assets/elements/ draw them and know no language.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from skills import blocks
from skills.blocks import Block, Message
from skills.workspace import RUN_ID
from tutor.turn import Button, CourseMap, ItemView, Verdict
from tutor.ui.markdown import safe, visible
from tutor.words import Words


class Card(NamedTuple):
    """An element to draw: the name of its file in assets/elements/, and its props."""

    name: str
    props: dict[str, Any]


def block_card(block: Block, words: Words) -> Card:
    """The card of a block, with `language` for the numbers that the card itself writes (axes)."""
    render = RENDERERS[block.kind]
    card: Card = render(block, words)
    return Card(card.name, card.props | {"language": words.language})


def choices_card(buttons: tuple[Button, ...], words: Words, numbered: bool) -> Card:
    """The buttons of a message. `chosen` is the index of the one that was used, `open` whether they still work."""
    shown = [{"label": b.label, "intent": b.intent.model_dump(), "main": b.main} for b in buttons]
    labels = {"group": words("ui.choices"), "chosen": words("ui.chosen")}
    return Card("Choices", {"buttons": shown, "chosen": None, "open": True, "numbered": numbered, "words": labels})


def question_card(item: ItemView, words: Words, hint_elsewhere: bool) -> Card:
    """A question. Its key is not among the props: `verdict` comes when it was graded."""
    keys = ("answer", "up", "down", "hint", "yours", "right", "number", "open", "several", "model", "right_order")
    labels = {key: words(f"ui.question.{key}") for key in keys}
    props = item.model_dump(include={"item", "submission", "format", "stem"}) | {
        "stem": safe(item.stem),
        "options": [
            {"id": id, "text": text, "place": words("ui.question.place", n=n, total=len(item.options))}
            for n, (id, text) in enumerate(item.options, 1)
        ],
        "hint": item.hint and not hint_elsewhere,
        "verdict": None,
        "words": labels,
    }
    return Card("Question", props)


def verdict_props(verdict: Verdict, words: Words) -> dict[str, Any]:
    chosen = list(verdict.chosen) if isinstance(verdict.chosen, tuple) else str(verdict.chosen)
    if isinstance(verdict.chosen, float):
        chosen = words.cell(verdict.chosen)
    return {
        "outcome": verdict.outcome,
        "label": words(f"ui.outcome.{verdict.outcome}"),
        "chosen": chosen,
        "right": list(verdict.right),
        "feedback": safe(verdict.feedback),
        "model": safe(verdict.model),
    }


def map_card(course: CourseMap, words: Words) -> Card:
    states = {state: words(f"ui.map.{state}") for state in ("todo", "begun", "passed", "review")}
    return Card(
        words("ui.map.title"),
        course.model_dump()
        | {
            "route": words(route) if (route := f"ui.map.route.{course.route}") in words else "",
            "share": course.done / course.total if course.total else 0,
            "words": {
                "states": states,
                "title": words("ui.map.title"),
                "done": words("ui.map.done", done=course.done, total=course.total),
                "here": words("ui.map.here"),
                "evidence": words("ui.map.evidence"),
                "minutes": {str(n): words("ui.map.minutes", n=n) for n in _minutes(course)},
                "go": {x.id: words("ui.map.go", lesson=x.title) for m in course.modules for x in m.lessons},
                "private": words("ui.map.private"),
                "mine": words("ui.map.mine"),
                "none": words("ui.map.nothing"),
                "on": [
                    [words("ui.map.act", what=b.label, name=thing.name) for b in thing.buttons]
                    for thing in course.things
                ],
            },
        },
    )


def _minutes(course: CourseMap) -> set[int]:
    return {lesson.minutes for module in course.modules for lesson in module.lessons}


# --- one renderer a block ---------------------------------------------------------------------------------------------


def _text(block: blocks.Text, words: Words) -> Card:
    return Card("Text", {"text": safe(words(block.message))})


def _table(block: blocks.Table, words: Words) -> Card:
    columns = [{"label": words(c.label), "numeric": c.numeric} for c in block.columns]
    rows = [[words.cell(cell) for cell in row] for row in block.rows]
    return Card("Table", _head(block, words) | {"columns": columns, "rows": rows})


def _chart(block: blocks.Chart, words: Words) -> Card:
    series = [{"role": s.role, "label": words(s.label), "points": list(s.points)} for s in block.series]
    axes = {"form": block.form, "x": words(block.x), "y": words(block.y)}
    return Card("Chart", _head(block, words) | axes | {"series": series, "words": {"table": words("ui.chart.table")}})


def _tokens(block: blocks.Tokens, words: Words) -> Card:
    n = len(block.tokens)
    labels = {key: words(f"ui.tokens.{key}") for key in ("ids", "token", "id", "list", "what", "graded", "read")} | {
        "count": words("ui.tokens.count", n=n, tokenizer=block.tokenizer)
    }
    return Card("Tokens", _head(block, words) | {"tokens": [t.model_dump() for t in block.tokens], "words": labels})


def _probabilities(block: blocks.Probabilities, words: Words) -> Card:
    options = [
        {"text": visible(o.text), "share": o.probability, "label": words("ui.percent", share=o.probability)}
        for o in block.options
    ]
    rest = {"text": words("ui.probabilities.rest"), "share": block.rest, "label": words("ui.percent", share=block.rest)}
    labels = {key: words(f"ui.probabilities.{key}") for key in ("option", "share")}
    return Card(
        "Probabilities",
        _head(block, words) | {"prompt": block.prompt, "options": options, "rest": rest, "words": labels},
    )


def _compare(block: blocks.Compare, words: Words) -> Card:
    columns = [{"role": c.role, "label": words(c.label), "text": c.text} for c in block.columns]
    labels = {"prompt": words("ui.compare.prompt")}
    return Card("Compare", _head(block, words) | {"prompt": block.prompt, "columns": columns, "words": labels})


def _passages(block: blocks.Passages, words: Words) -> Card:
    passages = [
        {"text": p.text, "role": p.role, "source": p.source, "where": words(p.location) if p.location else ""}
        for p in block.passages
    ]
    labels = {key: words(f"ui.passages.{key}") for key in ("more", "less")}
    return Card("Passages", _head(block, words) | {"passages": passages, "words": labels})


def _artefact(block: blocks.Artefact, words: Words) -> Card:
    path = PurePosixPath(block.path.replace("\\", "/"))
    told = RUN_ID.sub("…", str(path))
    labels = {"size": words("ui.size", bytes=block.bytes), "where": words("ui.artefact.where", path=told)}
    labels["open"] = words("ui.artefact.open")
    intent = {"name": "show_folder", "args": {"path": str(path)}}
    return Card("Artefact", _head(block, words) | {"name": path.name, "words": labels, "intent": intent})


def _notice(block: blocks.Notice, words: Words) -> Card:
    text = safe(words(block.message))
    return Card("Notice", {"level": block.level, "text": text, "words": {"level": words(f"ui.notice.{block.level}")}})


def _levels(words: Words) -> dict[str, str]:
    """What each level of a notice is called, for cards that have notices in them."""
    return {level: words(f"ui.notice.{level}") for level in ("info", "warning")}


def _progress(block: blocks.Progress, words: Words) -> Card:
    labels = {key: words(f"run_card.{key}") for key in ("samples", "lost", "table", "gone", "no", "prompt")}
    labels |= {key: words(f"fine_tune.chart.{key}") for key in ("title", "x", "y")} | _levels(words)
    return Card("Run", {"title": words(block.title), "run": block.run, "words": labels})


def _settings(block: blocks.Settings, words: Words) -> Card:
    knobs = [
        {
            "name": k.name,
            "label": words(k.label),
            "does": words(k.does),
            "much": words(k.much) if k.much else "",
            "value": k.value,
            "stops": [{"value": stop.value, "label": words(stop.label)} for stop in k.stops],
            "slides": k.slides,
            "moved": k.moved,
            "first": k.first,
        }
        for k in block.knobs
    ]
    ways = [
        {"name": w.name, "label": words(w.label), "about": words(w.about), "told": words(w.told)} for w in block.ways
    ]
    shown = {
        "told": words(block.told),
        "notices": [_notice(notice, words).props for notice in block.notices],
        "ways": ways,
        "way": block.way,
        "knobs": knobs,
        "skill": block.skill,
        "inputs": block.inputs,
        "facts": block.facts,
    }
    labels = {key: words(f"ui.settings.{key}") for key in ("ways", "knobs", "start", "reset", "own", "lost")}
    return Card("Settings", _head(block, words) | shown | {"words": labels | _levels(words)})


def _head(block: Any, words: Words) -> dict[str, Any]:
    caption: Message | None = block.caption
    return {"title": words(block.title), "caption": words(caption) if caption else ""}


RENDERERS: dict[str, Callable[[Any, Words], Card]] = {
    "text": _text,
    "table": _table,
    "chart": _chart,
    "tokens": _tokens,
    "probabilities": _probabilities,
    "compare": _compare,
    "passages": _passages,
    "artefact": _artefact,
    "notice": _notice,
    "progress": _progress,
    "settings": _settings,
}

"""What is shown, as cards: each block -> an element's name and props. (What is not a block is in cards.py.)

Props hold resolved words and plain data; the elements in assets/elements/ draw them and know no language.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from skills import blocks
from skills.blocks import Block, Message
from skills.workspace import RUN_ID
from tutor.ui.markdown import held, piece, safe, visible
from tutor.words import Words, called

LEAST = 0.001
"""The smallest share that has a figure of its own."""


class Card(NamedTuple):
    """An element to draw: the name of its file in assets/elements/, and its props."""

    name: str
    props: dict[str, Any]


def block_card(block: Block, words: Words) -> Card:
    """The card of a block, with `language` for the numbers that the card itself writes (axes)."""
    render = RENDERERS[block.kind]
    card: Card = render(block, words)
    return Card(card.name, card.props | {"language": words.language})


# --- one renderer a block ---------------------------------------------------------------------------------------------


def _text(block: blocks.Text, words: Words) -> Card:
    return Card("Text", {"text": safe(words(block.message))})


def _table(block: blocks.Table, words: Words) -> Card:
    columns = [{"label": words(c.label), "numeric": c.numeric} for c in block.columns]
    rows = [[words.cell(cell) for cell in row] for row in block.rows]
    return Card("Table", _head(block, words) | {"columns": columns, "rows": rows, "words": _all(words)})


def _chart(block: blocks.Chart, words: Words) -> Card:
    series = [{"role": s.role, "label": words(s.label), "points": list(s.points)} for s in block.series]
    axes = {"form": block.form, "x": words(block.x), "y": words(block.y)}
    return Card(
        "Chart",
        _head(block, words) | axes | {"series": series, "words": {"table": words("ui.chart.table")} | _all(words)},
    )


def _tokens(block: blocks.Tokens, words: Words) -> Card:
    n = len(block.tokens)
    labels = (
        {key: words(f"ui.tokens.{key}") for key in ("ids", "token", "id", "list", "what", "graded", "read")}
        | {"count": words("ui.tokens.count", n=n, tokenizer=block.tokenizer)}
        | _all(words)
    )
    return Card("Tokens", _head(block, words) | {"tokens": [t.model_dump() for t in block.tokens], "words": labels})


def _probabilities(block: blocks.Probabilities, words: Words) -> Card:
    options = [
        {"text": piece(o.text, block.prompt), "share": o.probability, "label": _share(o.probability, words)}
        for o in block.options
    ]
    rest = {"text": words("ui.probabilities.rest"), "share": block.rest, "label": _share(block.rest, words)}
    labels = {key: words(f"ui.probabilities.{key}") for key in ("option", "share", "own")}
    if block.own:
        place = next((i for i, option in enumerate(block.options) if option == block.own), None)
        if place is None:
            share = _share(block.own.probability, words)
            options.append(
                {"text": visible(block.own.text), "share": block.own.probability, "label": share}
                | {"own": True, "unlisted": True}
            )
        else:
            options[place]["own"] = True
    return Card(
        "Probabilities",
        _head(block, words) | {"prompt": block.prompt, "options": options, "rest": rest, "words": labels},
    )


def _share(share: float, words: Words) -> str:
    """A share as it is written: one too small for a decimal is not said to be nothing."""
    return words("ui.under", share=LEAST) if 0 < share < LEAST / 2 else words("ui.percent", share=share)


def _measures(block: blocks.Measures, words: Words) -> Card:
    most = max((m.value for m in block.measures), default=0.0) or 1.0
    bars = [
        {"role": m.role, "label": words(m.label), "share": m.value / most, "told": words(m.told)}
        for m in block.measures
    ]
    return Card("Measures", _head(block, words) | {"bars": bars})


def _bet(block: blocks.Bet, words: Words) -> Card:
    sides = [
        {"side": side, "label": words(f"ui.bet.{side}"), "text": words.cell(getattr(block, side))}
        for side in ("yours", "came")
    ]
    return Card("Bet", {"sides": sides})


def _compare(block: blocks.Compare, words: Words) -> Card:
    columns = [{"role": c.role, "label": words(c.label), "text": c.text.lstrip(" ")} for c in block.columns]
    labels = {"prompt": words("ui.compare.prompt")}
    return Card("Compare", _head(block, words) | {"prompt": block.prompt, "columns": columns, "words": labels})


def _passages(block: blocks.Passages, words: Words) -> Card:
    passages = [
        {
            "text": p.text,
            "role": p.role,
            "source": called(p.source or ""),
            "where": words(p.location) if p.location else "",
            "marks": [(mark.start, mark.end) for mark in p.marks],
        }
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


def _all(words: Words) -> dict[str, str]:
    """The words of a long table's button."""
    return {"all": words("ui.all_rows")}


def _levels(words: Words) -> dict[str, str]:
    """What each level of a notice is called, for cards that have notices in them."""
    return {level: words(f"ui.notice.{level}") for level in ("info", "warning")}


def _progress(block: blocks.Progress, words: Words) -> Card:
    labels = {key: words(f"run_card.{key}") for key in ("samples", "lost", "table", "gone", "no", "prompt", "facts")}
    labels |= {key: words(f"fine_tune.chart.{key}") for key in ("title", "x", "y")} | _levels(words) | _all(words)
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
    return {"title": words(block.title), "caption": held(words(caption)) if caption else ""}


RENDERERS: dict[str, Callable[[Any, Words], Card]] = {
    "text": _text,
    "table": _table,
    "chart": _chart,
    "tokens": _tokens,
    "probabilities": _probabilities,
    "measures": _measures,
    "bet": _bet,
    "compare": _compare,
    "passages": _passages,
    "artefact": _artefact,
    "notice": _notice,
    "progress": _progress,
    "settings": _settings,
}

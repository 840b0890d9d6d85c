"""Blocks as plain text for the terminal: 80 columns, no colour, nothing in them that a terminal would obey."""

from __future__ import annotations

import re
from io import StringIO
from typing import assert_never

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text as Line

from skills.blocks import (
    Artefact,
    Bet,
    Block,
    Chart,
    Compare,
    Measures,
    Notice,
    Passage,
    Passages,
    Probabilities,
    Progress,
    Series,
    Settings,
    Table,
    Text,
    Tokens,
)
from tutor.words import Words, called

WIDTH = 80
BAR = 30
SPARK = 40
EIGHTHS = " ▏▎▍▌▋▊▉█"
HEIGHTS = "▁▂▃▄▅▆▇█"
GRADED = "═"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def draw(block: Block, words: Words, width: int = WIDTH) -> str:
    """A block as text of at most `width` columns, without a newline at its end."""
    match block:
        case Text():
            return paragraph(words(block.message), width)
        case Notice():
            return paragraph(words(block.message), width, "! " if block.level == "warning" else "· ")
        case Table():
            body: list[str] = [_table(block, words, width)]
        case Chart(form="bars"):
            body = [_bars(series, block, words, width) for series in block.series]
        case Chart():
            body = [_lines(block, words, width)]
        case Tokens():
            body = [_tokens(block, width), words("cli.draw.tokens", n=len(block.tokens), tokenizer=block.tokenizer)]
            if any(token.graded is not None for token in block.tokens):
                body[1] += "\n" + words("cli.draw.graded", mark=GRADED)
        case Probabilities():
            body = [_quoted(block.prompt, width), _probabilities(block, words, width)]
        case Measures():
            body = [_measures(block, words, width)]
        case Bet():
            yours, came = words.cell(block.yours), words.cell(block.came)
            return paragraph(words("cli.draw.bet", yours=yours, came=came), width)
        case Compare():
            body = [_quoted(block.prompt, width)] if block.prompt else []
            body.append(_compare(block, words, width))
        case Passages():
            body = [_passages(block, words, width)]
        case Artefact():
            body = [words("cli.draw.artefact", path=block.path, bytes=block.bytes)]
        case Settings():
            body = _settings(block, words, width)
        case Progress():
            return paragraph(words("cli.draw.progress", title=words(block.title), run=block.run), width)
        case _:
            assert_never(block)
    return _card(words(block.title), body, words(block.caption) if block.caption else "", width)


def paragraph(text: str, width: int = WIDTH, lead: str = "") -> str:
    """Text wrapped at words, its own line breaks kept; `lead` before the first line, the rest set under it."""
    inner = _render(Line(safe(text)), width - cell_len(lead)).split("\n")
    return "\n".join((lead if i == 0 else " " * cell_len(lead)) + line for i, line in enumerate(inner)).rstrip()


def safe(text: str) -> str:
    """Text without the characters that move a terminal's cursor or change its colours."""
    return CONTROL.sub("�", text.replace("\r\n", "\n")).replace("\t", "    ")


def bar(share: float, width: int = BAR) -> str:
    """A bar of `share` (0 to 1) of `width` columns, in eighths of a column."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + (EIGHTHS[rest] if rest else "")


def _card(title: str, body: list[str], caption: str, width: int) -> str:
    parts = [paragraph(title, width), *body]
    if caption:
        parts.append(paragraph(caption, width))
    return "\n\n".join(part for part in parts if part)


def _render(what: RenderableType, width: int) -> str:
    console = Console(file=StringIO(), width=width, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as captured:
        console.print(what)
    return "\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n"))


def _grid(*columns: bool, header: bool = False) -> Grid:
    """A table without lines; each of `columns` says whether it is numeric (set right, never broken)."""
    grid = Grid(box=box.SIMPLE_HEAD if header else None, show_header=header, pad_edge=False, show_edge=False)
    for numeric in columns:
        grid.add_column(justify="right" if numeric else "left", no_wrap=numeric, overflow="fold")
    return grid


def _table(block: Table, words: Words, width: int) -> str:
    grid = _grid(*(column.numeric for column in block.columns), header=True)
    for column, drawn in zip(block.columns, grid.columns, strict=True):
        drawn.header = Line(safe(words(column.label)))
    for row in block.rows:
        grid.add_row(*(Line(safe(words.cell(cell))) for cell in row))
    return _render(grid, width)


def _bars(series: Series, block: Chart, words: Words, width: int) -> str:
    """One row a bar, labelled with its left edge."""
    most = max((y for _, y in series.points), default=0.0)
    grid = _grid(True, True, False)
    for x, y in series.points:
        grid.add_row(words.cell(x), words.cell(y), bar(y / most if most > 0 else 0.0))
    head = f"{words(series.label)}: {words(block.x)} | {words(block.y)}"
    return f"{paragraph(head, width)}\n{_render(grid, width)}"


def _lines(block: Chart, words: Words, width: int) -> str:
    """One row a series: where it begins, its course drawn on a common scale, where it ends."""
    values = [y for series in block.series for _, y in series.points]
    if not values:
        return ""
    low, high = min(values), max(values)
    grid = _grid(False, True, False, True)
    for series in block.series:
        if series.points:
            first, last = series.points[0][1], series.points[-1][1]
            course = _spark([y for _, y in series.points], low, high, min(SPARK, width // 2))
            grid.add_row(Line(safe(words(series.label))), words.cell(first), course, words.cell(last))
    xs = [x for series in block.series for x, _ in series.points]
    scale = words("cli.draw.scale", x=words(block.x), y=words(block.y), begin=min(xs), end=max(xs), low=low, high=high)
    return f"{_render(grid, width)}\n{paragraph(scale, width)}"


def _spark(values: list[float], low: float, high: float, columns: int) -> str:
    """`values` as heights between `low` and `high`; more values than columns are averaged."""
    columns = min(columns, len(values))
    heights = []
    for i in range(columns):
        part = values[i * len(values) // columns : (i + 1) * len(values) // columns]
        share = (sum(part) / len(part) - low) / (high - low) if high > low else 0.5
        heights.append(HEIGHTS[round(share * (len(HEIGHTS) - 1))])
    return "".join(heights)


def _tokens(block: Tokens, width: int) -> str:
    """The tokens one after the other, each between bars, its id under it, and a line under the graded ones; spaces
    shown as ·."""
    shown = [(safe(t.text).replace(" ", "·").replace("\n", "↵"), str(t.id), t.graded) for t in block.tokens]
    rows: list[list[tuple[str, str, str, int]]] = [[]]
    used = 1
    for text, id, graded in shown:
        cells = min(max(cell_len(text), len(id)), width - 3)
        if used + cells + 1 > width and rows[-1]:
            rows.append([])
            used = 1
        rows[-1].append((text, id, GRADED * cells if graded else "", cells))
        used += cells + 1
    drawn = []
    for row in rows:
        drawn.append("│" + "│".join(set_cell_size(text, cells) for text, _, _, cells in row) + "│")
        drawn.append(" " + " ".join(set_cell_size(id, cells) for _, id, _, cells in row))
        if any(mark for _, _, mark, _ in row):
            drawn[-1:] = [" " + " ".join(set_cell_size(mark, cells) for _, _, mark, cells in row), drawn[-1]]
    return "\n".join(line.rstrip() for line in drawn)


def _probabilities(block: Probabilities, words: Words, width: int) -> str:
    grid = _grid(False, True, False)
    own = block.own
    rows = [(words("cli.draw.own", text=o.text) if o == own else o.text, o.probability) for o in block.options]
    rows.append((words("cli.draw.rest"), block.rest))
    if own and own not in block.options:
        rows.append((words("cli.draw.own", text=own.text), own.probability))
    for text, share in rows:
        grid.add_row(Line(safe(text).replace("\n", "↵")), words("cli.draw.share", share=share), bar(share))
    return _render(grid, width)


def _measures(block: Measures, words: Words, width: int) -> str:
    most = max((measure.value for measure in block.measures), default=0.0) or 1.0
    grid = _grid(False, True, False)
    for measure in block.measures:
        grid.add_row(Line(safe(words(measure.label))), words(measure.told), bar(measure.value / most))
    return _render(grid, width)


def _compare(block: Compare, words: Words, width: int) -> str:
    """Side by side when there is room for it, else one under the other."""
    if len(block.columns) > 3:
        return "\n\n".join(f"{words(c.label)}\n{_quoted(c.text, width)}" for c in block.columns)
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, width=width)
    for column in block.columns:
        grid.add_column(Line(safe(words(column.label))), ratio=1, overflow="fold")
    grid.add_row(*(Line(safe(column.text)) for column in block.columns))
    return _render(grid, width)


def _passages(block: Passages, words: Words, width: int) -> str:
    drawn = []
    for passage in block.passages:
        where = [called(passage.source or ""), words(passage.location) if passage.location else None]
        source = ", ".join(part for part in where if part)
        drawn.append(_quoted(_marked(passage), width) + (f"\n{paragraph(f'— {source}', width)}" if source else ""))
    return "\n\n".join(drawn)


def _marked(passage: Passage) -> str:
    """The text with what matters in it between marks."""
    text = passage.text
    for mark in sorted(passage.marks, key=lambda mark: -mark.start):
        text = f"{text[: mark.start]}»{text[mark.start : mark.end]}«{text[mark.end :]}"
    return text


def _settings(block: Settings, words: Words, width: int) -> list[str]:
    """What it would take, what stands in its way, the ready-made ways, and each knob with where it stands."""
    ways = _grid(False, False, True)
    for way in block.ways:
        mark = "●" if way.name == block.way else "○"
        ways.add_row(f"{mark} {way.name}", Line(safe(words(way.label))), words(way.told))
    knobs = _grid(False, False, False)
    for knob in block.knobs:
        at = next(words(stop.label) for stop in knob.stops if stop.value == knob.value)
        knobs.add_row(knob.name, Line(safe(at)), Line(safe(words(knob.does))))
    notices = [draw(notice, words, width) for notice in block.notices]
    return [paragraph(words(block.told), width), *notices, _render(ways, width), _render(knobs, width)]


def _quoted(text: str, width: int) -> str:
    """The learner's or a model's own words, set in so that it is clear whose they are."""
    lines = _render(Padding(Line(safe(text)), 0), width - 2).split("\n")
    return "\n".join(f"│ {line}".rstrip() for line in lines)

"""Tables and JSON: finding the delimiter, the columns, the one that holds the text, and the rows."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import mean
from typing import Any, NamedTuple

from skills.contract import BadInput, FileTooLarge, FileUnreadable
from skills.texts import sentences
from skills.texts.read import Source, lines
from skills.texts.sentences import fold, words
from skills.workspace import Row, Shape

DELIMITERS = (",", ";", "\t", "|")
JSON_LIMIT = 64_000_000
"""A JSON list is read whole and takes ten times its size in memory; JSON lines are not limited so."""
CELL = 64_000_000

PROMPT_NAMES = sentences.names("prompt question pregunta instruction instruccion consigna input entrada front frente")
ANSWER_NAMES = sentences.names(
    "completion answer respuesta response output salida back dorso target summary resumen reply"
)
TEXT_NAMES = sentences.names(
    "text texto samples sample content contenido body cuerpo verso verse poema poem estrofa stanza cuento story "
    "frase sentence mensaje message comentario comment review opinion nota document documento cita quote"
)
TITLE_NAMES = sentences.names("title titulo nombre name heading encabezado")


class Columns(NamedTuple):
    """How the columns of a table are understood. `text` alone, or `prompt` and `completion`, or none: a table."""

    names: tuple[str, ...]
    text: str | None = None
    prompt: str | None = None
    completion: str | None = None
    title: str | None = None


def sniff(head: str, hint: bool) -> str | None:
    """The delimiter of a table, or None if the text is no table. `hint`: the file's name says that it is one.

    Each candidate is tried with a real csv parser; the best gives nearly all rows the same number of fields, the
    more fields the better. A table of one column counts only with the hint.
    """
    best: tuple[float, int, str] | None = None
    for delimiter in DELIMITERS:
        sizes = [len(row) for row in parse_head(head, delimiter) if row]
        if len(sizes) < 2:
            continue
        (modal, times), *_ = Counter(sizes).most_common(1)
        share = times / len(sizes)
        single = modal == 1 and hint and delimiter in ",;" and share == 1.0
        sure = hint or (modal >= 3 and len(sizes) >= 3) or (delimiter == "\t" and len(sizes) >= 3)
        if single or (modal >= 2 and sure and share >= (0.9 if hint else 1.0) and sizes[0] == modal):
            found = (share if modal > 1 else 0.0, modal, delimiter)
            best = max(best, found, key=lambda f: f[:2]) if best else found
    return best[2] if best else None


def parse_head(text: str, delimiter: str) -> list[list[str]]:
    """Rows of the head, the last left out when it may be cut in the middle (an odd number of quotes)."""
    csv.field_size_limit(CELL)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return rows[:-1] if text.count('"') % 2 and len(rows) > 1 else rows


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Is the first row made of names? Names are short, not numbers, not repeated, and not like what is below."""
    first = [cell.strip() for cell in rows[0]]
    if not all(first) or len(set(first)) < len(first) or any(_number(cell) for cell in first):
        return False
    if any(fold(cell) in PROMPT_NAMES | ANSWER_NAMES | TEXT_NAMES | TITLE_NAMES for cell in first):
        return True
    if any(len(words(cell)) > 4 or len(cell) > 40 for cell in first):
        return False
    below = [row for row in rows[1:200] if len(row) == len(first)]
    for i, cell in enumerate(first):
        values = [row[i].strip() for row in below]
        if values and (sum(map(_number, values)) > 0.8 * len(values) or mean(map(len, values)) > 3 * len(cell)):
            return True
    return len(first) > 1 and all(cell not in {row[i].strip() for row in below} for i, cell in enumerate(first))


def columns_of(names: Sequence[str], rows: Sequence[Mapping[str, str]], text_column: str | None) -> Columns:
    """Which columns hold what. Raises BadInput if the learner's `text_column` does not exist."""
    names = tuple(names)
    known = {fold(name): name for name in names}
    title = next((known[n] for n in known if n in TITLE_NAMES), None)
    if text_column is not None:
        if fold(text_column) not in known:
            raise BadInput(name="text_column", problem=", ".join(names))
        text = known[fold(text_column)]
        return Columns(names, text=text, title=title if title != text else None)
    prompt = next((known[n] for n in known if n in PROMPT_NAMES), None)
    completion = next((known[n] for n in known if n in ANSWER_NAMES), None)
    wordy = {name: mean([len(words(row.get(name) or "")) for row in rows] or [0]) for name in names}
    source = next((known[n] for n in known if n in TEXT_NAMES), None)
    if completion and (prompt or source):
        return Columns(names, prompt=prompt or source, completion=completion, title=title)
    if source and (wordy[source] >= 2 or len(names) == 1):
        return Columns(names, text=source, title=title)
    texts = [name for name in names if wordy[name] >= 3.5 and not _mostly_numbers(rows, name)]
    if len(names) == 1 or len(texts) == 1:
        only = texts[0] if texts else names[0]
        return Columns(names, text=only, title=title if title != only else None)
    # One column much longer than the others is the text; two alike are pairs only if there is nothing else.
    texts.sort(key=lambda name: -wordy[name])
    if len(texts) >= 2 and wordy[texts[0]] >= 4 * wordy[texts[1]]:
        return Columns(names, text=texts[0], title=title if title != texts[0] else None)
    if len(names) == 2 and len(texts) == 2:
        return Columns(names, prompt=names[0], completion=names[1])
    return Columns(names, title=title)


def table_rows(source: Source, delimiter: str, names: Sequence[str], header: bool) -> Iterator[dict[str, str]]:
    """The rows of a csv, streamed; missing cells are empty, cells too many go on the last column."""
    csv.field_size_limit(CELL)
    text = (line + "\n" for line in lines(source))
    try:
        for i, row in enumerate(csv.reader(text, delimiter=delimiter)):
            if (i == 0 and header) or not row:
                continue
            cells = [*row, *[""] * (len(names) - len(row))]
            if len(cells) > len(names):
                cells[len(names) - 1 :] = [delimiter.join(cells[len(names) - 1 :])]
            yield dict(zip(names, cells, strict=True))
    except csv.Error as error:
        raise FileUnreadable(name=source.path.name, kind="csv_broken") from error


def json_rows(source: Source, name: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON list or of JSON lines. Raises FileUnreadable (`json_broken`) and FileTooLarge."""
    stream = (line for line in lines(source) if line.strip())
    first = next(stream, "").strip()
    if len(first) > JSON_LIMIT:
        raise FileTooLarge(name=name, bytes=source.bytes, limit=JSON_LIMIT)
    try:
        record = json.loads(first)
        # A whole file on its first line: a list, or an object that holds one.
        yield from _objects(record)
        for line in stream:
            yield from _objects(json.loads(line))
    except RecursionError as error:
        raise FileUnreadable(name=name, kind="json_broken") from error
    except ValueError:
        yield from _whole_json(source, name)


def _whole_json(source: Source, name: str) -> Iterator[dict[str, Any]]:
    if source.bytes > JSON_LIMIT:
        raise FileTooLarge(name=name, bytes=source.bytes, limit=JSON_LIMIT)
    try:
        record = json.loads("\n".join(lines(source)))
    except (ValueError, RecursionError) as error:
        raise FileUnreadable(name=name, kind="json_broken") from error
    yield from _objects(record)


def _objects(record: Any) -> Iterator[dict[str, Any]]:
    if isinstance(record, list):
        for item in record:
            yield from _objects(item)
    elif isinstance(record, dict):
        lists = [value for value in record.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
        if len(lists) == 1 and len(record) <= 3 and not _messages(record):
            yield from _objects(lists[0])
        else:
            yield record
    elif isinstance(record, str):
        yield {"text": record}


def _messages(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(who, what) of a conversation in the forms `messages` (role, content) and `conversations` (from, value)."""
    for key, who, what in (("messages", "role", "content"), ("conversations", "from", "value")):
        turns = record.get(key)
        if isinstance(turns, list) and turns and all(isinstance(t, dict) and who in t and what in t for t in turns):
            return [(str(t[who]), str(t[what])) for t in turns]
    return []


def chat_row(record: Mapping[str, Any]) -> Row | None:
    """A conversation as a row: all before the last answer is the prompt, the last answer the completion."""
    turns = [(who, what) for who, what in _messages(record) if who != "system"]
    if len(turns) < 2:
        return None
    before = turns[:-1]
    prompt = before[0][1] if len(before) == 1 else "\n".join(f"{who}: {what}" for who, what in before)
    return Row(prompt=prompt, completion=turns[-1][1])


def row_of(record: Mapping[str, Any], columns: Columns) -> Row:
    """A record as a row of its data set; without a text column, every cell with its name."""
    cells = {name: _cell(record.get(name)) for name in columns.names}
    title = (cells.get(columns.title or "") or "").strip() or None
    if columns.prompt and columns.completion:
        return Row(prompt=cells[columns.prompt].strip(), completion=cells[columns.completion].strip(), title=title)
    if columns.text:
        return Row(text=cells[columns.text].strip(), title=title)
    return Row(
        text="\n".join(f"{name}: {value.strip()}" for name, value in cells.items() if value.strip()), title=title
    )


def shape_of_columns(columns: Columns, verse: bool) -> Shape:
    if columns.prompt and columns.completion:
        return "pairs"
    return ("verse" if verse else "prose") if columns.text else "table"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _number(cell: str) -> bool:
    return bool(cell.strip()) and not any(c.isalpha() for c in cell) and any(c.isdigit() for c in cell)


def _mostly_numbers(rows: Iterable[Mapping[str, str]], name: str) -> bool:
    values = [row.get(name) or "" for row in rows]
    return sum(map(_number, values)) > 0.5 * len(values)

"""Tables: finding the delimiter, the columns, the one that holds the text, and the rows."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import mean
from typing import Any, NamedTuple

from skills.errors import BadInput, FileUnreadable
from skills.reading.indents import dedented
from skills.reading.read import TextSource, lines
from skills.texts import sentences
from skills.texts.normalize import fold_word
from skills.texts.sentences import words
from skills.workspace import Row, Shape

DELIMITERS = (",", ";", "\t", "|")
CELL = 64_000_000
EVEN = 0.6
"""Share of the rows of a file that calls itself a table that must have the same number of cells."""

PROMPT_NAMES = sentences.names("prompt question pregunta instruction instruccion consigna input entrada front frente")
ANSWER_NAMES = sentences.names(
    "completion answer respuesta response output salida back dorso target summary resumen reply"
)
TEXT_NAMES = sentences.names(
    "text texto samples sample content contenido body cuerpo verso verse poema poem estrofa stanza cuento story "
    "frase sentence mensaje message comentario comment review opinion nota document documento cita quote"
)
VERSE_NAMES = sentences.names("verso versos verse line linea poema poem estrofa stanza copla haiku")
INSTRUCTION_NAMES = sentences.names("instruction instruccion consigna")
CONTEXT_NAMES = sentences.names("input entrada context contexto")
"""What an instruction is about, in the usual three columns: it belongs to the prompt."""
TITLE_NAMES = sentences.names("title titulo nombre name heading encabezado")


class Columns(NamedTuple):
    """How the columns of a table are understood. `text` alone, or `prompt` and `completion`, or none: a table."""

    names: tuple[str, ...]
    text: str | None = None
    prompt: str | None = None
    completion: str | None = None
    title: str | None = None
    context: str | None = None


def sniff(head: str, hint: bool) -> str | None:
    """The delimiter of a table, or None if the text is no table. `hint`: the file's name says that it is one.

    Each candidate is tried with a real csv parser; the best gives nearly all rows the same number of fields, the
    more fields the better. With the hint a few rows may be uneven (a quote that was forgotten), as long as the first
    one, which names the columns, is not. A table of one column counts only with the hint.
    """
    best: tuple[float, int, str] | None = None
    lines = head.strip().split("\n")
    # The rows of a table have no blank lines between them, paragraphs have.
    apart = sum(not line.strip() for line in lines) > 0.2 * len(lines)
    for delimiter in DELIMITERS:
        rows = [row for row in parse_head(head, delimiter) if row]
        sizes = [len(row) for row in rows]
        if len(sizes) < 2 or _sentences(rows, hint):
            continue
        (modal, times), *_ = Counter(sizes).most_common(1)
        share = times / len(sizes)
        single = modal == 1 and hint and delimiter in ",;" and share == 1.0 and not apart
        sure = hint or (modal >= 3 and len(sizes) >= 3) or (delimiter == "\t" and len(sizes) >= 3)
        if single or (modal >= 2 and sure and share >= (EVEN if hint else 1.0) and sizes[0] == modal):
            found = (share if modal > 1 else 0.0, modal, delimiter)
            best = max(best, found, key=lambda f: f[:2]) if best else found
    return best[2] if best else None


def _sentences(rows: Sequence[Sequence[str]], hint: bool) -> bool:
    """Are the cells pieces of sentences? Commas in prose are followed by a space, those of a table hardly ever.

    A file that calls itself a table may be written so, if its first row could be names.
    """
    inner = [cell for row in rows for cell in row[1:]]
    spaced = sum(cell.startswith(" ") for cell in inner) > 0.5 * len(inner) if inner else False
    return spaced and not (hint and all(len(words(cell)) <= 4 for cell in rows[0]))


def parse_head(text: str, delimiter: str) -> list[list[str]]:
    """Rows of the head, the last left out when it may be cut in the middle (an odd number of quotes)."""
    csv.field_size_limit(CELL)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return rows[:-1] if text.count('"') % 2 and len(rows) > 1 else rows


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Is the first row made of names? Names are short, not numbers, not repeated, and not like what is below."""
    # What pandas writes for an index has no name.
    first = [cell.strip() for cell in rows[0]]
    first = first[1:] if len(first) > 2 and not first[0] else first
    rows = [row[-len(first) :] for row in rows]
    if not all(first) or len(set(first)) < len(first) or any(_number(cell) for cell in first):
        return False
    if any(fold_word(cell) in PROMPT_NAMES | ANSWER_NAMES | TEXT_NAMES | TITLE_NAMES for cell in first):
        return True
    if any(len(words(cell)) > 4 or len(cell) > 40 for cell in first):
        return False
    below = [row for row in rows[1:200] if len(row) == len(first)]
    for i, cell in enumerate(first):
        values = [row[i].strip() for row in below]
        if values and (sum(map(_number, values)) > 0.8 * len(values) or mean(map(len, values)) > 3 * len(cell)):
            return True
    return len(first) > 1 and all(cell not in {row[i].strip() for row in below} for i, cell in enumerate(first))


def distinct(header: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns; one without a name is called by its number."""
    return tuple(cell.strip() or str(i) for i, cell in enumerate(header, start=1))


def chosen_columns(
    names: Sequence[str], text: str | None, prompt: str | None = None, completion: str | None = None
) -> Columns | None:
    """The columns that the learner named, None if none was. Raises BadInput if one does not exist."""
    names = tuple(names)
    known = {fold_word(name): name for name in names}
    asked = {"text_column": text, "prompt_column": prompt, "completion_column": completion}
    for field, name in asked.items():
        if name is not None and fold_word(name) not in known:
            raise BadInput(name=field, problem=", ".join(names))
    found = [known[fold_word(name)] if name is not None else None for name in asked.values()]
    if not any(found):
        return None
    title = next((known[n] for n in known if n in TITLE_NAMES and known[n] not in found), None)
    return Columns(names, text=found[0], prompt=found[1], completion=found[2], title=title)


def columns_of(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Columns:
    """Which columns hold what, by their names and by what is in them."""
    names = tuple(names)
    known = {fold_word(name): name for name in names}
    title = next((known[n] for n in known if n in TITLE_NAMES), None)
    prompt = next((known[n] for n in known if n in PROMPT_NAMES), None)
    completion = next((known[n] for n in known if n in ANSWER_NAMES), None)
    wordy = {name: mean([len(words(row.get(name) or "")) for row in rows] or [0]) for name in names}
    source = next((known[n] for n in known if n in TEXT_NAMES), None)
    if completion and (prompt or source):
        instruction = next((known[n] for n in known if n in INSTRUCTION_NAMES), None)
        context = next((known[n] for n in known if n in CONTEXT_NAMES and known[n] != instruction), None)
        asked = (instruction if context else None) or prompt or source
        return Columns(names, None, asked, completion, title, context if instruction else None)
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


def wordy_columns(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> list[str]:
    """The columns that may hold a text, the one with the longest cells first."""
    wordy = {name: mean([len(words(row.get(name) or "")) for row in rows] or [0]) for name in names}
    texts = [name for name in names if name and wordy[name] >= 1 and not _mostly_numbers(rows, name)]
    return sorted(texts, key=lambda name: -wordy[name])


def table_rows(
    source: TextSource,
    delimiter: str,
    names: Sequence[str],
    header: bool,
    name: str,
    uneven: Counter[str] | None = None,
) -> Iterator[dict[str, str]]:
    """The rows of a csv, streamed; missing cells are empty, cells too many go on the last column.

    Counts such rows in `uneven["uneven_rows"]`. Raises FileUnreadable (`csv_broken`).
    """
    csv.field_size_limit(CELL)
    text = (line + "\n" for line in lines(source))
    try:
        for i, row in enumerate(csv.reader(text, delimiter=delimiter)):
            if (i == 0 and header) or not row:
                continue
            if uneven is not None and len(row) != len(names):
                uneven["uneven_rows"] += 1
            cells = [*row, *[""] * (len(names) - len(row))]
            if len(cells) > len(names):
                cells[len(names) - 1 :] = [delimiter.join(cells[len(names) - 1 :])]
            yield dict(zip(names, cells, strict=True))
    except csv.Error as error:
        raise FileUnreadable(name=name, kind="csv_broken") from error


def row_of(record: Mapping[str, Any], columns: Columns) -> Row:
    """A record as a row of its data set; without a text column, every cell with its name."""
    cells = {name: _cell(record.get(name)) for name in columns.names}
    title = (cells.get(columns.title or "") or "").strip() or None
    if columns.prompt and columns.completion:
        context = cells[columns.context].strip() if columns.context else ""
        prompt = "\n".join(part for part in (_written(cells[columns.prompt]), context) if part)
        return Row(prompt=prompt, completion=_written(cells[columns.completion]), title=title)
    if columns.text:
        return Row(text=_written(cells[columns.text]), title=title)
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


def _written(cell: str) -> str:
    """A text without what is around it; each of several lines stays as far in as it stands, against the others."""
    return "\n".join(dedented(cell.split("\n"))).strip("\n") if "\n" in cell else cell.strip()


def _number(cell: str) -> bool:
    return bool(cell.strip()) and not any(c.isalpha() for c in cell) and any(c.isdigit() for c in cell)


def _mostly_numbers(rows: Iterable[Mapping[str, str]], name: str) -> bool:
    values = [row.get(name) or "" for row in rows]
    return sum(map(_number, values)) > 0.5 * len(values)

"""The columns of a table: which holds the text, which the title, what is asked and answered; a record as a row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from statistics import mean
from typing import Any, NamedTuple

from skills.errors import BadInput
from skills.reading.indents import dedented
from skills.reading.tags import plain
from skills.texts import sentences
from skills.texts.normalize import fold_word
from skills.texts.sentences import words
from skills.workspace import Row, Shape

PROMPT_NAMES = sentences.names(
    "prompt question pregunta instruction instruccion consigna input entrada front frente query input_text text_input"
)
ANSWER_NAMES = sentences.names(
    "completion answer respuesta response output salida back dorso target summary resumen reply chosen output_text"
)
TEXT_NAMES = sentences.names(
    "text texto samples sample content contenido body cuerpo verso verse poema poem estrofa stanza cuento story "
    "frase sentence mensaje message comentario comment review opinion nota document documento cita quote "
    "full_text caption tweet tuit post publicacion resena sharecommentary abstract"
) | {"my review", "mi resena", "full text", "tweet text", "post text"}
VERSE_NAMES = sentences.names("verso versos verse line linea poema poem estrofa stanza copla haiku")
INSTRUCTION_NAMES = sentences.names("instruction instruccion consigna")
CONTEXT_NAMES = sentences.names("input entrada context contexto")
"""What an instruction is about, in the usual three columns: it belongs to the prompt."""
PASSAGE_NAMES = sentences.names("context contexto")
"""What a question is about."""
WORSE_NAMES = sentences.names("rejected")
"""The answer that was judged the worse of two: it is not a text to learn from."""
ID_NAMES = sentences.names("id _id idx index indice")
TITLE_NAMES = sentences.names("title titulo nombre name heading encabezado")

NAMED = 4
"""Words up to which the name of a column is a name, and not a question to which it has the answers."""


class Columns(NamedTuple):
    """How the columns of a table are understood. `text` alone, or `prompt` and `completion`, or none: a table."""

    names: tuple[str, ...]
    text: str | None = None
    prompt: str | None = None
    completion: str | None = None
    title: str | None = None
    context: str | None = None


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
        passage = next((known[n] for n in known if n in PASSAGE_NAMES and known[n] != asked), None)
        return Columns(names, None, asked, completion, title, context if instruction else passage)
    if source and (wordy[source] >= 2 or len(names) == 1):
        return Columns(names, text=source, title=title)
    texts = [
        name for name in names
        if wordy[name] >= 3.5 and not _mostly_numbers(rows, name) and fold_word(name) not in WORSE_NAMES
    ]  # fmt: skip
    if len(names) == 1 or len(texts) == 1:
        only = texts[0] if texts else names[0]
        return Columns(names, text=only, title=title if title != only else None)
    # One column much longer than the others is the text; two alike are pairs only if there is nothing else, and if
    # they do not answer a question each.
    texts.sort(key=lambda name: -wordy[name])
    if len(texts) >= 2 and wordy[texts[0]] >= 4 * wordy[texts[1]]:
        return Columns(names, text=texts[0], title=title if title != texts[0] else None)
    named = [name for name in names if fold_word(name) not in ID_NAMES]
    asks = any(len(words(name)) > NAMED for name in named)
    if len(named) == 2 and len(texts) == 2 and not asks:
        return Columns(names, prompt=named[0], completion=named[1])
    return Columns(names, title=title)


def wordy_columns(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> list[str]:
    """The columns that may hold a text, the one with the longest cells first."""
    wordy = {name: mean([len(words(row.get(name) or "")) for row in rows] or [0]) for name in names}
    texts = [name for name in names if name and wordy[name] >= 1 and not _mostly_numbers(rows, name)]
    return sorted(texts, key=lambda name: -wordy[name])


def row_of(record: Mapping[str, Any], columns: Columns) -> Row:
    """A record as a row of its data set; without a text column, every cell with its name."""
    cells = {name: cell_text(record.get(name)) for name in columns.names}
    title = (cells.get(columns.title or "") or "").strip() or None
    if columns.prompt and columns.completion:
        context = cells[columns.context].strip() if columns.context else ""
        prompt = "\n".join(part for part in (_written(cells[columns.prompt]), context) if part)
        return Row(prompt=prompt, completion=_written(cells[columns.completion]), title=title)
    if columns.text:
        return Row(text=_written(plain(cells[columns.text])), title=title)
    return Row(
        text="\n".join(f"{name}: {plain(value).strip()}" for name, value in cells.items() if value.strip()), title=title
    )


def shape_of_columns(columns: Columns, verse: bool) -> Shape:
    if columns.prompt and columns.completion:
        return "pairs"
    return ("verse" if verse else "prose") if columns.text else "table"


def cell_text(value: Any) -> str:
    """A cell as it would be typed; nothing for what is no number."""
    if value is None or value != value or value in ([], {}):
        return ""
    if isinstance(value, tuple):  # the turns of a conversation
        return "\n".join(turn.content for turn in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _written(cell: str) -> str:
    """A text without what is around it; each of several lines stays as far in as it stands, against the others."""
    return "\n".join(dedented(cell.split("\n"))).strip("\n") if "\n" in cell else cell.strip()


def is_number(cell: str) -> bool:
    return bool(cell.strip()) and not any(c.isalpha() for c in cell) and any(c.isdigit() for c in cell)


def is_stamp(cell: str) -> bool:
    """A number, a date, an hour, an amount: more digits than letters, and no code such as A12."""
    code = cell[:1].isalpha() and " " not in cell
    return not code and sum(c.isdigit() for c in cell) > sum(c.isalpha() for c in cell)


def _mostly_numbers(rows: Iterable[Mapping[str, str]], name: str) -> bool:
    values = [row.get(name) or "" for row in rows]
    return sum(map(is_number, values)) > 0.5 * len(values)

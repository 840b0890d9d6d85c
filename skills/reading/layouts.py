"""How programs lay out data in JSON: lists, tables by columns or by rows, wrapped, nested; all become flat records."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from statistics import mean
from typing import Any

from skills.reading import annotated, notes_kept, social, tables, talks
from skills.reading.annotated import objects
from skills.reading.header import column_names, has_header, numbered
from skills.reading.json_text import Value
from skills.reading.left_out import LeftOut
from skills.reading.tables import cell_text
from skills.texts.normalize import fold_word
from skills.texts.sentences import words

Record = dict[str, Any]
PEEK = 200
"""Rows without names that are looked at to tell whether the first one has the names."""
WORDY = 12
"""Words from which a value is a text and not a mere fact about the others."""
TURNS = 1_000
"""Turns after which a conversation that nobody divided goes on as another one."""
NOTED = frozenset(("isTrashed", "creationDate"))
CONVERSATION_IDS = ("conversation_id", "thread_id", "session_id", "chat_id", "conversation", "thread")
ANSWERS = ("answers", "is_impossible", "plausible_answers")
SOME = 3
"""Words from which something in an object may be the text of a record that has none of its own."""
ANSWERED = tables.ANSWER_NAMES | tables.TEXT_NAMES
NAMES = tables.PROMPT_NAMES | tables.ANSWER_NAMES | tables.TEXT_NAMES | tables.TITLE_NAMES


def records(values: Iterable[Value], left: LeftOut) -> Iterator[Record]:
    """The records that the values of a JSON file hold, each with names and plain cells, or a conversation."""
    values = iter(values)
    first = list(itertools.islice(values, 2))
    if len(first) == 1 and not first[0].within:
        yield from _document(first[0].value, left)
        return
    values = itertools.chain(first, values)
    # Neighbours of one kind are taken together: single messages, rows without names, or records.
    for kind, group in itertools.groupby(values, key=_kind):
        if kind == "message":
            yield from _conversations(group)
        elif kind == "array":
            yield from _rows(value for value, _ in group)
        else:
            for value, _ in group:
                if isinstance(value, dict) and talks.is_flat(value) and value.keys().isdisjoint(NOTED) and value:
                    yield value
                else:
                    yield from _items(value, left)


def _kind(value: Value) -> str:
    found, within = value
    if isinstance(found, list):
        return "array" if found and not any(isinstance(item, list | dict) for item in found) else "list"
    # A list of quotations has authors as well; whoever speaks in turns is known by role, or says a `value`.
    sure = not within or (isinstance(found, dict) and ("author" in found or {"content", "value"}.isdisjoint(found)))
    return "message" if talks.is_message(found, sure) else "record"


def _conversations(messages: Iterable[Value]) -> Iterator[Record]:
    """Messages that come one by one, as conversations: by their number, or up to where the system speaks again."""
    said: list[Any] = []
    before: Any = None
    for message, within in messages:
        here = within, next((str(message[key]) for key in CONVERSATION_IDS if key in message), None)
        opens = talks.role_of(message) == "system" and any(talks.role_of(other) != "system" for other in said)
        if said and (here != before or opens or (len(said) >= TURNS and talks.role_of(message) == "user")):
            yield {"messages": said}
            said = []
        said.append(message)
        before = here
    if said:
        yield {"messages": said}


def _rows(arrays: Iterator[list[Any]]) -> Iterator[Record]:
    """Rows without names, as records; the first may have the names."""
    head = list(itertools.islice(arrays, PEEK))
    shown = [[cell_text(cell) for cell in row] for row in head]
    width = max(map(len, shown))
    if has_header(shown) and len(shown[0]) == width:
        names, head = numbered(column_names(shown, 1)), head[1:]
    else:
        names = tuple(str(i) for i in range(1, width + 1))
    for row in itertools.chain(head, arrays):
        named = dict(zip(names, row, strict=False))
        yield named if len(row) <= len(names) else named | {names[-1]: " ".join(map(cell_text, row[len(names) - 1 :]))}


# --- one value that is the whole file ---------------------------------------------------------------------------------


def _document(value: Any, left: LeftOut) -> Iterator[Record]:
    if isinstance(value, dict) and not talks.is_conversation(value):
        for layout in (_split, _served, _columns, _nested, _named_texts, _lists, _inside):
            if (found := layout(value, left)) is not None:
                yield from found
                return
    yield from _items(value, left)


def _split(value: Record, left: LeftOut) -> Iterator[Record] | None:
    """pandas' `split`, `tight` and `table`: names and rows apart."""
    data, columns, schema = value.get("data"), value.get("columns"), value.get("schema")
    if not isinstance(data, list):
        return None
    if isinstance(columns, list) and all(isinstance(row, list) for row in data):
        names = [cell_text(name) for name in columns]
        index = [cell_text(key) for key in value.get("index") or ()]
        rows = [dict(zip(names, row, strict=False)) for row in data]
        return iter(_labelled(index, rows) if len(index) == len(rows) else rows)
    if isinstance(schema, dict) and "fields" in schema and objects(data):
        return ({name: cell for name, cell in row.items() if name != "index"} for row in data)
    return None


def _served(value: Record, left: LeftOut) -> Iterator[Record] | None:
    """Rows as the data-set viewer of the model hub serves them: each in an object, with its number."""
    rows = value.get("rows")
    if objects(rows) and all(isinstance(row.get("row"), dict) for row in rows):
        _around({name: cell for name, cell in value.items() if name != "rows"}, left)
        return itertools.chain.from_iterable(_items(row["row"], left) for row in rows)
    return None


def _columns(value: Record, left: LeftOut) -> Iterator[Record] | None:
    """A list for each column."""
    lists = {name: cells for name, cells in value.items() if isinstance(cells, list)}
    others = {name: cell for name, cell in value.items() if name not in lists}
    (size, *sizes) = {len(cells) for cells in lists.values()} or {0}
    objects = any(isinstance(cell, dict) for cells in lists.values() for cell in cells)
    if sizes or not size or objects or _wordy(others) or (others and (len(lists) < 2 or size < 2)):
        return None
    if any(isinstance(cell, dict) for cell in others.values()):
        return None
    _around(others, left)
    rows = (dict(zip(lists, cells, strict=True)) for cells in zip(*lists.values(), strict=True))
    return itertools.chain.from_iterable(_items(row, left) for row in rows)


def _nested(value: Record, left: LeftOut) -> Iterator[Record] | None:
    """pandas' `columns` (name -> row -> cell) and `index` (row -> name -> cell): objects that have the same names."""
    if not value or not all(isinstance(inner, dict) and inner for inner in value.values()):
        return None
    outer, inner = list(value), list(next(iter(value.values())))
    shared = mean(len(set(inner) & set(other)) / len(set(inner) | set(other)) for other in value.values())
    named = _known(outer) and not _known(inner)
    if shared < 0.5 or (len(outer) == 1 and not (named or _numbered(inner) or _numbered(outer))):
        return None
    if _numbered(outer) or not (_numbered(inner) or named or (len(outer) <= len(inner) and not _known(inner))):
        rows = value
    else:
        keys = dict.fromkeys(itertools.chain.from_iterable(value.values()))
        rows = {key: {name: cells.get(key) for name, cells in value.items()} for key in keys}
    return itertools.chain.from_iterable(_items(row, left) for row in _labelled(list(rows), list(rows.values())))


def _labelled(keys: list[str], rows: list[Record]) -> list[Record]:
    """Rows with their names: titles, if they look like that, or mere marks; not if they are only numbers."""
    if not keys or _numbered(keys):
        return rows
    titles = sum(" " in key.strip() or key.isalpha() for key in keys) > 0.5 * len(keys)
    label = "title" if titles and not _known(rows[0], tables.TITLE_NAMES) else "index"
    return [{label: key} | row for key, row in zip(keys, rows, strict=True)]


def _named_texts(value: Record, left: LeftOut) -> Iterator[Record] | None:
    """Texts by their titles, or by number as pandas writes a column: no names of columns, but of texts."""
    if len(value) < 2 or not all(isinstance(text, str) for text in value.values()):
        return None
    if _numbered(value):
        return ({"text": text} for text in value.values())
    if len(value) < 4 or _known(value) or mean(len(words(text)) for text in value.values()) < 3.5:
        return None
    return ({"title": title, "text": text} for title, text in value.items())


def _lists(value: Record, left: LeftOut) -> Iterator[Record] | None:
    """Lists of objects among plain values about them: one list, or parts of one (`train` and `test`)."""
    lists = {name: items for name, items in value.items() if objects(items)}
    others = {name: cell for name, cell in value.items() if name not in lists}
    if not lists or _wordy(others):
        return None
    if "trashedNotes" in lists:  # Simplenote
        for note in lists.pop("trashedNotes"):
            left.leave("notes_trashed", cell_text(note.get("content")))
    main = max(lists, key=lambda name: _weight(lists[name])) if lists else ""
    alike = [name for name in lists if set(lists[name][0]) & set(lists[main][0]) >= set(list(lists[main][0])[:2])]
    _around(others | {name: f"({len(lists[name])})" for name in lists if name not in alike}, left)
    return records((Value(item, number) for number, name in enumerate(alike, 1) for item in lists[name]), left)


def _inside(value: Record, left: LeftOut) -> Iterator[Record] | None:
    """One object among plain values: what was asked for is in there (`data`, `response`)."""
    inner = [name for name, cell in value.items() if isinstance(cell, dict) and cell]
    others = {name: cell for name, cell in value.items() if name not in inner}
    if len(inner) != 1 or _wordy(others) or any(map(objects, others.values())):
        return None
    if not any(isinstance(cell, dict | list) for cell in value[inner[0]].values()):
        return None
    _around(others, left)
    return _document(value[inner[0]], left)


# --- a record ---------------------------------------------------------------------------------------------------------


def _items(value: Any, left: LeftOut) -> Iterator[Record]:
    """The records in a value that is one, holds some, or is a text."""
    if isinstance(value, str):
        yield {"text": value}
    elif isinstance(value, list):
        if talks.said(value):
            yield {"messages": value}
        elif value and all(isinstance(item, list) and not talks.said(item) for item in value):
            yield from _rows(iter(value))
        else:
            for item in value:
                yield from _items(item, left)
    elif isinstance(value, dict):
        yield from _record(value, left)


def _record(value: Record, left: LeftOut) -> Iterator[Record]:
    if notes_kept.is_keep_note(value):
        yield from notes_kept.keep_note(value, left)
    elif value.keys() >= notes_kept.DAY_ONE:
        yield from _flat(value | {"text": notes_kept.day(value, left)}, left)
    elif (value and talks.is_flat(value)) or talks.is_conversation(value):
        yield value
    elif isinstance(value.get("row"), dict) and "row_idx" in value:
        yield from _record(value["row"], left)
    elif (marked := annotated.marked(value)) is not None:
        yield from _items_of(marked, left)
    elif (posted := social.post(value, left)) is not None:
        yield from [posted] if posted else []
    elif objects(value.get("segments")) and all(annotated.is_segment(item) for item in value["segments"]):
        yield {"messages": annotated.segments(value["segments"])}
    elif isinstance(value.get("qas"), list):
        yield from _asked(value, left)
    elif isinstance(value.get("content"), dict) and "content_type" in value:  # Standard Notes
        yield from notes_kept.standard_note(value, left)
    else:
        yield from _items_of(value, left)


def _items_of(value: Record, left: LeftOut) -> Iterator[Record]:
    """The items of the only list of objects in a record that has no text of its own, or the record."""
    lists = [name for name, items in value.items() if name != "history" and objects(items)]
    around = {name: cell for name, cell in value.items() if name not in lists}
    # Requests and answers about what stands around them (`instances`), or texts among mere facts.
    asked = len(lists) == 1 and _known(value[lists[0]][0], tables.ANSWER_NAMES) and not _known(around, ANSWERED)
    plain = len(lists) == 1 and not _wordy(around) and not any(isinstance(cell, dict) for cell in around.values())
    if not asked and not plain:
        yield from _flat(value, left)
        return
    # What is said of all items of the list is said of each; of two titles, that of the item is its own.
    for item in value[lists[0]]:
        yield from _record({key: cell for key, cell in around.items() if cell not in ("", None)} | item, left)


def _flat(value: Record, left: LeftOut) -> Iterator[Record]:
    """A record with the object in it that has its text laid out; what is of the program that wrote it goes."""
    inner = {name: cell for name, cell in value.items() if isinstance(cell, dict) and cell}
    plain = {name: cell for name, cell in value.items() if name not in inner}
    told = [name for name, cell in inner.items() if len(inner) == 1 or _wordy(cell, SOME)]
    if len(told) == 1 and "answers" not in inner and not _wordy(plain):
        text = inner.pop(told[0])
        if any(isinstance(cell, str) for cell in text.values()):
            technical = inner | {name: cell for name, cell in plain.items() if inner and objects(cell)}
            _around(technical, left)
            around = {name: cell for name, cell in plain.items() if name not in technical}
            yield from _flat(around | text, left)  # `translation`, with a text for each language
            return
    if "answers" in value and "question" in value:
        value = _answered(value, left)
    elif inner and not _wordy(plain) and not _known(plain):
        value = _opened(value, left)
    if value:
        yield value


def _opened(value: Record, left: LeftOut) -> Record:
    """A record without a text of its own, with what is told in its objects as cells of its own; figures that come in
    heaps, as the outline of a place on a map, are nobody's words."""
    found: Record = {}
    for name, cell in value.items():
        if not isinstance(cell, dict):
            found[name] = cell
        elif talks.is_flat(cell) and cell.keys().isdisjoint(value) and cell.keys().isdisjoint(found):
            found |= cell
        elif any(_heap(inside) for inside in cell.values()):
            _around({name: cell}, left)
        else:
            found[name] = cell
    return found


def _heap(cell: Any) -> bool:
    """Is it figures and nothing else, one or many in others?"""
    return isinstance(cell, list) and bool(cell) and all(isinstance(item, int | float) or _heap(item) for item in cell)


def _asked(value: Record, left: LeftOut) -> Iterator[Record]:
    """A passage with the questions about it (SQuAD)."""
    around = {name: cell for name, cell in value.items() if name != "qas"}
    for asked in value["qas"]:
        if isinstance(asked, dict):
            yield from _flat(around | asked, left)


def _answered(value: Record, left: LeftOut) -> Record:
    """A question with a list of answers: the first is taken, others say the same anew. {} if there is none."""
    given = value["answers"]
    texts = given.get("text") if isinstance(given, dict) else given
    texts = texts if isinstance(texts, list) else [texts]
    texts = [text.get("text") if isinstance(text, dict) else text for text in texts]
    said = list(dict.fromkeys(text.strip() for text in texts if isinstance(text, str) and text.strip()))
    question = cell_text(value["question"])
    if not said:
        left.leave("unanswered", question)
        return {}
    for other in said[1:]:
        left.leave("other_answers", other)
    return {name: cell for name, cell in value.items() if name not in ANSWERS} | {"answer": said[0]}


# --- cells ------------------------------------------------------------------------------------------------------------


def _weight(items: list[Record]) -> int:
    """How much text a list of objects holds, by its beginning."""
    return sum(len(cell) for item in items[:PEEK] for cell in item.values() if isinstance(cell, str | list))


def _wordy(cells: Mapping[str, Any], least: int = WORDY) -> bool:
    return any(isinstance(cell, str) and len(words(cell)) >= least for cell in cells.values())


def _numbered(names: Iterable[str]) -> bool:
    return all(name.strip().isdecimal() for name in names)


def _known(names: Iterable[str], known: frozenset[str] = NAMES) -> bool:
    return any(fold_word(name) in known for name in names)


def _around(others: Mapping[str, Any], left: LeftOut) -> None:
    """What stands around the records and is about all of them."""
    for name, cell in others.items():
        if cell_text(cell):
            left.leave("json_around", f"{name}: {cell_text(cell)}")

"""JSON and JSON lines: the objects in them, and the conversations that an object may be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from skills.errors import FileTooLarge, FileUnreadable
from skills.reading.read import TextSource, lines
from skills.texts.sentences import names
from skills.workspace import Row, Turn

JSON_LIMIT = 64_000_000
"""A JSON list is read whole and takes ten times its size in memory; JSON lines are not limited so."""

SYSTEM = names("system sistema developer")
USER = names("user human usuario humano persona")
ASSISTANT = names("assistant gpt bot model asistente ai chatgpt bard")
FORMS = (("role", "content"), ("from", "value"), ("role", "value"), ("from", "content"))
KEYS = ("messages", "conversations", "conversation", "turns")


def json_rows(source: TextSource, name: str) -> Iterator[dict[str, Any]]:
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


def _whole_json(source: TextSource, name: str) -> Iterator[dict[str, Any]]:
    if source.bytes > JSON_LIMIT:
        raise FileTooLarge(name=name, bytes=source.bytes, limit=JSON_LIMIT)
    try:
        record = json.loads("\n".join(lines(source)))
    except (ValueError, RecursionError) as error:
        raise FileUnreadable(name=name, kind="json_broken") from error
    yield from _objects(record)


def _objects(record: Any) -> Iterator[dict[str, Any]]:
    if isinstance(record, list):
        if _said(record):
            yield {"messages": record}
            return
        for item in record:
            yield from _objects(item)
    elif isinstance(record, dict):
        lists = [value for value in record.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
        if len(lists) == 1 and len(record) <= 3 and not turns_of(record):
            yield from _objects(lists[0])
        else:
            yield record
    elif isinstance(record, str):
        yield {"text": record}


def turns_of(record: Mapping[str, Any]) -> tuple[Turn, ...]:
    """A conversation in the forms `messages` (role, content) and `conversations` (from, value); empty if none.

    Somebody who is neither system, person nor model is taken for whoever's turn it is.
    """
    said = next((found for key in KEYS if (found := _said(record.get(key)))), [])
    turns: list[Turn] = []
    for who, what in said:
        before = turns[-1].role if turns else "assistant"
        role: Literal["system", "user", "assistant"] = "assistant" if before == "user" else "user"
        role = "system" if who in SYSTEM else "user" if who in USER else "assistant" if who in ASSISTANT else role
        if what.strip():
            turns.append(Turn(role=role, content=what.strip()))
    return tuple(turns)


def _said(turns: Any) -> list[tuple[str, str]]:
    """(who, what) of each turn, empty if `turns` is no conversation."""
    if not isinstance(turns, list) or not turns:
        return []
    for who, what in FORMS:
        if all(isinstance(turn, dict) and who in turn and what in turn for turn in turns):
            return [(str(turn[who]).strip().casefold(), _plain(turn[what])) for turn in turns]
    return []


def _plain(content: Any) -> str:
    """The words of a turn, also where they are a list of pieces with a type."""
    if isinstance(content, list):
        pieces = (piece.get("text") for piece in content if isinstance(piece, dict))
        return "\n".join(piece for piece in pieces if isinstance(piece, str))
    return "" if content is None else str(content)


def chat_row(record: Mapping[str, Any]) -> Row | None:
    """A conversation as a row, every turn with who said it; None if fewer than two were said besides the system's."""
    turns = turns_of(record)
    return Row(turns=turns) if sum(turn.role != "system" for turn in turns) >= 2 else None

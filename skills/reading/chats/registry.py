"""Which program exported a chat: the one list of those that are known, each asked whether it wrote a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from skills.reading.chats import assistants, calls, discord, imessage, meta, sheets, simple, slack, telegram, whatsapp
from skills.reading.chats.program import JsonProgram, Reader, Recogniser
from skills.reading.json_text import JSON_LIMIT
from skills.reading.left_out import LeftOut
from skills.reading.part import Part
from skills.reading.read import TextSource, head_text, lines
from skills.reading.said import Chat, Talk

TEXTS: tuple[Recogniser, ...] = (whatsapp.reader, discord.reader, telegram.reader, imessage.reader, calls.reader)
JSONS: tuple[JsonProgram, ...] = (
    telegram.PROGRAM, meta.PROGRAM, discord.PROGRAM, slack.PROGRAM, assistants.PROGRAM, simple.PROGRAM,
)  # fmt: skip


def heard(part: Part) -> Part:
    """The part, and the chat that it is if a program that is known wrote it."""
    if part.chat is not None:
        return part
    head = head_text(part.source)
    if part.kind == "table":
        return replace(part, chat=sheets.chat_of(part, head))
    if part.kind == "any" and head.lstrip("\ufeff \t\n")[:1] in ("{", "["):
        data = loaded(part.source, head)
        if data is not None and (program := program_of(data)) is not None:
            return replace(part, chat=exported(program, [data]))
    written = head.split("\n")
    reader = next((found for program in TEXTS if (found := program(written)) is not None), None)
    if reader is not None:
        return replace(part, chat=_written(reader, part.source))
    return replace(part, chat=sheets.chat_of(part, head)) if part.kind == "any" else part


def _written(reader: Reader, source: TextSource) -> Chat:
    def talks(left: LeftOut) -> Iterator[Talk]:
        yield Talk(None, reader(lines(source), left))

    return Chat(talks, running=True)


def exported(program: JsonProgram, files: Sequence[Any], title: str | None = None) -> Chat:
    return Chat(lambda left: program.talks(files, left, title), roles=program.roles)


def program_of(data: Any) -> JsonProgram | None:
    return next((program for program in JSONS if program.knows(data)), None)


def loaded(source: TextSource, head: str) -> Any:
    """What is in a file of JSON that may be a chat; None if it is none, too large or broken."""
    if source.bytes > JSON_LIMIT or not any(f'"{cue}"' in head for program in JSONS for cue in program.cues):
        return None
    text = "\n".join(lines(source))
    try:
        return json.loads(text)
    except RecursionError:
        return None
    except ValueError:
        return _by_lines(text) if any(f'"{key}"' in head for key in simple.SENT) else None


def _by_lines(text: str) -> Any:
    """Messages one after the other, an object a line, as signal-export writes them; None if this is something else."""
    try:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError):
        return None

"""The zip files in which programs hand over chats: which of the files in them are chats, and which are parts of one."""

from __future__ import annotations

import itertools
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from skills.errors import FileTooLarge, UserError
from skills.reading.chats import pages
from skills.reading.chats.program import JsonProgram
from skills.reading.chats.registry import heard, program_of
from skills.reading.formats.packed import UNPACKED, archive, natural, shown_name, stream
from skills.reading.json_text import JSON_LIMIT
from skills.reading.left_out import LeftOut
from skills.reading.part import Part, fresh
from skills.reading.read import TextSource, examine
from skills.reading.said import Chat, Talk

CHATS = re.compile(
    r"(?:^|/)(?:message_\d+\.(?:json|html)|messages\d*\.html|(?:result|messages|conversations(?:-\d+)?)\.json"
    r"|\d{4}-\d{2}-\d{2}\.json|_chat\.txt|[^/]*whatsapp[^/]*\.txt)$",
    re.IGNORECASE,
)
"""Files in which Facebook, Instagram, Telegram, ChatGPT, Claude, Google, Slack and WhatsApp put what was said."""
PEOPLE = re.compile(r"(?:^|/)users\.json$")
"""Who is who in Slack's messages."""
TOLD = 5
"""Names of files left out that are told."""


class Member(NamedTuple):
    """A file of the zip, copied: `inner` is its path in it."""

    path: Path
    inner: PurePosixPath


def read(path: Path, name: str, folder: Path) -> list[Part] | None:
    """The chats of an export as one part; None if the zip is none."""
    with archive(path, name, "archive") as opened:
        files = [info for info in opened.infolist() if not info.is_dir() and "__MACOSX" not in info.filename]
        wanted = [info for info in files if CHATS.search(info.filename)]
        if not wanted:
            return None
        if wanted[0].filename.casefold().endswith(".txt") and len(wanted) < sum(map(_is_text, files)):
            return None  # somebody's own collection, with a chat among the rest
        people = [info for info in files if PEOPLE.search(info.filename)]
        wanted.sort(key=lambda info: (_place(info)[0], natural(PurePosixPath(info.filename).stem)))
        members = list(_copied(opened, wanted, name, folder))
        known = list(_copied(opened, people, name, folder))
    places = itertools.groupby(zip(wanted, members, strict=True), key=lambda pair: _place(pair[0]))
    found = [_chat([member for _, member in group], known) for _, group in places]
    chats = [chat for chat in found if chat is not None]
    chats = [chat for chat in chats if chat.roles == chats[0].roles]
    if not chats:
        return None
    source = TextSource(path, sum(member.path.stat().st_size for member in members), "utf-8", "utf-8", ())
    others = [shown_name(info) for info in files if info not in wanted and info not in people]
    told = ", ".join(others[:TOLD]) + (" …" if len(others) > TOLD else "")
    whole = Chat(lambda left: (talk for chat in chats for talk in chat.talks(left)), roles=chats[0].roles)
    return [Part(source, name, facts={"left_out": len(others), "left_out_names": told} if others else {}, chat=whole)]


def _place(info: zipfile.ZipInfo) -> tuple[str, str]:
    """What the parts of one chat have in common: the folder and the kind of file; each text is a chat of its own."""
    inner = PurePosixPath(info.filename)
    return str(inner.parent), inner.name if _is_text(info) else inner.suffix.casefold()


def _is_text(info: zipfile.ZipInfo) -> bool:
    return info.filename.casefold().endswith((".txt", ".md"))


def _copied(opened: zipfile.ZipFile, infos: Sequence[zipfile.ZipInfo], name: str, folder: Path) -> Iterator[Member]:
    left = UNPACKED
    for info in infos:
        copy = fresh(folder)
        with copy.open("wb") as file:
            for chunk in stream(opened, info, name, left):
                left -= len(chunk)
                file.write(chunk)
        yield Member(copy, PurePosixPath(info.filename))


def _chat(members: Sequence[Member], people: Sequence[Member]) -> Chat | None:
    """The chat that the files of one folder are; None if they are none."""
    kind, called = members[0].inner.suffix.casefold(), members[0].inner
    if kind == ".html":
        return pages.chat_of([member.path for member in members])
    if kind == ".txt":
        try:
            chat = heard(Part(examine(members[0].path, called.name), called.name)).chat
        except UserError:
            return None
        return chat and replace(chat, talks=partial(_entitled, chat, called.stem))
    program = program_of(_loaded(members[0]))
    return _exported(program, [*people, *members], members[0].inner.parent.name) if program is not None else None


def _entitled(chat: Chat, title: str, left: LeftOut) -> Iterator[Talk]:
    return (talk._replace(title=title) for talk in chat.talks(left))


def _exported(program: JsonProgram, members: Sequence[Member], title: str) -> Chat:
    """Loaded when its turn comes, so that no more than one conversation is in memory."""
    return Chat(lambda left: program.talks(list(map(_loaded, members)), left, title or None), roles=program.roles)


def _loaded(member: Member) -> Any:
    """What is in a file of JSON, None if it is broken. Raises FileTooLarge."""
    if (size := member.path.stat().st_size) > JSON_LIMIT:
        raise FileTooLarge(name=member.inner.name, bytes=size, limit=JSON_LIMIT)
    try:
        return json.loads(member.path.read_bytes())
    except (ValueError, RecursionError):
        return None

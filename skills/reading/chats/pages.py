"""Chats that were saved as web pages: Telegram's messages.html, and what Facebook and Instagram let people download."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from skills.reading.chats.program import in_time
from skills.reading.left_out import LeftOut
from skills.reading.said import Chat, Said, Talk
from skills.reading.stamps import WHEN, Clock

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

LIMIT = 40_000_000
"""Bytes of a page: its tree takes about ten times as much memory."""
HEAD = 65_536
TELEGRAM = re.compile(rb'class="message (?:default|service)')
META = re.compile(rb'class="[^"]{0,80}\buiBoxWhite noborder"')
DAY = re.compile(WHEN)
SPACES = re.compile(r"\s+")


def chat_of(paths: Sequence[Path]) -> Chat | None:
    """The chat in a page, or in several that are parts of one; None if no program that is known wrote it."""
    with paths[0].open("rb") as file:
        head = file.read(HEAD)
    said = _telegram if TELEGRAM.search(head) else _meta if META.search(head) else None
    if said is None or any(path.stat().st_size > LIMIT for path in paths):
        return None
    return Chat(lambda left: [_talk(paths, said, left)])


def _talk(paths: Sequence[Path], read: Callable[[Element, LeftOut], Iterator[Said]], left: LeftOut) -> Talk:
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    roots = [html.document_fromstring(path.read_bytes(), parser=parser) for path in paths]
    title = next((words for root in roots for node in root.iter("title", "h1") if (words := _words(node))), None)
    head = next((words for root in roots for node in _of_class(root, "page_header") if (words := _words(node))), None)
    return Talk(head or title, in_time(said for root in roots for said in read(root, left)))


def _telegram(root: Element, left: LeftOut) -> Iterator[Said]:
    """What follows on a message of the same writer has no name of its own."""
    messages = list(_of_class(root, "message"))
    stamps = [
        next((str(node.get("title")) for node in _of_class(one, "date") if node.get("title")), "") for one in messages
    ]
    clock = Clock(found["day"] for stamp in stamps if (found := DAY.match(stamp)))
    who: str | None = None
    for message, stamp in zip(messages, stamps, strict=True):
        if "service" in str(message.get("class")).split():
            left.leave("chat_notices", _words(message))
            continue
        left.leave("chat_stamps", stamp)
        who = next((_words(name) for name in _of_class(message, "from_name")), who)
        if next(_of_class(message, "media_wrap"), None) is not None:
            left.leave("chat_media", "media")
        found = DAY.match(stamp)
        for node in _of_class(message, "text"):
            if text := _words(node):
                yield Said(who, text, clock.at(found) if found else None)


def _meta(root: Element, left: LeftOut) -> Iterator[Said]:
    """A box for each message: its writer, what it holds, and when."""
    boxes = [[child for child in box if isinstance(child.tag, str)] for box in _of_class(root, "noborder")]
    whole = [box for box in boxes if len(box) >= 3 and DAY.match(_words(box[-1]))]
    clock = Clock(found["day"] for box in whole if (found := DAY.match(_words(box[-1]))))
    for box in whole:
        left.leave("chat_stamps", _words(box[-1]))
        found = DAY.match(_words(box[-1]))
        if text := "\n".join(filter(None, map(_words, box[1:-1]))):
            yield Said(_words(box[0]) or None, text, clock.at(found) if found else None)
        else:
            left.leave("chat_media", "media")


def _of_class(node: Element, name: str) -> Iterator[Element]:
    for found in node.iter("div"):
        if name in str(found.get("class") or "").split():
            yield found


def _words(node: Element) -> str:
    """The words in a part of a page: lines end where its author ended them, not where the page's source does."""
    pieces: list[str] = []
    for event, part in _walk(node):
        if event == "start":
            pieces += ["\n" if part.tag in ("br", "div", "li") else "", SPACES.sub(" ", part.text or "")]
        elif part is not node:
            pieces.append(SPACES.sub(" ", part.tail or ""))
    lines = (line.strip() for line in "".join(pieces).split("\n"))
    return "\n".join(lines).strip("\n")


def _walk(node: Element) -> Iterator[tuple[str, Element]]:
    from lxml import etree

    return iter(etree.iterwalk(node, events=("start", "end")))

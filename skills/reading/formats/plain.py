"""Plain text: what programs put around and between the words of its author is left out, and kept apart."""

from __future__ import annotations

from pathlib import Path, PurePath

from skills.reading.broken_utf8 import slips
from skills.reading.chats.registry import heard
from skills.reading.delimited import is_framed
from skills.reading.formats import clippings, gutenberg, line_numbers, markdown, paged, subtitles, underlined
from skills.reading.part import Part
from skills.reading.read import examine, head_text

STEPS = (gutenberg.unframed, markdown.shown, underlined.headed, paged.unpaged, line_numbers.unnumbered)
"""In this order: what stands around a text hides what is in it."""
DATA = (".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson")
"""Endings of files that are no running text: nothing in them is looked for."""


def read(path: Path, name: str, folder: Path) -> list[Part]:
    source = examine(path, name)
    part = Part(source, name, facts=slips(source.path, source.encoding))
    if PurePath(name).suffix.casefold() in DATA or is_framed(head_text(source)):
        return [part]
    if (chat := heard(part)).chat is not None:
        return [chat]
    if (marked := clippings.clippings(part, folder)) is not None:
        return marked
    if (spoken := subtitles.said(part, folder)) is not None:
        return [spoken]
    for without in STEPS:
        part = without(part, folder)
    return [part]

"""Personal data in a text: every finder, and what they find without overlaps."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skills.pii.addresses import addresses
from skills.pii.documents import documents
from skills.pii.find import Find, without_overlaps
from skills.pii.forms import accounts, aliases, births, labelled, machines, mails, plates, users
from skills.pii.identity import identities
from skills.pii.names import People, names_in
from skills.pii.passwords import passwords
from skills.pii.phones import phones
from skills.workspace import Row

DIGIT = re.compile(r"\d")
LONG = re.compile(r"\d(?:[ ().\-–]{0,2}\d){5}")
"""Six figures in one number, the fewest of an account, a document or a telephone."""


def scan(text: str, people: People | None = None) -> list[Find]:
    """All that looks like personal data in `text`, in order; `people` as learnt from the whole data set."""
    parts = people.everywhere.find(text) if people else ()
    return without_overlaps([*forms(text), *names_in(text, people), *parts])


def forms(text: str) -> Iterator[Find]:
    """What is recognised without a list of names. Texts without a figure are passed over quickly."""
    yield from mails(text)
    yield from users(text)
    yield from aliases(text)
    yield from passwords(text)
    if DIGIT.search(text):
        if LONG.search(text):
            yield from accounts(text)
            yield from labelled(text)
            yield from documents(text)
            yield from identities(text)
            yield from phones(text)
        yield from machines(text)
        yield from plates(text)
        yield from births(text)
        yield from addresses(text)


def parts(row: Row) -> Iterator[tuple[str, str]]:
    """The texts of a row, with the name of each: `title`, `text`, `prompt`, `completion`, `turns.0`, ..."""
    for name in ("title", "text", "prompt", "completion"):
        if text := getattr(row, name):
            yield name, text
    for number, turn in enumerate(row.turns or ()):
        if turn.content:
            yield f"turns.{number}", turn.content

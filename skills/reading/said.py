"""A chat as its readers give it: conversations of messages, each with who wrote it, its words and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from skills.reading.left_out import LeftOut

SYSTEM: Literal["system"] = "system"
USER: Literal["user"] = "user"
ASSISTANT: Literal["assistant"] = "assistant"


class Said(NamedTuple):
    """A message. `who` is None where nobody is named; `at`: seconds, counted from whatever the chat counts from."""

    who: str | None
    text: str
    at: float | None = None


class Talk(NamedTuple):
    """A conversation, in the order of time; `title`: where the chat names it."""

    title: str | None
    said: Iterable[Said]


Talks = Callable[[LeftOut], Iterable[Talk]]
"""Reads a chat from its beginning, and tells what it leaves out."""


@dataclass(frozen=True)
class Chat:
    """`running`: its file is text, which can be read in other ways too. `roles`: a person and a program that answers;
    who speaks is then SYSTEM, USER or ASSISTANT."""

    talks: Talks
    running: bool = False
    roles: bool = False

"""What a program that exports chats says of itself here: how its files are known, and the messages in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from skills.reading.left_out import LeftOut
from skills.reading.said import Said, Talk

Reader = Callable[[Iterable[str], LeftOut], Iterator[Said]]
"""The messages in the lines of a text."""
Recogniser = Callable[[Sequence[str]], Reader | None]
"""How to read a text that begins with these lines; None if the program did not write them."""


class JsonProgram(NamedTuple):
    """`cues`: keys that stand near the beginning of its files; `knows`: whether it wrote what a file holds.

    `talks`: the conversations in one file, or in several that are parts of one; `title`: of these, where the files'
    folder is called so. `roles`: a person and a program that answers.
    """

    cues: tuple[str, ...]
    knows: Callable[[Any], bool]
    talks: Callable[[Sequence[Any], LeftOut, str | None], Iterator[Talk]]
    roles: bool = False


def in_time(said: Iterable[Said]) -> list[Said]:
    """The messages in the order of time; those of one moment as the file has them, whose newest may come first."""
    messages = list(said)
    times = [message.at for message in messages if message.at is not None]
    if len(times) > 1 and times[0] > times[-1]:
        messages.reverse()
    return sorted(messages, key=lambda message: message.at or 0.0) if len(times) == len(messages) else messages


def string(value: Any) -> str | None:
    """A name, an id or a title as a text; None if it is something else, or empty."""
    text = str(value).strip() if isinstance(value, str | int) else ""
    return text or None

"""One value of JSON that is not written as the standard wants, understood all the same where that is no guess.

Commas too many, comments, single quotes, names without quotes, Python's None and True. Slow: for what json refuses.
"""

from __future__ import annotations

import json
import re
from typing import Any

DEPTH = 60
SKIP = re.compile(r"(?:\s++|//[^\n]*+|#[^\n]*+|/\*.*?(?:\*/|\Z))*+", re.DOTALL)
STRINGS = {
    '"': re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL),
    "'": re.compile(r"'([^'\\]*(?:\\.[^'\\]*)*)'", re.DOTALL),
}
NUMBER = re.compile(r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")
NAME = re.compile(r"[^\W\d][\w$-]*")
WORDS = {
    "true": True, "True": True, "false": False, "False": False, "null": None, "None": None, "undefined": None,
    "NaN": None, "nan": None, "Infinity": None,
}  # fmt: skip
CLOSING = {"{": "}", "[": "]", "(": ")"}


class Wrong(ValueError):
    """What stands here is no value, however kindly it is read."""


class Unfinished(ValueError):
    """The text ends before the value does."""


def mended(text: str, start: int) -> tuple[Any, int]:
    """The value that begins at `start`, and where it ends. Raises Wrong and Unfinished."""
    return _value(text, _skip(text, start), 0)


def _skip(text: str, at: int) -> int:
    """The next place that is neither space nor comment. Raises Unfinished where there is none."""
    found = SKIP.match(text, at)
    at = found.end() if found else at
    if at >= len(text):
        raise Unfinished
    return at


def _value(text: str, at: int, depth: int) -> tuple[Any, int]:
    first = text[at]
    if depth > DEPTH:
        raise Wrong
    if first == "{":
        return _object(text, at + 1, depth + 1)
    if first in "[(":
        return _list(text, at + 1, CLOSING[first], depth + 1)
    if first in STRINGS:
        return _string(text, at)
    if number := NUMBER.match(text, at):
        return int(number[0]) if number[0].isdecimal() else float(number[0]), number.end()
    name = NAME.match(text, at)
    if name and name.end() == len(text):
        raise Unfinished
    if name and name[0] in WORDS:
        return WORDS[name[0]], name.end()
    raise Wrong


def _string(text: str, at: int) -> tuple[str, int]:
    quote = text[at]
    found = STRINGS[quote].match(text, at)
    if found is None:
        raise Unfinished
    inside = found[1]
    if quote == "'":
        inside = inside.replace("\\'", "'").replace('"', '\\"').replace('\\\\"', '\\"')
    try:
        return json.loads(f'"{inside}"', strict=False), found.end()
    except ValueError:
        return inside, found.end()


def _object(text: str, at: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while True:
        at = _skip(text, at)
        if text[at] == "}":
            return found, at + 1
        key, at = _string(text, at) if text[at] in STRINGS else _name(text, at)
        at = _skip(text, at)
        if text[at] != ":":
            raise Wrong
        found[key], at = _value(text, _skip(text, at + 1), depth)
        at = _after(text, at, "}")


def _list(text: str, at: int, closing: str, depth: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    while True:
        at = _skip(text, at)
        if text[at] == closing:
            return found, at + 1
        item, at = _value(text, at, depth)
        found.append(item)
        at = _after(text, at, closing + "{")


def _after(text: str, at: int, closing: str) -> int:
    """Past the comma after an item; none is needed before what closes, nor between objects."""
    at = _skip(text, at)
    if text[at] == ",":
        return at + 1
    if text[at] not in closing:
        raise Wrong
    return at


def _name(text: str, at: int) -> tuple[str, int]:
    name = NAME.match(text, at)
    if name is None:
        raise Wrong
    return name[0], name.end()

"""JSON as programs and people write it: value by value, in bounded memory; what is not well written is mended or named.

Read are: one value; one a line; values over several lines, one after the other; the items of a list, each by itself.
Mended: commas too many or forgotten, comments, single quotes, names without quotes, Python's None and True.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from skills.errors import FileTooLarge, FileUnreadable
from skills.reading.left_out import LONGEST, LeftOut
from skills.reading.lenient import Unfinished, Wrong, mended
from skills.reading.read import TextSource

JSON_LIMIT = 64_000_000
"""Characters of one value, which is read whole and takes ten times its size in memory. Lists are not limited so."""
CHUNK = 1 << 20
LENIENT = 4 << 20
"""Characters within which a value that is not well written must end to be mended."""
PARDONED = 20
"""Broken values before the end of the file is awaited no longer, if they are more than the others."""
NAMED = 5
"""Lines that are named."""
NEAR = 10
"""Characters from the end of the window within which an error may only mean that the window ends there."""
DECODER = json.JSONDecoder(strict=False)
BETWEEN = re.compile(r"[\s,;`\x1e\ufeff]*")
BEFORE = re.compile(r"\s*+(?:```\w*\n|(?:export default|(?:(?:var|let|const)\s+)?[A-Za-z_$][\w.$]*+\s*=))\s*+(?=[{\[])")
"""What a program of JavaScript, or a chat, writes before the value."""
LIST = re.compile(r"\[(?:\s++|//[^\n]*+|#[^\n]*+|/\*.*?(?:\*/|\Z))*+[{\[]", re.DOTALL)
"""The beginning of a list of objects or lists."""
COMMENT = re.compile(r"//[^\n]*|#[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
WRAPPED = re.compile(
    r'\{\s*(?:"[^"]{0,200}"\s*:\s*(?:"[^"]{0,2000}"|[\w.+-]{1,40})\s*,\s*){0,30}"[^"]{1,200}"\s*:\s*\[(?=\s*\{)'
)
"""An object that begins with a few plain values and a list of objects."""
KEY = re.compile(r"\{\s*[\"']?([^\W\d][\w -]{0,80})[\"']?\s*:")


class Value(NamedTuple):
    """A value; `within`: the number, from 1, of the list at the top that it is an item of, 0 for none."""

    value: Any
    within: int


def begins_json(text: str, hint: bool) -> bool:
    """Does the text begin with an object or a list? Where its name is a `hint` of JSON, after comments as well."""
    start = text.lstrip("\ufeff \t\r\n")
    if before := BEFORE.match(start):
        start = start[before.end() :]
    while hint and (comment := COMMENT.match(start)):
        start = start[comment.end() :].lstrip()
    return start[:1] in ("{", "[")


def values(source: TextSource, name: str, left: LeftOut) -> Iterator[Value]:
    """The values of a JSON file in order, those of a list at the top one by one.

    In `left` are what was broken, with its line, comments, and how many were mended. Raises FileUnreadable
    (`json_broken`) where more is broken than not, and FileTooLarge for a value that is more than JSON_LIMIT.
    """
    with source.path.open(encoding=source.encoding, errors="replace", newline=None) as file:
        yield from _Window(file, source, name, left).values()


class _Window:
    """A piece of the file: what stands before `at` was read. `line`: the number of its first line."""

    def __init__(self, file: IO[str], source: TextSource, name: str, left: LeftOut) -> None:
        self.file, self.source, self.name, self.left = file, source, name, left
        self.text, self.at, self.line, self.ended = "", 0, 1, False
        self.lists = self.within = 0
        self.wrapped = False
        self.good = 0
        self.broken: list[int] = []
        self.first = 0
        self.lined, self.fresh = True, True
        """Was every value alone on its line? Does the one to come begin one?"""

    def values(self) -> Iterator[Value]:
        self._more()
        if before := BEFORE.match(self.text):
            self.left.leave("json_around", before[0].strip("` \n="))
            self.at = before.end()
        while self._next():
            if self.text[self.at] in "[]}" and (self._opens() or self._closes()):
                continue
            try:
                value = self._decoded()
            except (Wrong, Unfinished) as error:
                self._pass_over(error)
                continue
            self.good += 1
            yield Value(value, self.within)
        if len(self.broken) > self.good or (self.first and not self.good):
            self._refuse()

    # --- where the next value begins

    def _more(self, size: int = CHUNK) -> bool:
        """Take more of the file into the window; False at its end."""
        chunk = self.file.read(size)
        self.line += self.text.count("\n", 0, self.at)
        self.text = self.text[self.at :] + chunk.replace("\0", "")
        self.at = 0
        self.ended = not chunk
        return not self.ended

    def _next(self) -> bool:
        """Go to the next thing that is neither space, comma nor comment; False if there is none."""
        self.fresh = not self.good and not self.broken
        while True:
            between = BETWEEN.match(self.text, self.at)
            assert between
            self.fresh = self.fresh or "\n" in between[0]
            self.at = between.end()
            if (comment := COMMENT.match(self.text, self.at)) is not None:
                if comment.end() == len(self.text) and self._more():
                    continue
                self.left.leave("json_comments", comment[0])
                self.at = comment.end()
            elif self.at < len(self.text):
                return True
            elif not self._more():
                return False

    def _opens(self) -> bool:
        """Is it a list at the top whose items are objects or lists? Then they are read one by one."""
        if self.within or self.text[self.at] != "[":
            return False
        if len(self.text) - self.at < NEAR:
            self._more()
        if LIST.match(self.text, self.at):
            self._go_in(self.at + 1)
        return bool(self.within)

    def _go_in(self, at: int) -> None:
        self.at = at
        self.lists += 1
        self.within = self.lists

    def _closes(self) -> bool:
        """Is it the end of the list at the top? What stands after a list in an object is not read."""
        if self.text[self.at] not in "]}":
            return False
        self.at += 1
        self.within = 0
        while self.wrapped:
            if around := self.text[self.at :].strip(" \t\n,}"):
                self.left.leave("json_around", around)
            self.at = len(self.text)
            self.wrapped = self._more()
        return True

    # --- the value

    def _decoded(self) -> Any:
        """The value that begins here. Raises Wrong and Unfinished, with the error that json found as their cause."""
        size = CHUNK
        while True:
            kindly = False
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
            except RecursionError as error:
                raise FileUnreadable(name=self.name, kind="json_broken", line=self._line(self.at)) from error
            except json.JSONDecodeError as error:
                unfinished = error.msg.startswith("Unterminated") or error.pos >= len(self.text) - NEAR
                if unfinished and not self.ended:
                    self._weigh()
                    self._more(size)
                    size *= 2
                    continue
                found = self._mended(error)
                if found is None:
                    continue
                (value, end), kindly = found, True
            if end < len(self.text) or self.ended:
                break
            self._more()
        self.lined = self.lined and (self.fresh or not self.good) and self.text.find("\n", self.at, end) < 0
        if kindly:
            self.left["json_mended"] += 1
        escaped = self.text.find("\\ud", self.at, end) >= 0 or self.text.find("\\uD", self.at, end) >= 0
        self.at = end
        return _sound(value) if escaped else value

    def _mended(self, error: json.JSONDecodeError) -> tuple[Any, int] | None:
        """The value read kindly, and its end; None if more of the file is wanted for that."""
        try:
            found = mended(self.text, self.at)
        except Unfinished:
            if not self.ended and len(self.text) - self.at < LENIENT:
                self._more()
                return None
            raise Unfinished from error
        except (Wrong, RecursionError):
            raise Wrong from error
        return found

    def _weigh(self) -> None:
        if len(self.text) - self.at > JSON_LIMIT:
            raise FileTooLarge(name=self.name, bytes=self.source.bytes, limit=JSON_LIMIT)

    # --- what is broken

    def _pass_over(self, error: Wrong | Unfinished) -> None:
        """Leave out what is broken and go to the next value, or into the list of an object that is broken or cut."""
        apart = self._one_a_line()
        wrapped = WRAPPED.match(self.text, self.at)
        if wrapped and not (self.good or self.within or apart):
            self.left.leave("json_around", self.text[self.at : wrapped.end()].strip(" {[\n"))
            self.wrapped = True
            self._go_in(wrapped.end())
            return
        cause = error.__cause__
        assert isinstance(cause, json.JSONDecodeError)
        begun, window = self.at, self.text
        place = begun if apart and "\n" in window[begun : cause.pos] else cause.pos
        line, column = self._line(place), place - window.rfind("\n", 0, place)
        self.first = self.first or line
        found = self._to_the_next(apart)
        piece = window[begun : self.at if self.text is window else begun + LONGEST]
        if isinstance(error, Unfinished) and not found:
            self.left.leave("json_cut", piece)
            self.left.note("json_cut_names", str(line))
        else:
            self._broken(line, piece, f"{cause.msg}: line {line} column {column}")

    def _broken(self, line: int, piece: str, error: str) -> None:
        """Leave out a value that is broken. Raises FileUnreadable if they come to be more than those that are not."""
        self.broken.append(line)
        self.left.leave("json_lines", piece)
        named = ", ".join(map(str, self.broken[:NAMED])) + (" …" if len(self.broken) > NAMED else "")
        self.left.note("json_lines_names", named)
        if len(self.broken) == 1:
            self.left.note("json_lines_error", error)
        if len(self.broken) > max(self.good, PARDONED):
            self._refuse()

    def _line(self, at: int) -> int:
        return self.line + self.text.count("\n", 0, at)

    def _one_a_line(self) -> bool:
        """Does every value stand alone on its line? Before the first is read, the next line tells."""
        if self.good:
            return self.lined and self.fresh
        end = self.text.find("\n", self.at)
        return end >= 0 and self.text[end:].lstrip()[:1] in ("{", "[")

    def _to_the_next(self, apart: bool) -> bool:
        """Go to where the next value seems to begin: the next line, or an object that begins as this one does."""
        key = KEY.match(self.text, self.at)
        start = "\n" if apart else rf"\{{\s*[\"']?{re.escape(key[1])}[\"']?\s*:" if key else r"\n\s*(?=[{\[])"
        pattern = re.compile(start)
        self.at += 1
        while not (found := pattern.search(self.text, self.at)):
            self.at = max(self.at, len(self.text) - LONGEST)
            if not self._more():
                self.at = len(self.text)
                return False
        self.at = found.start()
        return not apart or self._next()

    def _refuse(self) -> None:
        raise FileUnreadable(name=self.name, kind="json_broken", line=self.first)


def _sound(value: Any) -> Any:
    """A value without halves of characters, which no file can hold: such a half is a character that was not read."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_sound(item) for item in value]
    if isinstance(value, dict):
        return {_sound(key): _sound(item) for key, item in value.items()}
    return value

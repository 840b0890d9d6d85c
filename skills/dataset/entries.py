"""Pieces of a data set moved by hand: which are meant, left out, joined, cut in two, put back."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from skills.errors import UserError
from skills.texts.normalize import fold, fold_in_place
from skills.texts.sentences import count_words
from skills.workspace import Manifest, Row, Workspace, read_json

Sort = Literal["dates", "headings", "short"]
Side = Literal["below", "above"]
LEAVE_OUT, JOIN, CUT, PUT_BACK = "by_hand_leave_out", "by_hand_join", "by_hand_cut", "by_hand_put_back"
"""What the changes are called in a manifest."""
BY_HAND = frozenset({LEAVE_OUT, JOIN, CUT, PUT_BACK})
BETWEEN = "\n\n"
"""What stands between pieces that are joined: a paragraph's or a stanza's end."""
HEADING_WORDS, SHORT_WORDS = 9, 5
"""Words that a heading, and a date, has at most; below which a piece is short, unless it is said otherwise."""

MONTH = (
    r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|se[pt]tiembre|setiembre|octubre|noviembre|diciembre|january"
    r"|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:ene|feb|mar|abr|jun|jul|ago|sept?|oct|nov|dic|jan|apr|aug|dec)\.?)"
)
_DAY = (
    r"(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|(?:lun|mie|jue|vie|sab|dom|mon|tue|wed|thu|fri|sat|sun)\.)"
)
_NUMBER = r"(?:\d{1,4}(?:st|nd|rd|th|°|\.?o|ro|ero)?|primero)"
_TIME = r"(?:\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?: ?[ap]\.? ?m\.?)?(?: ?hs?\.?)?)"
DATE = re.compile(
    rf"(?:{_DAY}|{MONTH}|{_NUMBER}|{_TIME}|\d{{1,4}}[-/.]\d{{1,2}}(?:[-/.]\d{{1,4}})?|de|del|the|of|a|las|at|el)"
    rf"(?:[ ,.·|–—-]+|$)"
)
_TELLS = re.compile(rf"{_DAY}|{MONTH}|\d{{1,4}}[-/.]\d{{1,2}}(?:[-/.]\d{{1,4}})?")


class NoSuchEntry(UserError):
    """`name` of the data set, the `number` that it does not have, and how many pieces there are (`rows`)."""

    code = "no_such_entry"


class NothingMeant(UserError):
    """None of the pieces of `name` is what was asked for."""

    code = "nothing_meant"


class NotLeftOut(UserError):
    """No piece that had this `number` was left out of `name` by hand; `known`: the numbers of those that were."""

    code = "not_left_out"


class CannotJoin(UserError):
    """`name`; nothing stands beside the piece, or pairs of a question and its answer cannot be one."""

    code = "cannot_join"


class CannotCut(UserError):
    """`name`, `number`; the words where to cut are not in the piece, or it has no paragraph to cut at."""

    code = "cannot_cut"


def is_date(text: str) -> bool:
    """Whether a piece is nothing but a date: «Martes 3 de marzo de 1998», «12/03/2020», «March 3rd»."""
    plain = fold(text).strip(" .,:;#*_[]()")
    if not plain or "\n" in plain or len(plain.split()) > HEADING_WORDS or not _TELLS.search(plain):
        return False
    place = 0
    while place < len(plain):
        found = DATE.match(plain, place)
        if not found:
            return False
        place = found.end()
    return any(character.isdigit() for character in plain) or bool(re.fullmatch(rf"{_DAY}", plain))


def is_heading(text: str, below: str | None) -> bool:
    """Whether a piece seems to be the title of what stands below it: one short line that does not end a sentence."""
    plain = text.strip()
    if not plain or "\n" in plain or below is None or len(plain.split()) > HEADING_WORDS:
        return False
    return plain[-1] not in '.,;?!…»”"' and len(below) > 2 * len(plain)


def of_sort(rows: Sequence[Row], sort: Sort, words: int | None = None) -> list[int]:
    """Numbers, from 1, of the pieces of a sort: dates, headings, or shorter than `words`."""
    found = []
    for i, row in enumerate(rows):
        below = rows[i + 1].whole if i + 1 < len(rows) else None
        if sort == "dates":
            meant = row.text is not None and is_date(row.text)
        elif sort == "headings":
            meant = row.text is not None and is_heading(row.text, below)
        else:
            meant = count_words(row.whole) < (words or SHORT_WORDS)
        if meant:
            found.append(i + 1)
    return found


def holding(rows: Sequence[Row], said: str) -> list[int]:
    """Numbers, from 1, of the pieces that have these words, case and accents aside."""
    looked_for = " ".join(fold(said).split())
    return [i for i, row in enumerate(rows, start=1) if looked_for in " ".join(fold(row.whole).split())]


def leave_out(rows: Sequence[Row], numbers: Collection[int]) -> list[Row]:
    return [row for number, row in enumerate(rows, start=1) if number not in numbers]


def join(rows: Sequence[Row], groups: Sequence[Sequence[int]], name: str = "") -> list[Row]:
    """Each group of numbers as one piece, where its first one stood. Raises CannotJoin."""
    into = {number: group[0] for group in groups for number in group}
    joined = {group[0]: _one([rows[number - 1] for number in group], name) for group in groups}
    return [joined.get(number, row) for number, row in enumerate(rows, start=1) if into.get(number, number) == number]


def _one(rows: Sequence[Row], name: str) -> Row:
    title = next((row.title for row in rows if row.title), None)
    if all(row.turns is not None for row in rows):
        turns = tuple(turn for row in rows for turn in row.turns or ())
        return rows[0].model_copy(update={"turns": turns, "title": title})
    if any(row.text is None for row in rows):
        raise CannotJoin(name=name)
    text = BETWEEN.join((row.text or "").strip("\n") for row in rows)
    return rows[0].model_copy(update={"text": text, "title": title})


def beside(rows: Sequence[Row], numbers: Sequence[int], side: Side, name: str = "") -> list[list[int]]:
    """Each of the pieces with the one below, or above; several of them in a row go with the same one. Those without one
    are left as they are. Raises CannotJoin where that is all of them."""
    groups: list[list[int]] = []
    meant = sorted(numbers)
    for number in meant if side == "below" else reversed(meant):
        other = number + 1 if side == "below" else number - 1
        if groups and number in groups[-1]:
            groups[-1] += [other]
        else:
            groups.append([number, other])
    whole = (sorted({number for number in group if 1 <= number <= len(rows)}) for group in groups)
    found = sorted(group for group in whole if len(group) > 1)
    if not found:
        raise CannotJoin(name=name)
    return found


def by_document(rows: Sequence[Row]) -> list[list[int]]:
    """The numbers of the pieces of each document that has more than one."""
    groups: dict[int, list[int]] = {}
    for number, row in enumerate(rows, start=1):
        if row.document is not None:
            groups.setdefault(row.document, []).append(number)
    return [group for group in groups.values() if len(group) > 1]


def cut(rows: Sequence[Row], number: int, at: str | None, name: str = "") -> list[Row]:
    """A piece cut in two where `at` begins; without it, at its blank lines, else its line breaks. Raises CannotCut."""
    row = rows[number - 1]
    parts = _parts(row.text, at) if row.text is not None else []
    if len(parts) < 2:
        raise CannotCut(name=name, number=number, at=at)
    first = row.model_copy(update={"text": parts[0]})
    others = [row.model_copy(update={"text": part, "title": None}) for part in parts[1:]]
    return [*rows[: number - 1], first, *others, *rows[number:]]


def _parts(text: str, at: str | None) -> list[str]:
    if at is not None:
        words = r"\s+".join(map(re.escape, fold_in_place(at).split()))
        found = re.search(words, fold_in_place(text)) if words else None
        pieces = [text[: found.start()], text[found.start() :]] if found else []
    else:
        pieces = re.split(r"\n\s*\n", text)
        if len([piece for piece in pieces if piece.strip()]) < 2:
            pieces = text.split("\n")
    return [piece.strip("\n").rstrip() for piece in pieces if piece.strip()]


@dataclass(frozen=True)
class Aside:
    """A piece that was left out by hand, the number that it had, and the ones that stood before it then, the nearest
    first."""

    row: Row
    number: int
    before: tuple[Row, ...]


NEAR = 50
"""Pieces before one that was left out that are remembered as its place."""


def aside(workspace: Workspace, manifest: Manifest) -> list[Aside]:
    """The pieces of a data set that were left out by hand and not put back since, in the order of the text and of the
    changes."""
    found: list[Aside] = []
    if not any(change.kind == LEAVE_OUT for change in manifest.changes):
        return found
    folder = workspace.one(workspace.datasets, manifest.id)
    files = [read_json(folder / "earlier" / f"{n}.json")["rows_file"] for n in range(1, len(manifest.changes) + 1)]
    files.append(manifest.rows_file)
    for place, change in enumerate(manifest.changes):
        if change.kind == LEAVE_OUT:
            before, after = (list(_read(folder / files[at])) for at in (place, place + 1))
            found += _dropped(before, after)
        elif change.kind == PUT_BACK:
            before, after = (list(_read(folder / files[at])) for at in (place, place + 1))
            for back in _dropped(after, before):
                gone = next((i for i, one in enumerate(found) if one.row == back.row), None)
                if gone is not None:
                    del found[gone]
    return found


def _read(path: object) -> Iterator[Row]:
    with open(str(path), encoding="utf-8") as file:
        for line in file:
            yield Row.model_validate_json(line)


def _dropped(before: Sequence[Row], after: Sequence[Row]) -> list[Aside]:
    """The rows of `before` that `after`, which has the others in the same order, has not."""
    found, place = [], 0
    for i, row in enumerate(before):
        if place < len(after) and row == after[place]:
            place += 1
        else:
            found.append(Aside(row, i + 1, tuple(reversed(before[max(0, i - NEAR) : i]))))
    return found


def chosen(left: Sequence[Aside], numbers: Sequence[int], name: str = "") -> list[Aside]:
    """Those that had these numbers, the newest of each; without numbers, all. Raises NotLeftOut."""
    if not numbers:
        return list(left)
    found = []
    for number in sorted(set(numbers)):
        piece = next((one for one in reversed(left) if one.number == number), None)
        if piece is None:
            raise NotLeftOut(name=name, number=number, known=", ".join(str(one.number) for one in left))
        found.append(piece)
    return found


def put_back(rows: Sequence[Row], pieces: Sequence[Aside]) -> list[Row]:
    """The rows with these again, each below the nearest of those that stood before it, else at the beginning."""
    found = list(rows)
    for piece in pieces:
        anchor = next((place for row in piece.before if (place := _last_place(found, row)) is not None), None)
        found.insert(0 if anchor is None else anchor + 1, piece.row)
    return found


def _last_place(rows: Sequence[Row], wanted: Row) -> int | None:
    return next((place for place in range(len(rows) - 1, -1, -1) if rows[place] == wanted), None)

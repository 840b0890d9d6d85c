"""The date and hour that programs write before a message, in any order of its numbers and in many languages."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise

from skills.texts.normalize import fold

MARKS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
"""Characters without a width that say which way a text runs: programs put them around stamps and names."""
WEEKDAY = r"(?:[^\W\d_]{2,12}\.?,\s)?"
GAP = rf"[\s{MARKS}]?"
DATE = (
    rf"\d{{1,4}}\.?{GAP}[/.-]{GAP}\d{{1,2}}\.?{GAP}[/.-]{GAP}\d{{1,4}}\.?"
    r"|\d{1,2}[-\s][^\W\d_]{3,4}[-\s]\d{2,4}"
    r"|\d{2,4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]"
    r"|\d{1,2}\.?(?:\sde)?\s[^\W\d_]{3,12}\.?,?(?:(?:\sde)?\s\d{4})?"
    r"|[^\W\d_]{3,12}\.?\s\d{1,2}(?:,?\s\d{4})?"
)
BEFORE = r"(?:[^\W\d_]{1,6}\.?\s?){0,2}"
"""What some languages write before an hour: «a las», «à», «klo», 下午."""
HOUR = r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:[.,]\d{1,3})?"
HALF = r"(?:\s?[^\W\d_]{1,8}\.?(?:\s?[^\W\d_]{1,3}\.)?)?"
"""Which half of the day it is: «p. m.», «PM», «μ.μ.»; or «Uhr»."""
WHEN = (
    rf"(?P<day>{WEEKDAY}(?:{DATE}))(?:\sг\.)?[,،]?\s{{1,2}}(?:at\s|,\s)?"
    rf"(?P<before>{BEFORE})(?P<hour>{HOUR})(?P<half>{HALF})"
)
HOUR_FIRST = rf"(?P<before>{BEFORE})(?P<hour>{HOUR})(?P<half>{HALF}),?\s(?P<day>{DATE})"
STAMPS = (
    re.compile(rf"[{MARKS}\s]*\[{WHEN}[{MARKS}]*\]\s?"),
    re.compile(rf"[{MARKS}\s]*{WHEN}[{MARKS}]*(?:\s?[–—-]\s|:\s)"),
    re.compile(rf"[{MARKS}\s]*\[{HOUR_FIRST}\]\s?"),
)
"""How a line begins that has a message: [12/3/24, 9:05:10], 12/3/24, 9:05 -, or [9:05, 12/3/24], which is copied."""

DAY_ALONE = re.compile(rf"\W{{0,3}}(?:[^\W\d_]{{2,12}}\.?,?\s)?(?:{DATE}|\d{{1,2}}[/.]\d{{1,2}})\W{{0,3}}$")

MONTHS = {
    month: number
    for number, months in enumerate(
        (
            "ene jan gen janv", "feb fev fevr", "mar marc mars marz mrt", "abr apr avr", "may mai mag mei maig",
            "jun juin giu juny", "jul juil lug juli", "ago aug aou aout", "sep set sept", "oct okt ott out", "nov",
            "dic dec dez des",
        ),
        start=1,
    )
    for month in months.split()
}  # fmt: skip
MORNING = frozenset({"am", "a", "上午", "오전", "午前", "πμ", "ص", "sa", "pg", "vorm"})
EVENING = frozenset({"pm", "p", "下午", "오후", "午後", "晚上", "μμ", "م", "ch", "ptg", "nachm", "abends"})
ORDERS = ((0, 1, 2), (1, 0, 2), (2, 1, 0))
"""Where day, month and year are among three numbers, the commonest first; with the year first there is but one."""


class Clock:
    """Reads the stamps of one chat: `days`, as its beginning writes them, tell which of the numbers is the month."""

    def __init__(self, days: Iterable[str]) -> None:
        self._known: dict[str, int | None] = {}
        seen = [numbers for day in dict.fromkeys(days) if len(numbers := _numbers(day)) == 3]
        self._orders = sorted(ORDERS, key=lambda order: _unlikely(seen, order))

    def at(self, stamp: re.Match[str]) -> float | None:
        """When it was, in seconds; None if nobody could tell."""
        day, before, hour, half = stamp.group("day", "before", "hour", "half")
        if day not in self._known:
            self._known[day] = self._ordinal(day)
        number = self._known[day]
        return None if number is None else number * 86_400 + seconds_of(hour, half or before)

    def _ordinal(self, day: str) -> int | None:
        numbers = _numbers(day)
        if len(numbers) == 3:
            return next((found for order in self._orders if (found := _ordinal(numbers, order)) is not None), None)
        month = _month(day)
        if month is None or not numbers:
            return None
        year = numbers[1] if len(numbers) > 1 else 2000
        return _date(year if year > 99 else 2000 + year, month, numbers[0])


@lru_cache(maxsize=100_000)
def seconds_of(hour: str, half: str = "") -> float:
    """An hour as seconds: of the day, or from the beginning of a recording."""
    numbers = [int(number) for number in re.findall(r"\d+", hour.partition(",")[0])[:3]]
    hours, minutes, seconds = [*numbers, 0, 0][:3]
    word = "".join(c for c in (half or hour.lstrip("0123456789:.")).casefold() if c.isalpha())
    if word in EVENING and hours < 12:
        hours += 12
    elif word in MORNING and hours == 12:
        hours = 0
    return hours * 3600.0 + minutes * 60 + seconds


def iso_seconds(stamp: object) -> float | None:
    """When a stamp like 2024-03-12T21:10:05Z says that it was, on the clock of whoever wrote it; None if it is none."""
    if not isinstance(stamp, str):
        return None
    try:
        return float(calendar.timegm(datetime.fromisoformat(stamp.strip()).timetuple()))
    except ValueError:
        return None


def is_day(line: str) -> bool:
    """Is there nothing on the line but the day on which what follows was said?"""
    if len(line) > 60 or not DAY_ALONE.match(line):
        return False
    return re.search(r"\d[/.-]\d", line) is not None or _month(line) is not None


def _month(day: str) -> int | None:
    """The number of the month that is named in a date."""
    words = [fold(word) for word in re.findall(r"[^\W\d_]{3,}", day)]
    return next((MONTHS[word[:size]] for size in (4, 3) for word in words if word[:size] in MONTHS), None)


def _numbers(day: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", day)]


def _unlikely(seen: Sequence[Sequence[int]], order: tuple[int, int, int]) -> tuple[int, int, int]:
    """How badly this order of day, month and year fits: days that do not exist, steps back in time, time between."""
    days = [_ordinal(numbers, order) for numbers in seen]
    known = [day for day in days if day is not None]
    steps = [b - a for a, b in pairwise(known)]
    return len(days) - len(known), sum(step < 0 for step in steps), sum(map(abs, steps))


def _ordinal(numbers: Sequence[int], order: tuple[int, int, int]) -> int | None:
    if numbers[0] > 31:
        order = (2, 1, 0)
    day, month, year = (numbers[place] for place in order)
    return _date(year if year > 99 else 2000 + year, month, day)


def _date(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).toordinal()
    except ValueError:
        return None

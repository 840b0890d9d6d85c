"""What a conversation is called in the list: after the text that was brought, the lesson, or the first thing said."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from datetime import datetime

from babel.dates import format_datetime

from tutor.turn import CourseMap
from tutor.ui.screen import Pages
from tutor.ui.transcript import Transcript
from tutor.words import LOCALES, Words

LONGEST = 48
"""Letters of a name before its date."""
KINDS = ("words", "lesson", "text")
"""What a conversation can be called after; a later one replaces an earlier one, and itself stays."""


class Names:
    """Names the conversations begun since the program started. One that the learner renamed keeps that name."""

    def __init__(self, transcript: Transcript, pages: Pages, words: Callable[[], Words]) -> None:
        self._transcript = transcript
        self._pages = pages
        self._words = words
        self._given: dict[str, tuple[int, str]] = {}
        """Thread -> how good its name is (a place in KINDS, -1 for a date alone), and the name."""

    def begin(self, thread: str) -> str:
        """The name of a conversation in which nothing happened yet: when that was."""
        name = self._when("d MMM, HH:mm")
        self._given[thread] = (-1, name)
        return name

    async def did(self, thread: str, said: str, file: str, course: CourseMap) -> None:
        """The learner did something: said or clicked these words, or brought a `file`; `course` is where they are."""
        lesson = next((x for module in course.modules for x in module.lessons if x.current), None)
        title = f"{lesson.number} {lesson.title}" if lesson else ""
        whats = [" ".join(what.split()) for what in (said, title, file)]
        kind = max((i for i, what in enumerate(whats) if what), default=-1)
        known, name = self._given.get(thread, (len(KINDS), ""))
        if kind <= known or self._transcript.name(thread) != name:
            return
        what = whats[kind]
        name = f"{textwrap.shorten(what, LONGEST, placeholder='…') or what[:LONGEST]} · {self._when('d MMM')}"
        self._given[thread] = (kind, name)
        self._transcript.rename(thread, name)
        await self._pages.emit(thread, "first_interaction", {"interaction": name, "thread_id": thread})

    def _when(self, pattern: str) -> str:
        return format_datetime(datetime.now().astimezone(), pattern, locale=LOCALES[self._words().language])

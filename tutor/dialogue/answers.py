"""The bank of answers at hand: indexed once a language."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from skills.contract import Language
from tutor.course.model import SHOWN, Answer, Course
from tutor.nlu.bank import ASKED, ASKED_BY_WORDS, PLAIN, PLAIN_BY_WORDS, Bank, Near, Reading, confidence, read
from tutor.nlu.ears import Ears
from tutor.nlu.trained import HEARING, indexed_bank

KNOWN = 0.2
"""The probability that there is an answer below which none is given (tests/eval/dev)."""
FAR = 0.05
"""The same below which a question is none of the program's business: so are 73 % of those of tests/eval/dev that are
not, and none that has an answer."""
OTHERS = 3
"""Answers beside the likeliest that a question may have meant."""


class Answers:
    """`home`: where the index is kept. `ears`: what hears what a question means, where there is anything."""

    def __init__(self, course: Course, home: Path) -> None:
        self._course, self._home = course, home
        self._banks: dict[Language, asyncio.Task[Bank]] = {}
        self.ears: Ears | None = None
        self.shown: frozenset[str] = frozenset()
        self.facts: Mapping[str, Any] = {}
        """The topics of what is in sight, and what is known of it; without its facts an answer is none."""
        self.here: frozenset[str] = frozenset()
        """The topics of the lesson."""
        self.topic: str | None = None
        """What was talked of last."""

    async def bank(self, language: Language) -> Bank:
        """The index of a language, made in a thread the first time (three seconds)."""
        if language not in self._banks:
            self._banks[language] = asyncio.create_task(
                asyncio.to_thread(indexed_bank, self._course, language, self._home / HEARING)
            )
        return await self._banks[language]

    def indexed(self, language: Language) -> Bank | None:
        """The same if it has been made."""
        task = self._banks.get(language)
        return task.result() if task and task.done() else None

    async def read(self, question: str, language: Language) -> Reading:
        """What a question was understood as."""
        near, by_meaning = await self._near(question, language)
        found = read(near, by_meaning) if await self._may_be_known(question) else Reading("unknown")
        if found.kind == "answer":
            self.topic = found.answers[0].topic
        return found

    async def others(self, question: str, language: Language) -> tuple[Answer, ...]:
        """What else a question may have meant, the answer that is likeliest aside."""
        near, _ = await self._near(question, language)
        return tuple(one.answer for one in near[1 : OTHERS + 1])

    async def knows(self, text: str, language: Language, asks: bool = False) -> bool:
        """Whether a text that may be a question or something else is one of the bank's: nearly to the letter or, where
        it plainly asks something, surely enough to be answered."""
        near, by_meaning = await self._near(text, language)
        if not await self._may_be_known(text):
            return False
        plain, asked = (PLAIN, ASKED) if by_meaning else (PLAIN_BY_WORDS, ASKED_BY_WORDS)
        return confidence(near, by_meaning) >= (asked if asks else plain)

    async def _may_be_known(self, question: str) -> bool:
        """Whether what is asked is something that the bank could have an answer to."""
        return self.ears is None or await asyncio.to_thread(self.ears.known, question) >= KNOWN

    async def has(self, text: str, language: Language) -> bool:
        """Whether there is an answer to what is likely to be a question."""
        near, by_meaning = await self._near(text, language)
        return await self._may_be_known(text) and read(near, by_meaning).kind == "answer"

    async def is_far(self, question: str) -> bool:
        """Whether what is asked is about nothing that the bank, or the course, is about."""
        return self.ears is not None and await asyncio.to_thread(self.ears.known, question) < FAR

    async def topic_of(self, text: str, language: Language) -> str | None:
        """What a message that names no concept is about, if it is likely to be one thing."""
        near, by_meaning = await self._near(text, language)
        return near[0].answer.topic if read(near, by_meaning).kind == "answer" else None

    async def _near(self, text: str, language: Language) -> tuple[list[Near], bool]:
        """The bank's answers, the likeliest first, and whether their meanings were weighed as well."""
        bank = await self.bank(language)
        heard = await asyncio.to_thread(self.ears.answers, text) if self.ears else None
        near = await asyncio.to_thread(bank.near, text, heard, self.topic, self.shown, self.here)
        return [one for one in near if self._can_be_told(one.answer, language)], heard is not None

    def _can_be_told(self, answer: Answer, language: Language) -> bool:
        if not answer.topic.startswith(SHOWN):
            return True
        named = {name for _, name, _, _ in Formatter().parse(answer.text[language]) if name}
        return answer.topic in self.shown and all(self.facts.get(name) is not None for name in named)

    async def find(self, key: str, language: Language) -> Answer | None:
        """The answer with this key, `topic/id`; None if the course has it no more."""
        bank = await self.bank(language)
        found = next((answer for answer in bank.answers if answer.key == key), None)
        self.topic = found.topic if found else self.topic
        return found

"""The bank of answers at hand: indexed once a language, and what its texts mean worked out while nobody waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

from skills.contract import Language
from skills.errors import ModelMissing
from skills.texts.meanings import TOGETHER, keep, kept_at, load
from tutor.course.model import SHOWN, Answer, Course
from tutor.failures import Defect
from tutor.lm.installed import find
from tutor.nlu.bank import (
    ASKED,
    ASKED_BY_WORDS,
    PLAIN,
    PLAIN_BY_WORDS,
    Bank,
    Meanings,
    Near,
    Reading,
    confidence,
    read,
)
from tutor.nlu.trained import HEARING, indexed_bank
from tutor.processes.worker import Worker

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)
PATIENCE = 0.25
"""Seconds that the meaning of a question is waited for; then its words have to do."""
OTHERS = 3
PAUSE = 2.0
"""Seconds between two looks at whether the machine is free."""


class Answers:
    """`home`: where meanings are kept, in `meanings/`: one file of half-precision rows for each language."""

    def __init__(self, course: Course, worker: Worker, home: Path) -> None:
        self._course, self._worker, self._home = course, worker, home
        self._banks: dict[Language, asyncio.Task[Bank]] = {}
        self._meanings: dict[Language, Meanings] = {}
        self._tried: set[Language] = set()
        self.shown: frozenset[str] = frozenset()
        self.facts: Mapping[str, Any] = {}
        """The topics of what is in sight, and what is known of it; without its facts an answer is none."""
        self.topic: str | None = None
        """What was talked of last."""

    async def bank(self, language: Language) -> Bank:
        """The index of a language, made in a thread the first time (three seconds)."""
        if language not in self._banks:
            self._banks[language] = asyncio.create_task(
                asyncio.to_thread(indexed_bank, self._course, language, self._home / HEARING)
            )
        return await self._banks[language]

    def encoder(self) -> str | None:
        """The digest of the sentence encoder, None where there is none."""
        try:
            return find(self._home, None, "encoder").profile.digest
        except ModelMissing:
            return None

    def indexed(self, language: Language) -> Bank | None:
        """The same if it has been made."""
        task = self._banks.get(language)
        return task.result() if task and task.done() else None

    async def read(self, question: str, language: Language) -> Reading:
        """What a question was understood as."""
        near, by_meaning = await self._near(question, language)
        found = read(near, by_meaning)
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
        plain, asked = (PLAIN, ASKED) if by_meaning else (PLAIN_BY_WORDS, ASKED_BY_WORDS)
        return confidence(near, by_meaning) >= (asked if asks else plain)

    async def topic_of(self, text: str, language: Language) -> str | None:
        """What a message that names no concept is about, if it is likely to be one thing."""
        near, by_meaning = await self._near(text, language)
        return near[0].answer.topic if read(near, by_meaning).kind == "answer" else None

    async def _near(self, text: str, language: Language) -> tuple[list[Near], bool]:
        """The bank's answers, the likeliest first, and whether their meanings were weighed as well."""
        bank, meanings = await self.bank(language), self._meanings.get(language)
        meaning = await self.meaning(text) if meanings else None
        near = await asyncio.to_thread(bank.near, text, meaning, meanings, self.topic, self.shown)
        return [one for one in near if self._can_be_told(one.answer, language)], meaning is not None

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

    async def meaning(self, question: str) -> np.ndarray | None:
        """What a text means, as a vector (width); None where nothing tells in time."""
        with suppress(TimeoutError, ModelMissing, Defect):
            async with asyncio.timeout(PATIENCE):
                rows = await self._worker.embed([question], "query")
                return rows[0]  # type: ignore[no-any-return]
        return None

    async def learn(self, language: Language, busy: Callable[[], bool]) -> None:
        """Have the meanings of a language at hand: from the disk, or worked out piece by piece while not `busy`. Tried
        once; does nothing without an encoder."""
        if language in self._tried:
            return
        self._tried.add(language)
        bank = await self.bank(language)
        try:
            encoder = find(self._home, None, "encoder").profile.digest
            file = kept_at(self._home / "meanings", language, encoder, (*bank.asks, *bank.texts))
            rows = load(file, len(bank.asks) + len(bank.texts))
            if rows is None:
                rows = await self._worked_out(bank, busy)
                await asyncio.to_thread(keep, file, rows)
        except (ModelMissing, Defect) as error:
            log.info("the meanings of the answers: %s", error.code)
            return
        self._meanings[language] = Meanings(rows[: len(bank.asks)], rows[len(bank.asks) :])

    async def _worked_out(self, bank: Bank, busy: Callable[[], bool]) -> np.ndarray:
        import numpy as np

        rows = []
        for texts, kind in ((bank.asks, "query"), (bank.texts, "passage")):
            for start in range(0, len(texts), TOGETHER):
                while busy():
                    await asyncio.sleep(PAUSE)
                rows.append(await self._worker.embed(texts[start : start + TOGETHER], kind))  # type: ignore[arg-type]
        return np.concatenate(rows)

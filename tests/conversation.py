"""A conversation without a browser: the real session, course, log and skills; scripted models, runs in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

from skills.contract import Language
from skills.workspace import Workspace
from tests import kept
from tutor.authoring.eval.scripted import PROFILE, InProcess, RunsInMemory, ScriptedChat, ScriptedProbe
from tutor.course.model import Course
from tutor.dialogue.context import Dialogue
from tutor.learner import mastery
from tutor.learner.memory import recall
from tutor.learner.store import Store
from tutor.lm import installed
from tutor.nlu.bank import Bank
from tutor.session import Session
from tutor.settings import Settings
from tutor.turn import Button, Graded, Input, Intent, ItemView, Said, Shown, Upload
from tutor.words import Words


async def _bank(course: Course, language: Language) -> Bank:
    return kept.bank(course, language)


class Conversation:
    """Types, clicks and uploads into a session, and remembers what was shown."""

    def __init__(
        self,
        home: Path,
        course: Course,
        language: Language = "es",
        model: bool = True,
        runs: RunsInMemory | None = None,
    ) -> None:
        workspace = Workspace(home)
        self.worker = InProcess(workspace, ScriptedChat(), ScriptedProbe() if model else None)
        self.runs = runs or RunsInMemory(self.worker)
        if model:
            installed.write_manifest(home, installed.Manifest(profile=PROFILE, label=PROFILE.name))
        self.store = Store(home / "learner.db", "me", "test", course.version)
        events = list(self.store.events())
        memory = recall(events)
        self.dialogue = Dialogue(
            settings=Settings(home=home),
            workspace=workspace,
            course=course,
            store=self.store,
            worker=self.worker,  # type: ignore[arg-type]
            jobs=self.runs,  # type: ignore[arg-type]
            words=Words(memory.language or language),
            memory=memory,
            progress=mastery.replay(events, course),
            model_name="",
        )
        self.dialogue.answers.bank = partial(_bank, course)  # type: ignore[method-assign]
        self.session = Session(self.dialogue, kept.router(course))
        self.shown: list[Shown] = []

    async def _take(self, turn: AsyncIterator[Shown]) -> list[Shown]:
        new = [shown async for shown in turn]
        self.shown += new
        return new

    async def opens(self) -> list[Shown]:
        return await self._take(self.session.turn(Input()))

    async def types(self, text: str) -> list[Shown]:
        return await self._take(self.session.turn(Input(text=text)))

    async def clicks(self, label: str) -> list[Shown]:
        """Click the open button with this label."""
        button = next((b for b in self.buttons if b.label == label), None)
        assert button, f"no «{label}» among {[b.label for b in self.buttons]}"
        return await self.acts(button.intent)

    async def acts(self, intent: Intent) -> list[Shown]:
        return await self._take(self.session.turn(Input(intent=intent)))

    async def uploads(self, *paths: Path) -> list[Shown]:
        uploads = tuple(Upload(name=path.name, path=path) for path in paths)
        return await self._take(self.session.turn(Input(uploads=uploads)))

    async def answers(self, answer: Any, submission: str | None = None) -> list[Shown]:
        """Answer the open question through its card."""
        asked = self.dialogue.memory.open_item
        given = submission or (asked.submission if asked else "")
        return await self.acts(Intent(name="answer", args={"answer": answer, "submission": given}))

    @property
    def buttons(self) -> tuple[Button, ...]:
        return self.session.buttons()

    @property
    def said(self) -> list[Said]:
        return [shown for shown in self.shown if isinstance(shown, Said)]

    @property
    def text(self) -> str:
        """What was said last."""
        return self.said[-1].text

    @property
    def item(self) -> ItemView:
        """The last question shown."""
        return next(said.item for said in reversed(self.said) if said.item)

    @property
    def verdict(self) -> Any:
        return next(shown.verdict for shown in reversed(self.shown) if isinstance(shown, Graded))

"""A conversation without a browser: the real session, course, log and skills; scripted models, runs in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import skills
from skills.contract import ChatMessage, Context, Done, Event, Failed, Language, Profile
from skills.errors import Busy, FileMissing, UserError
from skills.workspace import Workspace
from tests.conftest import PROFILE, FakeChat, FakeProbe
from tests.made_runs import FakeVoices
from tutor.course.model import Course
from tutor.dialogue.context import Dialogue
from tutor.learner import mastery
from tutor.learner.memory import recall
from tutor.learner.store import Store
from tutor.lm import installed
from tutor.nlu.bank import Bank, bank_of
from tutor.nlu.router import Router
from tutor.processes.run_status import RunStatus
from tutor.session import Session
from tutor.settings import Settings
from tutor.turn import Button, Graded, Input, Intent, ItemView, Said, Shown, Upload
from tutor.words import Words

_routers: dict[str, Router] = {}


def _router(course: Course) -> Router:
    """Trained once for all the tests: it takes seconds."""
    return _routers.setdefault(course.version, _routers.get(course.version) or Router(course=course))


_banks: dict[tuple[str, Language], Bank] = {}


async def _bank(course: Course, language: Language) -> Bank:
    """The course's answers, indexed once for all tests."""
    key = (course.version, language)
    return _banks.setdefault(key, _banks.get(key) or bank_of(course, language))


class InProcess:
    """Runs quick skills here and now, with scripted models; `broken` names what fails with which error."""

    def __init__(self, workspace: Workspace, chat: FakeChat | None, probe: FakeProbe | None) -> None:
        self.workspace, self.the_chat, self.probe = workspace, chat, probe
        self.weights: Path | None = None
        self.talker = "smollm2-135m-instruct"
        self.voices = FakeVoices()
        self.slow: set[str] = set()
        self.broken: dict[str, UserError | Exception] = {}

    async def start(self, warm: bool = True) -> None: ...
    async def stop(self) -> None: ...
    async def unload(self) -> None: ...

    async def talks(self) -> Profile:
        return PROFILE.model_copy(update={"name": self.talker})

    async def languages(self) -> tuple[str, ...]:
        return PROFILE.writes

    async def run(self, name: str, inputs: Mapping[str, Any], language: Language) -> AsyncIterator[Event]:
        skill = skills.skill(name)
        events: list[Event] = []
        if name in self.slow:
            await asyncio.sleep(60)
        ctx = Context(
            workspace=self.workspace,
            language=language,
            emit=events.append,
            chat=self.the_chat,
            probe=self.probe,
            weights=self.weights,
            voices=self.voices,
        )
        try:
            if name in self.broken:
                raise self.broken[name]
            if "probe" in skill.needs and self.probe is None:
                yield Failed(code="model_missing", values={"model": ""})
                return
            result = skill.run(skill.Inputs(**inputs), ctx)
        except UserError as error:
            yield Failed(code=error.code, values=error.values)
            return
        for event in events:
            yield event
        yield Done(result=result.model_dump(mode="json"), blocks=result.blocks(), offers=result.offers())

    async def chat(self, messages: Sequence[ChatMessage], options: Any) -> AsyncIterator[str]:
        assert self.the_chat
        for piece in self.the_chat.stream(messages, options):
            yield piece


class RunsInMemory:
    """Long runs that stand as a test says; `sandboxed` runs at once."""

    def __init__(self, worker: InProcess) -> None:
        self._worker = worker
        self.runs: dict[str, RunStatus] = {}
        self.asked: list[tuple[str, str]] = []
        self.begun: dict[str, dict[str, Any]] = {}
        """The inputs of each run."""

    async def start(
        self,
        skill: str,
        inputs: Mapping[str, Any],
        language: Language,
        *weights: Any,
        noted: Callable[[str], object] | None = None,
    ) -> str:
        for run, status in self.runs.items():
            if status.state == "running":
                raise Busy(run=run)
        run = f"run-20260101-00000{len(self.runs)}-aaaa"
        self.runs[run] = RunStatus(run=run, skill=skill, state="running", attempt=1)
        self.begun[run] = dict(inputs)
        if noted:
            noted(run)
        return run

    def running(self) -> RunStatus | None:
        return next((status for status in self.runs.values() if status.state == "running"), None)

    def finish(self, run: str, result: dict[str, Any], state: Any = "done", **more: Any) -> None:
        update = {"state": state, "result": result, **more}
        self.runs[run] = self.runs[run].model_copy(update=update)

    def status(self, run: str) -> RunStatus:
        if run not in self.runs:
            raise FileMissing(name=run, known="")
        return self.runs[run]

    def list(self) -> tuple[RunStatus, ...]:
        return tuple(self.runs.values())

    def usable(self, run: str) -> bool:
        return run in self.runs and self.runs[run].state != "failed"

    def request(self, run: str, what: str) -> None:
        self.asked.append((run, what))

    def resume(self, run: str) -> None:
        self.asked.append((run, "resume"))

    def delete(self, run: str) -> None:
        del self.runs[run]

    def sandboxed(self, skill: str, inputs: Mapping[str, Any], language: Language) -> AsyncIterator[Event]:
        return self._worker.run(skill, inputs, language)


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
        self.worker = InProcess(workspace, FakeChat(), FakeProbe() if model else None)
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
        self.session = Session(self.dialogue, _router(course))
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

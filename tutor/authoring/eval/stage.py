"""A session to be tried: the real one, with scripted models, set to any point of a learner's life and back to it."""

from __future__ import annotations

import copy
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skills.contract import Language
from skills.errors import ModelMissing
from skills.workspace import Workspace
from tutor.authoring.eval.made_runs import make_run
from tutor.authoring.eval.scripted import PROFILE, InProcess, RunsInMemory, ScriptedChat, ScriptedProbe
from tutor.course.model import Ask, Bring, Course, Open, Order, Predict, Step
from tutor.dialogue import lessons
from tutor.dialogue.context import Called, Dialogue
from tutor.learner import events, mastery
from tutor.learner.events import LearnerEvent
from tutor.learner.memory import Memory
from tutor.learner.store import Store
from tutor.lm import installed
from tutor.lm.encoder import E5, open_encoder
from tutor.lm.reader import BertReader, open_reader
from tutor.nlu.bank import Bank, bank_of
from tutor.nlu.router import Router
from tutor.session import Session
from tutor.settings import CURRICULUM, Settings
from tutor.turn import Input, Intent, Shown, Upload
from tutor.words import Words

if TYPE_CHECKING:
    pass

MODEL = "run-20260101-090000-abcd"
"""The training that a learner has who has trained."""
TRAINED = {
    "run": MODEL, "base": "scripted", "dataset": "coplas.txt", "documents": 60, "heldout_documents": 6, "tokens": 900,
    "steps": 12, "seconds": 200.0, "base_loss": 4.0, "tuned_loss": 3.0, "base_bpc": 2.5, "tuned_bpc": 1.9,
    "ngram_bpc": 2.3, "best_step": 12, "longest_copy": 5, "verdict": "learnt", "adapter": f"runs/{MODEL}/adapter",
}  # fmt: skip
AT_REST = ("readiness", "figures")
"""Where there is nothing to do but to go on."""
SAMPLE: dict[Language, str] = {"es": "coplas.txt", "en": "ballad.txt"}


@lru_cache
def _encoder(home: Path) -> E5:
    return open_encoder(home)


@lru_cache
def _reader(home: Path) -> BertReader:
    return open_reader(home)


_banks: dict[tuple[str, Language], Bank] = {}


def indexed(course: Course, language: Language) -> Bank:
    """The course's answers, indexed once for all stages."""
    key = (course.version, language)
    return _banks.setdefault(key, _banks.get(key) or bank_of(course, language))


class Watched(Dialogue):
    """A dialogue whose events can be looked at."""

    def record(self, event: LearnerEvent) -> bool:
        self.seen: list[LearnerEvent]
        self.__dict__.setdefault("seen", []).append(event)
        return super().record(event)


class Idle(InProcess):
    """A worker that can be told to run no skill: then each is interrupted."""

    idle = False

    async def run(self, name: str, inputs: Any, language: Language) -> AsyncIterator[Any]:
        if self.idle:
            from tutor.dialogue.skill_calls import Interrupted

            raise Interrupted
        async for event in super().run(name, inputs, language):
            yield event


class Stage:
    """`scratch`: a folder of its own; `home`: where the sentence encoder is, None to do without; `router`: with its
    ears, or without."""

    def __init__(self, scratch: Path, course: Course, router: Router, language: Language, home: Path | None) -> None:
        self.home, self.course, self.router, self.language = scratch, course, router, language
        self.workspace = Workspace(scratch)
        self.worker = Idle(self.workspace, ScriptedChat(), ScriptedProbe())
        self.runs = RunsInMemory(self.worker)
        installed.write_manifest(scratch, installed.Manifest(profile=PROFILE, label=PROFILE.name))
        if home:
            self._take_encoder(home)
        self.store = Store(scratch / "learner.db", "me", "eval", course.version)
        self.dialogue = Watched(
            settings=Settings(home=scratch), workspace=self.workspace, course=course, store=self.store,
            worker=self.worker, jobs=self.runs, words=Words(language), memory=Memory(),  # type: ignore[arg-type]
            progress=mastery.replay((), course), model_name="",
        )  # fmt: skip
        self.dialogue.answers.bank = self._indexed  # type: ignore[method-assign]
        self.dialogue.answers.indexed = partial(indexed, course)  # type: ignore[method-assign]
        self.session = Session(self.dialogue, router)
        self._new = (self.dialogue.memory, self.dialogue.progress)

    def _take_encoder(self, home: Path) -> None:
        try:
            model = installed.find(home, None, "encoder")
        except ModelMissing:
            return
        self.worker.encoder = _encoder(home)
        with suppress(ModelMissing):
            self.worker.reader = _reader(home)
        (self.home / "models" / model.name).symlink_to(home / "models" / model.name)

    async def _indexed(self, language: Language) -> Bank:
        return indexed(self.course, language)

    def close(self) -> None:
        self.store.close()

    # --- what a learner does ------------------------------------------------------------------------------------------

    async def does(self, text: str = "", intent: Intent | None = None, files: Sequence[Path] = ()) -> list[Shown]:
        """A turn: what is shown."""
        self.dialogue.__dict__["seen"] = []
        uploads = tuple(Upload(name=file.name, path=file) for file in files)
        return [shown async for shown in self.session.turn(Input(text=text, intent=intent, uploads=uploads))]

    @property
    def events(self) -> list[LearnerEvent]:
        """What was recorded in the last turn."""
        return list(self.dialogue.__dict__.get("seen", ()))

    # --- places -------------------------------------------------------------------------------------------------------

    def photograph(self) -> dict[str, Any]:
        """Where the conversation stands, to come back to with `put_back`."""
        dialogue = self.dialogue
        held = ("memory", "progress", "buttons", "thing", "naming", "last", "spoken", "words", "wondered", "lost")
        return {name: getattr(dialogue, name) for name in held} | {
            "topic": dialogue.answers.topic,
            "runs": copy.copy(self.runs.runs),
            "texts": {text.id: text.name for text in self.workspace.manifests()},
        }

    def put_back(self, photograph: dict[str, Any]) -> None:
        for name, value in photograph.items():
            if name == "topic":
                self.dialogue.answers.topic = value
            elif name == "runs":
                self.runs.runs = copy.copy(value)
            elif name == "texts":
                for text in self.workspace.manifests():
                    if value.get(text.id, text.name) != text.name:
                        self.workspace.rename(text.id, value[text.id])
            else:
                setattr(self.dialogue, name, value)

    async def begin(self, start: str) -> None:
        """From nothing to one of the places in `START`."""
        self.dialogue.memory, self.dialogue.progress = self._new
        self.dialogue.buttons, self.dialogue.last, self.dialogue.answers.topic = (), None, None
        self.dialogue.words = Words(self.language)
        self.runs.runs = {}
        await self.does()
        if start == "greeting":
            return
        self.dialogue.record(events.ProfileChosen(profile="writer"))
        if start == "route":
            await self.does(intent=Intent(name="restart"))
            return
        self.dialogue.record(events.RouteChosen(route="express"))
        await PLACES[start](self)

    async def open_step(self, lesson: str, step: str) -> None:
        """Open a lesson at one of its steps."""
        self.dialogue.__dict__["seen"] = []
        async for _ in lessons.begin_lesson(self.dialogue, lesson, step):
            pass

    async def _open_first(self, fits: Callable[[Step], bool], lesson: str = "") -> None:
        """Open the first step of the course, or of a lesson, that fits."""
        for one in self.course.lessons.values():
            for step in one.steps:
                if lesson in ("", one.id) and fits(step):
                    await self.open_step(one.id, step.id)
                    return

    async def _to_bet(self) -> None:
        await self._open_first(lambda step: isinstance(step, Predict))

    async def _to_item(self) -> None:
        await self._open_first(lambda step: isinstance(step, Ask))

    async def _to_order(self) -> None:
        await self._open_first(lambda step: isinstance(step, Ask) and isinstance(self.course.items[step.item], Order))

    async def _to_open(self) -> None:
        await self._open_first(lambda step: isinstance(step, Ask) and isinstance(self.course.items[step.item], Open))

    async def _to_text(self) -> None:
        await self._open_first(lambda step: isinstance(step, Bring))

    async def _to_loaded(self) -> None:
        await self._to_text()
        await self.does(files=[self.sample()])

    async def _to_summary(self) -> None:
        await self._bring()
        await self.open_step("summarise", "underline")

    async def _to_training(self) -> None:
        await self._bring()
        await self.open_step("fine-tune", "train")
        if not self.runs.runs:
            await self.runs.start("fine_tune", {"file": self.dialogue.memory.dataset}, self.language)
        run = next(iter(self.runs.runs))
        self.dialogue.record(events.RunStarted(at="fine-tune/train", run=run, skill="fine_tune"))
        await self.open_step("fine-tune", "train")

    async def _to_trained(self) -> None:
        await self._to_training()
        self._make_model()
        run = next(iter(self.runs.runs))
        self.runs.finish(run, TRAINED)
        self.session._ended_runs()

    async def _to_talk(self) -> None:
        await self._to_trained()
        await self.does(intent=Intent(name="talk"))

    async def _to_quiz(self) -> None:
        await self._to_loaded()
        self._done("next-word", "tokens")
        await self.does(intent=Intent(name="quiz"))

    async def _to_back(self) -> None:
        """In the middle, three weeks later, with a text and a model."""
        await self._bring()
        self._make_model()
        self._done("next-word", "tokens", "your-text", "fine-tune")
        await self._open_first(lambda step: step.kind == "say", "summarise")
        await self.does()

    async def _to_end(self) -> None:
        await self._bring()
        self._make_model()
        *others, last = self.course.routes["express"]
        self._done(*others)
        await self.open_step(last, self.course.lessons[last].steps[-1].id)
        await self.does(intent=Intent(name="next"))

    def _done(self, *names: str) -> None:
        for lesson in names:
            self.dialogue.record(events.LessonBegun(lesson=lesson))
            for step in self.course.lessons[lesson].steps:
                self.dialogue.record(events.StepDone(lesson=lesson, step=step.id))
            self.dialogue.record(events.LessonDone(lesson=lesson))

    def _make_model(self) -> None:
        if not (self.workspace.runs / MODEL).exists():
            make_run(self.workspace, MODEL, at=1_767_225_600, dataset_id=self.dialogue.memory.dataset or "ds-1")

    async def _bring(self) -> None:
        await self.does(files=[self.sample()])

    def sample(self, name: str = "") -> Path:
        """A copy of a sample of the course, as a file that a learner has."""
        folder = self.home / "desk"
        folder.mkdir(exist_ok=True)
        name = name or SAMPLE[self.language]
        shutil.copy(CURRICULUM / "samples" / name, folder / name)
        return folder / name

    # --- a message in its situation -----------------------------------------------------------------------------------

    async def bring_files(self, names: Sequence[str]) -> None:
        """Texts under these names, the first in hand: none is read in what is only heard."""
        for name in reversed(names):
            found = [manifest for manifest in self.workspace.manifests() if manifest.name == name]
            if not found:
                file = self.sample(SAMPLE[self.language]).rename(self.home / "desk" / f"{name}.txt")
                file.write_text(f"{file.read_text('utf-8')}\n\n{name}\n", "utf-8")  # the same text is brought once
                await self.does(files=[file])
                self.workspace.rename(self.dialogue.memory.dataset or "", name)

    async def to_state(self, state: str, before: dict[str, Any] | None) -> None:
        """The situation of a message of the routing set: a name of `tutor.nlu.arguments.State`, and the last call."""
        places = {"running": "training", "lesson": "", "result": "", "": ""}
        start = places.get(state, state)
        await self.begin(start if start in START else "bet")
        if start not in START:
            await self.open_step(*AT_REST)
        if before:
            self.dialogue.last = Called(skill=str(before.get("skill", "")), inputs=dict(before.get("args") or {}))


PLACES: dict[str, Callable[[Stage], Awaitable[None]]] = {
    "bet": Stage._to_bet,
    "item": Stage._to_item,
    "order": Stage._to_order,
    "open": Stage._to_open,
    "text": Stage._to_text,
    "loaded": Stage._to_loaded,
    "summary": Stage._to_summary,
    "training": Stage._to_training,
    "trained": Stage._to_trained,
    "talk": Stage._to_talk,
    "quiz": Stage._to_quiz,
    "back": Stage._to_back,
    "end": Stage._to_end,
}
"""Where a conversation can begin, after the greeting and the choice of a way."""
START = ("greeting", "route", *PLACES)

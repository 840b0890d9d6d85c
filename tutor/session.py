"""One turn from start to finish: what the learner did goes in, what is shown comes out. The only wiring."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial
from typing import Any

from skills.contract import Language
from skills.errors import ModelMissing, UserError
from skills.workspace import Workspace
from tutor.course.files import load_course
from tutor.dialogue import greeting
from tutor.dialogue.about import things_of
from tutor.dialogue.context import Dialogue, next_button
from tutor.dialogue.course_map import course_map
from tutor.dialogue.free_text import typed, with_a_file
from tutor.dialogue.intents import act, brought
from tutor.dialogue.lesson_runs import finish_job
from tutor.dialogue.skill_calls import ENDED, Outcome, import_text, state_of
from tutor.learner import mastery
from tutor.learner.memory import recall
from tutor.learner.store import Store
from tutor.lm import installed
from tutor.nlu.router import Router
from tutor.nlu.trained import listening
from tutor.processes.jobs import Jobs
from tutor.processes.run_status import RunStatus
from tutor.processes.worker import Worker
from tutor.settings import CURRICULUM, Settings
from tutor.turn import Button, CourseMap, Input, Intent, Shown, Upload, Waiting
from tutor.words import Words

log = logging.getLogger(__name__)
LEARNER = "me"
"""One home, one learner; the log has room for more."""


class Session:
    """The conversation of one learner; the chat has one, tests have many."""

    def __init__(self, dialogue: Dialogue, router: Router | None = None) -> None:
        self._dialogue = dialogue
        self._turns = asyncio.Lock()
        self._ready = router
        self._training: asyncio.Future[Router] | None = None
        if router:
            dialogue.answers.ears = router.ears

    async def start(self) -> None:
        """Begin what nobody waits for: the worker with its models, and the router's training."""
        self._train()
        await self._dialogue.worker.start(warm=self._dialogue.has_model)

    def _train(self) -> None:
        if self._training is None and self._ready is None:
            home = self._dialogue.workspace.home
            self._training = _beside(partial(listening, self._dialogue.course, home))

    async def _router(self) -> Router:
        """The router, waited for if it is still being trained."""
        self._train()
        if self._training:
            self._ready = await self._training
            self._dialogue.answers.ears = self._ready.ears
        assert self._ready
        return self._ready

    @property
    def language(self) -> Language:
        return self._dialogue.language

    def prefer(self, tag: str) -> None:
        """Speak the browser's language (a tag such as `en-GB`), unless the learner or the owner chose one."""
        dialogue = self._dialogue
        if not dialogue.memory.language and not dialogue.settings.language:
            dialogue.words = Words("en" if tag.lower().startswith("en") else "es")

    def buttons(self) -> tuple[Button, ...]:
        """The buttons that can be clicked or typed now."""
        return self._dialogue.buttons

    @property
    def heard(self) -> tuple[Intent, ...]:
        """What the last turn was taken for, and what was done, first to last."""
        return tuple(self._dialogue.heard)

    def map(self) -> CourseMap:
        return course_map(self._dialogue)

    def run_status(self, run: str) -> RunStatus:
        """How a run is, for its card. Raises FileMissing."""
        return self._dialogue.jobs.status(run)

    def running(self) -> RunStatus | None:
        """The run that goes on, for the line on every page."""
        return self._dialogue.jobs.running()

    async def turn(self, input: Input) -> AsyncIterator[Shown]:
        """What is shown after what the learner did. An empty input: the page was opened on a new thread."""
        if self._turns.locked() and (input.text or input.uploads):
            self.interrupt()
        async with self._turns:
            self._dialogue.interrupted.clear()
            self._dialogue.heard.clear()
            self._dialogue.about = self._asked_about(input)
            try:
                async for shown in self._dispatch(input):
                    yield shown
            except UserError as error:
                yield self._dialogue.error(error, buttons=self._dialogue.buttons or (next_button(self._dialogue),))
            except Exception:
                yield self._defect()

    def _asked_about(self, input: Input) -> set[str]:
        """The texts and runs that a click is about, and the model that the learner talks to."""
        talk = self._dialogue.memory.talk
        clicked = things_of(self._dialogue.workspace, input.intent.args) if input.intent else set()
        return clicked | (things_of(self._dialogue.workspace, {"run": talk.run}) if talk else set())

    def interrupt(self) -> None:
        """Leave what is going on: the learner pressed stop, or wrote something else."""
        self._dialogue.interrupted.set()

    def happened_since(self, at: float) -> bool:
        """Whether anything of what the learner did since then (seconds since 1970) is remembered."""
        return self._dialogue.store.happened_since(at)

    async def resumed(self) -> AsyncIterator[Shown]:
        """An earlier thread was opened again: nothing, unless the program was restarted in between."""
        if not self._dialogue.spoken:
            async for shown in self.turn(Input()):
                yield shown

    async def watch(self) -> AsyncIterator[Shown]:
        """What happens by itself: a run has ended. For as long as the server lives, from its start."""
        await self.start()
        while True:
            await asyncio.sleep(1)
            async with self._turns:
                try:
                    ended = self._ended_runs()
                except Exception:
                    ended = [self._defect()]
            for shown in ended:
                yield shown

    async def close(self) -> None:
        await self._dialogue.worker.stop()
        self._dialogue.store.close()

    async def _dispatch(self, input: Input) -> AsyncIterator[Shown]:
        dialogue = self._dialogue
        if input.uploads:
            turn = self._bring(input.uploads, input.text.strip())
        elif input.intent:
            turn = act(dialogue, input.intent)
        elif input.text.strip():
            if self._training and not self._training.done():
                yield Waiting(text=dialogue.words("chat.doing.hear"))
            turn = typed(dialogue, input.text, await self._router())
        else:
            turn = greeting.welcome_back(dialogue) if dialogue.memory.greeted else greeting.welcome(dialogue)
        async for shown in turn:
            yield shown

    async def _bring(self, uploads: tuple[Upload, ...], text: str) -> AsyncIterator[Shown]:
        """What arrived at once belongs together: one file, or several as one data set. What was written with it is
        done once the file is in."""
        arrived = True
        names = ", ".join(upload.name for upload in uploads)
        self._dialogue.heard.append(Intent(name="load_dataset", args={"file": names}))
        try:
            async for said in import_text(self._dialogue, uploads=uploads):
                yield brought(self._dialogue, said) if isinstance(said, Outcome) else said
        except UserError as error:
            arrived = False
            yield self._dialogue.error(error, buttons=self._dialogue.buttons)
        if text:
            async for shown in with_a_file(self._dialogue, text, await self._router(), arrived):
                yield shown

    def _ended_runs(self) -> list[Shown]:
        dialogue = self._dialogue
        dialogue.about = set()
        new = [run for run in dict.fromkeys(dialogue.memory.runs.values()) if run not in dialogue.memory.announced]
        return [finish_job(dialogue, run) for run in new if state_of(dialogue, run) in ENDED]

    def _defect(self) -> Shown:
        reference = secrets.token_hex(4)
        log.exception("defect %s", reference)
        told = self._dialogue.words("chat.defect", reference=reference)
        return self._dialogue.say(told, tone="error", buttons=self._dialogue.buttons)


def _beside(work: Callable[[], Router]) -> asyncio.Future[Router]:
    """What comes of a work that takes long, in a thread that the end of the program does not wait for."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Router] = loop.create_future()

    def tell(set_: Callable[[Any], None], what: Any) -> None:
        with suppress(RuntimeError):  # the program has ended meanwhile
            loop.call_soon_threadsafe(lambda: None if found.cancelled() else set_(what))

    def run() -> None:
        try:
            tell(found.set_result, work())
        except Exception as error:
            tell(found.set_exception, error)

    threading.Thread(target=run, daemon=True).start()
    return found


def open_session(settings: Settings) -> Session:
    """The conversation of this home's learner, exactly where it was left."""
    return Session(open_dialogue(settings))


def open_dialogue(settings: Settings) -> Dialogue:
    """All that a conversation works with, and what it remembers."""
    course = load_course(CURRICULUM)
    workspace = Workspace(settings.home)
    store = Store(settings.home / "learner.db", LEARNER, secrets.token_hex(4), course.version)
    events = list(store.events())
    memory = recall(events)
    return Dialogue(
        settings=settings,
        workspace=workspace,
        course=course,
        store=store,
        worker=Worker(settings),
        jobs=Jobs(workspace, settings),
        words=Words(memory.language or settings.language or "es"),
        memory=memory,
        progress=mastery.replay(events, course),
        model_name=model_name(settings),
    )


def model_name(settings: Settings) -> str:
    """The tutor's model in words, empty if there is none."""
    if settings.endpoint:
        return f"{settings.endpoint_model} ({settings.endpoint})"
    try:
        return installed.find(settings.home, settings.tutor_model, "tutor").manifest.label
    except ModelMissing:
        return ""

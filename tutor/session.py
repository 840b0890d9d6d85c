"""One turn from start to finish: what the learner did goes in, what is shown comes out. The only wiring."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator

from skills.contract import Language
from skills.errors import UserError
from tutor.dialogue import greeting
from tutor.dialogue.context import Desk, next_button
from tutor.dialogue.controls import course_map
from tutor.dialogue.free_text import typed
from tutor.dialogue.intents import act, brought
from tutor.dialogue.lesson_runs import ENDED, finish_job, state_of
from tutor.dialogue.skill_calls import Outcome, import_text
from tutor.nlu.router import Router
from tutor.processes.run_status import RunStatus
from tutor.turn import Button, CourseMap, Input, Shown, Upload
from tutor.words import Words

log = logging.getLogger(__name__)


class Session:
    """The conversation of one learner; the chat has one, tests have many."""

    def __init__(self, desk: Desk, router: Router | None = None) -> None:
        self._desk = desk
        self._turns = asyncio.Lock()
        self._ready = router
        self._training: asyncio.Task[Router] | None = None

    async def start(self) -> None:
        """Begin what nobody waits for: the worker with its models, and the router's training."""
        self._train()
        await self._desk.worker.start(warm=self._desk.has_model)

    def _train(self) -> None:
        if self._training is None and self._ready is None:
            self._training = asyncio.create_task(asyncio.to_thread(Router, course=self._desk.course))

    async def _router(self) -> Router:
        """The router, waited for if it is still being trained."""
        self._train()
        if self._training:
            self._ready = await self._training
        assert self._ready
        return self._ready

    @property
    def language(self) -> Language:
        return self._desk.language

    def prefer(self, tag: str) -> None:
        """Speak the browser's language (a tag such as `en-GB`), unless the learner or the owner chose one."""
        desk = self._desk
        if not desk.memory.language and not desk.settings.language:
            desk.words = Words("en" if tag.lower().startswith("en") else "es")

    def buttons(self) -> tuple[Button, ...]:
        """The buttons that can be clicked or typed now."""
        return self._desk.buttons

    def map(self) -> CourseMap:
        return course_map(self._desk)

    def run_status(self, run: str) -> RunStatus:
        """How a run is, for its card. Raises FileMissing."""
        return self._desk.jobs.status(run)

    async def turn(self, input: Input) -> AsyncIterator[Shown]:
        """What is shown after what the learner did. An empty input: the page was opened on a new thread."""
        if self._turns.locked() and (input.text or input.uploads):
            self.interrupt()
        async with self._turns:
            self._desk.interrupted.clear()
            try:
                async for shown in self._dispatch(input):
                    yield shown
            except UserError as error:
                yield self._desk.error(error, buttons=self._desk.buttons or (next_button(self._desk),))
            except Exception:
                yield self._defect()

    def interrupt(self) -> None:
        """Leave what is going on: the learner pressed stop, or wrote something else."""
        self._desk.interrupted.set()

    async def resumed(self) -> AsyncIterator[Shown]:
        """An earlier thread was opened again: nothing, unless the program was restarted in between."""
        if not self._desk.spoken:
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
        await self._desk.worker.stop()
        self._desk.store.close()

    async def _dispatch(self, input: Input) -> AsyncIterator[Shown]:
        desk = self._desk
        if input.uploads:
            turn = self._bring(input.uploads)
        elif input.intent:
            turn = act(desk, input.intent)
        elif input.text.strip():
            turn = typed(desk, input.text, await self._router())
        else:
            turn = greeting.welcome_back(desk) if desk.memory.greeted else greeting.welcome(desk)
        async for shown in turn:
            yield shown

    async def _bring(self, uploads: tuple[Upload, ...]) -> AsyncIterator[Shown]:
        """What arrived at once belongs together: one file, or several as one data set."""
        try:
            async for said in import_text(self._desk, uploads=uploads):
                yield brought(self._desk, said) if isinstance(said, Outcome) else said
        except UserError as error:
            yield self._desk.error(error, buttons=self._desk.buttons)

    def _ended_runs(self) -> list[Shown]:
        desk = self._desk
        new = [run for run in dict.fromkeys(desk.memory.runs.values()) if run not in desk.memory.announced]
        return [finish_job(desk, run) for run in new if state_of(desk, run) in ENDED]

    def _defect(self) -> Shown:
        reference = secrets.token_hex(4)
        log.exception("defect %s", reference)
        told = self._desk.words("chat.defect", reference=reference)
        return self._desk.say(told, tone="error", buttons=self._desk.buttons)

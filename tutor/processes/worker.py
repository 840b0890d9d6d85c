"""Skills in child processes, seen from the server: events out, cancel in. Nothing heavy is imported here."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from skills.contract import EVENTS, ChatMessage, Event, Failed, Language, Options, Profile
from tutor.failures import died, last_words, raised
from tutor.limits import kill_tree, memory_kills
from tutor.processes.sandbox import spawn
from tutor.settings import Settings

if TYPE_CHECKING:
    pass


class Worker:
    """The resident worker process: one request at a time, in order; it starts again by itself if it died.

    `source` is the module of the skills, `engines` the one with `open_chat`, `open_probe` and
    `open_encoder`.
    """

    def __init__(self, settings: Settings, source: str = "skills", engines: str = "tutor.lm") -> None:
        self._settings = settings
        self._given = json.dumps({"settings": settings.as_json(), "source": source, "engines": engines})
        self._errors = settings.home / "logs" / "worker.log"
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._pending: dict[int, _Pending] = {}
        self._starting = asyncio.Lock()
        self._last_id = 0
        self._talks: tuple[Profile, bool] | None = None

    @property
    def pid(self) -> int | None:
        """The number of the process, None while there is none."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self, warm: bool = True) -> None:
        """Start the process; with `warm` it begins to load the models, which nobody waits for."""
        await self._running()
        if warm:
            await self._send(_Pending({"do": "warm"}))

    async def stop(self) -> None:
        """End the process and whatever it is doing."""
        reader, self._reader = self._reader, None
        if reader:
            reader.cancel()
        if self._process and self._process.returncode is None:
            kill_tree(self._process.pid)
            await self._process.wait()
        self._process = None
        for pending in self._pending.values():
            pending.fail(Failed(code="stopped"))
        self._pending.clear()

    async def run(self, skill: str, inputs: Mapping[str, Any], language: Language) -> AsyncGenerator[Event, None]:
        """The events of a skill, the ending last. Closing the iterator cancels it."""
        asked = {"do": "run", "skill": skill, "inputs": dict(inputs), "language": language}
        async with aclosing(self._ask(asked)) as items:
            async for item in items:
                yield item if isinstance(item, Failed) else EVENTS.validate_python(item)

    async def chat(self, messages: Sequence[ChatMessage], options: Options) -> AsyncGenerator[str, None]:
        """What the tutor's model answers, in pieces. Closing the iterator stops it. Raises UserError, Defect."""
        asked = {
            "do": "chat",
            "messages": [message.model_dump() for message in messages],
            "options": options.model_dump(),
        }
        async with aclosing(self._ask(asked)) as items:
            async for item in items:
                yield _or_raise(item)

    async def talks(self) -> Profile:
        """The model that talks, which is another than the tutor's where that does not run or fit; loads it the first
        time. Raises ModelMissing, Defect."""
        return (await self._talking())[0]

    async def languages(self) -> tuple[str, ...]:
        """The languages the model that talks vouches for; loads it the first time. Raises ModelMissing, Defect."""
        return (await self._talking())[0].writes

    async def constrains(self) -> bool:
        """Whether the model that talks keeps to a schema (`Options.json_schema`); loads it the first time. Raises
        ModelMissing, Defect."""
        return (await self._talking())[1]

    async def _talking(self) -> tuple[Profile, bool]:
        if self._talks is None:
            async with aclosing(self._ask({"do": "talks"})) as items:
                [told] = [_or_raise(item) async for item in items]
            self._talks = Profile.model_validate(told["profile"]), told["constrains"]
        return self._talks

    async def unload(self) -> None:
        """Give back the memory of the models, after what was asked before; the next request loads them again, and it
        may be others that play their roles by then."""
        self._talks = None
        async with aclosing(self._ask({"do": "unload"})) as items:
            async for item in items:
                _or_raise(item)

    async def ping(self) -> None:
        """Returns when the process answers, also while it is busy. Raises Defect if it dies before."""
        async with aclosing(self._ask({"do": "ping"})) as items:
            async for item in items:
                _or_raise(item)

    async def _ask(self, asked: dict[str, Any]) -> AsyncGenerator[Any, None]:
        """The items of one request; a `Failed` is the last. Cancels the request if nobody wants the rest."""
        pending = _Pending(asked)
        await self._running()
        await self._send(pending)
        try:
            while (item := await pending.items.get()) is not _END:
                yield item
        finally:
            if self._pending.pop(pending.id, None):
                with suppress(OSError):
                    self._write({"do": "cancel", "id": pending.id})

    async def _send(self, pending: _Pending) -> None:
        self._last_id += 1
        pending.id = self._last_id
        self._pending[pending.id] = pending
        pending.process = self._process
        self._write(pending.asked | {"id": pending.id})

    def _write(self, message: dict[str, Any]) -> None:
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(json.dumps(message, default=str).encode() + b"\n")

    async def _running(self) -> None:
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                self._errors.parent.mkdir(parents=True, exist_ok=True)
                with self._errors.open("wb") as errors:
                    self._process = await spawn(
                        "tutor.processes.worker_main", self._given, settings=self._settings, errors=errors
                    )
                self._reader = asyncio.create_task(self._read(self._process, memory_kills()))

    async def _read(self, process: asyncio.subprocess.Process, kills: int) -> None:
        """Hand out what the process says until it ends; if that was not our doing, tell who was waiting."""
        assert process.stdout
        async for line in process.stdout:
            told = json.loads(line)
            pending = self._pending.get(told["id"])
            if pending is None:
                continue  # cancelled meanwhile
            if "item" in told:
                pending.items.put_nowait(told["item"])
                continue
            del self._pending[told["id"]]
            if "failed" in told:
                pending.fail(Failed(**told["failed"]))
            else:
                pending.items.put_nowait(_END)
        code = await process.wait()
        if code == 0:  # it was asked to unload
            await self._send_again(self._sent_to(process))
            return
        output = last_words(self._errors)
        ending = died(self._settings.home, "the worker", code, output, memory_kills() > kills)
        waiting = self._sent_to(process)
        for pending in waiting[:1]:  # what it was doing has failed; what waited behind it goes to a new process
            self._pending.pop(pending.id, None)
            pending.fail(ending)
        await self._send_again(waiting[1:])

    def _sent_to(self, process: asyncio.subprocess.Process) -> list[_Pending]:
        """What this process has not answered, in the order it was asked."""
        return [pending for pending in self._pending.values() if pending.process is process]

    async def _send_again(self, waiting: list[_Pending]) -> None:
        for pending in waiting:
            await self._running()
            if self._pending.pop(pending.id, None):
                await self._send(pending)


_END = object()


@dataclasses.dataclass
class _Pending:
    """A request that was sent, and the queue of what came back."""

    asked: dict[str, Any]
    id: int = 0
    process: asyncio.subprocess.Process | None = None
    items: asyncio.Queue[Any] = dataclasses.field(default_factory=asyncio.Queue)

    def fail(self, ending: Failed) -> None:
        self.items.put_nowait(ending)
        self.items.put_nowait(_END)


def _or_raise(item: Any) -> Any:
    if isinstance(item, Failed):
        raise raised(item.code, item.values)
    return item

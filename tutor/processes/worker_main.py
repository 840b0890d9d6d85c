"""The resident process that holds the models: requests come in as JSON lines, answers go out as JSON lines.

in   {"id": 1, "do": "run", "skill": ..., "inputs": {...}, "language": "es"}     items are events
     {"id": 2, "do": "chat", "messages": [...], "options": {...}}                items are pieces of text
     {"id": 4, "do": "talks"}                       one item: the profile of who talks, and whether it keeps a schema
     {"id": 5, "do": "warm"}                                                     no items
     {"id": 6, "do": "unload"}                                                   the process ends after it
     {"id": 7, "do": "ping"}   {"do": "cancel", "id": 1}                         answered while others run
out  {"id": 1, "item": ...}    then {"id": 1, "end": true} or {"id": 1, "failed": {"code": ..., "values": {...}}}
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any

from skills.contract import ChatMessage, Context, Event, Options, Request
from skills.workspace import Workspace
from tutor.failures import failed, log
from tutor.lm.llama_server import SPINS
from tutor.lm.loaded import Models
from tutor.processes.execute import execute, find_skill
from tutor.settings import Settings

PATIENCE = 10.0
"""Seconds that a request has to end by itself after whoever asked for it is gone."""

Asked = dict[str, Any]


class Requests:
    """What was asked and not yet done. A thread reads; ids that are cancelled are remembered until they end."""

    def __init__(self, source: IO[bytes], answer: Any) -> None:
        self._source = source
        self._answer = answer
        self._waiting: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._gone = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def __iter__(self) -> Iterator[Asked]:
        while (asked := self._waiting.get()) is not None:
            yield asked

    def cancelled(self, id: int) -> bool:
        return self._gone.is_set() or id in self._cancelled

    def forget(self, id: int) -> None:
        self._cancelled.discard(id)

    def _read(self) -> None:
        for line in self._source:
            asked = json.loads(line)
            if asked["do"] == "cancel":
                self._cancelled.add(asked["id"])
            elif asked["do"] == "ping":
                self._answer(asked["id"], end=True)
            else:
                self._waiting.put(asked)
        self._gone.set()
        self._waiting.put(None)
        threading.Timer(PATIENCE, os._exit, (0,)).start()  # whoever asked is gone: never stay behind


class Worker:
    """Does what is asked, one request after the other, and answers through `out`."""

    def __init__(self, settings: Settings, source: str, engines: str, requests: IO[bytes], out: IO[bytes]) -> None:
        self._settings = settings
        self._source = source
        self._out = out
        self._writing = threading.Lock()
        self._models = Models(settings, engines)
        self._requests = Requests(requests, self._answer)

    def serve(self) -> None:
        """Returns when nobody is there to ask any more, or on `unload`: only the end of a process gives all back."""
        for asked in self._requests:
            id = asked["id"]
            if asked["do"] == "unload":
                self._answer(id, end=True)
                return
            try:
                if not self._requests.cancelled(id):
                    for item in getattr(self, f"_{asked['do']}")(asked):
                        self._answer(id, item=item)
                self._answer(id, end=True)
            except Exception as error:
                self._answer(id, failed=failed(error, self._settings.home).model_dump(exclude={"event"}))
            self._requests.forget(id)

    def _run(self, asked: Asked) -> Iterator[Any]:
        """Runs to the end inside: its events are answered as they happen, not yielded."""
        id = asked["id"]

        def emit(event: Event) -> None:
            self._answer(id, item=event.model_dump(mode="json"))

        def requested() -> Request | None:
            return "stop" if self._requests.cancelled(id) else None

        try:
            skill = find_skill(asked["skill"], self._source)
            ctx = Context(
                workspace=Workspace(self._settings.home),
                language=asked["language"],
                requested=requested,
                **self._models.needed(skill),
            )
        except Exception as error:
            emit(failed(error, self._settings.home))
        else:
            execute(skill, asked["inputs"], ctx, emit)
        yield from ()

    def _chat(self, asked: Asked) -> Iterator[str]:
        messages = [ChatMessage.model_validate(message) for message in asked["messages"]]
        pieces = self._models.chat().stream(messages, Options.model_validate(asked["options"]))
        try:
            for piece in pieces:
                if self._requests.cancelled(asked["id"]):
                    return
                if piece:
                    yield piece
        finally:
            if hasattr(pieces, "close"):
                pieces.close()

    def _talks(self, asked: Asked) -> Iterator[Any]:
        chat = self._models.chat()
        yield {"profile": chat.profile.model_dump(), "constrains": chat.constrains}

    def _warm(self, asked: Asked) -> Iterator[Any]:
        """Load what can be loaded, so that the first answer is quick; what cannot is told when it is needed."""
        for load in (self._models.chat, self._models.probe):
            try:
                load()
            except Exception as error:
                log(self._settings.home, f"not loaded yet: {error}")
        yield from ()

    def _answer(self, id: int, **told: Any) -> None:
        line = json.dumps({"id": id} | told).encode() + b"\n"
        with self._writing, suppress(BrokenPipeError):  # whoever asked is gone: `Requests` hears of it as well
            self._out.write(line)
            self._out.flush()


def claim_stdout() -> IO[bytes]:
    """The real standard output, for us alone: what a library prints from now on goes to the error output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return out


def main(given: str) -> None:
    """`given`: JSON with `settings`, `source` (module of the skills) and `engines` (module of the models)."""
    out = claim_stdout()
    options = json.loads(given)
    os.environ.update(SPINS | os.environ)  # whichever library brings the threads: see there
    settings = Settings.from_json(options["settings"])
    Worker(settings, options["source"], options["engines"], sys.stdin.buffer, out).serve()
    os._exit(0)  # a thread is still reading the standard input: an orderly end would wait for it


if __name__ == "__main__":
    main(sys.argv[1])

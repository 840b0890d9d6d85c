"""Scripted models and runs: a session that is the real one in everything but what writes, and how long it takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import skills
from skills.blocks import Token
from skills.contract import (
    ChatMessage,
    Context,
    Done,
    Encoder,
    Event,
    Failed,
    Language,
    NextToken,
    Options,
    Profile,
    Reader,
    Score,
)
from skills.errors import Busy, FileMissing, UserError
from skills.workspace import Workspace
from tutor.processes.execute import read_inputs
from tutor.processes.run_status import RunStatus

PROFILE = Profile(
    name="scripted",
    writes=("es", "en"),
    context=512,
    parameters=0,
    disk_bytes=0,
    memory_bytes=0,
    licence="MIT",
    digest="0" * 64,
)


class ScriptedChat:
    """Says the scripted replies, one a call, word by word; remembers what it was asked."""

    profile = PROFILE
    constrains = False

    def __init__(self, replies: Sequence[str] = ()) -> None:
        self.replies = list(replies)
        self.asked: list[list[ChatMessage]] = []

    def stream(self, messages: Sequence[ChatMessage], options: Options) -> Iterator[str]:
        self.asked.append(list(messages))
        reply = self.replies.pop(0) if self.replies else ""
        for i, word in enumerate(reply.split(" ")):
            yield word if i == 0 else f" {word}"

    def count_tokens(self, text: str) -> int:
        return len(text.split())


class ScriptedProbe:
    """Tokens are words; the next token is taken from `after` (text -> word: probability)."""

    profile = PROFILE

    def __init__(self, after: dict[str, dict[str, float]] | None = None) -> None:
        self.after = after or {}

    def tokenize(self, text: str) -> list[Token]:
        return [Token(text=w if i == 0 else f" {w}", id=len(w)) for i, w in enumerate(text.split())]

    def next_token(self, text: str, k: int) -> list[NextToken]:
        ranked = sorted(self.after.get(text, {"a": 0.5, "b": 0.25}).items(), key=lambda pair: -pair[1])[:k]
        return [NextToken(id=i, text=w, probability=p) for i, (w, p) in enumerate(ranked)]

    def score(self, prompt: str, continuations: Sequence[str]) -> list[Score]:
        return [Score(logprob=-float(len(c)), tokens=max(1, len(c.split()))) for c in continuations]

    def generate(self, prompt: str, options: Options) -> Iterator[str]:
        yield " y"
        yield " sigue"

    ended = True


class ScriptedVoice:
    """Writes its name, the prompt's last word and the seed; remembers what it was asked."""

    def __init__(self, name: str) -> None:
        self.profile = PROFILE.model_copy(update={"name": name})
        self.ended = True
        self.asked: list[tuple[Any, Options]] = []

    def stream(self, messages: Sequence[ChatMessage], options: Options) -> Iterator[str]:
        self.asked.append((list(messages), options))
        yield f"{self.profile.name} contesta a {messages[-1].content}"

    def generate(self, prompt: str, options: Options) -> Iterator[str]:
        self.asked.append((prompt, options))
        yield f" {self.profile.name} sigue"
        yield f" {prompt.split()[-1]} con {options.seed}."

    def count_tokens(self, text: str) -> int:
        return len(text.split())


class ScriptedVoices:
    def __init__(self) -> None:
        self.opened: list[str] = []
        self.voices: dict[str, ScriptedVoice] = {}

    def base(self, run_dir: Path | None = None) -> ScriptedVoice:
        return self._open("base")

    def tuned(self, run_dir: Path, stage: Callable[[str], None] = lambda name: None) -> ScriptedVoice:
        return self._open(run_dir.name)

    def _open(self, name: str) -> ScriptedVoice:
        self.opened.append(name)
        return self.voices.setdefault(name, ScriptedVoice(name))


class InProcess:
    """Runs quick skills here and now, with scripted models; `broken` names what fails with which error."""

    def __init__(self, workspace: Workspace, chat: ScriptedChat | None, probe: ScriptedProbe | None) -> None:
        self.workspace, self.the_chat, self.probe = workspace, chat, probe
        self.weights: Path | None = None
        self.encoder: Encoder | None = None
        self.reader: Reader | None = None
        self.talker = "smollm2-135m-instruct"
        self.voices = ScriptedVoices()
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
            encoder=self.encoder,
            reader=self.reader,
        )
        try:
            if name in self.broken:
                raise self.broken[name]
            if "probe" in skill.needs and self.probe is None:
                yield Failed(code="model_missing", values={"model": ""})
                return
            result = skill.run(read_inputs(skill, inputs, language), ctx)
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
        self.runs[run] = RunStatus(run=run, skill=skill, state="running", attempt=1, inputs=dict(inputs))
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

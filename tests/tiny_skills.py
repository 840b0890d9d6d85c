"""Skills that do one thing each, for the tests of the processes that run skills."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Literal

from pydantic import Field

from skills.blocks import Block, Text, msg
from skills.contract import Advanced, Context, Inputs, Metric, Paused, Result, Skill, Where, Wrote
from skills.errors import FileMissing
from skills.workspace import write_atomic

NAMES = ("count", "echo", "fail", "load_dataset", "means", "mould", "sandbox", "talk", "weigh")


class CountInputs(Inputs):
    steps: int = Field(default=3, ge=1, le=1000)
    wait: float = 0.0


class CountResult(Result):
    counted: int

    def blocks(self) -> tuple[Block, ...]:
        return (Text(message=msg("load_dataset.examples.prose", number=str(self.counted))),)


def count(inputs: CountInputs, ctx: Context) -> CountResult:
    """Count up, keeping the place in the run's folder, and heed what is asked."""
    place = (ctx.run_dir or ctx.workspace.home) / "place"
    begin = int(place.read_text()) if ctx.run_dir and place.exists() else 0
    for step in range(begin, inputs.steps):
        asked = ctx.requested()
        if asked == "pause":
            ctx.emit(Paused())
        if asked:
            return CountResult(counted=step)
        time.sleep(inputs.wait)
        ctx.emit(Metric(step=step, name="loss", value=1 / (step + 1)))
        if ctx.run_dir:  # kept before it is told: a kill in between loses nothing that was said
            write_atomic(place, str(step + 1))
        ctx.emit(Advanced(done=step + 1, total=inputs.steps))
    print("a library that prints")  # noqa: T201
    return CountResult(counted=inputs.steps)


class EchoInputs(Inputs):
    text: str
    file: str | None = None
    times: int = Field(default=1, ge=1, le=9)


class EchoResult(Result):
    text: str

    def blocks(self) -> tuple[Block, ...]:
        return (Text(message=msg("load_dataset.examples.prose", number=self.text)),)


def echo(inputs: EchoInputs, ctx: Context) -> EchoResult:
    for _ in range(inputs.times):
        ctx.emit(Wrote(text=inputs.text))
    return EchoResult(text=inputs.text * inputs.times)


class FailInputs(Inputs):
    how: str


def fail(inputs: FailInputs, ctx: Context) -> EchoResult:
    match inputs.how:
        case "user":
            raise FileMissing(name="x", known="y")
        case "defect":
            raise RuntimeError("a defect on purpose")
        case "memory":
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")
        case "disk":
            raise OSError(28, "No space left on device")
        case "exit":
            os._exit(3)
    raise AssertionError(inputs.how)


class SandboxInputs(Inputs):
    how: str


def sandbox(inputs: SandboxInputs, ctx: Context) -> EchoResult:
    match inputs.how:
        case "memory":
            return EchoResult(text=str(len(bytearray(4_000_000_000))))
        case "slowly":
            kept = []
            while True:
                kept.append(bytearray(b"x" * 20_000_000))
                time.sleep(0.01)
        case "time":
            time.sleep(60)
        case "file":
            with Path(ctx.workspace.home / "large").open("wb") as file:
                for _ in range(100):
                    file.write(b"x" * 1_000_000)
        case "crash":
            os._exit(3)
    return EchoResult(text="well")


class TalkInputs(Inputs):
    prompt: str


def talk(inputs: TalkInputs, ctx: Context) -> EchoResult:
    if ctx.probe is None:
        return EchoResult(text="without a model")
    return EchoResult(text=ctx.probe.next_token(inputs.prompt, 1)[0].text)


def means(inputs: EchoInputs, ctx: Context) -> EchoResult:
    if ctx.encoder is None:
        return EchoResult(text="without an encoder")
    return EchoResult(text=str(ctx.encoder.embed([inputs.text], "query").shape))


class LoadInputs(Inputs):
    path: Path


class LoadResult(EchoResult):
    dataset: str


def load_dataset(inputs: LoadInputs, ctx: Context) -> LoadResult:
    """Keeps nothing: a data set is called as its file."""
    if not inputs.path.exists():
        raise FileMissing(name=inputs.path.name, known="")
    return LoadResult(text=inputs.path.read_text("utf-8"), dataset=f"set-{inputs.path.stem}")


def mould(inputs: EchoInputs, ctx: Context) -> EchoResult:
    """Says which weights it was given."""
    return EchoResult(text=f"{inputs.text} {ctx.weights.name if ctx.weights else None}")


def _skill(name: str, where: Where) -> Skill:
    kinds = {
        "count": (CountInputs, count),
        "echo": (EchoInputs, echo),
        "fail": (FailInputs, fail),
        "load_dataset": (LoadInputs, load_dataset),
        "means": (EchoInputs, means),
        "mould": (EchoInputs, mould),
        "sandbox": (SandboxInputs, sandbox),
        "talk": (TalkInputs, talk),
        "weigh": (CountInputs, count),
    }
    kind, run = kinds[name]
    return Skill(name, kind, run, where, NEEDS.get(name, frozenset()))


NEEDS: dict[str, frozenset[Literal["chat", "probe", "encoder", "weights"]]] = {
    "talk": frozenset({"probe"}),
    "means": frozenset({"encoder"}),
    "mould": frozenset({"weights"}),
}


def skill(name: str) -> Skill:
    places: dict[str, Where] = {"sandbox": "sandbox", "load_dataset": "sandbox", "weigh": "job", "mould": "job"}
    if name not in NAMES:
        raise KeyError(name)
    return _skill(name, places.get(name, "worker"))

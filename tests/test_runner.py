"""The resident worker and the sandbox, seen from the server: order, cancel, crashes, limits. The processes are real."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

import psutil
import pytest

from skills.contract import ENDINGS, Advanced, ChatMessage, Done, Event, Failed, Metric, Options
from skills.errors import ModelMissing, UserError
from skills.workspace import Workspace
from tutor.limits import Limits, python, watch
from tutor.processes.sandbox import sandboxed
from tutor.processes.worker import Worker
from tutor.settings import Settings, child_env

HELLO = [ChatMessage(role="user", content="hola che cómo va")]


@pytest.fixture
async def worker(workspace: Workspace) -> AsyncIterator[Worker]:
    worker = Worker(Settings(home=workspace.home, threads=1), source="tests.tiny_skills", engines="tests.tiny_engines")
    yield worker
    await worker.stop()


async def collect(worker: Worker, skill: str, inputs: dict[str, object]) -> list[Event]:
    return [event async for event in worker.run(skill, inputs, "es")]


async def test_events_come_in_order_with_one_ending_and_prints_do_no_harm(worker: Worker) -> None:
    events = await collect(worker, "count", {"steps": 2})
    assert [type(event) for event in events] == [Metric, Advanced, Metric, Advanced, Done]
    assert events[-1].blocks  # type: ignore[union-attr]


async def test_requests_wait_for_their_turn_and_pings_do_not(worker: Worker) -> None:
    await worker.start(warm=False)
    ends: list[str] = []

    async def run(name: str, wait: float) -> None:
        await collect(worker, "count", {"steps": 1, "wait": wait})
        ends.append(name)

    first = asyncio.create_task(run("slow", 0.8))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(run("quick", 0.0))
    await worker.ping()
    assert ends == []
    await asyncio.gather(first, second)
    assert ends == ["slow", "quick"]


async def test_closing_the_iterator_cancels_within_a_second(worker: Worker) -> None:
    async with aclosing(worker.run("count", {"steps": 1000, "wait": 0.02}, "es")) as events:
        async for _ in events:
            break
    began = time.monotonic()
    assert (await collect(worker, "echo", {"text": "a"}))[-1] == Done(
        result={"text": "a"},
        blocks=(await collect(worker, "echo", {"text": "a"}))[-1].blocks,  # type: ignore[union-attr]
    )
    assert time.monotonic() - began < 1.0


async def test_a_request_cancelled_while_it_waits_is_never_begun(worker: Worker, workspace: Workspace) -> None:
    first = asyncio.create_task(collect(worker, "count", {"steps": 1, "wait": 0.5}))
    await asyncio.sleep(0.2)
    waiting = asyncio.create_task(collect(worker, "talk", {"prompt": "a"}))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await first
    await collect(worker, "echo", {"text": "a"})
    assert not (workspace.home / "opened").exists()


async def test_chat_streams_and_stops_when_nobody_listens(worker: Worker) -> None:
    assert "".join([piece async for piece in worker.chat(HELLO, Options())]) == "hola che cómo va "
    long = [ChatMessage(role="user", content="palabra " * 1000)]
    async with aclosing(worker.chat(long, Options())) as pieces:
        async for _ in pieces:
            break
    began = time.monotonic()
    assert await worker.constrains()
    assert time.monotonic() - began < 1.0


async def test_models_are_loaded_once_and_again_after_unload(worker: Worker, workspace: Workspace) -> None:
    await worker.start()
    for _ in range(2):
        assert (await collect(worker, "talk", {"prompt": "a"}))[-1].result == {"text": "b"}  # type: ignore[union-attr]
    assert (workspace.home / "opened").read_text().split() == ["chat", "probe"]
    first = worker.pid
    asked = [asyncio.create_task(worker.unload()), asyncio.create_task(collect(worker, "talk", {"prompt": "a"}))]
    await asyncio.gather(*asked)
    assert worker.pid != first
    assert (workspace.home / "opened").read_text().split() == ["chat", "probe", "probe"]


async def test_a_model_that_is_not_there_is_a_user_error_and_the_worker_goes_on(workspace: Workspace) -> None:
    settings = Settings(home=workspace.home, tutor_model="missing")
    worker = Worker(settings, source="tests.tiny_skills", engines="tests.tiny_engines")
    try:
        await worker.start()
        with pytest.raises(ModelMissing) as caught:
            await worker.languages()
        assert caught.value.values == {"model": "missing"}
        assert isinstance((await collect(worker, "echo", {"text": "a"}))[-1], Done)
    finally:
        await worker.stop()


async def test_a_skill_whose_model_is_missing_is_called_without_it(workspace: Workspace) -> None:
    settings = Settings(home=workspace.home, workbench_model="missing")
    worker = Worker(settings, source="tests.tiny_skills", engines="tests.tiny_engines")
    try:
        assert (await collect(worker, "talk", {"prompt": "a"}))[-1].result == {"text": "without a model"}  # type: ignore[union-attr]
    finally:
        await worker.stop()


@pytest.mark.slow
async def test_a_killed_worker_fails_what_it_did_and_does_what_waited(worker: Worker, workspace: Workspace) -> None:
    await worker.start(warm=False)
    events: list[Event] = []

    async def run() -> None:
        async for event in worker.run("count", {"steps": 1000, "wait": 0.02}, "es"):
            events.append(event)

    running = asyncio.create_task(run())
    while not events:
        await asyncio.sleep(0.01)
    waiting = asyncio.create_task(collect(worker, "echo", {"text": "a"}))
    await asyncio.sleep(0.05)
    assert worker.pid
    psutil.Process(worker.pid).kill()
    await running
    assert isinstance(events[-1], Failed)
    assert events[-1].code == ("killed" if os.name == "posix" else "defect")
    assert sum(isinstance(event, ENDINGS) for event in events) == 1
    assert isinstance((await waiting)[-1], Done)
    assert isinstance((await collect(worker, "echo", {"text": "b"}))[-1], Done)


async def test_a_worker_that_crashes_leaves_a_reference_in_the_log(worker: Worker, workspace: Workspace) -> None:
    failed = (await collect(worker, "fail", {"how": "exit"}))[-1]
    assert isinstance(failed, Failed)
    assert failed.code == "defect"
    assert str(failed.values["reference"]) in (workspace.home / "logs" / "tutor.log").read_text("utf-8")


async def test_the_worker_ends_with_the_server(workspace: Workspace) -> None:
    worker = Worker(Settings(home=workspace.home), source="tests.tiny_skills", engines="tests.tiny_engines")
    await worker.start(warm=False)
    await worker.ping()
    assert worker._process
    assert worker._process.stdin
    worker._process.stdin.close()
    assert await asyncio.wait_for(worker._process.wait(), 5) == 0
    await worker.stop()


@pytest.mark.parametrize(
    ("inputs", "name", "told"),
    [
        ({"txt": "a"}, "text", "falta"),
        ({"text": "a", "time": 3}, "time", "text, file, times"),
        pytest.param({"text": "a", "times": 12}, "times", "9 o menos", marks=pytest.mark.slow),
        pytest.param({"text": "a", "times": "pi"}, "times", "número entero", marks=pytest.mark.slow),
    ],
)
async def test_wrong_inputs_are_told_in_words(worker: Worker, inputs: dict[str, object], name: str, told: str) -> None:
    failed = (await collect(worker, "echo", inputs))[-1]
    assert isinstance(failed, Failed)
    assert failed.code == "bad_input"
    assert failed.values["name"] == name
    assert told in str(failed.values["problem"])


async def test_a_skill_that_is_not_there(worker: Worker) -> None:
    (failed,) = await collect(worker, "sing", {})
    assert isinstance(failed, Failed)
    assert (failed.code, failed.values["name"]) == ("skill_missing", "sing")


async def enclosed(workspace: Workspace, how: str, limits: Limits | None = None) -> Event:
    settings = Settings(home=workspace.home)
    events = [
        event async for event in sandboxed("sandbox", {"how": how}, "es", settings, limits, source="tests.tiny_skills")
    ]
    assert [isinstance(event, ENDINGS) for event in events] == [False] * (len(events) - 1) + [True]
    return events[-1]


@pytest.mark.parametrize(("how", "code"), [("memory", "out_of_memory"), ("time", "took_too_long"), ("crash", "defect")])
async def test_the_sandbox_ends_what_passes_a_limit(workspace: Workspace, how: str, code: str) -> None:
    began = time.monotonic()
    ending = await enclosed(workspace, how, Limits(seconds=1.5 if how == "time" else 30))  # a busy machine is slow
    assert isinstance(ending, Failed)
    assert ending.code == code
    assert time.monotonic() - began < 5


@pytest.mark.skipif(os.name != "posix", reason="Windows has no limit on the size of a file")
async def test_the_sandbox_ends_what_writes_too_much(workspace: Workspace) -> None:
    ending = await enclosed(workspace, "file", Limits(file=5_000_000))
    assert isinstance(ending, Failed)
    assert ending.code == "file_too_large"
    assert (workspace.home / "large").stat().st_size <= 5_000_000


async def test_the_sandbox_lets_the_rest_through_and_leaves_no_process(workspace: Workspace) -> None:
    ending = await enclosed(workspace, "well")
    assert isinstance(ending, Done)
    settings = Settings(home=workspace.home)
    events = sandboxed("count", {"steps": 1000, "wait": 0.02}, "es", settings, source="tests.tiny_skills")
    async with aclosing(events):
        async for _ in events:
            break
    assert not [child for child in psutil.Process().children() if "tutor.processes.sandbox_main" in child.cmdline()]


async def test_the_watch_from_outside_ends_a_process_that_takes_too_much_memory() -> None:
    hog = "kept = [bytes(range(256)) * 400_000 for _ in range(10)]; import time; time.sleep(30)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", hog)
    assert await watch(process.pid, Limits(memory=300_000_000, seconds=20.0), every=0.02) == "memory"
    assert await process.wait() != 0


def test_an_error_comes_back_as_what_it_was() -> None:
    from tutor.failures import Defect, raised

    assert isinstance(raised("model_missing", {"model": "x"}), ModelMissing)
    assert isinstance(raised("defect", {"reference": "x"}), Defect)
    strange = raised("something_new", {"a": 1})
    assert type(strange) is UserError
    assert strange.code == "something_new"


@pytest.mark.slow
@pytest.mark.parametrize("module", ["worker_main", "sandbox_main"])
def test_when_the_server_is_killed_its_processes_end_and_no_defect_is_logged(workspace: Workspace, module: str) -> None:
    settings = Settings(home=workspace.home, threads=1)
    source = {"source": "tests.tiny_skills", "engines": "tests.tiny_engines"}
    asked = {
        "skill": "count",
        "inputs": {"steps": 1000, "wait": 0.01},
        "language": "es",
        "do": "run",
        "id": 1,
        **source,
    }
    asked |= {"home": str(workspace.home), "tokenizers": {}, **source, "limits": dataclasses.asdict(Limits())}
    given = [json.dumps({"settings": settings.as_json(), **source})] if module == "worker_main" else []
    (workspace.home / "logs").mkdir(parents=True)
    process = subprocess.Popen(
        python(f"tutor.processes.{module}", *given),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=child_env(settings),
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(asked).encode() + b"\n")
    process.stdin.flush()
    assert b"metric" in process.stdout.readline()
    process.stdout.close()
    time.sleep(0.1)
    process.stdin.close()
    assert process.wait(timeout=8) == 0
    assert not (workspace.home / "logs" / "tutor.log").exists()

"""Long runs: their events, what is asked of them, kills, half-written lines, full disks. The processes are real."""

from __future__ import annotations

import asyncio
import errno
import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from skills.contract import Advanced, Done, Failed, Metric, Paused, Started
from skills.errors import Busy, DiskFull, FileMissing, ModelMissing, RunUnusable
from skills.workspace import Workspace
from tutor.processes.jobs import Jobs
from tutor.processes.run_files import EventLog, Spec, attempts, planned_steps, read_events, read_process
from tutor.processes.run_status import RunStatus, replay
from tutor.settings import Settings

SPEC = Spec(skill="count", inputs={}, language="es", created=1.0)


@pytest.fixture
def jobs(workspace: Workspace) -> Jobs:
    return make_jobs(workspace)


def make_jobs(workspace: Workspace) -> Jobs:
    settings = Settings(home=workspace.home, threads=1)
    return Jobs(workspace, settings, source="tests.tiny_skills", engines="tests.tiny_engines")


async def until(jobs: Jobs, run: str, holds: Any, seconds: float = 20.0) -> RunStatus:
    """Wait until `holds(status)`, and return that status."""
    end = time.monotonic() + seconds
    while not holds(status := jobs.status(run)):
        assert time.monotonic() < end, status
        await asyncio.sleep(0.02)
    return status


async def test_a_run_tells_its_events_in_order_and_ends_once(jobs: Jobs) -> None:
    run = await jobs.start("weigh", {"steps": 3}, "es")
    events = [event async for event in jobs.follow(run)]
    assert isinstance(events[0], Started)
    assert [type(event) for event in events[1:]] == [Metric, Advanced] * 3 + [Done]
    status = jobs.status(run)
    assert (status.state, status.attempt, status.done, status.total) == ("done", 1, 3.0, 3.0)
    assert status.result == {"counted": 3}
    assert [metric.value for metric in status.metrics] == [1.0, 0.5, pytest.approx(1 / 3)]
    assert [block.kind for block in status.blocks] == ["text"]
    assert jobs.list() == (status,)
    with pytest.raises(RunUnusable):
        jobs.resume(run)


async def test_a_run_is_noted_before_its_process_is_there(jobs: Jobs) -> None:
    states = []
    run = await jobs.start("weigh", {"steps": 1}, "es", noted=lambda run: states.append((run, jobs.status(run).state)))
    assert states == [(run, "interrupted")]  # as whoever is cut off here finds it
    assert [type(event) async for event in jobs.follow(run)][-1] == Done


@pytest.mark.slow
async def test_following_from_the_middle_tells_only_what_is_new(jobs: Jobs) -> None:
    run = await jobs.start("weigh", {"steps": 2}, "es")
    assert len([event async for event in jobs.follow(run)]) == 6
    assert [type(event) async for event in jobs.follow(run, since=5)] == [Done]


async def test_stop_keeps_and_pause_is_resumed_where_it_was(jobs: Jobs) -> None:
    run = await jobs.start("weigh", {"steps": 500, "wait": 0.02}, "es")
    await until(jobs, run, lambda status: status.done >= 2)
    jobs.request(run, "pause")
    assert jobs.status(run).asked in ("pause", None)
    paused = await until(jobs, run, lambda status: status.state == "paused")
    with pytest.raises(FileMissing):
        jobs.resume("run-none")
    jobs.resume(run)
    going = await until(jobs, run, lambda status: status.done > paused.done)
    assert going.attempt == 2
    assert going.state == "running"
    began = time.monotonic()
    jobs.request(run, "stop")
    stopped = await until(jobs, run, lambda status: status.state == "stopped")
    assert time.monotonic() - began < 1.0
    assert stopped.kept
    assert stopped.result is not None
    assert stopped.result["counted"] > paused.done


async def test_a_deleted_run_is_gone_and_another_can_begin(jobs: Jobs, workspace: Workspace) -> None:
    run = await jobs.start("weigh", {"steps": 500, "wait": 0.02}, "es")
    await until(jobs, run, lambda status: status.done >= 1)
    with pytest.raises(Busy):
        await jobs.start("weigh", {}, "es")
    with pytest.raises(Busy):
        jobs.resume(run)
    assert (now := jobs.running()) is not None
    assert now.run == run
    process = read_process(workspace.runs / run)
    assert process
    await asyncio.to_thread(jobs.delete, run)
    assert jobs.running() is None
    assert not jobs.usable(run)
    assert jobs.list() == ()
    assert not (workspace.runs / run).exists()
    await asyncio.to_thread(_wait_gone, process.pid)
    assert await jobs.start("weigh", {}, "es")


@pytest.mark.slow
async def test_the_end_of_a_process_says_nothing_of_the_attempt_after_it(jobs: Jobs, workspace: Workspace) -> None:
    run = await jobs.start("weigh", {"steps": 200, "wait": 0.02}, "es")
    await until(jobs, run, lambda status: status.done >= 1)
    folder = workspace.runs / run
    first = read_process(folder)
    assert first
    jobs.request(run, "pause")
    await until(jobs, run, lambda status: status.state == "paused")
    jobs.resume(run)
    await until(jobs, run, lambda status: attempts(read_events(folder)) == 2)
    for code in (0, -9):  # the first process took a while to go
        jobs._see_end(SimpleNamespace(wait=lambda code=code: code), folder, first, 0)  # type: ignore[arg-type, misc]
    assert jobs.status(run).state == "running"
    assert read_process(folder) != first
    await asyncio.to_thread(jobs.delete, run)


async def test_what_is_no_longer_running_is_not_asked(jobs: Jobs) -> None:
    run = await jobs.start("weigh", {"steps": 2}, "es")
    await until(jobs, run, lambda status: status.state == "done")
    assert not jobs.request(run, "pause")
    assert not jobs.request(run, "stop")


def _wait_gone(pid: int) -> None:
    end = time.monotonic() + 5
    while psutil.pid_exists(pid) and time.monotonic() < end:
        time.sleep(0.02)


async def test_a_killed_run_is_interrupted_and_goes_on_as_attempt_two(jobs: Jobs, workspace: Workspace) -> None:
    run = await jobs.start("weigh", {"steps": 40, "wait": 0.02}, "es")
    seen = await until(jobs, run, lambda status: status.done >= 3)
    process = read_process(workspace.runs / run)
    assert process
    psutil.Process(process.pid).kill()
    status = await until(jobs, run, lambda status: status.state == "interrupted")
    assert status.attempt == 1
    if os.name == "posix":
        told = await until(jobs, run, lambda status: status.error is not None)
        assert told.error == Failed(code="killed")
    jobs.resume(run)
    assert jobs.status(run).state == "running"
    done = await until(jobs, run, lambda status: status.state == "done")
    assert done.attempt == 2
    assert done.error is None
    assert sorted({metric.step for metric in done.metrics}) == [float(i) for i in range(40)]
    assert done.done >= seen.done


@pytest.mark.slow
async def test_an_interrupted_run_can_be_stopped_and_keeps_what_it_has(jobs: Jobs, workspace: Workspace) -> None:
    run = await jobs.start("weigh", {"steps": 500, "wait": 0.02}, "es")
    await until(jobs, run, lambda status: status.done >= 3)
    process = read_process(workspace.runs / run)
    assert process
    psutil.Process(process.pid).kill()
    await until(jobs, run, lambda status: status.state == "interrupted")
    jobs.request(run, "stop")
    status = await until(jobs, run, lambda status: status.state == "stopped")
    assert status.kept
    assert status.result is not None
    assert status.result["counted"] >= 3


async def test_a_run_names_the_weights_it_works_on_and_keeps_to_them(jobs: Jobs, workspace: Workspace) -> None:
    run = await jobs.start("mould", {"text": "on"}, "es")
    done = await until(jobs, run, lambda status: status.state == "done")
    assert done.result == {"text": "on tiny"}
    spec = jobs.spec(run)
    assert (spec.model, spec.digest, spec.weights) == ("tiny", "0" * 64, str(workspace.home / "models" / "tiny"))
    missing = Settings(home=workspace.home, workbench_model="missing")
    with pytest.raises(ModelMissing):
        await Jobs(workspace, missing, "tests.tiny_skills", "tests.tiny_engines").start("mould", {"text": "on"}, "es")


@pytest.mark.slow
async def test_a_run_goes_on_without_whoever_started_it(jobs: Jobs, workspace: Workspace) -> None:
    run = await jobs.start("weigh", {"steps": 5, "wait": 0.02}, "es")
    other = make_jobs(workspace)
    assert other.status(run).state == "running"
    assert (await until(other, run, lambda status: status.state == "done")).result == {"counted": 5}
    other.delete(run)
    assert other.list() == ()
    assert not (workspace.runs / run).exists()


async def test_deleting_a_running_run_ends_it(jobs: Jobs, workspace: Workspace) -> None:
    run = await jobs.start("weigh", {"steps": 500, "wait": 0.02}, "es")
    await until(jobs, run, lambda status: status.done >= 1)
    process = read_process(workspace.runs / run)
    assert process
    jobs.delete(run)
    await asyncio.to_thread(_wait_gone, process.pid)
    assert not (workspace.runs / run).exists()
    assert not jobs.usable(run)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("user", "file_missing"),
        ("defect", "defect"),
        ("memory", "out_of_memory"),
        ("disk", "disk_full"),
        ("exit", "defect"),
    ],
)
async def test_whatever_goes_wrong_the_run_says_so(jobs: Jobs, workspace: Workspace, how: str, code: str) -> None:
    run = await jobs.start("fail", {"how": how}, "es")
    status = await until(jobs, run, lambda status: status.state == "failed")
    assert status.error is not None
    assert status.error.code == code
    if code == "defect":
        log = (workspace.home / "logs" / "tutor.log").read_text("utf-8")
        assert str(status.error.values["reference"]) in log
        assert how == "exit" or "a defect on purpose" in log


@pytest.mark.slow
async def test_a_child_that_cannot_start_says_why(jobs: Jobs, workspace: Workspace) -> None:
    run = await jobs.start("weigh", {}, "es")
    await until(jobs, run, lambda status: status.state == "done")
    spec, process = jobs.spec(run), read_process(workspace.runs / run)
    assert process
    await asyncio.to_thread(_wait_gone, process.pid)
    (workspace.runs / run / "spec.json").write_text(
        spec.model_copy(update={"source": "tests.no_such_module"}).model_dump_json()
    )
    (workspace.runs / run / "events.jsonl").unlink()
    jobs.resume(run)
    status = await until(jobs, run, lambda status: status.state == "failed")
    assert status.error is not None
    log = (workspace.home / "logs" / "tutor.log").read_text("utf-8")
    assert str(status.error.values["reference"]) in log
    assert "no_such_module" in log


def test_a_half_written_line_is_left_out_and_the_next_attempt_starts_a_new_one(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log.append(Started(attempt=1, at=5.0))
    log.append(Advanced(done=1, total=2))
    log.close()
    with (tmp_path / "events.jsonl").open("ab") as file:
        file.write(b'{"event":"progress","done":2,"to')
    assert [type(event) for event in read_events(tmp_path)] == [Started, Advanced]
    again = EventLog(tmp_path)
    again.append(Started(attempt=2, at=6.0))
    again.append(Paused())
    again.close()
    assert [type(event) for event in read_events(tmp_path)] == [Started, Advanced, Started, Paused]
    status = replay("run", SPEC, read_events(tmp_path), running=False, last_change=9.0)
    assert (status.state, status.attempt, status.done, status.seconds) == ("paused", 2, 1.0, 3.0)


def test_a_full_disk_leaves_the_log_whole_and_room_for_the_ending(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log.append(Started(attempt=1))
    disk = FullDisk(log._file, tmp_path / "reserve")
    log._file = disk  # type: ignore[assignment]
    with pytest.raises(DiskFull):
        log.append(Advanced(done=1, total=2))
    log.append(Failed(code="disk_full"))
    log.close()
    assert read_events(tmp_path) == [Started(attempt=1), Failed(code="disk_full")]
    assert not (tmp_path / "reserve").exists()


class FullDisk:
    """A file on a disk without room for more than half a line, until the reserve is given back."""

    def __init__(self, file: Any, reserve: Path) -> None:
        self._file = file
        self._reserve = reserve

    def write(self, line: bytes) -> int:
        if not self._reserve.exists():
            return int(self._file.write(line))
        self._file.write(line[: len(line) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def test_a_resumed_run_measures_again_what_it_had_measured_after_its_checkpoint() -> None:
    events = [
        Started(attempt=1, at=1.0),
        Metric(step=1, name="loss", value=3.0),
        Metric(step=2, name="loss", value=2.0),
        Started(attempt=2, at=5.0),
        Metric(step=2, name="loss", value=1.5),
        Done(result={"a": 1}),
    ]
    status = replay("run", SPEC, events, running=False, last_change=8.0)
    assert [(metric.step, metric.value) for metric in status.metrics] == [(1, 3.0), (2, 1.5)]
    assert (status.state, status.seconds, status.kept) == ("done", 3.0, True)
    cut = replay("run", SPEC, events[:-1], running=False, last_change=8.0)
    assert (cut.state, cut.kept) == ("interrupted", False)
    assert replay("run", SPEC, events[:-1], running=True, last_change=8.0).state == "running"


def test_the_steps_that_are_planned(tmp_path: Path) -> None:
    assert planned_steps(tmp_path) == 0
    for written, steps in (('{"steps": 12}', 12), ('{"steps', 0), ("[]", 0), ("{}", 0), ('{"steps": null}', 0)):
        (tmp_path / "plan.json").write_text(written, "utf-8")
        assert planned_steps(tmp_path) == steps

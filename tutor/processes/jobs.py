"""Long runs: a process and a folder of their own, which outlive the server and say on disk how they are."""

from __future__ import annotations

import asyncio
import subprocess
import threading
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from skills.contract import Event, Language, Request, Started
from skills.errors import Busy, FileMissing, RunUnusable
from skills.workspace import Workspace, new_id, plain_name, write_atomic
from tutor.failures import KILLED, died, last_words
from tutor.limits import alive, birth, kill_tree, memory_kills, own_group, python
from tutor.lm.loaded import Models
from tutor.processes.execute import find_skill
from tutor.processes.run_files import (
    EventLog,
    Process,
    Spec,
    attempts,
    ended,
    note_process,
    parse_line,
    planned_steps,
    read_control,
    read_events,
    read_process,
)
from tutor.processes.run_status import RunStatus, replay
from tutor.processes.sandbox import sandboxed
from tutor.settings import Settings, child_env


class Jobs:
    """Starts, follows and stops the runs of one home. All it knows is on disk: any number may look at the same home.

    `source` and `engines` are the modules that skills and models are looked up in.
    """

    def __init__(
        self, workspace: Workspace, settings: Settings, source: str = "skills", engines: str = "tutor.lm"
    ) -> None:
        self._workspace = workspace
        self._settings = settings
        self._source = source
        self._engines = engines
        self._read: dict[str, tuple[int, tuple[Event, ...]]] = {}
        """What was read of each run, and up to which byte: a status reads only what is new."""
        self._writing = threading.Lock()
        """Held while a folder is deleted, or completed after its process: the two must not meet."""

    async def start(
        self,
        skill: str,
        inputs: Mapping[str, Any],
        language: Language,
        weights: Path | None = None,
        model: str | None = None,
        digest: str | None = None,
        noted: Callable[[str], object] | None = None,
    ) -> str:
        """Begin a run and return its id; `model` and `digest` name the weights in the folder `weights`. Whoever has to
        remember that it was begun is told before its process is there (`noted`): it outlives whoever began it.

        Without them a skill that needs weights gets those of the workbench model, now and when it is resumed.
        Raises Busy while another run goes on, ModelMissing, SkillMissing, DiskFull.
        """
        for other in self.list():
            if other.state == "running":
                raise Busy(run=other.run)
        if weights is None and "weights" in find_skill(skill, self._source).needs:
            weights, profile = Models(self._settings, self._engines).base()
            model, digest = profile.name, profile.digest
        run = new_id("run")
        spec = Spec(
            skill=skill,
            inputs=dict(inputs),
            language=language,
            weights=str(weights) if weights else None,
            model=model,
            digest=digest,
            created=time.time(),
            source=self._source,
            engines=self._engines,
            settings=self._settings.as_json(),
        )
        write_atomic(self._folder(run) / "spec.json", spec.model_dump_json(indent=1))
        if noted:
            noted(run)
        self._spawn(run)
        return run

    def spec(self, run: str) -> Spec:
        """What a run was asked to do. Raises FileMissing if there is no such run."""
        try:
            return Spec.model_validate_json((self._folder(run) / "spec.json").read_bytes())
        except (OSError, ValueError):
            raise FileMissing(name=run, known=", ".join(self._ids())) from None

    def status(self, run: str) -> RunStatus:
        """How a run is, from its files alone. Raises FileMissing if there is no such run."""
        spec, folder = self.spec(run), self._folder(run)
        running = self._running(folder)  # looked at before the events: an ending written in between is then seen
        events, process = self._events(run), read_process(folder)
        if process and process.attempt > attempts(events):
            events += (Started(attempt=process.attempt, at=process.born),)  # begun, but has not said so yet
        at_work = running and not ended(events)
        status = replay(run, spec, events, running, time.time() if at_work else _changed(folder, spec.created))
        status = status.model_copy(update={"steps": planned_steps(folder)})
        if status.state == "running":
            return status.model_copy(update={"asked": read_control(folder)})
        if status.state == "interrupted" and process:
            return status.model_copy(update={"error": process.killed})
        return status

    def list(self) -> tuple[RunStatus, ...]:
        """Every run, oldest first. A folder without a readable spec is none."""
        found = []
        for run in self._ids():
            try:
                found.append(self.status(run))
            except FileMissing:
                continue
        return tuple(sorted(found, key=lambda status: status.created))

    def running(self) -> RunStatus | None:
        """The run that goes on; there is one at a time."""
        for run in self._ids():
            if self._running(self._folder(run)):
                with suppress(FileMissing):  # it was deleted meanwhile
                    status = self.status(run)
                    if status.state == "running":
                        return status
        return None

    def request(self, run: str, what: Request) -> bool:
        """Ask something of a run. One that is paused or interrupted is taken up again to keep what it has (`stop`).
        Anything else has happened already: False. Raises FileMissing."""
        state = self.status(run).state
        if state == "running":
            write_atomic(self._folder(run) / "control", what)
        elif what == "stop" and state in ("paused", "interrupted"):
            self._spawn(run, control="stop")
        else:
            return False
        return True

    def resume(self, run: str) -> None:
        """Go on from where it was left, as a new attempt. Raises Busy if it runs, RunUnusable if it is done."""
        state = self.status(run).state
        if state == "running":
            raise Busy(run=run)
        if state == "done":
            raise RunUnusable(run=run, reason=state)
        self._spawn(run)

    def delete(self, run: str) -> None:
        """Delete a run and what it made; one that is running is ended first. Raises FileMissing."""
        folder, state = self._folder(run), self.status(run).state
        with self._writing:
            process = read_process(folder)
            if state == "running" and process:
                kill_tree(process.pid)
            with FileLock(folder / "lock", timeout=10):
                (folder / "spec.json").unlink()
            self._workspace.delete_run(run)
            self._read.pop(run, None)

    def usable(self, run: str) -> bool:
        """Whether there is such a run and it goes on, can go on, or left something to use."""
        try:
            status = self.status(run)
        except FileMissing:
            return False
        return status.state in ("running", "paused", "interrupted") or status.kept

    def sandboxed(self, skill: str, inputs: Mapping[str, Any], language: Language) -> AsyncGenerator[Event, None]:
        """The events of a skill that reads files nobody vouches for, in a limited process (see sandbox.py)."""
        return sandboxed(skill, inputs, language, self._settings, source=self._source)

    def count_events(self, run: str) -> int:
        """How many events there are so far: what `follow` takes as `since` to tell only what is new."""
        return len(self._events(run))

    async def follow(self, run: str, since: int = 0, every: float = 0.1) -> AsyncGenerator[Event, None]:
        """The events of a run from number `since` on, as they come, until it has ended or was interrupted."""
        self.spec(run)
        folder, position, seen = self._folder(run), 0, 0
        while True:
            running = self._running(folder)
            lines, position = _new_lines(folder / "events.jsonl", position)
            for line in lines:
                event = parse_line(line)
                seen += event is not None
                if event is not None and seen > since:
                    yield event
            if not running:
                return
            await asyncio.sleep(every)

    def _events(self, run: str) -> tuple[Event, ...]:
        """All whole events of a run so far."""
        path = self._folder(run) / "events.jsonl"
        position, known = self._read.get(run, (0, ()))
        if position and (not path.exists() or path.stat().st_size < position):
            position, known = 0, ()
        lines, position = _new_lines(path, position)
        known += tuple(event for line in lines if (event := parse_line(line)) is not None)
        self._read[run] = position, known
        return known

    def _ids(self) -> tuple[str, ...]:
        return tuple(sorted(path.parent.name for path in self._workspace.runs.glob("*/spec.json")))

    def _folder(self, run: str) -> Path:
        return self._workspace.runs / plain_name(run)

    def _spawn(self, run: str, control: Request | None = None) -> None:
        """Begin the next attempt in a process of its own, and have a thread see how it ends."""
        folder = self._folder(run)
        (folder / "control").unlink(missing_ok=True)
        if control:
            write_atomic(folder / "control", control)
        kills, attempt = memory_kills(), attempts(read_events(folder)) + 1
        with (folder / "output.log").open("ab") as output:
            popen = subprocess.Popen(
                python("tutor.processes.job_main", str(folder)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._workspace.home,
                env=child_env(self._settings),
                **own_group(outlives=True),
            )
        process = Process(pid=popen.pid, born=birth(popen.pid), attempt=attempt)
        note_process(folder, process)
        threading.Thread(target=self._see_end, args=(popen, folder, process, kills), daemon=True).start()

    def _see_end(self, popen: subprocess.Popen[bytes], folder: Path, process: Process, kills: int) -> None:
        """Write down how a process ended if it could not do so itself: a kill as its note, anything else as Failed.

        A run can be resumed before the process that paused it is gone: then the next attempt has the word."""
        code = popen.wait()
        with self._writing:
            events, newest = read_events(folder), read_process(folder)
            if not (folder / "spec.json").exists() or (ended(events) and attempts(events) >= process.attempt):
                return
            if newest is not None and newest.attempt > process.attempt:
                return
            output = last_words(folder / "output.log")
            ending = died(self._workspace.home, f"run {folder.name}", code, output, memory_kills() > kills)
            if code in KILLED:
                note_process(folder, process.model_copy(update={"killed": ending}))
                return
            log = EventLog(folder)
            if attempts(events) < process.attempt:
                log.append(Started(attempt=process.attempt, at=time.time()))
            log.append(ending)
            log.close()

    def _running(self, folder: Path) -> bool:
        """Whether its process is alive: it is the one noted, or at least someone holds the lock."""
        process = read_process(folder)
        if process and alive(process.pid, process.born):
            return True
        if not (folder / "lock").exists():
            return False
        try:
            with FileLock(folder / "lock", timeout=0.05, poll_interval=0.01):
                return False
        except Timeout:
            return True


def _changed(folder: Path, created: float) -> float:
    try:
        return (folder / "events.jsonl").stat().st_mtime
    except OSError:
        return created


def _new_lines(path: Path, position: int) -> tuple[list[bytes], int]:
    """The whole lines after byte `position`, and where the next one begins."""
    try:
        with path.open("rb") as file:
            file.seek(position)
            data = file.read()
    except OSError:
        return [], position
    whole = data.rfind(b"\n") + 1
    return data[:whole].splitlines(), position + whole

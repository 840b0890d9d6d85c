"""The process of one long run: `python -m tutor.processes.job_main <run folder>`."""

from __future__ import annotations

import os
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

from skills.contract import ENDINGS, Context, Event, Failed, Request, Started, Stopped
from skills.workspace import Workspace
from tutor.failures import failed
from tutor.limits import birth, lower_priority, on_terminate
from tutor.lm.loaded import Models
from tutor.processes.execute import execute, find_skill
from tutor.processes.run_files import EventLog, Process, Spec, attempts, note_process, read_control, read_events
from tutor.settings import Settings

KEPT_FILES = ("spec.json", "events.jsonl", "lock", "process.json", "output.log")


def main(folder: Path) -> int:
    """Make one attempt at the run and write its ending. Returns the exit status, 0 if an ending was written."""
    lower_priority()
    with FileLock(folder / "lock", timeout=30):
        attempt = attempts(read_events(folder)) + 1
        note_process(folder, Process(pid=os.getpid(), born=birth(os.getpid()), attempt=attempt))
        log = EventLog(folder)
        log.append(Started(attempt=attempt, at=time.time()))
        ending = _attempt(folder, log)
        log.close()
        if isinstance(ending, Stopped) and not ending.kept:
            _empty(folder)
    return 0


def _attempt(folder: Path, log: EventLog) -> Event:
    terminated: list[Request] = []
    on_terminate(lambda: terminated.append("stop"))
    home = folder.parents[1]

    def requested() -> Request | None:
        return read_control(folder) or (terminated[0] if terminated else None)

    try:
        spec = Spec.model_validate_json((folder / "spec.json").read_bytes())
        skill = find_skill(spec.skill, spec.source)
        needed = Models(Settings.from_json(spec.settings), spec.engines).needed(skill)
        if spec.weights:
            needed["weights"] = Path(spec.weights)
        ctx = Context(
            workspace=Workspace(home),
            language=spec.language,
            requested=requested,
            run_dir=folder,
            **needed,
        )
    except Exception as error:
        ending: Failed = failed(error, home)
        log.append(ending)
        return ending

    def emit(event: Event) -> None:
        if isinstance(event, ENDINGS):  # before the ending is told: what is asked after it is for the next attempt
            (folder / "control").unlink(missing_ok=True)
        log.append(event)

    return execute(skill, spec.inputs, ctx, emit)


def _empty(folder: Path) -> None:
    """Remove what a run made that was stopped before there was anything to keep; its story stays."""
    for path in folder.iterdir():
        if path.name not in KEPT_FILES:
            with suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

"""What a process may use: limits it sets on itself, a watch kept from outside, and why a process was ended."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEMORY = 1_000_000_000
SECONDS = 60.0


@dataclass(frozen=True)
class Limits:
    """`memory` and `file` in bytes, `seconds` of wall-clock time."""

    memory: int = MEMORY
    file: int = 2_000_000_000
    seconds: float = SECONDS


def limit_self(limits: Limits) -> None:
    """Limit this process, where the system can; called at a child's first line, before anything large is loaded."""
    try:
        import resource
    except ImportError:  # Windows has no such limits: `watch` is what there is
        return
    wanted = ((resource.RLIMIT_AS, limits.memory), (resource.RLIMIT_FSIZE, limits.file), (resource.RLIMIT_CORE, 0))
    for kind, value in wanted:
        # macOS refuses RLIMIT_AS; `watch` looks after memory there
        with contextlib.suppress(OSError, ValueError):
            _, hard = resource.getrlimit(kind)
            allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (allowed, hard))


async def watch(pid: int, limits: Limits, every: float = 0.1) -> str:
    """Wait until process `pid` has passed a limit and kill it: returns "memory" or "seconds".

    Returns "gone" if it ended by itself. Memory is what it really occupies (resident set).
    """
    import psutil

    began = time.monotonic()
    try:
        process = psutil.Process(pid)
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            if process.memory_info().rss > limits.memory:
                kill_tree(pid)
                return "memory"
            if time.monotonic() - began > limits.seconds:
                kill_tree(pid)
                return "seconds"
            await asyncio.sleep(every)
    except psutil.NoSuchProcess:
        pass
    return "gone"


def kill_tree(pid: int) -> None:
    """End a process and all that it started, at once."""
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for one in (*process.children(recursive=True), process):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()


def alive(pid: int, created: float) -> bool:
    """Whether this very process (not another that got its number) is still running; `created` from `birth`."""
    import psutil

    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - created) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def birth(pid: int) -> float:
    """When the process began (seconds since the epoch), 0.0 if it is gone."""
    import psutil

    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def memory_kills() -> int:
    """How many processes the system has ended for lack of memory since it began (Linux; elsewhere 0)."""
    counts = 0
    for path in (Path("/proc/vmstat"), Path("/sys/fs/cgroup/memory.events")):
        with contextlib.suppress(OSError, ValueError):
            for line in path.read_text("ascii").splitlines():
                if line.startswith("oom_kill "):
                    counts += int(line.split()[1])
    return counts


def lower_priority() -> None:
    """A long job gives way to what the learner is doing."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process()
        if sys.platform == "win32":
            process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            process.nice(10)
    # Linux shares a processor out among sessions first, and this process has one of its own: what its niceness is
    # within it counts for nothing beside the others (sched(7), the autogroup feature)
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text("10", "ascii")


def own_group(outlives: bool = False) -> dict[str, Any]:
    """Arguments of Popen for a child that does not get the terminal's Ctrl-C; `outlives` its parent if wanted."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP
        return {"creationflags": flags | (subprocess.DETACHED_PROCESS if outlives else subprocess.CREATE_NO_WINDOW)}
    return {"start_new_session": True}


def on_terminate(act: Callable[[], None]) -> None:
    """Call `act` when the system or a person asks this process to end."""
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, lambda *_: act())


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules; `-P` keeps the current folder out of the import path."""
    return [sys.executable, "-P", "-m", module, *arguments]

"""How a program ends when the system or a person asks it to: nothing of what it started is left running."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ASKED = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))
"""`kill` and the end of the session; a terminal window that is closed; the same on Windows."""
EVERY = (signal.SIGINT, *ASKED)
"""And Ctrl-C."""
ALONE, PATIENCE = 5.0, 15.0
"""Seconds that a child has to end by itself after Ctrl-C, and to put things away when it is asked to end: the server
closes its pages and ends the worker."""


class Ended(KeyboardInterrupt):
    """Somebody asked this program to end: `number`, the signal."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def endings(signals: Iterable[signal.Signals] = EVERY) -> Iterator[None]:
    """Here each of these raises Ended, so that what has to be put away is; but for one that whoever started us wants
    ignored (`nohup`)."""

    def end(number: int, frame: object) -> None:
        raise Ended(number)

    before = {number: signal.getsignal(number) for number in signals}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(command: Sequence[str], cwd: Path, env: Mapping[str, str], held: Sequence[int] = ()) -> int:
    """Run a command to its end and return its status; `held` are descriptors that it inherits.

    Asked to end, it ends the command first and raises Ended when that is gone. After Ctrl-C, which the command gets as
    well, it returns the status: whoever runs in the terminal says for himself that he was interrupted.
    """
    process = subprocess.Popen(command, cwd=cwd, env=env, pass_fds=held if os.name == "posix" else ())
    try:
        return process.wait()
    except Ended as ended:
        _end(process, alone=ended.number == signal.SIGINT)
        if ended.number != signal.SIGINT or process.returncode < 0:
            raise
        return process.returncode


def _end(process: subprocess.Popen[bytes], alone: bool) -> None:
    """Let a command end by itself (`alone`), ask it to, make it. Asked again meanwhile, do not wait so long."""
    steps: tuple[tuple[Callable[[], None] | None, float | None], ...] = (
        (None, ALONE if alone else 0.0),
        (process.terminate, PATIENCE),
        (process.kill, None),
    )
    for ask, seconds in steps:
        with suppress(subprocess.TimeoutExpired, Ended):
            if ask:
                ask()
            process.wait(timeout=seconds)
            return

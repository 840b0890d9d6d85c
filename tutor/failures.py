"""Any exception -> an ending that can be told: a UserError's code, or a logged defect with a reference to quote."""

from __future__ import annotations

import errno
import os
import secrets
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from skills.blocks import Scalar
from skills.contract import Failed
from skills.errors import DiskFull, FileTooLarge, OutOfMemory, UserError

LOG_LIMIT = 2_000_000
KILLED = (-9, -15, 137)
"""Exit statuses of a process that was ended from outside."""
MEMORY_WORDS = ("out of memory", "can't allocate memory", "failed to allocate", "bad_alloc", "cannot allocate memory")
"""How PyTorch and the C++ library say that there was no memory left."""


class Defect(UserError):
    """A defect that is already in the log: `reference` is what the learner can quote."""

    code = "defect"


class Killed(UserError):
    """A process that the system ended from outside, most often for memory."""

    code = "killed"


def failed(error: BaseException, home: Path) -> Failed:
    """The ending for `error`; a defect is written to `<home>/logs/tutor.log` with its traceback."""
    if isinstance(error, UserError):
        return Failed(code=error.code, values=error.values, offers=error.offers)
    if _no_memory(error):
        return Failed(code=OutOfMemory.code)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Failed(code=DiskFull.code, values={"need": None, "free": None})
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return Failed(code=FileTooLarge.code, values={"name": None, "bytes": None, "limit": None})
    return log_defect(home, "".join(traceback.format_exception(error)))


def log_defect(home: Path, told: str) -> Failed:
    """Write `told` (a traceback, the last words of a process) to the log under a new reference."""
    reference = secrets.token_hex(4)
    log(home, f"defect {reference}\n{told.rstrip()}")
    return Failed(code=Defect.code, values={"reference": reference})


def log(home: Path, told: str) -> None:
    """Append one entry to the log. Opened anew each time, since several processes write to it; never raises."""
    path = home / "logs" / "tutor.log"
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {told}\n")


def black_out(home: Path, quotes: Callable[[str], bool]) -> None:
    """Write dots over the lines of the logs that `quotes` says are to go. In place and in the same length, since other
    processes have them open. Raises OSError."""
    for path in (home / "logs").glob("*.log*"):
        with path.open("r+b") as file:
            place = 0
            for line in file.read().splitlines(keepends=True):
                bare = line.rstrip(b"\r\n")
                if quotes(bare.decode("utf-8", "replace")):
                    file.seek(place)
                    file.write(b"." * len(bare))
                place += len(line)
            file.flush()
            os.fsync(file.fileno())


def died(home: Path, what: str, status: int, output: str, for_memory: bool) -> Failed:
    """The ending of a process that could not write its own: `status` is how it exited (negative: by which signal),
    `output` its last words, `for_memory` whether the system ended processes for lack of memory meanwhile."""
    if status in KILLED:
        return Failed(code=OutOfMemory.code if for_memory else Killed.code)
    if any(phrase in output.lower() for phrase in MEMORY_WORDS):
        return Failed(code=OutOfMemory.code)
    return log_defect(home, f"{what} ended with status {status}\n{output}")


def raised(code: str, values: dict[str, Scalar]) -> UserError:
    """The UserError that `code` and `values` came from, to raise it on this side of a process boundary."""
    kinds: list[type[UserError]] = [UserError]
    for kind in kinds:
        if kind.code == code and kind is not UserError:
            return kind(**values)
        kinds += kind.__subclasses__()
    error = UserError(**values)
    error.code = code
    return error


def last_words(path: Path, characters: int = 4000) -> str:
    """The end of what a process wrote to its error output."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - characters))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _no_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    words: Any = str(error).lower()
    return isinstance(error, RuntimeError) and any(phrase in words for phrase in MEMORY_WORDS)

"""What this computer has: a Python that will do, memory, room on the disk, a card; and one set-up at a time."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tutor.setup.words import Stop, gigabytes, output, say

OLDEST, NEWEST = (3, 11), (3, 13)
LEAST_MEMORY = 3.5e9
MB = 1_000_000


def suitable(version: tuple[int, ...], bits: int) -> bool:
    return OLDEST <= tuple(version[:2]) <= NEWEST and bits == 64


def other_pythons() -> Iterator[list[str]]:
    """Commands of this machine's other Pythons that would do, newest first."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        if os.name == "nt" and shutil.which("py"):
            yield ["py", f"-3.{minor}"]
        path = shutil.which(f"python3.{minor}")
        if path:
            yield [path]


def check_python(script: Path, arguments: list[str]) -> None:
    """Go on with a Python that will do: this one, or another of this machine. Raises Stop."""
    bits = struct.calcsize("P") * 8
    if suitable(sys.version_info[:2], bits):
        return
    for command in other_pythons():
        if output([*command, "-c", "import venv, ensurepip, struct; print(struct.calcsize('P'))"]) == "8":
            say("other_python", name=" ".join(command))
            if os.name == "posix":  # in this one's place: nobody in between to pass on what it is asked
                os.execvp(command[0], [*command, str(script), *arguments])  # noqa: S606
            sys.exit(subprocess.call([*command, str(script), *arguments]))
    if suitable(sys.version_info[:2], 64):
        raise Stop("bits")
    raise Stop("python", have=version())


def version() -> str:
    return ".".join(map(str, sys.version_info[:2]))


def check_venv() -> None:
    """Raises Stop where the system's Python comes without what an environment needs (Debian, Ubuntu)."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Stop("no_venv", version=version()) from None


def total_memory() -> float:
    """Bytes of memory in this machine; infinity if it cannot be told."""
    if os.name == "nt":

        class Status(ctypes.Structure):
            _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong), ("total", ctypes.c_ulonglong)] + [
                (name, ctypes.c_ulonglong) for name in ("a", "b", "c", "d", "e", "f")
            ]

        status = Status(length=ctypes.sizeof(Status))
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined]
        return float(status.total)
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (ValueError, OSError, AttributeError):
        return float("inf")


def has_nvidia() -> bool:
    return bool(shutil.which("nvidia-smi") and output(["nvidia-smi", "-L"]).startswith("GPU"))


def check_disk(folder: Path, need_mb: float) -> None:
    """Before anything is downloaded: is there room for what is still to come? Raises Stop."""
    free = shutil.disk_usage(folder).free / MB
    if free < need_mb:
        raise Stop("disk", need=gigabytes(need_mb), free=gigabytes(free), missing=gigabytes(need_mb - free))


def folder_mb(folder: Path) -> float:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except OSError:  # gone meanwhile
                continue
    return total / MB


def stop_for(error: OSError, folder: Path) -> Stop | None:
    """The words for what the system refused, if they are known."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC):
        return Stop("disk_filled")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Stop("read_only", folder=folder, file=error.filename or folder)
    return None


def default_home() -> Path:
    """Where the tutor keeps what is a person's: as `tutor.settings.default_home` says, which needs a library."""
    if os.environ.get("TUTOR_HOME"):
        return Path(os.environ["TUTOR_HOME"]).expanduser()
    if os.name == "nt":
        data = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        data = "~/Library/Application Support"
    else:
        data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser() / "llms-for-poets"


TRIES = 3
"""Starts that look for a model which can be done without: later ones do not wait for a network that is not there."""


def models_ready(home: Path) -> bool:
    """Whether there is nothing to bring: a model is here, and the set-up of the models came to its end.

    What it leaves is `models/setup.json` (tutor/terminal/first_models.py); a home of an earlier version has none.
    """
    if not any((home / "models").glob("*/model.json")):
        return False
    try:
        note = json.loads((home / "models" / "setup.json").read_text("utf-8"))
        return not note["missing"] or int(note["tries"]) >= TRIES
    except (OSError, ValueError, LookupError, TypeError):
        return False


@contextmanager
def only_one(path: Path) -> Iterator[int]:
    """Hold the lock file `path`; while another start holds it, say so and wait. Gives its descriptor.

    Where the system has `fork`, children given the descriptor hold the lock too, so that what a killed start leaves
    running (a pip, a download) is waited for instead of being run over.
    """
    with path.open("a+b") as file:
        if not _taken(file):
            say("waiting")
            while not _taken(file):
                time.sleep(0.3)
        yield file.fileno()


def _taken(file: IO[bytes]) -> bool:
    """Take the lock if it is free. On a disk that knows no locks there is no waiting."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True

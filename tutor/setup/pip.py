"""Runs the environment's pip: what it says becomes progress in plain words, and its failures become words too."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tutor.setup.system import MB
from tutor.setup.words import Line, Stop, say, words

FULL = re.compile(r"No space left|Errno 28|not enough space|Disk quota", re.I)
DAMAGED = re.compile(r"DO NOT MATCH|BadZipFile|IncompleteRead|ChunkedEncoding|has inconsistent|invalid wheel", re.I)
OFFLINE = re.compile(
    r"NewConnectionError|Name or service not known|name resolution|getaddrinfo|ConnectTimeout|ReadTimeout|ProxyError"
    r"|Network is unreachable|Connection refused|Connection reset|Failed to establish|SSLError|timed out",
    re.I,
)
LONG_PATH = re.compile(r"Long Path|WinError 206|file name or extension is too long", re.I)
NO_BUILD = re.compile(r"No matching distribution found for ([\w.-]+)", re.I)


class Pip:
    """The pip of one environment. `scratch` keeps its downloads until the set-up is done, its temporary files and its
    log; `held` are descriptors that it inherits (see `only_one`)."""

    def __init__(self, python: Path, scratch: Path, held: Sequence[int] = ()) -> None:
        self.python, self.scratch = python, scratch
        self._held = tuple(held) if os.name == "posix" else ()
        self.log = scratch / "log.txt"

    def bootstrap(self) -> bool:
        """Put the pip that came with Python into the environment. (`venv` would do it without the lock.)"""
        command = [str(self.python), "-m", "ensurepip", "--upgrade", "--default-pip"]
        with self.log.open("ab") as log:
            done = subprocess.run(command, stdout=log, stderr=log, env=self._env(), pass_fds=self._held, check=False)
        return done.returncode == 0

    def install(self, *arguments: str, count: int = 0, mb: float = 0, text: str = "", raw: bool = True) -> None:
        """`pip install`, telling how far it is: `count` packages, about `mb` megabytes. Tried again once after a
        damaged download. Raises Stop."""
        bar = ("--progress-bar", "raw" if raw else "off")
        for fresh in ((), ("--no-cache-dir",)):
            problem = self._run(["install", *bar, *fresh, "--no-input", *arguments], Told(text, count, mb))
            if problem is None:
                return
            if problem.id != "corrupted":
                raise problem
            if not fresh:
                say("corrupted_again")
        raise Stop("corrupted")

    def _run(self, arguments: list[str], told: Told) -> Stop | None:
        line, tail = Line(), [""]
        command = [str(self.python), "-m", "pip", *arguments]
        pipe, errors = subprocess.PIPE, subprocess.STDOUT
        with (
            self.log.open("a", encoding="utf-8") as log,
            subprocess.Popen(command, stdout=pipe, stderr=errors, env=self._env(), pass_fds=self._held) as process,
        ):
            try:
                for raw in process.stdout or ():
                    out = raw.decode("utf-8", "replace")
                    news = told.read(out)
                    if news:
                        line.show(news)
                    if not out.startswith("Progress "):
                        log.write(out)
                        tail = [*tail[-60:], out]
            except BaseException:  # Ctrl-C as well
                process.kill()
                raise
            finally:
                line.end()
        code = process.returncode
        return None if code == 0 else problem("".join(tail), self.log)

    def _env(self) -> dict[str, str]:
        """Temporary files on the disk whose room was checked, and nothing of the person's own Python settings."""
        shutil.rmtree(self.scratch / "tmp", ignore_errors=True)
        (self.scratch / "tmp").mkdir(parents=True)
        kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
        places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.scratch / "tmp"))
        ours = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUTF8": "1", "PIP_USER": "0", "LC_ALL": "C.UTF-8"}
        return {**kept, **places, **ours, "PIP_CACHE_DIR": str(self.scratch / "cache")}


class Told:
    """What pip prints, line by line -> what to tell a person, or nothing. An empty `text` tells nothing at all."""

    def __init__(self, text: str, count: int, mb: float) -> None:
        self.text, self.count, self.mb = text, count, mb
        self.seen, self.name, self.got = 0, "", 0.0

    def read(self, out: str) -> str:
        if not self.text:
            return ""
        found = re.match(r"(?:Collecting|Processing|Requirement already satisfied:) (\S+)", out)
        if found:  # a requirement, or the path of a file
            self.seen, self.name = self.seen + 1, re.split(r"-\d|[=<>;!~\[]", re.split(r"[/\\]", found[1])[-1])[0]
            return self._line("collecting")
        found = re.match(r"\s*Using cached \S+ \(([\d.]+) (k|M)B\)", out)
        if found:
            self.got += float(found[1]) / (1000 if found[2] == "k" else 1)
            return ""
        found = re.match(r"Progress (\d+) of (\d+)", out)
        if found:
            now, size = (int(number) / MB for number in found.groups())
            line = self._line("downloading", now, got=round(now), size=round(size)) if size > 5 else ""
            self.got += size if now >= size else 0
            return line
        return words("unpacking", text=self.text) if out.startswith("Installing collected packages") else ""

    def _line(self, id: str, now: float = 0, **values: object) -> str:
        left = max(0, round(self.mb - self.got - now))
        return words(id, text=self.text, n=self.seen, count=self.count, name=self.name, left=left, **values)


def problem(said: str, log: Path) -> Stop:
    """What pip's last words mean for a person."""
    for id, pattern in (("disk_filled", FULL), ("corrupted", DAMAGED), ("network", OFFLINE), ("long_path", LONG_PATH)):
        if pattern.search(said):
            return Stop(id)
    missing = NO_BUILD.search(said)
    return Stop("no_build", name=missing[1]) if missing else Stop("pip", log=log)

"""What the set-up says, in the person's language: its words, its line of progress, and the way it gives up."""

from __future__ import annotations

import ctypes
import json
import locale
import os
import shutil
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

MESSAGES = Path(__file__).resolve().parents[1] / "messages"
EVERY = 15.0
"""Seconds between two lines of progress where they cannot be drawn over each other."""


class Stop(Exception):
    """Something only the person can mend: the id of its words, and the values that fill them."""

    def __init__(self, id: str, **values: object) -> None:
        super().__init__(id)
        self.id, self.values = id, values


@cache
def language() -> str:
    """`es` or `en`: what was asked for with --language, else the system's; Spanish where the system does not say."""
    for i, word in enumerate(sys.argv):
        value = word.partition("=")[2] or "".join(sys.argv[i + 1 : i + 2])
        if word.split("=")[0] == "--language" and value in ("es", "en"):
            return value
    name = _system_language().lower()
    return "es" if name.split(".")[0] in ("", "c", "posix") or name.startswith(("es", "spanish")) else "en"


def _system_language() -> str:
    if os.name == "nt":
        number = ctypes.windll.kernel32.GetUserDefaultUILanguage()  # type: ignore[attr-defined]
        return locale.windows_locale.get(number, "en")
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    if sys.platform == "darwin" and not named.startswith(("es", "en")):  # opened from the Finder, it has no LANG
        return output(["defaults", "read", "-g", "AppleLocale"])
    return named


@cache
def _texts(language: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((MESSAGES / language / "start.json").read_text("utf-8"))
    return texts


def words(id: str, **values: object) -> str:
    return _texts(language())[id].format(**values)


def say(id: str, **values: object) -> None:
    print(words(id, **values), flush=True)  # noqa: T201 - the terminal is where it speaks


def gigabytes(mb: float) -> str:
    text = f"{mb / 1000:.1f}"
    return text.replace(".", ",") if language() == "es" else text


def output(command: list[str]) -> str:
    """What a command prints, without its errors; nothing if it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


class Line:
    """A line of progress: drawn over in a terminal, printed now and then where output goes to a file."""

    def __init__(self) -> None:
        self._live = sys.stdout.isatty()
        self._shown, self._at = "", 0.0

    def show(self, text: str) -> None:
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            print("\r" + text[:width].ljust(width), end="", flush=True)  # noqa: T201
        elif text != self._shown and time.monotonic() - self._at > EVERY:
            print(text, flush=True)  # noqa: T201
            self._at = time.monotonic()
        self._shown = text

    def end(self) -> None:
        if self._live and self._shown:
            print("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r", end="", flush=True)  # noqa: T201

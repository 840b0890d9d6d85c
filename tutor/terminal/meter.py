"""Progress of what takes minutes: on a terminal one line that changes, elsewhere a plain line now and then."""

from __future__ import annotations

import time
from typing import IO

from skills.blocks import Message
from tutor.words import Words

EVERY = 0.5, 10.0
"""Seconds between two reports: on a terminal, and where each is a line of its own."""


class Meter:
    """Shows progress: on a terminal one line that changes, elsewhere a plain line now and then."""

    def __init__(self, words: Words, out: IO[str]) -> None:
        self._words, self._out, self._live = words, out, out.isatty()
        self._stage: Message | None = None
        self._began = self._shown = 0.0
        self._first = self._done = 0
        self._width = 0
        self._text = ""

    def __enter__(self) -> Meter:
        return self

    def __exit__(self, *error: object) -> None:
        if self._width:
            self._out.write("\n")

    def report(self, stage: Message, done: int, total: int) -> None:
        """Take note of `done` of `total` bytes; a total of 0 is a stage that only begins."""
        now = time.monotonic()
        new = stage != self._stage
        if new:
            self._stage, self._began, self._first = stage, now, done
        soon = now - self._shown < EVERY[not self._live] and done < total
        if not new and (soon or done == self._done):
            return
        self._shown, self._done = now, done
        text = self._words(stage)
        if total:
            speed = (done - self._first) / max(now - self._began, 0.001)
            left = (total - done) / speed if speed > 0 and now - self._began > 2 else None
            kind = "models.progress.left" if left is not None else "models.progress.share"
            text = self._words(kind, stage=text, share=done / total, size=total - done, left=left)
        if text != self._text:
            self._write(text, new)

    def _write(self, text: str, new: bool) -> None:
        self._text = text
        if not self._live:
            self._out.write(f"{text}\n")
        else:
            start = "\n" if new and self._width else "\r"
            self._out.write(start + text + " " * max(0, self._width - len(text) if start == "\r" else 0))
            self._width = len(text)
        self._out.flush()

"""What happens, told in the terminal: results on the output, progress on the error output."""

from __future__ import annotations

import json
import sys
from typing import Any

from skills.contract import Advanced, Done, Event, Noticed, Paused, Sample, Shown, Stopped, Wrote
from tutor.terminal.render import bar, draw, paragraph, safe
from tutor.words import Words


def out(text: str, error: bool = False) -> None:
    stream = sys.stderr if error else sys.stdout
    stream.write(text)
    stream.flush()


def tell_result(result: dict[str, Any]) -> None:
    """The one object of `--json`, on a line of its own."""
    out(json.dumps({"ok": True, "result": result}, ensure_ascii=False) + "\n")


class Terminal:
    """Tells events as they come: on the output what was made, on the error output how it goes."""

    def __init__(self, words: Words, quiet: bool) -> None:
        self._words = words
        self._quiet = quiet
        self._live = sys.stderr.isatty()
        self._line = 0
        self._writing = False

    def tell(self, event: Event) -> None:
        match event:
            case Advanced() if self._live and not self._writing:
                self._progress(event)
            case Wrote() if self._live:
                self._clear_progress()
                out(safe(event.text), error=True)
                self._writing = True
            case Sample():
                text = self._words("cli.sample", share=event.share, text=safe(event.prompt + event.text))
                self.say(text, error=True)
            case Noticed():
                self.say(self._words(event.message), error=True)
            case Shown():
                self.say(draw(event.block, self._words))
            case Done() | Stopped():
                for block in event.blocks:
                    self.say(draw(block, self._words))
            case Paused():
                self.say(self._words("cli.paused"), error=True)
            case _:
                pass

    def say(self, text: str, error: bool = False) -> None:
        """A paragraph of its own; on the output only if that is not kept for the one object of `--json`."""
        self._clear()
        if error:
            out(paragraph(text) + "\n", error=True)
        elif not self._quiet:
            out(text + "\n\n")

    def _progress(self, event: Advanced) -> None:
        share = event.done / event.total if event.total else 0.0
        left = self._words("cli.left", seconds=event.eta) if event.eta is not None else ""
        doing = self._words(event.doing) if event.doing else ""
        line = " ".join(part for part in (bar(share, 20).ljust(20, "·"), f"{share:4.0%}", left, doing) if part)[:79]
        out("\r" + line.ljust(self._line), error=True)
        self._line = len(line)

    def _clear(self) -> None:
        self._clear_progress()
        if self._writing:
            out("\n\n", error=True)
            self._writing = False

    def _clear_progress(self) -> None:
        if self._line:
            out("\r" + " " * self._line + "\r", error=True)
            self._line = 0

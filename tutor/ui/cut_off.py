"""What the program was at when it ended under the learner: said where they said it, and to whoever opens the next
conversation. A turn that did not end is told of at the next start, with whether anything came of it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tutor.dialogue.context import plain
from tutor.ui.screen import Screen
from tutor.ui.transcript import Transcript
from tutor.words import Words

QUOTED = 90
"""Characters of what the learner said that are quoted in another conversation."""


@dataclass(frozen=True)
class Cut:
    """A turn that did not end: in which thread, what the learner said, whether anything of it was written down."""

    thread: str
    said: str
    taken: bool


class CutOff:
    """Tells of the turns that an earlier start of the program left unfinished. `happened_since` says whether anything
    was written to the learner's log since a time (seconds since 1970)."""

    def __init__(
        self,
        transcript: Transcript,
        screen: Screen,
        words: Callable[[], Words],
        happened_since: Callable[[float], bool],
    ) -> None:
        self._transcript = transcript
        self._screen = screen
        self._words = words
        self._left = [Cut(thread, said, happened_since(began)) for thread, said, began in transcript.unfinished()]
        """Those that their own thread does not tell of yet."""
        self._news = list(self._left)
        """Those that nobody who opened another thread was told of."""

    async def tell(self, thread: str) -> None:
        """A page opened this thread: the threads that were cut off say so, and this one of what happened elsewhere."""
        left, self._left = self._left, []
        for cut in left:
            await self._screen.news(cut.thread, self._words()(f"ui.cut_off.{_how(cut)}"))
            self._transcript.told_of(cut.thread)
        news, self._news = self._news, []
        for cut in news:
            if cut.thread != thread:
                said = plain(textwrap.shorten(cut.said, QUOTED, placeholder="…"))
                await self._screen.news(thread, self._words()(f"ui.cut_off.{_how(cut)}_elsewhere", said=said))


def _how(cut: Cut) -> Literal["partly", "nothing"]:
    return "partly" if cut.taken else "nothing"

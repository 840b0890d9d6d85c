"""What of a conversation is on its pages: the newest messages and, above them, the earlier ones that were asked for.

At every event Chainlit goes through each message on the page and its Markdown: what a click costs would grow with the
conversation. So old messages leave the page (the transcript keeps them), and those that are asked for come back as one
card of ours, which is drawn only when it changes. The card is on a message of its own, the first of every page.
"""

from __future__ import annotations

import asyncio
import re
import textwrap
from collections.abc import Callable
from typing import Any

from tutor.ui.render import Card
from tutor.ui.screen import Pages, element_dict, step_dict
from tutor.ui.transcript import Transcript
from tutor.words import Words

KEPT = 12
"""Messages that stay on the page: about seven turns."""
SPARE = 6
"""How many more there may be before the oldest go: a few together cost little more than one."""
MOST = 30
"""As far back as something that is still open keeps the messages since then on the page."""
PIECE = 20
"""Earlier messages that come back at a time."""
QUIET = 0.4
"""Seconds after a turn until old messages go: who clicks again at once does not wait for it."""
FOLDED = (
    "Table",
    "Chart",
    "Tokens",
    "Probabilities",
    "Measures",
    "Compare",
    "Passages",
    "Artefact",
    "Question",
    "Run",
    "Settings",
)
"""Cards that come back as one line each, to be opened. The others are short."""


class Window:
    """`goes_on` tells whether a run has not ended: its card stays on the page."""

    def __init__(
        self, transcript: Transcript, pages: Pages, words: Callable[[], Words], goes_on: Callable[[str], bool]
    ) -> None:
        self._transcript = transcript
        self._pages = pages
        self._words = words
        self._goes_on = goes_on
        self._first: dict[str, int] = {}
        """Thread -> the place of the oldest message that any of its pages has."""
        self._tidying: dict[str, asyncio.Task[None]] = {}

    def thread(self, thread: str) -> dict[str, Any] | None:
        """A thread as a page that opens it gets it; None if there is no such thread."""
        places = self._transcript.places(thread)
        first = self._begin(thread, places)
        found = self._transcript.thread(thread, first)
        if found is None:
            return None
        self._first[thread] = min(first, self._first.get(thread, first))
        past = sum(place < first for place, _ in places)
        found["steps"].insert(0, _first_step(thread))
        if past:
            found["elements"].insert(0, self._card(thread, first, past))
        return found

    async def begin(self, thread: str) -> None:
        """A new thread: the message that the earlier ones will be on comes first. Without its card it is not seen."""
        self._first[thread] = 0
        await self._pages.emit(thread, "new_message", _first_step(thread))

    async def bring(self, page: Any, before: int, shown: int) -> None:
        """A page whose own messages begin at the place `before`, with `shown` of the earlier ones, asks for more."""
        thread = page.thread_id
        past = [place for place, _ in self._transcript.places(thread) if place < before]
        if wanted := past[-(max(shown, 0) + PIECE) :]:
            steps, cards = self._transcript.part(thread, wanted[0], wanted[-1])
            await page.emit("element", self._card(thread, before, len(past) - len(wanted), steps, cards))

    async def refold(self, thread: str) -> None:
        """What was brought back goes again from the pages of a thread, since it has changed."""
        if past := sum(place < self._first.get(thread, 0) for place, _ in self._transcript.places(thread)):
            await self._pages.emit(thread, "element", self._card(thread, self._first[thread], past))

    # --- old messages go ----------------------------------------------------------------------------------------------

    def hold(self, thread: str) -> None:
        """A turn begins: nothing is tidied while it goes on."""
        if task := self._tidying.pop(thread, None):
            task.cancel()

    def settle(self, thread: str) -> None:
        """A turn is over: tidy in a moment."""
        self.hold(thread)
        self._tidying[thread] = asyncio.create_task(self._tidy_soon(thread))

    async def _tidy_soon(self, thread: str) -> None:
        await asyncio.sleep(QUIET)
        await self.tidy(thread)

    async def tidy(self, thread: str) -> None:
        """Take what is old off the pages, if it is much; what was brought back goes with it."""
        places = self._transcript.places(thread)
        shown = [(place, id) for place, id in places if place >= self._first.get(thread, 0)]
        first = self._begin(thread, places)
        old = [(place, id) for place, id in shown if place < first]
        if len(old) < SPARE:
            return
        _, cards = self._transcript.part(thread, old[0][0], old[-1][0])
        for _, id in old:  # the messages first: Chainlit draws all that are left anew for each card that goes
            await self._pages.emit(thread, "delete_message", {"id": id})
        for card in cards:
            await self._pages.emit(thread, "remove_element", {"id": card["id"]})
        await self._pages.emit(thread, "element", self._card(thread, first, len(places) - len(shown) + len(old)))
        self._first[thread] = first

    def _begin(self, thread: str, places: list[tuple[int, str]]) -> int:
        """The place of the first message that is to be on the page."""
        if not places:
            return 0
        order = {id: number for number, (_, id) in enumerate(places)}
        start = min([len(places) - KEPT, *(order.get(id, len(places)) for id in self._open(thread))])
        return places[max(start, len(places) - MOST, 0)][0]

    def _open(self, thread: str) -> list[str]:
        """The messages whose card is still open: the question that was asked last, and a run that has not ended."""
        question, run = (self._transcript.newest(thread, card) for card in ("Question", "Run"))
        found = [question["forId"]] if question and question["props"]["verdict"] is None else []
        return found + ([run["forId"]] if run and self._goes_on(run["props"]["run"]) else [])

    # --- what they are drawn as ---------------------------------------------------------------------------------------

    def _card(
        self,
        thread: str,
        before: int,
        more: int,
        steps: list[dict[str, Any]] | None = None,
        cards: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """The card on the first message, of a page whose own messages begin at the place `before`: what was brought
        back, and a button for the `more` that are earlier still."""
        words = self._words()
        labels = {key: words(f"ui.earlier.{key}") for key in ("title", "mine", "yours")}
        messages = [
            {
                "id": step["id"],
                "mine": step["type"] == "user_message",
                "text": step["output"],
                "cards": [_folded(card, words) for card in cards or () if card["forId"] == step["id"]],
            }
            for step in steps or ()
        ]
        labels["more"] = words("ui.earlier.more", n=more)
        card = Card("Earlier", {"messages": messages, "more": more, "before": before, "words": labels})
        first = _first_step(thread)["id"]
        return element_dict(thread, first, f"{first}-card", card)


def _first_step(thread: str) -> dict[str, Any]:
    return step_dict(thread, f"earlier-{thread}", "") | {"type": "system_message"}


def _folded(card: dict[str, Any], words: Words) -> dict[str, Any]:
    """A card that comes back. `folded` is the line that it is folded to, empty if it is not; an `inert` one takes no
    answer any more."""
    props, folded = card["props"], ""
    if card["name"] in FOLDED:
        folded = props.get("title") or words("ui.earlier.question", stem=_plain(props.get("stem", "")))
    inert = card["name"] == "Question" and props["verdict"] is None
    return {"id": card["id"], "name": card["name"], "props": props, "folded": folded, "inert": inert}


def _plain(markdown: str) -> str:
    """The beginning of a text on one line, without its marks."""
    return textwrap.shorten(re.sub(r"[*_`\\]", "", markdown), 90, placeholder="…")

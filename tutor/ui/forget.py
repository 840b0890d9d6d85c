"""What quotes a text that was deleted, or shows a run, goes from the transcript and off the pages; a line says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.turn import Forgotten
from tutor.ui.render import Card
from tutor.ui.screen import Pages, element_dict
from tutor.ui.transcript import Transcript
from tutor.ui.window import Window
from tutor.words import Words


class Forgetter:
    """Puts a line where there was something of a text, or of a model, that is gone."""

    def __init__(self, transcript: Transcript, pages: Pages, window: Window, words: Callable[[], Words]) -> None:
        self._transcript = transcript
        self._pages = pages
        self._window = window
        self._words = words

    async def forget(self, gone: Forgotten) -> None:
        """Of one text or run; all of it, with every thread, if none is named. Raises OSError where the file of the
        transcript could not be written anew."""
        if gone.things is None:
            self._transcript.clear()
            return
        line = self._words()(f"ui.forgotten.{gone.what}")
        for thread, name in self._transcript.names().items():
            if gone.traces.in_text(name):
                self._transcript.rename(thread, line)
        for thread, steps, cards in list(self._transcript.everything()):
            told = await self._messages(steps, gone, line)
            if await self._cards(thread, cards, gone, told, line) or told:
                await self._window.refold(thread)
        self._transcript.forget_freed()

    async def _messages(self, steps: list[dict[str, Any]], gone: Forgotten, line: str) -> set[str]:
        """The ids of the messages that are a line from now on."""
        quoting = [
            step
            for step in steps
            if _about(step.get("metadata") or {}, gone) or gone.traces.in_value([step["output"], step.get("input")])
        ]
        for step in quoting:
            metadata = {**(step.get("metadata") or {}), "about": []}
            changed = step | {"output": line, "input": "", "metadata": metadata}
            self._transcript.put_step(changed)
            await self._pages.emit(step["threadId"], "update_message", changed)
        return {step["id"] for step in quoting}

    async def _cards(
        self, thread: str, cards: list[dict[str, Any]], gone: Forgotten, told: set[str], line: str
    ) -> bool:
        """The cards that quote the text go. In the place of the first of a message there is a line, unless the message
        (`told`) is one, or the card was only buttons. A new card: the page would draw the line as what was there."""
        quoting = [card for card in cards if _about(card, gone) or gone.traces.in_value(card["props"])]
        for card in quoting:
            self._transcript.drop_element(card["id"])
            await self._pages.emit(thread, "remove_element", {"id": card["id"]})
            if card["forId"] in told or card["name"] == "Choices":
                continue
            told.add(card["forId"])
            props = {"level": "info", "text": line, "words": {"level": self._words()("ui.notice.info")}}
            changed = element_dict(thread, card["forId"], f"forgotten-{card['id']}", Card("Notice", props))
            self._transcript.put_element(changed)
            await self._pages.emit(thread, "element", changed)
        return bool(quoting)


def _about(kept: dict[str, Any], gone: Forgotten) -> bool:
    """Whether something is about what is gone, as it was marked; or it is the card of the run itself."""
    run = kept["props"].get("run") if kept.get("name") == "Run" else None
    return not (gone.things or frozenset()).isdisjoint((*kept.get("about", ()), run))

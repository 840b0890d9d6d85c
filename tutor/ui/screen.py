"""Draws what a turn shows: into the transcript first, then on every page that has the thread open.

Chainlit's own `Message.send` draws on one page only and writes a file for each change of a card; a reload in the
middle of a turn would lose the rest of it. So messages and cards are sent as the plain dicts that its page reads.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from tutor.dialogue.context import plain
from tutor.turn import Button, Chosen, CourseMap, Delta, Farewell, Graded, Intent, Opened, Said, Shown, Waiting
from tutor.ui.cards import choices_card, folds_card, map_card, question_card, verdict_props
from tutor.ui.markdown import safe
from tutor.ui.render import Card, block_card
from tutor.ui.transcript import LEARNER, Transcript
from tutor.words import Words

NAME = "Musa"
COMMENTS = ("lesson", "feedback")
"""Tones in which the text is said of the cards, which come first. An answer comes before what it rests on, and so does
the title of a lesson."""
A_FRAME = 0.03
"""Seconds between the words of a message and its cards: the page draws the words while they are on their way."""


class Pages(Protocol):
    """The open pages of the browser (tutor/ui/chat.py has Chainlit's)."""

    async def emit(self, thread: str, event: str, data: Any) -> None:
        """Send to every page that has this thread open."""


class Screen:
    """`words` gives the words of the language the learner has now."""

    def __init__(self, transcript: Transcript, pages: Pages, words: Callable[[], Words]) -> None:
        self.transcript = transcript
        self._pages = pages
        self._words = words
        self._streams: dict[str, dict[str, Delta]] = {}
        """Thread -> message id -> what a model has written so far, of messages that are being written."""
        self._waits: set[str] = set()
        """Threads with a line that something takes time. Chainlit draws the whole thread anew for each event that it is
        sent, which a click pays for: nothing is sent that changes nothing."""

    async def draw(self, thread: str, shown: Shown) -> None:
        """Draw one thing that is shown; `Reload`, `Forgotten` and `Erased` are the caller's affair."""
        match shown:
            case Said():
                await self._end_waiting(thread)
                await self._said(thread, shown)
            case Delta():
                await self._end_waiting(thread)
                await self._delta(thread, shown)
            case Chosen():
                if card := self.choose(thread, shown.intent):
                    await self.show_chosen(card)
            case Opened():
                await self._opened(thread, shown)
            case Graded():
                await self._graded(thread, shown)
            case Waiting():
                await self._waiting(thread, shown.text)
            case Farewell():
                await self._end_waiting(thread)
                await self.say(thread, shown.text)

    async def say(self, thread: str, text: str) -> None:
        """A message of the surface's own."""
        await self._put_step(step_dict(thread, secrets.token_hex(8), safe(text)), new=True)

    async def news(self, thread: str, text: str) -> None:
        """A note of the surface's own that is to be seen: whoever opens the thread lands on it."""
        step = step_dict(thread, secrets.token_hex(8), "")
        await self._put_step(step, new=True)
        words = {"level": self._words()("ui.notice.warning")}
        card = Card("Notice", {"level": "warning", "text": safe(text), "words": words, "news": True})
        await self._put_element(thread, step["id"], f"news-{step['id']}", card)

    async def learner_said(self, thread: str, text: str) -> None:
        """A click, as the words it stands for."""
        step = step_dict(thread, secrets.token_hex(8), text) | {"name": LEARNER, "type": "user_message"}
        await self._put_step(step, new=True)

    async def attached(self, thread: str, message: str, name: str, size: int) -> None:
        """The chip of a file that came with a message of the learner's."""
        props = {"name": name, "size": self._words()("ui.size", bytes=size)}
        await self._put_element(thread, message, f"file-{secrets.token_hex(8)}", Card("Attachment", props))

    async def settle(self, thread: str, buttons: tuple[Button, ...]) -> None:
        """A turn is over: nothing waits, half-written messages are kept, and only `buttons` can still be clicked."""
        await self._end_waiting(thread)
        for stream in self._streams.pop(thread, {}).values():
            await self._put_step(_written(thread, stream), new=False)
        now = [button.intent.model_dump() for button in buttons if not button.on_card]
        working = self.transcript.working(thread)
        for element in working:
            newest = element is working[-1]
            if not newest or [button["intent"] for button in element["props"]["buttons"]] != now:
                await self._change(element, open=False)

    def choose(self, thread: str, intent: Intent, element_id: str | None = None) -> dict[str, Any] | None:
        """Mark the button of `intent`: on the card `element_id` that was clicked, or on the newest that is open.

        A card with a single button goes, as a page that is turned leaves no trace. The card is given back for
        `show_chosen`, which can wait: the button that was clicked marks itself.
        """
        for element in reversed(self.transcript.working(thread)):
            if element_id in (None, element["id"]):
                index = _index(element["props"]["buttons"], intent)
                if index is None:
                    return None
                changed: dict[str, Any] = element | {"props": element["props"] | {"open": False, "chosen": index}}
                if len(element["props"]["buttons"]) > 1:
                    self.transcript.put_element(changed)
                else:
                    self.transcript.drop_element(element["id"])
                return changed
        return None

    async def show_chosen(self, element: dict[str, Any]) -> None:
        """Draw what `choose` marked, as it is by now."""
        if now := self.transcript.element(element["id"]):
            await self._pages.emit(element["threadId"], "element", now)
        else:
            await self._pages.emit(element["threadId"], "remove_element", {"id": element["id"]})

    def forget(self) -> None:
        """Let go of messages that were half written: they may quote what is being deleted."""
        self._streams.clear()

    async def busy(self, thread: str, on: bool) -> None:
        await self._pages.emit(thread, "task_start" if on else "task_end", {})

    def map(self, course: CourseMap) -> dict[str, Any]:
        """The course map as an element for the side panel; it is not part of any thread."""
        card = map_card(course, self._words())
        return element_dict("", "", "course-map", card) | {"display": "side"}

    # --- messages -----------------------------------------------------------------------------------------------------

    async def _said(self, thread: str, said: Said) -> None:
        """What a lesson says of its cards comes after them."""
        words = self._words()
        for id in self._streams.pop(thread, {}):  # what is said now has it whole
            await self._pages.emit(thread, "delete_message", {"id": id})
        text = safe(said.text + (f"\n\n*{said.source}*" if said.source else ""))
        after = bool(text and said.blocks and said.tone in COMMENTS and not text.startswith("#"))
        await self._put_step(step_dict(thread, said.id, "" if after else text, said.tone), new=True)
        if said.text:
            await asyncio.sleep(A_FRAME)
        for place, block in enumerate(said.blocks):
            card = block_card(block, words)
            id = f"run-{block.run}-{thread}" if block.kind == "progress" else f"block-{place}-{said.id}"
            await self._put_element(thread, said.id, id, card, said.about)
        if after:
            await self._put_element(thread, said.id, f"comment-{said.id}", Card("Text", {"text": text}), said.about)
        if said.folds:
            await self._put_element(thread, said.id, _folds_id(said.id), folds_card(said.folds, words), said.about)
        if said.item:
            hinted = any(button.intent.name == "hint" for button in said.buttons)
            card = question_card(said.item, words, hinted)
            await self._put_element(thread, said.id, _question_id(thread, said.item.submission), card, said.about)
        if below := tuple(button for button in said.buttons if not button.on_card):
            card = choices_card(below, words, numbered=said.item is None)
            await self._put_element(thread, said.id, f"choices-{said.id}", card)

    async def _delta(self, thread: str, delta: Delta) -> None:
        streams = self._streams.setdefault(thread, {})
        begun = streams.get(delta.id)
        streams[delta.id] = delta.model_copy(update={"text": begun.text + delta.text}) if begun else delta
        step = _written(thread, streams[delta.id])
        if begun:  # the whole text each time: what has to be escaped may be spread over two pieces
            token = {"id": delta.id, "token": step["output"], "isSequence": True, "isInput": False}
            await self._pages.emit(thread, "stream_token", token)
        else:
            await self._pages.emit(thread, "stream_start", step | {"streaming": True})

    async def _opened(self, thread: str, opened: Opened) -> None:
        element = self.transcript.element(_folds_id(opened.message))
        if not element:
            return
        lines = element["props"]["lines"]
        now = range(len(lines)) if opened.place is None else (opened.place,)
        element = await self._down(thread, element)
        await self._change(element, lines=[line | {"open": i in now or line["open"]} for i, line in enumerate(lines)])

    async def _down(self, thread: str, element: dict[str, Any]) -> dict[str, Any]:
        """A card that is asked for in words comes down to them: it is on a message of its own there."""
        last = self.transcript.last_step(thread)
        if last is None or last["type"] != "user_message":
            return element
        step = step_dict(thread, secrets.token_hex(8), "")
        await self._put_step(step, new=True)
        return element | {"forId": step["id"]}

    async def _graded(self, thread: str, graded: Graded) -> None:
        element = self.transcript.element(_question_id(thread, graded.submission))
        if not element:
            return
        element = await self._down(thread, element)
        await self._change(element, verdict=verdict_props(graded.verdict, self._words()))

    async def _waiting(self, thread: str, text: str) -> None:
        """A line that is there while something takes time; it is not kept."""
        id = f"waiting-{thread}"
        self._waits.add(thread)
        await self._pages.emit(thread, "new_message", step_dict(thread, id, "", "waiting"))
        await self._pages.emit(
            thread, "element", element_dict(thread, id, f"{id}-line", Card("Waiting", {"text": text}))
        )

    async def _end_waiting(self, thread: str) -> None:
        if thread not in self._waits:
            return
        self._waits.discard(thread)
        id = f"waiting-{thread}"
        await self._pages.emit(thread, "delete_message", step_dict(thread, id, ""))
        await self._pages.emit(thread, "remove_element", {"id": f"{id}-line"})

    # --- both places at once ------------------------------------------------------------------------------------------

    async def _put_step(self, step: dict[str, Any], new: bool) -> None:
        self.transcript.put_step(step)
        await self._pages.emit(step["threadId"], "new_message" if new else "update_message", step)

    async def _put_element(self, thread: str, message: str, id: str, card: Card, about: tuple[str, ...] = ()) -> None:
        element = element_dict(thread, message, id, card) | {"about": list(about)}
        self.transcript.put_element(element)
        await self._pages.emit(thread, "element", element)

    async def _change(self, element: dict[str, Any], **props: Any) -> None:
        changed = element | {"props": element["props"] | props}
        self.transcript.put_element(changed)
        await self._pages.emit(changed["threadId"], "element", changed)


def step_dict(thread: str, id: str, text: str, tone: str = "lesson") -> dict[str, Any]:
    """A message of Musa's as Chainlit's page reads it."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    times = {"createdAt": now, "start": now, "end": now}
    kind = {"name": NAME, "type": "assistant_message", "metadata": {"tone": tone}, "parentId": None}
    return {"id": id, "threadId": thread, "output": text, "input": "", "streaming": False} | times | kind


def _written(thread: str, stream: Delta) -> dict[str, Any]:
    """What a model writes: a message of its own, not one of Musa's."""
    text = f"*{plain(stream.author)}*\n\n{plain(stream.text)}"
    return step_dict(thread, stream.id, text, "aside") | {"name": stream.author}


def element_dict(thread: str, message: str, id: str, card: Card) -> dict[str, Any]:
    """A card on a message, as Chainlit's page reads it."""
    where = {"threadId": thread, "forId": message, "display": "inline"}
    props = card.props | {"element": id}
    return {"id": id, "type": "custom", "name": card.name, "mime": "application/json", "props": props} | where


def _folds_id(message: str) -> str:
    return f"folds-{message}"


def _question_id(thread: str, submission: str) -> str:
    return f"question-{submission}-{thread}"


def _index(buttons: list[dict[str, Any]], intent: Intent) -> int | None:
    """The place of the button that the session took."""
    return next((i for i, button in enumerate(buttons) if Intent.model_validate(button["intent"]) == intent), None)

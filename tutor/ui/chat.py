"""The chat's handlers: what the learner does in the browser goes to the session, what it shows goes on the screen."""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import chainlit as cl
from chainlit.config import config
from chainlit.server import sio
from chainlit.session import WebsocketSession, ws_sessions_id
from pydantic import ValidationError

from skills.contract import Language
from skills.errors import FileEmpty, FileMissing, FileTooLarge, UserError
from skills.workspace import safe_name
from tutor.processes.run_status import RunStatus
from tutor.turn import Button, CourseMap, Erased, Farewell, Forgotten, Input, Intent, Reload, Shown, Upload
from tutor.ui.cut_off import CutOff
from tutor.ui.data_layer import LONG, TranscriptLayer, brief
from tutor.ui.forget import Forgetter
from tutor.ui.naming import Names
from tutor.ui.prepare import CHAINLIT_LANGUAGE
from tutor.ui.screen import Screen
from tutor.ui.transcript import Transcript
from tutor.ui.window import Window
from tutor.words import Words

log = logging.getLogger(__name__)
BUSY = 0.3
"""Seconds of a turn after which the page shows that it is at work, with its stop button."""
LARGEST_MB = 200
"""The largest file that the page sends. A larger one is refused in words, before it is read."""


class Conversation(Protocol):
    """What the chat needs of a session (tutor/session.py)."""

    @property
    def language(self) -> Language: ...
    def prefer(self, language: Language) -> None:
        """The browser's language: followed until the learner has chosen one."""

    def turn(self, input: Input) -> AsyncIterator[Shown]: ...
    def resumed(self) -> AsyncIterator[Shown]: ...
    def watch(self) -> AsyncIterator[Shown]: ...
    def map(self) -> CourseMap: ...
    def buttons(self) -> tuple[Button, ...]: ...
    def run_status(self, run: str) -> RunStatus: ...
    def running(self) -> RunStatus | None: ...
    def interrupt(self) -> None: ...
    def happened_since(self, at: float) -> bool:
        """Whether anything of what the learner did since then (seconds since 1970) is remembered."""

    async def close(self) -> None: ...


class OpenPages:
    """The pages that have a thread open, as Chainlit knows them."""

    def of(self, thread: str | None = None) -> list[WebsocketSession]:
        return [s for s in list(ws_sessions_id.values()) if thread in (None, s.thread_id)]

    async def emit(self, thread: str, event: str, data: Any) -> None:
        for page in self.of(thread):
            await page.emit(event, data)


class Chat:
    """One learner, one session; `inbox` is where uploads wait until they were read; `end` ends the program."""

    def __init__(self, session: Conversation, transcript: Transcript, inbox: Path, end: Callable[[], None]) -> None:
        self._session = session
        self._transcript = transcript
        self._inbox = inbox
        self._end = end
        self._pages = OpenPages()
        self._screen = Screen(transcript, self._pages, lambda: self.words)
        self._window = Window(transcript, self._pages, lambda: self.words, self._goes_on)
        self._names = Names(transcript, self._pages, lambda: self.words)
        self._forgetter = Forgetter(transcript, self._pages, self._window, lambda: self.words)
        self._cut_off = CutOff(transcript, self._screen, lambda: self.words, session.happened_since)
        self._latest = ""
        """The thread in which something happened last: what happens by itself is shown there."""
        self._erased = ""
        """What the next conversation begins with, after everything was deleted."""
        self._map_folded: set[str] = set()
        self._narrow: dict[str, bool] = {}
        """Pages that told that their window crossed the width at which there is room beside the conversation."""
        self._maps: dict[str, CourseMap] = {}
        """What each page shows of the course: it is sent again only when it has changed."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    @property
    def words(self) -> Words:
        return Words(self._session.language)

    def register(self) -> None:
        """Become Chainlit's handlers. Not through its decorators, which wrap each call in a step of its own that the
        transcript would have to keep and the page to draw."""
        code = config.code
        code.on_chat_start, code.on_chat_resume, code.on_message = self.opened, self.resumed, self.typed
        code.action_callbacks["turn"] = self.clicked
        code.on_window_message = self.page_said
        code.data_layer = lambda: TranscriptLayer(self._transcript, self._window, lambda: self.words)
        code.header_auth_callback = _nobody
        sio.on("stop", self.stop)
        self.speak()

    def speak(self) -> None:
        """The page's own words in the session's language."""
        config.ui.language = CHAINLIT_LANGUAGE[self._session.language]

    def follow_browser(self, language: Language) -> None:
        self._session.prefer(language)
        self.speak()

    def close(self) -> None:
        """The program ends. What a turn would still say, nobody reads: the next start tells that it was cut off."""
        self._closed = True
        self._transcript.close()

    async def follow(self) -> None:
        """Show what happens by itself, for as long as the server lives."""
        async with aclosing(self._session.watch()) as happenings:  # type: ignore[type-var]
            async for shown in happenings:
                if not self._transcript.exists(self._latest):
                    continue
                await self._show(self._latest, shown)
                await self._screen.settle(self._latest, self._session.buttons())
                await self.send_map(self._latest)

    # --- the page -----------------------------------------------------------------------------------------------------

    async def opened(self) -> None:
        """A page without a thread: a new one begins, and Musa speaks first. A page that is about to open an earlier
        thread connects without it for a moment; its address tells."""
        page: Any = cl.context.session
        address = urlsplit(page.environ.get("HTTP_REFERER", "")).path
        if address.startswith("/thread/") and not page.thread_id_to_resume:
            return
        name = self._names.begin(page.thread_id)
        self._transcript.begin(page.thread_id, name)
        page.has_first_interaction = True
        await page.emit("first_interaction", {"interaction": name, "thread_id": page.thread_id})
        await page.emit("window_message", {"tutor": "thread", "id": page.thread_id})
        await self._window.begin(page.thread_id)
        self._later(self._map_soon(page.thread_id))
        if self._erased:
            await self._screen.say(page.thread_id, self._erased)
            self._erased = ""
        await self._cut_off.tell(page.thread_id)
        await self._play(page.thread_id, self._session.turn(Input()))

    async def resumed(self, thread: Any) -> None:
        """An earlier thread was opened, or its page came back. What is sent now would be lost under the transcript
        that Chainlit sends next, so it is sent a moment later."""
        page: Any = cl.context.session
        self._maps.pop(page.id, None)
        self._latest = thread["id"]
        self._later(self._after_resume(thread["id"]))

    async def _after_resume(self, thread: str) -> None:
        await asyncio.sleep(0.3)
        await self.send_map(thread)
        await self._cut_off.tell(thread)
        await self._play(thread, self._session.resumed())

    async def _map_soon(self, thread: str) -> None:
        await asyncio.sleep(0.3)
        await self.send_map(thread)

    async def send_map(self, thread: str) -> None:
        """The course map, in the side panel of each page that has not folded it."""
        course = self._session.map()
        for page in self._pages.of(thread):
            if page.id not in self._map_folded and not self._is_narrow(page) and self._maps.get(page.id) != course:
                self._maps[page.id] = course
                await page.emit("element", self._screen.map(course))

    async def page_said(self, data: Any) -> None:
        """What the page's own scripts tell: the map was folded or is wanted, earlier messages are, or a file cannot be
        taken."""
        page: Any = cl.context.session
        if not isinstance(data, dict) or "tutor" not in data:
            return
        if data["tutor"] == "map":
            self._map_folded.discard(page.id)
            self._maps[page.id] = self._session.map()
            await page.emit("element", self._screen.map(self._maps[page.id]))
        elif data["tutor"] == "fold":
            if not self._is_narrow(page):  # there it is a dialog, which is closed again; that says nothing of the panel
                self._map_folded.add(page.id)
            await self._fold(page)
        elif data["tutor"] == "narrow":
            self._narrow[page.id] = bool(data.get("narrow"))
            if self._narrow[page.id]:
                await self._fold(page)
            else:
                await self.send_map(page.thread_id)
        elif data["tutor"] == "earlier":
            await self._window.bring(page, int(data.get("before", 0)), int(data.get("shown", 0)))
        elif data["tutor"] == "refused":
            error = _refusal(str(data.get("name", ""))[:200], int(data.get("size", 0)))
            await self._screen.say(page.thread_id, " ".join(self.words.error(error).values()))

    async def _fold(self, page: Any) -> None:
        self._maps.pop(page.id, None)
        await page.emit("remove_element", {"id": "course-map"})

    def _is_narrow(self, page: Any) -> bool:
        """Whether the window is too narrow for a panel beside the conversation: as the page told last, or as it was
        when it connected (a cookie that assets/page.js sets)."""
        return self._narrow.get(page.id, "narrow=1" in page.environ.get("HTTP_COOKIE", ""))

    # --- what the learner does ----------------------------------------------------------------------------------------

    async def typed(self, message: cl.Message) -> None:
        """Words and files from the composer."""
        if len(message.content) > LONG:  # the page has all of it
            await self._pages.emit(message.thread_id, "update_message", brief(message.to_dict(), self.words))
        if message.elements or message.content.strip():
            file = next((str(element.name) for element in message.elements), "")
            said = message.content[:LONG].strip() or file
            await self._play(message.thread_id, self._with_files(message), acted=True, said=said)
            await self._names.did(message.thread_id, message.content, file, self._session.map())

    async def _with_files(self, message: cl.Message) -> AsyncIterator[Shown]:
        uploads: list[Upload] = []
        try:
            for element in message.elements:
                uploads.append(await self._take(message.thread_id, message.id, element))
            turn = self._session.turn(Input(text=message.content, uploads=tuple(uploads)))
            async with aclosing(turn) as shown_now:  # type: ignore[type-var]
                async for shown in shown_now:
                    yield shown
        finally:
            for upload in uploads:
                shutil.rmtree(upload.path.parent, ignore_errors=True)

    async def _take(self, thread: str, message: str, element: Any) -> Upload:
        """Take an upload out of Chainlit's folder at once (it would keep it for as long as the page is open), and draw
        a chip of our own for it."""
        folder = self._inbox / secrets.token_hex(8)
        folder.mkdir(parents=True)
        name = str(element.name).replace("\\", "/").split("/")[-1]
        path = folder / safe_name(name)
        await asyncio.to_thread(shutil.move, element.path, path)
        for page in self._pages.of(thread):
            page.files.pop(element.id, None)
        await self._pages.emit(thread, "remove_element", {"id": element.id})
        await self._screen.attached(thread, message, name, path.stat().st_size)
        return Upload(name=name, path=path)

    async def clicked(self, action: cl.Action) -> dict[str, bool]:
        """A button anywhere: `intent` (name, args), `says` (its words), `element` (the card it is on)."""
        page: Any = cl.context.session
        try:
            intent = Intent.model_validate(action.payload["intent"])
            says = str(action.payload.get("says", ""))[:4000]
        except (KeyError, ValidationError):
            log.warning("an action that is none, with %s", sorted(action.payload))
            return {"ok": False}
        page.current_task = self._later(self._click(page, intent, says, action.payload.get("element")))
        return {"ok": True}

    async def _click(self, page: Any, intent: Intent, says: str, element: str | None) -> None:
        chosen = self._screen.choose(page.thread_id, intent, element) if element else None
        if chosen and len(chosen["props"]["buttons"]) == 1:
            says = ""  # as a page that is turned
        if says:
            await self._screen.learner_said(page.thread_id, says)
        if self._is_narrow(page):
            await self._fold(page)
        await self._play(page.thread_id, self._session.turn(Input(intent=intent)), acted=True, said=says)
        if chosen:
            await self._screen.show_chosen(chosen)
        await self._names.did(page.thread_id, says, "", self._session.map())

    async def stop(self, sid: str) -> None:
        """The composer's stop button: the turn ends in words, and goes on from there."""
        self._session.interrupt()

    # --- what is shown ------------------------------------------------------------------------------------------------

    async def _play(self, thread: str, turn: AsyncIterator[Shown], acted: bool = False, said: str = "") -> None:
        """Draw a turn as it comes. Whatever goes wrong, the learner reads a sentence and can go on: a turn that does
        not end because the program does is told of at the next start, with what the learner had `said`."""
        self._latest = thread
        number = self._transcript.begin_turn(thread, said) if said else None
        if acted:
            self._transcript.touch(thread)
            self._window.hold(thread)
        over = asyncio.Event()
        busy = self._later(self._at_work(thread, over))
        anew = False
        try:
            async with aclosing(turn) as shown_now:  # type: ignore[type-var]
                async for shown in shown_now:
                    anew = anew or isinstance(shown, Reload)
                    await self._show(thread, shown)
            if anew:
                await self._speak_anew(thread)
        except asyncio.CancelledError:
            if self._closed:
                raise
            await self._screen.say(thread, self.words("ui.stopped"))
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("defect %s", reference)
            await self._screen.say(thread, self.words("ui.defect", reference=reference))
        finally:
            if not self._closed:
                await self._screen.settle(thread, self._session.buttons())
                if number is not None:
                    self._transcript.end_turn(number)
            over.set()
            await busy
        await self.send_map(thread)
        if acted:
            self._window.settle(thread)

    async def _at_work(self, thread: str, over: asyncio.Event) -> None:
        """Show that a turn is at work, from a moment after it began until it is `over`."""
        try:
            async with asyncio.timeout(BUSY):
                await over.wait()
        except TimeoutError:
            await self._screen.busy(thread, True)
            await over.wait()
            await self._screen.busy(thread, False)

    async def _show(self, thread: str, shown: Shown) -> None:
        if isinstance(shown, Reload):
            return
        if isinstance(shown, Forgotten):
            self._screen.forget()
            await self._forgetter.forget(shown)
            for page in self._pages.of():
                await page.emit("window_message", {"tutor": "forgotten"})
            if shown.things is None:
                self._drop_waiting_files()
            return
        if isinstance(shown, Erased):
            self._erased = shown.text
            for page in self._pages.of():
                await page.emit("window_message", {"tutor": "anew"})
            return
        await self._screen.draw(thread, shown)
        if isinstance(shown, Farewell):
            self._end()

    def _drop_waiting_files(self) -> None:
        """Files that were chosen and never sent: Chainlit would keep them for as long as the page is open."""
        for page in self._pages.of():
            for file in page.files.values():
                Path(file["path"]).unlink(missing_ok=True)
            page.files.clear()

    async def _speak_anew(self, thread: str) -> None:
        """In another language from here on. After its turn and not inside it: the session takes one turn at a time."""
        self.speak()
        async with aclosing(self._session.turn(Input())) as again:  # type: ignore[type-var]
            async for said in again:
                await self._screen.draw(thread, said)
        for page in self._pages.of():
            # Not Chainlit's own `reload`: it ends the page's session first, and the page may then wait for it for ever.
            await page.emit("window_message", {"tutor": "reload"})

    def _goes_on(self, run: str) -> bool:
        try:
            return self._session.run_status(run).state not in ("done", "stopped", "failed")
        except (FileMissing, ValueError):
            return False

    def _later(self, work: Any) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _nobody(headers: Any) -> None:
    """Chainlit gives out no cookie: owner.py does, to whoever comes with a token that the program gave out."""


def _refusal(name: str, size: int) -> UserError:
    return FileTooLarge(name=name, bytes=size, limit=LARGEST_MB * 1_000_000) if size else FileEmpty(name=name)

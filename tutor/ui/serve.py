"""The server: our FastAPI app behind the guard, Chainlit mounted in it; from the home's lock to a clean end."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import signal
import socket
import sys
import threading
import time
import urllib.request
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import ValidationError

from skills.contract import Language
from skills.errors import FileMissing
from skills.workspace import Workspace
from tutor.settings import HomeTaken, Settings, home_lock
from tutor.setup.ending import ASKED, endings
from tutor.ui.guard import Guard
from tutor.ui.owner import NOTE, Door, Doorman
from tutor.ui.prepare import leave_out_telemetry, prepare
from tutor.ui.render import block_card
from tutor.ui.run_card import run_view, running_view
from tutor.ui.settings_card import Asked, settings_card
from tutor.words import Words

if TYPE_CHECKING:
    from fastapi import FastAPI

    from tutor.ui.chat import Conversation

PORTS_TRIED = 50
PAGES_CLOSE = 3
"""Seconds that open pages have to close when the server ends."""
LARGEST_MESSAGE = 48_000_000
"""Bytes of a message from the page: the longest text that assets/page/long.js lets go, written as JSON, where a line's
end and a quotation mark take two bytes."""
Open = Callable[[Settings], "Conversation"]


def open_home(settings: Settings) -> Conversation:
    from tutor.session import open_session

    return open_session(settings)


def main(
    settings: Settings, open_browser: bool, open_session: Open = open_home, terminal: Language | None = None
) -> int:
    """Serve the tutor until somebody ends it (Ctrl-C, SIGTERM, a terminal that is closed) or the learner closes it in
    the chat; returns the exit status. `terminal` is the language of what is said there.

    If the home is already in use, says so and opens the browser at the one that runs.
    """
    words = Words(settings.language or terminal or "es")
    try:
        with endings(ASKED), home_lock(settings):
            return _serve(settings, open_browser, open_session, words)
    except HomeTaken:
        return _already_open(settings, open_browser, words)


def _already_open(settings: Settings, open_browser: bool, words: Words) -> int:
    try:
        address = ask_address(settings.home)
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        _tell(words("ui.terminal.starting_elsewhere"))
        return 0
    _tell(words("ui.terminal.already_open", address=address))
    if open_browser:
        webbrowser.open(ask_address(settings.home))
    return 0


def ask_address(home: Path) -> str:
    """A fresh address of the server that runs on this home. Raises OSError, ValueError, KeyError or httpx.HTTPError if
    none answers."""
    note = json.loads((home / NOTE).read_text("utf-8"))
    headers = {"x-tutor-key": note["key"]}
    answer = httpx.post(f"{note['address']}/api/open", headers=headers, timeout=5, trust_env=False)
    return str(answer.raise_for_status().json()["address"])


def _serve(settings: Settings, open_browser: bool, open_session: Open, words: Words) -> int:
    _log_to(settings.home / "logs" / "server.log")
    listener = listen(settings.host, settings.port)
    port = listener.getsockname()[1]
    door = Door(f"http://{settings.host}:{port}")
    root = prepare(settings.home)
    leave_out_telemetry()
    import uvicorn

    ends: list[Callable[[], None]] = []
    app = build_app(settings, open_session(settings), root, door, end=lambda: [end() for end in ends])
    config = uvicorn.Config(
        Guard(app, port),
        log_config=None,
        lifespan="on",
        ws_max_size=LARGEST_MESSAGE,
        timeout_graceful_shutdown=PAGES_CLOSE,
    )
    server = uvicorn.Server(config)
    _also_hang_up(server)
    ends.append(lambda: _end_soon(server))
    note = door.leave_note(settings.home)
    threading.Thread(target=_announce, args=(door, open_browser, words), daemon=True).start()
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(server.serve(sockets=[listener]))
    finally:
        note.unlink(missing_ok=True)
    with suppress(OSError):  # the terminal may be gone
        _tell(words("ui.terminal.closed"))
    return 0 if server.started else 1


def _also_hang_up(server: Any) -> None:
    """A terminal that is closed ends the server as SIGTERM does, which uvicorn sees to: the worker is ended as well."""
    number = getattr(signal, "SIGHUP", None)
    if number is not None and signal.getsignal(number) != signal.SIG_IGN:
        signal.signal(number, server.handle_exit)


def listen(host: str, first: int) -> socket.socket:
    """A listening socket on the first free port from `first` on. Raises OSError if there is none."""
    for port in range(first, first + PORTS_TRIED):
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if sys.platform != "win32":  # there, the option would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(128)
        except OSError:
            listener.close()
            continue
        return listener
    raise OSError(f"no free port between {first} and {first + PORTS_TRIED}")


def build_app(settings: Settings, session: Conversation, root: Path, door: Door, end: Callable[[], Any]) -> FastAPI:
    """Our routes, then Chainlit's app for everything else. `prepare` must have run; imports Chainlit."""
    from chainlit.server import app as chainlit_app
    from chainlit.server import sio
    from fastapi import FastAPI, Header, HTTPException

    from tutor.ui.chat import Chat
    from tutor.ui.transcript import Transcript

    chat = Chat(session, Transcript(root / "transcript.db"), root / "inbox", end)
    chat.register()
    sio.eio.max_http_buffer_size = LARGEST_MESSAGE  # else it hangs up on whoever pastes a megabyte
    clean_page(lambda: session.language)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        following = asyncio.create_task(chat.follow())
        yield
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        await session.close()
        chat.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/api/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/api/open")
    def open_once(key: str = Header("", alias="x-tutor-key")) -> dict[str, str]:
        """A fresh address, for a second start of the program by the same owner."""
        if not door.knows(key):
            raise HTTPException(403)
        return {"address": door.fresh_address()}

    @app.get("/api/runs/{run}")
    async def run_card(run: str) -> dict[str, Any]:
        try:
            status = await asyncio.to_thread(session.run_status, run)
        except (FileMissing, ValueError):
            raise HTTPException(404) from None
        return run_view(status, Words(session.language))

    @app.get("/api/running")
    async def running() -> dict[str, Any]:
        """What goes on in the background, for the line on every page; `now` is None when nothing does."""
        return {"now": running_view(await asyncio.to_thread(session.running), Words(session.language))}

    @app.post("/api/estimate")
    async def estimate(asked: Asked) -> dict[str, Any]:
        """The settings card as it would be with other settings; `facts` are those that the card was given."""
        try:
            block = await asyncio.to_thread(settings_card, asked, Workspace(settings.home))
        except ValidationError:
            raise HTTPException(422) from None
        return block_card(block, Words(session.language)).props

    for path in ("/docs", "/redoc", "/openapi.json", "/api/{rest:path}"):  # else Chainlit answers, with its page

        @app.get(path)
        def nothing_here() -> None:
            raise HTTPException(404)

    app.add_middleware(Doorman, door=door, follow_browser=None if settings.language else chat.follow_browser)
    app.mount("/", chainlit_app)
    return app


def clean_page(language: Callable[[], Language]) -> None:
    """Take the links to other hosts (fonts, a style sheet) out of Chainlit's page, and name its language."""
    from chainlit import server

    original = server.get_html_template
    outside = re.compile(r'<(?:link|meta)\b[^>]*(?:href|content)="https?://[^"]*"[^>]*>', re.DOTALL)

    def page(root_path: str) -> str:
        html = outside.sub("", original(root_path))
        return html.replace('<html lang="en">', f'<html lang="{language()}">', 1)

    server.get_html_template = page


# --- the terminal -----------------------------------------------------------------------------------------------------


def _announce(door: Door, open_browser: bool, words: Words) -> None:
    """Say where it is, and open the browser, once the server answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        try:
            with opener.open(f"{door.address}/api/health", timeout=1):
                break
        except OSError:
            time.sleep(0.05)
    address = door.fresh_address()  # this one for who reads the terminal; the browser gets one of its own
    _tell(words("ui.terminal.open", address=address))
    if open_browser and not webbrowser.open(door.fresh_address()):
        _tell(words("ui.terminal.no_browser", address=address))


def _end_soon(server: Any) -> None:
    """Let the farewell reach the page, then end; open pages do not hold the end up."""

    def end() -> None:
        server.should_exit = True
        server.force_exit = True

    asyncio.get_running_loop().call_later(0.5, end)


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _log_to(path: Path) -> None:
    """Log to a file: the terminal is for people. Chainlit would log to it at import otherwise."""
    from logging.handlers import RotatingFileHandler

    path.parent.mkdir(parents=True, exist_ok=True)
    logging.raiseExceptions = False  # where the disk is full, it would write to the terminal that it cannot write
    handler = RotatingFileHandler(path, maxBytes=2_000_000, backupCount=2, encoding="utf-8")
    logging.basicConfig(
        level=logging.INFO, handlers=[handler], format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )

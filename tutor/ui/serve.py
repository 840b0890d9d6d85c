"""The server: our FastAPI app behind the guard, Chainlit mounted in it; from the home's lock to a clean end."""

from __future__ import annotations

import asyncio
import json
import logging
import re
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

from pydantic import ValidationError

from skills.contract import Language
from skills.errors import FileMissing
from skills.workspace import Workspace, write_atomic
from tutor.settings import HomeTaken, Settings, home_lock
from tutor.ui.guard import Guard
from tutor.ui.prepare import leave_out_telemetry, prepare
from tutor.ui.render import block_card
from tutor.ui.run_card import run_view
from tutor.ui.settings_card import Asked, settings_card
from tutor.words import Words

if TYPE_CHECKING:
    from fastapi import FastAPI

    from tutor.ui.chat import Conversation

PORTS_TRIED = 50
Open = Callable[[Settings], "Conversation"]


def open_home(settings: Settings) -> Conversation:
    from tutor.session import open_session

    return open_session(settings)


def main(settings: Settings, open_browser: bool, open_session: Open = open_home) -> int:
    """Serve the tutor until Ctrl-C or until the learner closes it; returns the exit status.

    If the home is already in use, says so and opens the browser at the one that runs.
    """
    words = Words(settings.language or "es")
    try:
        with home_lock(settings):
            return _serve(settings, open_browser, open_session, words)
    except HomeTaken:
        return _already_open(settings, open_browser, words)


def _already_open(settings: Settings, open_browser: bool, words: Words) -> int:
    try:
        address = json.loads((settings.home / "server.json").read_text("utf-8"))["address"]
    except (OSError, ValueError, KeyError):
        _tell(words("ui.terminal.starting_elsewhere"))
        return 0
    _tell(words("ui.terminal.already_open", address=address))
    if open_browser:
        webbrowser.open(address)
    return 0


def _serve(settings: Settings, open_browser: bool, open_session: Open, words: Words) -> int:
    _log_to(settings.home / "logs" / "server.log")
    listener = listen(settings.host, settings.port)
    port = listener.getsockname()[1]
    address = f"http://{settings.host}:{port}"
    root = prepare(settings.home)
    leave_out_telemetry()
    import uvicorn

    ends: list[Callable[[], None]] = []
    app = build_app(settings, open_session(settings), root, port, end=lambda: [end() for end in ends])
    server = uvicorn.Server(uvicorn.Config(Guard(app, port), log_config=None, lifespan="on", ws_max_size=2**24))
    ends.append(lambda: _end_soon(server))
    note = settings.home / "server.json"
    write_atomic(note, json.dumps({"address": address}))
    threading.Thread(target=_announce, args=(address, open_browser, words), daemon=True).start()
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(server.serve(sockets=[listener]))
    finally:
        note.unlink(missing_ok=True)
    _tell(words("ui.terminal.closed"))
    return 0 if server.started else 1


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


def build_app(settings: Settings, session: Conversation, root: Path, port: int, end: Callable[[], Any]) -> FastAPI:
    """Our routes, then Chainlit's app for everything else. `prepare` must have run; imports Chainlit."""
    from chainlit.server import app as chainlit_app
    from fastapi import FastAPI, HTTPException

    from tutor.ui.chat import Chat
    from tutor.ui.transcript import Transcript

    chat = Chat(session, Transcript(root / "transcript.db"), root / "inbox", end)
    chat.register()
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

    @app.get("/api/runs/{run}")
    async def run_card(run: str) -> dict[str, Any]:
        try:
            status = await asyncio.to_thread(session.run_status, run)
        except (FileMissing, ValueError):
            raise HTTPException(404) from None
        return run_view(status, Words(session.language))

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

    app.add_middleware(Welcome, follow_browser=None if settings.language else chat.follow_browser)
    app.mount("/", chainlit_app)
    return app


class Welcome:
    """ASGI middleware for the page itself: who opens it is logged in by it (no login page, and an address within the
    chat stays what it is), and its language is the browser's until the learner chooses one."""

    def __init__(self, app: Any, follow_browser: Callable[[Language], None] | None) -> None:
        self._app = app
        self._follow_browser = follow_browser

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        if scope["type"] != "http" or scope["method"] != "GET":
            return await self._app(scope, receive, send)
        headers = {key.lower(): value.decode("latin1") for key, value in scope["headers"]}
        if "text/html" not in headers.get(b"accept", ""):
            return await self._app(scope, receive, send)
        if self._follow_browser:
            self._follow_browser(preferred(headers.get(b"accept-language", "")))

        async def send_with_cookie(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"set-cookie", _cookie().encode())]}
            await send(message)

        return await self._app(scope, receive, send_with_cookie)


def _cookie() -> str:
    from chainlit.auth import create_jwt
    from chainlit.user import User

    from tutor.ui.transcript import LEARNER

    return f"tutor={create_jwt(User(identifier=LEARNER))}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000"


def preferred(accept_language: str) -> Language:
    """The first of our languages in the browser's list; Spanish if it has neither."""
    for tag in accept_language.lower().split(","):
        match tag.strip()[:2]:
            case "es":
                return "es"
            case "en":
                return "en"
    return "es"


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


def _announce(address: str, open_browser: bool, words: Words) -> None:
    """Say where it is, and open the browser, once the server answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        try:
            with opener.open(f"{address}/api/health", timeout=1):
                break
        except OSError:
            time.sleep(0.05)
    _tell(words("ui.terminal.open", address=address))
    if open_browser and not webbrowser.open(address):
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
    handler = RotatingFileHandler(path, maxBytes=2_000_000, backupCount=2, encoding="utf-8")
    logging.basicConfig(
        level=logging.INFO, handlers=[handler], format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )

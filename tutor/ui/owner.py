"""Who is let in: whoever opens the address that the program gave out, once; its browser holds a cookie from then on.

A loopback address is open to every account of the computer. So the browser is opened at an address with a token that
works once and is exchanged for a cookie of this start of the program; without either there is a page that says so.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from skills.contract import Language
from skills.workspace import write_atomic
from tutor.ui.guard import refuse
from tutor.words import Words

NOTE = "server.json"
"""In the home, for the owner's eyes (0600): where the server answers, and the key that gets a fresh address."""
COOKIE = "tutor"
CONNECTIONS = "/ws/"
"""Where Chainlit's pages connect."""
OPEN = "open"
"""The parameter of an address that holds its token."""


class Door:
    """The key of this start and the tokens that were given out and not yet used."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._key = secrets.token_urlsafe(32)
        self._tokens: set[str] = set()

    def fresh_address(self) -> str:
        """An address that lets one browser in, once."""
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        return f"{self.address}/?{OPEN}={token}"

    def spend(self, token: str) -> bool:
        """Whether the token is good; from now on it is not."""
        if token not in self._tokens:
            return False
        self._tokens.discard(token)
        return True

    def knows(self, key: str) -> bool:
        return hmac.compare_digest(key.encode(), self._key.encode())

    def leave_note(self, home: Path) -> Path:
        """Write where a second start of the program finds the first one."""
        note = home / NOTE
        write_atomic(note, json.dumps({"address": self.address, "key": self._key}))  # a file of its owner's: mkstemp
        return note


class Doorman:
    """ASGI middleware: everything is for the owner's browser alone, but the routes by which a start finds another.

    A page that was left open when the program ended goes on trying to connect with the cookie of the earlier start.
    Chainlit would write each try to the log as an error and tell the page to give up (to a 401 it goes away, to a page
    where one logs in); as it is, the page goes on as soon as its browser was let in again.

    `follow_browser` is told the language of a browser that comes in, until the learner chooses one.
    """

    def __init__(self, app: Any, door: Door, follow_browser: Callable[[Language], None] | None) -> None:
        self._app = app
        self._door = door
        self._follow_browser = follow_browser

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        headers = {key.lower(): value.decode("latin1") for key, value in scope["headers"]}
        if scope["path"].startswith(CONNECTIONS):
            if not _is_owner(headers.get(b"cookie", "")):
                return await refuse(scope, receive, send)
            return await self._app(scope, receive, send)
        page = scope.get("method") == "GET" and "text/html" in headers.get(b"accept", "")
        for_all = scope["path"] in ("/api/health", "/api/open")
        language = preferred(headers.get(b"accept-language", ""))
        if page and self._door.spend(_token(scope)):
            if self._follow_browser:
                self._follow_browser(language)
            return await _answer(send, 303, {"location": scope["path"], "set-cookie": _cookie()})
        if not for_all and not _is_owner(headers.get(b"cookie", "")):
            text = Words(language)("ui.closed_door")
            return await _answer(send, 403, {"content-type": "text/html; charset=utf-8"}, _closed(language, text))
        if page and self._follow_browser:
            self._follow_browser(language)
        return await self._app(scope, receive, send)


def _token(scope: Any) -> str:
    return str(parse_qs(scope["query_string"].decode("latin1")).get(OPEN, [""])[0])


def _cookie() -> str:
    """Without an age: it goes with the browser's session, and the secret it is signed with goes with the program."""
    from chainlit.auth import create_jwt
    from chainlit.user import User

    from tutor.ui.transcript import LEARNER

    token: str = create_jwt(User(identifier=LEARNER))
    return f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict"


def _is_owner(cookies: str) -> bool:
    from chainlit.auth import decode_jwt
    from jwt import InvalidTokenError

    try:
        given = SimpleCookie(cookies).get(COOKIE)
        return given is not None and decode_jwt(given.value) is not None
    except (CookieError, InvalidTokenError):
        return False


async def _answer(send: Any, status: int, headers: dict[str, str], body: str = "") -> None:
    sent = [(key.encode(), value.encode()) for key, value in {"cache-control": "no-store", **headers}.items()]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body.encode()})


def _closed(language: Language, text: str) -> str:
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Musa</title>'
        f'<main style="font:1.1rem/1.5 system-ui;max-width:34rem;margin:15vh auto;padding:0 1rem"><h1>Musa</h1>'
        f"<p>{text}</p></main></html>"
    )


def preferred(accept_language: str) -> Language:
    """The first of our languages in the browser's list; Spanish if it has neither."""
    for tag in accept_language.lower().split(","):
        match tag.strip()[:2]:
            case "es":
                return "es"
            case "en":
                return "en"
    return "es"

"""Who may talk to the server, and what a page of ours may do: Host and Origin lists, and headers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; "
    # Chainlit compiles our elements in the page, which needs eval; the sources are our own files
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; worker-src 'self' blob:; "
    "connect-src 'self'"
)
HEADERS = (
    ("content-security-policy", POLICY),
    # our own server may know from which of its pages a request comes (tutor/ui/chat.py needs it); nobody else may
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    # without it, a page that opened ours in a window could post messages into it
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
)


class Guard:
    """ASGI middleware for HTTP and websockets. Refuses (403) what is not addressed to this server by a loopback name,
    or comes from a page of another origin: a web site that knows the port cannot drive the tutor."""

    def __init__(self, app: App, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        headers = {key.decode("latin1").lower(): value.decode("latin1") for key, value in scope["headers"]}
        if headers.get("host") not in self._hosts or headers.get("origin", min(self._origins)) not in self._origins:
            return await refuse(scope, receive, send)
        path = scope["path"]

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                added = [(key.encode(), value.encode()) for key, value in (*HEADERS, *_caching(path))]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        return await self._app(scope, receive, send_with_headers)


def _caching(path: str) -> tuple[tuple[str, str], ...]:
    """Chainlit's own files have a digest in their name; ours may change with the program. A card's file, a line that
    hardly ever does, is asked for with every card: not each time from here."""
    if path.startswith("/assets/"):
        return (("cache-control", "public, max-age=31536000, immutable"),)
    if path.startswith("/public/elements/"):
        return (("cache-control", "max-age=600"),)
    return (("cache-control", "no-cache"),) if path.startswith("/public/") else ()


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 403; a websocket is not accepted, which its page takes for a server that is not there yet."""
    if scope["type"] == "websocket":
        await receive()
        return await send({"type": "websocket.close", "code": 4403})
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
    return await send({"type": "http.response.body", "body": b"forbidden"})

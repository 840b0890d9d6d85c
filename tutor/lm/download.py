"""Brings one file over HTTP, going on where an earlier attempt stopped, and checks it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from skills.errors import UserError
from skills.workspace import disk_errors, sha256

WAIT = httpx.Timeout(60.0, connect=10.0)
TRIES, PAUSE = 4, 1.0
"""How often a broken connection is taken up again, and the seconds before the first of it (doubled each time)."""
Count = Callable[[int], None]


def after(count: Count, have: int) -> Count:
    """`count` for a piece that comes after `have` bytes."""
    return lambda done: count(have + done)


class NoNetwork(UserError):
    """Nothing answers at any of the places that have the model: `model`."""

    code = "no_network"


class Corrupted(UserError):
    """What arrived is not what was promised, twice: `name`."""

    code = "download_corrupted"


class Unreachable(Exception):
    """This source does not answer or has no such file; another may."""


@dataclass(frozen=True)
class Remote:
    """A file as its server declares it: `size` in bytes; `digest` is the SHA-256, None where the server tells none."""

    url: str
    size: int
    digest: str | None


def look(client: httpx.Client, url: str) -> Remote:
    """What the server says of a file. A hub declares the SHA-256 of large files as `X-Linked-Etag`. Unreachable."""
    try:
        answer = client.head(url, follow_redirects=False)
        for _ in range(5):  # only redirects inside the hub (a renamed repository): the file's store is not asked yet
            place = answer.headers.get("location", "")
            if not answer.is_redirect or "x-linked-etag" in answer.headers or not place.startswith("/"):
                break
            answer = client.head(str(answer.url.join(place)), follow_redirects=False)
    except httpx.HTTPError as error:
        raise Unreachable(url) from error
    if answer.status_code >= 400:
        raise Unreachable(f"{url}: {answer.status_code}")
    tag = answer.headers.get("x-linked-etag", "").strip('"')
    size = answer.headers.get("x-linked-size") or answer.headers.get("content-length") or "0"
    return Remote(url, int(size), tag if len(tag) == 64 else None)


def bring(client: httpx.Client, remote: Remote, to: Path, digest: str | None, count: Count) -> str:
    """Write the file to `to` and return its SHA-256; `count` is told the bytes there are so far.

    `digest` is what the file must have (None: what the server declares). A file that is there is checked, not brought
    again; one that fails the check is brought once more. Raises Unreachable, Corrupted, DiskFull.
    """
    expected = {wanted for wanted in (digest, remote.digest) if wanted}
    if len(expected) > 1:
        raise Corrupted(name=to.name)
    part = to.with_name(f"{to.name}.part")
    for _ in range(2):
        if not to.exists():
            _fill(client, remote, part, count)
            part.replace(to)
        count(to.stat().st_size)
        found = sha256(to)
        if (not expected or found in expected) and remote.size in (0, to.stat().st_size):
            return found
        to.unlink()
    raise Corrupted(name=to.name)


def _fill(client: httpx.Client, remote: Remote, part: Path, count: Count) -> None:
    """Append to `part` until it is whole, taking a broken connection up again a few times."""
    pause = PAUSE
    for left in reversed(range(TRIES)):
        try:
            with disk_errors():
                _append(client, remote, part, count)
            return
        except httpx.HTTPError as error:
            if not left:
                raise Unreachable(remote.url) from error
            time.sleep(pause)
            pause *= 2


def _append(client: httpx.Client, remote: Remote, part: Path, count: Count) -> None:
    have = part.stat().st_size if part.exists() else 0
    if have and have == remote.size:
        return
    asked = {"Range": f"bytes={have}-", "Accept-Encoding": "identity"} if have else {"Accept-Encoding": "identity"}
    with client.stream("GET", remote.url, headers=asked, follow_redirects=True) as answer:
        if answer.status_code == 416:  # there is more here than there
            part.unlink()
            raise httpx.ReadError("restart")
        answer.raise_for_status()
        resumed = answer.status_code == 206
        with part.open("ab" if resumed else "wb") as file:
            done = have if resumed else 0
            for block in answer.iter_bytes():  # as it comes: what is gathered first is lost when the line breaks
                file.write(block)
                done += len(block)
                count(done)
    if remote.size and done < remote.size:
        raise httpx.ReadError("cut short")


def digest_of(paths: list[Path], to: Path) -> str:
    """Join files in order into `to` and return the SHA-256 of the whole. Raises DiskFull."""
    found = hashlib.sha256()
    with disk_errors(), to.open("wb") as whole:
        for path in paths:
            with path.open("rb") as piece:
                while block := piece.read(1 << 22):
                    whole.write(block)
                    found.update(block)
    return found.hexdigest()

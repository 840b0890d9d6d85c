"""A real server in a process of its own, for the tests of the chat."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests import kept
from tutor.ui.serve import ask_address

ROOT = Path(__file__).parent.parent


@dataclass
class Server:
    address: str
    process: subprocess.Popen[str]
    home: Path

    def enter(self) -> str:
        """An address that lets one browser in."""
        return ask_address(self.home)

    def cookie(self) -> str:
        """The cookie that such a browser is given."""
        answer = httpx.get(self.enter(), headers={"accept": "text/html"}, trust_env=False, timeout=10)
        return answer.headers["set-cookie"].split(";")[0]


def start(home: Path, *arguments: str, real: bool = False) -> subprocess.Popen[str]:
    """The server with a scripted session or, if `real`, the program itself, which has learnt to hear as it has in the
    set-up."""
    if real:
        kept.put_into(home)
    program = ["tutor.cli", "serve", "--home", str(home)] if real else ["tests.scripted_session", str(home)]
    return subprocess.Popen(
        [sys.executable, "-m", *program, "--no-browser", "--port", "8960", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@contextmanager
def serving(home: Path, real: bool = False) -> Iterator[Server]:
    process = start(home, real=real)
    server = Server("", process, home)
    try:
        server.address = wait_for(home, process)
        yield server
    finally:
        server.process.terminate()
        try:
            server.process.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.communicate()


def wait_for(home: Path, process: subprocess.Popen[str], seconds: float = 60) -> str:
    """The address of the server, once it answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            address: str = json.loads((home / "server.json").read_text("utf-8"))["address"]
            if httpx.get(f"{address}/api/health", timeout=2, trust_env=False).status_code == 200:
                return address
        except (OSError, ValueError, httpx.HTTPError):
            pass
        time.sleep(0.1)
    raise AssertionError(
        f"the server did not start: {process.poll()}\n{(home / 'logs' / 'server.log').read_text('utf-8')}"
    )

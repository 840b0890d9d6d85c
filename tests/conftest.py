"""Fixtures: a temporary home, scripted models, a tiny random model, and no network but loopback."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import pytest

from skills.blocks import Token
from skills.contract import ChatMessage, Context, Event, NextToken, Options, Profile, Score
from skills.workspace import Workspace
from tutor.ui.prepare import leave_out_telemetry

leave_out_telemetry()  # as the server does, before any test imports Chainlit

PROFILE = Profile(
    name="scripted",
    writes=("es", "en"),
    context=512,
    parameters=0,
    disk_bytes=0,
    memory_bytes=0,
    licence="MIT",
    digest="0" * 64,
)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection that is not to loopback fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home")


class FakeChat:
    """Says the scripted replies, one a call, word by word; remembers what it was asked."""

    profile = PROFILE
    constrains = False

    def __init__(self, replies: Sequence[str] = ()) -> None:
        self.replies = list(replies)
        self.asked: list[list[ChatMessage]] = []

    def stream(self, messages: Sequence[ChatMessage], options: Options) -> Iterator[str]:
        self.asked.append(list(messages))
        reply = self.replies.pop(0) if self.replies else ""
        for i, word in enumerate(reply.split(" ")):
            yield word if i == 0 else f" {word}"

    def count_tokens(self, text: str) -> int:
        return len(text.split())


class FakeProbe:
    """Tokens are words; the next token is taken from `after` (text -> word: probability)."""

    profile = PROFILE

    def __init__(self, after: dict[str, dict[str, float]] | None = None) -> None:
        self.after = after or {}

    def tokenize(self, text: str) -> list[Token]:
        return [Token(text=w if i == 0 else f" {w}", id=len(w)) for i, w in enumerate(text.split())]

    def next_token(self, text: str, k: int) -> list[NextToken]:
        ranked = sorted(self.after.get(text, {"a": 0.5, "b": 0.25}).items(), key=lambda pair: -pair[1])[:k]
        return [NextToken(id=i, text=w, probability=p) for i, (w, p) in enumerate(ranked)]

    def score(self, prompt: str, continuations: Sequence[str]) -> list[Score]:
        return [Score(logprob=-float(len(c)), tokens=max(1, len(c.split()))) for c in continuations]

    def generate(self, prompt: str, options: Options) -> Iterator[str]:
        yield " y"
        yield " sigue"

    ended = True


@pytest.fixture
def fake_chat() -> type[FakeChat]:
    return FakeChat


@pytest.fixture
def fake_probe() -> type[FakeProbe]:
    return FakeProbe


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def ctx(workspace: Workspace, events: list[Event]) -> Context:
    """A context in Spanish with scripted models; `events` collects what is emitted."""
    return Context(workspace=workspace, language="es", emit=events.append, chat=FakeChat(), probe=FakeProbe())


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a random Qwen2 of some thousand parameters, in safetensors, with a byte-level tokenizer."""
    from tests.tiny_model import make_tiny

    return make_tiny("qwen2", tmp_path_factory.mktemp("tiny") / "qwen2")

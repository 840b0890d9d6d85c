"""Fixtures: a temporary home, scripted models, a tiny random model, and no network but loopback."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
if "PYTEST_XDIST_WORKER" in os.environ:  # as many processes as cores: more threads would only wait for each other
    os.environ["OMP_NUM_THREADS"] = "1"

import pytest

from skills.contract import Context, Event
from skills.workspace import Workspace
from tutor.authoring.eval.scripted import ScriptedChat as FakeChat
from tutor.authoring.eval.scripted import ScriptedProbe as FakeProbe
from tutor.ui.prepare import leave_out_telemetry

if TYPE_CHECKING:
    from tests.conversation import Conversation
    from tutor.course.model import Course

leave_out_telemetry()  # as the server does, before any test imports Chainlit


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


@pytest.fixture(scope="session")
def course() -> Course:
    """The course as it is taught; a module that tests with another has a fixture of this name."""
    from tutor.course.files import load_course
    from tutor.settings import CURRICULUM

    return load_course(CURRICULUM)


@pytest.fixture
def talk(tmp_path: Path, course: Course) -> Iterator[Conversation]:
    """A conversation in a home of its own."""
    from tests.conversation import Conversation

    talk = Conversation(tmp_path / "home", course)
    yield talk
    talk.store.close()

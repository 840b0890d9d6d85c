"""A scripted pair of models behind the functions that the worker opens models with."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from skills.contract import ChatMessage, Options, Profile
from skills.errors import ModelMissing
from tests.conftest import FakeProbe
from tutor.authoring.eval.scripted import PROFILE


class SlowChat:
    """Says the last message back word by word, ten words a second at most."""

    profile = PROFILE
    constrains = True

    def stream(self, messages: Sequence[ChatMessage], options: Options) -> Iterator[str]:
        for word in messages[-1].content.split(" "):
            time.sleep(0.02)
            yield word + " "


def open_chat(home: Path, name: str | None, threads: int = 0) -> SlowChat:
    if name == "missing":
        raise ModelMissing(model=name)
    (home / "opened").open("a").write("chat\n")
    return SlowChat()


def open_probe(home: Path, name: str | None, threads: int = 0) -> FakeProbe:
    if name == "missing":
        raise ModelMissing(model=name)
    (home / "opened").open("a").write("probe\n")
    return FakeProbe({"a": {"b": 0.9}})


def weights(home: Path, name: str | None) -> Path:
    if name == "missing":
        raise ModelMissing(model=name)
    return home / "models" / (name or "tiny")


def profile(home: Path, name: str | None = None) -> Profile:
    return PROFILE.model_copy(update={"name": name})

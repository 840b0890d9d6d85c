"""Keeps the client of a telemetry service, which Chainlit imports but we never use, out of the process."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, Literal


def leave_out_telemetry() -> None:
    """Stand in for `literalai` before Chainlit is imported.

    Chainlit 2.12 takes five names from it, for annotations and one isinstance check. The package itself loads
    pandas, aiohttp and a tracing stack: two of the three seconds that the import takes, for a cloud service that a
    private tutor has no business with.
    """
    if "literalai" in sys.modules:
        return
    names = ("BaseGeneration", "ChatGeneration", "CompletionGeneration", "GenerationMessage")
    package, steps = _module("literalai"), _module("literalai.observability.step")
    for name in names:
        setattr(package, name, type(name, (), {}))
    steps.StepType = str
    steps.TrueStepType = Literal["run", "tool", "llm", "embedding", "retrieval", "rerank", "undefined"]
    steps.MessageStepType = Literal["user_message", "assistant_message", "system_message"]
    _module("literalai.observability")


def _module(name: str) -> Any:
    module = ModuleType(name)
    module.__path__ = []
    sys.modules[name] = module
    return module

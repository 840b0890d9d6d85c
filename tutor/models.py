"""The models one process holds, each loaded on first need and given back on request."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from skills.contract import Chat, Probe, Skill
from tutor.settings import Settings


class Models:
    """`engines` is the module with `open_chat(home, name)`, `open_probe(home, name)` and `weights(home, name)`."""

    def __init__(self, settings: Settings, engines: str) -> None:
        self._settings = settings
        self._engines = engines
        self._open: dict[str, Any] = {}

    def chat(self) -> Chat:
        """The tutor's model, that talks. Raises ModelMissing."""
        if "chat" not in self._open:
            self._open["chat"] = self._module.open_chat(self._settings.home, self._settings.tutor_model)
        chat: Chat = self._open["chat"]
        return chat

    def probe(self) -> Probe:
        """The workbench model, that is looked into. Raises ModelMissing."""
        if "probe" not in self._open:
            self._open["probe"] = self._module.open_probe(self._settings.home, self._settings.workbench_model)
        probe: Probe = self._open["probe"]
        return probe

    def weights(self) -> Path:
        """The folder of the workbench model's safetensors, for skills that train. Raises ModelMissing."""
        folder: Path = self._module.weights(self._settings.home, self._settings.workbench_model)
        return folder

    def needed(self, skill: Skill) -> dict[str, Any]:
        """What a skill needs, as the fields of its Context. Raises ModelMissing."""
        return {need: getattr(self, need)() for need in sorted(skill.needs)}

    def unload(self) -> None:
        """Give the memory back; the next need loads again."""
        import gc

        self._open.clear()
        gc.collect()

    @property
    def _module(self) -> Any:
        return import_module(self._engines)

"""The models one process holds, each loaded on first need."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from skills.contract import Chat, Encoder, Probe, Profile, Reader, Skill, Voices
from skills.errors import ModelMissing
from skills.memory import give_back
from tutor.lm.installed import tokenizers
from tutor.settings import Settings


class Models:
    """`engines` is the module with `open_chat`, `open_probe`, `open_encoder`, `open_reader`, `Voices`, `weights` and
    `profile`, as in tutor/lm."""

    def __init__(self, settings: Settings, engines: str) -> None:
        self._settings = settings
        self._engines = engines
        self._open: dict[str, Any] = {}

    def chat(self) -> Chat:
        """The tutor's model, that talks. Raises ModelMissing."""
        if "chat" not in self._open and self._settings.endpoint:
            from tutor.lm.openai_server import OpenAI, endpoint_profile

            profile = endpoint_profile(self._settings.endpoint_model)
            self._open["chat"] = OpenAI(self._settings.endpoint, profile)
        if "chat" not in self._open:
            home, name, threads = self._settings.home, self._settings.tutor_model, self._settings.threads
            self._open["chat"] = self._module.open_chat(home, name, threads=threads)
            give_back()
        chat: Chat = self._open["chat"]
        return chat

    def probe(self) -> Probe:
        """The workbench model, that is looked into; the same object as `chat` where they are the same model on the
        same engine. Raises ModelMissing."""
        if "probe" not in self._open:
            home, name, threads = self._settings.home, self._settings.workbench_model, self._settings.threads
            self._open["probe"] = self._module.open_probe(home, name, threads=threads)
            give_back()
        probe: Probe = self._open["probe"]
        return probe

    def encoder(self) -> Encoder:
        """The model of what texts mean. Raises ModelMissing, ModelDamaged."""
        if "encoder" not in self._open:
            home, threads = self._settings.home, self._settings.threads
            self._open["encoder"] = self._module.open_encoder(home, threads=threads)
            give_back()
        encoder: Encoder = self._open["encoder"]
        return encoder

    def reader(self) -> Reader:
        """What tells which passages of a text answer a question. Raises ModelMissing, ModelDamaged."""
        if "reader" not in self._open:
            self._open["reader"] = self._module.open_reader(self._settings.home, threads=self._settings.threads)
            give_back()
        reader: Reader = self._open["reader"]
        return reader

    def weights(self) -> Path:
        """The folder of the workbench model's safetensors, for skills that train. Raises ModelMissing."""
        folder: Path = self._module.weights(self._settings.home, self._settings.workbench_model)
        return folder

    def tokenizers(self) -> dict[str, Path]:
        """The folder of each installed model's tokenizer, the workbench model's first."""
        return tokenizers(self._settings.home, self._settings.workbench_model)

    def voices(self) -> Voices:
        """Who can be asked to write, each opened when it is wanted."""
        if "voices" not in self._open:
            self._open["voices"] = self._module.Voices(self._settings)
        voices: Voices = self._open["voices"]
        return voices

    def base(self) -> tuple[Path, Profile]:
        """The folder of the workbench model's safetensors and what they are. Raises ModelMissing."""
        folder = self.weights()
        name = self._settings.workbench_model or (folder.parent if folder.name == "transformers" else folder).name
        return folder, self._module.profile(self._settings.home, name)

    def needed(self, skill: Skill) -> dict[str, Any]:
        """What a skill needs, as the fields of its Context. A model that is not there is left out: the skill knows
        whether it can do without."""
        found: dict[str, Any] = {}
        for need in sorted(skill.needs):
            with suppress(ModelMissing):
                found[need] = getattr(self, need)()
        return found

    @property
    def _module(self) -> Any:
        return import_module(self._engines)

"""Opens an installed model with the engine that suits it and the computer.

| | no graphics card | a graphics card that torch can use |
|---|---|---|
| a tutor (a GGUF file and its tokenizer) | llama.cpp | llama.cpp |
| a workbench (safetensors, and a GGUF file) | llama.cpp | transformers |

Where the processor cannot run llama.cpp (tutor/lm/llama_check.py) transformers does what it can with the workbench, and
with models of which no GGUF was verified.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from weakref import WeakValueDictionary

from skills.contract import Chat, Probe, Profile
from skills.errors import ModelMissing
from skills.memory import free_memory
from tutor.lm.convert import convertible
from tutor.lm.engine import Engine
from tutor.lm.fetch import run_convert
from tutor.lm.hardware import accelerator, physical_cores
from tutor.lm.installed import Installed, find
from tutor.lm.llama_check import check
from tutor.lm.llama_cpp import LlamaCpp
from tutor.lm.llama_server import LlamaServer
from tutor.lm.text import Texts

_servers: WeakValueDictionary[tuple[Path, int], LlamaServer] = WeakValueDictionary()
"""Weights that somebody in this process holds: who talks, who is looked into and the model of a run may share them."""


def open_chat(home: Path, name: str | None = None, threads: int = 0) -> Chat:
    """The model called `name`, to talk with; the tutor's if None. Raises ModelMissing.

    A tutor that only llama.cpp can open, on a processor that it does not run on, or that does not fit in the memory
    that is free now, is spoken for by the workbench. The profile says how much fits here, not how much the model was
    made for.
    """
    model = find(home, name, "tutor")
    if (not model.weights.is_dir() and not check(home).runs) or not fits(model):
        with suppress(ModelMissing):
            model = find(home, None, "workbench")
    engine = open_engine(model, home, threads)
    engine.profile = engine.profile.model_copy(update={"context": engine.room})
    return engine


def open_probe(home: Path, name: str | None = None, threads: int = 0) -> Probe:
    """The model called `name`, to look into; the workbench's if None. Raises ModelMissing."""
    return open_engine(find(home, name, "workbench"), home, threads)


def fits(model: Installed) -> bool:
    """Whether the memory that is free now is enough to hold this model."""
    return model.profile.memory_bytes <= free_memory()


def profile(home: Path, name: str | None = None) -> Profile:
    """What the model called `name` is good for; the tutor's if None. Raises ModelMissing."""
    return find(home, name, "tutor").profile


def weights(home: Path, name: str | None = None) -> Path:
    """The folder of safetensors of the model called `name`; the workbench's if None. Raises ModelMissing."""
    return find(home, name, "workbench").weights


def open_engine(model: Installed, home: Path, threads: int) -> Engine:
    """An installed model as it is. Raises ModelMissing: it only talks, and llama.cpp does not run here."""
    return open_llama(model, threads) if on_llama(model, home) else open_dense(model)


def on_llama(model: Installed, home: Path) -> bool:
    """Whether llama.cpp opens this model here."""
    if not check(home).runs:
        return False
    if not model.weights.is_dir():
        return model.gguf is not None
    return not on_card() and (model.gguf is not None or convertible(model.weights))


def on_card() -> bool:
    """Whether there is a graphics card that torch can use."""
    if accelerator() is None:
        return False
    from tutor.lm.hf import best_device

    return best_device() != "cpu"


def open_llama(model: Installed, threads: int, adapter: Path | None = None) -> LlamaCpp:
    """On llama.cpp, with the LoRA adapter of a GGUF file over it if there is one.

    A workbench of an earlier version has no GGUF file: it is written now, in a minute. Raises ModelMissing.
    """
    if model.gguf is None:
        run_convert(model.weights, model.folder, model.name, lambda stage, done, total: None, unpack=True)
    if model.gguf is None or model.tokenizer is None:
        raise ModelMissing(model=model.name)
    key = (model.gguf, threads or physical_cores())
    server = _servers.get(key)
    if server is None:
        server = _servers[key] = LlamaServer(*key)
    return LlamaCpp(server, Texts(model.tokenizer), model.profile, adapter)


def open_dense(model: Installed, adapter: Path | None = None) -> Engine:
    """On transformers, with the adapter of a folder that peft wrote. Raises ModelMissing, WrongBase, RunUnusable."""
    if not model.weights.is_dir():
        raise ModelMissing(model=model.name)
    from tutor.lm.hf import Hf

    return Hf(model.weights, model.profile, adapter)

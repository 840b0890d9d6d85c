"""Opens an installed model with the engine that suits the purpose and the computer.

To talk: llama.cpp, from a GGUF file as it is; transformers on a graphics card; CTranslate2 where neither can be.
To look into (score, weigh the next token): CTranslate2 in 8 bits; transformers on a graphics card or for exactness.
"""

from __future__ import annotations

from pathlib import Path
from weakref import WeakValueDictionary

from skills.contract import Chat, Probe, Profile
from skills.errors import ModelMissing
from skills.training.adapter import NAME
from tutor.lm.engine import Engine
from tutor.lm.hardware import physical_cores
from tutor.lm.installed import Installed, find
from tutor.lm.llama_check import check
from tutor.lm.llama_cpp import LlamaCpp
from tutor.lm.llama_server import LlamaServer
from tutor.lm.text import Texts

_open: WeakValueDictionary[tuple[str, int], Engine] = WeakValueDictionary()
"""8-bit models that somebody in this process holds: the one who talks and the one looked into may be the same."""
_servers: WeakValueDictionary[tuple[str, int], LlamaServer] = WeakValueDictionary()
"""Weights that somebody in this process talks from: the base and the model of a run share them."""


def open_chat(home: Path, name: str | None = None, threads: int = 0) -> Chat:
    """The model called `name`, to talk with; the tutor's if None. Raises ModelMissing.

    A tutor that only llama.cpp can open, on a processor that it does not run on, is spoken for by the workbench.
    """
    model = find(home, name, "tutor")
    if model.gguf is not None and runs_llama(home):
        return open_llama(model, threads)
    if not model.weights.is_dir():
        model = find(home, None, "workbench")
    return open_engine(model, threads)


def open_probe(home: Path, name: str | None = None, threads: int = 0, exact: bool = False) -> Probe:
    """The model called `name`, to look into; the workbench's if None. Raises ModelMissing.

    8-bit weights, unless the figures must be those of the full weights (`exact`).
    """
    model = find(home, name, "workbench")
    if not exact:
        return open_engine(model, threads)
    from tutor.lm.hf import Hf

    return Hf(model.weights, model.profile)


def profile(home: Path, name: str | None = None) -> Profile:
    """What the model called `name` is good for; the tutor's if None. Raises ModelMissing."""
    return find(home, name, "tutor").profile


def weights(home: Path, name: str | None = None) -> Path:
    """The folder of safetensors of the model called `name`; the workbench's if None. Raises ModelMissing."""
    return find(home, name, "workbench").weights


def runs_llama(home: Path) -> bool:
    """Whether models talk through llama.cpp here: on the processor, and on one that it was built for."""
    return eight_bits() and check(home).runs


def eight_bits() -> bool:
    """Whether models are opened in 8 bits: where there is no graphics card that torch can use."""
    from tutor.lm.hardware import accelerator

    if accelerator() is None:
        return True
    from tutor.lm.hf import best_device

    return best_device() == "cpu"


def open_llama(model: Installed, threads: int, adapter: Path | None = None) -> LlamaCpp:
    """A model with a GGUF file, to talk with; `adapter`: a LoRA adapter (GGUF) to lay over it. Raises ModelMissing."""
    if model.gguf is None or model.tokenizer is None:
        raise ModelMissing(model=model.name)
    key = (str(model.gguf), threads or physical_cores())
    server = _servers.get(key)
    if server is None or (adapter is not None and adapter not in server.adapters):
        server = _servers[key] = LlamaServer(model.gguf, key[1], () if adapter is None else (adapter,))
    place = None if adapter is None else server.adapters.index(adapter)
    return LlamaCpp(server, Texts(model.tokenizer), model.profile, place)


def open_engine(model: Installed, threads: int, run_dir: Path | None = None) -> Engine:
    """A workbench, or what a run made of it (`run_dir`), in an engine that can be looked into.

    Raises ModelMissing for a model that only talks, WrongBase, RunUnusable.
    """
    if not model.weights.is_dir():
        raise ModelMissing(model=model.name)
    if run_dir is not None or not eight_bits():
        from tutor.lm.hf import Hf

        return Hf(model.weights, model.profile, run_dir and run_dir / NAME)
    from tutor.lm.ct2 import Ct2

    key = (str(model.fast), threads)
    engine = _open.get(key)
    if engine is None:
        engine = _open[key] = Ct2(model.fast, model.weights, model.profile, threads)
    return engine

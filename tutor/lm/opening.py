"""Opens an installed model with the engine that suits the purpose and the computer."""

from __future__ import annotations

from pathlib import Path
from weakref import WeakValueDictionary

from skills.contract import Chat, Probe, Profile
from tutor.lm.engine import Engine
from tutor.lm.installed import Installed, find

_open: WeakValueDictionary[tuple[str, int], Engine] = WeakValueDictionary()
"""8-bit models that somebody in this process holds: the one who talks and the one looked into are often the same."""


def open_chat(home: Path, name: str | None = None, threads: int = 0) -> Chat:
    """The model called `name`, to talk with; the tutor's if None. Raises ModelMissing."""
    return _engine(find(home, name, "tutor"), threads)


def open_probe(
    home: Path, name: str | None = None, adapter: Path | None = None, threads: int = 0, exact: bool = False
) -> Probe:
    """The model called `name`, to look into; the workbench's if None. Raises ModelMissing, WrongBase.

    8-bit weights, unless there is an `adapter` or the figures must be those of the full weights (`exact`).
    """
    model = find(home, name, "workbench")
    if adapter is None and not exact:
        return _engine(model, threads)
    from tutor.lm.hf import Hf

    return Hf(model.weights, model.profile, adapter)


def profile(home: Path, name: str | None = None) -> Profile:
    """What the model called `name` is good for; the tutor's if None. Raises ModelMissing."""
    return find(home, name, "tutor").profile


def weights(home: Path, name: str | None = None) -> Path:
    """The folder of safetensors of the model called `name`; the workbench's if None. Raises ModelMissing."""
    return find(home, name, "workbench").weights


def _engine(model: Installed, threads: int) -> Engine:
    from tutor.lm.ct2 import Ct2
    from tutor.lm.machine import accelerator

    if accelerator() is not None:
        from tutor.lm.hf import Hf, best_device

        if best_device() != "cpu":
            return Hf(model.weights, model.profile)
    key = (str(model.fast), threads)
    engine = _open.get(key)
    if engine is None:
        engine = _open[key] = Ct2(model.fast, model.weights, model.profile, threads)
    return engine

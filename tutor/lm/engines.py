"""Opens an installed model with the engine that suits the purpose and the computer."""

from __future__ import annotations

from pathlib import Path
from weakref import WeakValueDictionary

from skills.contract import Chat, Probe, Profile
from skills.training.adapter import NAME
from tutor.lm.engine import Engine
from tutor.lm.installed import CT2, Installed, find

_open: WeakValueDictionary[tuple[str, int], Engine] = WeakValueDictionary()
"""8-bit models that somebody in this process holds: the one who talks and the one looked into are often the same."""


def open_chat(home: Path, name: str | None = None, threads: int = 0) -> Chat:
    """The model called `name`, to talk with; the tutor's if None. Raises ModelMissing."""
    return open_engine(find(home, name, "tutor"), threads)


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


def eight_bits() -> bool:
    """Whether models are opened in 8 bits: where there is no graphics card that torch can use."""
    from tutor.lm.hardware import accelerator

    if accelerator() is None:
        return True
    from tutor.lm.hf import best_device

    return best_device() == "cpu"


def open_engine(model: Installed, threads: int, run_dir: Path | None = None) -> Engine:
    """An installed model, or the one that a run made of it (in 8 bits, what tutor/lm/tuned.py made ready).

    Raises WrongBase, RunUnusable.
    """
    if not eight_bits():
        from tutor.lm.hf import Hf

        return Hf(model.weights, model.profile, run_dir and run_dir / NAME)
    from tutor.lm.ct2 import Ct2

    if run_dir is not None:
        return Ct2(run_dir / CT2, model.weights, model.profile, threads)
    key = (str(model.fast), threads)
    engine = _open.get(key)
    if engine is None:
        engine = _open[key] = Ct2(model.fast, model.weights, model.profile, threads)
    return engine

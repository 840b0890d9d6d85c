"""Checkpoints that are whole or not there: written beside, renamed into place, verified before they are used."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from skills.blocks import Frozen
from skills.contract import Metric, Sample
from skills.errors import RunUnusable
from skills.training.budget import CHECKPOINTING, RunPlan
from skills.workspace import disk_errors, read_json, sha256, write_atomic

if TYPE_CHECKING:
    from torch import Tensor

PLAN = "plan.json"
FOLDER = "checkpoints"
DIGESTS = "digests.json"


def unusable(run_dir: Path, why: str) -> RunUnusable:
    """`why`: data, settings, base (they are not those the run began with), plan, adapter (a file is damaged)."""
    return RunUnusable(run=run_dir.name, reason=why, kind=why)


class State(Frozen):
    """Where a run is: everything that is not a tensor. `seconds` of training so far, over all attempts."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    spent: float = 0.0
    """Seconds of the whole run so far, with what came before the training."""
    share: float = 0.0
    """How far the whole run was said to be."""
    micro_rows: int
    gradient_checkpointing: bool = Field(validation_alias=CHECKPOINTING)
    best_step: int = 0
    best_loss: float | None = None
    broke: bool = False
    worse: int = 0
    """How many evaluations in a row were clearly worse than the best."""
    metrics: tuple[Metric, ...] = ()
    samples: tuple[Sample, ...] = ()


def save(run_dir: Path, state: State, adapter: Mapping[str, Tensor], optimizer: Mapping[str, Any]) -> None:
    """Write a checkpoint for `state.step`; the last two stay. Raises DiskFull, and then leaves what was there."""
    import torch
    from safetensors.torch import save_file

    def write(folder: Path) -> None:
        save_file(dict(adapter), folder / "adapter.safetensors")
        torch.save({"optimizer": optimizer, "random": torch.get_rng_state()}, folder / "optimizer.pt")
        (folder / "state.json").write_text(state.model_dump_json(), "utf-8")

    _write_folder(run_dir / FOLDER / f"step-{state.step:06d}", write)
    for old in sorted((run_dir / FOLDER).glob("step-*"))[:-2]:
        shutil.rmtree(old, ignore_errors=True)


def save_best(run_dir: Path, step: int, adapter: Mapping[str, Tensor]) -> None:
    """Keep this adapter as the best so far, and the one before it until the next checkpoint may name this one."""
    from safetensors.torch import save_file

    _write_folder(run_dir / FOLDER / f"best-{step:06d}", lambda f: save_file(dict(adapter), f / "adapter.safetensors"))
    for old in sorted((run_dir / FOLDER).glob("best-*"))[:-2]:
        shutil.rmtree(old, ignore_errors=True)


def newest(run_dir: Path) -> Path | None:
    """The newest checkpoint that is whole and whose best adapter is too; None if there is none."""
    for folder in sorted((run_dir / FOLDER).glob("step-*"), reverse=True):
        try:
            state = read_state(folder)
        except (OSError, ValidationError):
            continue
        if whole(folder) and (state.best_step == 0 or whole(best_folder(run_dir, state.best_step))):
            return folder
    return None


def best_folder(run_dir: Path, step: int) -> Path:
    return run_dir / FOLDER / f"best-{step:06d}"


def read_state(folder: Path) -> State:
    return State.model_validate_json((folder / "state.json").read_text("utf-8"))


def read_adapter(folder: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    found: dict[str, Tensor] = load_file(folder / "adapter.safetensors")
    return found


def read_optimizer(folder: Path) -> dict[str, Any]:
    """The optimizer's state; torch's random state is put back on the way."""
    import torch

    found = torch.load(folder / "optimizer.pt", weights_only=True)
    torch.set_rng_state(found["random"])
    state: dict[str, Any] = found["optimizer"]
    return state


def whole(folder: Path) -> bool:
    """True if every file named in the digests is there as it was written."""
    try:
        digests = read_json(folder / DIGESTS)
        return all(sha256(folder / name) == digest for name, digest in digests.items())
    except (OSError, ValueError):
        return False


def read_plan(run_dir: Path, data_digest: str, settings_digest: str) -> RunPlan | None:
    """The plan of an earlier attempt, None if there is none. Raises RunUnusable."""
    path = run_dir / PLAN
    if not path.exists():
        return None
    try:
        plan = RunPlan.model_validate_json(path.read_text("utf-8"))
    except ValidationError as error:
        raise unusable(run_dir, "plan") from error
    if plan.data_digest != data_digest:
        raise unusable(run_dir, "data")
    if plan.settings_digest != settings_digest:
        raise unusable(run_dir, "settings")
    return plan


def write_plan(run_dir: Path, plan: RunPlan) -> None:
    write_atomic(run_dir / PLAN, plan.model_dump_json(indent=1))


def any_left(run_dir: Path) -> bool:
    """Whether a run can be taken up again from where it was."""
    return (run_dir / FOLDER).exists()


def drop(run_dir: Path) -> None:
    """A run that is done goes on no more: what it would have gone on from, most of its room on disk, is let go."""
    gone = run_dir / f".{FOLDER}.gone"
    if any_left(run_dir):
        shutil.rmtree(gone, ignore_errors=True)
        os.replace(run_dir / FOLDER, gone)  # at once: half of it would be taken for a run that has to begin anew
    shutil.rmtree(gone, ignore_errors=True)


def _write_folder(folder: Path, write: Any) -> None:
    beside = folder.with_name(f".{folder.name}.writing")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        with disk_errors():
            beside.mkdir(parents=True)
            write(beside)
            files = sorted(beside.iterdir())
            for path in files:
                _flush(path)
            write_atomic(beside / DIGESTS, json.dumps({path.name: sha256(path) for path in files}))
            shutil.rmtree(folder, ignore_errors=True)
            os.replace(beside, folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())

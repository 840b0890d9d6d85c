"""What was measured on this machine, kept in the home: how fast a model trains here, and how much memory it takes."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from skills.model.base import Precision
from skills.training import budget
from skills.training.estimate import Machine, Pace
from skills.workspace import Workspace, write_atomic

NAME = "pace.json"
Paces = dict[str, dict[Precision, Pace]]
PACES: TypeAdapter[Paces] = TypeAdapter(Paces)


def read_paces(home: Path) -> Paces:
    """Name of a base model -> precision -> what its last rehearsal here measured."""
    try:
        return PACES.validate_json((home / NAME).read_bytes())
    except (OSError, ValidationError):
        return {}


def keep_pace(home: Path, base: str, precision: Precision, pace: Pace) -> None:
    """The newest rehearsal counts: a machine changes, and what runs beside it does too."""
    paces = read_paces(home)
    paces[base] = {**paces.get(base, {}), precision: pace}
    write_atomic(home / NAME, PACES.dump_json(paces, indent=1).decode())


def machine(workspace: Workspace, base: str) -> Machine:
    """This machine as it is now, for training the model `base`."""
    return Machine(
        cores=budget.computing_cores(),
        free_bytes=budget.free_memory(),
        free_disk=workspace.free_bytes(),
        paces=read_paces(workspace.home).get(base, {}),
    )

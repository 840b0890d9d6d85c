"""Which texts and runs a skill call or a run is about: what it shows goes when one of them is deleted."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from skills.errors import FileMissing, RunUnusable
from skills.training.runs import find_run
from skills.workspace import Workspace, plain_name, read_json


def things_of(workspace: Workspace, args: dict[str, Any]) -> set[str]:
    """The data sets and runs that the arguments of a call name, and those that the runs among them were made of."""
    found = {str(args["dataset"])} if args.get("dataset") else set()
    with suppress(FileMissing):
        if isinstance(named := args.get("file"), str):
            found.add(workspace.find(named).id)
    for named in _runs(args):
        run = _folder(workspace, named)
        of, about = dataset_and_runs(workspace, run)
        found |= {run, *about} | ({of} if of else set())
        for other in about:
            found |= {each for each in (dataset_and_runs(workspace, other)[0],) if each}
    return found


def _folder(workspace: Workspace, named: str) -> str:
    """The id of a run that may be named by its number, or by what the learner calls it."""
    with suppress(FileMissing, RunUnusable):
        return named if (workspace.runs / plain_name(named)).is_dir() else find_run(workspace, named).name
    return named


def dataset_and_runs(workspace: Workspace, run: str) -> tuple[str | None, set[str]]:
    """The data set that a run works on, and the other runs that it is about."""
    try:
        folder = workspace.runs / plain_name(run)
    except FileMissing:
        return None, set()
    with suppress(OSError, ValueError, KeyError):
        return str(read_json(folder / "plan.json")["dataset"]), set()
    inputs: dict[str, Any] = {}
    with suppress(OSError, ValueError, KeyError):
        inputs = read_json(folder / "spec.json")["inputs"]
    with suppress(FileMissing):
        if isinstance(named := inputs.get("file"), str):
            return workspace.find(named).id, _runs(inputs)
    return None, _runs(inputs)


def _runs(args: dict[str, Any]) -> set[str]:
    return {str(each) for each in (args.get("run"), args.get("other"), *(args.get("runs") or ())) if each}

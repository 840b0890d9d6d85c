"""The training runs that left a model: which there are, which one is meant, what each found."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from skills.blocks import Frozen
from skills.errors import FileMissing
from skills.training.adapter import CARD, NAME, BaseCard
from skills.training.checkpoint import PLAN, unusable
from skills.training.data import PROMPTS, FrozenPrompt
from skills.training.result import FineTuneResult
from skills.workspace import Workspace, given_name, read_json, write_atomic

CALLED = "name.txt"
"""What the learner calls the model of a run, if they gave it a name."""
RESULT = "result.json"
"""The FineTuneResult, beside the adapter: what the run found, long after its data set is gone."""


def past_runs(workspace: Workspace) -> list[Path]:
    """The folders of the runs that have an adapter, newest first."""
    folders = [path.parent.parent for path in workspace.runs.glob(f"*/{NAME}/{CARD}")]
    return sorted(folders, key=lambda path: ((path / NAME / CARD).stat().st_mtime, path.name), reverse=True)


def find_run(workspace: Workspace, name: str | None) -> Path:
    """The folder of the run `name`, or of the newest one, that has an adapter. Raises RunUnusable.

    A name is the run's own, what the learner calls it, its number as people see it (from 1, the oldest), or counted
    from the newest: -1, -2.
    """
    found = past_runs(workspace)
    for number, path in enumerate(reversed(found), start=1):
        if name in (path.name, str(number), str(number - len(found) - 1)) or (name and name == given(path)):
            return path
    if name is not None:
        raise unusable(Path(name), "unfinished" if not found or (workspace.runs / name).is_dir() else "no_such")
    if not found:
        raise unusable(Path(), "unfinished")
    return found[0]


class KnownRun(Frozen):
    """A run as people tell it from others. `called`: the name that its model speaks under; `at`: when it ended, seconds
    since 1970; `dataset`: the name of its text, None where neither it nor a word about it is left."""

    run: str
    number: int
    called: str
    at: float
    base: str
    dataset: str | None


def rename_run(workspace: Workspace, run: str, name: str) -> str:
    """Call the model of a run otherwise; the name as it is kept. Raises FileMissing, BadInput."""
    plain = given_name(name)
    write_atomic(workspace.one(workspace.runs, run) / CALLED, plain)
    return plain


def given(run_dir: Path) -> str:
    """The learner's name for a run, empty if there is none."""
    try:
        return (run_dir / CALLED).read_text("utf-8")
    except OSError:
        return ""


def known_runs(workspace: Workspace) -> list[KnownRun]:
    """The runs that have an adapter, newest first."""
    known: list[KnownRun] = []
    for number, path in enumerate(reversed(past_runs(workspace)), start=1):
        known.insert(0, _known(workspace, path, number, [other.called for other in known]))
    return known


def known_run(workspace: Workspace, run: str) -> KnownRun:
    """Raises RunUnusable."""
    path = find_run(workspace, run)
    return next(known for known in known_runs(workspace) if known.run == path.name)


def _known(workspace: Workspace, path: Path, number: int, taken: list[str]) -> KnownRun:
    card = path / NAME / CARD
    result = read_result(path)
    dataset = result.dataset if result else None
    with suppress(OSError, ValueError, KeyError, FileMissing):
        dataset = dataset or workspace.find(str(read_json(path / PLAN)["dataset"])).name
    try:
        base = BaseCard.model_validate_json(card.read_bytes()).name
    except (OSError, ValueError):
        base = result.base if result else ""
    called = given(path) or _named_after(dataset, number, taken)
    return KnownRun(run=path.name, number=number, called=called, at=card.stat().st_mtime, base=base, dataset=dataset)


def _named_after(dataset: str | None, number: int, taken: list[str]) -> str:
    """A model has the name of the text that it learnt from, with a number from the second one on."""
    stem = Path(dataset or "").stem.replace("_", " ").strip()
    name = f"{stem[:1].upper()}{stem[1:]}" or str(number)
    return next(each for each in (name, *(f"{name} {n}" for n in range(2, number + 2))) if each not in taken)


def write_result(run_dir: Path, result: FineTuneResult) -> None:
    write_atomic(run_dir / RESULT, result.model_dump_json(indent=1))


def read_result(run_dir: Path) -> FineTuneResult | None:
    """None for a run of an earlier version, or whose file is damaged."""
    try:
        return FineTuneResult.model_validate_json((run_dir / RESULT).read_text("utf-8"))
    except (OSError, ValidationError):
        return None


def frozen_prompts_of(run_dir: Path) -> list[FrozenPrompt]:
    """The prompts that were frozen with the run. Raises RunUnusable."""
    try:
        frozen = json.loads((run_dir / PROMPTS).read_text("utf-8"))
    except OSError as error:
        raise unusable(run_dir, "unfinished") from error
    return [FrozenPrompt.model_validate(prompt) for prompt in frozen]

"""The training runs that left a model: which there are, which one is meant, what each found."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from skills.training.adapter import NAME
from skills.training.checkpoint import unusable
from skills.training.open import CARD
from skills.training.result import FineTuneResult
from skills.training.texts import PROMPTS, FrozenPrompt
from skills.workspace import Workspace, write_atomic

RESULT = "result.json"
"""The FineTuneResult, beside the adapter: what the run found, long after its data set is gone."""


def past_runs(workspace: Workspace) -> list[Path]:
    """The folders of the runs that have an adapter, newest first."""
    folders = [path.parent.parent for path in workspace.runs.glob(f"*/{NAME}/{CARD}")]
    return sorted(folders, key=lambda path: ((path / NAME / CARD).stat().st_mtime, path.name), reverse=True)


def find_run(workspace: Workspace, name: str | None) -> Path:
    """The folder of the run `name`, or of the newest one, that has an adapter. Raises RunUnusable."""
    found = [path for path in past_runs(workspace) if name is None or path.name == name]
    if not found:
        raise unusable(Path(name or ""), "unfinished")
    return found[0]


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

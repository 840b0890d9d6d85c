"""The trainings that left a model: which there are, what each found, and two or more set side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from skills.contract import Context, Inputs, Skill
from skills.training.checkpoint import PLAN
from skills.training.data import PROMPTS
from skills.training.result import FineTuneResult
from skills.training.runs import find_run, known_runs, read_result
from skills.training.runs_result import RunEntry, RunsResult
from skills.workspace import read_json


class RunsInputs(Inputs):
    """None: all of them, as a list. One: what it found. Two or more: what is alike and what differs."""

    runs: tuple[str, ...] = Field((), description="compare_runs.fields.runs")

    @field_validator("runs", mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        found = (given,) if isinstance(given, str | int) else given
        return tuple(str(run) for run in found) if isinstance(found, list | tuple) else found


def run(inputs: RunsInputs, ctx: Context) -> RunsResult:
    """Read what the runs left; no model is opened. Raises RunUnusable for a run that there is not."""
    entries = {known.run: known for known in known_runs(ctx.workspace)}
    asked = list(dict.fromkeys(find_run(ctx.workspace, name).name for name in inputs.runs))
    return RunsResult(
        entries=tuple(_entry(ctx.workspace.runs / run, **entries[run].model_dump()) for run in asked or entries),
        compared=bool(asked),
    )


def _entry(run_dir: Path, **known: Any) -> RunEntry:
    found = read_result(run_dir)
    return RunEntry(**known, measured=_measured(run_dir, found), found=found)


def _measured(run_dir: Path, found: FineTuneResult | None) -> str | None:
    """The same for runs that were measured on the same held-out texts."""
    try:
        prompts = json.loads((run_dir / PROMPTS).read_text("utf-8"))
        texts = [f"{p['prompt']}{p['reference']}" for p in prompts]
        digest = read_json(run_dir / PLAN)["data_digest"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return json.dumps([digest, found and found.heldout_documents, texts], ensure_ascii=False)


SKILL = Skill(name="compare_runs", Inputs=RunsInputs, run=run)

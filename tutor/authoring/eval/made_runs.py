"""Runs that left a model, made by hand: what a learner has who has trained before."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from skills.contract import Metric, Sample
from skills.training.result import FineTuneResult
from skills.training.runs import write_result
from skills.workspace import Workspace
from tutor.authoring.eval.scripted import PROFILE

PROMPTS = [
    {"prompt": f"comienzo {n}", "asked": False, "reference": f"seguía así, {n}, con más palabras"} for n in range(6)
]


def make_run(workspace: Workspace, name: str, at: int, base: str = PROFILE.name, **found: Any) -> Path:
    """A run that ended at `at` (seconds since 1970); with `result=False`, one of an earlier version."""
    folder = workspace.runs / name
    (folder / "adapter").mkdir(parents=True)
    (folder / "adapter" / "base.json").write_text(json.dumps({"digest": "0" * 64, "name": base}))
    (folder / "prompts.json").write_text(json.dumps(PROMPTS, ensure_ascii=False), "utf-8")
    plan = {
        "base_digest": "0" * 64,
        "base_name": base,
        "dataset": found.pop("dataset_id", "ds-1"),
        "data_digest": found.pop("digest", "d" * 64),
        "settings_digest": "s" * 64,
        "precision": "fp32",
        "micro_rows": 1,
        "recompute": False,
        "step_tokens": 256,
        "steps": 10,
        "evaluate_every": 5,
        "seconds_a_step": 1.0,
        "seconds_allowed": None,
    }
    (folder / "plan.json").write_text(json.dumps(plan))
    if found.pop("result", True):
        write_result(folder, _result(name, base, **found))
    os.utime(folder / "adapter" / "base.json", (at, at))
    return folder


def _result(name: str, base: str, **found: Any) -> FineTuneResult:
    values: dict[str, Any] = {
        "run": name,
        "base": base,
        "dataset": "versos.txt",
        "settings": {"preset": "quick", "learning_rate": 3e-4, "rank": 16},
        "documents": 40,
        "heldout_documents": 4,
        "tokens": 2560,
        "steps": 10,
        "seconds": 240.0,
        "precision": "fp32",
        "peak_bytes": 2_000_000_000,
        "base_loss": 4.0,
        "tuned_loss": 3.0,
        "base_bpc": 2.6,
        "tuned_bpc": 1.95,
        "ngram_bpc": 2.5,
        "train_loss": 2.8,
        "shuffled_loss": 4.0,
        "best_step": 10,
        "longest_copy": 4,
        "copy_example": "una y dos y",
        "ending": "finished",
        "verdict": "learnt",
        "reasons": ("clear_gain",),
        "adapter": f"runs/{name}/adapter",
        "adapter_bytes": 1000,
        "metrics": tuple(
            Metric(step=step, name="heldout_bpc", value=value) for step, value in ((0, 2.6), (5, 2.1), (10, 1.95))
        ),
        "samples": tuple(Sample(share=share, prompt="comienzo 0", text=f"{name} {share}") for share in (0.0, 1.0)),
    }
    return FineTuneResult.model_validate(values | found)

"""The skills, in teaching order. A test holds this list against the files beside it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skills.contract import Skill

NAMES = (
    "load_dataset",
    "inspect_dataset",
    "clean_dataset",
    "scan_private_data",
    "split_dataset",
    "tokenize_text",
    "train_tokenizer",
    "predict_next",
    "generate_text",
    "summarize",
    "preview_examples",
    "plan_training",
    "rehearse_training",
    "fine_tune",
    "evaluate_model",
    "compare_models",
    "compare_runs",
    "export_project",
    "quiz",
    "decide",
)


def skill(name: str) -> Skill:
    """The skill called `name` (KeyError if there is none); importing it is cheap, its `run` loads what it needs."""
    if name not in NAMES:
        raise KeyError(name)
    found: Skill = import_module(f"skills.{name}").SKILL
    return found

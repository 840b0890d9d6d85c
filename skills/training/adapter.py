"""The adapter a run leaves: saved whole, and opened again before anyone is told that it is there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from skills.model.base import peft_warnings
from skills.training.checkpoint import unusable
from skills.training.examples import Example
from skills.training.measure import cost
from skills.training.open import CARD, BaseCard
from skills.workspace import disk_errors, write_atomic

NAME = "adapter"


def reset(model: Any) -> None:
    """Make the adapter do nothing: its second matrices are zero."""
    import torch

    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.zero_()


def save_adapter(model: Any, run_dir: Path, card: BaseCard, check: Sequence[Example], length: int) -> Path:
    """Write `<run_dir>/adapter/` and open it again beside the adapter in memory: both must find `check` equally likely.

    Raises DiskFull, or RunUnusable when what was read is not what was written.
    """
    folder, beside = run_dir / NAME, run_dir / f".{NAME}.writing"
    shutil.rmtree(beside, ignore_errors=True)
    # the path of the weights on this machine is of no use to anybody else, and tells where the learner keeps things
    model.peft_config["default"].base_model_name_or_path = card.name
    with disk_errors():
        model.save_pretrained(beside, selected_adapters=["default"], save_embedding_layers=False)
        (beside / "README.md").unlink(missing_ok=True)
        write_atomic(beside / CARD, card.model_dump_json(indent=1))
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(beside, folder)
    expected = cost(model, check, length, 1).nats
    with peft_warnings():
        model.load_adapter(str(folder), adapter_name="reopened")
    model.set_adapter("reopened")
    found = cost(model, check, length, 1).nats
    model.set_adapter("default")
    model.delete_adapter("reopened")
    if abs(found - expected) > 1e-3 * abs(expected):
        raise unusable(run_dir, "adapter")
    return folder

"""The adapter a run leaves: saved whole, and opened again before anyone is told that it is there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from skills.blocks import Frozen
from skills.errors import WrongBase
from skills.model.base import Precision, base_digest, base_name, open_base, peft_warnings
from skills.training.checkpoint import unusable
from skills.training.examples import Example
from skills.training.loss import cost
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


CARD = "base.json"


class BaseCard(Frozen):
    """Which base an adapter belongs to: `digest` as of `base_digest`, `name` for people."""

    digest: str
    name: str


def read_card(adapter: Path) -> BaseCard:
    """Raises RunUnusable when the adapter does not say what it was made for."""
    try:
        return BaseCard.model_validate_json((adapter / CARD).read_text("utf-8"))
    except (OSError, ValidationError) as error:
        raise unusable(adapter.parent, "adapter") from error


def open_tuned(weights: Path, adapter: Path, precision: Precision = "fp32", fused: bool = True) -> Any:
    """The base model of `weights` with the adapter on it (peft: `disable_adapter()` gives the base again).

    `fused`: with the layers that `loss.cost` needs; not for a model that is to be moved, merged or taken apart.
    Raises WrongBase if the adapter was made for other weights, RunUnusable if it cannot be read.
    """
    from peft import PeftModel
    from safetensors import SafetensorError

    from skills.model.fused_lora import fuse_lora

    card = read_card(adapter)
    if card.digest != base_digest(weights):
        raise WrongBase(adapter=card.name, base=base_name(weights))
    model = open_base(weights, precision)
    try:
        with peft_warnings():
            tuned = PeftModel.from_pretrained(model, adapter, is_trainable=False).eval()
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise unusable(adapter.parent, "adapter") from error
    if fused:
        fuse_lora(tuned)
    return tuned


def merge(model: Any, keep: Literal["fp32", "f16"]) -> Any:
    """The base of a peft model (not one with fused layers) with W + alpha/r * B A for W (Hu et al. 2021, section 4.1).

    Each sum is taken in fp32, one layer at a time, and kept as `keep` says. f16 has three bits more than bf16: most of
    what a fine-tune changes is smaller than half a step of bf16, and rounded to it a fifth of what SmolLM2 had learnt
    in six steps was lost (benchmarks/README.md). The layers are then not all of one precision.
    """
    import torch
    from peft.tuners.tuners_utils import BaseTunerLayer

    for layer in model.modules():
        if isinstance(layer, BaseTunerLayer):
            inner = layer.get_base_layer().float()
            layer.merge(safe_merge=True)
            inner.to(torch.float32 if keep == "fp32" else torch.float16)
    return model.unload()

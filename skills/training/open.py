"""A tuned model from its base and its adapter: only the base it was made from will do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from skills.blocks import Frozen
from skills.errors import WrongBase
from skills.model.base import Precision, base_digest, base_name, open_base, peft_warnings
from skills.training.checkpoint import unusable

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


def open_tuned(weights: Path, adapter: Path, precision: Precision = "fp32", lean: bool = True) -> Any:
    """The base model of `weights` with the adapter on it (peft: `disable_adapter()` gives the base again).

    `lean`: with the layers that `measure.cost` needs; not for a model that is to be moved, merged or taken apart.
    Raises WrongBase if the adapter was made for other weights, RunUnusable if it cannot be read.
    """
    from peft import PeftModel
    from safetensors import SafetensorError

    from skills.model.fused_lora import make_lean

    card = read_card(adapter)
    if card.digest != base_digest(weights):
        raise WrongBase(adapter=card.name, base=base_name(weights))
    model = open_base(weights, precision)
    try:
        with peft_warnings():
            tuned = PeftModel.from_pretrained(model, adapter, is_trainable=False).eval()
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise unusable(adapter.parent, "adapter") from error
    if lean:
        make_lean(tuned)
    return tuned

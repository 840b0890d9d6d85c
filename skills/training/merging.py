"""What was learnt added to the base's own matrices: one model, and nothing lost to rounding."""

from __future__ import annotations

from typing import Any, Literal


def merge(model: Any, keep: Literal["fp32", "f16"]) -> Any:
    """The base of a peft model (not one with lean layers) with W + alpha/r * B A for W (Hu et al. 2021, section 4.1).

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

"""One model out of base and adapter: merged layer by layer, saved as the base is, with its licence and a notice."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from skills.export.room import MODEL_FILES
from skills.export.source import ExportSource
from skills.model.base import Precision
from skills.training.adapter import CARD, merge, open_tuned

LARGEST_FILE = "3GB"
"""Below the 4 GB that the file system of most USB sticks can hold in one file."""


def kept_precision(source: ExportSource) -> Precision:
    """The precision of the base's own files."""
    kind = source.config.get("dtype") or source.config.get("torch_dtype")
    return "fp32" if kind == "float32" else "bf16"


def merge_source(source: ExportSource) -> Any:
    """Base and adapter as one, to be written, not run: its sums are in f16 where the base is in 16 bits.

    Raises WrongBase, RunUnusable.
    """
    precision = kept_precision(source)
    model = open_tuned(source.weights, source.adapter, precision, fused=False)
    return merge(model, "fp32" if precision == "fp32" else "f16")


def _to_bf16(model: Any) -> None:
    """Round the sums in f16 to bf16, up or down by chance in proportion to how near each is.

    bf16 has steps of 1/256 of a number, and most of what a fine-tune changes is smaller than half of one. Rounded to
    the nearest, such a change is lost: the weights of the base lie on the steps. By chance, it is there on average
    (stochastic rounding: Gupta et al. 2015). Measured on SmolLM2 after six steps: the nearest lost a fifth of what
    had been learnt, chance a hundredth. The dice are fixed: the same run gives the same file.
    """
    import torch

    dice = torch.Generator().manual_seed(0)
    for weight in model.parameters():
        if weight.dtype == torch.float16:
            bits = weight.detach().cpu().float().contiguous().view(torch.int32)
            chance = torch.randint(0, 1 << 16, bits.shape, generator=dice, dtype=torch.int32)
            rounded = ((bits + chance) & -(1 << 16)).view(torch.float32)
            weight.data = rounded.to(torch.bfloat16)


def write_merged(model: Any, source: ExportSource, folder: Path) -> None:
    """The merged model as transformers reads it, as precise as the base, with its config. Changes `model` to that."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    _to_bf16(model)
    model.save_pretrained(folder, max_shard_size=LARGEST_FILE)
    for name in ("config.json", *MODEL_FILES, "special_tokens_map.json"):
        if (source.weights / name).is_file():
            shutil.copyfile(source.weights / name, folder / name)
        else:
            (folder / name).unlink(missing_ok=True)


FILES = ("adapter_config.json", "adapter_model.safetensors", CARD)


def write_adapter(source: ExportSource, folder: Path) -> None:
    """Copy the run's adapter, with the digest of its base."""
    folder.mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(source.adapter / name, folder / name)

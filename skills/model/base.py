"""The base model as it is opened for training: which one it is, in which precision, with what adapter."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from skills.errors import ModelMissing
from skills.model.tokenizer import ModelTokenizer
from skills.workspace import read_json, sha256

Precision = Literal["bf16", "fp32"]


def base_name(weights: Path) -> str:
    """What the model is called: its folder, or the folder above one that is named after the format."""
    return weights.parent.name if weights.name == "transformers" else weights.name


def base_digest(weights: Path) -> str:
    """SHA-256 over the SHA-256 of each weight file, in the order of their names. Raises ModelMissing."""
    files = sorted(weights.glob("*.safetensors"))
    if not files:
        raise ModelMissing(model=base_name(weights))
    return hashlib.sha256("".join(sha256(path) for path in files).encode()).hexdigest()


def weight_count(weights: Path) -> int:
    """How many numbers the weight files hold, from their headers. Raises ModelMissing."""
    from math import prod

    from safetensors import safe_open

    count = 0
    for path in sorted(weights.glob("*.safetensors")):
        with safe_open(path, "np") as file:  # not "pt": the server asks too, and never loads torch
            count += sum(prod(file.get_slice(key).get_shape()) for key in file.keys())  # noqa: SIM118
    if not count:
        raise ModelMissing(model=base_name(weights))
    return count


def config(weights: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_json(weights / "config.json")
    return found


def device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def open_tokenizer(weights: Path) -> ModelTokenizer:
    """Raises ModelMissing."""
    if not (weights / "tokenizer.json").is_file():
        raise ModelMissing(model=base_name(weights))
    return ModelTokenizer(weights)


def open_base(weights: Path, precision: Precision) -> Any:
    """The causal language model, frozen, ready to be read from; nothing but files of `weights` is touched."""
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    model = AutoModelForCausalLM.from_pretrained(weights, dtype=dtype, local_files_only=True, use_safetensors=True)
    return model.to(device()).requires_grad_(False).eval()


def with_adapter(model: Any, rank: int, seed: int) -> Any:
    """`plain_adapter` with fused LoRA layers (fused_lora.py)."""
    from skills.model.fused_lora import fuse_lora

    tuned = plain_adapter(model, rank, seed)
    fuse_lora(tuned)
    return tuned


def plain_adapter(model: Any, rank: int, seed: int) -> Any:
    """A new LoRA adapter on every linear layer but the output (Hu et al. 2021): fp32, and without effect as yet.

    alpha = 2 * rank, so that the learning rate means the same for every rank. No dropout: on so few steps it costs
    time and makes a resumed run depend on the state of one more random generator.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(seed)
    settings = LoraConfig(
        r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    with peft_warnings():
        return get_peft_model(model, settings)


@contextmanager
def peft_warnings() -> Iterator[None]:
    """peft 0.21 asks transformers 5 under a name that is going away; nothing here can change that."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*", category=FutureWarning)
        yield


def enable_gradient_checkpointing(model: Any) -> None:
    """Gradient checkpointing: compute activations again on the way back instead of keeping them."""
    model.get_base_model().activation_checkpointing_enable({"use_reentrant": False})
    model.train()

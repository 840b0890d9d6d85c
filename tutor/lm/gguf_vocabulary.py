"""The tokenizer inside a GGUF file as a folder that tutor/lm/text.py reads; the weights are not touched.

It loads transformers, and with it torch: in a process that keeps neither, or that has them already.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.lm.gguf_header import read_header
from tutor.lm.installed import ENDS

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def write_tokenizer(gguf: Path, folder: Path) -> None:
    """Fill `folder` with tokenizer.json, tokenizer_config.json, the chat template and the tokens that end a turn
    (generation_config.json), all or nothing. Raises ValueError for a file or a tokenizer that cannot be read."""
    from transformers import PreTrainedTokenizerFast

    header = read_header(gguf)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(gguf.parent, gguf_file=gguf.name, local_files_only=True)
    mend_tokenizer(tokenizer, header.architecture)
    ends = stop_ids(tokenizer, header.fields.get("tokenizer.ggml.eos_token_id"))
    rough = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(rough, ignore_errors=True)
    tokenizer.save_pretrained(rough)
    (rough / "generation_config.json").write_text(json.dumps({"eos_token_id": ends}), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    rough.replace(folder)


def stop_ids(tokenizer: PreTrainedTokenizerFast, declared: int | None) -> list[int]:
    """Every token that ends a turn: the one that the file names, and those that are known by their names."""
    vocabulary = tokenizer.get_vocab()
    return sorted(
        {vocabulary[end] for end in ENDS if end in vocabulary} | ({declared} if declared is not None else set())
    )


def mend_tokenizer(tokenizer: PreTrainedTokenizerFast, architecture: str) -> None:
    """Put back what a GGUF file does not carry of the original tokenizer, so that the same text gives the same ids.

    Qwen's normalises to NFC; SmolLM's (the Llama with a byte-level vocabulary that GGUF calls `smollm`) cuts numbers
    into digits first. Source: the `tokenizer.json` of Qwen/Qwen2.5-0.5B-Instruct and HuggingFaceTB/SmolLM2-135M.
    """
    from tokenizers import normalizers, pre_tokenizers

    backend = tokenizer.backend_tokenizer
    if architecture in ("qwen2", "qwen3"):
        backend.normalizer = normalizers.NFC()
    elif architecture == "llama" and isinstance(backend.pre_tokenizer, pre_tokenizers.ByteLevel):
        digits = pre_tokenizers.Digits(individual_digits=True)
        backend.pre_tokenizer = pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)])

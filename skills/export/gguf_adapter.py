"""A LoRA adapter as llama.cpp reads it: one GGUF file of some megabytes, laid over the base when a text is written.

Layout: llama.cpp's src/llama-adapter.cpp and convert_lora_to_gguf.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from skills.export.errors import CannotConvert
from skills.export.gguf_file import ARCHITECTURES, permutation, tensor_names
from skills.workspace import read_json

PREFIX = "base_model.model."
HALVES = {".lora_A.weight": "lora_a", ".lora_B.weight": "lora_b"}
"""How peft's names begin and end."""
ADAPTED = ARCHITECTURES | {"gemma3_text": ("gemma3", False)}
"""transformers' model_type -> GGUF's architecture, and whether the rows of q and k change places: those of the
exporter, and one whose base comes as GGUF already."""


def write_gguf_adapter(adapter: Path, config: dict[str, Any], path: Path) -> None:
    """Write the adapter in the folder `adapter` (peft's files) to `path`; `config` is that of its base.

    For a layer y = W x + alpha/r B A x: A (r, inputs) and B (outputs, r) in fp32, as they were trained. Raises
    CannotConvert.
    """
    import gguf
    from safetensors.numpy import load_file

    kind = str(config.get("model_type"))
    if kind not in ADAPTED:
        raise CannotConvert(kind="model", what=kind)
    architecture, permuted = ADAPTED[kind]
    names = tensor_names(architecture, config["num_hidden_layers"])
    settings = read_json(adapter / "adapter_config.json")
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(settings["lora_alpha"]))
    for name, weight in load_file(adapter / "adapter_model.safetensors").items():
        layer, half = _parts(name)
        named = names.get_name(f"{layer}.weight", try_suffixes=(".weight",))
        if named is None:
            raise CannotConvert(kind="model", what=name)
        change = permutation(layer + ".", config) if permuted and half == "lora_b" else None
        rows = weight.astype(np.float32)
        writer.add_tensor(f"{named}.{half}", np.ascontiguousarray(change(rows) if change else rows))
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()


def _parts(name: str) -> tuple[str, str]:
    """The layer that a matrix of the adapter belongs to, as transformers calls it, and which of the two it is."""
    for end, half in HALVES.items():
        if name.startswith(PREFIX) and name.endswith(end):
            return name.removeprefix(PREFIX).removesuffix(end), half
    raise CannotConvert(kind="model", what=name)

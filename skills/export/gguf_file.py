"""A model in the one file that llama.cpp and the programs built on it (Ollama, LM Studio, Jan) read: GGUF.

Layout: github.com/ggml-org/ggml/blob/master/docs/gguf.md; what each architecture needs: llama.cpp's conversion/*.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from skills.export.errors import CannotConvert
from skills.export.gguf_tokenizer import add_tokenizer
from skills.export.room import Quantization
from skills.model.base import Precision, device
from skills.workspace import read_json

ROWS = 4096
"""Of a matrix at a time, in fp32: the embeddings of a large vocabulary are never whole in it."""


class DenseSource(Protocol):
    """Where weights come from: `weights`, their folder (tokenizer and all), and its `config`."""

    @property
    def weights(self) -> Path: ...

    @property
    def config(self) -> dict[str, Any]: ...


class Dense:
    """A folder of safetensors as it is, without a run."""

    def __init__(self, weights: Path) -> None:
        self.weights = weights
        self.config: dict[str, Any] = read_json(weights / "config.json")


def permutation(name: str, config: dict[str, Any]) -> Callable[[np.ndarray], np.ndarray] | None:
    """llama.cpp turns pairs of neighbours in each head, transformers its two halves: the rows of q and k change places.

    Shape (heads * size, ...) -> the same; as in LlamaModel.permute of llama.cpp's conversion/llama.py.
    """
    heads, groups = config["num_attention_heads"], config["num_key_value_heads"]
    count = heads if ".q_proj." in name else groups if ".k_proj." in name else None
    if count is None:
        return None
    return lambda rows: (
        rows.reshape(count, 2, rows.shape[0] // count // 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)
    )


ARCHITECTURES: dict[str, tuple[str, bool]] = {
    "llama": ("llama", True),
    "mistral": ("llama", True),
    "qwen2": ("qwen2", False),
    "qwen3": ("qwen3", False),
}
"""transformers' model_type -> GGUF's architecture, and whether the rows of q and k are permuted."""


def check_convertible(source: DenseSource) -> None:
    """Raises CannotConvert for a base whose GGUF was never verified."""
    from skills.export.gguf_tokenizer import pre_tokenizer

    kind = str(source.config.get("model_type"))
    if kind not in ARCHITECTURES:
        raise CannotConvert(kind="model", what=kind)
    rope = _rope(source.config)
    if rope.get("rope_type", "default") != "default":
        raise CannotConvert(kind="positions", what=str(rope["rope_type"]))
    pre_tokenizer(source.weights)


def write_gguf(model: Any, source: DenseSource, path: Path, quantization: Quantization, title: str) -> None:
    """Write the weights of `model` (the base's architecture), its settings and its tokenizer to one file.

    Matrices become f16 or Q8_0; vectors (norms, biases) stay fp32, as llama.cpp's own converter leaves them.
    Raises CannotConvert.
    """
    import gguf

    check_convertible(source)
    architecture, permuted = ARCHITECTURES[source.config["model_type"]]
    writer = gguf.GGUFWriter(path, architecture)
    _add_settings(writer, source, architecture, quantization, title)
    add_tokenizer(writer, source.weights, source.config)
    wanted = gguf.GGMLQuantizationType.F16 if quantization == "f16" else gguf.GGMLQuantizationType.Q8_0
    tensors = list(_tensors(model, source.config, architecture))
    for name, _, weight in tensors:
        shape, kind = tuple(weight.shape), _kind(weight, wanted)
        stored = gguf.quant_shape_to_byte_shape(shape, kind) if kind == gguf.GGMLQuantizationType.Q8_0 else shape
        dtype = {0: np.float32, 1: np.float16}.get(int(kind), np.uint8)
        writer.add_tensor_info(name, stored, np.dtype(dtype), int(np.prod(stored)) * np.dtype(dtype).itemsize, kind)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for _, original, weight in tensors:
            change = permutation(original, source.config) if permuted else None
            writer.write_tensor_data(_data(weight, _kind(weight, wanted), change))
    finally:
        writer.close()


def _tensors(model: Any, config: dict[str, Any], architecture: str) -> Iterator[tuple[str, str, Any]]:
    """GGUF's name, transformers' name and the weight of each; the output matrix only where it is one of its own."""
    names = tensor_names(architecture, config["num_hidden_layers"])
    tied = model.get_output_embeddings().weight is model.get_input_embeddings().weight
    for original, weight in model.state_dict().items():
        if tied and original == "lm_head.weight":
            continue
        name = names.get_name(original, try_suffixes=(".weight", ".bias"))
        if name is None:
            raise CannotConvert(kind="model", what=original)
        yield name, original, weight


def tensor_names(architecture: str, layers: int) -> Any:
    """gguf's own map from transformers' names to those in a file."""
    import gguf

    kinds = {name: kind for kind, name in gguf.MODEL_ARCH_NAMES.items()}
    return gguf.get_tensor_name_map(kinds[architecture], layers)


def _kind(weight: Any, wanted: Any) -> Any:
    """fp32 for vectors; f16 for matrices whose rows can't be cut into blocks of 32."""
    import gguf

    if weight.ndim == 1:
        return gguf.GGMLQuantizationType.F32
    whole = weight.shape[-1] % gguf.GGML_QUANT_SIZES[wanted][0] == 0
    return wanted if whole else gguf.GGMLQuantizationType.F16


def _data(weight: Any, kind: Any, change: Callable[[np.ndarray], np.ndarray] | None) -> np.ndarray:
    import gguf

    parts: list[np.ndarray]
    if change is not None:
        parts = [gguf.quantize(np.ascontiguousarray(change(weight.float().cpu().numpy())), kind)]
    else:
        parts = [gguf.quantize(rows.float().cpu().numpy(), kind) for rows in weight.split(ROWS)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _add_settings(writer: Any, source: DenseSource, architecture: str, quantization: Quantization, title: str) -> None:
    import gguf

    config = source.config
    heads = config["num_attention_heads"]
    size = config.get("head_dim") or config["hidden_size"] // heads
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name(title)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16 if quantization == "f16" else gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(size)
    writer.add_value_length(size)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(_rope(config)["rope_theta"])
    writer.add_vocab_size(config["vocab_size"])
    if architecture == "llama":
        writer.add_rope_dimension_count(size)


def _rope(config: dict[str, Any]) -> dict[str, Any]:
    """How positions are turned: transformers 5 keeps it in `rope_parameters`, 4 in two places."""
    scaling = config.get("rope_scaling") or {}
    found: dict[str, Any] = config.get("rope_parameters") or {
        "rope_theta": config.get("rope_theta", 10_000.0),
        "rope_type": scaling.get("rope_type", scaling.get("type", "default")),
    }
    return found


# --- reading it again -------------------------------------------------------------------------------------------------


def open_gguf(path: Path, precision: Precision) -> Any:
    """The model of a GGUF file, as transformers unpacks it: nothing but the file is read."""
    import gguf
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, GgufConfig
    from transformers.utils import logging

    logging.disable_progress_bar()
    with _read_once():
        config = AutoConfig.from_pretrained(path.parent, gguf_file=path.name)
        length = gguf.GGUFReader(path).get_field(f"{_architecture(path)}.attention.key_length")
        config.head_dim = int(length.contents())  # transformers has no place for it in some architectures
        model = AutoModelForCausalLM.from_pretrained(
            path.parent,
            gguf_file=path.name,
            config=config,
            quantization_config=GgufConfig(dequantize=True),
            dtype=torch.bfloat16 if precision == "bf16" else torch.float32,
        )
    return model.to(device()).requires_grad_(False).eval()


def _architecture(path: Path) -> str:
    import gguf

    return str(gguf.GGUFReader(path).get_field("general.architecture").contents())


@contextmanager
def _read_once() -> Iterator[None]:
    """transformers opens the file at each of four steps and asks for the names once a module: minutes, if not kept."""
    import gguf

    reader, names = gguf.GGUFReader, gguf.get_tensor_name_map
    gguf.GGUFReader, gguf.get_tensor_name_map = lru_cache(reader), lru_cache(names)
    try:
        yield
    finally:
        gguf.GGUFReader, gguf.get_tensor_name_map = reader, names

"""What an export takes, in disk and memory, known before it begins."""

from __future__ import annotations

from typing import Literal

from skills import memory
from skills.errors import DiskFull
from skills.export.errors import ExportRoom
from skills.export.source import ExportSource
from skills.model.base import Precision, weight_count
from skills.training import budget
from skills.workspace import folder_bytes

Format = Literal["adapter", "merged", "ollama", "gguf"]
Quantization = Literal["f16", "q8_0"]
BYTES_A_WEIGHT = {"f16": 2.0, "q8_0": 34 / 32}
"""Q8_0 keeps each 32 weights as 32 bytes and a 2-byte scale (ggml-common.h)."""
MARGIN = 50_000_000
"""Disk that must be left: a full disk is of no use to anyone."""
MODEL_FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json")


def format_bytes(source: ExportSource, format: Format, quantization: Quantization) -> int:
    """About how much disk a format takes."""
    if format == "adapter":
        return folder_bytes(source.adapter)
    words = sum((source.weights / name).stat().st_size for name in MODEL_FILES if (source.weights / name).is_file())
    if format == "merged":
        return words + sum(path.stat().st_size for path in source.weights.glob("*.safetensors"))
    return words // 2 + int(BYTES_A_WEIGHT[quantization] * weight_count(source.weights))


def room_for_export(source: ExportSource, formats: tuple[Format, ...], quantization: Quantization) -> None:
    """Raises ExportRoom."""
    sizes = {format: format_bytes(source, format, quantization) for format in formats}
    if {"ollama", "gguf"} <= sizes.keys():  # one file serves both
        del sizes["gguf"]
    need = int(1.02 * sum(sizes.values())) + MARGIN
    try:
        source.workspace.check_disk(need)
    except DiskFull as error:
        raise ExportRoom(kind="disk", **error.values) from None


def precision(source: ExportSource, formats: tuple[Format, ...]) -> Precision:
    """In which precision to compare: fp32 where it fits, for it is faster on most processors. Raises ExportRoom."""
    free = memory.free_memory()
    if memory_bytes(source, formats, "fp32") < 0.8 * free:
        return "fp32"
    need = memory_bytes(source, formats, "bf16")
    if need > 0.9 * free:
        raise ExportRoom(kind="memory", need=need, free=free)
    return "bf16"


def memory_bytes(source: ExportSource, formats: tuple[Format, ...], precision: Precision) -> int:
    """The most that is held at a time, as measured: a GGUF is unpacked whole beside the model that it fills."""
    parameters = weight_count(source.weights)
    copies = 3.3 if {"ollama", "gguf"} & set(formats) else 1.5
    return int(budget.PROCESS_BYTES + copies * parameters * (4 if precision == "fp32" else 2))

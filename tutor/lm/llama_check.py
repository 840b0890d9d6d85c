"""Whether this processor can run llama.cpp as it is built: tried once in a process of its own, and remembered.

    python -m tutor.lm.llama_check

The wheel for Linux and Windows is compiled for AVX2, FMA, F16C and BMI2, without a choice when it runs: on a processor
that lacks one of them the process dies of an illegal instruction. So a child opens a model of some thousand random
numbers and writes two tokens with it. The answer holds for this wheel on this processor.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import ValidationError

from skills.blocks import Frozen
from skills.workspace import write_atomic
from tutor.limits import python
from tutor.lm.hardware import processor_name
from tutor.settings import Settings, child_env

if TYPE_CHECKING:
    from numpy.typing import NDArray

PACKAGE = "xllamacpp"
REMEMBERED = "llama_cpp.json"
SECONDS = 60.0
ILLEGAL = (-4, 132, 0xC000001D, 0xC000001D - (1 << 32))
"""Exit statuses of a process that met an instruction its processor does not have: SIGILL, through a shell, Windows."""
Reason = Literal["instructions", "library", "failed"]


class Verdict(Frozen):
    """`reason` is None where llama.cpp runs; else the words are in the catalogue under `models.llama.<reason>`:
    the processor lacks `instructions`, the `library` cannot be loaded, or it `failed` otherwise. `detail`: what the
    child said, for the log."""

    wheel: str
    processor: str
    reason: Reason | None = None
    detail: str = ""

    @property
    def runs(self) -> bool:
        return self.reason is None


def check(home: Path, command: Sequence[str] | None = None) -> Verdict:
    """What is remembered in `home`, or is found out now, in about two seconds. `command`: the child to start."""
    known = remembered(home)
    if known is not None:
        return known
    reason, detail = _try(command or python("tutor.lm.llama_check"), Settings(home=home))
    found = Verdict(wheel=_wheel(), processor=processor_name(), reason=reason, detail=detail)
    if reason != "failed":  # which may pass: no memory left, no room for a file
        write_atomic(home / REMEMBERED, found.model_dump_json(indent=1))
    return found


def _try(command: Sequence[str], settings: Settings) -> tuple[Reason | None, str]:
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
            env=child_env(settings),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return "failed", str(error)
    detail = done.stderr.strip()[-500:]
    if done.returncode == 0:
        return None, ""
    if done.returncode in ILLEGAL:
        return "instructions", detail
    return ("library" if "ImportError" in detail or "ModuleNotFoundError" in detail else "failed"), detail


def remembered(home: Path) -> Verdict | None:
    """What was found out before, for this wheel on this processor."""
    try:
        known = Verdict.model_validate_json((home / REMEMBERED).read_bytes())
    except (OSError, ValidationError):
        return None
    return known if (known.wheel, known.processor) == (_wheel(), processor_name()) else None


def _wheel() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return ""


# --- in the child -----------------------------------------------------------------------------------------------------


def write_tiny(path: Path) -> None:
    """A Llama of one layer with random weights in 4 and 8 bits, and eight words."""
    import gguf

    width, inner, words = 64, 128, ["<s>", "</s>", *"abcdef"]
    writer, dice = gguf.GGUFWriter(path, "llama"), np.random.default_rng(0)
    writer.add_context_length(128)
    writer.add_embedding_length(width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(2)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(words)
    writer.add_token_types([3, 3, *[1] * 6])
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)

    def matrix(name: str, rows: int, columns: int, kind: gguf.GGMLQuantizationType) -> None:
        weights: NDArray[np.float32] = dice.standard_normal((rows, columns), dtype=np.float32) / np.float32(8)
        writer.add_tensor(f"{name}.weight", gguf.quantize(weights, kind), raw_dtype=kind)

    four, eight = gguf.GGMLQuantizationType.Q4_0, gguf.GGMLQuantizationType.Q8_0
    matrix("token_embd", len(words), width, eight)
    for name, rows, columns in (("attn_q", 64, 64), ("attn_k", 32, 64), ("attn_v", 32, 64), ("attn_output", 64, 64)):
        matrix(f"blk.0.{name}", rows, columns, four)
    for name, rows, columns in (("ffn_gate", inner, width), ("ffn_up", inner, width), ("ffn_down", width, inner)):
        matrix(f"blk.0.{name}", rows, columns, eight)
    for name in ("blk.0.attn_norm", "blk.0.ffn_norm", "output_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(width, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> int:
    """Status 0 if two tokens could be written."""
    from tutor.lm.llama_server import LlamaServer

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tiny.gguf"
        write_tiny(path)
        chunks = list(LlamaServer(path, 1).ask({"prompt": [2, 3, 4], "n_predict": 2, "ignore_eos": True}))
    return 0 if "choices" in chunks[-1] else 1


if __name__ == "__main__":
    sys.exit(main())

"""Turns weights as they come (a GGUF file or a safetensors folder) into the folders that the engines read.

    python -m tutor.lm.convert SOURCE MODEL_FOLDER unpack|tokenizer

It runs in a process of its own so that the memory it takes is given back. SOURCE is a `.gguf` file or a folder with
`config.json` and safetensors. `unpack` fills `transformers/` (safetensors, bf16) for a workbench and, where it came as
safetensors, writes `model.gguf` (8 bits); `tokenizer` reads a GGUF's tokenizer into `tokenizer/`, all that is needed to
talk from the file as it is.
Each is built beside its place and moved there whole: a reader sees all of it or nothing, a second call goes on.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.lm.gguf_header import read_header
from tutor.lm.gguf_vocabulary import mend_tokenizer, stop_ids, write_tokenizer
from tutor.lm.installed import GGUF, TOKENIZER, TOKENIZER_FILES, TRANSFORMERS, WEIGHTS

if TYPE_CHECKING:
    from transformers import PreTrainedModel

MODEL_TYPES = ("llama", "qwen2", "qwen3", "gemma3_text", "mistral")
ARCHITECTURES = ("llama", "qwen2", "qwen3", "gemma3")
"""The same, as a GGUF file calls them."""
FORMER = "ct2-int8"
"""What an earlier version made of a model and kept beside it: half a gigabyte that nobody reads any more."""


def convert(source: Path, model: Path, stage: Callable[[str], None] = lambda name: None) -> None:
    """Fill `model/transformers` from `source`, and write `model/model.gguf` unless `source` is one, or the model is of
    a kind whose GGUF was never verified; what is there already is kept.

    `stage` is told `safetensors`, `gguf`, `done` as each begins. Raises ValueError for an architecture or a file that
    cannot be used.
    """
    dense, one = model / TRANSFORMERS, model / GGUF
    if not dense.exists():
        stage("safetensors")
        _whole(dense, lambda to: gguf_to_safetensors(source, to) if source.suffix == ".gguf" else link(source, to))
    if not one.exists() and source.suffix != ".gguf" and convertible(dense):
        stage("gguf")
        to_gguf(dense, one)
    shutil.rmtree(model / FORMER, ignore_errors=True)
    stage("done")


def extract(source: Path, model: Path, stage: Callable[[str], None] = lambda name: None) -> None:
    """Fill `model/tokenizer` from a GGUF file; what is there already is kept. Raises ValueError as `convert` does."""
    place = model / TOKENIZER
    if not place.exists():
        stage("tokenizer")
        if read_header(source).architecture not in ARCHITECTURES:
            raise ValueError(read_header(source).architecture)
        write_tokenizer(source, place)
    stage("done")


def gguf_to_safetensors(source: Path, to: Path) -> None:
    """Unpack a GGUF file to bf16 safetensors in the folder `to`, with tokenizer, chat template and stop tokens."""
    import gguf
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GgufConfig

    # transformers asks for the reader at each of four steps and for the names once a module: minutes, if not kept
    gguf.GGUFReader, gguf.get_tensor_name_map = lru_cache(gguf.GGUFReader), lru_cache(gguf.get_tensor_name_map)
    check_type(AutoConfig.from_pretrained(source.parent, gguf_file=source.name).model_type)
    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    model = AutoModelForCausalLM.from_pretrained(
        source.parent,
        gguf_file=source.name,
        quantization_config=GgufConfig(dequantize=True),
        dtype=torch.bfloat16,
        trust_remote_code=False,
    )
    mend_tokenizer(tokenizer, model.config.model_type)
    tie(model)
    model.generation_config.eos_token_id = stop_ids(tokenizer, model.config.eos_token_id)
    model.config._name_or_path = ""
    model.save_pretrained(to)
    tokenizer.save_pretrained(to)


def tie(model: PreTrainedModel) -> None:
    """Share one matrix between input and output embeddings where they are the same one, quantised twice.

    A GGUF file may hold both, with different precision (cosine of each row above 0.99); the output's is the finer.
    """
    import torch

    inputs, outputs = model.get_input_embeddings(), model.get_output_embeddings()
    if inputs.weight is outputs.weight or inputs.weight.shape != outputs.weight.shape:
        return
    rows = zip(inputs.weight.split(8192), outputs.weight.split(8192), strict=True)
    alike = min(float(torch.cosine_similarity(a.float(), b.float(), dim=1).min().detach()) for a, b in rows)
    if alike > 0.99:
        inputs.weight = outputs.weight
        model.config.tie_word_embeddings = True
        model.tie_weights()


def link(source: Path, to: Path) -> None:
    """Bring the files that matter of a safetensors folder: hard links where the disk allows, else copies."""
    check_folder(source)
    names = [*(p.name for p in source.glob(WEIGHTS)), "config.json", *TOKENIZER_FILES, "model.safetensors.index.json"]
    for name in names:
        if (source / name).is_file():
            try:
                os.link(source / name, to / name)
            except OSError:
                shutil.copyfile(source / name, to / name)


def check_folder(source: Path) -> dict[str, Any]:
    """The config of a folder that the engines can read. Raises ValueError: what is missing or not accepted."""
    for needed in ("config.json", "tokenizer.json"):
        if not (source / needed).is_file():
            raise ValueError(needed)
    if not list(source.glob(WEIGHTS)):
        raise ValueError(WEIGHTS)
    config: dict[str, Any] = json.loads((source / "config.json").read_text("utf-8"))
    check_type(config.get("model_type"))
    return config


def check_type(model_type: str | None) -> None:
    """Raises ValueError for an architecture that the engines cannot read."""
    if model_type not in MODEL_TYPES:
        raise ValueError(str(model_type))


def convertible(dense: Path) -> bool:
    """Whether what skills/export/gguf_file.py writes of this model was verified."""
    from skills.export.errors import CannotConvert
    from skills.export.gguf_file import Dense, check_convertible

    try:
        check_convertible(Dense(dense))
    except CannotConvert:
        return False
    return True


def to_gguf(dense: Path, path: Path) -> None:
    """Write a folder of safetensors as one GGUF file in 8 bits (Q8_0), whole or not at all."""
    from skills.export.gguf_file import Dense, write_gguf
    from skills.model.base import base_name, open_base

    rough = path.with_name(f".{path.name}.part")
    try:
        write_gguf(open_base(dense, "bf16"), Dense(dense), rough, "q8_0", base_name(dense))
        os.replace(rough, path)
    finally:
        rough.unlink(missing_ok=True)


def _whole(folder: Path, build: Callable[[Path], None]) -> None:
    """Build a folder beside its place, then move it there in one step."""
    rough = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(rough, ignore_errors=True)
    rough.mkdir(parents=True)
    build(rough)
    os.replace(rough, folder)


def main(arguments: list[str]) -> int:
    """Print one stage a line; a last line `error WHAT` and status 2 for a source that cannot be used."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}
    warnings.filterwarnings("ignore")
    source, model = map(Path, arguments[:2])
    make = convert if arguments[2] == "unpack" else extract
    try:
        make(source, model, lambda name: print(name, flush=True))  # noqa: T201  the parent reads it
    except ValueError as error:
        print(f"error {error}", flush=True)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

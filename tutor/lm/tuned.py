"""What the model of a run talks from: its adapter as llama.cpp reads it, beside the base's GGUF file.

    python -m tutor.lm.tuned MODEL_FOLDER RUN_FOLDER DIGEST

It runs in a process of its own so that the memory it takes is given back. What is made is held against the trained
model, and only then kept.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from skills.blocks import Frozen
from skills.contract import Profile
from skills.errors import UserError
from skills.export.gguf_adapter import write_gguf_adapter
from skills.model.base import config
from skills.training.adapter import NAME, open_tuned
from skills.training.checkpoint import unusable
from skills.training.runs import frozen_prompts_of
from skills.workspace import disk_errors, sha256, write_atomic
from tutor.lm.convert import FORMER, to_gguf
from tutor.lm.hardware import physical_cores
from tutor.lm.installed import GGUF, TRANSFORMERS
from tutor.lm.llama_cpp import LlamaCpp
from tutor.lm.llama_server import LlamaServer
from tutor.lm.text import Texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

ADAPTER, CARD = "adapter.gguf", "tuned.json"
ADAPTER_FILE = "adapter_model.safetensors"
TOKENS = 64
"""Of each held-out opening, the first that are weighed."""
TOLERANCE = 0.1
"""Share by which the loss of the held-out openings may grow. Rounding the base costs under 1 % (benchmarks/README.md);
what is refused is a model that is no longer like itself."""
NOBODY = Profile(name="", writes=(), context=1024, parameters=0, disk_bytes=0, memory_bytes=0, licence="", digest="")
Stage = Callable[[str], None]


class TunedCard(Frozen):
    """What is in the file: made of which adapter (SHA-256), for which base (the digest of its profile). `nats` and
    `nats_talking`: what the first tokens of the held-out texts cost the trained model and the one that talks, a
    token."""

    base: str
    adapter: str
    nats: float
    nats_talking: float


def ready(run_dir: Path) -> TunedCard | None:
    """The card of what is there already, if it was made of the adapter as it is now."""
    try:
        card = TunedCard.model_validate_json((run_dir / CARD).read_bytes())
        kept = (run_dir / ADAPTER).is_file() and card.adapter == sha256(run_dir / NAME / ADAPTER_FILE)
        return card if kept else None
    except (OSError, ValidationError):
        return None


def make(model: Path, run_dir: Path, base: str, stage: Stage = lambda name: None) -> TunedCard:
    """Write `<run_dir>/adapter.gguf`, and `<model>/model.gguf` where the base came without; `base` is the digest of its
    profile. `stage` is told `gguf`, `adapter`, `check` as each begins.

    Raises WrongBase, RunUnusable (no adapter, or what talks is not like what was trained), CannotConvert, DiskFull.
    """
    weights, rough = model / TRANSFORMERS, run_dir / f".{ADAPTER}.part"
    tuned = open_tuned(weights, run_dir / NAME, "bf16", fused=False)
    texts = Texts(weights)
    held = [texts.ids(f"\n{frozen.prompt} {frozen.reference}")[:TOKENS] for frozen in frozen_prompts_of(run_dir)]
    sequences = [ids for ids in held if len(ids) > 1]
    exact = _nats(tuned, sequences)
    del tuned  # its memory goes before llama.cpp takes its own
    with disk_errors():
        if not (model / GGUF).exists():
            stage("gguf")
            to_gguf(weights, model / GGUF)
        stage("adapter")
        try:
            write_gguf_adapter(run_dir / NAME, config(weights), rough)
            stage("check")
            told = _nats_talking(model / GGUF, rough, texts, sequences)
            trained, talking = float(exact.mean()), float(told.mean())
            if talking > trained * (1 + TOLERANCE):
                raise unusable(run_dir, "rounded")
            adapter = sha256(run_dir / NAME / ADAPTER_FILE)
            card = TunedCard(base=base, adapter=adapter, nats=trained, nats_talking=talking)
            (run_dir / CARD).unlink(missing_ok=True)
            shutil.rmtree(run_dir / FORMER, ignore_errors=True)
            os.replace(rough, run_dir / ADAPTER)
            write_atomic(run_dir / CARD, card.model_dump_json(indent=1))
        finally:
            rough.unlink(missing_ok=True)
    return card


def _nats(model: Any, sequences: list[list[int]]) -> NDArray[np.float32]:
    """What each token of the sequences costs, one sequence at a time: no padding, so no mask to get wrong."""
    import torch

    found = []
    with torch.inference_mode():
        for ids in sequences:
            logits = model(input_ids=torch.tensor([ids], device=model.device)).logits[0, :-1].float()
            wanted = torch.tensor(ids[1:], device=logits.device)
            found.append(-logits.log_softmax(-1).gather(-1, wanted[:, None])[:, 0].cpu().numpy())
    return np.concatenate(found)


def _nats_talking(gguf: Path, adapter: Path, texts: Texts, sequences: list[list[int]]) -> NDArray[np.float32]:
    voice = LlamaCpp(LlamaServer(gguf, physical_cores()), texts, NOBODY, adapter)
    return np.concatenate([-voice.weigh(ids) for ids in sequences])


def main(arguments: list[str]) -> int:
    """Print one stage a line; for a `UserError` a last line `error {code, values}` and status 2."""
    warnings.filterwarnings("ignore")
    model, run_dir, base = arguments
    try:
        make(Path(model), Path(run_dir), base, lambda name: print(name, flush=True))  # noqa: T201  the parent reads it
    except UserError as error:
        print("error " + json.dumps({"code": error.code, "values": error.values}), flush=True)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A run's own model made ready to write: its adapter merged into its base, in 8 bits, kept in the run's folder.

    python -m tutor.lm.tuned WEIGHTS RUN_FOLDER DIGEST

It runs in a process of its own so that the memory it takes is given back. It is built beside its place, weighed against
the model it was made from, and moved there whole.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from skills.blocks import Frozen
from skills.errors import UserError
from skills.training.adapter import NAME, merge, open_tuned
from skills.training.checkpoint import unusable
from skills.training.runs import frozen_prompts_of
from skills.workspace import disk_errors, sha256, write_atomic
from tutor.lm.convert import name_tokens
from tutor.lm.installed import CT2, TOKENIZER_FILES
from tutor.lm.text import Texts

CARD = "tuned.json"
ADAPTER_FILE = "adapter_model.safetensors"
TOLERANCE = 0.1
"""Share by which the loss of the held-out openings may grow. 0.7 % was measured on the 0.5B and on SmolLM2-135M, above
2 % once, on a SmolLM2 of two steps. What is refused is a model that is no longer like itself."""
Stage = Callable[[str], None]


class TunedCard(Frozen):
    """What is in the folder: made of which base (the digest of its profile) and which adapter (SHA-256). `nats` and
    `nats_int8`: what the first tokens of the held-out texts cost before and after the rounding, a token."""

    base: str
    adapter: str
    nats: float
    nats_int8: float


def ready(run_dir: Path) -> TunedCard | None:
    """The card of what is there already, if it was made of the adapter as it is now."""
    try:
        card = TunedCard.model_validate_json((run_dir / CT2 / CARD).read_bytes())
        return card if card.adapter == sha256(run_dir / NAME / ADAPTER_FILE) else None
    except (OSError, ValidationError):
        return None


def make(weights: Path, run_dir: Path, base: str, stage: Stage = lambda name: None) -> TunedCard:
    """Fill `<run_dir>/ct2-int8/`; `base` is the digest of the profile of the weights. `stage` is told `merge`, `int8`,
    `check` as each begins.

    Raises WrongBase, RunUnusable (no adapter, or the rounded model is not like the one it was made from), DiskFull.
    """
    folder, rough = run_dir / CT2, run_dir / f".{CT2}.part"
    stage("merge")
    model = open_tuned(weights, run_dir / NAME, "bf16", fused=False)
    texts = Texts(weights)
    held = [texts.ids(f"\n{frozen.prompt} {frozen.reference}")[:64] for frozen in frozen_prompts_of(run_dir)]
    sequences = [ids for ids in held if len(ids) > 1]
    exact = _nats(model, sequences)  # before anything is rounded
    model = merge(model, "f16").half()
    stage("int8")
    shutil.rmtree(rough, ignore_errors=True)
    try:
        with disk_errors():
            _convert(model, weights, rough)
            stage("check")
            rounded = _nats_int8(rough, [texts.names(ids) for ids in sequences])
            if rounded > exact * (1 + TOLERANCE):
                raise unusable(run_dir, "rounded")
            adapter = sha256(run_dir / NAME / ADAPTER_FILE)
            card = TunedCard(base=base, adapter=adapter, nats=exact, nats_int8=rounded)
            write_atomic(rough / CARD, card.model_dump_json(indent=1))
            shutil.rmtree(folder, ignore_errors=True)
            os.replace(rough, folder)
    finally:
        shutil.rmtree(rough, ignore_errors=True)
    return card


def _convert(model: Any, weights: Path, to: Path) -> None:
    """What tutor/lm/convert.py does with a folder, with a model that is in memory already."""
    from ctranslate2.converters import TransformersConverter

    class Loaded(TransformersConverter):  # type: ignore[misc]
        def load_model(self, model_class: Any, path: str, **options: Any) -> Any:
            return model

    files = [name for name in TOKENIZER_FILES if (weights / name).is_file()]
    Loaded(str(weights), copy_files=files, trust_remote_code=False).convert(str(to), quantization="int8", force=True)
    name_tokens(to)


def _nats(model: Any, sequences: list[list[int]]) -> float:
    """What the sequences cost a token, one at a time: no padding, so no mask to get wrong."""
    import torch

    found = 0.0
    with torch.inference_mode():
        for ids in sequences:
            logits = model(input_ids=torch.tensor([ids], device=model.device)).logits[0, :-1].float()
            wanted = torch.tensor(ids[1:], device=logits.device)
            found -= float(logits.log_softmax(-1).gather(-1, wanted[:, None]).sum())
    return found / sum(len(ids) - 1 for ids in sequences)


def _nats_int8(folder: Path, sequences: list[list[str]]) -> float:
    import ctranslate2

    model = ctranslate2.Generator(str(folder), compute_type="int8")
    found = [logprob for result in model.score_batch(sequences, max_input_length=0) for logprob in result.log_probs]
    return float(-sum(found) / len(found))


def main(arguments: list[str]) -> int:
    """Print one stage a line; for a `UserError` a last line `error {code, values}` and status 2."""
    warnings.filterwarnings("ignore")
    weights, run_dir, base = arguments
    try:
        make(Path(weights), Path(run_dir), base, lambda name: print(name, flush=True))  # noqa: T201  the parent reads it
    except UserError as error:
        print("error " + json.dumps({"code": error.code, "values": error.values}), flush=True)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What llama.cpp makes of an exported GGUF, beside transformers with the same model merged.

    python benchmarks/exports.py EXPORT

EXPORT is a folder that `tutor run export_project --set formats=merged,ollama` wrote. llama-cpp-python must be installed
beside the project; it is a yardstick, not a dependency. For each text: whether both cut it into the same tokens, nats a
token of each, and how often both think the same token likeliest. llama.cpp rounds what passes between layers to 8 bits
as well, so its figures differ a little more than those of the GGUF opened with transformers.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TEXTS = (
    "Aquí me pongo a cantar\nal compás de la vigüela",
    "La luna se fue al río",
    "What is a poem? It is what is left when the prose has gone home.",
    "«¿Adónde vas?», dijo el niño — y se calló… 😀",
)
Measured = tuple[list[int], NDArray[np.float64]]
"""Token ids, and the natural log of each token's probability at each place: (tokens, vocabulary)."""


def llama(path: Path) -> list[Measured]:
    from llama_cpp import Llama

    model = Llama(str(path), n_ctx=512, logits_all=True, verbose=False)
    found = []
    for text in TEXTS:
        ids = model.tokenize(text.encode(), add_bos=False, special=True)
        model.reset()
        model.eval(ids)
        logits = np.array(model.scores[: len(ids)], dtype=np.float64)
        found.append((ids, logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)))
    return found


def merged(folder: Path) -> list[Measured]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    found = []
    with torch.inference_mode():
        for text in TEXTS:
            ids = tokenizer(text, add_special_tokens=False).input_ids
            found.append((ids, model(torch.tensor([ids])).logits[0].double().log_softmax(-1).numpy()))
    return found


def nats(measured: Measured) -> float:
    ids, logs = measured
    return -float(np.mean([logs[place, token] for place, token in enumerate(ids[1:])]))


def main() -> int:
    os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=Path)
    export = parser.parse_args().export
    (file,) = export.glob("*/*.gguf")
    for text, there, here in zip(TEXTS, llama(file), merged(export / "merged"), strict=True):
        alike = there[0] == here[0]
        print(
            f"{text[:24]!r}: tokens {'alike' if alike else 'differ'}; {nats(there):.3f} and {nats(here):.3f} nats",
            end="",
        )
        if alike:
            same = there[1].argmax(1) == here[1].argmax(1)
            print(f"; {same.sum()} of {len(same)} likeliest alike", end="")
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())

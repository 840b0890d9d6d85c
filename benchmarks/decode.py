"""Tokens a second: CTranslate2 int8 against transformers float32 on the same weights, alternating, in one run.

    python benchmarks/decode.py [--model NAME] [--home DIR] [--tokens 64] [--rounds 5] [--threads 0] [--gguf FILE]

The ratio that counts is the median over the rounds: each round times both engines one after the other, so that a busy
machine slows both. With llama-cpp-python installed and `--gguf`, llama.cpp's figure stands beside them.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from skills.contract import Options
from tutor.lm.ct2 import Ct2
from tutor.lm.engine import Engine
from tutor.lm.hardware import physical_cores
from tutor.lm.hf import Hf
from tutor.lm.installed import find
from tutor.settings import build_settings

PROMPT = "La noche cayó sobre el pueblo y nadie se animó a salir. Desde la ventana se veía"
TARGET = 2.5


def rate(write: Callable[[], int]) -> float:
    began = time.perf_counter()
    return write() / (time.perf_counter() - began)


def engine_writer(engine: Engine, ids: list[int], tokens: int) -> Callable[[], int]:
    return lambda: sum(1 for _ in engine.write(ids, Options(max_tokens=tokens)))


def llama_writer(gguf: Path, tokens: int, threads: int) -> Callable[[], int]:
    from llama_cpp import Llama  # type: ignore[import-not-found,unused-ignore]

    llama = Llama(str(gguf), n_threads=threads, n_ctx=1024, verbose=False)
    return lambda: int(llama(PROMPT, max_tokens=tokens, temperature=0.0)["usage"]["completion_tokens"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model")
    parser.add_argument("--home")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--gguf", type=Path)
    args = parser.parse_args()

    import torch

    threads = args.threads or physical_cores()
    torch.set_num_threads(threads)
    model = find(build_settings(args.home).home, args.model)
    full = Hf(model.weights, model.profile, device="cpu", dtype="float32")
    fast = Ct2(model.fast, model.weights, model.profile, threads)
    ids = fast.texts.prompt(PROMPT)
    writers = {
        "transformers float32": engine_writer(full, ids, args.tokens),
        "CTranslate2 int8": engine_writer(fast, ids, args.tokens),
    }
    if args.gguf and find_spec("llama_cpp"):
        writers["llama.cpp"] = llama_writer(args.gguf, args.tokens, threads)
    rates: dict[str, list[float]] = {name: [] for name in writers}
    for round_ in range(args.rounds + 1):
        for name, write in writers.items():
            measured = rate(write)
            if round_:  # the first warms up
                rates[name].append(measured)

    base = rates["transformers float32"]
    print(f"{model.name}, {model.profile.digest[:12]}, {threads} threads, {args.tokens} tokens, {args.rounds} rounds")
    print("| engine | tokens a second, median | times transformers, median of the rounds (least to most) |")
    print("|---|---|---|")
    for name, measured_rates in rates.items():
        ratios = sorted(a / b for a, b in zip(measured_rates, base, strict=True))
        times = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        print(f"| {name} | {statistics.median(measured_rates):.1f} | {times} |")
    ratio = statistics.median(a / b for a, b in zip(rates["CTranslate2 int8"], base, strict=True))
    print(f"target {TARGET}: {'met' if ratio >= TARGET else 'missed'}")
    return 0 if ratio >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())

"""How fast models talk: engines in turns on the same weights, text that repeats its source, first token, an adapter.

    python benchmarks/decode.py speed   --home HOME [--model NAME] [--gguf FILE ...]   every engine there is
    python benchmarks/decode.py repeats --home HOME [--model NAME] [--gguf FILE]       with and without guessing
    python benchmarks/decode.py first   --home HOME [--model NAME] [--gguf FILE]       after a prefix read before
    python benchmarks/decode.py adapter --home HOME --run FOLDER                       a run's adapter over its base

Options: [--tokens 64] [--rounds 5] [--threads 0] [--keep FOLDER]. The model is the home's workbench; `--gguf`: another
file with the same tokenizer. What has to be made first (8 bits for llama.cpp, for CTranslate2) is kept in `--keep`.

The ratio that counts is the median over the rounds: each times all sides one after the other, so that a busy machine
slows all. In `speed` each side is in a process of its own. CTranslate2 and llama-cpp-python are yardsticks, not
dependencies: a side that is not installed is left out.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from skills.contract import ChatMessage, Options
from tutor.lm.convert import to_gguf
from tutor.lm.engine import Engine
from tutor.lm.hardware import physical_cores, processor_name
from tutor.lm.hf import Hf
from tutor.lm.installed import Installed, find
from tutor.lm.llama_cpp import LlamaCpp
from tutor.lm.llama_server import LlamaServer
from tutor.lm.text import Texts
from tutor.lm.tuned import ADAPTER
from tutor.settings import CURRICULUM, build_settings

PROMPT = "La noche cayó sobre el pueblo y nadie se animó a salir. Desde la ventana se veía"
SAMPLES = [CURRICULUM / "samples" / name for name in ("almacen.txt", "coplas.txt")]
TASKS = {
    "corrected": "Copiá este texto y corregí lo que esté mal escrito. No agregues nada más.\n\n{text}",
    "cleaned": "Copiá este texto sin los signos de más, todo en un solo párrafo. No agregues nada más.\n\n{text}",
    "quoted": "Citá, palabra por palabra y entre comillas, las dos oraciones más importantes de este texto.\n\n{text}",
    "free": "Escribí un cuento breve que empiece así: {first}",
    "answered": "Explicá en un párrafo, con tus palabras, por qué alguien diría esto: {first}",
}
Write = Callable[[int], Iterator[object]]
"""Writes so many tokens, a piece at a time."""


def timed(write: Write, tokens: int) -> float:
    """Tokens a second, the reading of the prompt included."""
    began = time.perf_counter()
    for _ in write(tokens):
        pass
    return tokens / (time.perf_counter() - began)


def ours(engine: Engine, ids: list[int]) -> Write:
    return lambda tokens: engine.proceed(ids, Options(max_tokens=tokens))


def llama(file: Path, texts: Texts, model: Installed, threads: int) -> Write:
    """Without guessing: the same text again and again would be known by heart."""
    return ours(LlamaCpp(LlamaServer(file, threads, guess=False), texts, model.profile), texts.prompt(PROMPT))


def dense(file: Path, texts: Texts, model: Installed, threads: int) -> Write:
    import torch

    torch.set_num_threads(threads)
    return ours(Hf(model.weights, model.profile, device="cpu", dtype="float32"), texts.prompt(PROMPT))


def ctranslate(file: Path, texts: Texts, model: Installed, threads: int) -> Write:
    import ctranslate2

    generator = ctranslate2.Generator(str(file), compute_type="int8", intra_threads=threads)
    names = [texts._tokenizer.id_to_token(id) for id in texts.prompt(PROMPT)]
    return lambda tokens: generator.generate_tokens(names, max_length=tokens, sampling_topk=1)


def python_binding(file: Path, texts: Texts, model: Installed, threads: int) -> Write:
    from itertools import islice

    from llama_cpp import Llama  # type: ignore[import-not-found,unused-ignore]

    binding, ids = Llama(str(file), n_threads=threads, n_ctx=1024, verbose=False), texts.prompt(PROMPT)
    return lambda tokens: islice(binding.generate(ids, temp=0.0), tokens)


Build = Callable[[Path, Texts, Installed, int], Write]


class Side:
    """An engine in a process of its own, as it is in the worker: threads of several in one get in each other's way."""

    def __init__(self, build: Build, file: Path, model: Installed, threads: int, tokens: int) -> None:
        context = get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, build, file, model, threads, tokens), daemon=True)
        self._process.start()
        self._here.recv()  # it is open

    def __call__(self) -> float:
        self._here.send(None)
        return float(self._here.recv())

    @property
    def memory(self) -> float:
        return float(psutil.Process(self._process.pid).memory_info().rss)


def _serve(pipe: Any, build: Build, file: Path, model: Installed, threads: int, tokens: int) -> None:
    write = build(file, Texts(model.weights), model, threads)
    pipe.send(None)
    with suppress(EOFError):
        while True:
            pipe.recv()
            pipe.send(timed(write, tokens))


def in_turns(sides: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """The figure of each side in each round; one round before them warms up."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for round_ in range(rounds + 1):
        for name, measure in sides.items():
            figure = measure()
            if round_:
                found[name].append(figure)
    return found


def show(found: dict[str, list[float]], base: str, unit: str) -> None:
    print(f"| | {unit}, median (best) | times {base}, median (least to most) |\n|---|---|---|")
    for name, figures in found.items():
        ratios = sorted(a / b for a, b in zip(figures, found[base], strict=True))
        times = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        print(f"| {name} | {statistics.median(figures):.1f} ({max(figures):.1f}) | {times} |")


def speed(args: argparse.Namespace, model: Installed) -> None:
    eight, ct2 = args.keep / f"{model.name}-q8_0.gguf", args.keep / f"{model.name}-ct2"
    if not eight.exists():
        to_gguf(model.weights, eight)
    wanted: list[tuple[str, Build, Path]] = []
    if find_spec("ctranslate2"):
        if not ct2.exists():
            converters: Any = import_module("ctranslate2.converters")
            converter = converters.TransformersConverter(str(model.weights), low_cpu_mem_usage=True)
            converter.convert(str(ct2), quantization="int8")
        wanted.append(("CTranslate2 int8", ctranslate, ct2))
    for file in (eight, *args.gguf):
        wanted.append((f"llama.cpp, {file.stem}", llama, file))
        if find_spec("llama_cpp"):
            wanted.append((f"llama-cpp-python, {file.stem}", python_binding, file))
    if not args.fast:
        wanted.append(("transformers float32", dense, model.weights))
    sides = {name: Side(build, file, model, args.threads, args.tokens) for name, build, file in wanted}
    found = in_turns(sides, args.rounds)
    show(found, next(iter(sides)), "tokens a second")
    print("resident memory: " + ", ".join(f"{name} {side.memory / 1e6:.0f} MB" for name, side in sides.items()))


def repeats(args: argparse.Namespace, model: Installed) -> None:
    """Each answer is to another paragraph, so that nothing is known from an answer before."""
    gguf, texts = (*args.gguf, model.gguf)[0], Texts(model.weights)
    assert gguf
    both = {
        name: LlamaCpp(LlamaServer(gguf, args.threads, guess), texts, model.profile)
        for name, guess in (("plain", False), ("guessing", True))
    }
    paragraphs = iter(_paragraphs())
    for task, asked in TASKS.items():
        if args.only and task != args.only:
            continue
        found: dict[str, list[float]] = {name: [] for name in both}
        for _ in range(args.rounds):
            text = next(paragraphs)
            content = asked.format(text=text, first=text.split(". ")[0])
            ids = texts.chat([ChatMessage(role="user", content=content)])
            for name, engine in both.items():
                found[name].append(_decoded(engine, ids, 2 * args.tokens))
        print(f"\n{task}")
        show(found, "plain", "tokens a second")


def _paragraphs() -> list[str]:
    """Pieces of the samples of 80 words."""
    words = " ".join(path.read_text("utf-8") for path in SAMPLES).split()
    return [" ".join(words[start : start + 80]) for start in range(0, len(words) - 80, 80)]


def _decoded(engine: LlamaCpp, ids: list[int], tokens: int) -> float:
    """Tokens a second from the first one on."""
    text, began = "", 0.0
    for piece in engine.proceed(ids, Options(max_tokens=tokens)):
        began = began or (time.perf_counter() if piece else 0.0)
        text += piece
    return engine.count_tokens(text) / (time.perf_counter() - began)


def first(args: argparse.Namespace, model: Installed) -> None:
    """Seconds to the first piece of an answer about a passage: read for the first time, and read before."""
    gguf, texts = (*args.gguf, model.gguf)[0], Texts(model.weights)
    assert gguf
    engine = LlamaCpp(LlamaServer(gguf, args.threads), texts, model.profile)
    fresh, known = [], []
    for paragraph in _paragraphs()[: args.rounds]:
        passage = f"Respondé con lo que dice este texto y nada más.\n\n{paragraph} {paragraph} {paragraph}"
        for question, into in (("¿De qué habla?", fresh), ("¿Quién aparece?", known)):
            turns = [ChatMessage(role="system", content=passage), ChatMessage(role="user", content=question)]
            into.append(_first(engine, texts.chat(turns)))
    print(f"prompt of {len(texts.chat(turns))} tokens: first piece after {statistics.median(fresh):.2f} s; ", end="")
    print(f"its passage read before: {statistics.median(known):.2f} s ({min(known):.2f} to {max(known):.2f})")


def _first(engine: LlamaCpp, ids: list[int]) -> float:
    began = time.perf_counter()
    pieces: Any = engine.proceed(ids, Options(max_tokens=8))
    next(piece for piece in pieces if piece)
    found = time.perf_counter() - began
    pieces.close()
    return found


def adapter(args: argparse.Namespace, model: Installed) -> None:
    texts, ids = Texts(model.weights), Texts(model.weights).ids("\nAquí me pongo a cantar")
    assert model.gguf
    server = LlamaServer(model.gguf, args.threads, guess=False)
    sides = {
        name: ours(LlamaCpp(server, texts, model.profile, over), ids)
        for name, over in (("base", None), ("with its adapter", args.run / ADAPTER))
    }
    timings = {name: lambda write=write: timed(write, args.tokens) for name, write in sides.items()}
    show(in_turns(timings, args.rounds), "base", "tokens a second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("speed", "repeats", "first", "adapter"))
    parser.add_argument("--model")
    parser.add_argument("--home")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=physical_cores())
    parser.add_argument("--gguf", type=Path, action="append", default=[])
    parser.add_argument("--run", type=Path)
    parser.add_argument("--only", choices=tuple(TASKS), help="of `repeats`")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "tutor-decode")
    parser.add_argument("--fast", action="store_true", help="leave transformers out")
    args = parser.parse_args()
    args.keep.mkdir(parents=True, exist_ok=True)
    model = find(build_settings(args.home).home, args.model, "workbench")
    files = ", ".join(file.name for file in args.gguf) or model.name
    print(
        f"{args.what}: {files}; {processor_name()}, {args.threads} threads, {args.tokens} tokens, {args.rounds} rounds"
    )
    {"speed": speed, "repeats": repeats, "first": first, "adapter": adapter}[args.what](args, model)


if __name__ == "__main__":
    main()

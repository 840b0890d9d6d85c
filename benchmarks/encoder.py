"""The sentence encoder's seconds and memory, with BLAS as it is set here and as it chooses for itself.

    python -m benchmarks.encoder [--home DIR] [--threads 2] [--rounds 3]

One short sentence, which takes one core (15 ms); 1,000 sentences of the lessons on all threads (8 s); memory added
(200 MB). Each round is a process of its own, in turns; processor time stands beside the clock's, since other programs
slow only the latter.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SHORT = "¿Cómo se entrena un modelo de lenguaje?"
COUNT = 1000
TARGETS = {"one": 15.0, "many": 8.0, "memory": 200.0}
"""Milliseconds, seconds, megabytes."""
BLAS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""What keeps numpy's BLAS from choosing by the processor."""


def sentences() -> list[str]:
    """Sentences of four words and more from lessons and samples, both languages, in turns."""
    from skills.texts.sentences import split_text

    places = [*sorted(ROOT.glob("curriculum/lessons/*/*.md")), *sorted(ROOT.glob("curriculum/samples/*.txt"))]
    found = [split_text(path.read_text("utf-8")) for path in places]
    turns = (texts[i] for i in range(max(map(len, found))) for texts in found if i < len(texts))
    return list(islice((text for text in turns if len(text.split()) > 3), COUNT))


def timed(do: Callable[[], Any]) -> tuple[float, float]:
    """(seconds, seconds of processor) that `do` takes."""
    clock, processor = time.perf_counter(), time.process_time()
    do()
    return time.perf_counter() - clock, time.process_time() - processor


def measure(home: Path, threads: int) -> dict[str, Any]:
    """The figures of this process."""
    import psutil
    from threadpoolctl import threadpool_info

    from tutor.lm.encoder import open_encoder

    memory = psutil.Process().memory_info
    texts, before = sentences(), memory().rss
    began = time.perf_counter()
    encoder = open_encoder(home, threads=threads)
    loading = time.perf_counter() - began
    timed(lambda: encoder.embed([SHORT], "query"))  # the first brings the weights into memory
    loaded = memory().rss
    one = [timed(lambda: encoder.embed([SHORT], "query")) for _ in range(25)]
    many, processor = timed(lambda: encoder.embed(texts, "passage"))
    return {
        "digest": encoder.profile.digest[:12],
        "blas": next(pool["architecture"] for pool in threadpool_info() if pool["user_api"] == "blas"),
        "loading": loading,
        "loaded": (loaded - before) / 1e6,
        "memory": (memory().rss - before) / 1e6,
        "one": statistics.median(clock for clock, _ in one) * 1e3,
        "one_processor": statistics.median(used for _, used in one) * 1e3,
        "many": many,
        "many_processor": processor,
        "words": sum(len(text.split()) for text in texts) / COUNT,
    }


def apart(home: Path, threads: int, kept: bool) -> dict[str, Any]:
    """`measure` in a new process; without what is set for BLAS unless `kept`."""
    env = {name: value for name, value in os.environ.items() if kept or name not in BLAS}
    command = [sys.executable, "-m", "benchmarks.encoder", "--home", str(home), "--threads", str(threads), "--apart"]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def told(name: str, rounds: list[dict[str, Any]]) -> str:
    """The median of the rounds, and the least and the most."""
    values = sorted(figures[name] for figures in rounds)
    return f"{statistics.median(values):.1f} ({values[0]:.1f} to {values[-1]:.1f})"


def main() -> int:
    from tutor.settings import build_settings

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--apart", action="store_true", help="measure in this process and print it as JSON")
    args = parser.parse_args()
    home = build_settings(args.home).home
    if args.apart:
        print(json.dumps(measure(home, args.threads)))
        return 0
    ways = [True, False] if any(name in os.environ for name in BLAS) else [True]
    rounds = [{way: apart(home, args.threads, way) for way in ways} for _ in range(args.rounds)]
    met = True
    for way in ways:
        mine = [figures[way] for figures in rounds]
        first = mine[0]
        print(f"weights {first['digest']}, BLAS for {first['blas']}{'' if way else ' (its own choice)'}")
        print(f"  opened in {told('loading', mine)} s, {told('loaded', mine)} MB")
        print(f"  a short sentence: {told('one', mine)} ms, {told('one_processor', mine)} of processor")
        print(f"  {COUNT} sentences of {first['words']:.0f} words, {args.threads} threads: {told('many', mine)} s,")
        print(f"    {told('many_processor', mine)} of processor")
        print(f"  memory then: {told('memory', mine)} MB")
        met &= all(statistics.median(figures[name] for figures in mine) <= TARGETS[name] for name in TARGETS)
    print(f"targets {', '.join(f'{name} {most:.0f}' for name, most in TARGETS.items())}: {'met' if met else 'missed'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())

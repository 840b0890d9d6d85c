"""How fast this computer talks: a probe of about two seconds with a model that is here, and what it says of others.

    python -m tutor.lm.speed MODEL.gguf THREADS

What bounds the speed is that all the weights are read from memory once for each token, so a model of twice the bytes
talks at half the speed. What else a token costs weighs more in a small model, so of a larger one this promises too
little rather than too much: on 2 cores of a Zen 5, 54.8 tokens a second of a file of 0.49 GB (27 GB/s) and 35.2 of one
of 1.12 GB (39 GB/s).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from skills.contract import Language
from skills.workspace import read_json, write_atomic
from tutor.limits import python
from tutor.lm.hardware import physical_cores, processor_name
from tutor.lm.installed import Installed
from tutor.settings import Settings, child_env

LEAST_WORDS = 8.0
"""Words a second below which a smaller model is proposed: about twice as fast as people read (238 words a minute of
prose, Brysbaert 2019), so that the text is ahead of the eye while a sentence is still being checked."""
TOKENS_A_WORD: dict[Language, float] = {"es": 1.57, "en": 1.24}
"""Of Qwen's tokenizer, on all lessons of the course (28,836 and 30,985 words)."""
STRETCH, SECONDS, PATIENCE = 16, 2.0, 60.0
"""Tokens in a row that are measured; how long a probe writes; when one that says nothing is given up."""
QUIET = 0.2
"""Share of the processor that other programs may have taken. llama.cpp's threads wait for each other at every layer:
with two other programs at work on 2 cores the 0.5B wrote 4 tokens a second instead of 60."""


@dataclass(frozen=True)
class Speed:
    """`tokens` a second, written by a model whose file has `weights` bytes. Where others were using the processor
    (not `quiet`) it is at least so fast."""

    tokens: float
    weights: int
    quiet: bool = True

    def words(self, weights: int, language: Language) -> float:
        """Words a second that a model of so many bytes would write."""
        return self.tokens * self.weights / weights / TOKENS_A_WORD[language]


Measure = Callable[[Path, Settings], Speed | None]


def measure_speed(gguf: Path, settings: Settings) -> Speed | None:
    """How fast llama.cpp writes from this file here; None where it does not run.

    In a process of its own, since on a processor that lacks what it was built for it dies of an illegal instruction.
    """
    command = python("tutor.lm.speed", str(gguf), str(settings.threads or physical_cores()))
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=PATIENCE, check=True, env=child_env(settings), cwd=settings.home
        )
        told = json.loads(done.stdout.splitlines()[-1])
        return Speed(float(told["tokens"]), gguf.stat().st_size, float(told["others"]) < QUIET)
    except (subprocess.SubprocessError, OSError, ValueError, LookupError):
        return None


def known_speed(model: Installed, settings: Settings, measure: Measure = measure_speed) -> Speed | None:
    """How fast `model` talks on this processor: as noted in the home folder, else measured now and, if the computer was
    quiet, noted.

    None of a model that has no GGUF, or where the probe does not run.
    """
    if model.gguf is None:
        return None
    note, here, weights = settings.home / "speed.json", processor_name(), model.gguf.stat().st_size
    noted = _noted(note, here)
    if model.profile.digest in noted:
        return Speed(noted[model.profile.digest], weights)
    speed = measure(model.gguf, settings)
    if speed and speed.quiet:
        noted[model.profile.digest] = round(speed.tokens, 1)
        write_atomic(note, json.dumps({"processor": here, "tokens_a_second": noted}, indent=1))
    return speed


def _noted(note: Path, here: str) -> dict[str, float]:
    """What was measured before, by the digest of the weights; nothing if it was on another processor."""
    try:
        found = read_json(note)
    except (OSError, ValueError):
        return {}
    return dict(found.get("tokens_a_second", {})) if found.get("processor") == here else {}


def probe(gguf: Path, threads: int) -> dict[str, float]:
    """`tokens` a second of the fastest stretch of a text; the share of the processor that `others` had meanwhile."""
    import psutil

    from tutor.lm.llama_server import LlamaServer

    server = LlamaServer(gguf, threads, guess=False)
    everyone, own, began = psutil.cpu_times(), time.process_time(), time.monotonic()
    written: list[float] = []
    chunks = server.ask({"prompt": "Había una vez", "n_predict": 1000, "ignore_eos": True})
    for chunk in chunks:
        if chunk["choices"][0]["text"]:
            written.append(time.monotonic())
        if written and written[-1] - written[0] > SECONDS:
            break
    chunks.close()
    own, seconds, now = time.process_time() - own, time.monotonic() - began, psutil.cpu_times()
    idle = sum(getattr(now, name, 0.0) - getattr(everyone, name, 0.0) for name in ("idle", "iowait"))
    return {"tokens": fastest(written), "others": 1 - (own + idle) / (seconds * (psutil.cpu_count() or 1))}


def fastest(written: Sequence[float]) -> float:
    """Tokens a second of the quickest `STRETCH` in a row, from the moments at which each was there: what came before
    waited for the disk, and others may have had the processor for a while. Raises ValueError if there are not two."""
    many = min(STRETCH, len(written) - 1)
    if many < 1:
        raise ValueError("nothing was written")
    return many / min(end - start for start, end in zip(written, written[many:], strict=False))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(probe(Path(sys.argv[1]), int(sys.argv[2]))) + "\n")
    sys.stdout.flush()

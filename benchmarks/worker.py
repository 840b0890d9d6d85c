"""What the resident worker takes with all it can hold, and how soon it answers.

    python -m benchmarks.worker --home HOME

HOME has a tutor, a workbench and an encoder. Memory is what the system counts, after each worked once: resident (with
what is mapped of the models' files, which the system can take back) and the process's own. The first piece is of an
answer whose beginning (instructions and passage) was read before.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path

import psutil

from skills.contract import ChatMessage, Options
from tutor.lm.hardware import processor_name
from tutor.lm.installed import find
from tutor.processes.worker import Worker
from tutor.settings import build_settings

PASSAGE = (
    "Un modelo de lenguaje reparte probabilidades entre las palabras que podrían seguir. Lee y escribe de a tokens: "
    "pedacitos de texto, a veces una palabra, a veces media, a veces un signo. No sabe si lo que dice es cierto. "
)


async def first_piece(worker: Worker, question: str) -> float:
    """Seconds from the question to the first piece of the answer."""
    asked = [
        ChatMessage(role="system", content=PASSAGE * 8),
        ChatMessage(role="user", content=question),
    ]
    began = time.monotonic()
    async for piece in worker.chat(asked, Options(max_tokens=12)):
        if piece:
            break
    return time.monotonic() - began


async def measure(home: Path) -> None:
    worker = Worker(build_settings(home))
    process = None
    try:
        await worker.start(warm=False)
        assert worker.pid
        process = psutil.Process(worker.pid)

        def held() -> str:
            info = process.memory_full_info()
            return f"{info.rss / 1e9:.3f} GB resident, {info.uss / 1e9:.3f} GB its own"

        tutor, workbench = find(home, None, "tutor").name, find(home, None, "workbench").name
        print(f"{processor_name()}; tutor {tutor}, workbench {workbench}")
        began = time.monotonic()
        cold = await first_piece(worker, "¿Qué es un token?")
        print(f"first piece, models not loaded, prompt not read: {cold:.2f} s")
        print("with the voice:", held())
        for question in ("¿Y una palabra?", "¿Sabe lo que dice?", "¿De a cuánto lee?"):
            print(f"first piece, beginning read before: {await first_piece(worker, question):.2f} s")
        await worker.score("Aquí me pongo a", [" cantar", " comer"])
        print("and the probe:", held())
        await worker.embed(["¿Qué es un token?", "Un pedacito de texto."], "query")
        print("and the encoder:", held())
        print(f"all in {time.monotonic() - began:.1f} s; peak {process.memory_info().rss / 1e9:.2f} GB")
    finally:
        await worker.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    asyncio.run(measure(parser.parse_args().home))


if __name__ == "__main__":
    main()

"""Bringing in large files, in the process that does it, and shapes told: `python -m benchmarks.loading [FOLDER]`.

60,000 rows of csv, loaded and inspected (10 s); 100 MB of text, loaded (60 s, 1 GB); the share of the corpus whose
shape is told rightly (95 %).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from skills.contract import Context
from skills.load_dataset import LoadInputs, run
from skills.workspace import Workspace
from tests.corpus import cases
from tests.corpus_files import table
from tests.corpus_hard import hard
from tests.corpus_texts import sentence

ROWS = 60_000
MEGABYTES = 100


def command(home: Path, *arguments: str) -> tuple[dict[str, object], float, float, float]:
    """(result, seconds, seconds of processor, most megabytes of a process) of `tutor run ...`."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor.cli", "run", *arguments, "--home", str(home), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[1],
    )
    assert process.stdout
    last = process.stdout.read().decode().strip().split("\n")[-1]
    _, _, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    answer = json.loads(last)
    assert answer["ok"], answer
    return (
        answer["result"],
        seconds,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3),
    )


def rows_of_csv(folder: Path) -> None:
    path = folder / "opiniones.csv"
    path.write_text(table([["id", "comentario"], *([i, sentence(i)] for i in range(ROWS))]), "utf-8")
    loaded, first, used, memory = command(folder, "load_dataset", str(path))
    assert loaded["rows"] == ROWS
    _, second, more, most = command(folder, "inspect_dataset", "--set", f"file={loaded['dataset']}")
    print(f"{ROWS} rows of csv: loaded in {first:.1f} s ({used:.1f} s of processor, {memory:.0f} MB)")
    print(f"  inspected in {second:.1f} s ({more:.1f} s of processor, {most:.0f} MB)")
    print(f"  together {first + second:.1f} s ({used + more:.1f} s of processor); target 10 s")


def much_text(folder: Path) -> None:
    path = folder / "biblioteca.txt"
    with path.open("w", encoding="utf-8") as file:
        number = 0
        while file.tell() < MEGABYTES * 1_000_000:
            for _ in range(500):
                file.write(" ".join(sentence(number + i) for i in range(6)) + "\n\n")
                number = (number + 6) % 50_000
    loaded, seconds, used, memory = command(folder, "load_dataset", str(path))
    size = path.stat().st_size / 1e6
    print(f"{size:.0f} MB of text, {loaded['rows']} rows: {seconds:.1f} s ({used:.1f} s of processor); target 60 s")
    print(f"  most memory of a process: {memory:.0f} MB; target 1,000 MB")


def shapes(folder: Path) -> None:
    ctx = Context(workspace=Workspace(folder / "corpus"), language="es")
    judged = [case for case in (*cases(), *hard()) if case.shape and not case.slow]
    wrong: list[str] = []
    for case in judged:
        path = folder / "x"
        path.write_bytes(case.make())
        found = run(LoadInputs(path=path, name=case.name), ctx).shape
        if found != case.shape:
            wrong.append(f"{case.name}: {found}, not {case.shape}")
    print(
        f"shapes: {len(judged) - len(wrong)} of {len(judged)} right ({1 - len(wrong) / len(judged):.1%}); target 95 %"
    )
    print("".join(f"  {line}\n" for line in wrong), end="")


def main(arguments: Sequence[str]) -> None:
    print("load:", *os.getloadavg())
    with tempfile.TemporaryDirectory(dir=arguments[0] if arguments else None) as name:
        for measure in (rows_of_csv, much_text, shapes):
            measure(Path(name))


if __name__ == "__main__":
    main(sys.argv[1:])

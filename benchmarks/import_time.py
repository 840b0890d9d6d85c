"""How long it takes to import `skills`, `tutor` and `tutor.cli`: `python benchmarks/import_time.py [times]`."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

MODULES = ("skills", "tutor", "tutor.cli")
TARGET = 0.2


def import_seconds(module: str) -> float:
    """What `-X importtime` gives as cumulative time of `module` in a new process, in seconds."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {module}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    parts = (line.removeprefix("import time:").split("|") for line in done.stderr.splitlines() if line.count("|") == 2)
    times = {name.strip(): cumulative for _, cumulative, name in parts}
    wanted = {module, module.partition(".")[0]}
    return sum(int(times[name]) for name in wanted) / 1e6


def main(times: int) -> int:
    slow = False
    for module in MODULES:
        seconds = [import_seconds(module) for _ in range(times)]
        median = statistics.median(seconds)
        slow |= median > TARGET
        print(f"import {module:10} median {median:.3f} s, worst {max(seconds):.3f} s of {times}; target {TARGET} s")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 9))

"""What this computer has: cores, memory, disk, accelerator. Measured, without importing torch."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

Accelerator = Literal["cuda", "mps"]


@dataclass(frozen=True)
class Machine:
    """Sizes in bytes. `free_memory` is what programs can take now; `free_disk` is where the home folder is."""

    cores: int
    memory: int
    free_memory: int
    free_disk: int
    accelerator: Accelerator | None = None


def measure(home: Path) -> Machine:
    """Look at this computer now; `home` need not exist yet."""
    memory = psutil.virtual_memory()
    place = next(p for p in (home.absolute(), *home.absolute().parents) if p.exists())
    return Machine(
        cores=physical_cores(),
        memory=memory.total,
        free_memory=memory.available,
        free_disk=shutil.disk_usage(place).free,
        accelerator=accelerator(),
    )


def physical_cores() -> int:
    """Cores that compute on their own; two threads on one core get in each other's way. Never more than we may use."""
    process = psutil.Process()
    allowed = len(process.cpu_affinity()) if hasattr(process, "cpu_affinity") else psutil.cpu_count() or 1
    return max(1, min(allowed, psutil.cpu_count(logical=False) or allowed))


def processor() -> str:
    """The processor's own name, so that what was measured on one is not believed on another."""
    if platform.system() == "Darwin":
        asked = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or platform.machine()
    if platform.system() == "Windows":
        return os.environ.get("PROCESSOR_IDENTIFIER") or platform.processor()
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model", "Hardware")))
    return next(names, "") or platform.machine()


def accelerator() -> Accelerator | None:
    """An NVIDIA card with its driver, or Apple's own processor; whether torch can use it is known when it is used."""
    if platform.system() == "Darwin":
        return "mps" if platform.machine() == "arm64" else None
    return "cuda" if shutil.which("nvidia-smi") else None

"""What this computer has: cores, memory, disk, accelerator. Measured, without importing torch."""

from __future__ import annotations

import platform
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from skills.memory import free_memory

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
    place = next(p for p in (home.absolute(), *home.absolute().parents) if p.exists())
    return Machine(
        cores=physical_cores(),
        memory=psutil.virtual_memory().total,
        free_memory=free_memory(),
        free_disk=shutil.disk_usage(place).free,
        accelerator=accelerator(),
    )


def physical_cores() -> int:
    """Cores that compute on their own; two threads on one core get in each other's way. Never more than we may use."""
    process = psutil.Process()
    allowed = len(process.cpu_affinity()) if hasattr(process, "cpu_affinity") else psutil.cpu_count() or 1
    return max(1, min(allowed, psutil.cpu_count(logical=False) or allowed))


def processor_name() -> str:
    """What the maker calls it, as in «AMD Ryzen 7 7840U»."""
    if platform.system() == "Linux":
        with suppress(OSError):
            for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    if platform.system() == "Darwin":
        with suppress(OSError, subprocess.SubprocessError):
            asked = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    return platform.processor() or platform.machine()


def accelerator() -> Accelerator | None:
    """An NVIDIA card with its driver, or Apple's own processor; whether torch can use it is known when it is used."""
    if platform.system() == "Darwin":
        return "mps" if platform.machine() == "arm64" else None
    return "cuda" if shutil.which("nvidia-smi") else None

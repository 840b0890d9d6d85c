"""The program's own environment in `.venv`: made, filled from the lock, checked, each step once."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from tutor.setup.pip import Pip
from tutor.setup.system import check_disk, folder_mb, has_nvidia, version
from tutor.setup.words import Stop, gigabytes, output, say, words

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CUDA = re.compile(r"(nvidia|cuda|triton)-?", re.I)
PIP = "pip==26.3"
# In MB, measured on Linux x86-64 (benchmarks/README.md): what stays on the disk; what is on the disk besides while
# packages are unpacked; what comes over the network; what the models need while they are brought and made ready, with a
# tutor of the usual size and without (the sources have them in different sizes: this is the largest).
ENV_MB, CUDA_MB, TEST_MB, UNPACKING_MB = 2100, 5400, 450, 700
MODELS_MB, LIGHT_MB = 4400, 2500
MODELS_DOWNLOAD, LIGHT_DOWNLOAD = (1700, 4000), (600, 1500)
TORCH_DOWNLOAD_MB, REST_DOWNLOAD_MB, CUDA_DOWNLOAD_MB = 190, 270, 2900


class Environment:
    """The environment of the checkout in `root`; `held` are descriptors that its pip inherits."""

    def __init__(self, root: Path, held: Sequence[int] = ()) -> None:
        self.root, self.folder, self.scratch = root, root / ".venv", root / ".setup"
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.pip = Pip(self.python, self.scratch, held)
        self._done = self.folder / "done.json"

    def set_up(self, test: bool, models: bool, light: bool = False) -> bool:
        """Everything that is missing, in steps; what is done is skipped. Whether much was missing. Raises Stop."""
        self.scratch.mkdir(exist_ok=True)
        if not self._usable():
            self._done.unlink(missing_ok=True)
        steps = self.done()
        need = 0.0
        if "packages" not in steps:
            download = TORCH_DOWNLOAD_MB + REST_DOWNLOAD_MB + (CUDA_DOWNLOAD_MB if has_nvidia() else 0)
            room = (LIGHT_MB if light else MODELS_MB) if models else 0
            need += ENV_MB + (CUDA_MB if has_nvidia() else 0) + max(UNPACKING_MB, room)
            need -= min(ENV_MB, folder_mb(self.folder) + folder_mb(self.scratch))
            say("hello" if not steps else "resume", need=gigabytes(need), download=gigabytes(download))
            if not steps:
                least, most = LIGHT_DOWNLOAD if light else MODELS_DOWNLOAD
                say("hello_models", least=gigabytes(least), most=gigabytes(most))
                if not light:
                    say("hello_light")
                say("hello_again")
        check_disk(self.root, need + (TEST_MB if test and "test" not in steps else 0))
        self._make()
        self._fill(test)
        return need > 0

    def done(self) -> dict[str, str]:
        """The steps that are finished, each with the digest of what it was finished from."""
        try:
            found: dict[str, str] = json.loads(self._done.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def _usable(self) -> bool:
        """Is there an environment, made by a Python like this one, whose Python still runs?"""
        if self.done().get("environment") != self._key():
            return False
        return output([str(self.python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]) == version()

    def _key(self) -> str:
        return digest(version(), sys.platform, platform.machine(), PIP)

    def _mark(self, step: str, value: str) -> None:
        part = self._done.with_suffix(".part")
        part.write_text(json.dumps({**self.done(), step: value}), "utf-8")
        os.replace(part, self._done)

    def _make(self) -> None:
        if "environment" in self.done():
            return
        say("environment")
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.folder.exists() and any(self.folder.rglob("*.py")):  # a program that runs from it, on Windows
            raise Stop("in_use", folder=self.folder)
        import venv

        venv.EnvBuilder().create(self.folder)
        if not self.pip.bootstrap():
            raise Stop("no_venv", version=version())
        self.pip.install("--upgrade", PIP, raw=False)
        self._mark("environment", self._key())

    def _fill(self, test: bool) -> None:
        """torch first, since it has builds to choose from; then everything else that the lock names."""
        lines, test_lines = locked(self.root / "requirements.lock"), locked(self.root / "requirements-test.lock")
        torch = next(line for line in lines if line.startswith("torch=="))
        cuda = [line for line in lines if CUDA.match(line)]
        rest = [line for line in lines if line != torch and line not in cuda]
        steps = self.done()
        fresh = steps.get("torch") != digest(torch, *cuda) or steps.get("packages") != digest(*rest)
        if steps.get("torch") != digest(torch, *cuda):
            self._torch(torch, cuda)
            self._mark("torch", digest(torch, *cuda))
        if steps.get("packages") != digest(*rest):
            say("packages", n=len(rest))
            self._lines(rest, REST_DOWNLOAD_MB)
        if fresh:
            self._check()
            self._mark("packages", digest(*rest))
        if test and steps.get("test") != digest(*test_lines):
            say("test_packages")
            self._lines(test_lines, 80)
            self._mark("test", digest(*test_lines))
        for leftover in ("cache", "tmp"):  # the downloads have served
            shutil.rmtree(self.scratch / leftover, ignore_errors=True)

    def _lines(self, lines: list[str], mb: float) -> None:
        self._mend()
        wanted = self.folder / "wanted.txt"
        wanted.write_text("\n".join(lines) + "\n", "utf-8")
        self.pip.install("--no-deps", "-r", str(wanted), count=len(lines), mb=mb, text=words("packages_short"))

    def _mend(self) -> None:
        """Forget packages that a killed pip left half unpacked: it writes RECORD last, and believes what lacks it."""
        for info in self.folder.rglob("site-packages/*.dist-info"):
            if not (info / "RECORD").exists():
                shutil.rmtree(info)

    def _torch(self, torch: str, cuda: list[str]) -> None:
        """On Linux without an NVIDIA card, PyTorch's own CPU build where its index answers; else the general build,
        with the CUDA packages only if the build that was installed asks for them."""
        say("torch")
        self._mend()
        text, mb = words("torch_short"), TORCH_DOWNLOAD_MB
        if not (sys.platform == "linux" and not has_nvidia() and answers(CPU_INDEX) and self._cpu_torch(torch)):
            self.pip.install("--no-deps", torch, count=1, mb=mb, text=text)
        if sys.platform == "linux" and self._asks_for_cuda():
            check_disk(self.root, CUDA_MB)
            say("cuda", size=gigabytes(CUDA_DOWNLOAD_MB))
            self._lines(cuda, CUDA_DOWNLOAD_MB)

    def _cpu_torch(self, torch: str) -> bool:
        """Whether PyTorch's CPU index had the build. Raises Stop for what the general build would meet as well."""
        at, text = ("--index-url", CPU_INDEX), words("torch_short")
        try:
            self.pip.install("--no-deps", *at, torch, count=1, mb=TORCH_DOWNLOAD_MB, text=text)
        except Stop as stop:
            if stop.id in ("no_build", "network", "pip"):
                return False
            raise
        return True

    def _asks_for_cuda(self) -> bool:
        asks = "any(r.startswith(('nvidia', 'cuda')) for r in m.requires('torch') or [])"
        return output([str(self.python), "-c", f"import importlib.metadata as m; print({asks})"]) == "True"

    def _check(self) -> None:
        """The pieces that hold compiled code can be loaded. Raises Stop; the next start then makes it all anew."""
        say("checking")
        parts = "import torch, tokenizers, sentencepiece, numpy, greenlet, cryptography.fernet"
        done = subprocess.run([str(self.python), "-c", parts], capture_output=True, cwd=self.folder, check=False)
        if done.returncode != 0:
            with self.pip.log.open("ab") as log:
                log.write(done.stderr)
            self._done.unlink(missing_ok=True)
            raise Stop("not_working_windows" if os.name == "nt" else "not_working", log=self.pip.log)


def locked(path: Path) -> list[str]:
    """The requirement lines of a lock file."""
    return [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith(("#", " "))]


def digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/torch/", timeout=5) as answer:  # noqa: S310 - a constant https address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False

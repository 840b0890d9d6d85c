"""One command: the environment, the model, the browser. Standard library only, so that a bare Python can run it.

python3 start.py          set up what is missing and open the tutor
python3 start.py test     set up what the tests need and run them (--all: with real weights and a browser)
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import locale
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENV = ROOT / ".venv"
DONE = ENV / "done.json"
LOG = ROOT / ".venv-setup.log"
LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "requirements-test.lock"
TEST_HOME = ROOT / ".test-home"
OLDEST, NEWEST = (3, 11), (3, 13)
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CUDA = re.compile(r"(nvidia|cuda|triton)-?", re.I)
PIP = "pip==26.3"

MB = 1_000_000
# Disk needed in MB, measured on Linux x86-64 with `du` after a set-up (benchmarks/README.md).
ENV_MB, CUDA_MB, MODEL_MB, TEST_MB = 2300, 5400, 2700, 450
# Downloads still to come in MB, measured likewise.
ENV_DOWNLOAD_MB, CUDA_DOWNLOAD_MB = 620, 2900
LEAST_MEMORY = 3.5e9


class Stop(Exception):  # noqa: N818 - it is not an error of the program
    """Something only the person can mend: the id of its words, and the values that fill them."""

    def __init__(self, id: str, **values: object) -> None:
        super().__init__(id)
        self.id, self.values = id, values


# --- words ------------------------------------------------------------------------------------------------------------


def language() -> str:
    """`es` or `en`, from the system's own setting."""
    if os.name == "nt":
        name = locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "en")  # type: ignore[attr-defined]
    else:
        name = next((os.environ[v] for v in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(v)), "")
        if sys.platform == "darwin" and not name.startswith(("es", "en")):
            name = _output(["defaults", "read", "-g", "AppleLocale"])
    return "es" if name.lower().startswith(("es", "spanish")) else "en"


def words(id: str, **values: object) -> str:
    return str(TEXTS[id]).format(**values)


def say(id: str, **values: object) -> None:
    print(words(id, **values), flush=True)


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


LANGUAGE = language()
TEXTS = json.loads((ROOT / "tutor" / "messages" / LANGUAGE / "start.json").read_text("utf-8"))


class Line:
    """A line of progress: redrawn in a terminal, printed now and then where output goes to a file."""

    def __init__(self) -> None:
        self.live = sys.stdout.isatty()
        self.shown, self.at = "", 0.0

    def show(self, text: str) -> None:
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            print("\r" + text[:width].ljust(width), end="", flush=True)
        elif text != self.shown and time.monotonic() - self.at > 15:
            print(text, flush=True)
            self.at = time.monotonic()
        self.shown = text

    def end(self) -> None:
        if self.live and self.shown:
            print("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r", end="", flush=True)


# --- the machine ------------------------------------------------------------------------------------------------------


def suitable(version: tuple[int, ...]) -> bool:
    return OLDEST <= tuple(version[:2]) <= NEWEST


def other_pythons() -> Iterator[list[str]]:
    """Commands of this machine's other Pythons that would do, newest first."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        if os.name == "nt" and shutil.which("py"):
            yield ["py", f"-3.{minor}"]
        if path := shutil.which(f"python3.{minor}"):
            yield [path]


def check_python(arguments: list[str]) -> None:
    """Go on with a Python that will do: this one, or another of this machine."""
    if suitable(sys.version_info[:2]):
        return
    for command in other_pythons():
        if _output([*command, "-c", "import venv, ensurepip; print(1)"]) == "1":
            say("other_python", name=" ".join(command))
            sys.exit(subprocess.call([*command, str(ROOT / "start.py"), *arguments]))
    raise Stop("python", have=".".join(map(str, sys.version_info[:2])))


def check_venv() -> None:
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Stop("no_venv", version=".".join(map(str, sys.version_info[:2]))) from None


def total_memory() -> float:
    """Bytes of memory in this machine; infinity if it cannot be told."""
    if os.name == "nt":

        class Status(ctypes.Structure):
            _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong), ("total", ctypes.c_ulonglong)] + [
                (name, ctypes.c_ulonglong) for name in ("a", "b", "c", "d", "e", "f")
            ]

        status = Status(length=ctypes.sizeof(Status))
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined]
        return float(status.total)
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (ValueError, OSError, AttributeError):
        return float("inf")


def has_nvidia() -> bool:
    return bool(shutil.which("nvidia-smi") and _output(["nvidia-smi", "-L"]).startswith("GPU"))


def check_disk(need_mb: float) -> None:
    """Before anything is downloaded: is there room for what is still to come?"""
    free = shutil.disk_usage(ROOT).free / MB
    if free < need_mb:
        raise Stop("disk", need=_gb(need_mb), free=_gb(free), missing=_gb(need_mb - free))


def _gb(mb: float) -> str:
    text = f"{mb / 1000:.1f}"
    return text.replace(".", ",") if LANGUAGE == "es" else text


# --- the environment --------------------------------------------------------------------------------------------------


def python() -> Path:
    return ENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def done() -> dict[str, str]:
    """The steps that are finished, each with the digest of what it was finished from."""
    try:
        found: dict[str, str] = json.loads(DONE.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if python().exists() else {}


def mark(step: str, digest: str) -> None:
    part = DONE.with_suffix(".part")
    part.write_text(json.dumps({**done(), step: digest}), "utf-8")
    os.replace(part, DONE)


def digest(*parts: object) -> str:
    text = "\n".join(p.read_text("utf-8") if isinstance(p, Path) else str(p) for p in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def environment() -> None:
    """A virtual environment of this Python with a pip that can tell its progress."""
    key = digest(sys.version, PIP)
    if done().get("environment") == key:
        return
    say("environment")
    shutil.rmtree(ENV, ignore_errors=True)
    import venv

    try:
        venv.EnvBuilder(with_pip=True, upgrade_deps=False).create(ENV)
    except (subprocess.CalledProcessError, SystemExit) as error:
        raise Stop("no_venv", version=".".join(map(str, sys.version_info[:2]))) from error
    pip("install", "--upgrade", PIP, raw=False)
    mark("environment", key)


def pip(*arguments: str, count: int = 0, text: str = "", raw: bool = True) -> None:
    """Run the environment's pip, telling how far it is. Tried again once after a broken download. Raises Stop."""
    bar = ["--progress-bar", "raw"] if raw else ["--progress-bar", "off"]
    for attempt in (1, 2):
        extra = ["--no-cache-dir"] if attempt == 2 else []
        problem = _run_pip([*arguments[:1], *bar, *extra, "--no-input", *arguments[1:]], count, text)
        if problem is None:
            return
        if problem.id != "corrupted":
            raise problem
        say("corrupted_again")
    raise Stop("pip", log=LOG)


def _run_pip(arguments: list[str], count: int, text: str) -> Stop | None:
    command = [str(python()), "-m", "pip", *arguments]
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUTF8": "1"}
    line, told, tail = Line(), Told(text, count), list[str]()
    with LOG.open("a", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
        assert process.stdout
        try:
            for raw in process.stdout:
                out = raw.decode("utf-8", "replace")
                if news := told.read(out):
                    line.show(news)
                if not out.startswith("Progress "):
                    log.write(out)
                    tail = [*tail[-60:], out]
            code = process.wait()
        finally:
            process.kill()
            process.wait()
            line.end()
    return None if code == 0 else _problem("".join(tail))


class Told:
    """What pip prints, line by line -> what to tell a person, or nothing. An empty `text` tells nothing at all."""

    def __init__(self, text: str, count: int) -> None:
        self.text, self.count, self.seen, self.name = text, count, 0, ""

    def read(self, out: str) -> str:
        if not self.text:
            return ""
        at = {"text": self.text, "count": self.count}
        if found := re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", out):
            self.seen, self.name = self.seen + 1, found[1]
            return words("collecting", name=self.name, n=self.seen, **at)
        if found := re.match(r"Progress (\d+) of (\d+)", out):
            got, size = (round(int(n) / MB) for n in found.groups())
            return words("downloading", name=self.name, n=self.seen, got=got, size=size, **at) if size > 5 else ""
        return words("unpacking", text=self.text) if out.startswith("Installing collected packages") else ""


FULL = re.compile(r"No space left|Errno 28|not enough space", re.I)
DAMAGED = re.compile(r"DO NOT MATCH|BadZipFile|IncompleteRead|ChunkedEncoding|has inconsistent|invalid wheel", re.I)
OFFLINE = re.compile(
    r"NewConnectionError|Name or service not known|name resolution|getaddrinfo|ConnectTimeout|ReadTimeout|ProxyError"
    r"|Network is unreachable|Connection refused|Connection reset",
    re.I,
)


def _problem(output: str) -> Stop:
    """What pip's last words mean for a person."""
    for id, pattern in (("disk_filled", FULL), ("corrupted", DAMAGED), ("network", OFFLINE)):
        if pattern.search(output):
            return Stop(id)
    return Stop("pip", log=LOG)


def locked(path: Path) -> list[str]:
    """The requirement lines of a lock file."""
    return [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith(("#", " "))]


def install(test: bool) -> None:
    """torch first, since it has builds to choose from; then everything else that the lock names."""
    lines = locked(LOCK)
    torch = next(line for line in lines if line.startswith("torch=="))
    cuda = [line for line in lines if CUDA.match(line)]
    rest = [line for line in lines if line != torch and line not in cuda]
    steps = done()
    if steps.get("torch") != digest(torch, *cuda):
        install_torch(torch, cuda)
        mark("torch", digest(torch, *cuda))
    if steps.get("packages") != digest(*rest):
        say("packages", n=len(rest))
        install_lines(rest, words("packages_short"))
        mark("packages", digest(*rest))
    if test and steps.get("test") != digest(TEST_LOCK):
        say("test_packages")
        install_lines(locked(TEST_LOCK), words("packages_short"))
        mark("test", digest(TEST_LOCK))


def install_lines(lines: list[str], text: str) -> None:
    wanted = ENV / "wanted.txt"
    wanted.write_text("\n".join(lines) + "\n", "utf-8")
    pip("install", "--no-deps", "-r", str(wanted), count=len(lines), text=text)


def install_torch(torch: str, cuda: list[str]) -> None:
    """On Linux without an NVIDIA card, PyTorch's own CPU build where its index answers; else the general build, with
    the CUDA packages only if the build that was installed asks for them."""
    say("torch")
    text = words("torch_short")
    if sys.platform == "linux" and not has_nvidia() and _answers(CPU_INDEX):
        pip("install", "--no-deps", "--index-url", CPU_INDEX, torch, count=1, text=text)
    else:
        pip("install", "--no-deps", torch, count=1, text=text)
    if sys.platform == "linux" and _asks_for_cuda():
        check_disk(CUDA_MB)
        say("cuda", size=_gb(CUDA_DOWNLOAD_MB))
        install_lines(cuda, text)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/torch/", timeout=5) as answer:  # noqa: S310 - a constant https address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _asks_for_cuda() -> bool:
    asks = "any(r.startswith(('nvidia', 'cuda')) for r in m.requires('torch') or [])"
    return _output([str(python()), "-c", f"import importlib.metadata as m; print({asks})"]) == "True"


# --- the commands -----------------------------------------------------------------------------------------------------


def set_up(test: bool, with_model: bool) -> None:
    """Everything up to the model; what is done is skipped."""
    steps = done()
    need = 0.0
    if "packages" not in steps:
        need += ENV_MB + (CUDA_MB if has_nvidia() else 0) + (MODEL_MB if with_model else 0)
        say("hello", need=_gb(need), download=_gb(ENV_DOWNLOAD_MB))
    if test and "test" not in steps:
        need += TEST_MB
    check_disk(need)
    environment()
    install(test)


def tutor(*arguments: str, env: dict[str, str] | None = None) -> int:
    """Run the tutor's own command line in the environment; Ctrl-C is its to handle."""
    command = [str(python()), "-m", "tutor.cli", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONUTF8": "1", **(env or {})})
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def open_tutor(options: argparse.Namespace) -> int:
    if total_memory() < LEAST_MEMORY:
        say("memory", have=_gb(total_memory() / MB))
    set_up(test=False, with_model=True)
    home = ["--home", options.home] if options.home else []
    spoken = ["--language", options.language] if options.language else []
    got = tutor("models", "get", *([options.model] if options.model else []), "--if-missing", *home, *spoken)
    if got != 0:
        say("without_model")
    serve = [
        *(["--port", str(options.port)] if options.port else []),
        *(["--no-browser"] if options.no_browser else []),
    ]
    return tutor("serve", *home, *spoken, *serve)


def run_tests(options: argparse.Namespace, rest: list[str]) -> int:
    set_up(test=True, with_model=options.all)
    check = [str(python()), "-m", "pytest", *rest]
    codes = [subprocess.call(check, cwd=ROOT)]
    if options.all:
        for model in ("smollm2-135m-instruct", "qwen2.5-coder-0.5b-instruct"):
            codes.append(tutor("models", "get", model, "--home", str(TEST_HOME)))
        env = {**os.environ, "TUTOR_TEST_HOME": str(TEST_HOME)}
        for kind in ("slow", "browser"):
            codes.append(subprocess.call([*check, "-m", kind, "-rs"], cwd=ROOT, env=env))
    return next((code for code in codes if code), 0)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="start.py", description=words("help.what"), epilog=words("help.test"))
    parser.add_argument("command", nargs="?", choices=["test"], help=words("help.command"))
    parser.add_argument("--no-browser", action="store_true", help=words("help.no_browser"))
    parser.add_argument("--port", type=int, help=words("help.port"))
    parser.add_argument("--model", help=words("help.model"))
    parser.add_argument("--home", help=words("help.home"))
    parser.add_argument("--language", choices=["es", "en"], help=words("help.language"))
    parser.add_argument("--all", action="store_true", help=words("help.all"))
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "test":
        parser.error(words("help.unknown", what=" ".join(rest)))
    try:
        check_python(arguments)
        check_venv()
        return run_tests(options, rest) if options.command == "test" else open_tutor(options)
    except Stop as stop:
        say("problem", text=words(f"stop.{stop.id}", **stop.values))
        return 2
    except KeyboardInterrupt:
        say("interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

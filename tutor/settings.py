"""What the owner chose, built once at the start and never changed: home, address, language, models."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from skills.contract import Language
from skills.errors import UserError

APP = "llms-for-poets"
ROOT = Path(__file__).resolve().parents[1]
"""The program's folder; the one place that paths to what ships with it start from."""
CURRICULUM = ROOT / "curriculum"
PROMPTS = ROOT / "tutor" / "prompts"


class HomeTaken(UserError):
    """Another tutor is using this home folder: `home`."""

    code = "home_taken"


@dataclass(frozen=True)
class Settings:
    """`language` None follows the browser; a model None is chosen by the catalogue; `endpoint` is the address of an
    OpenAI-compatible server on the local network, None for no such thing; `threads` 0 is all but none left idle."""

    home: Path
    port: int = 8765
    host: str = "127.0.0.1"
    language: Language | None = None
    tutor_model: str | None = None
    workbench_model: str | None = None
    endpoint: str | None = None
    endpoint_model: str = "default"
    threads: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"home": str(self.home)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Settings:
        return cls(**(data | {"home": Path(data["home"])}))


def default_home() -> Path:
    """`TUTOR_HOME`, or the folder where programs of this system keep what belongs to a person."""
    named = os.environ.get("TUTOR_HOME")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_dir

    return Path(user_data_dir(APP, appauthor=False))


def build_settings(home: str | Path | None = None, **chosen: Any) -> Settings:
    """Settings from what was given on the command line; what was not given (None) keeps its default."""
    place = Path(home).expanduser() if home else default_home()
    return Settings(home=place.resolve(), **{key: value for key, value in chosen.items() if value is not None})


def child_env(settings: Settings) -> dict[str, str]:
    """The environment of our own processes: nothing is fetched, nothing is reported, UTF-8 everywhere."""
    threads = {}
    if settings.threads:
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        threads = dict.fromkeys(names, str(settings.threads))
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {
        **os.environ,
        **threads,
        "PYTHONPATH": path,
        "PYTHONUTF8": "1",
        "TUTOR_HOME": str(settings.home),
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "DO_NOT_TRACK": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }


@contextmanager
def home_lock(settings: Settings) -> Iterator[None]:
    """Hold the home folder: one server owns it at a time. Raises HomeTaken if another one does."""
    from filelock import FileLock, Timeout

    settings.home.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # a stick's file system may know no owners
        settings.home.chmod(0o700)  # earlier versions left it open to the other accounts of the computer
    lock = FileLock(settings.home / "server.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise HomeTaken(home=str(settings.home)) from None
    try:
        yield
    finally:
        lock.release()

"""Adds a model that the catalogue does not know: a folder of safetensors or a GGUF file of this computer."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from pathlib import Path

from skills.blocks import msg
from skills.contract import Profile
from skills.errors import BadInput, DiskFull, FileMissing
from skills.workspace import folder_bytes, read_json, sha256
from tutor.lm.convert import check_folder
from tutor.lm.fetch import SLACK, Report, run_convert, unfit
from tutor.lm.hardware import measure
from tutor.lm.installed import (
    CT2,
    TRANSFORMERS,
    WEIGHTS,
    Installed,
    Manifest,
    installed,
    models_folder,
    weights_digest,
    write_manifest,
)

OVERHEAD = 300_000_000
"""Bytes that a process needs beside the 8-bit weights to talk."""


def add_folder(home: Path, path: Path, report: Report = lambda stage, done, total: None) -> Installed:
    """Install the model in `path`: `config.json` with safetensors, or one `.gguf` file. No code of it is ever run.

    It is copied (or linked) into the home folder. Nobody vouches for the languages it writes, so its profile names
    none. Raises FileMissing, ModelIncomplete, ModelUnfit, ModelUnreadable, BadInput (the name is taken), DiskFull.
    """
    path = path.expanduser().absolute()
    if not path.exists():
        raise FileMissing(name=path.name, known="")
    if path.is_dir():
        try:
            check_folder(path)
        except ValueError as error:
            raise unfit(path.name, str(error)) from error
    elif path.suffix != ".gguf":
        raise unfit(path.name, "")
    name = slug(path.stem if path.is_file() else path.name)
    if any(model.name == name for model in installed(home)):
        raise BadInput(name="name", problem=name)
    size = path.stat().st_size if path.is_file() else folder_bytes(path)
    need = (4 if path.is_file() else 2) * size + SLACK
    if need > (free := measure(home).free_disk):
        raise DiskFull(need=need, free=free)
    report(msg("models.stage.check", name=name), 0, size)
    digest = sha256(path) if path.is_file() else weights_digest(path)
    run_convert(path, models_folder(home) / name, name, report)
    described = describe(models_folder(home) / name, name, digest)
    return write_manifest(home, Manifest(profile=described, label=path.name, source="local"))


def describe(folder: Path, name: str, digest: str) -> Profile:
    """What can be known of a converted model from its own files."""
    config = read_json(folder / TRANSFORMERS / "config.json")
    return Profile(
        name=name,
        writes=(),
        context=int(config.get("max_position_embeddings") or 2048),
        parameters=sum(_parameters(path) for path in (folder / TRANSFORMERS).glob(WEIGHTS)),
        disk_bytes=folder_bytes(folder),
        memory_bytes=folder_bytes(folder / CT2) + OVERHEAD,
        licence="?",
        digest=digest,
    )


def slug(name: str) -> str:
    """A name that is safe as a folder's: small letters without accents, digits, dots and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9.]+", "-", plain).strip("-.")[:60] or "model"


def _parameters(path: Path) -> int:
    """How many numbers a safetensors file holds, from its header."""
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return sum(math.prod(entry["shape"]) for name, entry in header.items() if name != "__metadata__")

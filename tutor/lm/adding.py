"""Adds a model that the catalogue does not know: a folder of safetensors or a GGUF file of this computer."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import unicodedata
from pathlib import Path

from skills.blocks import msg
from skills.contract import Profile
from skills.errors import BadInput, DiskFull, FileMissing
from skills.workspace import disk_errors, folder_bytes, read_json, sha256
from tutor.lm.catalogue import SLACK, Role
from tutor.lm.convert import check_folder
from tutor.lm.fetch import Report, run_convert, unfit
from tutor.lm.gguf_header import read_header
from tutor.lm.hardware import measure
from tutor.lm.installed import (
    GGUF,
    TRANSFORMERS,
    WEIGHTS,
    Installed,
    Manifest,
    held,
    installed,
    models_folder,
    weights_digest,
    write_manifest,
)

OVERHEAD = 300_000_000
"""Bytes that a process needs beside the weights to talk."""


def add_folder(
    home: Path, path: Path, report: Report = lambda stage, done, total: None, role: Role | None = None
) -> Installed:
    """Install the model in `path`: `config.json` with safetensors, or one `.gguf` file. No code of it is ever run.

    A folder becomes a workbench, which talks too. A GGUF file becomes a tutor, as it is; it is unpacked to be a
    workbench as well where that is asked for (`role`) or the home has none. It is copied (or linked) into the home
    folder. Nobody vouches for the languages it writes, so its profile names none.
    Raises FileMissing, ModelIncomplete, ModelUnfit, ModelUnreadable, BadInput (the name is taken), DiskFull.
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
    unpack = path.is_dir() or role == "workbench" or (role is None and "workbench" not in held(home))
    size = path.stat().st_size if path.is_file() else folder_bytes(path)
    need = (2 if path.is_dir() else 5 if unpack else 1) * size + SLACK
    if need > (free := measure(home).free_disk):
        raise DiskFull(need=need, free=free)
    report(msg("models.stage.check", name=name), 0, size)
    digest = sha256(path) if path.is_file() else weights_digest(path)
    folder = models_folder(home) / name
    run_convert(path, folder, name, report, unpack)
    if path.is_file():
        _take(path, folder / GGUF)
    described = describe(folder, name, digest)
    roles: tuple[Role, ...] = ("tutor", "workbench") if unpack else ("tutor",)
    return write_manifest(home, Manifest(profile=described, label=path.name, roles=roles, source="local"))


def describe(folder: Path, name: str, digest: str) -> Profile:
    """What can be known of a model that was made ready from its own files."""
    if (folder / TRANSFORMERS).is_dir():
        context = int(read_json(folder / TRANSFORMERS / "config.json").get("max_position_embeddings") or 2048)
        parameters = sum(_parameters(path) for path in (folder / TRANSFORMERS).glob(WEIGHTS))
    else:
        header = read_header(folder / GGUF)
        context, parameters = header.context or 2048, header.parameters
    return Profile(
        name=name,
        writes=(),
        context=context,
        parameters=parameters,
        disk_bytes=folder_bytes(folder),
        memory_bytes=_weights(folder) + OVERHEAD,
        licence="?",
        digest=digest,
    )


def _take(path: Path, to: Path) -> None:
    """The file under another name too; a copy where the disk knows no second names."""
    rough = to.with_name(f"{to.name}.part")
    rough.unlink(missing_ok=True)
    try:
        os.link(path, rough)
    except OSError:
        with disk_errors():
            shutil.copyfile(path, rough)
    rough.replace(to)


def _weights(folder: Path) -> int:
    """Bytes of what is held in memory to talk."""
    one = folder / GGUF
    return one.stat().st_size if one.is_file() else folder_bytes(folder / TRANSFORMERS)


def slug(name: str) -> str:
    """A name that is safe as a folder's: small letters without accents, digits, dots and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9.]+", "-", plain).strip("-.")[:60] or "model"


def _parameters(path: Path) -> int:
    """How many numbers a safetensors file holds, from its header."""
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return sum(math.prod(entry["shape"]) for name, entry in header.items() if name != "__metadata__")

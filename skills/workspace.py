"""Where the learner's texts and models are kept: safe paths, atomic writes, data sets and their manifests.

<home>/workspace/datasets/<id>/manifest.json   what was imported, from where, how it was understood
<home>/workspace/datasets/<id>/README.md       the card, with which `datasets` opens the folder (skills/reading/card.py)
<home>/workspace/datasets/<id>/rows.jsonl      {"text": ...} or {"prompt": ..., "completion": ...} a line
<home>/workspace/datasets/<id>/original/<name> the file (or files) as it came, never changed
<home>/workspace/datasets/<id>/rows-<n>.jsonl  the rows after the n-th change; the manifest names the file that holds
<home>/workspace/datasets/<id>/earlier/<n>.json the manifest as it was before the n-th change
<home>/runs/<id>/                              one folder a run; what is in it: tutor/processes/run_files.py
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import sqlite3
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from skills.blocks import Frozen, Scalar
from skills.errors import BadInput, DiskFull, FileMissing

DATASETS = ("workspace", "datasets")
Shape = Literal["prose", "verse", "table", "pairs", "dialogue", "chat"]


class Turn(Frozen):
    """What one side says in a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Row(Frozen):
    """One entry of a data set. Pairs have `prompt` and `completion`, conversations `turns`, everything else `text`.

    `document` numbers, from 0, the document (file, chapter, poem, record) that the entry belongs to: entries of one
    document stay together when a data set is split.
    """

    text: str | None = None
    prompt: str | None = None
    completion: str | None = None
    turns: tuple[Turn, ...] | None = None
    title: str | None = None
    document: int | None = None

    @property
    def whole(self) -> str:
        """All the text of the row."""
        if self.turns is not None:
            return "\n".join(turn.content for turn in self.turns)
        return self.text if self.text is not None else f"{self.prompt or ''}\n{self.completion or ''}"


class Change(Frozen):
    """Something done to a data set after its import: what (`kind`), and to how many rows."""

    kind: str
    rows: int
    at: float = Field(default_factory=time.time)


class Manifest(Frozen):
    """What an import found and decided. `digest`: SHA-256 of the original; `name`: the learner's name for it.

    `changes`: what was done to the rows since, oldest first; each can be undone (skills/dataset/revise.py).
    `rows_file`: the file with the rows as they are now, beside the manifest.
    """

    id: str
    name: str
    digest: str
    bytes: int
    shape: Shape
    language: str
    documents: int
    rows: int
    characters: int
    words: int
    encoding: str
    delimiter: str | None = None
    columns: tuple[str, ...] = ()
    text_column: str | None = None
    prompt_column: str | None = None
    completion_column: str | None = None
    me: str | None = None
    """Of a chat, the one whose words are what is answered in the rows."""
    choices: dict[str, str] = {}
    """What the learner decided about how to read it: `shape`, `text_column`, `prompt_column`, `completion_column`,
    `me`."""
    alternatives: tuple[dict[str, str], ...] = ()
    """Other ways in which the file can be read, as choices."""
    notices: tuple[str, ...] = ()
    facts: dict[str, Scalar] = {}
    """Values that belong to the notices: how many footnotes, which files were left out."""
    fields: tuple[str, ...] = ()
    """What the rows have: some of those of `Row`."""
    sample: bool = False
    """True for a text that the program brought along, False for the learner's own."""
    changes: tuple[Change, ...] = ()
    rows_file: str = "rows.jsonl"
    created: float = Field(default_factory=time.time)


RUN_ID = re.compile(r"run-(?P<day>\d{8})-(?P<time>\d{6})-[0-9a-f]{4,8}(?:-\d+)?")
"""What `new_id` gives a run (once it gave four digits), and an export of it: for files and commands, never for a person
to read."""


def new_id(kind: str) -> str:
    """A sortable, path-safe id, unique also among many of one second: `run-20260131-174501-3fa9c0d2`."""
    return f"{kind}-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}"


def safe_name(name: str) -> str:
    """The learner's file name without anything a file system or a path could misread; never empty."""
    base = unicodedata.normalize("NFC", name.replace("\\", "/").split("/")[-1])
    base = re.sub(r'[\x00-\x1f<>:"|?*]', "_", base).strip(" .")
    stem, dot, suffix = base.rpartition(".")
    if not dot:
        stem, suffix = base, ""
    return f"{stem[:80]}{dot}{suffix[:12]}" or "text"


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn «no space left» into words, whichever library runs into it."""
    try:
        yield
    except Exception as error:
        if _disk_is_full(error):
            raise DiskFull(need=None, free=None) from error
        raise


def _disk_is_full(error: Exception) -> bool:
    """safetensors tells it in an error of its own, numpy in words without a number (28: Linux, macOS; 112: Windows);
    SQLite also where there is no room for what it shares with other processes."""
    if isinstance(error, sqlite3.OperationalError):
        return getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
    if isinstance(error, OSError):
        unsaid = error.errno is None and "requested and" in str(error)
        return unsaid or error.errno in (errno.ENOSPC, errno.EDQUOT)
    return type(error).__name__ == "SafetensorError" and any(f"os error {n})" in str(error) for n in (28, 112, 122))


def write_atomic(path: Path, data: str | bytes) -> None:
    """Write all of `data` to `path` or nothing: a reader never sees half a file. Raises DiskFull."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with disk_errors():
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data.encode() if isinstance(data, str) else data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Workspace:
    """The folder of one learner. Nothing outside `home` is ever written."""

    home: Path

    @property
    def datasets(self) -> Path:
        return self.home.joinpath(*DATASETS)

    @property
    def runs(self) -> Path:
        return self.home / "runs"

    def inside(self, *parts: str) -> Path:
        """`home/parts...`, refused (ValueError) if it would leave the home folder."""
        path = self.home.joinpath(*parts).resolve()
        if not path.is_relative_to(self.home.resolve()):
            raise ValueError(f"outside the home folder: {path}")
        return path

    def one(self, folder: Path, id: str) -> Path:
        """What is called `id` in a folder of the home: one plain name, never a path. Raises FileMissing."""
        path = folder / plain_name(id)
        if not path.exists() or not path.resolve().is_relative_to(self.home.resolve()):
            raise FileMissing(name=id, known="")
        return path

    def manifests(self) -> list[Manifest]:
        """Every data set, oldest first. A folder without a readable manifest is an unfinished import: left out."""
        found = []
        for path in sorted(self.datasets.glob("*/manifest.json")):
            try:
                found.append(Manifest.model_validate_json(path.read_text("utf-8")))
            except (OSError, ValueError):
                continue
        return sorted(found, key=lambda manifest: manifest.created)

    def find(self, name: str | None) -> Manifest:
        """The data set with this id, or the newest with this file name (case and accents aside); the newest
        of the learner's own if `name` is None. Raises FileMissing with the names there are."""
        manifests = self.manifests()
        if name is None:
            own = [m for m in manifests if not m.sample] or manifests
            if own:
                return own[-1]
        else:
            for manifest in reversed(manifests):
                if name == manifest.id or _fold(name) in (_fold(manifest.name), _fold(Path(manifest.name).stem)):
                    return manifest
        raise FileMissing(name=name or "", known=", ".join(sorted({m.name for m in manifests})))

    def rename(self, dataset: str, name: str) -> Manifest:
        """Call a data set otherwise. Raises FileMissing, BadInput for a name that is none."""
        folder = self.one(self.datasets, dataset)
        manifest = Manifest.model_validate_json((folder / "manifest.json").read_text("utf-8"))
        renamed = manifest.model_copy(update={"name": given_name(name)})
        write_atomic(folder / "manifest.json", renamed.model_dump_json(indent=1))
        return renamed

    def rows(self, dataset: str) -> Iterator[Row]:
        """The rows of a data set, in order."""
        folder = self.one(self.datasets, dataset)
        manifest = Manifest.model_validate_json((folder / "manifest.json").read_text("utf-8"))
        with (folder / manifest.rows_file).open(encoding="utf-8") as file:
            for line in file:
                yield Row.model_validate_json(line)

    def free_bytes(self) -> int:
        self.home.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.home).free

    def check_disk(self, need: int) -> None:
        """Raises DiskFull, with what is needed and what is free, unless `need` bytes fit."""
        if need > (free := self.free_bytes()):
            raise DiskFull(need=need, free=free)

    def delete_dataset(self, dataset: str) -> None:
        """The manifest goes last: what is deleted in part only is still a data set, which can be deleted."""
        folder = self.one(self.datasets, dataset)
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "manifest.json":
                path.unlink()
        shutil.rmtree(folder)

    def delete_run(self, run: str) -> None:
        shutil.rmtree(self.one(self.runs, run))


def plain_name(id: str) -> str:
    """`id`, if it is one plain name: what a page or a command names is never a path. Raises FileMissing."""
    if not id or id.startswith(".") or Path(id).name != id or "\\" in id:
        raise FileMissing(name=id, known="")
    return id


LONGEST_NAME = 60
"""Characters of a name that a learner gives."""


def given_name(name: str) -> str:
    """What the learner calls something, on one line. Raises BadInput if nothing is left of it, or it is too long."""
    plain = " ".join(unicodedata.normalize("NFC", name).split()).strip(" .,;:«»“”\"'`")
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise BadInput(name=plain[:LONGEST_NAME], problem=LONGEST_NAME, kind="called")
    return plain


def read_json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def folder_bytes(path: Path) -> int:
    """Size of a folder and all in it, in bytes; links are not followed."""
    return sum(p.lstat().st_size for p in path.rglob("*") if p.is_file() and not p.is_symlink())


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c)).strip()

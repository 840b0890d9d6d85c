"""Where exported models are kept, how one comes to be there whole, and how it goes.

<home>/workspace/exports/<run>-<n>/               one folder a format, and a card for people
<home>/workspace/exports/<run>-<n>/export.json    what it is and what was checked; without it, unfinished
"""

from __future__ import annotations

import json
import mmap
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field

from skills.blocks import Frozen
from skills.export.errors import TellsWhere
from skills.workspace import Workspace, disk_errors, write_atomic

CARD = "export.json"
UNFINISHED = ".writing"


class FormatCheck(Frozen):
    """How a written format, opened again, compares with the model that was trained.

    `loss`: nats a token on the texts frozen with the run, `original` the trained model's; `same` of `tokens` next
    tokens of the trained model's own greedy answers are the next token for this one too. `bytes` on disk, `path`
    relative to the export's folder, `seconds` to write and check it.
    """

    format: str
    path: str
    bytes: int
    loss: float
    original: float
    same: int
    tokens: int
    seconds: float

    @property
    def difference(self) -> float:
        """Of the losses, as a share of the original's."""
        return abs(self.loss - self.original) / self.original


class ExportCard(Frozen):
    """`base_digest`: of the base model that the run was made with."""

    id: str
    run: str
    base: str
    base_digest: str
    checks: tuple[FormatCheck, ...]
    bytes: int
    created: float = Field(default_factory=time.time)


def exports_folder(workspace: Workspace) -> Path:
    return workspace.inside("workspace", "exports")


def clear_unfinished(workspace: Workspace) -> None:
    """Delete what a process left that was killed while it wrote: one job runs at a time."""
    for left in exports_folder(workspace).glob(f".*{UNFINISHED}"):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def begun(workspace: Workspace, run: str) -> Iterator[tuple[str, Path]]:
    """A new export of `run`: its id and a folder to write it in, gone again unless it was `finish`ed."""
    folder = exports_folder(workspace)
    clear_unfinished(workspace)
    id = next(name for n in range(1, 10_000) if not (folder / (name := f"{run}-{n}")).exists())
    beside = folder / f".{id}{UNFINISHED}"
    try:
        with disk_errors():
            beside.mkdir(parents=True)
            yield id, beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def finish(beside: Path, card: ExportCard) -> Path:
    """Put an export where it belongs, whole."""
    write_atomic(beside / CARD, card.model_dump_json(indent=1))
    folder = beside.with_name(card.id)
    os.replace(beside, folder)
    return folder


def kept(workspace: Workspace) -> list[ExportCard]:
    """Every finished export, oldest first."""
    found = []
    for path in exports_folder(workspace).glob(f"[!.]*/{CARD}"):
        try:
            found.append(ExportCard.model_validate_json(path.read_text("utf-8")))
        except (OSError, ValueError):
            continue
    return sorted(found, key=lambda card: card.created)


def delete_export(workspace: Workspace, id: str) -> None:
    shutil.rmtree(workspace.one(exports_folder(workspace), id))


SHORTEST = 8
"""Characters from which on a folder's name is no chance match among a thousand million bytes."""


def no_places(folder: Path, places: Iterable[Path]) -> None:
    """Raises TellsWhere if a file under `folder` holds one of these paths, as it is written here or in JSON."""
    written = {str(place) for each in places for place in (each, each.resolve())}
    written |= {place.replace("\\", "/") for place in written} | {json.dumps(place)[1:-1] for place in written}
    wanted = [place.encode() for place in written if len(place) > SHORTEST]
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size):
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if any(content.find(place) >= 0 for place in wanted):
                raise TellsWhere(file=path.name)

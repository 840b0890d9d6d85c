"""The split that is kept with a data set: how it was made, of which rows, and which row is on which side."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from skills.blocks import Frozen
from skills.dataset.split import By, Side
from skills.workspace import Manifest, Workspace, sha256, write_atomic

SPLIT = "split.json"


class SavedSplit(Frozen):
    """Rows are counted from 1. `digest`: SHA-256 of the file of rows it was made for. Shares are of the words."""

    digest: str
    by: By
    seed: int
    shares: dict[Side, float]
    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]
    aside: tuple[int, ...]

    def sides(self) -> dict[int, Side]:
        """Row (from 1) -> its side."""
        by_side: tuple[tuple[Side, tuple[int, ...]], ...] = (
            ("train", self.train), ("validation", self.validation), ("test", self.test), ("aside", self.aside),
        )  # fmt: skip
        return {row: side for side, rows in by_side for row in rows}


def rows_digest(workspace: Workspace, manifest: Manifest) -> str:
    return sha256(_folder(workspace, manifest) / manifest.rows_file)


def save(workspace: Workspace, manifest: Manifest, split: SavedSplit) -> Path:
    """Raises DiskFull."""
    path = _folder(workspace, manifest) / SPLIT
    write_atomic(path, split.model_dump_json(indent=1))
    return path


def saved(workspace: Workspace, manifest: Manifest) -> SavedSplit | None:
    """The split kept with the data set, whether or not it still fits its rows; None if there is none to be read."""
    try:
        return SavedSplit.model_validate_json((_folder(workspace, manifest) / SPLIT).read_text("utf-8"))
    except (OSError, ValidationError):
        return None


def fits(workspace: Workspace, manifest: Manifest, split: SavedSplit) -> bool:
    """Were the rows left as they were when the split was made?"""
    return split.digest == rows_digest(workspace, manifest)


def _folder(workspace: Workspace, manifest: Manifest) -> Path:
    return workspace.one(workspace.datasets, manifest.id)

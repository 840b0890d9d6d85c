"""What the sentences of a data set mean, as vectors that are worked out once and kept beside it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from skills.contract import Encoder
from skills.workspace import Workspace

log = logging.getLogger(__name__)
TOGETHER = 48


def kept_at(workspace: Workspace, dataset: str, encoder: str, texts: Sequence[str]) -> Path:
    """The file of the vectors of these texts of a data set, by the encoder with this digest. It goes with the data
    set."""
    digest = hashlib.sha256("\0".join((encoder, *texts)).encode()).hexdigest()[:16]
    return workspace.one(workspace.datasets, dataset) / f"meanings-{digest}.npy"


def load(path: Path, rows: int) -> np.ndarray | None:
    """The vectors (rows, width), or None if they were not kept whole."""
    try:
        found: np.ndarray = np.load(path).astype(np.float32)
    except (OSError, ValueError, EOFError):
        return None
    return found if len(found) == rows else None


def keep(path: Path, vectors: np.ndarray) -> None:
    """Write them whole or not at all, in the place of earlier ones; where there is no room, they are worked out again
    the next time."""
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as out:
            np.save(out, vectors.astype(np.float16))
        part.replace(path)
    except OSError as error:
        log.warning("the meanings of a text could not be kept: %s", error)
        part.unlink(missing_ok=True)
        return
    for old in set(path.parent.glob("meanings-*.npy")) - {path}:
        old.unlink(missing_ok=True)


def work_out(texts: Sequence[str], encoder: Encoder, tell: Callable[[int], None]) -> np.ndarray:
    """The vectors of the texts, as passages; `tell` hears how many are done."""
    rows = []
    for start in range(0, len(texts), TOGETHER):
        rows.append(encoder.embed(list(texts[start : start + TOGETHER]), "passage"))
        tell(min(len(texts), start + TOGETHER))
    return np.concatenate(rows) if rows else np.empty((0, 0), np.float32)

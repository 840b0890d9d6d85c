"""What texts mean, as vectors that are worked out once and kept in a file of half-precision rows."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from skills.contract import Encoder, Reader

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)
TOGETHER = 48
"""Texts whose meaning is asked for at once: a third of a second on two cores, which is what a learner may wait for."""


def kept_at(folder: Path, name: str, encoder: str, texts: Iterable[str]) -> Path:
    """The file in `folder` of the vectors of these texts, by the encoder with this digest."""
    digest = hashlib.sha256("\0".join((encoder, *texts)).encode()).hexdigest()[:16]
    return folder / f"{name}-{digest}.npy"


def load(path: Path, rows: int) -> np.ndarray | None:
    """The vectors (rows, width), or None where they were not kept, or not whole."""
    import numpy as np

    try:
        found: np.ndarray = np.load(path).astype(np.float32)
    except (OSError, ValueError, EOFError):
        return None
    return found if len(found) == rows else None


def keep(path: Path, vectors: np.ndarray) -> None:
    """Write them whole or not at all, in the place of earlier ones of the same name; where they cannot be written, they
    are worked out again the next time."""
    import numpy as np

    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as out:
            np.save(out, vectors.astype(np.float16))
        part.replace(path)
    except OSError as error:
        log.warning("%s could not be kept: %s", path.name, error)
        with suppress(OSError):
            part.unlink()
        return
    for old in set(path.parent.glob(f"{path.stem.rpartition('-')[0]}-*.npy")) - {path}:
        old.unlink(missing_ok=True)


def work_out(texts: Sequence[str], encoder: Encoder | Reader, tell: Callable[[int], None]) -> np.ndarray:
    """The vectors of the texts, as passages; `tell` hears how many are done."""
    import numpy as np

    rows = []
    for start in range(0, len(texts), TOGETHER):
        rows.append(encoder.embed(list(texts[start : start + TOGETHER]), "passage"))
        tell(min(len(texts), start + TOGETHER))
    return np.concatenate(rows) if rows else np.empty((0, 0), np.float32)

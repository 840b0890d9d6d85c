"""Nothing that is taken away says where it was made: no file names a folder of this machine."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable
from pathlib import Path

from skills.export.errors import TellsWhere

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

"""The data-set card beside the rows (README.md): how the model hub and `datasets` open them, and what is said of them.

`datasets.load_dataset(folder)` reads the front matter: which file has the rows as they are now, and their fields. What
is said below it is written by whoever has the words (`tutor/data_card.py`).
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from skills.errors import DiskFull
from skills.workspace import Manifest, Shape, write_atomic

CARD = "README.md"
RULE = "---\n"
TURNS = [{"name": "role", "dtype": "string"}, {"name": "content", "dtype": "string"}]
FIELDS: dict[str, dict[str, Any]] = {
    "text": {"dtype": "string"}, "prompt": {"dtype": "string"}, "completion": {"dtype": "string"},
    "turns": {"list": TURNS}, "title": {"dtype": "string"}, "document": {"dtype": "int64"},
}  # fmt: skip
"""What a row may have, as `datasets` names the types, in the order in which it is shown."""
USUAL: dict[Shape, tuple[str, ...]] = {"pairs": ("prompt", "completion"), "chat": ("turns", "text")}
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def write_card(folder: Path, manifest: Manifest, body: str = "") -> None:
    """Write the card of the data set in `folder`; without `body` until somebody has words for it."""
    write_atomic(folder / CARD, front_matter(manifest) + (f"\n{body.strip()}\n" if body else ""))


def renew_card(folder: Path, manifest: Manifest) -> None:
    """The card after a change; where there is no room for it, another time."""
    with suppress(OSError, DiskFull):
        write_card(folder, manifest)


def has_body(folder: Path) -> bool:
    """Is there a card that says something, and is it as new as the manifest?"""
    card, manifest = folder / CARD, folder / "manifest.json"
    if not card.is_file() or card.stat().st_mtime_ns < manifest.stat().st_mtime_ns:
        return False
    return not card.read_text("utf-8").endswith(RULE)


def fields_of(manifest: Manifest) -> tuple[str, ...]:
    """What the rows have, in order; of a data set that was made before that was noted, what they may have."""
    found = manifest.fields or (*USUAL.get(manifest.shape, ("text",)), "title", "document")
    return tuple(name for name in FIELDS if name in found)


def front_matter(manifest: Manifest) -> str:
    spoken = manifest.language if len(manifest.language) == 2 else None
    matter = {
        "pretty_name": manifest.name,
        **({"language": [spoken]} if spoken else {}),
        "task_categories": ["text-generation"],
        "size_categories": [next((size for most, size in SIZES if manifest.rows < most), "n>1M")],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": manifest.rows_file}]}],
        "dataset_info": {"features": [{"name": name} | FIELDS[name] for name in fields_of(manifest)]},
    }
    return RULE + yaml.safe_dump(matter, allow_unicode=True, sort_keys=False) + RULE

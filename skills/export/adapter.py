"""The adapter alone: the few numbers that were learnt, which are of use only with the base they were learnt on."""

from __future__ import annotations

import shutil
from pathlib import Path

from skills.export.source import Source
from skills.training.open import CARD

FILES = ("adapter_config.json", "adapter_model.safetensors", CARD)


def write_adapter(source: Source, folder: Path) -> None:
    """Copy the run's adapter, with the digest of its base."""
    folder.mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(source.adapter / name, folder / name)

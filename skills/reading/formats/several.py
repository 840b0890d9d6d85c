"""A zip of texts, or several files at once: each of them opened, the ones that cannot be read named and left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from skills.errors import FileEmpty, FileUnreadable, UserError
from skills.reading.formats.arrow import rows_apart
from skills.reading.formats.notes import notes_apart
from skills.reading.formats.packed import UNPACKED, archive, natural, shown_name, stream
from skills.reading.left_out import LeftOut
from skills.reading.part import Part, fresh

Opener = Callable[[Path, str, Path], list[Part]]
ADDED = re.compile(r"(?:^data)?[ _-](?:[0-9a-f]{32}|\d{5}-of-\d{5})$")
"""What programs add to the name of a page or of a part of a data set."""
TOLD = 5
"""Names of files left out that are told."""


class Member(NamedTuple):
    path: Path
    name: str


def titled(name: str) -> str:
    """The title that the name of a file gives to what is in it; "" if the name says nothing."""
    return ADDED.sub("", PurePosixPath(name).stem)


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
    described = LeftOut()
    parts, rest = notes_apart(rows_apart(list(members), described), name, folder)
    left_out: list[str] = []
    refused: UserError | None = None
    for member in rest:
        try:
            inside = opener(member.path, member.name, folder)
        except UserError as error:
            if isinstance(error, FileUnreadable) and error.values.get("kind") == "inflated":
                raise
            refused = refused or error
            left_out.append(member.name)
            continue
        stem = titled(member.name)
        parts += [replace(part, title=", ".join(filter(None, (stem, part.title))) or None) for part in inside]
    if not parts:
        raise refused or FileEmpty(name=name)
    parts[0].left.update(described)
    parts[0].left.pieces.extend(described.pieces)
    if left_out:
        told = ", ".join(left_out[:TOLD]) + (" …" if len(left_out) > TOLD else "")
        parts[0] = replace(parts[0], facts=parts[0].facts | {"left_out": len(left_out), "left_out_names": told})
    return parts

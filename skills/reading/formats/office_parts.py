"""The parts of a Word document by what they are to each other: what each is called differs from program to program."""

from __future__ import annotations

import posixpath
import zipfile
from typing import TYPE_CHECKING, NamedTuple

from skills.errors import FileUnreadable
from skills.reading.formats.packed import member, member_like, xml

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BROKEN = "word_broken"


class Package(NamedTuple):
    """A Word document as its zip: the main part and what it is related to (id -> what, name in the zip)."""

    opened: zipfile.ZipFile
    name: str
    main: str
    related: dict[str, tuple[str, str]]

    def part(self, what: str) -> Element | None:
        """The part that is `what` to the main one: its styles, its footnotes; where nothing says so, the one of that
        name beside it."""
        beside = member_like(self.opened, posixpath.join(posixpath.dirname(self.main), f"{what}.xml"))
        inner = next((inner for kind, inner in self.related.values() if kind == what), beside)
        data = member(self.opened, inner, self.name) if inner else None
        return xml(data, self.name, BROKEN) if data else None


def package(opened: zipfile.ZipFile, name: str) -> Package:
    """Raises FileUnreadable (`word_broken`) if no part is the document."""
    said = (inner for kind, inner in _related(opened, "", name).values() if kind == "officeDocument")
    main = next(said, None) or member_like(opened, "word/document.xml")
    if main is None:
        raise FileUnreadable(name=name, kind=BROKEN)
    return Package(opened, name, main, _related(opened, main, name))


def _related(opened: zipfile.ZipFile, inner: str, name: str) -> dict[str, tuple[str, str]]:
    folder, file = posixpath.split(inner)
    rels = member_like(opened, posixpath.join(folder, "_rels", f"{file}.rels"))
    data = member(opened, rels, name) if rels else None
    found = {}
    for node in xml(data, name, BROKEN) if data else ():
        target = node.get("Target") or ""
        if node.get("TargetMode") != "External" and node.get("Id"):
            place = target if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            if (there := member_like(opened, place)) is not None:
                found[str(node.get("Id"))] = ((node.get("Type") or "").rpartition("/")[2], there)
    return found

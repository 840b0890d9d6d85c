"""Reading zip files that nobody vouches for: what comes out is counted while it comes, headers are not believed."""

from __future__ import annotations

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from skills.errors import FileUnreadable

if TYPE_CHECKING:
    from lxml import etree

MEMBERS = 5_000
"""Files in a zip beyond which it is not opened."""
UNPACKED = 300_000_000
"""Bytes that all that is taken out of one zip may have."""
XML_LIMIT = 40_000_000
"""Bytes of one XML or HTML file that is read whole: its tree takes about ten times as much memory."""
CHUNK = 1 << 18


@contextmanager
def archive(path: Path, name: str, broken: str) -> Iterator[zipfile.ZipFile]:
    """The zip at `path`. Whatever is wrong with it becomes FileUnreadable: `broken`, `zip_locked` or `inflated`."""
    try:
        with zipfile.ZipFile(path) as opened:
            if len(opened.infolist()) > MEMBERS:
                raise FileUnreadable(name=name, kind="inflated", limit=UNPACKED)
            yield opened
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, KeyError, ValueError) as error:
        raise FileUnreadable(name=name, kind=broken) from error
    except RuntimeError as error:  # what zipfile raises for a member with a password
        raise FileUnreadable(name=name, kind="zip_locked") from error


def stream(opened: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, limit: int) -> Iterator[bytes]:
    """The content of one member in chunks. Raises FileUnreadable (`inflated`) as soon as it is more than `limit`."""
    size = 0
    with opened.open(info) as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise FileUnreadable(name=name, kind="inflated", limit=limit)
            yield chunk


def member(opened: zipfile.ZipFile, inner: str, name: str, limit: int = XML_LIMIT) -> bytes | None:
    """The whole content of the member called `inner`, None if there is none. Raises FileUnreadable (`inflated`)."""
    info = opened.NameToInfo.get(inner)
    return None if info is None else b"".join(stream(opened, info, name, limit))


def member_like(opened: zipfile.ZipFile, inner: str) -> str | None:
    """The name of the member that is meant by `inner`: written so, or with other capitals, accents or slashes."""
    if inner in opened.NameToInfo:
        return inner
    wanted = _plain_path(inner)
    return next((name for name in opened.NameToInfo if _plain_path(name) == wanted), None)


def _plain_path(name: str) -> str:
    return unicodedata.normalize("NFC", unquote(name).replace("\\", "/").lstrip("/")).casefold()


def weigh(opened: zipfile.ZipFile, name: str, limit: int) -> None:
    """Unpack everything to nowhere. Raises FileUnreadable (`inflated`) if all together is more than `limit` bytes."""
    left = limit
    for info in opened.infolist():
        for chunk in stream(opened, info, name, left):
            left -= len(chunk)


def xml(data: bytes, name: str, broken: str) -> etree._Element:
    """The root of an XML file that declares nothing of its own (no DTD, so no entities that grow).

    Raises FileUnreadable (`broken`).
    """
    from lxml import etree

    # Without `huge_tree` libxml2 refuses more than 256 levels: walking the tree recursively is safe.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise FileUnreadable(name=name, kind=broken) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise FileUnreadable(name=name, kind=broken)
    return root


def shown_name(info: zipfile.ZipInfo) -> str:
    """The name of a member without its folders, for people; accents that an old program stored as UTF-8 mended."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that puts «capítulo 2» before «capítulo 10»."""
    pieces = re.split(r"(\d{1,9})", name.casefold())
    return [(1, 0, piece) if i % 2 == 0 else (0, int(piece), "") for i, piece in enumerate(pieces) if piece]

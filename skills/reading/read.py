"""From a file's bytes to lines of text: what kind it is, how it was encoded, and the text, in bounded memory."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import NamedTuple, TextIO

from skills.errors import FileEmpty, FileMissing, FileTooLarge, FileUnreadable
from skills.reading.broken_utf8 import best, codec_for
from skills.reading.markup import markup_of
from skills.reading.no_text import no_text

LIMIT = 200_000_000
"""Largest file that is read, in bytes."""
HEAD = 262_144
"""How much of a file is looked at to decide what it is, in bytes."""

MAGIC = (
    (b"%PDF", "pdf"), (b"\x89PNG", "image"), (b"\xff\xd8\xff", "image"), (b"GIF8", "image"), (b"BM", "image"),
    (b"II*\x00", "image"), (b"MM\x00*", "image"), (b"\x00\x00\x01\x00", "image"), (b"{\\rtf", "rtf"),
    (b"!BDN", "mail_outlook"), (b"bplist00", "saved_page"),
    (b"\x1f\x8b", "archive"), (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"), (b"BZh", "archive"), (b"\xfd7zXZ", "archive"), (b"\x28\xb5\x2f\xfd", "archive"),
    (b"ID3", "audio"), (b"OggS", "audio"), (b"fLaC", "audio"), (b"\xff\xfb", "audio"), (b"\x1aE\xdf\xa3", "video"),
    (b"MZ", "program"), (b"\x7fELF", "program"), (b"SQLite format 3\x00", "database"),
    (b"GGUF", "model"), (b"PAR1", "columns"), (b"ARROW1", "columns"), (b"FEA1", "columns"),
)  # fmt: skip
"""How files that are not plain text begin, and the kind that is told to the learner."""
BOOKS = (b"BOOKMOBI", b"TEXtREAd")
"""What stands at byte 60 of a book for the Kindle or its ancestors."""
CONTENT_TYPES = (
    (b"wordprocessingml.document.main", "word"), (b"wordprocessingml.template.main", "word"),
    (b"ms-word.document.macroEnabled.main", "word"), (b"ms-word.template.macroEnabledTemplate.main", "word"),
)  # fmt: skip
"""What a zip of Office says of its main file, whatever that is called."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The beginning of what Office wrote until 2007, and of what it still wraps around a document with a password."""
PACKED = {".docx": "word", ".odt": "odt", ".xlsx": "spreadsheet", ".ods": "ods", ".epub": "epub"}
"""Endings of the names of files that are a zip, and their kind."""
INSIDE = (
    ("word/document.xml", "word"), ("xl/workbook.xml", "spreadsheet"), ("xl/workbook.bin", "sheet_old"),
    ("ppt/presentation.xml", "slides"), ("index.apxl", "slides"),
    ("META-INF/container.xml", "epub"), ("META-INF/MANIFEST.MF", "program"), ("AndroidManifest.xml", "program"),
)  # fmt: skip
"""Names inside a zip that give away what it is."""
APPLE = {".numbers": "numbers", ".pages": "pages", ".key": "slides"}
"""Endings of the names of what Apple's office writes, and the kind; a zip with a list of its own in all three."""
APPLE_INSIDE = re.compile(r"(?:^|/)(?:Index/Document\.iwa|Index\.zip|index\.xml)$")
MIMES = (
    (b"opendocument.text", "odt"), (b"opendocument.spreadsheet", "ods"), (b"opendocument.presentation", "slides"),
    (b"epub", "epub"),
)  # fmt: skip
"""What a zip says of itself in its file `mimetype`."""
SHEET_XML = b"urn:schemas-microsoft-com:office:spreadsheet"
HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype html|<html)", re.IGNORECASE | re.DOTALL
)
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
BLANK = b" \t\r\n\x00" + codecs.BOM_UTF8


class TextSource(NamedTuple):
    """A file that can be read as text. `encoding` is what to open it with, `named` what to tell the learner.

    `start`: where the text begins in a file that holds others besides, each of them small; None if it is all.
    """

    path: Path
    bytes: int
    encoding: str
    named: str
    notices: tuple[str, ...]
    start: int | None = None


def look(path: Path, name: str) -> str | None:
    """What the file at `path`, which the learner knows as `name`, is; None if it is plain text.

    Raises FileMissing, FileEmpty, FileTooLarge (before a byte is read), and FileUnreadable for a folder or a file
    that the system keeps.
    """
    return _kind(path, _head(path, name), name)


def examine(path: Path, name: str) -> TextSource:
    """How to read the plain text at `path`. Raises what `look` raises, and FileUnreadable if it is no plain text."""
    head = _head(path, name)
    if (kind := _kind(path, head, name)) is not None:
        raise FileUnreadable(name=name, kind=kind)
    encoding, named = encoding_of(path, head, name)
    notices = ("nul_bytes",) if "16" not in encoding and b"\0" in head else ()
    return TextSource(path, path.stat().st_size, encoding, named, notices)


def _head(path: Path, name: str) -> bytes:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise FileMissing(name=name, known="") from error
    if not path.is_file():
        raise FileUnreadable(name=name, kind="folder")
    if size > LIMIT:
        raise FileTooLarge(name=name, bytes=size, limit=LIMIT)
    try:
        head = _begin(path)
    except OSError as error:
        raise FileUnreadable(name=name, kind="locked") from error
    if not head.strip(BLANK) or head in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise FileEmpty(name=name)
    return head


def _begin(path: Path) -> bytes:
    """The first HEAD bytes; where they are nothing but blanks, those after them that are not."""
    with path.open("rb") as file:
        head = first = file.read(HEAD)
        while head and not head.strip(BLANK):
            head = file.read(HEAD)
    return head or first


def lines(source: TextSource) -> Iterator[str]:
    """The lines of the text in order, without their ends; NUL bytes and marks of the order of bytes left out, Unicode
    line ends kept inside."""
    # Universal newlines: \r\n, \r and \n all end a line.
    with _opened(source) as file:
        for line in file:
            yield line.rstrip("\n").replace("\0", "").replace("\ufeff", "")


def _opened(source: TextSource) -> TextIO:
    if source.start is None:
        return source.path.open(encoding=source.encoding, errors="replace", newline=None)
    return io.TextIOWrapper(io.BytesIO(_stretch(source)), source.encoding, "replace", None)


def _stretch(source: TextSource) -> bytes:
    """The bytes of a text that does not begin its file."""
    with source.path.open("rb") as file:
        file.seek(source.start or 0)
        return file.read(source.bytes)


def head_text(source: TextSource) -> str:
    """The beginning of the text, cut at the last whole line if there is one, line ends as \\n."""
    data = _begin(source.path) if source.start is None else _stretch(source)[:HEAD]
    text = codecs.getincrementaldecoder(source.encoding)("replace").decode(data, final=False)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").replace("\ufeff", "")
    cut = text.rfind("\n")
    return text if source.bytes <= HEAD or cut < 0 else text[:cut]


def _kind(path: Path, head: bytes, name: str = "") -> str | None:
    """What the file is if it is not plain text, by its first bytes; None for text."""
    if (kind := no_text(head, name)) is not None:
        return kind
    if head.startswith(b"PK\x03\x04"):
        return _packed(path, name)
    if head[:4] == b"RIFF":
        return "image" if head[8:12] == b"WEBP" else "audio"
    if head[4:8] == b"ftyp":
        return "image" if head[8:12] in (b"heic", b"heix", b"mif1", b"avif") else "video"
    if head.startswith(OLE):
        return _old_office(path, name)
    if head[60:68] in BOOKS:
        return "kindle"
    # "BM" and "MZ" are also how a text may begin: those need binary content besides.
    binary = _looks_binary(head)
    for start, kind in MAGIC:
        if head.startswith(start) and (binary or len(start) > 3):
            return kind
    if head[:4] == b"\xff\xff\xff\xff" and binary and b"\0" in head[4:12]:
        return "columns"
    if not binary and b"<en-export" in head[:2048]:
        return "enex"

    if (sheet := _marked_up_sheet(head, name)) is not None:
        return sheet
    if HTML.match(head[:2048]) or (
        not binary and name.casefold().endswith((".html", ".htm", ".xhtml")) and head.lstrip()[:1] == b"<"
    ):
        return "html"
    return "binary" if binary else markup_of(head, name)


def _marked_up_sheet(head: bytes, name: str) -> str | None:
    """Which kind of spreadsheet is written in tags: Excel's own XML, or a page that is named like one."""
    plain = head.replace(b"\0", b"").lstrip(BLANK + codecs.BOM_UTF16_LE)
    if not plain.startswith(b"<"):
        return None
    if SHEET_XML in plain[:4096] and b"<html" not in plain[:4096].lower():
        return "sheet_xml"
    if MIMES[1][0] in plain[:4096]:
        return MIMES[1][1]
    named = name.casefold().endswith((".xls", ".xlsx"))
    return "sheet_html" if named and b"<table" in plain.lower() else None


def _old_office(path: Path, name: str) -> str:
    """Which program wrote it, by the names (in UTF-16) of the streams that it holds."""
    with path.open("rb") as file:
        data = file.read(8_000_000)
    for stream, kind in (
        ("EncryptedPackage", "office_locked"),
        ("__properties_version1.0", "mail_outlook"),
        ("Workbook", "sheet_old"),
        ("PowerPoint Doc", "slides"),
    ):
        if stream.encode("utf-16-le") in data:
            return kind
    return "mail_outlook" if name.casefold().endswith(".msg") else "word_old"


def _packed(path: Path, name: str) -> str:
    """Which of the many formats that are a zip file this one is; only names and the declared type are read."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {inner.replace("\\", "/") for inner in archive.namelist()}
            mime, types = _said(archive, "mimetype", 80), _said(archive, "[Content_Types].xml", HEAD)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, zlib.error):
        # Cut short, it has lost its list of contents: its name is all there is to go by.
        return PACKED.get(PurePath(name).suffix.casefold(), "archive")
    for said, marks in ((mime, MIMES), (types, CONTENT_TYPES)):
        for mark, kind in marks:
            if mark in said:
                return kind
    for inner, kind in INSIDE:
        if inner in names:
            return kind
    return _apple(names, name) or "zip"


def _apple(names: set[str], name: str) -> str | None:
    """Which of the programs of Apple's office wrote it, by its name or that of the folder inside, or by its parts."""
    outside = {inner.partition("/")[0] for inner in names if not inner.startswith("__MACOSX")}
    if not any(map(APPLE_INSIDE.search, names)):
        return None
    # A document of theirs may be a folder, which the system packs when it is sent.
    for ending in (PurePath(name).suffix.casefold(), *(PurePath(only).suffix for only in outside if len(outside) == 1)):
        if ending in APPLE:
            return APPLE[ending]
    if any(inner.startswith("Index/Slide") for inner in names):
        return "slides"
    if any(inner.startswith("Index/CalculationEngine-") for inner in names):
        return "numbers"
    return "pages" if "Index/Document.iwa" in names else None


def _said(archive: zipfile.ZipFile, inner: str, size: int) -> bytes:
    """The beginning of a member of a zip; empty if there is none."""
    if archive.NameToInfo.get(inner) is None:
        return b""
    with archive.open(inner) as file:
        return file.read(size)


def _looks_binary(head: bytes) -> bool:
    """True if the bytes are no text in any encoding: too many control characters, and no UTF-16 pattern."""
    if any(head.startswith(bom) for bom, _ in BOMS) or _utf16(head):
        return False
    controls = sum(head.count(bytes([b])) for b in (*range(1, 9), *range(14, 27), *range(28, 32)))
    return controls + max(0, head.count(0) - 8) > len(head) * 0.01


def _utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: in Western text every other byte is zero."""
    even, odd = head[0:4000:2], head[1:4000:2]
    if len(odd) >= 2 and odd.count(0) > 0.7 * len(odd) and even.count(0) < 0.05 * len(even):
        return "utf-16-le"
    if len(odd) >= 2 and even.count(0) > 0.7 * len(even) and odd.count(0) < 0.05 * len(odd):
        return "utf-16-be"
    return None


def encoding_of(path: Path, head: bytes, name: str) -> tuple[str, str]:
    """The encoding to open the file with, and its usual name. Raises FileUnreadable if there is none that fits."""
    bom = next((encoding for bom, encoding in BOMS if head.startswith(bom)), None)
    if bom is not None and bom != "utf-8-sig":
        return bom, bom
    if (encoding16 := _utf16(head)) is not None:
        return encoding16, "utf-16"
    sample = _first_problem(path)
    if sample is None:
        return bom or "utf-8", "utf-8"
    if (codec := codec_for(path)) is not None or bom is not None:
        return codec or "utf-8-sig", "utf-8"
    share, old = best(sample)
    if share >= 0.9:
        # Latin-1 is Windows-1252 without the characters of 0x80 to 0x9f: the same file, its older name.
        plain = old == "cp1252" and not any(0x80 <= byte <= 0x9F for byte in sample)
        return old, "latin-1" if plain else old
    from charset_normalizer import from_bytes

    found = from_bytes(sample).best()
    if found is None:
        raise FileUnreadable(name=name, kind="encoding")
    return found.encoding, found.encoding.replace("_", "-")


def _first_problem(path: Path) -> bytes | None:
    """None if the whole file is UTF-8; else the bytes around the first place where it is not (for the guess)."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return chunk[:HEAD] if any(byte > 0x7F for byte in chunk[:HEAD]) else chunk
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            file.seek(0)
            return file.read(1 << 20)
    return None

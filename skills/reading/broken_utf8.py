"""UTF-8 in which some bytes are none: a codec that reads those as letters of an old encoding, and how many they were.

One wrong byte says nothing of the others: a text that was copied together from two programs, or damaged on its way,
stays UTF-8, and each of the other bytes is read as the Western letter that it would be by itself.
"""

from __future__ import annotations

import codecs
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from encodings import utf_8_sig
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from skills.blocks import Scalar

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

WESTERN = ("cp1252", "mac_roman", "cp850")
LETTERS = frozenset("áéíóúüñçàèìòùâêîôûäëïöãõÁÉÍÓÚÜÑÇÀÈÌÒÙÂÊÎÔÛÄËÏÖÃÕ¿¡«»“”‘’–—…°ºª€·•")
"""Characters outside ASCII that Western texts are written with: the measure of a guessed encoding."""
READ = LETTERS | frozenset("ßåøæœÅØÆŒ")
"""What a byte that is no UTF-8 may be read as; anything else is damage."""
CODEC = "utf_8_with_"
"""The codecs of this module are called so, and then like the old encoding."""
NONE = "ascii"
"""The old encoding where there is none: no byte is read."""
UNREAD = "\ufffd"
DASHED = re.compile("(?<=[a-z])[–—“”‘•](?=[a-z])")
ODD = re.compile("[\udc80-\udcff]")
"""How a byte that is no UTF-8 is decoded by `surrogateescape`."""
PLAIN = re.compile("[\x00-\x7f]+")
STARTS = (b"\xc2", b"\xc3", b"\xe2", b"\xf0")
"""Bytes that begin a character of UTF-8 and hardly ever end a Western text in an old encoding."""
CHUNK = 1 << 20
SAMPLE = 1 << 16
"""Characters that are looked at, of those that are UTF-8 and of lines with bytes that are none."""
FEW = 3
"""Odd bytes that are too few to tell one old encoding from another: they are read as the most usual one."""
SHOWN = 5
"""Lines that are told."""


class Survey(NamedTuple):
    """Characters of a file outside ASCII: `good` as UTF-8 (`western`: the share that Western texts use), and the `odd`
    bytes, that are none.

    `sample`: lines with odd bytes, where what is good is only `a`; `cut`: the file ends inside its last character.
    """

    good: int
    western: float
    odd: int
    sample: bytes
    cut: bool

    @property
    def is_utf8(self) -> bool:
        if not self.odd:
            return self.cut
        mostly = self.good >= 8 and self.odd <= 0.2 * self.good
        # In a text in an old encoding some bytes look like UTF-8 by chance, but hardly ever like Western letters.
        two = self.western >= 0.9 and self.good >= 0.01 * self.odd
        return mostly or (two and (self.odd <= self.good or best(self.sample)[0] >= 0.9))


def codec_for(path: Path) -> str | None:
    """The codec to open the file with if it is UTF-8 but for some bytes, which are of the encoding in its name."""
    found = survey(path)
    if not found.is_utf8:
        return None
    share, old = best(found.sample)
    if found.odd < FEW:
        share, old = western(found.sample, WESTERN[0]), WESTERN[0]
    return f"{CODEC}{old if share >= 0.5 else NONE}"


def survey(path: Path) -> Survey:
    good = odd = 0
    letters, lines = "", ""
    for chunk, _ in _chunks(path):
        text = chunk.decode("utf-8", "ignore")
        strange = len(text) - len(text.encode("ascii", "ignore"))
        wrong = len(chunk) - len(text.encode("utf-8"))
        good, odd = good + strange, odd + wrong
        if strange and len(letters) < SAMPLE:
            letters += PLAIN.sub("", text)
        if wrong and len(lines) < SAMPLE:
            found = chunk.decode("utf-8", "surrogateescape").split("\n")
            lines += "\n".join(itertools.islice((line[:SAMPLE] for line in found if ODD.search(line)), 500))
    western = sum(map(letters.count, LETTERS)) / len(letters) if letters else 0.0
    sample = re.sub("[^\x00-\x7f\udc80-\udcff]", "a", lines).encode("ascii", "surrogateescape")
    return Survey(good, western, odd, sample, bool(_tail(path)))


def slips(path: Path, encoding: str) -> dict[str, Scalar]:
    """What is told about the bytes of a file that is opened with a codec of this module: how many, and where."""
    if not encoding.startswith(CODEC):
        return {}
    read_as = _letters(encoding.removeprefix(CODEC))
    times: Counter[str] = Counter()
    where: dict[str, list[int]] = {"old_letters": [], "unread_bytes": []}
    for chunk, first in _chunks(path):
        if len(chunk.decode("utf-8", "ignore").encode("utf-8")) == len(chunk):
            continue
        for line, text in enumerate(chunk.decode("utf-8", "surrogateescape").split("\n"), start=first):
            found = Counter("unread_bytes" if read_as[ord(c)] == UNREAD else "old_letters" for c in ODD.findall(text))
            times += found
            for kind in found:
                where[kind] += [line] if len(where[kind]) <= SHOWN else []
    facts: dict[str, Scalar] = {"cut_character": 1} if _tail(path) else {}
    for kind, count in times.items():
        shown = ", ".join(map(str, where[kind][:SHOWN])) + " …" * (len(where[kind]) > SHOWN)
        facts |= {kind: count, f"{kind}_names": shown}
    return facts


def _chunks(path: Path) -> Iterator[tuple[bytes, int]]:
    """The file in pieces of whole lines, each with the number (from 1) of the line that it begins on; without a
    character at the end whose rest is missing."""
    line = 1
    left = path.stat().st_size - len(_tail(path))
    with path.open("rb") as file:
        while left > 0:
            chunk = (file.read(CHUNK) + file.readline())[:left]
            yield chunk, line
            left -= len(chunk)
            line += chunk.count(b"\n")


def _tail(path: Path) -> bytes:
    """The bytes at the end of a file that begin a character of UTF-8 whose rest is missing."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4))
        return _unfinished(file.read())


def _unfinished(end: bytes) -> bytes:
    try:
        end.lstrip(bytes(range(0x80, 0xC0))).decode("utf-8")
    except UnicodeDecodeError as error:
        found = end[-len(error.object) :][error.start :]
        return found if error.reason == "unexpected end of data" and (len(found) > 1 or found in STARTS) else b""
    return b""


def best(sample: bytes) -> tuple[float, str]:
    """Which old encoding the bytes outside ASCII are of, and how well it fits (`western`)."""
    scored = ((western(sample, encoding), -i, encoding) for i, encoding in enumerate(WESTERN))
    share, _, encoding = max(scored)
    return share, encoding


def western(sample: bytes, encoding: str) -> float:
    """Share of the characters outside ASCII that Western texts really use, if `encoding` were the right one."""
    text = sample.decode(encoding, "replace")
    odd = [c for c in text if ord(c) > 0x7F]
    # A capital inside a small word (aÑo read as aÃ±o) betrays the wrong table, and so does a dash (camión as cami—n).
    wrong = sum(1 for a, b in itertools.pairwise(text) if a.islower() and ord(b) > 0x7F and b.isupper())
    wrong += len(DASHED.findall(text))
    return (sum(c in LETTERS for c in odd) - wrong) / len(odd) if odd else 0.0


# --- the codec --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=len(WESTERN) + 1)
def _letters(old: str) -> dict[int, str]:
    """What each byte that is no UTF-8 (as `surrogateescape` gives it) is read as."""
    found = {0xDC00 + byte: bytes([byte]).decode(old, "replace") for byte in range(0x80, 0x100)}
    return {code: letter if letter in READ else UNREAD for code, letter in found.items()}


def _codec(name: str) -> codecs.CodecInfo | None:
    old = name.removeprefix(CODEC)
    if not name.startswith(CODEC) or old not in (*WESTERN, NONE):
        return None
    letters = _letters(old)

    class Decoder(utf_8_sig.IncrementalDecoder):
        def __init__(self, errors: str = "strict") -> None:
            super().__init__("surrogateescape")

        def decode(self, data: ReadableBuffer, final: bool = False) -> str:
            left = self.buffer + bytes(data)
            text = super().decode(data, final)
            if final and (cut := _unfinished(left[-4:])):
                text = text[: -len(cut)]
            return text.translate(letters) if ODD.search(text) else text

    return codecs.CodecInfo(
        name=name, encode=codecs.utf_8_encode, incrementaldecoder=Decoder,
        decode=lambda data, errors="strict": (Decoder().decode(data, final=True), len(data)),
    )  # fmt: skip


codecs.register(_codec)


def spelt_once(text: str) -> str:
    """«LleguÃ©» -> «Llegué»: what Facebook and Instagram let people download has each byte of UTF-8 as a character."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text

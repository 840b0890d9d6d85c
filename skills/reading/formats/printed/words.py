"""The words of a printed page and their places, as the PDF's reader gives them, in the order they are stored in."""

from __future__ import annotations

import ctypes
import itertools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

RAISED, LOWERED = "\ufdd0", "\ufdd1"
"""Around what stands raised and small in a line, as the mark of a note does; characters that no text has."""
WORD = re.compile("[^\\s\x02\ufffe]+[\x02\ufffe]?|[\x02\ufffe]")
"""A word, or the part of one before a hyphen that only divides it at the end of a line."""
ODD = re.compile(r"[*†‡§¶´`¨˜ˆ¸˚ˇ˘˙˝]|[^\W\d_]\W*\d|\d\W*[^\W\d_]|\d[.,;:!?»”)]+\d|[.,;:!?»”)]\d")
"""What in a word may be a raised mark, or an accent that is a character of its own."""
ACCENTS = {
    "´": "\u0301", "`": "\u0300", "¨": "\u0308", "˜": "\u0303", "ˆ": "\u0302", "¸": "\u0327", "˚": "\u030a",
    "ˇ": "\u030c", "˘": "\u0306", "˙": "\u0307", "˝": "\u030b",
}  # fmt: skip
"""Accents as old typesetters print them, beside or over the letter, and the ones that combine with it."""
SPACE = 0.17
"""Room between two characters, in sizes of letters, that parts words."""
PLAIN = str.maketrans(
    {
        "\x02": "-", "\ufffe": "-", "\xad": "", "\u200b": "", "\ufeff": "", "\u2010": "-", "\u2011": "-", "\0": "",
        "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", RAISED: "", LOWERED: "",
    }
)  # fmt: skip
BOLD = re.compile(rb"bold|black|heavy|demi|cmbx|[-,]bd", re.IGNORECASE)
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]")


class Word(NamedTuple):
    """A word and its place in points, from the left and the bottom of the page; `base` is the line it stands on.

    `broken`: the reader saw a new line before it.
    """

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool
    broken: bool


class Words(NamedTuple):
    """The words of a page as wide and as high; those that are written in another direction than most, apart."""

    upright: list[Word]
    sideways: list[str]
    width: float
    height: float


ASKEW = 9
"""The angle of what stands at none of the four."""


class _Face(NamedTuple):
    size: float
    angle: int
    bold: bool


def words_of(text: PdfTextPage, box: tuple[float, float, float, float], close: bool = False) -> Words:
    """`box`: left, bottom, right and top of what is seen of the page. Places are from its corner; a page that is
    written on its side is turned, and one that is read from right to left mirrored, so that lines begin at the left.
    `close`: words may be as near to each other as `has_close_words` finds them.
    """
    found = list(_Reader(text, close).words())
    ways = Counter[int]()
    for word, angle in found:
        ways[angle] += len(word.text)
    main = ways.most_common(1)[0][0] if ways else 0
    corner = _turned(box, main)
    width, height = corner[2] - corner[0], corner[3] - corner[1]
    upright = [_moved(word, corner) for word, angle in found if angle == main]
    seen = [word for word in upright if word.left >= -1 and word.right <= width + 1]
    letters = "".join(word.text for word in seen)
    if len(RIGHT_TO_LEFT.findall(letters)) > 0.5 * sum(map(str.isalpha, letters)):
        seen = [word._replace(left=width - word.right, right=width - word.left, broken=True) for word in seen]
        # Their programs do not store them in the order in which they are read.
        groups = itertools.groupby(seen, key=lambda word: round(word.base))
        seen = [word for _, group in groups for word in sorted(group, key=lambda word: word.left)]
    return Words(seen, [word.text for word, angle in found if angle != main], width, height)


def has_close_words(text: PdfTextPage) -> bool:
    """Are there words on this page so near to each other that the reader takes them for one?

    To find out, the place of every character is asked for: for a few pages of a file, not for all.
    """
    reader = _Reader(text, close=True)
    found = [len(list(reader.apart(match.start(), match.end() - 1))) for match in WORD.finditer(reader.said)]
    return any(number > 1 for number in found)


class _Reader:
    """Asks the reader for the places of a word's first and last characters, and no more: a page has thousands."""

    def __init__(self, text: PdfTextPage, close: bool) -> None:
        import pypdfium2.raw as pdfium

        self.close = close
        self.uneven = False
        self.pdfium, self.page = pdfium, text.raw
        self.count = text.count_chars()
        self.said = text.get_text_range() if self.count else ""
        if len(self.said) != self.count:
            self.said = "".join(chr(pdfium.FPDFText_GetUnicode(self.page, i)) for i in range(self.count))
        self.faces: dict[int, _Face] = {}
        self.bold: dict[int, bool] = {}
        self.box = pdfium.FS_RECTF()
        self.x, self.y = ctypes.c_double(), ctypes.c_double()

    def words(self) -> Iterator[tuple[Word, int]]:
        """Each word with its angle in quarter turns."""
        end = 0
        for first, last in self.ranges():
            face = self.face(first)
            broken = "\n" in self.said[end:first] or self.said[end - 1 : end] in ("\x02", "\ufffe")
            end = last + 1
            left, right, base = self.place(first, last, face.angle)
            text, size = self.said[first : last + 1], face.size
            if ODD.search(text) or (self.uneven and self.face(last).size < 0.85 * face.size):
                text, size, base = self.inside(first, last, face)
            elif not (text.isascii() and text.isprintable()):
                text = _plain(text[::-1] if self.is_seen(first, last) else text)
            if text:
                yield Word(text, left, right, base, size, face.bold, broken), face.angle

    def ranges(self) -> Iterator[tuple[int, int]]:
        """First and last character of each word."""
        for match in WORD.finditer(self.said):
            if self.close:
                yield from self.apart(match.start(), match.end() - 1)
            else:
                yield match.start(), match.end() - 1

    def apart(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """The words in what the reader takes for one, by the room between its characters."""
        angle, size = self.face(first).angle, self.face(first).size
        places = [self.place(i, i, angle) for i in range(first, last + 1)]
        gaps = [
            i for i, (a, b) in enumerate(itertools.pairwise(places), start=first)
            if max(b[0] - a[1], a[0] - b[1]) > SPACE * size and a[2] == b[2]
        ]  # fmt: skip
        if len(gaps) > 0.4 * (last - first):
            gaps = []  # letters set wide apart
        for gap in gaps:
            yield first, gap
            first = gap + 1
        yield first, last

    def face(self, index: int) -> _Face:
        """Size, direction and weight of a character, asked once for each stretch of text set alike."""
        pdfium = self.pdfium
        stretch = pdfium.FPDFText_GetTextObject(self.page, index)
        key = ctypes.addressof(stretch.contents) if stretch else 0
        if key not in self.faces:
            matrix = pdfium.FS_MATRIX()
            pdfium.FPDFText_GetMatrix(self.page, index, matrix)
            along = math.hypot(matrix.a, matrix.b) or 1.0
            height = abs(matrix.a * matrix.d - matrix.b * matrix.c) / along
            turns = math.atan2(matrix.b, matrix.a) / (math.pi / 2)
            angle = round(turns) % 4 if abs(turns - round(turns)) < 0.1 else ASKEW
            size = pdfium.FPDFText_GetFontSize(self.page, index) * height
            self.faces[key] = _Face(size or 1.0, angle, self.weight(stretch))
        return self.faces[key]

    def weight(self, stretch: ctypes._Pointer[ctypes.Structure]) -> bool:
        pdfium = self.pdfium
        font = pdfium.FPDFTextObj_GetFont(stretch) if stretch else None
        if not font:
            return False
        key = ctypes.addressof(font.contents)
        if key not in self.bold:
            name = ctypes.create_string_buffer(100)
            pdfium.FPDFFont_GetBaseFontName(font, name, 100)
            self.bold[key] = bool(BOLD.search(name.value))
        return self.bold[key]

    def place(self, first: int, last: int, angle: int) -> tuple[float, float, float]:
        """Left, right and base line, of the page turned so that text at `angle` stands upright.

        It is `uneven` if the last character is smaller than the first.
        """
        box, pdfium = self.box, self.pdfium
        pdfium.FPDFText_GetLooseCharBox(self.page, first, box)
        left, bottom, right, top = box.left, box.bottom, box.right, box.top
        height = top - bottom
        self.uneven = False
        if last > first:
            pdfium.FPDFText_GetLooseCharBox(self.page, last, box)
            left, right = min(left, box.left), max(right, box.right)
            self.uneven = box.top - box.bottom < 0.9 * height
            bottom, top = min(bottom, box.bottom), max(top, box.top)
        pdfium.FPDFText_GetCharOrigin(self.page, first, self.x, self.y)
        x, y = self.x.value, self.y.value
        turned = _turned((left, bottom, right, top), angle)
        return turned[0], turned[2], (y, -x, -y, x)[angle % 4]

    def inside(self, first: int, last: int, face: _Face) -> tuple[str, float, float]:
        """A word, character by character: raised marks are set apart, accents put on their letters. The size and the
        base line of most of it."""
        said: list[str] = []
        before = (0.0, 0.0)
        main = max((self.face(i).size for i in range(first, last + 1)), default=face.size)
        level = min(self.place(i, i, face.angle)[2] for i in range(first, last + 1) if self.face(i).size == main)
        accent = ""
        for i in range(first, last + 1):
            left, right, base = self.place(i, i, face.angle)
            char = self.said[i]
            over = min(right, before[1]) - max(left, before[0]) > 0.4 * min(right - left, before[1] - before[0])
            if accent and over:
                said[-1] = unicodedata.normalize("NFC", {"ı": "i", "ȷ": "j"}.get(char, char) + ACCENTS[accent])
            elif char in ACCENTS and over and said:
                said[-1] = unicodedata.normalize("NFC", {"ı": "i"}.get(said[-1], said[-1]) + ACCENTS[char])
            elif self.raised(i, base, level, main) and (said or char.isdigit()):
                said.append(f"{RAISED}{_plain(char)}{LOWERED}")
            else:
                said.append(_plain(char))
            accent = char if char in ACCENTS and not over else ""
            before = (left, right)
        return "".join(said).replace(LOWERED + RAISED, ""), main, level

    def is_seen(self, first: int, last: int) -> bool:
        """Is a word that is read from the right stored as it is seen, from the left, as some programs do?"""
        if first == last or not RIGHT_TO_LEFT.search(self.said, first, last + 1):
            return False
        return self.place(first, first, 0)[0] < self.place(last, last, 0)[0]

    def raised(self, index: int, base: float, level: float, size: float) -> bool:
        """Is it smaller than the word and higher, or (with a font that has figures for it) drawn high?"""
        if self.face(index).size < 0.85 * size:
            return base - level > 0.1 * size
        if not self.said[index].isdigit() or self.face(index).angle:
            return False
        low = ctypes.c_double()
        self.pdfium.FPDFText_GetCharBox(self.page, index, self.x, self.x, low, self.y)
        return low.value - base > 0.22 * size


def _plain(text: str) -> str:
    """Ligatures as their letters, and the hyphen that divides a word as any other."""
    text = f"{text[:-1]}-" if text.endswith("\xad") else text
    return text.translate(PLAIN).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _turned(box: tuple[float, float, float, float], angle: int) -> tuple[float, float, float, float]:
    left, bottom, right, top = box
    match angle % 4:
        case 1:
            return bottom, -right, top, -left
        case 2:
            return -right, -top, -left, -bottom
        case 3:
            return -top, left, -bottom, right
    return box


def _moved(word: Word, corner: tuple[float, float, float, float]) -> Word:
    if not (corner[0] or corner[1]):
        return word
    return word._replace(left=word.left - corner[0], right=word.right - corner[0], base=word.base - corner[1])

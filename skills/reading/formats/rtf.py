"""Rich Text Format (.rtf) as Word, WordPad, TextEdit and LibreOffice write it: its paragraphs, headings and tables.

Read by hand: what there is in Python for it gives neither headings nor tables, nor what was hidden or deleted.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from skills.reading.part import Document, Paragraph, Part, part_of
from skills.texts.sentences import names

TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|[\r\n\0]+|(?P<text>[^\\{}\r\n\0]+)",
    re.DOTALL,
)
SKIPPED = names(
    "colortbl info pict object themedata colorschememapping datastore latentstyles rsidtbl generator listtable "
    "listoverridetable revtbl filetbl header headerl headerr headerf footer footerl footerr footerf ftnsep ftnsepc "
    "ftncn aftnsep aftnsepc aftncn fldinst pntext listtext pntxta pntxtb bkmkstart bkmkend nonshppict shprslt do xe tc "
    "tcn private docvar upr sp atnid atnauthor atntime atndate atnref atrfstart atrfend xmlnstbl wgrffmtfilter"
)
KEPT = {"footnote": "footnotes", "annotation": "margin_comments"}
"""Groups whose text is left out, and kept as that."""
INSIDE = names("shpinst shppict shp shptxt fldrslt ud")
"""Groups marked as what old programs skip that may hold text all the same."""
CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253", 162: "cp1254", 163: "cp1258",
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
"""Charset of a font, by its number, where it is not that of the document."""
OLD = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850", "ansi": "cp1252"}
SIGNS = {
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "tab": "\t", "line": "\n", "emspace": " ", "enspace": " ", "qmspace": " ", "zwj": "", "zwnj": "", "lbr": "\n",
    "softline": "\n", "nestcell": "\n",
}  # fmt: skip
ENDS = ("par", "sect", "cell", "row")
ESCAPED = {"~": " ", "_": "-", "-": "", "\\": "\\", "{": "{", "}": "}"}
TITLES = ("title", "título", "titulo")
HEADING = re.compile(r"(?:heading|t[íi]tulo|encabezado)\s*([1-6])$", re.IGNORECASE)


class State(NamedTuple):
    """What holds inside a group. `into`: what its text is: `text`, `fonts`, `styles`, a kind left out, or nothing."""

    into: str = "text"
    encoding: str = "cp1252"
    skipped: int = 1
    """Characters after one in Unicode that say it once more for old programs."""
    hidden: bool = False
    deleted: bool = False
    begins: bool = True
    """The next word may say what the group is for."""
    starred: bool = False
    box: bool = False


def read(path: Path, name: str, folder: Path) -> list[Part]:
    return [part_of(document_of(path.read_bytes()), name, folder)]


def document_of(data: bytes) -> Document:
    reader = _Reader()
    place = 0
    while place < len(data):
        token = TOKEN.match(data, place)
        if token is None:  # a backslash at the very end
            break
        place = token.end()
        if token["word"] == b"bin":
            place += max(0, int(token["number"] or 0))
        reader.take(token)
    return reader.finished()


class _Reader:
    """Takes one token after the other; what is open when they end is closed."""

    def __init__(self) -> None:
        self.document = Document()
        self.state = State()
        self.outer: list[State] = []
        self.encoding = "cp1252"
        self.fonts: dict[int, str] = {}
        self.levels: dict[int, int] = {}
        self.font = self.defined = self.style = self.level = self.due = 0
        self.in_table = False
        self.raw = bytearray()
        self.pieces: list[str] = []
        self.dropped: dict[str, list[str]] = {}
        self.boxes: list[list[str]] = []
        self.cells: list[str] = []
        self.rows: list[list[str]] = []

    def take(self, token: re.Match[bytes]) -> None:
        if token["hex"] or token["text"]:
            letters = bytes([int(token["hex"], 16)]) if token["hex"] else token["text"]
            if self.state.into:
                self.raw += letters[self.due :]
            self.due = max(0, self.due - len(letters))
            self.state = self.state._replace(begins=False) if self.state.begins else self.state
            return
        self._decode()
        if token["brace"] == b"{":
            self.outer.append(self.state)
            self.state = self.state._replace(begins=True, starred=False, box=False)
        elif token["brace"]:
            self._close()
        elif token["sign"]:
            self._sign(token["sign"].decode("latin-1"))
        elif token["word"]:
            self._word(token["word"].decode(), int(token["number"]) if token["number"] else None)

    def finished(self) -> Document:
        self._decode()
        if self.outer:
            self.document.facts["file_mended"] = 1
        while self.outer:
            self._close()
        self.in_table = False
        if self.pieces:
            self._paragraph()
        self._table()
        return self.document

    def _decode(self) -> None:
        if self.raw:
            self._put(self.raw.decode(self.state.encoding, "replace"))
            self.raw.clear()

    def _put(self, text: str) -> None:
        into = self.state.into
        if into == "text" and (self.state.hidden or self.state.deleted):
            into = "hidden_text" if self.state.hidden else "deleted_text"
        if into == "text":
            self.pieces.append(text)
        elif into:
            self.dropped.setdefault(into, []).append(text)

    def _close(self) -> None:
        if not self.outer:
            return
        closed, self.state = self.state, self.outer.pop()
        self.due = 0
        if closed.into == "styles":
            self._name_style()
        elif closed.into != self.state.into and closed.into in KEPT.values():
            self._leave(closed.into)
        if closed.box:
            if self.pieces:
                self._paragraph()
            self.pieces = self.boxes.pop()

    def _leave(self, kind: str) -> None:
        if text := _whole(self.dropped.pop(kind, [])).strip():
            self.document.left.leave(kind, text)

    def _name_style(self) -> None:
        name = _whole(self.dropped.pop("styles", [])).strip(" ;")
        if match := HEADING.match(name):
            self.levels.setdefault(self.defined, int(match[1]))
        elif name.casefold() in TITLES:
            self.levels.setdefault(self.defined, 1)

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self.state = self.state._replace(starred=True)
        elif sign in "\r\n":
            self._end()
        elif sign in ESCAPED:
            self._put(ESCAPED[sign])

    def _word(self, word: str, number: int | None) -> None:
        begins, starred = self.state.begins, self.state.starred
        self.state = self.state._replace(begins=False)
        if begins and self.state.into == "text" and self._opens(word, starred):
            return
        if word == "u":
            self._put(chr((number or 0) % 65_536))
            self.due = self.state.skipped
        elif word in SIGNS:
            self._put(SIGNS[word])
        elif self.state.into in ("fonts", "styles"):
            self._define(word, number or 0)
        elif word in ENDS:
            self._end(word)
        else:
            self._set(word, number)

    def _opens(self, word: str, starred: bool) -> bool:
        """Does the word say that the group is something else than text?"""
        into = {"fonttbl": "fonts", "stylesheet": "styles", **KEPT}.get(word)
        if into is None and (word in SKIPPED or (starred and word not in INSIDE)):
            into = ""
        if into is not None:
            self.state = self.state._replace(into=into)
        elif word == "shptxt":
            self.boxes.append(self.pieces)
            self.pieces = []
            self.state = self.state._replace(box=True)
        return into is not None or word == "shptxt"

    def _define(self, word: str, number: int) -> None:
        """A word of the tables of fonts and styles."""
        if word == "f":
            self.font = number
        elif word == "fcharset" and number in CHARSETS:
            self.fonts[self.font] = CHARSETS[number]
        elif word == "s":
            self.defined = number
        elif word == "outlinelevel" and number < 6:
            self.levels[self.defined] = number + 1

    def _set(self, word: str, number: int | None) -> None:
        """A word that changes how what follows it is meant."""
        state = self.state
        if word == "f":
            self.state = state._replace(encoding=self.fonts.get(number or 0, self.encoding))
        elif word == "uc":
            self.state = state._replace(skipped=max(0, number or 0))
        elif word == "v":
            self.state = state._replace(hidden=number != 0)
        elif word == "deleted":
            self.state = state._replace(deleted=number != 0)
        elif word == "plain":
            self.state = state._replace(hidden=False, deleted=False, encoding=self.encoding)
        elif word in OLD or word == "ansicpg":
            self.encoding = OLD.get(word) or _code_page(number or 0)
            self.state = state._replace(encoding=self.encoding)
        elif state.into == "text":
            self._set_paragraph(word, number)

    def _set_paragraph(self, word: str, number: int | None) -> None:
        if word == "pard":
            self.in_table, self.style, self.level = False, 0, 0
        elif word == "intbl":
            self.in_table = True
        elif word == "s":
            self.style = number or 0
        elif word == "outlinelevel":
            self.level = number + 1 if number is not None and number < 6 else 0

    def _end(self, word: str = "par") -> None:
        """The end of a paragraph, a cell or a row."""
        if self.state.into != "text":
            self._put(" ")
        elif word == "cell":
            self.cells.append(_whole(self.pieces).strip())
            self.pieces = []
        elif word == "row":
            self.rows.append(self.cells)
            self.cells = []
        elif self.in_table:
            self.pieces.append("\n")
        else:
            self._paragraph()

    def _paragraph(self) -> None:
        self._table()
        for kind in ("hidden_text", "deleted_text"):
            self._leave(kind)
        level = self.level or self.levels.get(self.style, 0)
        self.document.paragraphs.append(Paragraph(_whole(self.pieces), level))
        self.pieces = []

    def _table(self) -> None:
        if self.cells:
            self._end("row")
        if self.rows:
            self.document.add_table(self.rows)
            self.rows = []


def _whole(pieces: list[str]) -> str:
    """Characters outside the first plane come in two halves."""
    return "".join(pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _code_page(number: int) -> str:
    name = {65_001: "utf-8", 10_000: "mac_roman", 936: "gbk", 950: "big5"}.get(number, f"cp{number}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"

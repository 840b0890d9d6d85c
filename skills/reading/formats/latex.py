"""LaTeX (.tex): the text that would be printed; commands, comments, formulas and the preamble left out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

from skills.errors import FileTooLarge
from skills.reading.formats.packed import XML_LIMIT
from skills.reading.part import Document, Paragraph, Part, part_of
from skills.reading.read import encoding_of
from skills.texts.sentences import names

TOKEN = re.compile(
    r"(?P<comment>%[^\n]*(?:\n[ \t]*)?)|\\(?P<name>[a-zA-Z@]+)(?P<star>\*?)[ \t]*|\\(?P<sign>.)|(?P<math>\$\$?)"
    r"|(?P<brace>[{}])|(?P<blank>\n[ \t]*\n\s*)|(?P<text>[^%\\$\n{}]+|\n)",
    re.DOTALL,
)
ENVIRONMENT = re.compile(r"[ \t]*\{([a-zA-Z*@ ]{1,40})\}")
OPTION = re.compile(r"\[([^\]\n]{0,300})\]")
BLANK = re.compile(r"\n[ \t]*\n")
ONE = re.compile(r"\\[a-zA-Z]+|\\.|[^\\{}]", re.DOTALL)
BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
DEEPEST = 10
"""Arguments within arguments that are read."""
ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "b": "\u0331",
    "d": "\u0323",
}  # fmt: skip
LETTERS = {
    "i": "i", "j": "j", "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł",
    "aa": "å", "AA": "Å", "S": "§", "P": "¶", "dag": "†", "ldots": "…", "dots": "…", "textellipsis": "…", "pounds": "£",
    "textemdash": "—", "textendash": "–", "guillemotleft": "«", "guillemotright": "»", "flqq": "«", "frqq": "»",
    "og": "«", "fg": "»", "textquotedblleft": "“", "textquotedblright": "”", "textquoteleft": "‘", "lq": "‘",
    "textquoteright": "’", "rq": "’", "glqq": "„", "grqq": "“", "textexclamdown": "¡", "textquestiondown": "¿",
    "textbackslash": "\\", "textordmasculine": "º", "textordfeminine": "ª", "textdegree": "°", "euro": "€",
    "texteuro": "€", "copyright": "©", "LaTeX": "LaTeX", "TeX": "TeX", "space": " ", "quad": " ", "qquad": " ",
    "enspace": " ", "thinspace": " ", "nobreakspace": " ", "slash": "/", "textasciitilde": "~", "today": "",
}  # fmt: skip
SIGNS = {
    ">": " ",
    ",": " ",
    ";": " ",
    ":": " ",
    " ": " ",
    "\n": " ",
    "!": "",
    "/": "",
    "-": "",
    "@": "",
    "(": "",
    ")": "",
}
HEADINGS = {
    "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "poemtitle": 2, "PoemTitle": 2,
    "title": 1, "addchap": 1, "addsec": 2, "poemsubtitle": 3, "act": 2, "scene": 3,
}  # fmt: skip
ENDS = names(
    "par newpage clearpage cleardoublepage pagebreak bigskip medskip smallskip stanza strophe opening closing signed "
    "ps cc encl"
)
"""Commands before which a paragraph ends."""
NOTES = names("footnote thanks endnote footnotetext marginpar marginnote sidenote todo")
BEHIND = {
    name: count
    for count, commands in (
        (1, "label ref pageref eqref autoref cref cite citep citet parencite textcite footcite autocite nocite index "
            "glossary vspace hspace includegraphics bibliographystyle bibliography pagestyle thispagestyle poemlines "
            "usepackage selectlanguage hypersetup color markright hyphenation pagenumbering pagecolor linespread "
            "graphicspath fontfamily theoremstyle textcolor href foreignlanguage author date raisebox parbox scalebox "
            "hyperlink hypertarget setmainfont geometry institute affil email keywords documentclass"),
        (2, "setlength addtolength settowidth setcounter addtocounter newcommand renewcommand providecommand fontsize "
            "markboth rule newtheorem DeclareMathOperator resizebox setkomavar PassOptionsToPackage"),
        (3, "newenvironment renewenvironment addcontentsline definecolor"),
    )
    for name in commands.split()
}  # fmt: skip
"""Commands with what is written for the machine behind them: how many braces."""
FILES = names("input include subfile import subimport")
MATH = names(
    "equation equation* align align* displaymath math eqnarray eqnarray* gather gather* multline multline* alignat "
    "alignat* flalign flalign*"
)
BLOCKS = names(
    "figure figure* table table* tabular tabular* tabularx longtable tikzpicture lstlisting minted verbatim verbatim* "
    "thebibliography comment filecontents filecontents* algorithm algorithmic picture wrapfigure array titlepage-code"
)
OBEYED = names("obeylines alltt")
"""Where the lines of the file are those of the author."""
AROUND = {"otherlanguage": 1, "otherlanguage*": 1, "spacing": 1, "multicols": 1, "minipage": 1, "adjustwidth": 2,
          "addmargin": 1}  # fmt: skip
"""What only surrounds a text: how many braces that are written for the machine stand behind its name."""
PLAIN = re.compile(r"(?:[^\W_]|[\s.,%-]){0,40}$")
"""A formula that is only a number or a name is read as it is."""
LIGATURES = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("?`", "¿"), ("!`", "¡"), ("<<", "«"), (">>", "»"),
             ("~", " "))  # fmt: skip


def read(path: Path, name: str, folder: Path) -> list[Part]:
    if (size := path.stat().st_size) > XML_LIMIT:
        raise FileTooLarge(name=name, bytes=size, limit=XML_LIMIT)
    data = path.read_bytes()
    encoding, named = encoding_of(path, data, name)
    text = data.decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    part = part_of(document_of(text), name, folder)
    return [replace(part, source=part.source._replace(named=named))]


def document_of(text: str) -> Document:
    printed = _Printed(Document())
    start = re.search(r"^[^%\n]*?\\begin\s*\{document\}", text, re.MULTILINE)
    if start is not None:
        preamble, text = text[: start.start()], text[start.end() :]
        title = re.search(r"\\title\s*(?:\[[^\]\n]*\]\s*)?(?=\{)", preamble)
        if preamble.strip():
            printed.document.left.leave("latex_blocks", preamble)
        if title is not None:
            printed.heading(_argument(preamble, title.end())[0], 1)
    end = re.search(r"^[^%\n]*?\\end\s*\{document\}", text, re.MULTILINE)
    printed.run(text[: end.end()] if end else text)
    if printed.files:
        printed.document.facts |= {"latex_files": len(printed.files), "latex_files_names": ", ".join(printed.files[:5])}
    return printed.document


class _Printed:
    """What a text prints, paragraph by paragraph."""

    def __init__(self, document: Document, depth: int = 0) -> None:
        self.document = document
        self.depth = depth
        self.pieces: list[str] = []
        self.files: list[str] = []
        self.braces = 0
        self.obeyed: int | None = None
        self.blank = 0
        self.unclosed: set[str] = set()
        self.text = ""
        self.place = 0

    def run(self, text: str) -> None:
        self.text, self.place = text, 0
        while self.place < len(text) and (token := TOKEN.match(text, self.place)):
            self.place = token.end()
            self._take(token)
        self.close()

    def _take(self, token: re.Match[str]) -> None:
        if token["text"]:
            ended = token["text"] == "\n" and self.obeyed is None
            self.pieces.append(" " if ended else token["text"])
        elif token["blank"]:
            self.close()
        elif token["comment"]:
            self._comment(token["comment"])
        elif token["math"]:
            self._math(token["math"])
        elif token["name"]:
            self._command(token["name"])
        elif token["sign"]:
            self._sign(token["sign"])
        elif token["brace"]:
            self.braces += 1 if token["brace"] == "{" else -1
            if self.obeyed is not None and self.braces < self.obeyed:
                self.obeyed = None

    def close(self, level: int = 0) -> None:
        """End the paragraph, whose lines end where the author broke them."""
        lines = [" ".join(line.split()) for line in "".join(self.pieces).split("\n")]
        self.pieces = []
        text = "\n".join(lines).strip("\n")
        for typed, printed in LIGATURES:
            text = text.replace(typed, printed)
        if text.strip():
            self.document.paragraphs += [Paragraph(text, level), *([Paragraph("")] if "\n" in text else [])]

    def heading(self, text: str, level: int) -> None:
        self.close()
        self.pieces = [" ".join(_words(text, self).split())]
        self.close(level)

    def _comment(self, text: str) -> None:
        if text.strip(" %\t\n"):
            self.document.left.leave("latex_comments", text.strip(" %\t\n"))
        # A blank line after a comment still ends the paragraph; the end of its own line prints nothing.
        if re.match(r"[ \t]*\n", self.text[self.place : self.place + 200]):
            self.close()

    def _math(self, mark: str) -> None:
        """A formula ends in the paragraph where it begins; a mark that nothing closes is no formula."""
        if self.place >= self.blank:
            blank = BLANK.search(self.text, self.place)
            self.blank = blank.start() if blank else len(self.text)
            self.unclosed.clear()
        end = -1 if mark in self.unclosed else self.text.find(mark, self.place, self.blank)
        if end >= 0:
            inner, self.place = self.text[self.place : end], end + len(mark)
            self._formula(inner)
        else:
            self.unclosed.add(mark)

    def _formula(self, inner: str) -> None:
        if PLAIN.match(inner):
            self.pieces.append(inner)
        else:
            self.document.left.leave("latex_math", inner)

    def _sign(self, sign: str) -> None:
        if sign == "\\":
            self._line()
        elif sign in "([":
            self._math({"(": "\\)", "[": "\\]"}[sign])
        elif sign in ACCENTS:
            self._accent(sign)
        else:
            self.pieces.append(SIGNS.get(sign, sign))

    def _line(self) -> None:
        """A line ended by the author; with room behind it, a stanza."""
        if self.text[self.place : self.place + 1] in ("*", "!"):
            self.place += 1
        room = OPTION.match(self.text, self.place)
        self.place = room.end() if room else self.place
        self.pieces.append("\n\n" if room and not room[1].startswith("-") else "\n")
        if self.obeyed is not None and self.text.startswith("\n", self.place):
            self.place += 1

    def _accent(self, accent: str) -> None:
        letter, self.place = _argument(self.text, self.place)
        letter = letter.replace("\\i", "i").replace("\\j", "j").strip()
        self.pieces.append(unicodedata.normalize("NFC", letter[:1] + ACCENTS[accent]) + letter[1:] if letter else "")

    def _command(self, name: str) -> None:
        if name in ("begin", "end"):
            self._environment(name)
        elif name in HEADINGS:
            self._options()
            text, self.place = _argument(self.text, self.place)
            self.heading(text, HEADINGS[name])
        elif name in LETTERS:
            self.pieces.append(LETTERS[name])
            self._gap()
        elif name in ACCENTS:
            self._accent(name)
        elif name in NOTES:
            self._options()
            note, self.place = _argument(self.text, self.place)
            self.document.left.leave("footnotes", " ".join(_words(note, self).split()))
        elif name in FILES:
            file, self.place = _argument(self.text, self.place)
            self.files.append(file.strip())
        else:
            self._other(name)

    def _other(self, name: str) -> None:
        if name in ("newline", "linebreak", "verseline"):
            self._line()
        elif name in ENDS:
            self.close()
        elif name == "item":
            self.close()
            named = OPTION.match(self.text, self.place)
            self.place = named.end() if named else self.place
            self.pieces.append(f"- {named[1]} " if named else "- ")
        elif name in OBEYED:
            self.obeyed = self.braces
        elif name == "def":
            self.place = max(self.place, self.text.find("{", self.place))
            _, self.place = _argument(self.text, self.place)
        elif name == "enquote":
            quoted, self.place = _argument(self.text, self.place)
            self.pieces += ["“", _words(quoted, self), "”"]
        elif name == "verb":
            mark, line = self.text[self.place : self.place + 1], self.text[self.place + 1 : self.place + 400]
            if mark and mark in line.split("\n")[0]:
                self.pieces.append(line[: line.index(mark)])
                self.place += 2 + line.index(mark)
        else:
            self._options()
            for _ in range(BEHIND.get(name, 0)):
                self._options()
                _, self.place = _argument(self.text, self.place)
            self._options()

    def _environment(self, what: str) -> None:
        found = ENVIRONMENT.match(self.text, self.place)
        if found is None:
            return
        self.place = found.end()
        name = found[1].strip()
        if what == "begin" and (name in MATH or name in BLOCKS):
            ending = f"\\end{{{name}}}"
            end = self.text.find(ending, self.place)
            end = len(self.text) if end < 0 else end
            self.document.left.leave("latex_math" if name in MATH else "latex_blocks", self.text[self.place : end])
            self.place = min(len(self.text), end + len(ending))
            return
        self.close()
        self.document.paragraphs.append(Paragraph(""))
        if name in OBEYED:
            self.obeyed = self.braces if what == "begin" else None
        if what == "begin":
            self._options()
            for _ in range(AROUND.get(name, 0)):
                _, self.place = _argument(self.text, self.place)

    def _options(self) -> None:
        """What stands in brackets right behind a command is for the machine; after a space it is the author's."""
        while not self.text[self.place - 1].isspace() and (option := OPTION.match(self.text, self.place)):
            self.place = option.end()

    def _gap(self) -> None:
        """Empty braces behind a letter only keep the space after them."""
        if self.text.startswith("{}", self.place):
            self.place += 2


def _words(text: str, around: _Printed) -> str:
    """What an argument prints; deep ones are read without what is in them."""
    if around.depth > DEEPEST:
        return ""
    inner = _Printed(Document(left=around.document.left), around.depth + 1)
    inner.run(text)
    return "\n".join(paragraph.text for paragraph in inner.document.paragraphs)


def _argument(text: str, place: int) -> tuple[str, int]:
    """The argument of a command, in braces or a single sign, and where it ends."""
    while place < len(text) and text[place] in " \t\n":
        place += 1
    if not text.startswith("{", place):
        found = ONE.match(text, place)
        return (found[0], found.end()) if found else ("", place)
    depth = 0
    for brace in BRACE.finditer(text, place):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0 and brace[0] == "}":
            return text[place + 1 : brace.start()], brace.end()
    return text[place + 1 :], len(text)

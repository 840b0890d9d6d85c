"""Reads a Markdown file of the course into sections, parts and marked lines, remembering line numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeVar

HEADING = re.compile(r"(#{1,3})\s+(.+?)\s*$")
ENTRY = re.compile(r"[-*]\s+(accept|reject|cue):\s*(.*)$")
BULLET = re.compile(r"[-*]\s+(.*)$")
PLACEHOLDER = re.compile(r"\{([A-Za-z][\w-]*)((?:\.\w+)*)(?::\w+)?\}")
FENCE = re.compile(r"\s*(```|~~~)")
T = TypeVar("T")


@dataclass
class Part:
    """The lines under a heading, as (line number, text)."""

    line: int
    lines: list[tuple[int, str]] = field(default_factory=list)

    @property
    def markdown(self) -> str:
        """Everything, as written."""
        return "\n".join(text for _, text in self.lines).strip()

    @property
    def text(self) -> str:
        """What is neither a `>` explanation nor a marked line."""
        return "\n".join(text for _, text in self._plain()).strip()

    @property
    def why(self) -> str:
        """The `>` explanation, without its marks."""
        return "\n".join(text.lstrip()[1:].strip() for _, text in self.lines if text.lstrip().startswith(">")).strip()

    @property
    def words(self) -> str:
        """The text, or the explanation where there is only that."""
        return self.text or self.why

    def entries(self, mark: str) -> list[tuple[int, str]]:
        """The texts of the lines `- mark: ...`, with their line numbers; an indented line goes on with the last."""
        return [(number, text) for number, kind, text in self._entries() if kind == mark]

    @property
    def bullets(self) -> list[tuple[int, str]]:
        return [(number, m[1].strip()) for number, text in self.lines if (m := BULLET.match(text))]

    def _entries(self) -> list[tuple[int, str, str]]:
        found: list[tuple[int, str, str]] = []
        for number, text in self.lines:
            if match := ENTRY.match(text):
                found.append((number, match[1], match[2].strip()))
            elif found and text[:1].isspace() and text.strip():
                last = found.pop()
                found.append((last[0], last[1], f"{last[2]} {text.strip()}"))
        return found

    def _plain(self) -> list[tuple[int, str]]:
        plain, in_entry = [], False
        for number, text in self.lines:
            if ENTRY.match(text):
                in_entry = True
            elif not (text.lstrip().startswith(">") or (in_entry and text[:1].isspace() and text.strip())):
                plain.append((number, text))
        return plain


@dataclass
class Section:
    """A `##` section: its own lines in `body`, its `###` parts by name, a `#` name inside it (concepts)."""

    id: str
    body: Part
    title: str = ""
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def line(self) -> int:
        return self.body.line


@dataclass
class Document:
    """A file; `problems` are (line, message id, name) of what could not be placed."""

    title: str = ""
    sections: dict[str, Section] = field(default_factory=dict)
    problems: list[tuple[int, str, str]] = field(default_factory=list)


def parse(text: str) -> Document:
    """Read a lesson's or the concepts' Markdown. Headings inside fenced code are text."""
    document = Document()
    section: Section | None = None
    part: Part | None = None
    fenced = False
    for number, line in enumerate(text.splitlines(), start=1):
        fenced ^= bool(FENCE.match(line))
        heading = None if fenced else HEADING.match(line)
        if heading is None:
            if part is not None:
                part.lines.append((number, line.rstrip()))
            elif line.strip():
                document.problems.append((number, "course.words.stray", line.strip()[:40]))
            continue
        level, name = len(heading[1]), heading[2]
        if level == 1:
            _title(document, section, number, name)
        elif level == 2:
            part = Part(number)
            section = Section(name, part)
            _put(document, document.sections, name, section, number)
        elif section is None:
            document.problems.append((number, "course.words.stray", name))
        else:
            part = Part(number)
            _put(document, section.parts, name, part, number)
    return document


def _title(document: Document, section: Section | None, number: int, name: str) -> None:
    if section is None and not document.title:
        document.title = name
    elif section is not None and not section.title:
        section.title = name
    else:
        document.problems.append((number, "course.words.stray", name))


def _put(document: Document, where: dict[str, T], name: str, what: T, number: int) -> None:
    if name in where:
        document.problems.append((number, "course.words.twice", name))
    where[name] = what


def placeholders(text: str) -> dict[str, tuple[str, str]]:
    """The fields of a text: what is written between the braces -> (step, path in its result, without the dot)."""
    return {match[0][1:-1]: (match[1], match[2][1:]) for match in PLACEHOLDER.finditer(text)}


def stray_braces(text: str) -> bool:
    """Whether a text has a brace that is of no field: filling it in would fail."""
    return bool(re.search(r"[{}]", PLACEHOLDER.sub("", text)))


def count_words(text: str) -> int:
    """Words as a reader counts them: no Markdown marks, a placeholder is one."""
    return len(re.findall(r"[^\W_][\w'’.,-]*", PLACEHOLDER.sub("x", re.sub(r"\]\([^)]*\)", "]", text))))

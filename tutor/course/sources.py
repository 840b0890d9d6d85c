"""What a course was read from: its files, with the lines that things stand on, and the mistakes found in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from skills.blocks import Scalar
from skills.contract import Language
from tutor.course.model import Course, Item, Lesson
from tutor.course.prose import Pair
from tutor.course.yaml_lines import Lined
from tutor.words import Words


@dataclass(frozen=True, order=True)
class Mistake:
    """`file` is relative to the curriculum's folder; `text` says what is wrong, in the language asked for."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class CourseError(Exception):
    """The course cannot be used as it is; `mistakes` are all that was found, by file and line."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


@dataclass
class LessonFiles:
    """What a lesson, or the questions of a concept, were read from; `lesson` is None if it could not be understood, and
    of questions."""

    yaml: Lined
    words: Pair
    file: str
    lesson: Lesson | None = None
    items: tuple[Item, ...] = ()

    def item_line(self, id: str) -> int:
        items = self.yaml.data.get("items") or ()
        return self.yaml.line(("items", next((i for i, raw in enumerate(items) if raw.get("id") == id), 0)))

    def step_line(self, id: str, *path: str | int) -> int:
        steps = self.yaml.data.get("steps") or ()
        return self.yaml.line(("steps", next((i for i, raw in enumerate(steps) if raw.get("id") == id), 0), *path))


@dataclass
class Sources:
    """The files of a course, and the mistakes found in them so far."""

    root: Path
    language: Language
    mistakes: set[Mistake] = field(default_factory=set)
    course: Course | None = None
    plan: Lined = field(default_factory=Lined)
    concepts: Lined = field(default_factory=Lined)
    concept_words: Pair | None = None
    lessons: dict[str, LessonFiles] = field(default_factory=dict)
    questions: dict[str, LessonFiles] = field(default_factory=dict)
    """By concept."""

    def mistake(self, file: str, line: int, message: str, **values: Scalar) -> None:
        self.mistakes.add(Mistake(file, line, Words(self.language)(message, **values)))

    @property
    def sorted(self) -> tuple[Mistake, ...]:
        return tuple(sorted(self.mistakes))

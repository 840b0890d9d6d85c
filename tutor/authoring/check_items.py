"""What `tutor course check` looks at in a question: its key, its options, its hint, and how answers are graded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.authoring.check_skills import lint_do
from tutor.course.model import Choice, Do, Item, Open, Order
from tutor.course.prose import HINTS
from tutor.nlu.keys import tells_key

if TYPE_CHECKING:
    from tutor.course.sources import LessonFiles, Sources


def lint_item(sources: Sources, files: LessonFiles, item: Item) -> None:
    """Report what is wrong with one item."""
    line = files.item_line(item.id)
    _lint_hints(sources, files, item)
    match item:
        case Choice():
            _lint_choice(sources, files, item, line)
        case Order():
            if sorted(item.order) != sorted(option.id for option in item.options):
                sources.mistake(files.file, line, "course.item.order")
        case Do():
            lint_do(sources, files, item)
        case Open():
            _lint_open(sources, files, item)
        case _:
            pass


def _lint_choice(sources: Sources, files: LessonFiles, item: Choice, line: int) -> None:
    least = 2 if item.format == "true_false" else 3
    if len(item.options) < least:
        sources.mistake(files.file, line, "course.item.few_options", need=least)
    if not item.right:
        sources.mistake(files.file, line, "course.item.no_right")
    if item.format == "single" and len(item.right) > 1:
        sources.mistake(files.file, line, "course.item.many_right")
    for option in item.options:
        if option.misconception == "":
            sources.mistake(files.file, line, "course.item.no_misconception", name=option.id)


def _lint_hints(sources: Sources, files: LessonFiles, item: Item) -> None:
    """No rung of the ladder tells the key."""
    statement = isinstance(item, Choice) and item.format == "true_false"  # a hint has to speak of what it says
    for language, file, _ in files.words.documents if not statement else ():
        for name, rung in zip(HINTS, item.hints, strict=False):
            if tells_key(item, rung[language], language):
                sources.mistake(file, files.words.line(language, f"item {item.id}", name), "course.item.hint")


def _lint_open(sources: Sources, files: LessonFiles, item: Open) -> None:
    """Every authored example goes through the production grader: an accepted one may show no misconception either."""
    from tutor.nlu.open_answers import met, misconceptions

    for expectation in item.expectations:
        for language, file, _ in files.words.documents:
            part = files.words.part(language, f"item {item.id}", expectation.id)
            if part is None:
                continue
            for line, text in part.entries("accept"):
                if met(item, expectation, text, language) != "covered" or misconceptions(item, text, language):
                    sources.mistake(file, line, "course.item.accept", text=text)
            for line, text in part.entries("reject"):
                if met(item, expectation, text, language) != "missing":
                    sources.mistake(file, line, "course.item.reject", text=text)

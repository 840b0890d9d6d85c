"""Which lessons are named in a message, by the words of their titles and of what they teach: «lo de los resúmenes»."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from skills.texts.normalize import fold
from skills.texts.stems import stem
from skills.texts.stopwords import STOP
from tutor.course.model import Course, Lesson, Run, Try
from tutor.nlu.router import read_topics
from tutor.nlu.wording import words
from tutor.words import LANGUAGES, Words

OF_ITS_TITLE = 1.5
"""The weight of a word of a lesson's title beside one of what it teaches."""
ALIKE = 5
"""First letters of stems that are compared: «resumen», «resúmenes» and «resumir» are one."""
CLEARLY = 1.3
"""How many times likelier the one that is meant has to be than the next."""
ASKING = frozenset(
    fold(stem(word))[:ALIKE]
    for word in [
        "ir",
        "anda",
        "andá",
        "vamos",
        "llevame",
        "llévame",
        "llevar",
        "mostrame",
        "volver",
        "volvé",
        "vuelve",
        "quiero",
        "quisiera",
        "parte",
        "tema",
        "lección",
        "leccion",
        "lecciones",
        "explican",
        "explicás",
        "habla",
        "hablan",
        "trata",
        "curso",
        "go",
        "take",
        "back",
        "lesson",
        "lessons",
        "part",
        "bit",
        "topic",
        "about",
        "where",
        "want",
        "see",
        "show",
        "one",
        "course",
        "jump",
        "skip",
        "over",
        "again",
        "us",
        "any",
        "use",
    ]
)
"""Words of who wants to go somewhere, which say nothing of where."""


def lessons_named(text: str, course: Course) -> tuple[str, ...]:
    """The ids of the lessons that a message may mean, the likeliest first; one alone where it is clear."""
    said = _stems([text]) - ASKING
    names = _names(course)
    spread = Counter(stem_ for named in names.values() for stem_ in named)
    scores = {
        lesson: sum(named.get(one, 0.0) * math.log(1 + len(names) / spread[one]) for one in said if one in named)
        for lesson, named in names.items()
    }
    ranked = sorted((lesson for lesson, score in scores.items() if score), key=lambda lesson: -scores[lesson])
    if len(ranked) > 1 and scores[ranked[0]] >= CLEARLY * scores[ranked[1]]:
        return (ranked[0],)
    return tuple(ranked)


def _names(course: Course) -> Mapping[str, Mapping[str, float]]:
    """Of each lesson the stems that name it, in both languages, with their weights."""
    called: dict[str, list[str]] = {}
    for name, concept in read_topics().items():
        called.setdefault(concept, []).append(name)
    found: dict[str, dict[str, float]] = {}
    for lesson in course.lessons.values():
        taught = [name for concept in lesson.concepts for name in (*called.get(concept, ()), *_both(course, concept))]
        taught += [Words(language)(f"intents.{name}.label") for name in _skills_of(lesson) for language in LANGUAGES]
        of_title = _stems([lesson.title[language] for language in LANGUAGES])
        found[lesson.id] = dict.fromkeys(_stems(taught), 1.0) | dict.fromkeys(of_title, OF_ITS_TITLE)
    return found


def _skills_of(lesson: Lesson) -> set[str]:
    return {step.skill for step in lesson.steps if isinstance(step, Run | Try)}


def _both(course: Course, concept: str) -> Iterable[str]:
    named = course.concepts.get(concept)
    return [named.name[language] for language in LANGUAGES] if named else []


def _stems(texts: Iterable[str]) -> set[str]:
    stop = STOP["es"] | STOP["en"]
    return {stem(word)[:ALIKE] for text in texts for word in words(text) if word not in stop and len(word) > 1}

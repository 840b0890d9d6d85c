"""Reads the folder `curriculum/` into a Course, with every mistake in its files reported at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from skills.blocks import Frozen
from skills.contract import Language
from tutor.course.markdown import Document, parse
from tutor.course.model import SHOWN, Answer, Concept, Course, Lesson, Module, Questions
from tutor.course.prose import PROSE, Pair, concept_words, item_words, step_words
from tutor.course.sources import CourseError, LessonFiles, Sources
from tutor.course.yaml_lines import Lined, load

Model = TypeVar("Model", bound=BaseModel)
BESIDES = ("tutor-", "worry-", SHOWN)
"""How topics of the bank begin that are no concepts: the tutor itself, and people's worries."""


class _Modules(Frozen):
    """`course.yaml`."""

    modules: tuple[Module, ...]
    lessons: tuple[str, ...]
    routes: dict[str, tuple[str, ...]]


def load_course(root: Path, language: Language = "es") -> Course:
    """The course in `root`. Raises CourseError if a file cannot be read or does not fit the models of
    `tutor/course/model.py`, or an id it names does not exist. What only `check` looks at does not stop it."""
    sources = read(root, language)
    if sources.course is None or sources.mistakes:
        raise CourseError(sources.sorted)
    return sources.course


def read(root: Path, language: Language) -> Sources:
    """Read all files. `course` holds what could be understood; None if course.yaml or concepts.yaml could not."""
    sources = Sources(root, language)
    sources.plan = _yaml(sources, "course.yaml")
    sources.concepts = _yaml(sources, "concepts.yaml")
    plan = _validated(sources, _Modules, sources.plan.data, "course.yaml", sources.plan, ())
    concepts = _read_concepts(sources)
    for folder in sorted(path for path in (root / "lessons").glob("*") if path.is_dir()):
        sources.lessons[folder.name] = _read_lesson(sources, folder.name)
    for path in sorted((root / "questions").glob("*.yaml")):
        sources.questions[path.stem] = _read_questions(sources, path.stem)
    if plan is not None:
        _check_plan(sources, plan)
        sources.course = Course(
            version=version(root),
            modules=plan.modules,
            lessons={id: files.lesson for id in plan.lessons if (files := sources.lessons.get(id)) and files.lesson},
            concepts=concepts,
            routes=plan.routes,
            answers=_read_answers(sources, concepts),
            questions=tuple(item for files in sources.questions.values() for item in files.items),
        )
    return sources


def version(root: Path) -> str:
    """A digest of all the files that make the course (samples aside), 16 hexadecimal digits."""
    digest = hashlib.sha256()
    files = [path for path in root.rglob("*") if path.suffix in (".yaml", ".md", ".json")]
    for path in sorted(files, key=lambda path: path.relative_to(root).as_posix()):
        name = path.relative_to(root).as_posix()
        if not name.startswith("samples/"):
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


# --- the three kinds of file ------------------------------------------------------------------------------------------


def _read_concepts(sources: Sources) -> dict[str, Concept]:
    pair = sources.concept_words = _pair(sources, "concepts")
    profiles = {path.name.split(".")[0] for path in (sources.root / "examples").glob("*.md")}
    examples = {profile: _pair(sources, f"examples/{profile}") for profile in sorted(profiles)}
    found: dict[str, Concept] = {}
    for i, raw in enumerate(_list_of_dicts(sources, "concepts.yaml", sources.concepts.data, sources.concepts, ())):
        id = str(raw.get("id", ""))
        told = {profile: of.take(id, pick=lambda part: part.words) for profile, of in examples.items()}
        whole = raw | concept_words(pair, id) | {"examples": told}
        concept = _validated(sources, Concept, whole, "concepts.yaml", sources.concepts, (i,))
        if concept is None:
            continue
        if concept.id in found:
            sources.mistake("concepts.yaml", sources.concepts.line((i, "id")), "course.id_twice", name=concept.id)
        found[concept.id] = concept
    for words in (pair, *examples.values()):
        words.report_unused()
    return found


def _read_answers(sources: Sources, concepts: dict[str, Concept]) -> tuple[Answer, ...]:
    """The bank: `answers/TOPIC.yaml`, a list of {id, also?, es: {title, asks, answer}, en: {...}, source?}, where
    `asks` has a way of asking on each line."""
    found: dict[tuple[str, str], Answer] = {}
    topics: dict[str, tuple[str, int]] = {}
    for path in sorted((sources.root / "answers").glob("*.yaml")):
        file, topic = f"answers/{path.name}", path.stem
        lined = _yaml(sources, file)
        if topic not in concepts and not topic.startswith(BESIDES):
            sources.mistake(file, 1, "course.unknown.concept", name=topic)
        for i, raw in enumerate(_list_of_dicts(sources, file, lined.data, lined, (), words=True)):
            answer = _validated(sources, Answer, _answer(topic, raw), file, lined, (i,))
            if answer and (topic, answer.id) in found:
                sources.mistake(file, lined.line((i, "id")), "course.id_twice", name=answer.id)
            if answer:
                found[topic, answer.id] = answer
                topics |= {other: (file, lined.line((i, "also"))) for other in answer.also if other not in topics}
    known = {*concepts, *(topic for topic, _ in found)}
    for topic, (file, line) in topics.items():
        if topic not in known:
            sources.mistake(file, line, "course.unknown.concept", name=topic)
    return tuple(found.values())


def _answer(topic: str, raw: dict[str, Any]) -> dict[str, Any]:
    """An entry as it is written -> as `Answer` has it; what is missing or too much is left for its check."""
    spoken = {language: raw[language] for language in ("es", "en") if isinstance(raw.get(language), dict)}
    asks = {language: tuple(str(words.get("asks", "")).split("\n")) for language, words in spoken.items()}
    return {key: value for key, value in raw.items() if key not in spoken} | {
        "topic": topic,
        "asks": {language: tuple(ask.strip() for ask in lines if ask.strip()) for language, lines in asks.items()},
        "title": {language: words.get("title") for language, words in spoken.items()},
        "text": {language: " ".join(str(words.get("answer", "")).split()) for language, words in spoken.items()},
    }


def _read_lesson(sources: Sources, id: str) -> LessonFiles:
    file = f"lessons/{id}/lesson.yaml"
    lined = _yaml(sources, file)
    pair = _pair(sources, f"lessons/{id}/", lesson=True)
    files = LessonFiles(lined, pair, file)
    if not isinstance(lined.data, dict):
        if lined.data is not None:
            sources.mistake(file, 1, "course.not_mapping")
        lined.data = {}
        return files
    raw = dict(lined.data)
    if raw.get("id") != id:
        sources.mistake(file, lined.line(("id",)), "course.folder", name=id)
    raw["title"] = pair.title()
    raw["steps"] = [
        step | step_words(pair, step) for step in _list_of_dicts(sources, file, raw.get("steps"), lined, ("steps",))
    ]
    raw["items"] = [item | {"lesson": id} for item in _items(sources, files, raw.get("items") or [])]
    pair.report_unused()
    for key in ("steps", "items"):
        lined.data[key] = [entry for entry in lined.data.get(key) or [] if isinstance(entry, dict)]
    files.lesson = _validated(sources, Lesson, raw, file, lined, ())
    files.items = files.lesson.items if files.lesson else ()
    return files


def _read_questions(sources: Sources, concept: str) -> LessonFiles:
    """The questions on a concept that no lesson asks: `questions/CONCEPT.yaml`, with `items` as a lesson has them, and
    their words in `CONCEPT.es.md` and `CONCEPT.en.md`."""
    file = f"questions/{concept}.yaml"
    lined = _yaml(sources, file)
    files = LessonFiles(lined, _pair(sources, f"questions/{concept}"), file)
    raw = lined.data.get("items") if isinstance(lined.data, dict) else None
    items = [item | {"in_lesson": False} for item in _items(sources, files, raw)]
    files.words.report_unused()
    lined.data = {"items": [entry for entry in raw or [] if isinstance(entry, dict)]}
    found = _validated(sources, Questions, {"items": items}, file, lined, ())
    files.items = found.items if found else ()
    return files


def _items(sources: Sources, files: LessonFiles, raw: Any) -> list[dict[str, Any]]:
    """The items of a file, each with its words."""
    entries = _list_of_dicts(sources, files.file, raw, files.yaml, ("items",))
    return [item_words(files.words, item) for item in entries]


def _check_plan(sources: Sources, plan: _Modules) -> None:
    for i, id in enumerate(plan.lessons):
        if id not in sources.lessons:
            sources.mistake("course.yaml", sources.plan.line(("lessons", i)), "course.unknown.lesson", name=id)
        if id in plan.lessons[:i]:
            sources.mistake("course.yaml", sources.plan.line(("lessons", i)), "course.id_twice", name=id)
    for id in sources.lessons.keys() - set(plan.lessons):
        sources.mistake("course.yaml", sources.plan.line(("lessons",)), "course.not_listed", name=id)
    for route, ids in plan.routes.items():
        for i, id in enumerate(ids):
            if id not in plan.lessons:
                line = sources.plan.line(("routes", route, i))
                sources.mistake("course.yaml", line, "course.unknown.lesson", name=id)
    for name in {"express", "full"} - set(plan.routes):
        sources.mistake("course.yaml", sources.plan.line(("routes",)), "course.unknown.route", name=name)


# --- reading ----------------------------------------------------------------------------------------------------------


def _yaml(sources: Sources, file: str) -> Lined:
    try:
        lined = load((sources.root / file).read_text("utf-8"))
    except FileNotFoundError:
        sources.mistake(file, 1, "course.no_file")
        return Lined()
    except UnicodeDecodeError:
        sources.mistake(file, 1, "course.not_utf8")
        return Lined()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        sources.mistake(file, mark.line + 1 if mark else 1, "course.not_yaml", problem=str(error.problem))
        return Lined()
    for line, key in lined.twice:
        sources.mistake(file, line, "course.key_twice", name=key)
    return lined


def _pair(sources: Sources, stem: str, lesson: bool = False) -> Pair:
    """The two Markdown files `<stem>es.md` and `<stem>en.md` of a lesson, `<stem>.es.md` and `.en.md` otherwise."""
    files = {language: f"{stem}{'' if lesson else '.'}{language}.md" for language in ("es", "en")}
    documents = {}
    for language, file in files.items():
        try:
            documents[language] = parse((sources.root / file).read_text("utf-8"))
        except FileNotFoundError:
            sources.mistake(file, 1, "course.no_file")
            documents[language] = Document()
        except UnicodeDecodeError:
            sources.mistake(file, 1, "course.not_utf8")
            documents[language] = Document()
        for line, message, name in documents[language].problems:
            sources.mistake(file, line, message, name=name)
    return Pair(documents["es"], documents["en"], files["es"], files["en"], sources.mistake)


def _list_of_dicts(
    sources: Sources, file: str, data: Any, lined: Lined, path: tuple[str, ...], words: bool = False
) -> list[dict[str, Any]]:
    """The entries of a list; `words`: whether the learner's words may stand in it, and not in Markdown beside it."""
    if not isinstance(data, list):
        if data is not None or path:
            sources.mistake(file, lined.line(path), "course.not_list", name=".".join(path) or file)
        return []
    for i, entry in enumerate(data):
        if not isinstance(entry, dict):
            sources.mistake(file, lined.line((*path, i)), "course.not_mapping")
            continue
        for key in () if words else PROSE & entry.keys():
            sources.mistake(file, lined.line((*path, i, key)), "course.words.in_yaml", name=key)
    return [entry for entry in data if isinstance(entry, dict)]


def _validated(
    sources: Sources, model: type[Model], data: Any, file: str, lined: Lined, path: Sequence[str | int]
) -> Model | None:
    """`data` as a `model`, or None with each of its errors reported where its value stands."""
    if data is None:
        return None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for problem in error.errors():
            name = ".".join(str(part) for part in problem["loc"])
            message = {"missing": "course.field.missing", "extra_forbidden": "course.field.unknown"}
            sources.mistake(
                file,
                lined.line((*path, *problem["loc"])),
                message.get(problem["type"], "course.field.wrong"),
                name=name,
                problem=problem["msg"],
            )
        return None

"""What `tutor course check` looks at beyond the files' shape: ids, references, skills, fields, words, fairness."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from skills.contract import Language
from tutor.authoring.check_skills import inputs_given, lint_skills, result_fields
from tutor.course.files import read
from tutor.course.markdown import count_words, placeholders, stray_braces
from tutor.course.model import (
    Ask,
    Bilingual,
    Choice,
    Concept,
    Course,
    Item,
    Lesson,
    Predict,
    Run,
    Seen,
    Step,
    Try,
    Wait,
)
from tutor.course.sources import Mistake

if TYPE_CHECKING:
    from tutor.course.sources import LessonFiles, Sources

LONGEST_TEXT = 90
"""Words that Musa says at most before the learner does something."""
LEAST_ITEMS = 3
LEAST_ANSWERS = 10
"""Answers that a concept has in a course that answers questions at all."""
LANGUAGES: tuple[Language, ...] = ("es", "en")


def lint(sources: Sources) -> None:
    """Add to `sources.mistakes` all that is wrong with what could be read."""
    if sources.course is None:
        return
    _lint_concepts(sources, sources.course)
    _lint_ids(sources)
    _lint_counts(sources, sources.course)
    _lint_answers(sources, sources.course)
    _lint_waits(sources, sources.course)
    _lint_longest(sources)
    for files in sources.lessons.values():
        if files.lesson is not None:
            _lint_lesson(sources, files, files.lesson)
    for files in (*sources.lessons.values(), *sources.questions.values()):
        _lint_items(sources, files, sources.course)


# --- the course as a whole --------------------------------------------------------------------------------------------


def _lint_concepts(sources: Sources, course: Course) -> None:
    lined = sources.concepts
    modules = {module.number for module in course.modules}
    where = {raw.get("id"): i for i, raw in enumerate(lined.data or ()) if isinstance(raw, dict)}
    for concept in course.concepts.values():
        at = where[concept.id]
        if concept.module not in modules:
            sources.mistake("concepts.yaml", lined.line((at, "module")), "course.unknown.module", name=concept.module)
        for name in concept.prerequisites:
            if name not in where:
                line = lined.line((at, "prerequisites"))
                sources.mistake("concepts.yaml", line, "course.unknown.concept", name=name)
    cycle = _cycle(course.concepts)
    if cycle:
        line = lined.line((where[cycle[0]], "prerequisites"))
        sources.mistake("concepts.yaml", line, "course.cycle", name=" → ".join(cycle))


def _cycle(concepts: dict[str, Concept]) -> list[str]:
    graph = {id: [p for p in concept.prerequisites if p in concepts] for id, concept in concepts.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def _lint_ids(sources: Sources) -> None:
    items: set[str] = set()
    background: set[str] = set()
    for files in sources.lessons.values():
        steps: set[str] = set()
        for i, raw in enumerate(files.yaml.data.get("steps") or ()):
            id = str(raw.get("id"))
            line = files.yaml.line(("steps", i, "id"))
            if id in steps:
                sources.mistake(files.file, line, "course.id_twice", name=id)
            steps.add(id)
            if raw.get("background"):
                if id in background:
                    sources.mistake(files.file, line, "course.background_twice", name=id)
                background.add(id)
    for files in (*sources.lessons.values(), *sources.questions.values()):
        for i, raw in enumerate(files.yaml.data.get("items") or ()):
            id = str(raw.get("id"))
            if id in items:
                sources.mistake(files.file, files.yaml.line(("items", i, "id")), "course.id_twice", name=id)
            items.add(id)


def _lint_answers(sources: Sources, course: Course) -> None:
    """Enough answers to what people ask about each concept."""
    counts = Counter(answer.topic for answer in course.answers)
    for concept in course.concepts if counts else ():
        if counts[concept] < LEAST_ANSWERS:
            file = f"answers/{concept}.yaml"
            sources.mistake(file, 1, "course.few_answers", name=concept, have=counts[concept], need=LEAST_ANSWERS)


def _lint_counts(sources: Sources, course: Course) -> None:
    """Enough items for each concept that a lesson of a route passes. Not looked at while lessons are missing."""
    if any(files.lesson is None for files in sources.lessons.values()):
        return
    by_concept: dict[str, list[Item]] = defaultdict(list)
    for item in course.items.values():
        by_concept[item.concept].append(item)
    for id in dict.fromkeys(id for route in course.routes.values() for id in route if id in course.lessons):
        files = sources.lessons[id]
        line = files.yaml.line(("concepts",))
        for concept in course.lessons[id].concepts:
            items = by_concept[concept]
            if len(items) < LEAST_ITEMS:
                sources.mistake(files.file, line, "course.few_items", name=concept, have=len(items), need=LEAST_ITEMS)
            if not any(item.transfer for item in items):
                sources.mistake(files.file, line, "course.no_transfer", name=concept)
            if len({item.format for item in items}) < 2:
                sources.mistake(files.file, line, "course.one_format", name=concept)


def _lint_waits(sources: Sources, course: Course) -> None:
    """A `wait`, or a `$run:x`, is about a background run that the route began before."""
    for route, ids in course.routes.items():
        begun: set[str] = set()
        for files in (sources.lessons[id] for id in ids if id in course.lessons):
            assert files.lesson is not None
            for step in files.lesson.steps:
                for run in sorted(runs_used(step) - begun):
                    line = files.step_line(step.id)
                    sources.mistake(files.file, line, "course.wait", name=run, route=route)
                if isinstance(step, Run) and step.background:
                    begun.add(step.id)


def runs_used(step: Step) -> set[str]:
    """The background runs that a step needs to have been begun."""
    if isinstance(step, Wait):
        return {step.run}
    return {given.removeprefix("$run:") for given in inputs_given(step) if given.startswith("$run:")}


def _lint_longest(sources: Sources) -> None:
    for language in LANGUAGES:
        longest = singles = 0
        for item in sources.course.items.values() if sources.course else ():
            if isinstance(item, Choice) and item.format == "single" and len(item.right) == 1:
                lengths = {option.id: len(option.text[language]) for option in item.options}
                (right,) = item.right
                others = [length for id, length in lengths.items() if id != right]
                singles += 1
                longest += bool(others) and lengths[right] > max(others)
        if longest > singles / 2:
            sources.mistake("course.yaml", 1, "course.longest", language=language, have=longest, of=singles)


# --- a lesson ---------------------------------------------------------------------------------------------------------


def _lint_lesson(sources: Sources, files: LessonFiles, lesson: Lesson) -> None:
    course = sources.course
    assert course is not None
    modules = {module.number for module in course.modules}
    if lesson.module not in modules:
        line = files.yaml.line(("module",))
        sources.mistake(files.file, line, "course.unknown.module", name=lesson.module)
    for i, concept in enumerate(lesson.concepts):
        if concept not in course.concepts:
            line = files.yaml.line(("concepts", i))
            sources.mistake(files.file, line, "course.unknown.concept", name=concept)
    _lint_references(sources, files, lesson)
    _lint_recorded(sources, files, lesson)
    for step in lesson.steps:
        lint_skills(sources, files, lesson, step)
        _lint_words(sources, files, lesson, step)


def _lint_items(sources: Sources, files: LessonFiles, course: Course) -> None:
    from tutor.authoring.check_items import lint_item

    for item in files.items:
        if item.concept not in course.concepts:
            sources.mistake(files.file, files.item_line(item.id), "course.unknown.concept", name=item.concept)
        lint_item(sources, files, item)


OF_THE_LEARNER = ("$mine", "$text", "$trained", "$chosen", "$judged")
"""Values of inputs that no step gives."""


def _lint_references(sources: Sources, files: LessonFiles, lesson: Lesson) -> None:
    known = {str(raw.get("id")) for other in sources.lessons.values() for raw in other.yaml.data.get("items") or ()}
    asked = Counter(step.item for step in lesson.steps if isinstance(step, Ask))
    earlier: dict[str, Step] = {}
    for step in lesson.steps:
        if isinstance(step, Ask) and step.item not in known:
            sources.mistake(files.file, files.step_line(step.id, "item"), "course.unknown.item", name=step.item)
        if isinstance(step, Run) and step.against and not isinstance(earlier.get(step.against.step), Predict):
            line = files.step_line(step.id, "against")
            sources.mistake(files.file, line, "course.unknown.step", name=step.against.step)
        if isinstance(step, Seen) and step.bet:
            _lint_bet(sources, files, step, earlier)
        for given in inputs_given(step):
            name = given.removeprefix("$")
            if given not in OF_THE_LEARNER and not given.startswith("$run:") and not _predicted(sources, earlier, name):
                sources.mistake(files.file, files.step_line(step.id, "inputs"), "course.unknown.step", name=name)
        earlier[step.id] = step
    for item in lesson.items:
        if item.in_lesson and not asked[item.id]:
            sources.mistake(files.file, files.item_line(item.id), "course.no_item_step", name=item.id)


def _lint_bet(sources: Sources, files: LessonFiles, step: Seen, earlier: dict[str, Step]) -> None:
    """A bet is a choice made before; what came of it is in words, but where it is the votes that tell."""
    assert step.bet
    if not _predicted(sources, earlier, step.bet):
        sources.mistake(files.file, files.step_line(step.id, "bet"), "course.unknown.step", name=step.bet)
    if step.came is None and not (isinstance(step, Run) and step.inputs.get("blind")):
        for _, file, _ in files.words.documents:
            sources.mistake(file, 1, "course.words.missing", name=f"{step.id}:came")


def _predicted(sources: Sources, earlier: dict[str, Step], name: str) -> bool:
    """Whether `name` is a `predict` step before this one or, as `lesson/step`, one of another lesson."""
    lesson, _, step = name.rpartition("/")
    if not lesson:
        return isinstance(earlier.get(step), Predict)
    files = sources.lessons.get(lesson)
    return bool(files and files.lesson and any(s.id == step and isinstance(s, Predict) for s in files.lesson.steps))


def _lint_recorded(sources: Sources, files: LessonFiles, lesson: Lesson) -> None:
    runs = {step.id for step in lesson.steps if isinstance(step, Run | Try | Wait)}
    folder = sources.root / "lessons" / lesson.id / "recorded"
    for path in sorted(folder.glob("*.json")):
        step, _, language = path.stem.rpartition(".")
        if step.split(".")[0] not in runs or language not in LANGUAGES:
            name = path.relative_to(sources.root).as_posix()
            sources.mistake(name, 1, "course.unknown.recorded", name=path.name)


# --- the words of a step ----------------------------------------------------------------------------------------------


def _texts(step: Step) -> Iterator[tuple[str, str | None, Bilingual]]:
    """Every text of a step as (section, part, words)."""
    if step.text:
        yield step.id, None, step.text
    for id, label in step.labels.items():
        yield step.id, id, label
    for role in ("after", "match", "differ", "came"):
        words = getattr(step, role, None)
        if words:
            yield f"{step.id}:{role}", None, words


def _lint_words(sources: Sources, files: LessonFiles, lesson: Lesson, step: Step) -> None:
    for section, part, words in _texts(step):
        fields = {language: placeholders(words[language]) for language in LANGUAGES}
        for language, file, _ in files.words.documents:
            line = files.words.line(language, section, part)
            other: Language = "en" if language == "es" else "es"
            if odd := fields[language].keys() - fields[other].keys():
                sources.mistake(file, line, "course.placeholder.parity", name=", ".join(sorted(odd)))
            for name, (id, path) in fields[language].items():
                if not _resolves(lesson, step, section, id, path):
                    sources.mistake(file, line, "course.placeholder.unknown", name=name)
            if stray_braces(words[language]):
                sources.mistake(file, line, "course.placeholder.stray")
            if part is not None and "\n" in words[language]:
                sources.mistake(file, line, "course.label_lines")
            said = count_words(words[language])
            if section != step.id and isinstance(step, Run) and not step.background and step.text:
                said += count_words(step.text[language])
            if said > LONGEST_TEXT:
                sources.mistake(file, line, "course.too_long", have=said, limit=LONGEST_TEXT)


def _resolves(lesson: Lesson, step: Step, section: str, id: str, path: str) -> bool:
    """Whether the field `{id.path}`, in a text of `step`, is known by the time that it is said."""
    now = lesson.steps.index(step)
    after = section != step.id
    before = lesson.steps[: now + after]
    source = next((earlier for earlier in before if earlier.id == id), None)
    if isinstance(source, Predict):
        return not path
    waited = any(isinstance(earlier, Wait) and earlier.run == id for earlier in before)
    if source is None and waited:
        return bool(path)  # a run of an earlier lesson: `_lint_waits` finds it, its result is that skill's affair
    if isinstance(source, Run) and source.background and not waited:
        return False
    if isinstance(source, Run | Try) and path:
        fields = result_fields(source.skill)
        return fields is None or path.split(".")[0] in fields
    return False


def check(root: Path, language: Language = "es") -> list[Mistake]:
    """Every mistake in the course, the lints of `tutor/authoring/check.py` included, by file and line."""
    from tutor.authoring.check import lint

    sources = read(root, language)
    lint(sources)
    return list(sources.sorted)

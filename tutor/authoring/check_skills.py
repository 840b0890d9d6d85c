"""Whether the skill calls of a lesson name skills, inputs and results that there are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from skills import NAMES, skill
from skills.contract import Language, Result, Skill
from tutor.course.model import Do, Lesson, Run, Step, Try

if TYPE_CHECKING:
    from tutor.course.sources import LessonFiles, Sources

LANGUAGES: tuple[Language, ...] = ("es", "en")


def inputs_given(step: Step) -> list[str]:
    """The values of a step's inputs that are only known in the session: `$mine`, `$run:x`, `$<predict step>`."""
    inputs = [step.inputs, *step.choices.values()] if isinstance(step, Try) else [getattr(step, "inputs", {})]
    return [value for given in inputs for value in _strings(given) if value.startswith("$")]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _strings(child)


def in_language(value: Any, language: Language) -> Any:
    """An authored input with every `{es: ..., en: ...}` in it replaced by the language's own."""
    if isinstance(value, dict):
        if value.keys() == {"es", "en"}:
            return value[language]
        return {key: in_language(child, language) for key, child in value.items()}
    return [in_language(child, language) for child in value] if isinstance(value, list) else value


def result_fields(name: str) -> frozenset[str] | None:
    """The fields of a skill's result, None if that cannot be told (the skill is unknown or broken: told elsewhere)."""
    try:
        found = skill(name)
    except Exception:
        return None
    returns = getattr(found.run, "__annotations__", {}).get("return")
    if isinstance(returns, str):
        returns = getattr(sys.modules[found.run.__module__], returns, None)
    if isinstance(returns, type) and issubclass(returns, Result) and returns is not Result:
        return frozenset(returns.model_fields) | frozenset(returns.model_computed_fields)
    return None


def lint_skills(sources: Sources, files: LessonFiles, lesson: Lesson, step: Step) -> None:
    """Report an unknown skill, an input that it does not take, and a result that it does not give."""
    if not isinstance(step, Run | Try):
        return
    found = known_skill(sources, files, step.skill, files.step_line(step.id, "skill"))
    if found is None:
        return
    line = files.step_line(step.id, "inputs")
    if isinstance(step, Run):
        if step.settings and found.plan is None:
            line = files.step_line(step.id, "settings")
            sources.mistake(files.file, line, "course.skill.no_settings", name=found.name)
        _lint_inputs(sources, files, line, found, step.inputs, frozenset())
        if step.against:
            _lint_result(sources, files, files.step_line(step.id, "against"), found.name, step.against.field)
        return
    asked = frozenset({step.ask} if step.ask else ())
    if asked:
        _lint_inputs(sources, files, files.step_line(step.id, "ask"), found, step.inputs, asked)
    for id, choice in step.choices.items():
        at = files.step_line(step.id, "choices", id)
        _lint_inputs(sources, files, at, found, step.inputs | choice, frozenset())


def lint_do(sources: Sources, files: LessonFiles, item: Do) -> None:
    """The same for an item that asks to use a skill."""
    line = files.item_line(item.id)
    if known_skill(sources, files, item.skill, line):
        _lint_result(sources, files, line, item.skill, item.check.field)


def known_skill(sources: Sources, files: LessonFiles, name: str, line: int) -> Skill | None:
    """The skill, or None with the mistake reported."""
    if name not in NAMES:
        sources.mistake(files.file, line, "course.unknown.skill", name=name)
        return None
    try:
        return skill(name)
    except Exception as error:  # whatever keeps a skill from being imported is the mistake to report
        sources.mistake(files.file, line, "course.skill.broken", name=name, problem=f"{type(error).__name__}: {error}")
        return None


def _lint_inputs(
    sources: Sources, files: LessonFiles, line: int, found: Skill, inputs: dict[str, Any], later: frozenset[str]
) -> None:
    """Validate what is known now; `later` and the `$` values come in the session and need only exist."""
    later |= {name for name, value in inputs.items() if any(text.startswith("$") for text in _strings(value))}
    for name in sorted(later - found.Inputs.model_fields.keys()):
        sources.mistake(files.file, line, "course.unknown.input", name=name, skill=found.name)
    for language in LANGUAGES:
        known = {name: in_language(value, language) for name, value in inputs.items() if name not in later}
        try:
            found.Inputs.model_validate(known)
        except ValidationError as error:
            for problem in error.errors():
                name = ".".join(str(part) for part in problem["loc"])
                if problem["loc"] and problem["loc"][0] in later:
                    continue
                sources.mistake(
                    files.file,
                    line,
                    "course.skill.input",
                    name=name,
                    skill=found.name,
                    language=language,
                    problem=problem["msg"],
                )


def _lint_result(sources: Sources, files: LessonFiles, line: int, name: str, path: str) -> None:
    fields = result_fields(name)
    if fields is not None and path.split(".")[0] not in fields:
        sources.mistake(files.file, line, "course.unknown.result", name=path, skill=name)

"""All that a skill needs: for each one, what is missing, in words. docs/architecture.md, "Adding a skill", lists it.

`python -m tests.test_new_skill NAME` says it of one that is being written.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

import skills
from skills.contract import Skill
from tutor.nlu.arguments import ACCEPTS
from tutor.nlu.utterances import read_utterances
from tutor.words import LANGUAGES, Words

ROOT, HERE = Path(__file__).parent.parent, Path(__file__).name
SAYS_NOTHING = {
    "rehearse_training": "a button of the settings card, with all its inputs",
    "decide": "asked its questions one at a time, in a lesson",
}
"""Skills that take no argument from a message, and why."""


@cache
def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@cache
def other_tests() -> str:
    return "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").glob("test_*.py") if path.name != HERE)


def missing(name: str) -> list[str]:
    """What a skill called `name` lacks to be found, asked for, run and read, each a sentence."""
    if find_spec(f"skills.{name}") is None:
        return [f"skills/{name}.py: the file, with its SKILL"]
    skill: Skill = import_module(f"skills.{name}").SKILL
    return [*_in_code(name, skill), *(said for language in LANGUAGES for said in _in_words(name, skill, language))]


def _in_code(name: str, skill: Skill) -> Iterator[str]:
    if name not in skills.NAMES:
        yield "skills/__init__.py: its name in NAMES, where it is taught"
    if skill.name != name:
        yield f"skills/{name}.py: a SKILL that is called as its file"
    if not re.search(rf"^    {name} = typed\(\w+, \w+\)$", read("skills/__init__.py"), re.M):
        yield f"skills/__init__.py: the type of its function, `{name} = typed(Inputs, Result)`"
    if name not in ACCEPTS and name not in SAYS_NOTHING:
        yield "tutor/nlu/arguments.py: a row of ACCEPTS, the arguments that are read in what is said"
    if f"| `{name}` |" not in read("docs/vocabulary.md"):
        yield "docs/vocabulary.md: a row of the table of skills"
    for readme in ("README.md", "README.es.md"):
        if not re.search(rf"^  {name}\.py +\S", read(readme), re.M):
            yield f"{readme}: a line of the tree"
    if not re.search(rf"skills\.{name}\b|[\"']{name}[\"']", other_tests()):
        yield f"tests/test_{name}.py: tests"
    if skill.plan is not None and skill.plan not in skills.NAMES:
        yield f"skills/{skill.plan}.py: the skill that it names as its plan"


def _in_words(name: str, skill: Skill, language: str) -> Iterator[str]:
    words, folder = Words(language), f"tutor/messages/{language}"  # type: ignore[arg-type]
    for field, about in skill.Inputs.model_fields.items():
        if about.description is None:
            yield f"skills/{name}.py: a description of the input `{field}`, the id of its words"
        elif about.description not in words:
            yield f"{folder}: {about.description}, what the input `{field}` is"
        if about.is_required() and f"chat.ask_for.{field}" not in words:
            yield f"{folder}/chat.yaml: ask_for.{field}, which asks for what is missing"
    for part in ("label", "about"):
        if f"intents.{name}.{part}" not in words:
            yield f"{folder}/intents.yaml: {name}.{part}"
    for part in ("card", "ended") if skill.where == "job" else ("doing",):
        if f"chat.{part}.{name}" not in words:
            yield f"{folder}/chat.yaml: {part}.{name}"
    if name not in read_utterances()[language]:  # type: ignore[index]
        yield f"curriculum/utterances/{language}.yaml: what people say to ask for it"


@pytest.mark.parametrize("name", skills.NAMES)
def test_a_skill_has_all_it_needs(name: str) -> None:
    assert missing(name) == []


def test_what_is_missing_is_told() -> None:
    """Of a skill that has nothing but itself, everything is asked for."""
    bare = Skill("whistle", skills.skill("predict_next").Inputs, lambda inputs, ctx: None, where="job")  # type: ignore[arg-type, return-value]
    told = "\n".join([*_in_code("whistle", bare), *_in_words("whistle", bare, "en")])
    places = (
        *("skills/__init__.py", "arguments.py", "vocabulary.md", "README.md", "README.es.md", "tests/test_whistle.py"),
        *("intents.yaml: whistle.label", "chat.yaml: card.whistle", "chat.yaml: ended.whistle", "utterances/en.yaml"),
    )
    assert [place for place in places if place not in told] == []
    assert missing("whistle") == ["skills/whistle.py: the file, with its SKILL"]


def test_the_exceptions_are_skills_that_need_them() -> None:
    assert set(SAYS_NOTHING) <= set(skills.NAMES)
    assert not SAYS_NOTHING.keys() & ACCEPTS.keys()


if __name__ == "__main__":
    print("\n".join(missing(sys.argv[1])) or "nothing is missing")  # noqa: T201

"""The architecture held by tests: imports point down, the registry and the README match the disk, words have twins."""

from __future__ import annotations

import ast
import json
import re
import string
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import skills
from skills import errors
from tests.parsed import text_of, tree_of
from tutor.words import LANGUAGES, MESSAGES, Words, catalogue

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "transformers", "datasets", "peft", "xllamacpp", "sklearn", "chainlit", "scipy", "fsrs"}
SUPPORT = {"__init__", "blocks", "contract", "errors", "functions", "memory", "workspace"}
MADE_OF_TORCH = {"skills.model.attention", "skills.model.fused_lora"}
"""Layers, which are classes of torch's: nobody else may import them when loaded either."""


def imports(path: Path, top_level: bool = False) -> set[str]:
    """The modules a file imports; only those imported when it is loaded, if `top_level`."""
    tree = tree_of(path)
    found: set[str] = set()
    nodes = _loaded(tree) if top_level else list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _loaded(tree: ast.Module) -> list[ast.stmt]:
    """Statements that run at import: not inside functions, not under `if TYPE_CHECKING`."""
    return [node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))]


def sources(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found
    return found


def modules() -> dict[str, Path]:
    """Every module of the two packages by its name."""
    found = {}
    for folder in ("skills", "tutor"):
        for path in sources(folder):
            found[".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")] = path
    return found


@cache
def arrows() -> dict[str, set[str]]:
    """Module -> the modules of ours that it imports: when loaded, inside functions, and for types alone."""
    known = modules()
    found: dict[str, set[str]] = {}
    for name, path in known.items():
        meant: set[str] = set()
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Import):
                meant |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                inside = (f"{node.module}.{alias.name}" for alias in node.names)
                meant |= {whole if whole in known else node.module for whole in inside}
        found[name] = meant & known.keys() - {name}
    return found


def circle(graph: dict[str, set[str]]) -> list[str]:
    """A way from a module back to itself, empty if there is none (depth-first; 1: on the way, 2: done)."""
    state: dict[str, int] = {}

    def visit(name: str, way: list[str]) -> list[str]:
        state[name] = 1
        for other in sorted(graph[name]):
            if state.get(other) == 1:
                return [*way[way.index(other) :], other]
            if other not in state and (found := visit(other, [*way, other])):
                return found
        state[name] = 2
        return []

    return next((found for name in sorted(graph) if name not in state and (found := visit(name, [name]))), [])


@pytest.mark.parametrize("package", ["skills", "tutor"])
def test_no_module_imports_itself_through_others(package: str) -> None:
    graph = {name: {other for other in others if other.startswith(package)} for name, others in arrows().items()}
    found = circle({name: others for name, others in graph.items() if name.startswith(package)})
    assert not found, " -> ".join(found)


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def floors(package: str) -> dict[str, int]:
    """Folder or file of a package -> its line in the table of docs/architecture.md, the highest first."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8").split("## Layers\n")[1]
    table = text.split("```\n")[1].split(f"{package}/\n")[1]
    lines = [line[2:].split("  ")[0] for line in re.split(r"\n(?! )", table)[0].splitlines()]
    return {name: place for place, names in enumerate(lines) for name in names.split(", ")}


def floor_of(name: str, places: dict[str, int]) -> str:
    """What the table calls the place of a module: the longest of its folders that is there, itself, or any skill."""
    parts = name.split(".")[1:]
    there = ["/".join(parts[:depth]) for depth in range(len(parts), 0, -1)]
    return next((place for place in there if place in places), "*" if len(parts) == 1 else "/".join(parts))


@pytest.mark.parametrize("package", ["skills", "tutor"])
def test_folders_import_in_the_written_order(package: str) -> None:
    places, used = floors(package), set()
    for name, others in arrows().items():
        if not name.startswith(f"{package}."):
            continue
        here = floor_of(name, places)
        used.add(here)
        assert here in places, f"{name} has no place in the table of docs/architecture.md"
        for other in others:
            if other.startswith(f"{package}."):
                there = floor_of(other, places)
                below = places[there] > places[here] or (there == here and here != "*")
                assert below, f"{name} imports {other}: not below it in docs/architecture.md"
    assert used == places.keys(), "the table names what is not there"


def test_nothing_below_a_skill_knows_which_skills_there_are() -> None:
    for name, others in arrows().items():
        assert not (name.startswith("skills.") and "skills" in others), name


def test_skills_know_nothing_of_the_tutor() -> None:
    for path in sources("skills"):
        assert not any(name == "tutor" or name.startswith("tutor.") for name in imports(path)), path


def test_only_the_chat_knows_chainlit() -> None:
    for path in sources("tutor"):
        if not path.is_relative_to(ROOT / "tutor" / "ui"):
            assert not any(name.split(".")[0] == "chainlit" for name in imports(path)), path


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    for folder in ("skills", "tutor"):
        for path in sources(folder):
            if path.is_relative_to(ROOT / "tutor" / "ui"):
                continue
            if ".".join(path.relative_to(ROOT).with_suffix("").parts) in MADE_OF_TORCH:
                continue
            loaded = imports(path, top_level=True)
            assert not loaded & MADE_OF_TORCH, path
            heavy = {name.split(".")[0] for name in loaded} & HEAVY
            assert not heavy, f"{path} imports {heavy} when it is loaded"


@pytest.mark.slow
def test_the_server_never_loads_torch() -> None:
    script = (
        "import sys, tutor.session; from tutor.nlu.router import Router; Router();"
        "assert not {'torch', 'transformers'} & set(sys.modules), 'torch is loaded'"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_every_skill_is_registered_and_answers_to_its_name() -> None:
    on_disk = {path.stem for path in (ROOT / "skills").glob("*.py")} - SUPPORT
    assert on_disk == set(skills.NAMES)
    for name in skills.NAMES:
        assert skills.skill(name).name == name


def test_every_file_says_what_it_is_for_in_its_first_line() -> None:
    for folder in ("skills", "tutor", "tests", "benchmarks"):
        for path in sources(folder):
            if text_of(path).strip():
                said = ast.get_docstring(tree_of(path)) or ""
                assert len(said.split("\n")[0].split()) >= 3, f"{path}: {said!r} does not say what the file is for"


def fields(text: str | dict[str, str]) -> set[str]:
    """Names and styles of the fields of a message; the plural forms together."""
    texts = [text] if isinstance(text, str) else list(text.values())
    return {f"{name}:{style}" for t in texts for _, name, style, _ in string.Formatter().parse(t) if name}


def test_messages_are_the_same_in_both_languages() -> None:
    es, en = (catalogue(language) for language in LANGUAGES)
    assert es.keys() == en.keys(), es.keys() ^ en.keys()
    for id in es:
        # a singular may say "one" where the other language counts
        assert {f.split(":")[0] for f in fields(es[id])} | {"n"} == {f.split(":")[0] for f in fields(en[id])} | {"n"}, (
            id
        )


def test_the_words_of_start_are_the_same_in_both_languages() -> None:
    es, en = (json.loads((MESSAGES / language / "start.json").read_text("utf-8")) for language in LANGUAGES)
    assert es.keys() == en.keys()
    for id in es:
        assert fields(es[id]) == fields(en[id]), id


def test_every_error_has_its_three_sentences() -> None:
    from tutor import failures, settings
    from tutor.lm import fetch, installed

    assert failures
    assert settings
    assert fetch
    assert installed
    codes = {error.code for error in _tree(errors.UserError)} | {"defect"}
    for language in LANGUAGES:
        words = Words(language)
        missing = [f"{c}.{p}" for c in codes for p in ("what", "why", "next") if f"errors.{c}.{p}" not in words]
        assert not missing, (language, missing)


def _tree(error: type[errors.UserError]) -> list[type[errors.UserError]]:
    return [error, *(e for child in error.__subclasses__() for e in _tree(child))]


def test_messages_named_in_code_exist() -> None:
    known = catalogue("es")
    named = re.compile(r"""(?:msg|words|button)\(\s*"([a-z_]+(?:\.[a-z_0-9-]+)+)\"""")
    found = 0
    for folder in ("skills", "tutor"):
        for path in sources(folder):
            for id in named.findall(text_of(path)):
                found += 1
                assert id in known, f"{path}: {id}"
    assert found > 100

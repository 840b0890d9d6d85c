"""No code that only tests or benchmarks reach: what is defined in tutor/ and skills/ is used there.

Functions, classes and constants at the top of a module: used in it, or imported from it. Methods: their name is used.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.parsed import tree_of

ROOT = Path(__file__).parent.parent
WORD = re.compile(r"[A-Za-z_]\w*")
ALSO = ("start.py", "pyproject.toml", "tutor/ui/assets", "curriculum", "tutor/lm/catalogue.yaml")
"""What names code besides code: the set-up, the command's entry, the page's scripts, lessons, the catalogue."""
FOR_A_LIBRARY = {"BaseDataLayer": "Chainlit does", "evaluate.Metric": "evaluate does", "OfflineMetric": "evaluate does"}
"""Base classes whose methods a library calls, and which."""
ALLOWED = {
    "SKILL": "found by the name of its module, in skills/__init__.py",
    "open_session": "for a script or a notebook",
    "open_home": "for a script or a notebook",
    "_chat": "a request of worker_main, found as `_<do>`",
    "_warm": "a request of worker_main, found as `_<do>`",
}
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True)
class File:
    module: str
    path: str
    tree: ast.Module

    def takes(self) -> set[tuple[str, str]]:
        """(module, name) of everything that it imports from somewhere, and of every name of a module it imports."""
        found: set[tuple[str, str]] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {(node.module, alias.name) for alias in node.names}
                named = {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
                found |= self._of_modules(named)
            elif isinstance(node, ast.Import):
                found |= self._of_modules({alias.asname or alias.name: alias.name for alias in node.names})
        return found

    def _of_modules(self, named: dict[str, str]) -> set[tuple[str, str]]:
        """`errors.UserError` where `errors` was imported: (skills.errors, UserError)."""
        attributes = (node for node in ast.walk(self.tree) if isinstance(node, ast.Attribute))
        return {(named[said], a.attr) for a in attributes if (said := ast.unparse(a.value)) in named}


@cache
def files() -> tuple[File, ...]:
    found = []
    for folder in ("skills", "tutor"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT)
            module = ".".join(name.with_suffix("").parts).removesuffix(".__init__")
            found.append(File(module, str(name), tree_of(path)))
    return tuple(found)


@cache
def elsewhere() -> Counter[str]:
    """The words of what names code besides code."""
    found: Counter[str] = Counter()
    for name in ALSO:
        paths = [ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*.*")
        for path in paths:
            if path.suffix in (".py", ".toml", ".js", ".yaml"):
                found.update(WORD.findall(path.read_text("utf-8")))
    return found


def at_the_top(tree: ast.Module) -> Iterator[tuple[str, Definition]]:
    conditional = [each for node in tree.body if isinstance(node, ast.If) for each in node.body]
    for node in (*tree.body, *conditional):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [each for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]
            yield from ((each.id, node) for each in names)


def methods(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Those of our own classes; one with a decorator is called by who decorates it, unless that is `property`."""
    for owner in tree.body:
        if isinstance(owner, ast.ClassDef) and not {ast.unparse(base) for base in owner.bases} & FOR_A_LIBRARY.keys():
            for node in owner.body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    decorators = {ast.unparse(each).split("(")[0] for each in node.decorator_list}
                    if decorators <= {"property", "cached_property", "staticmethod", "classmethod", "cache"}:
                        yield node.name, node


def mentions(node: ast.AST) -> Counter[str]:
    """The names used in a piece of code; a text that is one word counts, since much is found by its name."""
    found: Counter[str] = Counter()
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            found[each.id] += isinstance(each.ctx, ast.Load)
        elif isinstance(each, ast.Attribute):
            found[each.attr] += 1
        elif isinstance(each, ast.keyword) and each.arg:
            found[each.arg] += 1
        elif isinstance(each, ast.Constant) and isinstance(each.value, str) and WORD.fullmatch(each.value):
            found[each.value] += 1
    return found


@pytest.mark.slow
def test_what_stands_at_the_top_of_a_module_is_used() -> None:
    taken = set().union(*(file.takes() for file in files()))
    named = elsewhere()
    idle = []
    for file in files():
        used = mentions(file.tree)
        for name, node in at_the_top(file.tree):
            reached = (file.module, name) in taken or used[name] > mentions(node)[name] or named[name]
            if not reached and not name.startswith("__") and name not in ALLOWED:
                idle.append(f"{file.path}: {name}")
    assert idle == []


def test_every_method_is_called() -> None:
    used = elsewhere().copy()
    for file in files():
        used.update(mentions(file.tree))
    idle = []
    for file in files():
        for name, node in methods(file.tree):
            if used[name] <= mentions(node)[name] and not name.startswith("__") and name not in ALLOWED:
                idle.append(f"{file.path}: {name}")
    assert idle == []


def test_a_name_is_imported_from_where_it_is_made() -> None:
    """One door each: nothing is taken from a module that only imported it; a package's face is its door."""
    made = {file.module: {name for name, _ in at_the_top(file.tree)} for file in files()}
    packages = {file.module for file in files() if file.path.endswith("__init__.py")}
    wrong = []
    for file in files():
        for node in ast.walk(file.tree):
            if isinstance(node, ast.ImportFrom) and node.module in made.keys() - packages:
                wrong += [
                    f"{file.path}: {a.name} of {node.module}" for a in node.names if a.name not in made[node.module]
                ]
    assert wrong == []


def test_what_is_allowed_is_there() -> None:
    there = {name for file in files() for name, _ in (*at_the_top(file.tree), *methods(file.tree))}
    assert ALLOWED.keys() <= there

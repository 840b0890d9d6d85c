"""What is known of the types in our modules: their trees, their names when loaded, and what a type is made of."""

from __future__ import annotations

import ast
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from tests.parsed import tree_of

ROOT = Path(__file__).parent.parent


@dataclass
class Source:
    """A module of ours: its syntax tree, each node's parent, and its names when loaded."""

    name: str
    path: Path
    tree: ast.Module
    names: Mapping[str, Any]
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in ast.walk(self.tree):
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        while node in self.parents:
            node = self.parents[node]
            yield node


@cache
def sources() -> tuple[Source, ...]:
    """Every module that speaks: all but those that are run before anything is installed."""
    found = []
    for folder in ("skills", "tutor"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if name.startswith(("tutor.setup", "tutor.ui.chat", "tutor.__main__")):
                continue
            found.append(Source(name, path, tree_of(path), vars(import_module(name))))
    return tuple(found)


def one_of(kinds: typing.Iterable[Any]) -> Any:
    """The union of types; one that is not known is Any."""
    known = [Any if kind is None else kind for kind in kinds]
    return Union[tuple(known)] if known else None  # noqa: UP007 (as many as there are)


def items_of(kind: Any) -> Any:
    """The type of the items of an iterable."""
    if kind is None:
        return None
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return one_of(items_of(each) for each in inside if each is not type(None))
    if origin is tuple:
        return one_of(each for each in inside if each is not Ellipsis)
    if origin is not None and inside and origin is not Literal:
        return inside[0]
    return None


def kind_of_value(value: Any) -> Any:
    """The type of a loaded value: of texts and collections of texts, which ones they are."""
    if isinstance(value, str):
        return Literal[value]  # type: ignore[valid-type]
    if isinstance(value, tuple | list | frozenset | set):
        return list[one_of(map(kind_of_value, value)) or Any]  # type: ignore[misc]
    if isinstance(value, dict):
        return dict[tuple(one_of(map(kind_of_value, side)) or Any for side in (value, value.values()))]  # type: ignore[misc]
    known = type | types.FunctionType | types.ModuleType
    return value if value is None or isinstance(value, known) or get_origin(value) else type(value)


def attribute(kind: Any, name: str) -> Any:
    """The type of an attribute of a class, or of a loaded module."""
    if isinstance(kind, types.ModuleType):
        ours = kind.__name__.split(".")[0] in ("skills", "tutor")
        return kind_of_value(vars(kind).get(name)) if ours else None
    if not isinstance(kind, type):
        return None
    found = getattr(kind, name, None)
    if isinstance(found, property) or hasattr(found, "func"):
        return returned(found.fget if isinstance(found, property) else found.func)  # type: ignore[union-attr]
    if isinstance(found, types.FunctionType):
        return found
    return hints(kind).get(name)


def returned(function: Any) -> Any:
    return hints(function).get("return") if isinstance(function, types.FunctionType) else None


def hints(of: Any) -> dict[str, Any]:
    try:
        module = next(s for s in sources() if s.name == of.__module__)
        return typing.get_type_hints(of, localns=names_for_types(module))
    except Exception:
        return {}


@cache
def _typing_names(name: str) -> dict[str, Any]:
    source = next(each for each in sources() if each.name == name)
    found = dict(source.names)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ("skills", "tutor"):
            for alias in node.names:
                found.setdefault(alias.asname or alias.name, getattr(import_module(node.module), alias.name, None))
    return found


def names_for_types(source: Source) -> dict[str, Any]:
    """The names of a module, those imported for types alone included."""
    return _typing_names(source.name)


def literals(kind: Any) -> set[str]:
    """The texts that a type allows; `*` for one that does not say."""
    if get_origin(kind) is Literal:
        return {str(each) for each in get_args(kind)}
    if get_origin(kind) in (Union, types.UnionType):
        return set().union(*(literals(each) for each in get_args(kind) if each is not type(None)))
    return {"*"}

"""What the message ids put together in code can be: an f-string's parts, followed to constants and Literal types.

A little type inference over the syntax tree, with the annotations of the loaded modules: a loop over a tuple of names,
a field whose type is a Literal, a choice between two words, a parameter that is given a word by every caller. What it
cannot follow is told as unknown, and tests/test_messages.py asks for it in a table.
"""

from __future__ import annotations

import ast
import itertools
import types
import typing
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar, Literal, Union, get_args, get_origin

from tests.declared_ids import DECLARED, filled, fixed, text_of
from tests.kinds import (
    Source,
    attribute,
    items_of,
    kind_of_value,
    literals,
    names_for_types,
    one_of,
    returned,
    sources,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Reader:
    """Infers the type of an expression of one module; None where it cannot."""

    done: ClassVar[dict[ast.AST, Any]] = {}

    def __init__(self, source: Source) -> None:
        self.source = source
        self.functions = {n.name: n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef)}

    def words(self, node: ast.expr) -> set[str]:
        """Every text that an expression can be; `*` stands for what is not known."""
        return literals(self.kind(node))

    def kind(self, node: ast.AST) -> Any:
        if node not in self.done:
            self.done[node] = None  # what leads back to itself is not known
            method = getattr(self, f"_{type(node).__name__.lower()}", None)
            self.done[node] = method(node) if method else None
        return self.done[node]

    def _constant(self, node: ast.Constant) -> Any:
        return type(None) if node.value is None else Literal[node.value]  # type: ignore[valid-type]

    def _formattedvalue(self, node: ast.FormattedValue) -> Any:
        return self.kind(node.value)

    def _joinedstr(self, node: ast.JoinedStr) -> Any:
        if (fills := DECLARED.get(text_of(node))) is not None:
            return Literal[tuple(filled(node, each) for each in fills) or ("*".join(fixed(node)),)]  # type: ignore[misc]
        parts = [self.words(part) for part in node.values]
        return Literal[tuple("".join(each) for each in itertools.product(*parts))]  # type: ignore[arg-type]

    def _ifexp(self, node: ast.IfExp) -> Any:
        return one_of((self.kind(node.body), self.kind(node.orelse)))

    def _tuple(self, node: ast.Tuple | ast.List | ast.Set) -> Any:
        inside = [items_of(self.kind(e.value)) if isinstance(e, ast.Starred) else self.kind(e) for e in node.elts]
        if isinstance(node, ast.Tuple) and not any(isinstance(e, ast.Starred) for e in node.elts):
            return tuple[tuple(Any if each is None else each for each in inside)]  # type: ignore[misc]
        return list[one_of(inside) or Any]  # type: ignore[misc]

    _list = _tuple

    def _dict(self, node: ast.Dict) -> Any:
        keys, values = (one_of(self.kind(e) if e else None for e in side) for side in (node.keys, node.values))
        return None if keys is None else dict[keys, values or Any]  # type: ignore[valid-type]

    def _listcomp(self, node: ast.ListComp) -> Any:
        return list[self.kind(node.elt) or Any]  # type: ignore[misc]

    # --- names and what they have --------------------------------------------------------------------------------

    def _name(self, node: ast.Name) -> Any:
        for scope in self.source.above(node):
            found = list(self._bound(node.id, scope))
            if found:
                return one_of(found)
        return kind_of_value(self.source.names.get(node.id))

    def _bound(self, name: str, scope: ast.AST) -> Iterator[Any]:
        """What binds a name inside a scope."""
        if isinstance(scope, ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp):
            for each in scope.generators:
                yield from self._in_target(name, each.target, items_of(self.kind(each.iter)))
        if isinstance(scope, Function):
            for node in own(scope):
                if isinstance(node, ast.Assign):
                    for target in node.targets:
                        yield from self._in_target(name, target, self.kind(node.value))
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
                    yield self.kind(node.value) if node.value else None
                elif isinstance(node, ast.For | ast.AsyncFor):
                    yield from self._in_target(name, node.target, items_of(self.kind(node.iter)))
            for place, each in enumerate(arguments_of(scope)):
                if each.arg == name:
                    yield self._parameter(scope, each, place)

    def _in_target(self, name: str, target: ast.expr, kind: Any) -> Iterator[Any]:
        if isinstance(target, ast.Name) and target.id == name:
            yield kind
        elif isinstance(target, ast.Tuple):
            members = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
            known = all(get_origin(each) is tuple and len(get_args(each)) == len(target.elts) for each in members)
            for place, each in enumerate(target.elts):
                yield from self._in_target(name, each, one_of(get_args(m)[place] for m in members) if known else None)

    def _parameter(self, scope: Function, arg: ast.arg, place: int) -> Any:
        """Its annotation; for a bare text, what it is given wherever it is called, and its default."""
        above = next(self.source.above(scope), None)
        if place == 0 and isinstance(above, ast.ClassDef) and arg.arg == "self":
            return self.source.names.get(above.name)
        kind = self._annotation(arg.annotation)
        if kind is not str and kind is not None and kind != str | None:
            return kind
        given = list(given_to(scope, arg.arg, place - isinstance(above, ast.ClassDef)))
        return one_of(Reader.of(where).kind(value) for where, value in given) if given else kind

    def _annotation(self, node: ast.expr | None) -> Any:
        if node is None:
            return None
        try:
            return eval(ast.unparse(node), {**names_for_types(self.source), **vars(typing)})
        except Exception:
            return None

    def _attribute(self, node: ast.Attribute) -> Any:
        base = self.kind(node.value)
        members = get_args(base) if get_origin(base) in (Union, types.UnionType) else (base,)
        kinds = [attribute(each, node.attr) for each in members if each is not type(None)]
        return one_of(kinds)

    def _call(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "items":
            base = self.kind(node.func.value)
            return list[tuple[get_args(base)]] if get_origin(base) is dict else None  # type: ignore[misc]
        if isinstance(node.func, ast.Name) and (local := self.functions.get(node.func.id)) is not None:
            return self._returned(local)
        called = self.kind(node.func)
        return called if isinstance(called, type) else returned(called)

    def _returned(self, scope: ast.FunctionDef) -> Any:
        """What a function gives: its annotation; where that is a bare text, what it returns."""
        kind = self._annotation(scope.returns)
        if kind is not str:
            return kind
        return one_of(self.kind(n.value) for n in own(scope) if isinstance(n, ast.Return) and n.value) or kind

    @staticmethod
    @cache
    def of(source: str) -> Reader:
        return Reader(next(each for each in sources() if each.name == source))


def ids(source: str, node: ast.expr) -> frozenset[str]:
    """Every text that an expression of a module can be. Each is followed anew, so that their order does not matter."""
    Reader.done.clear()
    return frozenset(Reader.of(source).words(node))


def own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, without those of the functions inside it."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, Function | ast.ClassDef | ast.Lambda):
            yield from own(child)


def arguments_of(scope: Function) -> list[ast.arg]:
    return [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]


def given_to(scope: Function, name: str, place: int) -> Iterator[tuple[str, ast.expr]]:
    """(module, expression) of every value that a function's parameter is given, its default included."""
    known = [*scope.args.posonlyargs, *scope.args.args]
    defaults = dict(zip([a.arg for a in known[::-1]], scope.args.defaults[::-1], strict=False))
    for source in sources():
        here = scope in source.parents
        if not here and scope.name not in source.names:
            continue
        if here and name in defaults:
            yield source.name, defaults[name]
        if not here and getattr(source.names[scope.name], "__module__", "") not in owners(scope):
            continue
        for node in calls(source.name).get(scope.name, ()):
            keyword = next((k.value for k in node.keywords if k.arg == name), None)
            if keyword is not None:
                yield source.name, keyword
            elif 0 <= place < len(node.args):
                yield source.name, node.args[place]


@cache
def owners(scope: ast.AST) -> set[str]:
    """The module that defines a function."""
    return {source.name for source in sources() if scope in source.parents}


@cache
def calls(name: str) -> dict[str, list[ast.Call]]:
    """The calls of a module by what is called."""
    found: dict[str, list[ast.Call]] = {}
    for node in ast.walk(Reader.of(name).source.tree):
        if isinstance(node, ast.Call):
            found.setdefault(called(node), []).append(node)
    return found


def called(node: ast.Call) -> str:
    func = node.func
    return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""

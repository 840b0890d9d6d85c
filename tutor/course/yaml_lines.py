"""YAML as plain data, with the line on which each value stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times as quick, where it is built
Path = tuple[str | int, ...]


@dataclass
class Lined:
    """`lines` has the line of each value by its path; `twice` the (line, key) of keys given more than once."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    twice: list[tuple[int, str]] = field(default_factory=list)

    def line(self, path: Sequence[str | int]) -> int:
        """The line of `path`; what has none there (a union's tag, a missing key) is passed over."""
        found: Path = ()
        for key in path:
            if (*found, key) in self.lines:
                found = (*found, key)
        return self.lines.get(found, 1)


def load(text: str) -> Lined:
    """Read a document. Raises yaml.MarkedYAMLError if it is not YAML."""
    loader = Loader(text)
    try:
        lined = Lined()
        node = loader.get_single_node()
        if node is not None:
            lined.data = _walk(loader, node, (), lined)
        return lined
    finally:
        loader.dispose()


def _walk(loader: Any, node: yaml.Node, path: Path, lined: Lined) -> Any:
    lined.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_walk(loader, child, (*path, i), lined) for i, child in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    data: dict[Any, Any] = {}
    for key_node, child in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            key = str(key_node.value)  # `true:`, `1:` and the like are names here
        if key in data:
            lined.twice.append((line, key))
        lined.lines[(*path, key)] = line
        data[key] = _walk(loader, child, (*path, key), lined)
    return data

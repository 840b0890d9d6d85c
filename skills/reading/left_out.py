"""What a reader leaves out of a text because it is nobody's words: counted by kind, and kept so that it can be seen."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from skills.blocks import Scalar

FILE = "left_out.jsonl"
"""Beside the rows of a data set: `{"kind": ..., "text": ...}` a line, in the order of the file."""
KEPT = 1_000
"""Pieces of a kind that are kept; the others are only counted."""
LONGEST = 400
"""Characters that are kept of a piece."""


class LeftOut(Counter[str]):
    """How many pieces of each kind were left out. A kind has words under `load_dataset.notices`, with `n`.

    `noted`: what else its words name, by the kind and what it is (`json_lines_names`).
    """

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[tuple[str, str]] = []
        self.noted: dict[str, Scalar] = {}

    def leave(self, kind: str, text: str) -> None:
        """Count a piece of a text that is left out, and keep it."""
        self[kind] += 1
        if self[kind] <= KEPT and text.strip():
            self.pieces.append((kind, text.strip()[:LONGEST]))

    def join(self, other: LeftOut) -> None:
        """Take over what another part of the same file left out."""
        self.update(other)
        self.pieces += other.pieces

    def note(self, name: str, value: Scalar) -> None:
        self.noted[name] = value

    def forget(self) -> None:
        """As new: the file is read once more from its beginning."""
        self.clear()
        self.pieces.clear()
        self.noted.clear()


def write_left_out(found: Iterable[LeftOut], folder: Path) -> None:
    """Write, or write anew, what was left out beside the rows in `folder`; no file where that is nothing."""
    pieces = [piece for left in found for piece in left.pieces]
    if not pieces:
        (folder / FILE).unlink(missing_ok=True)
        return
    lines = (json.dumps({"kind": kind, "text": text}, ensure_ascii=False) + "\n" for kind, text in pieces)
    (folder / FILE).write_text("".join(lines), "utf-8")


def read_left_out(folder: Path) -> list[tuple[str, str]]:
    """Kind and text of each piece that was left out of the data set in `folder`, in order; empty if none was."""
    if not (folder / FILE).is_file():
        return []
    lines = map(json.loads, (folder / FILE).read_text("utf-8").splitlines())
    return [(line["kind"], line["text"]) for line in lines]

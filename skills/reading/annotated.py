"""Texts as people marked them for a model to learn from: Label Studio, Argilla, Axolotl's segments."""

from __future__ import annotations

import itertools
from typing import Any, TypeGuard

from skills.reading.tables import cell_text

Record = dict[str, Any]
MARKED_AS = ("choices", "taxonomy", "rating", "number", "text")
"""What Label Studio calls that which a text was marked as; places in it are something else."""


def marked(value: Record) -> Record | None:
    """A text as people marked it in Label Studio or Argilla, with what it was marked as; None for anything else."""
    data, fields, responses = value.get("data"), value.get("fields"), value.get("responses")
    marks: Record = {}
    if isinstance(data, dict) and objects(value.get("annotations")):
        results = (result for one in value["annotations"] for result in one.get("result") or ())
        for result in results:
            given = result.get("value") if isinstance(result, dict) else None
            said = next((given[key] for key in MARKED_AS if key in given), None) if isinstance(given, dict) else None
            if said is not None:
                marks.setdefault(cell_text(result.get("from_name")), said)
        return data | marks
    if isinstance(fields, dict) and isinstance(responses, dict) and "status" in value:
        for name, given in responses.items():
            if objects(given) and "value" in given[0]:
                marks[name] = given[0]["value"]
        return fields | marks
    return None


def is_segment(item: Record) -> bool:
    return isinstance(item.get("label"), bool) and isinstance(item.get("text"), str)


def segments(items: list[Record]) -> list[Record]:
    """Axolotl's pieces of a text, of which the model is to learn those with a label, as turns."""
    turns = itertools.groupby(items, key=lambda item: item["label"])
    return [
        {"role": "assistant" if learnt else "user", "content": "".join(item["text"] for item in pieces).strip()}
        for learnt, pieces in turns
    ]


def objects(items: Any) -> TypeGuard[list[Record]]:
    return isinstance(items, list) and bool(items) and all(isinstance(item, dict) for item in items)

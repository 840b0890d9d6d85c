"""Changing the rows of a data set so that every change can be undone; the original is never touched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from skills.contract import BadInput
from skills.texts.sentences import WORD
from skills.workspace import Change, Manifest, Row, Workspace, disk_errors, write_atomic

ROWS, MANIFEST = "rows.jsonl", "manifest.json"


def revise(workspace: Workspace, dataset: str, kind: str, changed: int, rows: Iterable[Row]) -> Manifest:
    """Replace the rows of a data set; `changed` of them differ because of `kind`. Returns the new manifest.

    The rows and the manifest before the change are kept. `rows` may read the present rows lazily. Killed half way,
    the data set is as it was or as it will be: the manifest is written last. Raises DiskFull.
    """
    folder = workspace.inside("workspace", "datasets", dataset)
    manifest = workspace.find(dataset)
    new = folder / f".{ROWS}"
    count, characters, words, documents = 0, 0, 0, set[int]()
    with disk_errors():
        with new.open("w", encoding="utf-8", newline="\n") as file:
            for row in rows:
                file.write(row.model_dump_json(exclude_none=True) + "\n")
                count += 1
                characters += len(row.whole)
                words += sum(1 for _ in WORD.finditer(row.whole))
                documents.add(count if row.document is None else row.document)
        _keep(folder, len(manifest.changes) + 1)
        os.replace(new, folder / ROWS)
        after = manifest.model_copy(
            update={
                "rows": count,
                "characters": characters,
                "words": words,
                "documents": len(documents),
                "changes": (*manifest.changes, Change(kind=kind, rows=changed)),
            }
        )
        write_atomic(folder / MANIFEST, after.model_dump_json(indent=1))
    return after


def undo(workspace: Workspace, dataset: str) -> Manifest:
    """Take back the last change. Raises BadInput if there is none."""
    folder = workspace.inside("workspace", "datasets", dataset)
    manifest = workspace.find(dataset)
    kept = folder / "earlier" / str(len(manifest.changes))
    if not manifest.changes or not kept.exists():
        raise BadInput(name="undo", problem=manifest.name)
    os.replace(kept / ROWS, folder / ROWS)
    os.replace(kept / MANIFEST, folder / MANIFEST)
    shutil.rmtree(kept, ignore_errors=True)
    return workspace.find(dataset)


def _keep(folder: Path, number: int) -> None:
    """Copy the present rows and manifest to `earlier/<number>`, whole or not at all."""
    kept, temporary = folder / "earlier" / str(number), folder / "earlier" / f".{number}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    for name in (ROWS, MANIFEST):
        shutil.copyfile(folder / name, temporary / name)
    shutil.rmtree(kept, ignore_errors=True)
    os.replace(temporary, kept)

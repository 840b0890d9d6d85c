"""Changing the rows of a data set so that every change can be undone; the original is never touched."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from skills.errors import BadInput
from skills.reading.card import renew_card
from skills.texts.language import language_of
from skills.texts.sentences import count_words
from skills.workspace import Change, Manifest, Row, Workspace, disk_errors, write_atomic

MANIFEST = "manifest.json"
HEAD = 20_000
"""Characters by which the language of a data set is judged."""
SHORT = 300
"""Words below which a text is said to be short (as at import)."""
STALE = 3600
"""Seconds after which a file of rows that no manifest names was left by a process that was killed."""


def revise(workspace: Workspace, dataset: str, kind: str, changed: int, rows: Iterable[Row]) -> Manifest:
    """Replace the rows of a data set; `changed` of them differ because of `kind`. Returns the new manifest.

    `rows` may read the present rows lazily. The new rows go to a file of their own and the manifest, which names
    it, is replaced last and at once: killed at any point, the data set is as it was or as it will be. Raises
    DiskFull, and BadInput where nothing would be left.
    """
    manifest = workspace.find(dataset)
    folder = workspace.one(workspace.datasets, manifest.id)
    number = len(manifest.changes) + 1
    file = folder / f"rows-{number}-{secrets.token_hex(2)}.jsonl"
    _sweep(folder)
    try:
        facts = _write(file, rows, manifest.language)
        if not facts["rows"]:
            raise BadInput(name="apply", problem=kind)
        write_atomic(folder / "earlier" / f"{number}.json", manifest.model_dump_json(indent=1))
        changes = (*manifest.changes, Change(kind=kind, rows=changed))
        notices = _notices(manifest.notices, int(facts["words"]), bool(facts.pop("unread")))
        after = manifest.model_copy(
            update={**facts, "notices": notices, "changes": changes, "rows_file": file.name},
        )
        write_atomic(folder / MANIFEST, after.model_dump_json(indent=1))
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    renew_card(folder, after)
    return after


def undo(workspace: Workspace, dataset: str) -> Manifest:
    """Take back the last change. Raises BadInput if there is none."""
    manifest = workspace.find(dataset)
    folder = workspace.one(workspace.datasets, manifest.id)
    kept = folder / "earlier" / f"{len(manifest.changes)}.json"
    if not manifest.changes or not kept.exists():
        raise BadInput(name="undo", problem=manifest.name)
    before = Manifest.model_validate_json(kept.read_text("utf-8")).model_copy(update={"name": manifest.name})
    write_atomic(folder / MANIFEST, before.model_dump_json(indent=1))
    renew_card(folder, before)
    # Nothing names these any more; where another process still reads them (Windows), they are swept another time.
    for path in (folder / manifest.rows_file, kept):
        with suppress(OSError):
            path.unlink()
    return before


def _write(path: Path, rows: Iterable[Row], language: str) -> dict[str, Any]:
    """Write the rows, safely on the disk at return; the facts of the manifest that depend on them."""
    count, characters, words, documents = 0, 0, 0, set[int]()
    head, unread, fields = "", False, set[str]()
    with disk_errors(), path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(row.model_dump_json(exclude_none=True) + "\n")
            fields.update(name for name, value in row if value is not None)
            whole = row.whole
            count += 1
            characters += len(whole)
            words += count_words(whole)
            documents.add(-count if row.document is None else row.document)
            unread = unread or "\ufffd" in whole
            if len(head) < HEAD:
                head += f"{whole[:HEAD]}\n"
        file.flush()
        os.fsync(file.fileno())
    return {
        "rows": count, "characters": characters, "words": words, "documents": len(documents),
        "language": language_of(head, language), "unread": unread,
        "fields": tuple(sorted(fields)),
    }  # fmt: skip


def _notices(notices: tuple[str, ...], words: int, unread: bool) -> tuple[str, ...]:
    """What was told at import and is still true; a text that became short is said to be."""
    true = {"short_text": words < SHORT, "odd_characters": unread}
    kept = tuple(code for code in notices if true.get(code, True))
    return (*kept, "short_text") if true["short_text"] and "short_text" not in kept else kept


def _sweep(folder: Path) -> None:
    """Remove rows that neither the manifest nor an earlier one names: what a killed process left behind."""
    named = {
        Manifest.model_validate_json(path.read_text("utf-8")).rows_file
        for path in (folder / MANIFEST, *(folder / "earlier").glob("*.json"))
    }
    for path in folder.glob("rows-*.jsonl"):
        with suppress(OSError):
            if path.name not in named and time.time() - path.stat().st_mtime > STALE:
                path.unlink()

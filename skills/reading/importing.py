"""Writing what was understood of a file as a data set, whole or not at all; the originals are kept as they came."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from skills.blocks import Scalar
from skills.contract import Language
from skills.reading.card import renew_card, write_card
from skills.reading.collection import SPEAKERS, Collection, alternatives, nothing
from skills.reading.left_out import write_left_out
from skills.texts.language import language_of
from skills.texts.sentences import count_words
from skills.workspace import Manifest, Row, Workspace, new_id, safe_name, sha256, write_atomic

LITTLE = 300
"""Words below which a text is said to be short."""
ROWS = "rows.jsonl"
BATCH = 500_000
"""Characters whose words are counted together."""
DELIMITERS = {";": "semicolon", "\t": "tab", "|": "bar"}
"""Those that are told; a comma is what everybody expects."""


class Original(NamedTuple):
    """A file as it came, and the learner's name for it."""

    path: Path
    name: str


def unnumbered(name: str) -> str:
    """The learner's name of one of several originals: each is kept with a number before it, for their order."""
    return name.partition(" ")[2]


def digest_of(originals: Sequence[Original]) -> str:
    """SHA-256 of the file; of several, that of their digests in order."""
    digests = [sha256(path) for path, _ in originals if path.is_file()]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


class Tally:
    """Counts of the rows as they pass, and the beginning of the text for its language."""

    def __init__(self) -> None:
        self.rows = self.characters = self.words = self.blank = self.replaced = 0
        self.last_document = -1
        self.documents = 0
        self.head = ""
        self.fields: set[str] = set()
        self._uncounted: list[str] = []
        self._waiting = 0

    def add(self, row: Row, document: int) -> int:
        """Count a row; the number of its document among those that have rows, from 0."""
        whole = row.whole
        self.rows += 1
        self.characters += len(whole)
        self._uncounted.append(whole)
        self._waiting += len(whole)
        if self._waiting > BATCH:
            self.count()
        self.replaced += whole.count("\ufffd")
        self.documents += document != self.last_document
        self.last_document = document
        if len(self.head) < 20_000:
            self.head += f"{whole[:20_000]}\n"
        return self.documents - 1

    def count(self) -> None:
        """Count the words of the rows that wait for it: many short rows at once."""
        self.words += count_words("\n".join(self._uncounted))
        self._uncounted, self._waiting = [], 0

    def notices(self, found: Collection) -> tuple[str, ...]:
        columns = found.main.columns
        several = columns is not None and len(columns.names) > 1
        codes = {
            "encoding": found.main.source.named not in ("utf-8",),
            **{code: several and found.main.delimiter == mark for mark, code in DELIMITERS.items()},
            "column": several and found.main.columns is not None and found.main.columns.text is not None,
            "pair_columns": several and found.shape == "pairs",
            "no_text_column": found.shape == "table",
            "blank_rows": self.blank > 0,
            "odd_characters": self.replaced > 0 and "unread_bytes" not in found.facts,
            "short_text": self.words < LITTLE,
        }
        return (*found.notices(), *(code for code, there in codes.items() if there))


def import_new(
    found: Collection, originals: Sequence[Original], name: str, choices: Mapping[str, str], sample: bool,
    workspace: Workspace, temporary: Path, spoken: Language,
) -> Manifest:  # fmt: skip
    """Write originals, rows and manifest in a temporary folder and give it its name at the end: all or nothing."""
    id = new_id("text")
    folder = temporary / id
    (folder / "original").mkdir(parents=True)
    for number, original in enumerate(originals):
        kept = original.name if len(originals) == 1 else f"{number + 1:04} {original.name}"
        shutil.copyfile(original.path, folder / "original" / safe_name(kept))
    size = sum(original.path.stat().st_size for original in originals)
    tally = _write_rows(found, folder / ROWS, name)
    manifest = Manifest(
        id=id, name=name, digest=digest_of(originals), bytes=size, sample=sample, choices=dict(choices),
        **_facts(found, tally, spoken),
    )  # fmt: skip
    (folder / "manifest.json").write_text(manifest.model_dump_json(indent=1), "utf-8")
    write_left_out(found.left, folder)
    write_card(folder, manifest)
    os.replace(folder, workspace.datasets / id)
    return manifest


def read_again(
    again: Manifest, found: Collection, choices: Mapping[str, str], workspace: Workspace, spoken: Language
) -> Manifest:  # fmt: skip
    """The same data set with other rows: written beside the old ones, which go when the manifest names the new."""
    folder = workspace.datasets / again.id
    rows = f"rows-{secrets.token_hex(3)}.jsonl"
    try:
        tally = _write_rows(found, folder / rows, again.name)
        facts = _facts(found, tally, spoken)
        told = "read_again_changes" if again.changes else "read_again"
        facts["notices"] = (told, *facts["notices"])
        manifest = again.model_copy(update={"choices": dict(choices), "rows_file": rows, "changes": (), **facts})
        write_atomic(folder / "manifest.json", manifest.model_dump_json(indent=1))
    except BaseException:
        (folder / rows).unlink(missing_ok=True)
        raise
    renew_card(folder, manifest)
    for old in folder.glob("rows*.jsonl"):
        if old.name != rows:
            old.unlink()
    shutil.rmtree(folder / "earlier", ignore_errors=True)
    write_left_out(found.left, folder)
    return manifest


def _facts(found: Collection, tally: Tally, spoken: Language) -> dict[str, Any]:
    """What was detected, as fields of the manifest. `spoken`: the language that the learner is spoken to in."""
    main = found.main
    columns = main.columns
    counts: Counter[str] = Counter()
    noted: dict[str, Scalar] = {}
    for left in found.left:
        counts.update(left)
        for name, value in left.noted.items():
            noted[name] = f"{noted[name]}; {value}" if name in noted else value
    speakers = _speakers(found)
    return {
        "shape": found.shape, "language": language_of(tally.head, spoken), "documents": tally.documents,
        "rows": tally.rows, "characters": tally.characters, "words": tally.words, "encoding": main.source.named,
        "delimiter": main.delimiter, "columns": columns.names if columns else (),
        "text_column": columns.text if columns else None, "prompt_column": columns.prompt if columns else None,
        "completion_column": columns.completion if columns else None, "me": found.me,
        "alternatives": alternatives(found),
        "notices": (*(("chat_speakers",) if speakers else ()), *counts, *tally.notices(found)),
        "facts": {**found.facts, **speakers, **counts, **noted}, "fields": tuple(sorted(tally.fields)),
    }  # fmt: skip


def _speakers(found: Collection) -> dict[str, Scalar]:
    """Who speaks in a chat of people, as facts that are told; nothing where that is somebody and a program."""
    speakers = found.speakers
    if not speakers or found.main.chat is None or found.main.chat.roles:
        return {}
    named = ", ".join(name for name, _ in speakers.most_common(SPEAKERS))
    return {"chat_speakers": len(speakers), "chat_speakers_names": named + ("…" if len(speakers) > SPEAKERS else "")}


def sweep(datasets: Path) -> None:
    """Remove what an import that was killed more than an hour ago left behind."""
    for folder in (*datasets.glob(".import-*"), *datasets.glob(".pasted-*")):
        if time.time() - folder.stat().st_mtime > 3600:
            shutil.rmtree(folder, ignore_errors=True)


def _write_rows(found: Collection, path: Path, name: str) -> Tally:
    """Write all rows that are not blank, each with its document. Raises FileEmpty if there is none."""
    tally = Tally()
    encode = json.JSONEncoder(ensure_ascii=False).encode
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row, document in found.pieces():
            if not row.whole.strip():
                tally.blank += 1
                continue
            number = tally.add(row, document)
            data = row.model_dump(exclude_none=True) | {"document": number}
            tally.fields.update(data)
            file.write(encode(data) + "\n")
    if not tally.rows:
        raise nothing(name, found.left)
    tally.count()
    return tally

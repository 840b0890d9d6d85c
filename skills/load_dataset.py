"""Bring in a text: any plain-text file or pasted text becomes a data set of rows, the original kept as it came."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, model_validator

from skills.blocks import Block, Notice, Passage, Passages, Scalar, Text, msg
from skills.contract import Context, DiskFull, FileEmpty, FileMissing, Inputs, Result, Skill
from skills.texts.language import language_of
from skills.texts.read import examine
from skills.texts.sentences import WORD, fold, words
from skills.texts.understand import Understood, understand
from skills.workspace import Manifest, Row, Shape, Workspace, disk_errors, new_id, safe_name, sha256

EXAMPLES = 3
LITTLE = 300
"""Words below which a text is said to be short."""
NAMED = ("es", "en", "pt", "fr", "it", "ca", "gl", "de", "und")
"""Languages that have a sentence of their own in the messages."""
WARNINGS = ("short_text", "odd_characters", "no_text_column")
SHOWN = 600
"""Characters of an example that are shown."""


class LoadInputs(Inputs):
    """A file on this computer (`path`) or a text as it was pasted (`text`), not both."""

    path: Path | None = Field(None, description="load_dataset.fields.path")
    text: str | None = Field(None, description="load_dataset.fields.text")
    name: str | None = Field(None, max_length=300, description="load_dataset.fields.name")
    text_column: str | None = Field(None, description="load_dataset.fields.text_column")
    shape: Shape | None = Field(None, description="load_dataset.fields.shape")
    sample: bool = Field(False, description="load_dataset.fields.sample")

    @model_validator(mode="after")
    def _one_of_both(self) -> LoadInputs:
        if (self.path is None) == (self.text is None):
            raise ValueError("give `path` or `text`, one of them")
        return self


class Example(NamedTuple):
    """A row as it was understood; `completion` only for pairs and chats. Cut to 600 characters."""

    text: str
    completion: str | None = None
    title: str | None = None


class LoadResult(Result):
    """`path` of the imported rows (JSON lines, relative to the home folder); `known`: it had been loaded before."""

    dataset: str
    name: str
    shape: Shape
    language: str
    documents: int
    rows: int
    characters: int
    words: int
    encoding: str
    delimiter: str | None
    columns: tuple[str, ...]
    text_column: str | None
    notices: tuple[str, ...]
    path: str
    known: bool
    examples: tuple[Example, ...]

    def blocks(self) -> tuple[Block, ...]:
        counts: dict[str, Scalar] = {"name": self.name, "n": self.rows, "words": about(self.words)}
        read = Text(message=msg(f"load_dataset.read.{self.shape}", **counts))
        language = Text(message=msg(f"load_dataset.language.{self.language if self.language in NAMED else 'other'}"))
        shown = Passages(
            title=msg("load_dataset.examples.title", n=len(self.examples)),
            passages=tuple(self._passage(i, example) for i, example in enumerate(self.examples, start=1)),
            caption=msg("load_dataset.examples.caption"),
        )
        told = [*(["known"] if self.known else []), *self.notices]
        return (read, language, *(self._notice(code) for code in told), shown)

    def _passage(self, number: int, example: Example) -> Passage:
        text = example.text if example.completion is None else f"{example.text}\n→ {example.completion}"
        return Passage(text=text, source=self.name, location=msg(f"load_dataset.examples.{self.shape}", number=number))

    def _notice(self, code: str) -> Notice:
        values: dict[str, Scalar] = {
            "name": self.name, "encoding": self.encoding, "column": self.text_column, "words": self.words,
            "columns": ", ".join(self.columns),
        }  # fmt: skip
        return Notice(
            level="warning" if code in WARNINGS else "info", message=msg(f"load_dataset.notices.{code}", **values)
        )


def about(number: int) -> int:
    """A count to say aloud: two significant figures from a thousand on."""
    if number < 1000:
        return number
    unit = int(10 ** (len(str(number)) - 2))
    return round(number / unit) * unit


def run(inputs: LoadInputs, ctx: Context) -> LoadResult:
    """Import the text; the same text again gives the data set that there is. Raises the `UserError`s of `examine`."""
    name = shown_name(inputs)
    with _as_file(inputs, ctx.workspace, name) as path:
        source = examine(path, name)
        digest = sha256(path)
        if (known := _known(ctx.workspace, digest, inputs)) is not None:
            return _result(known, ctx.workspace, known=True)
        if ctx.workspace.free_bytes() < 4 * source.bytes:
            raise DiskFull(need=4 * source.bytes, free=ctx.workspace.free_bytes())
        found = understand(source, name, inputs.text_column, inputs.shape)
        manifest = _import(found, digest, ctx.workspace, inputs)
    return _result(manifest, ctx.workspace, known=False)


def shown_name(inputs: LoadInputs) -> str:
    """The learner's name for the text; a pasted one is called by its first words."""
    if inputs.name:
        return safe_name(inputs.name)
    if inputs.path is not None:
        return safe_name(inputs.path.name)
    return safe_name(" ".join(words(inputs.text or "")[:4])[:40] + ".txt")


@contextmanager
def _as_file(inputs: LoadInputs, workspace: Workspace, name: str) -> Iterator[Path]:
    """The text as a file: the one that is there, or the pasted words in a temporary one."""
    if inputs.path is not None:
        if not inputs.path.exists():
            raise FileMissing(name=name, known=", ".join(sorted({m.name for m in workspace.manifests()})))
        yield inputs.path
        return
    workspace.datasets.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=workspace.datasets, prefix=".pasted-") as folder, disk_errors():
        path = Path(folder) / name
        path.write_bytes((inputs.text or "").encode("utf-8", "replace"))
        yield path


def _known(workspace: Workspace, digest: str, inputs: LoadInputs) -> Manifest | None:
    """The data set made from this very file, if what the learner asks for now is how it was understood then."""
    for manifest in reversed(workspace.manifests()):
        same = manifest.digest == digest and manifest.sample == inputs.sample
        shape = inputs.shape in (None, manifest.shape)
        column = inputs.text_column is None or fold(inputs.text_column) == fold(manifest.text_column or "")
        if same and shape and column and (workspace.datasets / manifest.id / "rows.jsonl").exists():
            return manifest
    return None


class Tally:
    """Counts of the rows as they pass, and the beginning of the text for its language."""

    def __init__(self) -> None:
        self.rows = self.characters = self.words = self.blank = self.replaced = 0
        self.last_document = -1
        self.documents = 0
        self.head = ""

    def add(self, row: Row, document: int) -> None:
        whole = row.whole
        self.rows += 1
        self.characters += len(whole)
        self.words += sum(1 for _ in WORD.finditer(whole))
        self.replaced += whole.count("\ufffd")
        self.documents += document != self.last_document
        self.last_document = document
        if len(self.head) < 20_000:
            self.head += f"{whole[:20_000]}\n"

    def notices(self, found: Understood) -> tuple[str, ...]:
        column = found.columns.text if found.columns else None
        codes = {
            "encoding": found.source.named not in ("utf-8",),
            "column": column is not None and found.columns is not None and len(found.columns.names) > 1,
            "no_text_column": found.shape == "table",
            "blank_rows": self.blank > 0,
            "odd_characters": self.replaced > 0,
            "short_text": self.words < LITTLE,
        }
        return (*found.notices, *(code for code, there in codes.items() if there))


def _import(found: Understood, digest: str, workspace: Workspace, inputs: LoadInputs) -> Manifest:
    """Write original, rows and manifest in a temporary folder and give it its name at the end: all or nothing."""
    id = new_id("text")
    workspace.datasets.mkdir(parents=True, exist_ok=True)
    _sweep(workspace.datasets)
    with tempfile.TemporaryDirectory(dir=workspace.datasets, prefix=".import-") as temporary, disk_errors():
        folder = Path(temporary) / id
        (folder / "original").mkdir(parents=True)
        shutil.copyfile(found.source.path, folder / "original" / safe_name(found.name))
        tally = _write_rows(found, folder / "rows.jsonl")
        if not tally.rows:
            raise FileEmpty(name=found.name)
        manifest = Manifest(
            id=id, name=found.name, digest=digest, bytes=found.source.bytes, shape=found.shape,
            language=language_of(tally.head), documents=tally.documents, rows=tally.rows,
            characters=tally.characters, words=tally.words, encoding=found.source.named, delimiter=found.delimiter,
            columns=found.columns.names if found.columns else (), notices=tally.notices(found),
            text_column=found.columns.text if found.columns else None, sample=inputs.sample,
        )  # fmt: skip
        (folder / "manifest.json").write_text(manifest.model_dump_json(indent=1), "utf-8")
        os.replace(folder, workspace.datasets / id)
    return manifest


def _sweep(datasets: Path) -> None:
    """Remove what an import that was killed more than an hour ago left behind."""
    for folder in (*datasets.glob(".import-*"), *datasets.glob(".pasted-*")):
        if time.time() - folder.stat().st_mtime > 3600:
            shutil.rmtree(folder, ignore_errors=True)


def _write_rows(found: Understood, path: Path) -> Tally:
    tally = Tally()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row, document in found.pieces():
            if not row.whole.strip():
                tally.blank += 1
                continue
            tally.add(row, document)
            file.write(json.dumps(row.model_dump(exclude_none=True), ensure_ascii=False) + "\n")
    return tally


def _result(manifest: Manifest, workspace: Workspace, known: bool) -> LoadResult:
    examples = tuple(
        Example(cut(row.text or row.prompt or ""), cut(row.completion) if row.completion else None, row.title)
        for row in itertools.islice(workspace.rows(manifest.id), EXAMPLES)
    )
    facts = {name: getattr(manifest, name) for name in Manifest.model_fields if name in LoadResult.model_fields}
    path = f"workspace/datasets/{manifest.id}/rows.jsonl"
    return LoadResult(dataset=manifest.id, path=path, known=known, examples=examples, **facts)


def cut(text: str) -> str:
    """An example short enough to be looked at; the cut is marked."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN].rsplit(None, 1)[0]} […]"


SKILL = Skill(name="load_dataset", Inputs=LoadInputs, run=run, where="sandbox")

"""Bring in a text: a file of any kind, several, or pasted words become a data set; the original is kept as it came."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field, model_validator

from skills.contract import Context, Inputs, Skill
from skills.errors import FileMissing, FileTooLarge, FileUnreadable
from skills.reading.collection import gather
from skills.reading.formats.arrow import rows_in
from skills.reading.formats.packed import natural
from skills.reading.formats.readers import opened
from skills.reading.formats.several import Member, opened_each
from skills.reading.importing import Original, digest_of, import_new, read_again, sweep, unnumbered
from skills.reading.left_out import FILE
from skills.reading.load_result import EXAMPLES, LoadResult, RowExample
from skills.reading.part import Part
from skills.reading.read import LIMIT
from skills.reading.understand import Wanted
from skills.texts.excerpt import excerpt
from skills.texts.normalize import fold_word
from skills.texts.sentences import words
from skills.workspace import Manifest, Row, Shape, Workspace, disk_errors, safe_name

CHOICES = ("shape", "text_column", "prompt_column", "completion_column", "me")


class LoadInputs(Inputs):
    """What to bring in, one of four: a file on this computer (`path`), several that belong together (`paths`), a text
    as it was pasted (`text`), or a data set that is here (`file`), to be read again in another way."""

    path: Path | None = Field(None, description="load_dataset.fields.path")
    paths: tuple[Path, ...] | None = Field(None, min_length=1, max_length=1000, description="load_dataset.fields.paths")
    text: str | None = Field(None, description="load_dataset.fields.text")
    file: str | None = Field(None, description="load_dataset.fields.file")
    name: str | None = Field(None, max_length=300, description="load_dataset.fields.name")
    shape: Shape | None = Field(None, description="load_dataset.fields.shape")
    text_column: str | None = Field(None, description="load_dataset.fields.text_column")
    prompt_column: str | None = Field(None, description="load_dataset.fields.prompt_column")
    completion_column: str | None = Field(None, description="load_dataset.fields.completion_column")
    me: str | None = Field(None, max_length=100, description="load_dataset.fields.me")
    sample: bool = Field(False, description="load_dataset.fields.sample")

    @model_validator(mode="after")
    def _one_of_four(self) -> LoadInputs:
        if sum(given is not None for given in (self.path, self.paths, self.text, self.file)) != 1:
            raise ValueError("give one of `path`, `paths`, `text`, `file`")
        if (self.prompt_column is None) != (self.completion_column is None):
            raise ValueError("give `prompt_column` and `completion_column`, both or none")
        return self

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.shape, self.text_column, self.prompt_column, self.completion_column, self.me)

    @property
    def choices(self) -> dict[str, str]:
        """What the learner decided about the reading; empty if the program is to find out."""
        named = {name: getattr(self, name) for name in CHOICES}
        return {name: value for name, value in named.items() if value is not None}


def run(inputs: LoadInputs, ctx: Context) -> LoadResult:
    """Import the text, or read again one that is here; the same text again gives the data set that there is.

    Raises what `opened` and `gather` raise, DiskFull, and BadInput for a column that does not exist or somebody who
    says nothing.
    """
    again = ctx.workspace.find(inputs.file) if inputs.file is not None else None
    if again is not None and not inputs.choices:
        return result_of(again, ctx.workspace, known=True)
    with _originals(inputs, again, ctx.workspace) as originals:
        name = again.name if again else shown_name(inputs, originals)
        if again is None and (known := _known(ctx.workspace, digest_of(originals), inputs)) is not None:
            return result_of(known, ctx.workspace, known=True)
        size = sum(original.path.stat().st_size for original in originals)
        ctx.workspace.check_disk(4 * size)
        with tempfile.TemporaryDirectory(dir=ctx.workspace.datasets, prefix=".import-") as temporary:
            opened_in = Path(temporary) / "parts"
            opened_in.mkdir()
            found = gather(_parts(originals, name, opened_in), inputs.wanted, name)
            with disk_errors():
                if again:
                    manifest = read_again(again, found, inputs.choices, ctx.workspace, ctx.language)
                else:
                    manifest = import_new(
                        found,
                        originals,
                        name,
                        inputs.choices,
                        inputs.sample,
                        ctx.workspace,
                        Path(temporary),
                        ctx.language,
                    )
    return result_of(manifest, ctx.workspace, known=False)


def shown_name(inputs: LoadInputs, originals: Sequence[Original]) -> str:
    """The learner's name for the text; a pasted one is called by its first words, several by the first and how many."""
    if inputs.name:
        return safe_name(inputs.name)
    if inputs.text is not None:
        return safe_name(" ".join(words(inputs.text)[:4]) + ".txt")
    if inputs.path is not None and inputs.path.is_dir():
        return safe_name(inputs.path.resolve().name)
    first = safe_name(originals[0].name)
    return first if len(originals) == 1 else f"{first} + {len(originals) - 1}"


@contextmanager
def _originals(inputs: LoadInputs, again: Manifest | None, workspace: Workspace) -> Iterator[list[Original]]:
    """The files to read: those named, the kept ones of a data set, or the pasted words in a temporary one."""
    workspace.datasets.mkdir(parents=True, exist_ok=True)
    sweep(workspace.datasets)
    if again is not None:
        kept = workspace.datasets / again.id / "original"
        found = sorted(kept.iterdir(), key=lambda path: natural(path.name))
        yield [Original(path, unnumbered(path.name) if len(found) > 1 else path.name) for path in found]
    elif inputs.text is not None:
        with tempfile.TemporaryDirectory(dir=workspace.datasets, prefix=".pasted-") as folder, disk_errors():
            path = Path(folder) / shown_name(inputs, ())
            path.write_bytes(inputs.text.encode("utf-8", "replace"))
            yield [Original(path, path.name)]
    else:
        given = [inputs.path] if inputs.path is not None else list(inputs.paths or ())
        paths = [path for each in given for path in (rows_in(each) or [each])]
        named = inputs.name if len(paths) == 1 else None
        for path in paths:
            if not path.exists():
                known = ", ".join(sorted({m.name for m in workspace.manifests()}))
                raise FileMissing(name=safe_name(path.name), known=known)
            if path.is_dir():
                raise FileUnreadable(name=safe_name(path.name), kind="folder")
            if (size := path.stat().st_size) > LIMIT:
                raise FileTooLarge(name=safe_name(path.name), bytes=size, limit=LIMIT)
        yield [Original(path, safe_name(named or path.name)) for path in paths]


def _parts(originals: Sequence[Original], name: str, folder: Path) -> list[Part]:
    if len(originals) == 1:
        return opened(originals[0].path, name, folder)
    return opened_each((Member(path, named) for path, named in originals), name, folder, opened)


def _known(workspace: Workspace, digest: str, inputs: LoadInputs) -> Manifest | None:
    """The data set made from this very file, if what the learner asks for now is how it was understood then."""
    for manifest in reversed(workspace.manifests()):
        same = manifest.digest == digest and manifest.sample == inputs.sample
        facts = {name: getattr(manifest, name) for name in CHOICES}
        agree = all(fold_word(facts[name] or "") == fold_word(choice) for name, choice in inputs.choices.items())
        if same and agree and (workspace.datasets / manifest.id / manifest.rows_file).exists():
            return manifest
    return None


def result_of(manifest: Manifest, workspace: Workspace, known: bool) -> LoadResult:
    """What was found when the data set was brought in, and is still so."""
    examples = tuple(_example(row) for row in itertools.islice(workspace.rows(manifest.id), EXAMPLES))
    facts = {name: getattr(manifest, name) for name in Manifest.model_fields if name in LoadResult.model_fields}
    path = f"workspace/datasets/{manifest.id}/{manifest.rows_file}"
    left_out = (workspace.datasets / manifest.id / FILE).is_file()
    return LoadResult(dataset=manifest.id, path=path, known=known, examples=examples, left_out=left_out, **facts)


def _example(row: Row) -> RowExample:
    """A conversation is shown as its first turn and the answer to it."""
    if row.turns:
        said = [turn for turn in row.turns if turn.role != "system"]
        return RowExample(excerpt(said[0].content), excerpt(said[1].content) if len(said) > 1 else None, row.title)
    return RowExample(
        excerpt(row.text or row.prompt or ""), excerpt(row.completion) if row.completion else None, row.title
    )


SKILL = Skill(name="load_dataset", Inputs=LoadInputs, run=run, where="sandbox")

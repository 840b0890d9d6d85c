"""Take a tuned model elsewhere: as an adapter, merged, as a GGUF, for Ollama; each opened again and compared."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from skills.blocks import msg
from skills.contract import Advanced, Context, Ended, Inputs, Skill
from skills.export.equivalence import Reference, compare, judge, reference
from skills.export.errors import CannotConvert, FormatNotYet, NotTheSame
from skills.export.gguf_file import check_convertible, open_gguf, write_gguf
from skills.export.gguf_tokenizer import same_tokenizer
from skills.export.kept import ExportCard, FormatCheck, begun, exports_folder, finish, no_places
from skills.export.merged import merge_source, write_adapter, write_merged
from skills.export.model_card import Licence, Signed, licence_text, write_card, write_licence
from skills.export.ollama import write_modelfiles
from skills.export.result import ExportResult, FormatChoice
from skills.export.room import Format, Quantization, format_bytes, precision, room_for_export
from skills.export.source import ExportSource, read_source
from skills.model.base import Precision, open_base
from skills.training import budget
from skills.training.adapter import open_tuned
from skills.workspace import folder_bytes

FORMATS: tuple[Format, ...] = ("adapter", "merged", "ollama", "gguf")
AskedFormat = Literal["adapter", "merged", "ollama", "gguf", "notebook", "report", "data"]


class ExportInputs(Inputs):
    """Without `formats` it says what can be had, and how big it would be."""

    run: str | None = Field(None, description="export_project.fields.run")
    formats: tuple[AskedFormat, ...] = Field((), description="export_project.fields.formats")
    quantization: Quantization = Field("q8_0", description="export_project.fields.quantization")
    licence: Licence | None = Field(None, description="export_project.fields.licence")
    author: str | None = Field(None, max_length=200, description="export_project.fields.author")
    title: str | None = Field(None, max_length=200, description="export_project.fields.title")

    @field_validator("formats", mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        """«adapter» or «adapter, merged», as a person writes it."""
        return tuple(filter(None, re.split(r"[,\s]+", given))) if isinstance(given, str) else given


@dataclass(frozen=True)
class WrittenFormat:
    """A format as it was written: in `folder`, in so many `seconds`; `open` opens it again from there."""

    format: Format
    folder: Path
    tolerance: str
    open: Callable[[], Any]
    seconds: float


def run(inputs: ExportInputs, ctx: Context) -> ExportResult:
    """Write what was asked for, open each again, compare it with the trained model, and only then keep it.

    Raises ModelMissing, RunUnusable, WrongBase, FormatNotYet, CannotConvert, ExportRoom, DiskFull, NotTheSame,
    TellsWhere, Ended; whatever is raised, nothing of the export is left.
    """
    begin = time.monotonic()
    formats = tuple(format for format in FORMATS if format in inputs.formats)
    if inputs.formats and not formats:
        raise FormatNotYet(kind=inputs.formats[0])
    source = read_source(ctx, inputs.run)
    if not formats:
        return _result(source, inputs, time.monotonic() - begin)
    if {"ollama", "gguf"} & set(formats):
        check_convertible(source)
    room_for_export(source, formats, inputs.quantization)
    budget.set_threads()
    exact = precision(source, formats)
    signed = Signed(licence=inputs.licence, author=inputs.author, title=inputs.title, language=ctx.language)
    with begun(ctx.workspace, source.run_dir.name) as (id, beside):
        checks = _make(source, signed, beside, formats, inputs.quantization, exact, ctx)
        no_places(beside, (source.weights, ctx.workspace.home))
        card = ExportCard(
            id=id,
            run=source.run_dir.name,
            base=source.base.name,
            base_digest=source.digest,
            checks=checks,
            bytes=folder_bytes(beside),
        )
        finish(beside, card)
    return _result(source, inputs, time.monotonic() - begin, card, exact)


def _make(
    source: ExportSource,
    signed: Signed,
    beside: Path,
    formats: tuple[Format, ...],
    quantization: Quantization,
    exact: Precision,
    ctx: Context,
) -> tuple[FormatCheck, ...]:
    """One model in memory at a time: the trained one, the merged one, then each as it is opened again."""
    steps = _Steps(ctx, total=2 + 2 * len(formats))
    steps.next("measuring")
    model = open_tuned(source.weights, source.adapter, exact)
    measured = reference(model, source)
    del model
    budget.let_go()
    forms: list[WrittenFormat] = []
    if "adapter" in formats:
        steps.next("adapter")
        forms.append(_adapter(source, signed, beside / "adapter", exact))
    if formats != ("adapter",):
        steps.next("merging")
        model = merge_source(source)
        if {"ollama", "gguf"} & set(formats):
            steps.next("gguf")
            format: Format = "ollama" if "ollama" in formats else "gguf"
            forms.append(_gguf(model, source, signed, beside / format, format, quantization, exact))
        if "merged" in formats:  # last: it rounds the weights to the base's precision
            steps.next("merged")
            forms.append(_merged(model, source, signed, beside / "merged", exact))
        del model
        budget.let_go()
    checks = []
    for form in forms:
        steps.next(f"checking.{form.format}")
        checks.append(_checked(form, measured, beside))
    return tuple(checks)


# --- one function a format --------------------------------------------------------------------------------------------


def _adapter(source: ExportSource, signed: Signed, folder: Path, exact: Precision) -> WrittenFormat:
    begin = time.monotonic()
    write_adapter(source, folder)
    write_card(source, signed, "adapter", folder)
    opened = partial(open_tuned, source.weights, folder, exact)
    return WrittenFormat("adapter", folder, "adapter", opened, time.monotonic() - begin)


def _merged(model: Any, source: ExportSource, signed: Signed, folder: Path, exact: Precision) -> WrittenFormat:
    begin = time.monotonic()
    folder.mkdir()
    write_merged(model, source, folder)
    write_card(source, signed, "merged", folder)
    write_licence(source, folder)
    return WrittenFormat("merged", folder, "merged", partial(open_base, folder, exact), time.monotonic() - begin)


def _gguf(
    model: Any,
    source: ExportSource,
    signed: Signed,
    folder: Path,
    format: Format,
    quantization: Quantization,
    exact: Precision,
) -> WrittenFormat:
    begin = time.monotonic()
    folder.mkdir()
    path = folder / f"{source.slug}-{quantization}.gguf"
    write_gguf(model, source, path, quantization, signed.named(source))
    if not same_tokenizer(path, source.weights, source.config):
        raise NotTheSame(format=format, difference=None, same=0.0)
    names = write_modelfiles(source, folder, path.name, licence_text(source)) if format == "ollama" else (path.name,)
    write_card(source, signed, "gguf", folder, names)
    write_licence(source, folder)
    return WrittenFormat(format, folder, quantization, partial(open_gguf, path, exact), time.monotonic() - begin)


def _checked(form: WrittenFormat, measured: Reference, beside: Path) -> FormatCheck:
    """Open a format again and compare it. Raises NotTheSame."""
    begin = time.monotonic()
    model = form.open()
    loss, same = compare(model, measured)
    del model
    budget.let_go()
    judge(form.format, form.tolerance, loss, same, measured)
    return FormatCheck(
        format=form.format,
        path=form.folder.relative_to(beside).as_posix(),
        bytes=folder_bytes(form.folder),
        loss=loss,
        original=measured.loss,
        same=same,
        tokens=measured.tokens,
        seconds=form.seconds + time.monotonic() - begin,
    )


@dataclass
class _Steps:
    """Says what comes next, unless the learner has asked to stop: then nothing is left, and it can begin anew."""

    ctx: Context
    total: int
    done: int = 0

    def next(self, what: str) -> None:
        asked = self.ctx.requested()
        if asked is not None:
            raise Ended("paused" if asked == "pause" else "stopped", kept=False)
        self.ctx.emit(Advanced(done=self.done, total=self.total, doing=msg(f"export_project.doing.{what}")))
        self.done += 1


def _result(
    source: ExportSource,
    inputs: ExportInputs,
    seconds: float,
    card: ExportCard | None = None,
    exact: Precision | None = None,
) -> ExportResult:
    result = source.result
    folder = exports_folder(source.workspace).relative_to(source.workspace.home.resolve())
    return ExportResult(
        export=card.id if card else None,
        run=source.run_dir.name,
        base=source.base.label,
        folder=(folder / card.id).as_posix() if card else None,
        checks=card.checks if card else (),
        quantization=inputs.quantization,
        precision=exact,
        choices=tuple(
            FormatChoice(format=f, bytes=format_bytes(source, f, inputs.quantization)) for f in _possible(source)
        ),
        later=tuple(format for format in inputs.formats if format not in FORMATS),
        longest_copy=source.longest_copy,
        verdict=result.verdict if result else None,
        masked=source.masked,
        dataset=source.manifest.id if source.manifest else None,
        licence=inputs.licence,
        bytes=card.bytes if card else 0,
        seconds=seconds,
        peak_bytes=budget.peak_memory(),
    )


def _possible(source: ExportSource) -> tuple[Format, ...]:
    """What can be made of this base."""
    try:
        check_convertible(source)
    except CannotConvert:
        return ("adapter", "merged")
    return FORMATS


SKILL = Skill(name="export_project", Inputs=ExportInputs, run=run, where="job", needs=frozenset({"weights"}))

"""What an export made and what was checked, as data, and the blocks that show it: first of all, what may get out."""

from __future__ import annotations

from skills.blocks import Artefact, Block, Column, Frozen, Message, Notice, Offer, Table, Text, msg
from skills.contract import Result
from skills.export.kept import FormatCheck
from skills.export.room import Format, Quantization
from skills.model.base import Precision

TOUCHING = 5
"""Words in a row from which on a copy is worth a warning: fewer are anybody's."""


class FormatChoice(Frozen):
    """A format that can be had, and about how much disk it takes."""

    format: Format
    bytes: int


class ExportResult(Result):
    """`longest_copy`: words in a row that the model wrote as they are in a training text (None: never measured).

    `choices`: what can be had; `later`: what was asked for and can't be had in this version. `masked`: personal data
    were masked in the data set; `dataset`: its id, if it is still there.
    """

    export: str | None
    run: str
    base: str
    folder: str | None
    checks: tuple[FormatCheck, ...]
    quantization: Quantization
    precision: Precision | None
    choices: tuple[FormatChoice, ...]
    later: tuple[str, ...]
    longest_copy: int | None
    verdict: str | None
    masked: bool
    dataset: str | None
    licence: str | None
    bytes: int
    seconds: float
    peak_bytes: int

    def blocks(self) -> tuple[Block, ...]:
        if not self.checks:
            return (*self._warnings(), Text(message=msg("export_project.choose")), self._choices())
        return (
            *self._warnings(),
            Text(message=msg("export_project.done", n=len(self.checks), base=self.base)),
            *(Notice(message=msg(f"export_project.later.{format}")) for format in self.later),
            *(self._artefact(check) for check in self.checks),
            self._table(),
            Text(message=msg(f"export_project.rights.{'chosen' if self.licence else 'none'}", licence=self.licence)),
        )

    def offers(self) -> tuple[Offer, ...]:
        made = {check.format for check in self.checks}
        offers = [
            Offer(
                label=msg(f"export_project.offer.{choice.format}", bytes=choice.bytes),
                skill="export_project",
                inputs={"run": self.run, "formats": [choice.format]},
            )
            for choice in self.choices
            if choice.format not in made and choice.format != "gguf"
        ]
        if self.dataset is not None and not self.masked:
            offers.append(
                Offer(label=msg("export_project.offer.scan"), skill="scan_private_data", inputs={"file": self.dataset})
            )
        return tuple(offers)

    def _warnings(self) -> list[Notice]:
        """What of the learner's texts may come out of the model: before anything else is said."""
        copied = self.longest_copy
        kind = "unknown" if copied is None else "some" if copied >= TOUCHING else "few" if copied > 1 else "none"
        if self.verdict == "by_heart":
            kind = "by_heart" if copied is not None and copied >= TOUCHING else "by_heart_few"
        return [
            Notice(level="warning", message=msg(f"export_project.copied.{kind}", n=copied or 0)),
            Notice(
                level="info" if self.masked else "warning",
                message=msg(f"export_project.private.{'masked' if self.masked else 'open'}"),
            ),
        ]

    def _choices(self) -> Table:
        return Table(
            title=msg("export_project.choices.title"),
            columns=(
                Column(label=msg("export_project.choices.format")),
                Column(label=msg("export_project.choices.use")),
                Column(label=msg("export_project.choices.size"), numeric=True),
            ),
            rows=tuple(
                (
                    msg(f"export_project.format.{choice.format}"),
                    msg(f"export_project.use.{choice.format}"),
                    msg("export_project.size", bytes=choice.bytes),
                )
                for choice in self.choices
            ),
            caption=msg("export_project.choices.caption"),
        )

    def _artefact(self, check: FormatCheck) -> Artefact:
        caption = f"export_project.how.{check.format}"
        return Artefact(
            title=msg(f"export_project.format.{check.format}"),
            path=f"{self.folder}/{check.path}",
            bytes=check.bytes,
            caption=msg(caption),
        )

    def _table(self) -> Table:
        columns = ("format", "difference", "same", "seconds")
        return Table(
            title=msg("export_project.checked.title"),
            columns=tuple(
                Column(label=msg(f"export_project.checked.{name}"), numeric=name != "format") for name in columns
            ),
            rows=tuple(
                (
                    msg(f"export_project.format.{check.format}"),
                    _difference(check.difference),
                    msg("export_project.of", same=check.same, n=check.tokens),
                    msg("export_project.time", seconds=check.seconds),
                )
                for check in self.checks
            ),
            caption=msg("export_project.checked.caption", peak=self.peak_bytes),
        )


def _difference(share: float) -> Message:
    kind = "none" if share < 1e-6 else "tiny" if share < 1e-3 else "some"
    return msg(f"export_project.difference.{kind}", share=share)

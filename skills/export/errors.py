"""What can go wrong with an export that a person can understand and act on."""

from __future__ import annotations

from skills.errors import UserError


class FormatNotYet(UserError):
    """Nothing was asked for that this version writes: `kind` is notebook, report or data."""

    code = "format_not_yet"


class CannotConvert(UserError):
    """This base can't be put into a GGUF that was verified: `kind` is model, positions or tokenizer; `what`."""

    code = "cannot_convert"


class ExportRoom(UserError):
    """Too little disk or memory: `kind` is disk or memory; `need` and `free`, in bytes."""

    code = "export_room"


class NotTheSame(UserError):
    """A written format, opened again, does not answer as the trained model does: `format`, `difference` (share of the
    loss), `same` (share of the next tokens). Nothing is kept."""

    code = "not_the_same"


class TellsWhere(UserError):
    """A file to be taken away names a folder of this machine: `file`. Nothing is kept."""

    code = "tells_where"

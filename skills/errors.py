"""What a person can understand and act on when something goes wrong: one tree, a code and values, no words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skills.blocks import Scalar

if TYPE_CHECKING:
    from skills.blocks import Offer


class UserError(Exception):
    """Something a person can understand and act on.

    The words are in the catalogue under `errors.<code>.what`, `.why` and `.next`; `values` fill their fields.
    `offers`: what can be done instead, as buttons. Anything that is raised and is not a `UserError` is a defect.
    """

    code = "unknown"

    def __init__(self, **values: Scalar) -> None:
        super().__init__(f"{self.code} {values}")
        self.values = values
        self.offers: tuple[Offer, ...] = ()


class BadInput(UserError):
    """An argument is missing or out of range: `name`, `problem`."""

    code = "bad_input"


class FileMissing(UserError):
    """No such file or data set: `name`, `known` (what there is)."""

    code = "file_missing"


class FileEmpty(UserError):
    code = "file_empty"


class FileTooLarge(UserError):
    """`name`, `bytes`, `limit` (bytes)."""

    code = "file_too_large"


class FileUnreadable(UserError):
    """Not text, or not the kind its name says: `name`, `kind`."""

    code = "file_unreadable"


class TooLittleText(UserError):
    """`name`, `have`, `need`; `kind`, what they count and for what: words (of a
    summary), question, tokenizer, entries, gaps, nothing."""

    code = "too_little_text"


class PartMissing(UserError):
    """A part that a text has not: `name` of the text, `part`, how many `parts` there are, and their `titles`; `kind`:
    titled, where they have any."""

    code = "part_missing"


class ContextFull(UserError):
    """The text does not fit the model and was not cut: `tokens`, `limit`."""

    code = "context_full"


class ModelMissing(UserError):
    """No model for what was asked: `model`."""

    code = "model_missing"


class ModelDamaged(ModelMissing):
    """A model's files are cut short, changed or not what they should be: `model`."""

    code = "model_damaged"


class WrongBase(UserError):
    """An adapter made for another base model: `adapter`, `base`."""

    code = "wrong_base"


class OutOfMemory(UserError):
    code = "out_of_memory"


class DiskFull(UserError):
    """`need` and `free`, in bytes."""

    code = "disk_full"


class TookTooLong(UserError):
    """A process with a time limit passed it: `seconds`."""

    code = "took_too_long"


class RunUnusable(UserError):
    """A run cannot be resumed or used: `run`, `reason`."""

    code = "run_unusable"


class Busy(UserError):
    """Something of the kind is going on already: `run`."""

    code = "busy"

"""What is refused before it begins, and what could be done instead: with the numbers, as things to click."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from skills.blocks import Offer, Scalar, msg
from skills.contract import Context
from skills.errors import DiskFull, TooLittleText, UserError
from skills.training import budget
from skills.training.data import TrainingTexts, read_texts
from skills.training.examples import READ
from skills.training.hyperparameters import Hyperparameters, supervised
from skills.training.rehearsal import fits

SHORTER = (128, 64, 32)
RANKS = (8, 4, 2, 1)


class NothingSupervised(UserError):
    """The loss mask leaves out every token of the examples: `name`."""

    code = "nothing_graded"


def read_for(
    settings: Hyperparameters, ctx: Context, weights: Path, file: str | None, long: Any = "split"
) -> TrainingTexts:
    """The texts of a run with these settings. Raises FileMissing, ModelMissing, TooLittleText, NothingSupervised."""
    try:
        texts = read_texts(ctx, weights, file, settings.length, long, supervised=supervised(settings))
    except TooLittleText as error:
        raise _too_little(error, settings, ctx, file, long) from error
    if not any(kind != READ for example in texts.material.train for kind in example.kinds):
        raise NothingSupervised(name=texts.manifest.name)
    return texts


def _too_little(
    error: TooLittleText, settings: Hyperparameters, ctx: Context, file: str | None, long: Any
) -> TooLittleText:
    manifest = ctx.workspace.find(file)
    if long == "drop" and manifest.rows > int(error.values["have"] or 0):
        offers = (
            _offer("split", settings, manifest.id, long="split"),
            _offer("longer", settings, manifest.id, long="drop", length=2 * settings.length),
        )
        return _told(error, "dropped", offers, length=settings.length)
    if manifest.shape in ("pairs", "chat") and not error.values["have"]:
        return _told(error, "answers")
    return error


def too_large(
    error: budget.DoesNotFit, settings: Hyperparameters, ctx: Context, file: str, row: int
) -> budget.DoesNotFit:
    """The same refusal with what would fit: shorter examples, or a smaller model that is installed."""
    assert ctx.weights is not None
    free, shape = int(error.values["free"] or 0), budget.shape_of(ctx.weights)
    for length in SHORTER:
        if length < row and _fits(shape, length, free):
            need = budget.memory_needed(shape, "bf16", 1, length, gradient_checkpointing=True)
            offer = _offer("shorter", settings, file, length=length)
            return _told(error, "shorter", (offer,), length=length, then=int(need / budget.ROOM))
    for name, folder in ctx.tokenizers.items():
        trainable = (folder / "config.json").exists()  # a model that only talks has a tokenizer alone
        if trainable and folder != ctx.weights and _fits(budget.shape_of(folder), min(row, SHORTER[0]), free):
            return _told(error, "smaller", smaller=name)
    return error if error.values["millions"] else _told(error, "nothing")


def room_for_run(settings: Hyperparameters, ctx: Context, file: str, shape: budget.ModelShape) -> None:
    """Raises DiskFull, with the rank for which there would be room."""
    assert settings.rank is not None
    try:
        ctx.workspace.check_disk(budget.disk_needed(shape, settings.rank))
    except DiskFull as error:
        free = int(error.values["free"] or 0)
        rank = next((r for r in RANKS if r < settings.rank and budget.disk_needed(shape, r) <= free), None)
        offers = () if rank is None else (_offer("rank", settings, file, rank=rank),)
        raise _told(error, "training", offers) from None


Told = TypeVar("Told", bound=UserError)


def _told(error: Told, kind: str, offers: tuple[Offer, ...] = (), **values: Scalar) -> Told:
    """The refusal in the words of its `kind`, with what can be clicked."""
    error.values = error.values | values | {"kind": kind}
    error.offers = offers
    return error


def _fits(shape: budget.ModelShape, length: int, free: int) -> bool:
    try:
        return bool(fits(shape, length, 1, free))
    except budget.DoesNotFit:
        return False


def _offer(what: str, settings: Hyperparameters, file: str, **changes: Any) -> Offer:
    """The same run with something changed."""
    inputs = settings.model_dump(mode="json", exclude_unset=True) | {"file": file} | changes
    return Offer(label=msg(f"fine_tune.offer.{what}", **changes), skill="fine_tune", inputs=inputs)

"""The learner's texts made ready for a run: split, cut into tokens, with the prompts that are asked again and again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from skills.blocks import Frozen, msg
from skills.contract import Context, Noticed
from skills.dataset.split_saved import SPLIT, SavedSplit, fits, saved
from skills.model.base import config, open_tokenizer
from skills.model.tokenizer import ModelTokenizer
from skills.training import budget
from skills.training.examples import Fitted, Long, Material, Supervised, examples, fit
from skills.training.loop import ENOUGH_HELDOUT
from skills.training.loss import evenly
from skills.training.units import Split, Unit, data_digest, split, split_as_saved, units
from skills.training.writing import frozen_prompts, prompt_ids, prompt_text, rest
from skills.workspace import Manifest, write_atomic

PROMPTS = "prompts.json"
LONGEST = 4096
"""Tokens of the longest example, however long the texts are: memory and time grow with it."""


class FrozenPrompt(Frozen):
    """A prompt of the held-out texts, and how its text really goes on. `asked`: in the chat form."""

    prompt: str
    asked: bool
    reference: str


@dataclass(frozen=True)
class TrainingTexts:
    """The learner's texts, split, as examples. `heldout`: the units measured on (all, or an even part of many);
    `fitted`: what became of texts that are longer than an example may be; `saved`: the learner's own split, if it was
    used."""

    manifest: Manifest
    digest: str
    split: Split
    heldout: tuple[Unit, ...]
    tokenizer: ModelTokenizer
    material: Material
    fitted: Fitted
    saved: SavedSplit | None = None

    @property
    def train_tokens(self) -> int:
        return sum(len(example) for example in self.material.train)


def read_texts(
    ctx: Context,
    weights: Path,
    file: str | None,
    length: int,
    long: Long = "split",
    split_of: Path | None = None,
    supervised: Supervised = "answers",
) -> TrainingTexts:
    """What a run learns from and is measured on; what is longer than `length` tokens becomes what `long` says.

    `supervised`: what of a conversation is learnt. What is measured is its answers in any case: runs can be compared.

    `split_of`: the folder of an earlier run, to have the texts as that run had them: split as they were for it, however
    the learner split them since.

    Raises FileMissing, TooLittleText, ModelMissing.
    """
    manifest = ctx.workspace.find(file)
    found = units(ctx.workspace.rows(manifest.id), manifest.name)
    tokenizer = open_tokenizer(weights)
    most = max(length, min(LONGEST, int(config(weights).get("max_position_embeddings", LONGEST))))
    fitted = fit(found, tokenizer, length, long, most, manifest.name)
    length = fitted.length
    kept = _kept(ctx, manifest, fitted.units) if split_of is None else _kept_with(split_of)
    parts = split_as_saved(fitted.units, kept.sides()) if kept else split(fitted.units)
    train = examples(parts.train, tokenizer, length, supervised)
    heldout = _affordable(parts.heldout, tokenizer, length)
    prompts = [
        (prompt_text(unit), prompt_ids(prompt_text(unit), unit.prompt is not None, tokenizer))
        for unit in frozen_prompts(heldout, 2)
    ]
    held = examples(heldout, tokenizer, length)
    answers = train if supervised == "answers" else examples(parts.train, tokenizer, length)
    known = evenly(answers, sum(len(example) for example in held))
    if len(parts.heldout) < ENOUGH_HELDOUT:
        ctx.emit(Noticed(message=msg("fine_tune.few_texts", n=len(fitted.units), held=len(parts.heldout))))
    material = Material(train, known, held, prompts)
    return TrainingTexts(manifest, _digest(found, kept), parts, heldout, tokenizer, material, fitted, kept)


def _kept(ctx: Context, manifest: Manifest, found: Sequence[Unit]) -> SavedSplit | None:
    """The learner's own split, if it was made of the rows as they are now; says so where it was not."""
    kept = saved(ctx.workspace, manifest)
    if kept is None:
        return None
    current = fits(ctx.workspace, manifest, kept)
    parts = split_as_saved(found, kept.sides()) if current else None
    if parts is None or len(parts.train) < 2 or not parts.heldout:
        ctx.emit(
            Noticed(level="warning", message=msg("fine_tune.split_stale" if parts is None else "fine_tune.split_bare"))
        )
        return None
    held, test = len(parts.heldout), len(parts.test)
    ctx.emit(Noticed(message=msg("fine_tune.split_used", n=len(parts.train), held=held, test=test)))
    return kept


def _kept_with(run_dir: Path) -> SavedSplit | None:
    """The split that was kept with a run; None if it had none of the learner's own."""
    try:
        return SavedSplit.model_validate_json((run_dir / SPLIT).read_text("utf-8"))
    except (OSError, ValidationError):
        return None


def _digest(found: Sequence[Unit], kept: SavedSplit | None) -> str:
    """Of the texts, and of the sides they are on where the learner decided it."""
    plain = data_digest(found)
    return plain if kept is None else hashlib.sha256(f"{plain} {kept.model_dump_json()}".encode()).hexdigest()


def _affordable(heldout: tuple[Unit, ...], tokenizer: ModelTokenizer, length: int) -> tuple[Unit, ...]:
    """All held-out texts, or evenly spaced ones where measuring all of them again and again would take too long."""
    tokens = sum(len(example) for example in examples(heldout, tokenizer, length))
    count = max(2, min(len(heldout), len(heldout) * budget.HELDOUT_TOKENS // tokens))
    return tuple(heldout[i * len(heldout) // count] for i in range(count))


def freeze_prompts(run_dir: Path, texts: TrainingTexts) -> None:
    """Keep the prompts with the run, so that models can be compared on them when the data set is gone; and the
    learner's split, so that what was kept for the test is known."""
    if texts.saved is not None:
        write_atomic(run_dir / SPLIT, texts.saved.model_dump_json(indent=1))
    frozen = [
        FrozenPrompt(prompt=prompt_text(unit), asked=unit.prompt is not None, reference=rest(unit))
        for unit in frozen_prompts(texts.heldout, 6)
    ]
    write_atomic(
        run_dir / PROMPTS, json.dumps([prompt.model_dump() for prompt in frozen], ensure_ascii=False, indent=1)
    )

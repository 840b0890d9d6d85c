"""What is exported: a run, its adapter, the base it was made with, and what may be told of the texts behind it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from skills.blocks import Frozen
from skills.contract import Context
from skills.errors import FileMissing, ModelMissing, WrongBase
from skills.evaluation.report import EvaluationResult, read_evaluation
from skills.model.base import base_digest, base_name, config, open_tokenizer
from skills.model.tokenizer import ModelTokenizer
from skills.training.adapter import CARD, NAME, BaseCard, read_card
from skills.training.budget import RunPlan
from skills.training.checkpoint import PLAN, unusable
from skills.training.data import FrozenPrompt
from skills.training.result import FineTuneResult
from skills.training.runs import find_run, frozen_prompts_of, read_result
from skills.workspace import Manifest, Workspace, read_json

BASES = Path(__file__).with_name("bases.yaml")
MASKED = "mask"
"""The change in a data set's manifest that says that personal data were masked."""


class Base(Frozen):
    """What can be said of the base model: `hub`, its name on the model hub; `maker` and `licence` (SPDX) if known."""

    name: str
    label: str
    hub: str | None
    maker: str | None
    licence: str | None


@dataclass(frozen=True)
class ExportSource:
    """`weights` are those that the adapter was made for: `digest` was checked. `day` of the training, ISO."""

    workspace: Workspace
    run_dir: Path
    weights: Path
    digest: str
    base: Base
    result: FineTuneResult | None
    evaluation: EvaluationResult | None
    manifest: Manifest | None
    prompts: tuple[FrozenPrompt, ...]
    day: str

    @property
    def adapter(self) -> Path:
        return self.run_dir / NAME

    @cached_property
    def config(self) -> dict[str, Any]:
        return config(self.weights)

    @cached_property
    def tokenizer(self) -> ModelTokenizer:
        return open_tokenizer(self.weights)

    @cached_property
    def control(self) -> dict[int, str]:
        """The control tokens by their ids."""
        added = read_json(self.weights / "tokenizer.json")["added_tokens"]
        return {token["id"]: token["content"] for token in added if token["special"]}

    @property
    def start(self) -> str:
        """What every text began with in training, as it is written: a control token or a line break."""
        return self.control.get(self.tokenizer.start) or self.tokenizer.decode([self.tokenizer.start])

    @property
    def stops(self) -> tuple[str, ...]:
        """The control tokens at which the model has finished."""
        path = self.weights / "generation_config.json"
        own = read_json(path).get("eos_token_id") if path.is_file() else None
        ids = [self.tokenizer.end, self.tokenizer.separator, *(own if isinstance(own, list) else [own])]
        return tuple(dict.fromkeys(self.control[id] for id in ids if id in self.control))

    @property
    def asked(self) -> bool:
        """Whether it was trained on questions and answers, and not on texts to be continued."""
        return any(prompt.asked for prompt in self.prompts)

    @property
    def masked(self) -> bool:
        return self.manifest is not None and any(change.kind == MASKED for change in self.manifest.changes)

    @property
    def longest_copy(self) -> int | None:
        """Words in a row that it wrote as they are in a text it learnt from; None if that was never measured."""
        found = [self.result.longest_copy] if self.result else []
        if self.evaluation and self.evaluation.recital and self.evaluation.recital.copying:
            found.append(self.evaluation.recital.copying.most[0])
        return max(found, default=None)

    @property
    def slug(self) -> str:
        """A name for files: says the base, nothing of the texts."""
        return f"{self.base.name}-lora"


def read_source(ctx: Context, run: str | None) -> ExportSource:
    """Raises ModelMissing, RunUnusable (no such run, or it left nothing), WrongBase."""
    if ctx.weights is None:
        raise ModelMissing(model="workbench")
    run_dir = find_run(ctx.workspace, run)
    card: BaseCard = read_card(run_dir / NAME)
    digest = base_digest(ctx.weights)
    if card.digest != digest:
        raise WrongBase(adapter=card.name, base=base_name(ctx.weights))
    prompts = tuple(frozen_prompts_of(run_dir))
    if not prompts:
        raise unusable(run_dir, "unfinished")
    made = (run_dir / NAME / CARD).stat().st_mtime
    return ExportSource(
        workspace=ctx.workspace,
        run_dir=run_dir,
        weights=ctx.weights,
        digest=digest,
        base=_base(ctx.weights),
        result=read_result(run_dir),
        evaluation=read_evaluation(run_dir),
        manifest=_manifest(ctx.workspace, run_dir),
        prompts=prompts,
        day=time.strftime("%Y-%m-%d", time.localtime(made)),
    )


def _base(weights: Path) -> Base:
    name = base_name(weights)
    known = yaml.safe_load(BASES.read_text("utf-8")).get(name, {})
    try:
        installed = read_json(weights.parent / "model.json")
    except (OSError, ValueError):
        installed = {}
    licence = installed.get("profile", {}).get("licence") or None
    return Base(
        name=name,
        label=installed.get("label") or name,
        hub=known.get("hub"),
        maker=known.get("maker"),
        licence=licence if licence != "unknown" else None,
    )


def _manifest(workspace: Workspace, run_dir: Path) -> Manifest | None:
    """Of the data set that the run learnt from, if it is still there."""
    try:
        plan = RunPlan.model_validate_json((run_dir / PLAN).read_text("utf-8"))
        return workspace.find(plan.dataset)
    except (OSError, ValidationError, FileMissing):
        return None

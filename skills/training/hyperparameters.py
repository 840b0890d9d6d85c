"""The hyperparameters of a run: what a person may choose, what follows from goal and text where they don't."""

from __future__ import annotations

from typing import TypeVar

from pydantic import Field

from skills.contract import Inputs
from skills.dataset.readiness import Goal
from skills.model.base import Precision
from skills.training.budget import USUAL_RANK, WARMUP, Preset, step_tokens
from skills.training.examples import Long, Supervised

LENGTH = 256
"""Tokens of an example. With it the default model trains on a laptop of 8 GB; what is longer is cut, never lost."""
RATE = 1e-3
"""The learning rate, half of it for little text: of those tried the ones that get furthest, or within 3 % of it, on
verse, prose and questions with both models; at 1e-3 the 0.5B is best after a pass and a half over little text, and
worse than untrained a few passes later (benchmarks/README.md). For every rank: alpha is twice the rank (base.py). And
for every batch: less for small ones, by the square-root rule of Malladi et al. 2022 (arXiv 2205.10287), was tried at
3e-4 on eight pieces of *Martín Fierro*, whose steps have 64 tokens: SmolLM2-135M went from 2.98 to 2.90 bits a letter
in 30 steps, to 2.75 in 35 by the rate as it is."""
LITTLE, MUCH = 10_000, 500_000
"""Tokens of training text below which half the usual rank and rate do, and from which twice the rank does."""
PLAIN: Supervised = "answers"


class Hyperparameters(Inputs):
    """All knobs. None where the default follows from the text; `resolved` fills those in."""

    preset: Preset = Field("quick", description="fine_tune.fields.preset")
    goal: Goal | None = Field(None, description="fine_tune.fields.goal")
    epochs: float | None = Field(None, gt=0, le=1000, description="fine_tune.fields.epochs")
    batch_tokens: int | None = Field(None, ge=16, le=65_536, description="fine_tune.fields.batch_tokens")
    learning_rate: float | None = Field(None, gt=0, le=10, description="fine_tune.fields.learning_rate")
    rank: int | None = Field(None, ge=1, le=256, description="fine_tune.fields.rank")
    length: int = Field(LENGTH, ge=16, le=4096, description="fine_tune.fields.length")
    warmup: float = Field(WARMUP, ge=0, le=0.5, description="fine_tune.fields.warmup")
    graded: Supervised | None = Field(None, description="fine_tune.fields.graded")
    """What the loss counts. Saved runs, lessons and commands call it `graded`."""
    precision: Precision | None = Field(None, description="fine_tune.fields.precision")
    seed: int = Field(0, description="fine_tune.fields.seed")


class FineTuneInputs(Hyperparameters):
    """Every setting is a default that follows from the text, until somebody moves it."""

    file: str | None = Field(None, description="fine_tune.fields.file")
    long: Long = Field("split", description="fine_tune.fields.long")
    max_steps: int | None = Field(None, ge=1, description="fine_tune.fields.max_steps")


Chosen = TypeVar("Chosen", bound=Hyperparameters)


def resolved(settings: Chosen, train_tokens: int) -> Chosen:
    """The settings with every default that follows from the text: batch, learning rate, rank, what is supervised."""
    return settings.model_copy(
        update={
            "batch_tokens": settings.batch_tokens or step_tokens(train_tokens),
            "learning_rate": settings.learning_rate or usual_rate(train_tokens),
            "rank": settings.rank or usual_rank(train_tokens),
            "graded": supervised(settings),
        }
    )


def supervised(settings: Hyperparameters) -> Supervised:
    """What the model has to guess of a conversation. A form and a task are in the answers; a voice is in all of it."""
    return settings.graded or ("everything" if settings.goal == "style" else PLAIN)


def usual_rate(train_tokens: int) -> float:
    return RATE / 2 if train_tokens < LITTLE else RATE


def usual_rank(train_tokens: int) -> int:
    """16; half for little text, twice for much. An adapter has room for about two bits a weight (Allen-Zhu and Li
    2024, arXiv 2404.05405), which is more than such texts hold at any rank; a higher one learns more and forgets more
    of what the model knew (Biderman et al. 2024, «LoRA Learns Less and Forgets Less», arXiv 2405.09673)."""
    return USUAL_RANK // 2 if train_tokens < LITTLE else USUAL_RANK * 2 if train_tokens >= MUCH else USUAL_RANK

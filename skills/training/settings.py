"""The settings of a run: what a person may choose, and what follows from the goal and the text where they don't."""

from __future__ import annotations

import math
from typing import TypeVar

from pydantic import Field

from skills.contract import Inputs
from skills.texts.readiness import Goal
from skills.training.base import Precision
from skills.training.budget import STEP_TOKENS, USUAL_RANK, WARMUP, Preset, step_tokens
from skills.training.examples import Graded

LENGTH = 256
"""Tokens of an example. With it the default model trains on a laptop of 8 GB; what is longer is cut, never lost."""
RATE = 3e-4
"""At 1,024 tokens a step. alpha is twice the rank (base.py), so that it need not change with the rank."""
LITTLE, MUCH = 10_000, 500_000
"""Tokens of training text below which an adapter of half the usual rank does, and from which one of twice does."""
PLAIN: Graded = "answers"


class Settings(Inputs):
    """All knobs. None where the default follows from the text; `resolved` fills those in."""

    preset: Preset = Field("quick", description="fine_tune.fields.preset")
    goal: Goal | None = Field(None, description="fine_tune.fields.goal")
    epochs: float | None = Field(None, gt=0, le=1000, description="fine_tune.fields.epochs")
    batch_tokens: int | None = Field(None, ge=16, le=65_536, description="fine_tune.fields.batch_tokens")
    learning_rate: float | None = Field(None, gt=0, le=10, description="fine_tune.fields.learning_rate")
    rank: int | None = Field(None, ge=1, le=256, description="fine_tune.fields.rank")
    length: int = Field(LENGTH, ge=16, le=4096, description="fine_tune.fields.length")
    warmup: float = Field(WARMUP, ge=0, le=0.5, description="fine_tune.fields.warmup")
    graded: Graded | None = Field(None, description="fine_tune.fields.graded")
    precision: Precision | None = Field(None, description="fine_tune.fields.precision")
    seed: int = Field(0, description="fine_tune.fields.seed")


Chosen = TypeVar("Chosen", bound=Settings)


def resolved(settings: Chosen, train_tokens: int) -> Chosen:
    """The settings with every default that follows from the text: batch, learning rate, rank, what is graded."""
    tokens = settings.batch_tokens or step_tokens(train_tokens)
    return settings.model_copy(
        update={
            "batch_tokens": tokens,
            "learning_rate": settings.learning_rate or usual_rate(tokens),
            "rank": settings.rank or usual_rank(train_tokens),
            "graded": graded(settings),
        }
    )


def graded(settings: Settings) -> Graded:
    """What the model has to guess of a conversation. A form and a task are in the answers; a voice is in all of it."""
    return settings.graded or ("everything" if settings.goal == "style" else PLAIN)


def usual_rate(tokens: int) -> float:
    """0.0003 at 1,024 tokens a step, less with the square root for smaller steps: their gradients are noisier, and
    Adam's rule for it is the square root (Malladi et al. 2022, «On the SDEs and Scaling Rules for Adaptive Gradient
    Algorithms», arXiv 2205.10287). Never more: what is safe for large steps was not measured here."""
    rate = RATE * min(1.0, math.sqrt(tokens / STEP_TOKENS))
    return float(f"{rate:.2g}")


def usual_rank(train_tokens: int) -> int:
    """16; half for little text, twice for much. An adapter has room for about two bits a weight (Allen-Zhu and Li
    2024, arXiv 2404.05405), which is more than such texts hold at any rank; a higher one learns more and forgets more
    of what the model knew (Biderman et al. 2024, «LoRA Learns Less and Forgets Less», arXiv 2405.09673)."""
    return USUAL_RANK // 2 if train_tokens < LITTLE else USUAL_RANK * 2 if train_tokens >= MUCH else USUAL_RANK

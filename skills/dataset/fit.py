"""How long the rows of a data set are for a model: in its own tokens, against what it learns from and what it sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from skills.blocks import Frozen
from skills.contract import Context
from skills.dataset.measure import histogram, percentiles

SAMPLE_ROWS = 2_000
"""Rows that are cut into tokens, evenly spread: half a second, and the shares are right to two points."""
SAMPLE_CHARACTERS = 1_500_000
"""And at most these characters of them: two seconds."""
LENGTHS = (256, 512)
"""Tokens of a training example: what `fine_tune` takes at first, and the next that a laptop bears."""
FRAME = 2
"""Tokens that training puts around a text: one before it, one that ends it."""


class TokenFit(Frozen):
    """Lengths in tokens of `model`, of a row with its FRAME. `measured` of the rows were cut, evenly spread.

    `total` is worked out from them where they are not all. Shares (0 to 1) of rows `within_...` so many tokens;
    `over`: how many rows, about, are longer than the first of LENGTHS.
    """

    model: str
    context: int
    measured: int
    sampled: bool
    total: int
    lengths: dict[str, float]
    shortest: int
    longest: int
    histogram: tuple[tuple[float, float], ...]
    gathered: bool
    within_256: float
    within_512: float
    within_context: float
    over: int


def fit(texts: Sequence[str], ctx: Context) -> TokenFit | None:
    """How the texts fit the workbench model; None where there is no model, or it has no tokenizer of its own."""
    opened = _counter(ctx)
    if opened is None or not texts:
        return None
    count, model, context = opened
    sample = _sample(texts)
    lengths = [_length(text, count) for text in sample]
    sizes = np.array(lengths)
    bars, gathered = histogram(lengths)
    characters = sum(map(len, texts)) / max(1, sum(map(len, sample)))
    shares = {size: float((sizes <= size).mean()) for size in (*LENGTHS, context)}
    return TokenFit(
        model=model, context=context, measured=len(sample), sampled=len(sample) < len(texts),
        total=round((int(sizes.sum()) - FRAME * len(sample)) * characters), lengths=percentiles(lengths),
        shortest=min(lengths), longest=max(lengths), histogram=tuple(bars), gathered=gathered,
        within_256=shares[LENGTHS[0]], within_512=shares[LENGTHS[1]], within_context=shares[context],
        over=round((1 - shares[LENGTHS[0]]) * len(texts)),
    )  # fmt: skip


def _counter(ctx: Context) -> tuple[Callable[[str], int], str, int] | None:
    """(how many tokens a text has, the model's name, its context)."""
    if ctx.weights is not None and (ctx.weights / "tokenizer.json").exists():
        from skills.model.base import base_name
        from skills.model.tokenizer import ModelTokenizer, read_config

        limit = read_config(ctx.weights / "config.json").get("max_position_embeddings") or 0
        return ModelTokenizer(ctx.weights).count, base_name(ctx.weights), int(limit) or _context(ctx)
    if ctx.probe is not None:
        probe = ctx.probe
        return lambda text: len(probe.tokenize(text)), probe.profile.name, probe.profile.context
    return None


def _context(ctx: Context) -> int:
    return ctx.probe.profile.context if ctx.probe else 2_048


def _sample(texts: Sequence[str]) -> list[str]:
    """Evenly spread texts, at most SAMPLE_ROWS and about SAMPLE_CHARACTERS."""
    mean = max(1, sum(map(len, texts)) // len(texts))
    count = max(1, min(len(texts), SAMPLE_ROWS, SAMPLE_CHARACTERS // mean))
    return [texts[i * len(texts) // count] for i in range(count)]


def _length(text: str, count: Callable[[str], int]) -> int:
    """Tokens of a row with its frame; of a very long one the beginning is counted and the rest worked out."""
    head = text[:SAMPLE_CHARACTERS]
    return round(count(head) * len(text) / max(1, len(head))) + FRAME

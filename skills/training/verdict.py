"""The verdict on a run from its losses: learnt, overfitting (by heart), nothing. One rule, its reasons as codes."""

from __future__ import annotations

import math
from typing import Literal

from skills.blocks import Frozen

Verdict = Literal["learnt", "barely", "by_heart", "broke", "nothing"]

CLEAR_GAIN = 0.05
"""Share by which the held-out loss must fall for «learnt»."""
SOME_GAIN = 0.02
BY_HEART = 0.6
"""Training texts that cost less than this share of what new texts cost are remembered, not understood: overfitting."""
FAR = 0.1
"""Share of what new text cost at first by which it must cost more than training texts do: of two that cost next to
nothing, a task that was learnt, the ratio says nothing."""
NO_ORDER = 0.97
"""New text that costs as much as its own words shuffled has no order that could be learnt, or none was."""
RECITES = 12
"""Words in a row, the same as in a training text, that are no longer chance (a line of verse has four to eight)."""
FEW = 5
"""Held-out texts below which their mean is mostly chance."""


class Numbers(Frozen):
    """Losses in nats a token of text. `train_before`, `train_after`: on training texts; `base`, `tuned`: held out, the
    last by the adapter that is kept. `order`: the tuned model's loss on held-out texts over its loss on the same with
    their words shuffled, None where they are too short for that. `*_bpc`: bits per character, held out. `train_last`,
    `heldout_last`: by the adapter as training left it, where that is not the one that is kept."""

    base: float
    tuned: float
    train_before: float
    train_after: float
    order: float | None
    tuned_bpc: float
    ngram_bpc: float
    longest_copy: int
    heldout_documents: int
    train_last: float | None = None
    heldout_last: float | None = None
    broke: bool = False


def judge(numbers: Numbers) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict and its reasons, the first that applies:

    broke: a loss that is not a number, or the training ended because it ran away.
    by_heart: training texts cost less than 60 % of what new ones cost, and far less; or training texts got cheaper by
      10 % and new ones by less than 2 %. With few held-out texts, whose mean may be luck, what the training came to in
      the end counts, whatever was kept.
    nothing: new text costs at least 97 % of what it costs with its words shuffled; or it got cheaper by less than 2 %.
    learnt: new text got cheaper by at least 5 %, and the model beats the letter counter.
    barely: what is left.
    """
    verdict, reasons = _judge(numbers)
    if (
        numbers.heldout_last is not None
        and numbers.heldout_last > numbers.tuned * (1 + SOME_GAIN)
        and verdict != "broke"
    ):
        reasons.append("kept_before")
    if numbers.longest_copy >= RECITES:
        reasons.append("recites")
    if numbers.heldout_documents < FEW:
        reasons.append("few_heldout")
    return verdict, tuple(reasons)


def _judge(n: Numbers) -> tuple[Verdict, list[str]]:
    if n.broke or not all(map(math.isfinite, (n.base, n.tuned, n.train_after))):
        return "broke", ["ran_away"]
    gain = 1 - n.tuned / n.base
    train, heldout = n.train_after, n.tuned
    if n.train_last is not None and n.heldout_last is not None and n.heldout_documents < FEW:
        train, heldout = n.train_last, n.heldout_last
    train_gain = 1 - train / n.train_before
    if train < BY_HEART * heldout and heldout - train > FAR * n.base and train_gain >= 2 * CLEAR_GAIN:
        return "by_heart", ["train_far_below"]
    if n.order is not None and n.order >= NO_ORDER:
        return "nothing", ["no_order"]
    if gain < SOME_GAIN:
        return ("by_heart", ["only_train_fell"]) if train_gain >= 2 * CLEAR_GAIN else ("nothing", ["no_gain"])
    beats = n.tuned_bpc < n.ngram_bpc
    if gain >= CLEAR_GAIN and beats:
        return "learnt", ["clear_gain", "beats_ngram"]
    return "barely", ["small_gain"] if gain < CLEAR_GAIN else ["ngram_as_good"]

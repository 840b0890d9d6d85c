"""What the measures come to: the verdict of the run's own rule on these texts, and whether it could be chance."""

from __future__ import annotations

import math
from typing import Literal

from skills.blocks import Frozen
from skills.evaluation.bootstrap import FEW, Between
from skills.evaluation.exam import Part
from skills.evaluation.forgetting import Forgetting
from skills.evaluation.memorization import ByHeart, Copying
from skills.evaluation.task import Task
from skills.training.verdict import RECITES, SOME_GAIN, Numbers, judge

Finding = Literal["learnt", "barely", "by_heart", "broke", "nothing", "worse", "unclear"]
"""A verdict, or: clearly worse than before; or that the texts are too few or too different to tell."""
MOST = 0.5
"""New texts that cost less than half of what they did were not merely left alone while others were learnt by heart:
of answers that hardly cost anything any more, one half of hardly anything is no sign of anything."""
TaskFinding = Literal["beats", "no_better", "unclear"]


class SurpriseScore(Frozen):
    """Nats a token, its exponential, and bits a character, of the same texts."""

    loss: float
    perplexity: float
    bits_per_character: float


class Surprise(Frozen):
    """What the texts of the exam cost each. `gain`: by which share the tuned model saves on the base, `over_ngram`: on
    the letter counter. `watched_*`: bits a character of the texts that were looked at while training, where the exam is
    another part; `train_*`: loss and bits of training texts, before and after; `order`: what the exam costs over what
    it costs with its words shuffled; `recorded_base`: bits a character that the run measured before it began."""

    part: Part
    texts: int
    characters: int
    base: SurpriseScore
    tuned: SurpriseScore
    ngram: float | None
    gain: Between
    over_ngram: Between | None
    watched_base: float | None
    watched_tuned: float | None
    train_base: SurpriseScore | None
    train_tuned: SurpriseScore | None
    order: float | None
    recorded_base: float | None
    measured_base: float

    @property
    def agrees(self) -> bool:
        """Whether the base costs what the run had written down, within 2 %."""
        recorded = self.recorded_base
        return recorded is None or abs(self.measured_base / recorded - 1) <= SOME_GAIN


def finding(surprise: Surprise, copying: Copying | None) -> tuple[Finding, tuple[str, ...]]:
    """The rule of `training.verdict` on these texts; what could be chance is called unclear. Reasons as codes."""
    known = surprise.train_base, surprise.train_tuned
    before, after = (score.loss if score else math.nan for score in known)
    if surprise.train_base is None:  # nothing is known of the training texts: as much gain there as here
        before, after = surprise.base.loss, surprise.tuned.loss
    verdict, reasons = judge(
        Numbers(
            base=surprise.base.loss,
            tuned=surprise.tuned.loss,
            train_before=before,
            train_after=after,
            order=surprise.order,
            tuned_bpc=surprise.tuned.bits_per_character,
            ngram_bpc=surprise.ngram if surprise.ngram is not None else math.inf,
            longest_copy=0,
            heldout_documents=max(FEW, surprise.texts),
        )
    )
    found: Finding = verdict
    if verdict in ("learnt", "barely") and not surprise.gain.clear:
        found = "unclear"
    elif verdict == "learnt" and surprise.over_ngram is not None and not surprise.over_ngram.clear:
        found, reasons = "barely", ("ngram_unclear",)
    elif verdict == "by_heart" and surprise.gain.clear and surprise.gain.value >= MOST:
        found, reasons = "learnt", ("both_cheap",)
    if verdict == "nothing" and surprise.gain.clear and surprise.gain.high < -SOME_GAIN:
        found = "worse"
    return found, (*reasons, *(("recites",) if recites(copying) else ()))


def recites(copying: Copying | None) -> bool:
    """A run that is no chance: RECITES words, and more than people's own new texts share with the training ones."""
    return copying is not None and copying.most[0] >= max(RECITES, copying.people + 1)


def knows_by_heart(found: ByHeart | None) -> bool:
    return found is not None and found.tuned > found.base


def forgot(found: tuple[Forgetting, ...]) -> bool:
    return any(each.forgot for each in found)


def task_finding(task: Task) -> TaskFinding:
    """Clearly above the best simple answer; clearly not above it; or too few questions to tell."""
    if task.over_simple.clear:
        return "beats" if task.over_simple.value > 0 else "no_better"
    return "no_better" if task.over_simple.value <= 0 else "unclear"

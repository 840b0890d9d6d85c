"""What the sentence encoder's vectors tell of an answer to an open question: small classifiers, one an item.

They are trained on graded answers (`curriculum/grading/answers.jsonl`) by `tutor course heads`, which writes their
weights beside them, for one encoder; with another one, or none, the words of an answer have to do.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tutor.settings import CURRICULUM

if TYPE_CHECKING:
    import numpy as np

GRADING = CURRICULUM / "grading"
FILE = GRADING / "heads.npz"
SCALE = 8.0
"""By how much vectors are drawn apart before they are weighed: unrelated ones are only 0.2 from related ones."""
VERDICTS = ("correct", "partial", "wrong")
ASTRAY = "astray"
"""No answer to this question at all, which a classifier of answers alone takes for anything."""


class Head(NamedTuple):
    """Of one item: `mean` (width), `weights` (verdicts + 1, width), `biases` (verdicts + 1); the last row tells what is
    no answer from what is one."""

    mean: np.ndarray
    weights: np.ndarray
    biases: np.ndarray

    def probabilities(self, vector: np.ndarray) -> dict[str, float]:
        """The probability of each of `VERDICTS`, and of `ASTRAY`, for the vector (width) of an answer, as a query."""
        from scipy.special import expit, softmax

        scores = self.weights @ ((vector - self.mean) * SCALE) + self.biases
        astray = float(expit(scores[-1]))
        found = softmax(scores[:-1]) * (1 - astray)
        return dict(zip(VERDICTS, map(float, found), strict=True)) | {ASTRAY: astray}


@lru_cache
def _read(path: Path) -> tuple[str, dict[str, Head]]:
    """The digest of the encoder that they are for, and the head of each item."""
    import numpy as np

    with np.load(path) as found:
        names = [str(name) for name in found["items"]]
        means, weights, biases = found["means"], found["weights"], found["biases"]
        heads = {name: Head(means[n], weights[n], biases[n]) for n, name in enumerate(names)}
        return str(found["encoder"]), heads


def head(item: str, encoder: str, path: Path = FILE) -> Head | None:
    """The classifier of an item for the encoder with this digest; None if there is none."""
    if not path.exists():
        return None
    digest, heads = _read(path)
    return heads.get(item) if digest == encoder else None

"""What a message means by a sentence encoder tuned for it: what it asks for, which answer it wants, how right it is.

The encoder's upper layers are adapted, and three classifiers read its vector; `tutor course ears` trains them together
(tutor/authoring/ears.py) and writes `curriculum/hearing/ears.npz`. Without an encoder the words alone have to do.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from skills.errors import ModelDamaged, ModelMissing
from tutor.lm.adapter import Factors, read_factors
from tutor.lm.encoder import E5, open_encoder
from tutor.lm.installed import find
from tutor.settings import CURRICULUM

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray

FILE = CURRICULUM / "hearing" / "ears.npz"
APART = 8.0
"""By how much vectors of length 1 are drawn apart before they are weighed."""
VERDICTS = ("correct", "partial", "wrong")
ASTRAY = "astray"
"""No answer to this question at all, which a classifier of answers alone takes for anything."""
REMEMBERED = 64
"""Vectors of messages that are kept at hand: one message is listened to for several things."""


NUMBERS = (
    *("mean", "intent_weights", "intent_biases", "answers", "known_weights", "known_bias"),
    *("verdict_weights", "verdict_biases", "action_weights", "action_biases"),
)


class Weights(NamedTuple):
    """`mean` (width) is taken from a vector before it is weighed. The rows of `answers` have length 1."""

    encoder: str
    factors: dict[str, Factors]
    mean: Array
    intents: tuple[str, ...]
    intent_weights: Array
    intent_biases: Array
    keys: tuple[str, ...]
    answers: Array
    known_weights: Array
    """(width), of whether the bank has an answer."""
    known_bias: Array
    items: tuple[str, ...]
    verdict_weights: Array
    """(items, `VERDICTS` + 1, width); the last of each tells what is no answer from what is one."""
    verdict_biases: Array
    actions: tuple[str, ...]
    """Of `edit_entries`."""
    action_weights: Array
    action_biases: Array


def read_weights(path: Path = FILE) -> Weights:
    import numpy as np

    with np.load(path) as kept:
        return Weights(
            encoder=str(kept["encoder"]),
            factors=read_factors(kept),
            intents=tuple(map(str, kept["intents"])),
            keys=tuple(map(str, kept["keys"])),
            items=tuple(map(str, kept["items"])),
            actions=tuple(map(str, kept["actions"])),
            **{field: kept[field].astype(np.float32) for field in NUMBERS},
        )


def open_ears(home: Path, path: Path = FILE) -> Ears | None:
    """Ears with the encoder of a home; None where there is none, or another than they were trained with."""
    try:
        name = find(home, None, "encoder").name
        weights = read_weights(path) if path.exists() else None
        if weights is None or weights.encoder != name:
            return None
        return Ears(open_encoder(home, name, threads=1, factors=weights.factors), weights)
    except (ModelMissing, ModelDamaged):
        return None


class Ears:
    """Listens to one message after the other, each in some 20 ms of one core."""

    def __init__(self, encoder: E5, weights: Weights) -> None:
        self._encoder, self._weights = encoder, weights
        self._heard: OrderedDict[str, Array] = OrderedDict()

    def intents(self, situated: str) -> dict[str, float]:
        """The log-probability of each class of the router, of a message as `router.situated` writes it."""
        from scipy.special import log_softmax

        weights = self._weights
        scores = weights.intent_weights @ (self._vector(situated) * APART) + weights.intent_biases
        return dict(zip(weights.intents, map(float, log_softmax(scores)), strict=True))

    def answers(self, question: str) -> dict[str, float]:
        """Of each answer of the bank, by its key, how near it is to what is asked: a cosine."""
        near = self._weights.answers @ self._vector(question)
        return dict(zip(self._weights.keys, map(float, near), strict=True))

    def known(self, question: str) -> float:
        """The probability that the bank has an answer to what is asked."""
        from scipy.special import expit

        weights = self._weights
        return float(expit(weights.known_weights @ (self._vector(question) * APART) + weights.known_bias))

    def actions(self, text: str) -> dict[str, float]:
        """The log-probability of each action of `edit_entries`, of a message that is about single pieces of a text."""
        from scipy.special import log_softmax

        weights = self._weights
        scores = weights.action_weights @ (self._vector(text) * APART) + weights.action_biases
        return dict(zip(weights.actions, map(float, log_softmax(scores)), strict=True))

    def verdicts(self, item: str, answer: str) -> dict[str, float] | None:
        """The probability of each of `VERDICTS`, and of `ASTRAY`, of an answer to an open question; None of one that
        was not learnt."""
        from scipy.special import expit, softmax

        weights = self._weights
        if item not in weights.items:
            return None
        place = weights.items.index(item)
        scores = weights.verdict_weights[place] @ (self._vector(answer) * APART) + weights.verdict_biases[place]
        astray = float(expit(scores[-1]))
        found = softmax(scores[:-1]) * (1 - astray)
        return dict(zip(VERDICTS, map(float, found), strict=True)) | {ASTRAY: astray}

    def like(self, text: str, others: Sequence[str]) -> list[float]:
        """How near a text is to each of others in what it means here: cosines."""
        said = self._vector(text)
        return [float(self._vector(other) @ said) for other in others]

    def _vector(self, text: str) -> Array:
        """Of length 1, the mean of what is said here taken from it."""
        import numpy as np

        if text not in self._heard:
            vector = self._encoder.embed([text], "query")[0] - self._weights.mean
            self._heard[text] = vector / np.linalg.norm(vector)
            if len(self._heard) > REMEMBERED:
                self._heard.popitem(last=False)
        return self._heard[text]

"""`tutor course heads`: trains the classifiers of open answers (tutor/nlu/heads.py) on the graded ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tutor.lm.encoder import E5, open_encoder
from tutor.nlu.heads import FILE, GRADING, SCALE, VERDICTS
from tutor.nlu.router import read_utterances

REGULAR = 0.3
"""The inverse strength of logistic regression's penalty, chosen on tests/eval/dev/answers.jsonl: kappa 0.53, 0.65, 0.69
and 0.69 at 0.03, 0.1, 0.3 and 1; the words alone reach 0.31."""
TOGETHER = 64
NO_ANSWERS = ("hint", "off_topic", "small_talk", "feedback", "question", "explain_again", "route", "privacy", "next")
"""Intents whose utterances are learnt as no answers, with the answers to the other questions."""
EVERY = 8
"""One in so many of them."""


def train(home: Path, tell: Callable[[str], None], path: Path = FILE) -> None:
    """Train all of them with the encoder of a home, and write them. Raises ModelMissing."""
    encoder = open_encoder(home)
    lines = [json.loads(line) for line in (GRADING / "answers.jsonl").read_text("utf-8").splitlines()]
    vectors = _vectors(encoder, [line["text"] for line in lines])
    items = sorted({line["item"] for line in lines})
    asked = read_utterances()
    said = [text for intent in NO_ANSWERS for by in asked.values() for text in by[intent]][::EVERY]
    besides = _vectors(encoder, said)
    means, weights, biases = [], [], []
    for item in items:
        mine = [place for place, line in enumerate(lines) if line["item"] == item]
        others = [place for place, line in enumerate(lines) if line["item"] != item][::EVERY]
        none = np.concatenate([vectors[others], besides])
        mean, weight, bias = _fit(vectors[mine], [lines[place]["verdict"] for place in mine], none)
        means.append(mean)
        weights.append(weight)
        biases.append(bias)
        tell(f"{item}: {len(mine)}")
    half = np.float16
    np.savez_compressed(
        path,
        encoder=np.array(encoder.profile.digest),
        items=np.array(items),
        means=np.array(means, half),
        weights=np.array(weights, half),
        biases=np.array(biases, np.float32),
    )


def _vectors(encoder: E5, texts: list[str]) -> np.ndarray:
    portions = [texts[start : start + TOGETHER] for start in range(0, len(texts), TOGETHER)]
    return np.concatenate([encoder.embed(portion, "query") for portion in portions])


def _fit(vectors: np.ndarray, verdicts: list[str], none: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The mean, and the weights and biases of `VERDICTS`, in that order, and of what is no answer (`none`)."""
    from sklearn.linear_model import LogisticRegression

    mean = vectors.mean(axis=0)
    model = LogisticRegression(C=REGULAR, max_iter=3000).fit((vectors - mean) * SCALE, verdicts)
    order = [list(model.classes_).index(verdict) for verdict in VERDICTS]
    rows = (np.concatenate([vectors, none]) - mean) * SCALE
    astray = LogisticRegression(C=REGULAR, max_iter=3000).fit(rows, [0] * len(vectors) + [1] * len(none))
    weights = np.concatenate([model.coef_[order], astray.coef_])
    return mean, weights, np.concatenate([model.intercept_[order], astray.intercept_])

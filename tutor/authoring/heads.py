"""`tutor course heads`: trains the classifiers of open answers (tutor/nlu/heads.py) on the graded ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tutor.lm.encoder import E5, open_encoder
from tutor.nlu.heads import FILE, GRADING, SCALE, VERDICTS

REGULAR = 0.3
"""The inverse strength of logistic regression's penalty, chosen on tests/eval/dev/answers.jsonl: kappa 0.53, 0.65, 0.69
and 0.69 at 0.03, 0.1, 0.3 and 1; the words alone reach 0.31."""
TOGETHER = 64


def train(home: Path, tell: Callable[[str], None], path: Path = FILE) -> None:
    """Train all of them with the encoder of a home, and write them. Raises ModelMissing."""
    encoder = open_encoder(home)
    lines = [json.loads(line) for line in (GRADING / "answers.jsonl").read_text("utf-8").splitlines()]
    vectors = _vectors(encoder, [line["text"] for line in lines])
    items = sorted({line["item"] for line in lines})
    means, weights, biases = [], [], []
    for item in items:
        mine = [place for place, line in enumerate(lines) if line["item"] == item]
        mean, weight, bias = _fit(vectors[mine], [lines[place]["verdict"] for place in mine])
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


def _fit(vectors: np.ndarray, verdicts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The mean, and the weights and biases of `VERDICTS`, in that order."""
    from sklearn.linear_model import LogisticRegression

    mean = vectors.mean(axis=0)
    model = LogisticRegression(C=REGULAR, max_iter=3000).fit((vectors - mean) * SCALE, verdicts)
    order = [list(model.classes_).index(verdict) for verdict in VERDICTS]
    return mean, model.coef_[order], model.intercept_[order]

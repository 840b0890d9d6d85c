"""Who the learner says they are: «fui modista, ahora escribo mis memorias» -> a writer."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from tutor.nlu.features import classifier
from tutor.settings import CURRICULUM

UTTERANCES = CURRICULUM / "utterances"
LIKELY = -0.2
"""The classifier's distance from which a profile is one of theirs, beside the likeliest."""
TOLD = -0.1
"""The same below which a message tells none («soy Marcos», «nunca estudié»): half of what tells none has less than
-0.18, and hardly anything that tells one less than 0.4."""


class Introduction(NamedTuple):
    text: str
    profiles: tuple[str, ...]
    """None where they say something of themselves that fits none."""


@lru_cache
def read_introductions(path: Path = UTTERANCES / "profiles.jsonl") -> tuple[Introduction, ...]:
    """One object a line: `lang`, `text`, `profiles`."""
    lines = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    return tuple(Introduction(line["text"], tuple(line["profiles"])) for line in lines)


@lru_cache
def _model() -> tuple[Any, tuple[str, ...]]:
    """Trained at the first introduction, in under a second."""
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import MultiLabelBinarizer

    told = [one for one in read_introductions() if one.profiles]
    labels = MultiLabelBinarizer()
    wanted = labels.fit_transform([one.profiles for one in told])
    features = classifier()
    features.set_params(classes=OneVsRestClassifier(features.named_steps["classes"]))
    features.fit([one.text for one in told], wanted)
    return features, tuple(map(str, labels.classes_))


def profiles_of(text: str, from_: float = TOLD) -> tuple[str, ...]:
    """The profiles that a message tells, the likeliest first; none where that is at less than `from_`."""
    model, names = _model()
    distances = model.decision_function([text])[0]
    order = distances.argsort()[::-1]
    if distances[order[0]] < from_:
        return ()
    return tuple(names[place] for n, place in enumerate(order) if n == 0 or distances[place] >= LIKELY)

"""`tutor course reader`: tunes the sentence encoder to tell which words of a text answer a question
(tutor/lm/reader.py), on the texts and questions of curriculum/reading.

Two things are learnt by one LoRA adapter: to find, a question's vector comes to lie near those of the passages that
answer it; and to read, of question and passage put together, whether this one answers, or none does. About half an hour
on two cores.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from skills.reading.shape import blocks_of
from skills.texts.answering import passages, shared
from skills.texts.sentences import Sentence, split
from tutor.authoring.tuning import Tuned
from tutor.lm.encoder import Files, open_files
from tutor.lm.reader import APART, FILE, together
from tutor.settings import CURRICULUM

if TYPE_CHECKING:
    import torch

TEXTS = CURRICULUM / "reading"
"""Texts, and `questions.jsonl`: `file`, `lang`, `question`, and `span`, the words that answer, null where none do."""
FIRST_TUNED = 6
LONGEST = 90
"""Pieces of question and passage that are read in training."""
RATE, RATE_OF_HEADS = 1e-3, 3e-3
EPOCHS = 2.0
QUESTIONS = 6
"""Questions of a step."""
PASSAGES = 6
"""Passages of each: one that answers, if there is one, and others of the same text that are easily taken for it."""
HARD = 16
"""The nearest so many are those others, of which some are drawn."""
SHARPNESS = 20.0
"""What cosines are multiplied by."""
TO_FIND = 0.5
"""The weight of finding beside that of reading."""


class Asked(NamedTuple):
    """A question to a text: the places (of its passages) that answer it, none where it does not say."""

    text: int
    question: str
    answered: frozenset[int]


class Texts(NamedTuple):
    """The passages of each text, and its sentences."""

    passages: list[list[str]]
    sentences: list[list[Sentence]]
    asked: list[Asked]


def read_texts(folder: Path = TEXTS) -> Texts:
    """Raises OSError, ValueError for a question whose span is not in its text."""
    lines = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
    names = sorted({line["file"] for line in lines})
    sentences = [split(["\n".join(b) for b in blocks_of((folder / name).read_text("utf-8"))]) for name in names]
    asked = []
    for line in lines:
        text = names.index(line["file"])
        places = answering(sentences[text], line["span"]) if line["span"] else frozenset()
        if line["span"] and not places:
            raise ValueError(f"{line['file']}: nowhere in it: {line['span']!r}")
        asked.append(Asked(text, line["question"], places))
    return Texts([passages(one) for one in sentences], sentences, asked)


def answering(sentences: Sequence[Sentence], span: str) -> frozenset[int]:
    """The sentences that have words of a span: those that are in it, that it is in, or that it runs through."""
    found, at = set(), 0
    whole = "".join("".join(s.text.split()) for s in sentences)
    start = whole.find("".join(span.split()))
    end = start + len("".join(span.split()))
    for place, sentence in enumerate(sentences):
        size = len("".join(sentence.text.split()))
        inside = min(end, at + size) - max(start, at)
        if start >= 0 and inside > 0.3 * min(size, end - start):
            found.add(place)
        at += size
    return frozenset(found)


def train(
    home: Path, tell: Callable[[str], None], path: Path = FILE, texts: Texts | None = None, epochs: float = EPOCHS
) -> None:
    """Train it with the encoder of a home and write it to `path`. Raises ModelMissing, ModelDamaged, OSError."""
    import torch

    dice = random.Random(0)
    torch.manual_seed(0)
    files, name = open_files(home)
    texts = texts or read_texts()
    network = _Network(files)
    steps = max(1, int(epochs * len(texts.asked) / QUESTIONS))
    losses = (network.loss(batch) for batch in _batches(texts, network, dice))
    network.learn(losses, network.of_heads, (RATE, RATE_OF_HEADS), steps, tell)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, encoder=np.array(name), **network.weights())


class _Example(NamedTuple):
    """A question with passages; the first answers it if `answered`."""

    question: str
    passages: list[str]
    answered: bool


def _batches(texts: Texts, network: _Network, dice: random.Random) -> Iterator[list[_Example]]:
    """Without end; before each round, what is near each question as the network finds it now."""
    while True:
        near = _near(texts, network)
        order = dice.sample(range(len(texts.asked)), len(texts.asked))
        for start in range(0, len(order) - QUESTIONS + 1, QUESTIONS):
            yield [_example(texts, place, near[place], dice) for place in order[start : start + QUESTIONS]]


def _near(texts: Texts, network: _Network) -> list[list[int]]:
    """For each question the places of its text, the likeliest by meaning and by words first."""
    of_texts = [network.settled(one, "passage").numpy() for one in texts.passages]
    questions = network.settled([one.question for one in texts.asked]).numpy()
    found = []
    for asked, vector in zip(texts.asked, questions, strict=True):
        _, by_words = shared(asked.question, texts.sentences[asked.text])
        found.append([int(place) for place in (of_texts[asked.text] @ vector + 0.3 * by_words).argsort()[::-1]])
    return found


def _example(texts: Texts, place: int, near: Sequence[int], dice: random.Random) -> _Example:
    asked = texts.asked[place]
    right = [dice.choice(sorted(asked.answered))] if asked.answered else []
    others = [one for one in near if one not in asked.answered][:HARD]
    wrong = dice.sample(others, min(len(others), PASSAGES - len(right)))
    shown = texts.passages[asked.text]
    return _Example(asked.question, [shown[one] for one in (*right, *wrong)], bool(right))


class _Network(Tuned):
    """The encoder with an adapter, and what reads of its vector whether a passage answers."""

    def __init__(self, files: Files) -> None:
        import torch

        super().__init__(files, FIRST_TUNED, LONGEST)
        self.answers = torch.nn.Linear(self.width, 1)
        self.of_heads = list(self.answers.parameters())

    def loss(self, batch: Sequence[_Example]) -> torch.Tensor:
        import torch
        from torch.nn.functional import cross_entropy

        self.bert.train()
        pairs = self.vectors([together(one.question, passage) for one in batch for passage in one.passages])
        fits = self.answers(pairs * APART)[:, 0]
        found, at = fits.new_zeros(()), 0
        for one in batch:  # that no passage answers has the odds 1
            scores = torch.cat([fits.new_zeros(1), fits[at : at + len(one.passages)]])
            found = found + cross_entropy(scores, torch.tensor(int(one.answered)))
            at += len(one.passages)
        asked = [one for one in batch if one.answered]
        if asked:
            shown = [passage for one in asked for passage in one.passages]
            near = self.vectors([one.question for one in asked]) @ self.vectors(shown, "passage").T
            right = [sum(len(before.passages) for before in asked[:n]) for n in range(len(asked))]
            found = found + TO_FIND * cross_entropy(SHARPNESS * near, torch.tensor(right), reduction="sum")
        mean: torch.Tensor = found / len(batch)
        return mean

    def weights(self) -> dict[str, Any]:
        """As tutor/lm/reader.py reads them."""
        weight, bias = self.answers.weight.detach().numpy()[0], self.answers.bias.detach().numpy()[0]
        return {"weights": weight.astype(np.float32), "bias": np.float32(bias), **self.factors()}

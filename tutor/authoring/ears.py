"""`tutor course ears`: tunes the sentence encoder to hear (tutor/nlu/ears.py) on all that the course's files say.

A LoRA adapter (Hu et al. 2021) on its upper layers and three classifiers are trained together: what a message asks for,
in its situation; which answer of the bank a question wants; how right an answer to an open question is. About forty
minutes on two cores.
"""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tutor.authoring.tuning import Tuned
from tutor.course.files import load_course
from tutor.course.model import SHOWN, Choice, Course
from tutor.lm.adapter import read_factors
from tutor.lm.encoder import Files, open_encoder, open_files
from tutor.nlu.bank import DEFINITION, FOLLOWS
from tutor.nlu.ears import APART, FILE, VERDICTS
from tutor.nlu.features import disguise, in_words
from tutor.nlu.utterances import read_edits, read_own_words, read_utterances, what_people_say
from tutor.settings import CURRICULUM
from tutor.words import LANGUAGES

if TYPE_CHECKING:
    import torch

FIRST_TUNED = 4
"""The layer from which on there is an adapter."""
RATE, RATE_OF_HEADS = 1.2e-3, 3e-3
"""Learning rates of the adapter and of the classifiers (AdamW, 100 steps of warm-up, then down in a straight line)."""
EPOCHS = 2.0
BATCH = 64
LONGEST = 60
"""Pieces of a message that are read in training."""
SMOOTHED = 0.05
"""Label smoothing: what people meant is not always what the label says."""
AS_QUESTION, OF_ANSWERS = 0.3, 1.3
"""The weight of a way of asking as an example of a question, of which there are as many as of all else together, and of
finding its answer."""
SHARPNESS = 20.0
"""What cosines with answers are multiplied by at first."""
OF_OPTIONS = 0.5
"""The weight of telling which option is meant."""
MISTYPED = 0.15
"""The share of messages that are read as typed in haste, another way each time."""
GRADED = CURRICULUM / "grading" / "answers.jsonl"
"""Answers to the open questions, with the verdict of a person."""
UNKNOWN = CURRICULUM / "utterances" / "unknown.jsonl"
"""Questions that the bank has no answer to."""
KNOWN_EACH = 9000
"""Ways of asking, at most, from which what can be answered is learnt."""
NO_ANSWERS = ("hint", "off_topic", "small_talk", "feedback", "question", "explain_again", "route", "privacy", "next")
"""Intents whose utterances are learnt as no answers to an open question."""
REMINDED = 6000
"""Utterances that are learnt again where the ears there are learn what is new."""
NEAR = 1e-4
"""How much it costs to leave what was learnt (its square distance, beside the mean cross-entropy)."""
EVERY = 8
"""One in so many of them, and of the answers to the other questions."""


class Row(NamedTuple):
    """A text, and what it is an example of: an intent, an answer's key, a verdict on an answer to an item, or which of
    several options it means."""

    text: str
    intent: str | None = None
    weight: float = 1.0
    key: str | None = None
    item: str | None = None
    verdict: str | None = None
    options: tuple[str, ...] = ()
    """What could be chosen, the one that is meant first."""


def rows(course: Course) -> list[Row]:
    """All that is learnt from."""
    said = [Row(in_words(one.text, one.situation), one.intent) for one in what_people_say(course=course)]
    return [*said, *_asked(course), *_graded(), *_chosen(course)]


def _chosen(course: Course) -> Iterator[Row]:
    """Answers in people's own words to questions with options."""
    for one in read_own_words():
        item = course.items.get(one.item)
        if not isinstance(item, Choice) or len(one.options) != 1:
            continue
        others = sorted(item.options, key=lambda option: option.id != one.options[0])
        texts = tuple(option.text[one.language] for option in others if option.text)
        if len(texts) == len(item.options):
            yield Row(one.text, options=texts)


def _asked(course: Course) -> Iterator[Row]:
    """Ways of asking, and titles, of each answer and definition."""
    asks = [(f"{concept.id}/{DEFINITION}", concept.asks) for concept in course.concepts.values()]
    for key, of_language in [*asks, *((answer.key, answer.asks) for answer in course.answers)]:
        for ask in (ask for language in LANGUAGES for ask in of_language[language]):
            alone = not key.startswith(SHOWN) and not ask.startswith(FOLLOWS)
            yield Row(ask.removeprefix(FOLLOWS).strip(), "question" if alone else None, AS_QUESTION, key)
    for answer in course.answers:
        yield from (Row(answer.title[language], key=answer.key) for language in LANGUAGES)


def _graded() -> list[Row]:
    """Answers to open questions, each twice, since they are few."""
    lines = [json.loads(line) for line in GRADED.read_text("utf-8").splitlines()]
    return [Row(line["text"], item=line["item"], verdict=line["verdict"]) for line in lines] * 2


def train(
    home: Path,
    tell: Callable[[str], None],
    path: Path = FILE,
    learnt: Sequence[Row] | None = None,
    epochs: float = EPOCHS,
) -> None:
    """Train them with the encoder of a home, on `learnt` instead of the course if given, and write them to `path`.

    Raises ModelMissing, ModelDamaged.
    """
    import torch

    dice = random.Random(0)
    torch.manual_seed(0)
    files, name = open_files(home)
    learnt = list(learnt or rows(load_course(CURRICULUM)))
    network = _Network(files, learnt)
    steps = max(1, int(epochs * len(learnt) / BATCH))
    losses = (network.loss(batch, dice) for batch in _batches(learnt, dice))
    network.learn(losses, network.of_heads, (RATE, RATE_OF_HEADS), steps, tell)
    found = network.weights() | network.known(learnt, dice) | network.verdicts(learnt) | network.actions()
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, encoder=np.array(name), **found)


def extend(home: Path, tell: Callable[[str], None], path: Path = FILE) -> None:
    """Teach the ears that there are what was written since they were trained: new intents, what is said in situations,
    new answers and the actions on pieces. The encoder stays as it is tuned; only what is weighed over its vectors is
    learnt, in some minutes. An answer that is new stands where the ways of asking it are, in the mean.

    Raises ModelMissing, ModelDamaged.
    """
    with np.load(path) as file:
        kept: dict[str, Any] = {name: file[name] for name in file.files}
    encoder = open_encoder(home, str(kept["encoder"]), factors=read_factors(kept))

    def heard(texts: Sequence[str]) -> np.ndarray:
        vectors = encoder.embed(list(texts), "query") - kept["mean"]
        found: np.ndarray = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
        return found

    course, dice = load_course(CURRICULUM), random.Random(0)
    said = what_people_say(course=course)
    placed_ = [one for one in said if one.situation.state or one.intent not in set(map(str, kept["intents"]))]
    others = dice.sample(said, min(len(said), REMINDED))
    learnt = list(dict.fromkeys([*placed_, *others]))
    tell(f"{len(learnt)} utterances")
    kept |= _intents(heard([in_words(one.text, one.situation) for one in learnt]), [one.intent for one in learnt], kept)
    asks: dict[str, list[str]] = {}
    for row in _asked(course):
        asks.setdefault(row.key or "", []).append(row.text)
    old = {key: place for place, key in enumerate(map(str, kept["keys"])) if key in asks}
    new = [key for key in asks if key not in old]
    tell(f"{len(new)} answers")
    means = [heard(asks[key]).mean(axis=0) for key in new]
    of_new = [mean / np.linalg.norm(mean) for mean in means]
    vectors = np.concatenate([kept["answers"][list(old.values())], np.array(of_new).reshape(len(new), -1)])
    kept |= {"keys": np.array([*old, *new]), "answers": vectors.astype(np.float16)}
    edits = read_edits()
    kept |= actions_of(heard([disguise(edit.text) for edit in edits]) * APART, [edit.action for edit in edits])
    np.savez_compressed(path, **kept)


def _intents(heard: np.ndarray, meant: Sequence[str], kept: dict[str, Any]) -> dict[str, Any]:
    """The classifier of intents learnt on, from where it is and not far from it; a class that is new from nothing."""
    import torch

    names = list(map(str, kept["intents"]))
    names += sorted(set(meant) - set(names))
    more = len(names) - len(kept["intents"])
    before = torch.tensor(np.pad(kept["intent_weights"].astype(np.float32), ((0, more), (0, 0))))
    biases = torch.tensor(np.pad(kept["intent_biases"].astype(np.float32), (0, more)))
    weights, bias = before.clone().requires_grad_(), biases.clone().requires_grad_()
    inputs, wanted = torch.tensor(heard * APART, dtype=torch.float32), torch.tensor([names.index(one) for one in meant])
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=60, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        wrong = torch.nn.functional.cross_entropy(inputs @ weights.T + bias, wanted, label_smoothing=SMOOTHED)
        far = (weights - before)[: len(names) - more].square().sum() + weights[len(names) - more :].square().sum()
        total: torch.Tensor = wrong + NEAR * far
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    found = {"intent_weights": weights.detach().numpy().astype(np.float16), "intent_biases": bias.detach().numpy()}
    return {"intents": np.array(names)} | found


def actions_of(heard: np.ndarray, done: Sequence[str]) -> dict[str, Any]:
    """A classifier of what is to be done to the pieces of a text."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=0.03, max_iter=3000)
    model.fit(heard, list(done))
    weights, biases = model.coef_.astype(np.float16), model.intercept_.astype(np.float32)
    return {"actions": model.classes_, "action_weights": weights, "action_biases": biases}


def _unknown() -> list[str]:
    """Questions without an answer, and what is none of the program's business."""
    lines = UNKNOWN.read_text("utf-8").splitlines() if UNKNOWN.exists() else []
    off_topic = [text for by in read_utterances().values() for text in by["off_topic"]]
    return [*(str(json.loads(line)["text"]) for line in lines), *off_topic]


def _batches(learnt: Sequence[Row], dice: random.Random) -> Iterator[list[Row]]:
    """Without end, texts of like length together."""
    while True:
        order = dice.sample(learnt, len(learnt))
        pools = [order[n : n + 50 * BATCH] for n in range(0, len(order), 50 * BATCH)]
        in_order = [sorted(pool, key=lambda row: len(row.text)) for pool in pools]
        batches = [pool[n : n + BATCH] for pool in in_order for n in range(0, len(pool), BATCH)]
        dice.shuffle(batches)
        yield from batches


def mistyped(text: str, dice: random.Random) -> str:
    """As typed in haste: without accents, capitals or signs, letters swapped, left out or doubled; some of it."""
    if dice.random() < 0.6:
        text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    if dice.random() < 0.5:
        text = text.lower()
    if dice.random() < 0.4:
        text = "".join(c for c in text if c not in "¿?¡!,.;:'’")
    if dice.random() < 0.5 and len(text) > 6:
        for _ in range(1 + len(text) // 40):
            at = dice.randrange(1, len(text) - 2)
            a, b = text[at], text[at + 1]
            if a.isalpha() and b.isalpha():
                text = text[:at] + dice.choice((b + a, b, a + a + b)) + text[at + 2 :]
    return text


class _Network(Tuned):
    """The encoder with an adapter, and the classifiers over its vector."""

    def __init__(self, files: Files, learnt: Sequence[Row]) -> None:
        import torch

        super().__init__(files, FIRST_TUNED, LONGEST)
        self.intents = sorted({row.intent for row in learnt if row.intent})
        self.keys = list(dict.fromkeys(row.key for row in learnt if row.key))
        self.items = sorted({row.item for row in learnt if row.item})
        self.intent = torch.nn.Linear(self.width, len(self.intents))
        self.answers = torch.nn.Parameter(torch.zeros(len(self.keys), self.width))
        self.sharpness = torch.nn.Parameter(torch.tensor(SHARPNESS))
        self.verdict = torch.nn.Linear(self.width, len(self.items) * len(VERDICTS))
        self.of_heads = [*self.intent.parameters(), self.answers, self.sharpness, *self.verdict.parameters()]
        self.mean = torch.zeros(self.width)
        self._begin(learnt)

    def _begin(self, learnt: Sequence[Row]) -> None:
        """The mean of what is said, and for each answer the mean of ways of asking it, before anything is learnt."""
        import torch

        dice = random.Random(1)
        asks: dict[str, list[str]] = {key: [] for key in self.keys}
        for row in learnt:
            if row.key:
                asks[row.key].append(row.text)
        few = [(place, text) for place, key in enumerate(self.keys) for text in asks[key][:6]]
        some = dice.sample(learnt, min(len(learnt), 3000))
        self.mean = self.settled([row.text for row in some]).mean(dim=0)
        vectors = self.settled([text for _, text in few]) - self.mean
        sums = torch.zeros(len(self.keys), self.width)
        sums.index_add_(0, torch.tensor([place for place, _ in few], dtype=torch.long), vectors)
        with torch.no_grad():
            self.answers.copy_(torch.nn.functional.normalize(sums, dim=-1))

    def loss(self, batch: Sequence[Row], dice: random.Random) -> torch.Tensor:
        import torch
        from torch.nn.functional import cross_entropy, normalize

        self.bert.train()
        texts = [mistyped(row.text, dice) if dice.random() < MISTYPED else row.text for row in batch]
        heard = normalize(self.vectors(texts) - self.mean, dim=-1)
        found = heard.new_zeros(())
        place = [n for n, row in enumerate(batch) if row.intent]
        if place:
            wanted = torch.tensor([self.intents.index(batch[n].intent or "") for n in place])
            weight = heard.new_tensor([batch[n].weight for n in place])
            scores = self.intent(heard[place] * APART)
            found = found + (cross_entropy(scores, wanted, reduction="none", label_smoothing=SMOOTHED) * weight).sum()
        place = [n for n, row in enumerate(batch) if row.key]
        if place:
            wanted = torch.tensor([self.keys.index(batch[n].key or "") for n in place])
            scores = self.sharpness * (heard[place] @ normalize(self.answers, dim=-1).T)
            found = found + OF_ANSWERS * cross_entropy(scores, wanted, reduction="sum", label_smoothing=SMOOTHED)
        place = [n for n, row in enumerate(batch) if row.item]
        if place:
            items = [self.items.index(batch[n].item or "") for n in place]
            wanted = torch.tensor([VERDICTS.index(batch[n].verdict or "") for n in place])
            scores = self.verdict(heard[place] * APART).view(len(place), len(self.items), -1)
            found = found + cross_entropy(scores[range(len(place)), items], wanted, reduction="sum")
        place = [n for n, row in enumerate(batch) if row.options]
        if place:
            shown = normalize(self.vectors([text for n in place for text in batch[n].options]) - self.mean, dim=-1)
            at = 0
            for n in place:
                of_row = shown[at : at + len(batch[n].options)]
                scores = SHARPNESS * (of_row @ heard[n])
                found = found + OF_OPTIONS * cross_entropy(scores, torch.tensor(0), label_smoothing=SMOOTHED)
                at += len(of_row)
        return found / len(batch)

    def known(self, learnt: Sequence[Row], dice: random.Random) -> dict[str, Any]:
        """A classifier of what the bank has an answer to, over the encoder as it is now."""
        from sklearn.linear_model import LogisticRegression

        asks = [row.text for row in learnt if row.key and not row.key.startswith(SHOWN)]
        asks, unknown = dice.sample(asks, min(len(asks), KNOWN_EACH)), _unknown()
        heard = self._heard([*asks, *unknown])
        model = LogisticRegression(C=0.03, class_weight="balanced", max_iter=3000)
        model.fit(heard, [1] * len(asks) + [0] * len(unknown))
        return {"known_weights": model.coef_[0].astype(np.float32), "known_bias": model.intercept_[0]}

    def verdicts(self, learnt: Sequence[Row]) -> dict[str, Any]:
        """The classifiers of verdicts, each with one of what is no answer to its question, learnt from the answers to
        the others and from what else people say."""
        from sklearn.linear_model import LogisticRegression

        graded = list(dict.fromkeys(row for row in learnt if row.item))
        said = [text for by in read_utterances().values() for name in NO_ANSWERS for text in by[name]][::EVERY]
        answers, besides = self._heard([row.text for row in graded]), self._heard(said)
        shape = (len(self.items), len(VERDICTS), -1)
        weights, biases = self.verdict.weight.detach().numpy(), self.verdict.bias.detach().numpy()
        rows_of, ends = [], []
        for item, weight, bias in zip(self.items, weights.reshape(shape), biases.reshape(shape[:2]), strict=True):
            mine = [place for place, row in enumerate(graded) if row.item == item]
            others = [place for place, row in enumerate(graded) if row.item != item][::EVERY]
            there = [0] * len(mine) + [1] * (len(others) + len(besides))
            astray = LogisticRegression(C=0.3, max_iter=3000)
            astray.fit(np.concatenate([answers[[*mine, *others]], besides]), there)
            rows_of.append(np.concatenate([weight, astray.coef_]))
            ends.append(np.concatenate([bias, astray.intercept_]))
        return {"verdict_weights": np.array(rows_of, np.float16), "verdict_biases": np.array(ends, np.float32)}

    def actions(self) -> dict[str, Any]:
        """A classifier of what is to be done to the pieces of a text, over the encoder as it is now."""
        edits = read_edits()
        return actions_of(self._heard([disguise(edit.text) for edit in edits]), [edit.action for edit in edits])

    def _heard(self, texts: Sequence[str]) -> np.ndarray:
        """The vectors as the classifiers see them."""
        from torch.nn.functional import normalize

        found: np.ndarray = normalize(self.settled(texts) - self.mean, dim=-1).numpy()
        return found * APART

    def weights(self) -> dict[str, Any]:
        """As tutor/nlu/ears.py reads them, in half precision."""
        from torch.nn.functional import normalize

        half = np.float16
        found = {
            "mean": self.mean.numpy().astype(np.float32),
            "intents": np.array(self.intents),
            "intent_weights": self.intent.weight.detach().numpy().astype(half),
            "intent_biases": self.intent.bias.detach().numpy(),
            "keys": np.array(self.keys),
            "answers": normalize(self.answers.detach(), dim=-1).numpy().astype(half),
            "items": np.array(self.items),
        }
        return found | self.factors(half)

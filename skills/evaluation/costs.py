"""What each text costs a model: the texts are packed together, and the cost is handed back text by text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from skills.model.tokenizer import ModelTokenizer
from skills.training.examples import READ, TEXT, Example, Unit, pieces
from skills.training.loss import batch_losses
from skills.training.measure import Cost
from skills.training.packing import batch, pack


def costs(model: Any, texts: Sequence[Sequence[Example]], length: int, rows: int) -> list[Cost]:
    """The cost of each text, which is one example or several; see `measure.Cost` for what is counted."""
    owner = {id(example): text for text, made in enumerate(texts) for example in made}
    nats = [0.0] * len(texts)
    every = [example for made in texts for example in made]
    packed = pack(every, max(length, *(len(example) for example in every)))
    for begin in range(0, len(packed), rows):
        some = packed[begin : begin + rows]
        losses = iter(batch_losses(model, batch(some)).double().tolist())
        for example in (example for row in some for example in row):
            graded = [kind for kind in example.kinds[1:] if kind != READ]
            nats[owner[id(example)]] += sum(loss for kind, loss in zip(graded, losses, strict=False) if kind == TEXT)
    return [
        Cost(spent, sum(_graded(example) for example in made), sum(example.characters for example in made))
        for spent, made in zip(nats, texts, strict=True)
    ]


def _graded(example: Example) -> int:
    return example.kinds[1:].count(TEXT)


def by_text(units: Iterable[Unit], tokenizer: ModelTokenizer, length: int) -> list[list[Example]]:
    return [pieces(unit, tokenizer, length) for unit in units]

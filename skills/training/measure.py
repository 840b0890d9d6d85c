"""What a text costs a model: nats a token, bits a character."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skills.training.examples import TEXT, Example
from skills.training.loss import batch_losses
from skills.training.packing import IGNORED, batch, pack


@dataclass(frozen=True)
class Cost:
    """Sum of minus log probability, natural log, over `tokens` of text that cover `characters`.

    The mark that ends a text is not counted: a base model was never told that texts of this kind end here, and would
    look worse at writing them than it is.
    """

    nats: float
    tokens: int
    characters: int

    @property
    def loss(self) -> float:
        return self.nats / self.tokens

    @property
    def bits_per_character(self) -> float:
        return self.nats / math.log(2) / self.characters


def cost(model: Any, examples: Sequence[Example], length: int, rows: int) -> Cost:
    """Measure the examples, packed into rows of `length` tokens, `rows` at a time."""
    packed = pack(examples, max(length, *(len(example) for example in examples)))
    nats, tokens = 0.0, 0
    for begin in range(0, len(packed), rows):
        each = batch(packed[begin : begin + rows])
        losses = batch_losses(model, each)[each.text[each.labels != IGNORED].to(model.device)]
        nats += float(losses.double().sum())
        tokens += len(losses)
    return Cost(nats, tokens, sum(example.characters for example in examples))


def evenly(examples: Sequence[Example], most_tokens: int) -> list[Example]:
    """Examples evenly spaced over all of them, together at most about `most_tokens`; at least two."""
    total = sum(len(example) for example in examples)
    count = max(2, min(len(examples), len(examples) * most_tokens // total))
    return [examples[i * len(examples) // count] for i in range(count)] if len(examples) >= count else list(examples)


def bits_a_nat(examples: Sequence[Example]) -> float:
    """What turns a loss in nats a token into bits a character, on average over these examples."""
    tokens = sum(example.kinds.count(TEXT) for example in examples)
    return tokens / math.log(2) / sum(example.characters for example in examples)

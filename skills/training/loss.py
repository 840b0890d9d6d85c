"""Cross-entropy from hidden states, a chunk of positions at a time: the whole matrix of logits never exists."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skills.training.examples import TEXT, Example
from skills.training.packing import IGNORED, Batch, batch, pack

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 256
"""Positions at a time: with 152,000 words of vocabulary, 78 MB of bf16 logits, and the output matrix, four times as
large, is read for enough of them at once."""
LEAST = 1e-38
"""What a probability that fp32 cannot tell from 0 counts as: a loss of 87 nats."""


def token_losses(hidden: Tensor, weight: Tensor, labels: Tensor, gradient: bool) -> tuple[Tensor, Tensor | None]:
    """Minus the natural log of each label's probability, fp32 (n,); if asked, the gradient of their sum, as `hidden`.
    With the gradient the probabilities are as exact as `weight`, without it as exact as fp32.

    `hidden` (n, width) are the last hidden states, `weight` (vocabulary, width) the frozen output matrix, `labels`
    (n,) token ids. A chunk's logits serve both while they exist:
    d loss / d hidden = (softmax(logits) - onehot(label)) @ weight. `weight` gets no gradient: it is frozen.
    """
    import torch

    with torch.no_grad(), torch.autocast(hidden.device.type, enabled=False):
        hidden = hidden.to(weight.dtype)
        losses = torch.empty(len(labels), dtype=torch.float32, device=hidden.device)
        gradients = torch.empty_like(hidden) if gradient else None
        # one piece of memory for all chunks: to be given a new one each time takes a fifth as long as filling it
        room = hidden.new_empty(min(CHUNK, len(labels)), len(weight))
        for begin in range(0, len(labels), CHUNK):
            part = slice(begin, begin + CHUNK)
            wanted = (torch.arange(len(labels[part]), device=hidden.device), labels[part])
            logits = torch.mm(hidden[part], weight.T, out=room[: len(labels[part])])
            # the gradient is in the precision of `weight` anyway: only what is measured must be exact
            chances = torch.softmax(logits, -1, out=logits) if gradient else logits.softmax(-1, dtype=torch.float32)
            losses[part] = -chances[wanted].float().clamp(min=LEAST).log()
            if gradients is not None:
                chances[wanted] -= 1
                gradients[part] = chances @ weight
    return losses, gradients


def batch_losses(model: Any, batch: Batch, scale: float | None = None) -> Tensor:
    """The loss of each supervised token of the batch, in order, shape (supervised,).

    `model` is a causal LM with fused layers (`with_adapter`, `open_tuned`). With `scale`, also adds the gradient of
    `scale * sum of the losses` to the trainable weights.
    """
    import torch

    causal = model.get_base_model()
    batch = batch.to(causal.device)
    # the fused attention goes by the lengths; a mask of four dimensions is taken for ready-made, so none is made
    mask = torch.ones(1, 1, 1, 1, dtype=torch.bool, device=causal.device)
    with torch.set_grad_enabled(scale is not None):
        hidden = causal.base_model(
            input_ids=batch.ids,
            position_ids=batch.positions,
            attention_mask=mask,
            use_cache=False,
            lengths=batch.lengths,
        ).last_hidden_state
        supervised = hidden[batch.labels != IGNORED]
    labels = batch.labels[batch.labels != IGNORED]
    losses, gradient = token_losses(supervised, causal.get_output_embeddings().weight, labels, scale is not None)
    if gradient is not None and scale is not None:
        supervised.backward((gradient * scale).to(supervised.dtype))
    return losses


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


def cost(
    model: Any, examples: Sequence[Example], length: int, rows: int, did: Callable[[int], None] = lambda tokens: None
) -> Cost:
    """Measure the examples, packed into rows of `length` tokens, `rows` at a time; `did` is told of each batch."""
    packed = pack(examples, max(length, *(len(example) for example in examples)))
    nats, tokens = 0.0, 0
    for begin in range(0, len(packed), rows):
        each = batch(packed[begin : begin + rows])
        losses = batch_losses(model, each)[each.text[each.labels != IGNORED].to(model.device)]
        nats += float(losses.double().sum())
        tokens += len(losses)
        did(each.ids.numel())
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

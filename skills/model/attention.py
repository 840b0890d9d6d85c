"""Attention of examples that lie one after another in a batch: each attends to itself alone, and is not masked for it.

Imports torch: import this where it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional
from transformers.integrations.sdpa_attention import sdpa_attention_forward

LONG = 1024
"""Tokens of an example from which on the whole matrix of its attention is too large to be made."""


def attend(
    module: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, **settings: Any
) -> tuple[Tensor, None]:
    """Attention for transformers' AttentionInterface: `query` (1, heads, tokens, width), `key`, `value` alike.

    With `lengths` among the settings (tokens of each example, in order; their sum is `tokens`), each example attends
    causally to itself, and the mask is not looked at. Without, it is transformers' own attention.
    """
    lengths: tuple[int, ...] | None = settings.pop("lengths", None)
    if lengths is None:
        usual: tuple[Tensor, None] = sdpa_attention_forward(module, query, key, value, mask, **settings)
        return usual
    scale, window = settings["scaling"], settings.get("sliding_window")
    if max(lengths) > LONG:
        return _one_by_one(query, key, value, lengths, scale, window), None
    q, k, v = (each[0].transpose(0, 1) for each in (query, key, value))
    found: Tensor = _Attention.apply(q, k, v, lengths, scale, window)  # type: ignore[no-untyped-call]
    return found[None], None


class Layout(NamedTuple):
    """Examples of like lengths beside one another: `places` (examples, tokens) of the tokens in the batch, the shorter
    filled up with place 0; `real`, which are no filling; both as (examples * tokens)."""

    examples: int
    tokens: int
    places: Tensor
    real: Tensor


@lru_cache(maxsize=4)
def layouts(lengths: tuple[int, ...], device: torch.device) -> tuple[list[Layout], Tensor]:
    """Groups of examples, none filled up by more than a third, and for each token of the batch where it is in them."""
    starts = [sum(lengths[:i]) for i in range(len(lengths))]
    waiting = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    found, back, at = [], torch.empty(sum(lengths), dtype=torch.long), 0
    while waiting:
        longest = lengths[waiting[0]]
        group = [i for i in waiting if lengths[i] * 4 >= longest * 3]
        waiting = waiting[len(group) :]
        column = torch.arange(longest)
        real = column[None] < torch.tensor([lengths[i] for i in group])[:, None]
        places = torch.where(real, column[None] + torch.tensor([starts[i] for i in group])[:, None], 0)
        back[places[real]] = at + real.flatten().nonzero()[:, 0]
        found.append(Layout(len(group), longest, places.flatten().to(device), real.flatten().to(device)))
        at += real.numel()
    return found, back.to(device)


class _Attention(Function):
    """softmax(q k' scale) v, causal, within each example, by plain products in fp32; what is between is not kept.

    torch's fused kernel for the CPU takes many times as long on its way back for examples of a page or less.
    """

    @staticmethod
    def forward(
        ctx: Any, q: Tensor, k: Tensor, v: Tensor, lengths: tuple[int, ...], scale: float, window: int | None
    ) -> Tensor:
        """`q` (tokens, heads, width); `k`, `v` (tokens, fewer heads, width), each serving several of `q` in turn."""
        ctx.save_for_backward(q, k, v)
        ctx.lengths, ctx.scale, ctx.window = lengths, scale, window
        groups, back = layouts(lengths, q.device)
        found = []
        for group in groups:
            queries, keys, values = (_beside(each, group, k.shape[1]) for each in (q, k, v))
            attention = _probabilities(queries, keys, group.tokens, scale, window)
            found.append(_in_turn(attention @ values, group, q))
        return _joined(found)[back]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        q, k, v = ctx.saved_tensors
        groups, back = layouts(ctx.lengths, q.device)
        found: list[tuple[Tensor, Tensor, Tensor]] = []
        for group in groups:
            queries, keys, values = (_beside(each, group, k.shape[1]) for each in (q, k, v))
            g = _beside(gradients[0], group, k.shape[1], filling=False)
            attention = _probabilities(queries, keys, group.tokens, ctx.scale, ctx.window)
            dv = attention.transpose(1, 2) @ g
            ds = g @ values.transpose(1, 2)
            ds = ds.sub_((ds * attention).sum(-1, keepdim=True)).mul_(attention).mul_(ctx.scale)
            dq, dk = ds @ keys, ds.transpose(1, 2) @ queries
            found.append((_in_turn(dq, group, q), _in_turn(dk, group, k), _in_turn(dv, group, v)))
        dq, dk, dv = (_joined(each)[back] for each in zip(*found, strict=True))
        return dq, dk, dv, None, None, None


def _beside(x: Tensor, group: Layout, heads: int, filling: bool = True) -> Tensor:
    """(tokens, heads * n, width) -> (examples * heads, n * tokens of an example, width), fp32."""
    taken = x.index_select(0, group.places)
    if not filling:
        taken.mul_(group.real[:, None, None])
    taken = taken.view(group.examples, group.tokens, heads, -1, x.shape[-1]).permute(0, 2, 3, 1, 4)
    made = torch.empty(taken.shape, dtype=torch.float32, device=x.device).copy_(taken)
    return made.view(group.examples * heads, -1, x.shape[-1])


def _in_turn(x: Tensor, group: Layout, like: Tensor) -> Tensor:
    """`_beside` undone: (examples * tokens, heads, width), in the precision of `like`."""
    made = torch.empty(group.examples, group.tokens, *like.shape[1:], dtype=like.dtype, device=like.device)
    turned = made.transpose(1, 2)
    turned.copy_(x.view(turned.shape))
    return made.flatten(0, 1)


def _joined(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(list(parts))


def _probabilities(q: Tensor, k: Tensor, tokens: int, scale: float, window: int | None) -> Tensor:
    """(n, ..., tokens): how much each query attends to each token up to its own, at most `window` of them."""
    hidden = torch.ones(tokens, tokens, dtype=torch.bool, device=k.device).triu_(1)
    if window and window < tokens:
        hidden |= torch.ones_like(hidden).tril_(-window)
    scores = (q @ k.transpose(1, 2)).mul_(scale).view(k.shape[0], -1, tokens, tokens)
    return scores.masked_fill_(hidden, float("-inf")).softmax(-1).view(k.shape[0], -1, tokens)


def _one_by_one(
    query: Tensor, key: Tensor, value: Tensor, lengths: tuple[int, ...], scale: float, window: int | None
) -> Tensor:
    """torch's own attention for each example: slower on a CPU, and never the whole matrix."""
    found = []
    for q, k, v in zip(*(each.split(lengths, dim=2) for each in (query, key, value)), strict=True):  # type: ignore[no-untyped-call]
        here = torch.arange(q.shape[2], device=q.device)
        near = (here[:, None] >= here) & (here[:, None] - here < window) if window else None
        gqa = q.shape[1] != k.shape[1]
        found.append(
            functional.scaled_dot_product_attention(q, k, v, near, is_causal=near is None, scale=scale, enable_gqa=gqa)
        )
    return torch.cat(found, dim=2).transpose(1, 2)

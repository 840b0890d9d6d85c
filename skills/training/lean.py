"""The same layers with less copying: LoRA, gated MLP, RMS norm and attention with their backward passes written out.

A model in bf16 with an adapter in fp32, as peft has it, spends about half of a training step on a CPU outside matrix
products: inputs cast to fp32 for the adapter and back, norms in fp32, intermediate results kept for the backward pass
that are cheaper to make again, attention over what a mask then hides. Here the adapter multiplies in the model's own
precision (its weights and their gradients stay in fp32) and adds into the frozen layer's product in place, a gated MLP
keeps two vectors of the inner width a token instead of about twelve, and each example attends to itself alone.
`benchmarks/finetune.py` compares the two. Imports torch: import this where it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

ATTENTION = "by_example"
NORMS = {"LlamaRMSNorm", "Qwen2RMSNorm", "Qwen3RMSNorm", "MistralRMSNorm"}
"""Norms that scale by their weight after they cast back; Gemma's does otherwise and stays as it is."""


def make_lean(model: Any) -> None:
    """Change how the layers of a peft model compute, in place; what they compute stays the same but for rounding."""
    from peft.tuners.lora import Linear

    AttentionInterface.register(ATTENTION, attend)
    AttentionMaskInterface.register(ATTENTION, sdpa_mask)
    causal = model.get_base_model()
    causal.config._attn_implementation = ATTENTION
    for module in causal.modules():
        if type(module).__name__ in NORMS:
            module.forward = _norm(module)
        elif isinstance(module, Linear):
            module.forward = _linear(module, module.forward)
        elif _gated(module):
            module.forward = _mlp(module, module.forward)


# --- LoRA -------------------------------------------------------------------------------------------------------------


class Adapted(NamedTuple):
    """A frozen linear layer and its adapter: y = x weight' + bias + scale * x a' b'."""

    weight: Tensor
    bias: Tensor | None
    a: Tensor
    b: Tensor
    scale: float

    def multiply(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """`x` (n, in) -> y (n, out) and x a' (n, rank), which the gradient of b needs."""
        inner = x @ self.a.T
        return functional.linear(x, self.weight, self.bias).addmm_(inner, self.b.T, alpha=self.scale), inner

    def gradients(self, g: Tensor, x: Tensor, inner: Tensor, deeper: bool = True) -> tuple[Tensor, Tensor, Tensor]:
        """Gradients of x (if `deeper`), a and b, given that of y."""
        back = (g @ self.b).mul_(self.scale)
        dx = (g @ self.weight).addmm_(back, self.a) if deeper else back
        return dx, back.T @ x, (g.T @ inner).mul_(self.scale)


def _adapted(module: Any) -> Adapted | None:
    """The parts of a peft LoRA layer as it is set up here; None when it is to compute in peft's own way."""
    if module.disable_adapters or module.merged or len(module.active_adapters) != 1:
        return None
    name = module.active_adapters[0]
    if name not in module.lora_A:
        return None
    base, dtype = module.base_layer, module.base_layer.weight.dtype
    a, b = module.lora_A[name].weight, module.lora_B[name].weight
    return Adapted(base.weight, base.bias, a.to(dtype), b.to(dtype), module.scaling[name])


class _Linear(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, a: Tensor, b: Tensor, weight: Tensor, bias: Tensor | None, scale: float) -> Tensor:
        flat = x.reshape(-1, x.shape[-1])
        y, inner = Adapted(weight, bias, a, b, scale).multiply(flat)
        ctx.save_for_backward(flat, inner, a, b, weight)
        ctx.scale, ctx.shape = scale, x.shape
        return y.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        flat, inner, a, b, weight = ctx.saved_tensors
        g = gradients[0].reshape(-1, gradients[0].shape[-1])
        deeper = ctx.needs_input_grad[0]  # not for the first layer: its input is the frozen embedding
        dx, da, db = Adapted(weight, None, a, b, ctx.scale).gradients(g, flat, inner, deeper)
        return dx.view(ctx.shape) if deeper else None, da, db, None, None, None


def _linear(module: Any, before: Any) -> Any:
    def forward(x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        layer = _adapted(module)
        if layer is None:
            plain: Tensor = before(x, *args, **kwargs)
            return plain
        y: Tensor = _Linear.apply(x, layer.a, layer.b, layer.weight, layer.bias, layer.scale)  # type: ignore[no-untyped-call]
        return y

    return forward


# --- gated MLP --------------------------------------------------------------------------------------------------------


def _gated(module: Any) -> bool:
    from peft.tuners.lora import Linear

    layers: list[Any] = [getattr(module, name, None) for name in ("gate_proj", "up_proj", "down_proj")]
    return (
        type(getattr(module, "act_fn", None)).__name__ in ("SiLU", "SiLUActivation")
        and all(isinstance(layer, Linear) and layer.base_layer.bias is None for layer in layers)
        and layers[0].base_layer.weight.shape == layers[1].base_layer.weight.shape
    )


class _GatedMlp(Function):
    """down(silu(gate(x)) * up(x)), gate and up as one product; keeps x and that product, and makes the rest again."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, both: Adapted, down: Adapted, *trainable: Tensor) -> Tensor:
        """`trainable`: a and b of gate, up and down in turn, as `both` and `down` are made of them."""
        flat = x.reshape(-1, x.shape[-1])
        wide, inner = both.multiply(flat)
        gate, up = wide.chunk(2, dim=-1)
        y, inner_down = down.multiply(functional.silu(gate).mul_(up))
        ctx.save_for_backward(flat, wide, inner, inner_down, both.weight, both.a, both.b, down.weight, down.a, down.b)
        ctx.scales, ctx.shape = (both.scale, down.scale), x.shape
        return y.view(x.shape)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, wide, inner, inner_down, weight, a, b, down_weight, down_a, down_b = ctx.saved_tensors
        both = Adapted(weight, None, a, b, ctx.scales[0])
        down = Adapted(down_weight, None, down_a, down_b, ctx.scales[1])
        gate, up = wide.chunk(2, dim=-1)
        active = functional.silu(gate)
        dh, da_down, db_down = down.gradients(gradients[0].reshape(-1, x.shape[-1]), active * up, inner_down)
        d_wide = torch.empty_like(wide)
        d_gate, d_up = d_wide.chunk(2, dim=-1)
        torch.mul(active, dh, out=d_up)
        torch.ops.aten.silu_backward.grad_input(dh.mul_(up), gate, grad_input=d_gate)
        dx, da, db = both.gradients(d_wide, x, inner)
        rank, width = a.shape[0] // 2, weight.shape[0] // 2
        of_gate, of_up = (da[:rank], db[:width, :rank]), (da[rank:], db[width:, rank:])
        return dx.view(ctx.shape), None, None, *of_gate, *of_up, da_down, db_down


def _mlp(module: Any, before: Any) -> Any:
    layers = (module.gate_proj, module.up_proj, module.down_proj)
    weight = torch.cat([layer.base_layer.weight.data for layer in layers[:2]])
    for layer, part in zip(layers[:2], weight.chunk(2), strict=True):
        layer.base_layer.weight.data = part  # the two layers see their halves: nothing is held twice

    def forward(x: Tensor) -> Tensor:
        gate, up, down = map(_adapted, layers)
        if gate is None or up is None or down is None or gate.scale != up.scale:
            plain: Tensor = before(x)
            return plain
        with torch.no_grad():
            both = Adapted(weight, None, torch.cat([gate.a, up.a]), torch.block_diag(gate.b, up.b), gate.scale)  # type: ignore[no-untyped-call]
        y: Tensor = _GatedMlp.apply(x, both, down, gate.a, gate.b, up.a, up.b, down.a, down.b)  # type: ignore[no-untyped-call]
        return y

    return forward


# --- RMS norm ---------------------------------------------------------------------------------------------------------


class _Norm(Function):
    """x / sqrt(mean(x^2) + eps) * weight (Zhang and Sennrich 2019); sums in fp32, `weight` frozen."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float) -> Tensor:
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=torch.float32)
        inverse = torch.rsqrt(length.square() / x.shape[-1] + eps)
        ctx.save_for_backward(x, inverse, weight)
        return (x * inverse).to(x.dtype).mul_(weight)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, inverse, weight = ctx.saved_tensors
        g = gradients[0] * weight
        along = (g * x).sum(-1, keepdim=True, dtype=torch.float32) * inverse.square() / x.shape[-1]
        return (x * along).neg_().add_(g).mul_(inverse).to(x.dtype), None, None


def _norm(module: Any) -> Any:
    def forward(x: Tensor) -> Tensor:
        y: Tensor = _Norm.apply(x, module.weight, module.variance_epsilon)  # type: ignore[no-untyped-call]
        return y

    return forward


# --- attention --------------------------------------------------------------------------------------------------------

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

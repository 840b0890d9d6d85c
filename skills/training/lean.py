"""The same layers with less copying: LoRA, gated MLP, RMS norm and attention with their backward passes written out.

A model in bf16 with an adapter in fp32, as peft has it, spends about half of a training step on a CPU outside matrix
products: inputs cast to fp32 for the adapter and back, norms in fp32, intermediate results kept for the backward pass
that are cheaper to make again, attention over what a mask then hides. Here the adapter multiplies in the model's own
precision (its weights and their gradients stay in fp32) and adds into the frozen layer's product in place, a gated MLP
keeps two vectors of the inner width a token instead of about twelve, and each example attends to itself alone.
`benchmarks/finetune.py` compares the two. Imports torch: import this where it is used.
"""

from __future__ import annotations

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

    def gradients(self, g: Tensor, x: Tensor, inner: Tensor, into: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """Gradients of x, a and b, given that of y; that of x is added to `into`, if there is one."""
        back = (g @ self.b).mul_(self.scale)
        dx = g @ self.weight if into is None else into.addmm_(g, self.weight)
        return dx.addmm_(back, self.a), back.T @ x, (g.T @ inner).mul_(self.scale)


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
        if not ctx.needs_input_grad[0]:  # the first layer's input is the frozen embedding
            back = (g @ b).mul_(ctx.scale)
            return None, back.T @ flat, (g.T @ inner).mul_(ctx.scale), None, None, None
        dx, da, db = Adapted(weight, None, a, b, ctx.scale).gradients(g, flat, inner, None)
        return dx.view(ctx.shape), da, db, None, None, None


def _linear(module: Any, before: Any) -> Any:
    def forward(x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        layer = _adapted(module)
        if layer is None:
            plain: Tensor = before(x, *args, **kwargs)
            return plain
        y: Tensor = _Linear.apply(x, layer.a, layer.b, layer.weight, layer.bias, layer.scale)
        return y

    return forward


# --- gated MLP --------------------------------------------------------------------------------------------------------


def _gated(module: Any) -> bool:
    return all(hasattr(module, name) for name in ("gate_proj", "up_proj", "down_proj")) and (
        type(getattr(module, "act_fn", None)).__name__ in ("SiLU", "SiLUActivation")
    )


class _GatedMlp(Function):
    """down(silu(gate(x)) * up(x)); keeps x, gate(x) and up(x), and makes the rest again."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, *parts: Any) -> Tensor:
        gate, up, down = _three(parts)
        flat = x.reshape(-1, x.shape[-1])
        g, inner_gate = gate.multiply(flat)
        u, inner_up = up.multiply(flat)
        y, inner_down = down.multiply(functional.silu(g).mul_(u))
        ctx.save_for_backward(flat, g, u, inner_gate, inner_up, inner_down, *(t for t in parts if torch.is_tensor(t)))
        ctx.parts, ctx.shape = [None if torch.is_tensor(part) else part for part in parts], x.shape
        return y.view(x.shape)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, g, u, inner_gate, inner_up, inner_down, *tensors = ctx.saved_tensors
        waiting = iter(tensors)
        gate, up, down = _three([next(waiting) if part is None else part for part in ctx.parts])
        dy = gradients[0].reshape(-1, gradients[0].shape[-1])
        active = functional.silu(g)
        dh, da_down, db_down = down.gradients(dy, active * u, inner_down, None)
        dx, da_up, db_up = up.gradients(active.mul_(dh), x, inner_up, None)
        dg = torch.ops.aten.silu_backward(dh.mul_(u), g)
        dx, da_gate, db_gate = gate.gradients(dg, x, inner_gate, dx)
        found = ((da_gate, db_gate), (da_up, db_up), (da_down, db_down))
        return dx.view(ctx.shape), *(each for da, db in found for each in (da, db, None, None, None))


def _three(parts: Any) -> list[Adapted]:
    """(a, b, weight, bias, scale) of gate, up and down. A bias of False stands for none."""
    return [
        Adapted(weight, None if bias is False else bias, a, b, scale)
        for a, b, weight, bias, scale in (parts[0:5], parts[5:10], parts[10:15])
    ]


def _mlp(module: Any, before: Any) -> Any:
    from peft.tuners.lora import Linear

    layers = (module.gate_proj, module.up_proj, module.down_proj)

    def forward(x: Tensor) -> Tensor:
        adapted = [_adapted(layer) if isinstance(layer, Linear) else None for layer in layers]
        parts: list[Any] = []
        for each in adapted:
            if each is None:
                plain: Tensor = before(x)
                return plain
            parts += [each.a, each.b, each.weight, False if each.bias is None else each.bias, each.scale]
        y: Tensor = _GatedMlp.apply(x, *parts)
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
        y: Tensor = _Norm.apply(x, module.weight, module.variance_epsilon)
        return y

    return forward


# --- attention --------------------------------------------------------------------------------------------------------


def attend(
    module: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, **settings: Any
) -> tuple[Tensor, None]:
    """Attention for transformers' AttentionInterface: `query` (1, heads, tokens, width), `key`, `value` alike.

    With `lengths` among the settings (tokens of each example, in order; their sum is `tokens`), each example attends
    causally to itself, and the mask is not looked at. Without, it is transformers' own attention.
    """
    lengths: list[int] | None = settings.pop("lengths", None)
    if lengths is None:
        usual: tuple[Tensor, None] = sdpa_attention_forward(module, query, key, value, mask, **settings)
        return usual
    scale, window = settings["scaling"], settings.get("sliding_window")
    parts = zip(*(each[0].split(lengths, dim=1) for each in (query, key, value)), strict=True)
    found = [_Attention.apply(q, k, v, scale, window) for q, k, v in parts]
    return torch.cat(found, dim=1).transpose(0, 1)[None], None


class _Attention(Function):
    """softmax(q k' scale) v, causal, in fp32, by plain matrix products; what is between is computed twice, not kept.

    torch's fused kernel for the CPU takes many times as long on its way back for examples of a page or less.
    """

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, scale: float, window: int | None) -> Tensor:
        """`q` (heads, tokens, width); `k`, `v` (fewer heads, tokens, width): each serves several of `q` in turn."""
        ctx.save_for_backward(q, k, v)
        ctx.scale, ctx.window = scale, window
        probabilities = _probabilities(_grouped(q, k), k.float(), scale, window)
        return (probabilities @ v.float()).view(q.shape).to(q.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        q, k, v = ctx.saved_tensors
        grouped, keys = _grouped(q, k), k.float()
        probabilities = _probabilities(grouped, keys, ctx.scale, ctx.window)
        g = _grouped(gradients[0], k)
        dv = probabilities.transpose(1, 2) @ g
        dp = g @ v.float().transpose(1, 2)
        dp = dp.sub_((dp * probabilities).sum(-1, keepdim=True)).mul_(probabilities).mul_(ctx.scale)
        dq, dk = dp @ keys, dp.transpose(1, 2) @ grouped
        return dq.view(q.shape).to(q.dtype), dk.to(k.dtype), dv.to(v.dtype), None, None


def _grouped(q: Tensor, k: Tensor) -> Tensor:
    """(heads, tokens, width) -> (heads of k, heads a head of k * tokens, width), fp32."""
    return q.float().reshape(k.shape[0], -1, q.shape[-1])


def _probabilities(q: Tensor, k: Tensor, scale: float, window: int | None) -> Tensor:
    """(heads of k, ..., tokens): how much each query attends to each token up to its own, at most `window` of them."""
    tokens = k.shape[1]
    hidden = torch.ones(tokens, tokens, dtype=torch.bool, device=k.device).triu_(1)
    if window and window < tokens:
        hidden |= torch.ones_like(hidden).tril_(-window)
    scores = (q @ k.transpose(1, 2)).mul_(scale).view(k.shape[0], -1, tokens, tokens)
    return scores.masked_fill_(hidden, float("-inf")).softmax(-1).view(k.shape[0], -1, tokens)

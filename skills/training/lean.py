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
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

from skills.training.attention import attend

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

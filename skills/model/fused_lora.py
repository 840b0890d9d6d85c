"""Fused LoRA layers, gated MLP, RMS norm and attention: backward passes written out, less copied, less kept.

A model in bf16 with an adapter in fp32, as peft has it, spends about half of a training step on a CPU outside matrix
products: inputs cast to fp32 for the adapter and back, norms in fp32, intermediate results kept for the backward pass
that are cheaper to make again, attention over what a mask then hides. Here the adapter multiplies in the model's own
precision (its weights and their gradients stay in fp32) and adds into the frozen layer's product in place, a gated MLP
keeps two vectors of the inner width a token instead of about twelve, and each example attends to itself alone.
`benchmarks/finetune.py` compares the two. Imports torch: import this where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional
from transformers import AttentionInterface
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

from skills.model.attention import attend

ATTENTION = "by_example"
NORMS = {"LlamaRMSNorm", "Qwen2RMSNorm", "Qwen3RMSNorm", "MistralRMSNorm"}
"""Norms that scale by their weight after they cast back; Gemma's does otherwise and stays as it is."""


def fuse_lora(model: Any) -> None:
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
    for module in causal.modules():
        if _gated(module):
            module.forward = _mlp(module, module.forward)
        elif layers := _alike(module, "q_proj", "k_proj", "v_proj"):
            _read_once(layers)


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
        # the narrow one copied and in front: a third of the time of g' inner
        return dx, back.T @ x, (inner.T.contiguous() @ g).mul_(self.scale).T


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


# --- layers that read the same ----------------------------------------------------------------------------------------


def _joined(layers: Sequence[Any]) -> Callable[[], Adapted | None]:
    """Several LoRA layers that read the same input as one: fewer and larger products.

    Returns what gives that layer as the adapters are now; None where they are to compute in peft's own way.
    """
    weight = torch.cat([layer.base_layer.weight.data for layer in layers])
    biases = [layer.base_layer.bias for layer in layers]
    bias = None if biases[0] is None else torch.cat([each.data for each in biases])
    sizes = [layer.base_layer.weight.shape[0] for layer in layers]
    for layer, part in zip(layers, weight.split(sizes), strict=True):  # type: ignore[no-untyped-call]
        layer.base_layer.weight.data = part  # each layer sees its part: nothing is held twice
    places = [layer.base_layer.weight.data_ptr() for layer in layers]

    def now() -> Adapted | None:
        # moved to another device or precision, or merged, they hold other weights than these
        if any(layer.base_layer.weight.data_ptr() != place for layer, place in zip(layers, places, strict=True)):
            return None
        parts = [part for part in map(_adapted, layers) if part is not None]
        if len(parts) < len(layers) or len({part.scale for part in parts}) > 1:
            return None
        b = torch.block_diag(*(part.b for part in parts))  # type: ignore[no-untyped-call]
        return Adapted(weight, bias, torch.cat([part.a for part in parts]), b, parts[0].scale)

    return now


def _alike(module: Any, *names: str) -> list[Any]:
    """The LoRA layers of these names, if all are there and all have a bias or none has; else none."""
    from peft.tuners.lora import Linear

    layers: list[Any] = [getattr(module, name, None) for name in names]
    if not all(isinstance(layer, Linear) for layer in layers):
        return []
    return layers if len({layer.base_layer.bias is None for layer in layers}) == 1 else []


def _read_once(layers: Sequence[Any]) -> None:
    """Queries, keys and values in one product: made when the queries are asked for, handed out to who asks next."""
    together, sizes = _joined(layers), [layer.base_layer.weight.shape[0] for layer in layers]
    plain, waiting = [layer.forward for layer in layers], list[Tensor]()

    def first(x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        layer = together()
        if layer is None:
            alone: Tensor = plain[0](x, *args, **kwargs)
            return alone
        made = _Linear.apply(x, layer.a, layer.b, layer.weight, layer.bias, layer.scale)  # type: ignore[no-untyped-call]
        queries, keys, values = made.split(sizes, dim=-1)
        waiting[:] = x, keys, values.contiguous()
        found: Tensor = queries
        return found

    def later(place: int) -> Callable[..., Tensor]:
        def forward(x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
            if not waiting or waiting[0] is not x:
                alone: Tensor = plain[place](x, *args, **kwargs)
                return alone
            found = waiting[place]
            if place == len(layers) - 1:
                waiting.clear()
            return found

        return forward

    layers[0].forward = first
    for place in (1, 2):
        layers[place].forward = later(place)


# --- gated MLP --------------------------------------------------------------------------------------------------------


class _GatedMlp(Function):
    """down(silu(gate(x)) * up(x)), gate and up as one product; keeps x and that product, and makes the rest again."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, a: Tensor, b: Tensor, down_a: Tensor, down_b: Tensor, *frozen: Any) -> Tensor:
        """`frozen`: the weight and the scale of both, then of down."""
        weight, scale, down_weight, down_scale = frozen
        flat = x.reshape(-1, x.shape[-1])
        wide, inner = Adapted(weight, None, a, b, scale).multiply(flat)
        gate, up = wide.chunk(2, dim=-1)
        down = Adapted(down_weight, None, down_a, down_b, down_scale)
        y, inner_down = down.multiply(functional.silu(gate).mul_(up))
        ctx.save_for_backward(flat, wide, inner, inner_down, a, b, down_a, down_b, weight, down_weight)
        ctx.scales, ctx.shape = (scale, down_scale), x.shape
        return y.view(x.shape)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, wide, inner, inner_down, a, b, down_a, down_b, weight, down_weight = ctx.saved_tensors
        gate, up = wide.chunk(2, dim=-1)
        active = functional.silu(gate)
        down = Adapted(down_weight, None, down_a, down_b, ctx.scales[1])
        dh, da_down, db_down = down.gradients(gradients[0].reshape(-1, x.shape[-1]), active * up, inner_down)
        d_wide = torch.empty_like(wide)
        d_gate, d_up = d_wide.chunk(2, dim=-1)
        torch.mul(active, dh, out=d_up)
        torch.ops.aten.silu_backward.grad_input(dh.mul_(up), gate, grad_input=d_gate)
        dx, da, db = Adapted(weight, None, a, b, ctx.scales[0]).gradients(d_wide, x, inner)
        return dx.view(ctx.shape), da, db, da_down, db_down, None, None, None, None


def _gated(module: Any) -> bool:
    layers = _alike(module, "gate_proj", "up_proj", "down_proj")
    return (
        type(getattr(module, "act_fn", None)).__name__ in ("SiLU", "SiLUActivation")
        and bool(layers)
        and layers[0].base_layer.bias is None
    )


def _mlp(module: Any, before: Any) -> Any:
    together, last = _joined((module.gate_proj, module.up_proj)), module.down_proj

    def forward(x: Tensor) -> Tensor:
        both, down = together(), _adapted(last)
        if both is None or down is None:
            plain: Tensor = before(x)
            return plain
        frozen = both.weight, both.scale, down.weight, down.scale
        y: Tensor = _GatedMlp.apply(x, both.a, both.b, down.a, down.b, *frozen)  # type: ignore[no-untyped-call]
        return y

    return forward


# --- RMS norm ---------------------------------------------------------------------------------------------------------


class _Norm(Function):
    """x / sqrt(mean(x^2) + eps) * weight (Zhang and Sennrich 2019); sums in fp32, `weight` frozen."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float) -> Tensor:
        exact = torch.promote_types(x.dtype, torch.float32)
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=exact)
        inverse = torch.rsqrt(length.square() / x.shape[-1] + eps)
        ctx.save_for_backward(x, inverse, weight)
        return (x * inverse).to(x.dtype).mul_(weight)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, inverse, weight = ctx.saved_tensors
        g = gradients[0] * weight
        along = (g * x).sum(-1, keepdim=True, dtype=inverse.dtype) * inverse.square() / x.shape[-1]
        return (x * along).neg_().add_(g).mul_(inverse).to(x.dtype), None, None


def _norm(module: Any) -> Any:
    def forward(x: Tensor) -> Tensor:
        y: Tensor = _Norm.apply(x, module.weight, module.variance_epsilon)  # type: ignore[no-untyped-call]
        return y

    return forward

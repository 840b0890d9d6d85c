"""A sentence encoder with a LoRA adapter (Hu et al. 2021, arXiv 2106.09685), to be trained with torch and peft: what
`tutor course ears` and `tutor course reader` share."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from skills.contract import TextKind
from tutor.lm.encoder import Files
from tutor.lm.pieces import BEGIN, END

if TYPE_CHECKING:
    import torch

RANK = 16
TOLD = 20
"""Steps after which it is told how far it is."""
BATCH = 64
"""Texts whose vectors are worked out at once where nothing is learnt from them."""


class Tuned:
    """`first`: the layer from which on there is an adapter; the layers below are left as they are: half of the time,
    and what languages look like is known there. `longest`: pieces of a text that are read."""

    def __init__(self, files: Files, first: int, longest: int) -> None:
        from peft import LoraConfig, get_peft_model

        self.pieces = files.pieces
        self.prefixes: dict[TextKind, list[int]] = {kind: files.pieces.ids(f"{kind}:") for kind in ("query", "passage")}
        self.width = files.shape.width
        self.longest = min(longest, files.shape.positions - max(map(len, self.prefixes.values())) - 2)
        config = LoraConfig(
            r=RANK,
            lora_alpha=2 * RANK,
            lora_dropout=0.05,
            target_modules=list(set(MATRICES.values()) - NORMS),
            layers_to_transform=list(range(min(first, files.shape.layers - 1), files.shape.layers)),
            layers_pattern="layer",
        )
        bert = as_torch(files)
        with warnings.catch_warnings():  # peft asks transformers for what that calls by another name now
            warnings.simplefilter("ignore", FutureWarning)
            self.bert = get_peft_model(bert, config)

    @property
    def adapter(self) -> list[Any]:
        """The weights that are learnt."""
        return [weight for weight in self.bert.parameters() if weight.requires_grad]

    def vectors(self, texts: Sequence[str], kind: TextKind = "query") -> torch.Tensor:
        """Of each text, (texts, width), of length 1: the mean of the last layer over its pieces."""
        import torch

        ids = [[BEGIN, *self.prefixes[kind], *self.pieces.ids(text)[: self.longest], END] for text in texts]
        longest = max(map(len, ids))
        padded = torch.ones(len(ids), longest, dtype=torch.long)
        there = torch.zeros(len(ids), longest)
        for place, one in enumerate(ids):
            padded[place, : len(one)], there[place, : len(one)] = torch.tensor(one), 1
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=halves()):
            last = self.bert(input_ids=padded, attention_mask=there).last_hidden_state.float()
        mean = (last * there[..., None]).sum(dim=1) / there.sum(dim=1, keepdim=True)
        return torch.nn.functional.normalize(mean, dim=-1)

    def settled(self, texts: Sequence[str], kind: TextKind = "query") -> torch.Tensor:
        """The same, nothing being learnt, of however many texts."""
        import torch

        self.bert.eval()
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        found = torch.zeros(len(texts), self.width)
        with torch.no_grad():
            for start in range(0, len(order), BATCH):
                these = order[start : start + BATCH]
                found[these] = self.vectors([texts[place] for place in these], kind)
        self.bert.train()
        return found

    def learn(
        self,
        losses: Iterable[torch.Tensor],
        heads: Sequence[Any],
        rates: tuple[float, float],
        steps: int,
        tell: Callable[[str], None],
    ) -> None:
        """Learn from so many of the `losses`, each worked out when its turn comes, with AdamW: the adapter and the
        `heads`, each at its rate, after 100 steps of warm-up down in a straight line."""
        import torch

        groups = [{"params": self.adapter, "lr": rates[0]}, {"params": list(heads), "lr": rates[1]}]
        optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min(1, n / 100, max(0.02, 1 - n / steps)))
        for step, loss in zip(range(1, steps + 1), losses, strict=False):
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_([*self.adapter, *heads], 1.0)
            optimizer.step()
            schedule.step()
            if step % TOLD == 0 or step == steps:
                tell(f"{step}/{steps}: {float(loss.detach()):.3f}")

    def factors(self, kind: type = np.float16) -> dict[str, Any]:
        """`down.NAME` and `up.NAME` of every matrix that has an adapter, by its short name, as tutor/lm/adapter.py
        reads them."""
        short = {long: short for short, long in MATRICES.items()}
        found = {}
        for name, module in self.bert.named_modules():
            if hasattr(module, "lora_A") and "default" in module.lora_A:
                layer, _, matrix = name.partition("encoder.layer.")[2].partition(".")
                key = f"l{layer}.{short[matrix]}.w"
                found[f"down.{key}"] = module.lora_A["default"].weight.detach().numpy().astype(kind)
                up = module.lora_B["default"].weight.detach().numpy() * module.scaling["default"]
                found[f"up.{key}"] = up.astype(kind)
        return found


def halves() -> bool:
    """Whether the processor works in bfloat16 itself; where it does not, that takes ten times as long as float32."""
    import torch

    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


MATRICES = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "aln": "attention.output.LayerNorm", "fi": "intermediate.dense",
    "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip
"""Short names of a layer's tensors (tutor/lm/bert.py) and those of transformers' BertModel."""
NORMS = {"attention.output.LayerNorm", "output.LayerNorm"}


def as_torch(files: Files) -> Any:
    """The encoder as a `transformers.BertModel`, without its pooler."""
    import torch
    from transformers import BertConfig, BertModel

    shape = files.shape
    config = BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=shape.positions,
        type_vocab_size=len(files.tensor("emb.type")),
        layer_norm_eps=shape.epsilon,
    )
    names = {"emb.pos": "embeddings.position_embeddings.weight", "emb.type": "embeddings.token_type_embeddings.weight"}
    names |= {f"emb.ln.{short}": f"embeddings.LayerNorm.{long}" for short, long in (("w", "weight"), ("b", "bias"))}
    for layer in range(shape.layers):
        for short, matrix in MATRICES.items():
            for end, long in (("w", "weight"), ("b", "bias")):
                names[f"l{layer}.{short}.{end}"] = f"encoder.layer.{layer}.{matrix}.{long}"
    state = {long: torch.from_numpy(np.ascontiguousarray(files.tensor(short))) for short, long in names.items()}
    words = files.words(range(shape.vocabulary))
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(state | {"embeddings.word_embeddings.weight": torch.from_numpy(words)})
    return model

"""The engine for graphics cards, and where llama.cpp does not run: transformers, with or without an adapter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from skills.contract import Options, Profile
from tutor.lm.engine import Engine, Sampler
from tutor.lm.text import Texts

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from skills.model.base import Precision


class Hf(Engine):
    """A model in safetensors. `device` None takes the best there is; `dtype` None is float32 on CPU, else bfloat16.

    `adapter`: a folder written by peft, refused (WrongBase) if it was made for other weights.
    """

    def __init__(
        self,
        folder: Path,
        profile: Profile,
        adapter: Path | None = None,
        device: str | None = None,
        dtype: Literal["float32", "bfloat16"] | None = None,
    ) -> None:
        import torch

        from skills.model.base import open_base
        from skills.training.adapter import open_tuned

        super().__init__(profile, Texts(folder))
        self._device = torch.device(device or best_device())
        kind = dtype or ("float32" if self._device.type == "cpu" else "bfloat16")
        precision: Precision = "fp32" if kind == "float32" else "bf16"
        model = open_base(folder, precision) if adapter is None else open_tuned(folder, adapter, precision, fused=False)
        self.model: Any = model.to(self._device).eval()

    def _write(self, ids: list[int], options: Options) -> Iterator[str]:
        return self.texts.write(self._ids(ids, options), ids)

    def _ids(self, ids: list[int], options: Options) -> Iterator[int]:
        """Ids that follow, one by one, a stop token (if it comes) last."""
        import torch

        self.ended = False
        draw, written, state = Sampler(options), list[int](), None
        rest = ids
        while len(written) < options.max_tokens:
            with torch.inference_mode():
                out = self.model(
                    input_ids=self._tensor([rest]), past_key_values=state, use_cache=True, logits_to_keep=1
                )
            state = out.past_key_values
            written.append(draw(out.logits[0, -1].float().cpu().numpy(), written))
            self.ended = written[-1] in self.texts.ends
            yield written[-1]
            if self.ended:
                return
            rest = written[-1:]

    def weigh(self, ids: list[int], known: int = 1) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            logits = self.model(input_ids=self._tensor([ids])).logits[0, known - 1 : -1].float()
            picked = logits.log_softmax(-1).gather(-1, self._tensor(ids[known:])[:, None])[:, 0]
        found: NDArray[np.float32] = picked.cpu().numpy()
        return found

    def likeliest(self, ids: list[int], k: int) -> list[tuple[int, float]]:
        import torch

        with torch.inference_mode():
            logits = self.model(input_ids=self._tensor([ids]), logits_to_keep=1).logits[0, -1]
            best = logits.float().cpu().double().softmax(-1).topk(k)
        return list(zip(best.indices.tolist(), best.values.tolist(), strict=True))

    def _tensor(self, ids: Any) -> torch.Tensor:
        import torch

        return torch.tensor(ids, device=self._device)


def best_device() -> str:
    """`cuda`, `mps` or `cpu`: the first that torch can really use here."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"

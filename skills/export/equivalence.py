"""Equivalence check: the trained model's losses and greedy answers, and how a reopened copy agrees with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skills.export.errors import NotTheSame
from skills.export.source import ExportSource
from skills.model.base import device
from skills.model.tokenizer import ModelTokenizer
from skills.training.writing import prompt_ids, stop_ids

PROMPTS = 4
TEXT_TOKENS = 96
"""Of the text that follows each prompt: enough for a steady mean, little enough not to wait for."""
ANSWER_TOKENS = 16
TOLERANCES = {"adapter": (0.001, 0.98), "merged": (0.005, 0.9), "f16": (0.005, 0.9), "q8_0": (0.01, 0.85)}
"""By how much the loss may differ (as a share), and what share of the next tokens must agree at least.

An adapter is the same numbers again; the others round. Measured on real models (benchmarks/README.md) they differ by
at most a tenth of this; a wrong conversion differs by more than the loss itself.
"""


@dataclass(frozen=True)
class Reference:
    """`texts`: token ids that are measured. `answers`: prompt ids and what the trained model goes on with, greedily."""

    texts: tuple[tuple[int, ...], ...]
    answers: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    loss: float

    @property
    def tokens(self) -> int:
        return sum(len(answer) for _, answer in self.answers)


def reference(model: Any, source: ExportSource) -> Reference:
    """What the trained model finds likely, and what it says, on the prompts that were frozen with the run."""
    tokenizer = source.tokenizer
    prompts = [prompt_ids(each.prompt, each.asked, tokenizer) for each in source.prompts[:PROMPTS]]
    texts = tuple(
        (*ids, *_follows(each.reference, tokenizer)) for ids, each in zip(prompts, source.prompts, strict=False)
    )
    answers = tuple((tuple(ids), _greedy(model, tokenizer, ids)) for ids in prompts)
    return Reference(texts, answers, _loss(model, texts))


def compare(model: Any, measured: Reference) -> tuple[float, int]:
    """The loss of `model` on the same texts, and how many tokens of the answers are its own next token too."""
    return _loss(model, measured.texts), sum(_agreeing(model, *answer) for answer in measured.answers)


def judge(format: str, tolerance: str, loss: float, same: int, measured: Reference) -> None:
    """Raises NotTheSame."""
    most, least = TOLERANCES[tolerance]
    difference = abs(loss - measured.loss) / measured.loss
    share = same / measured.tokens if measured.tokens else 1.0
    if not difference <= most or share < least:  # not (...) so that a loss that is no number fails too
        raise NotTheSame(format=format, difference=difference, same=share)


def _follows(text: str, tokenizer: ModelTokenizer) -> Sequence[int]:
    return tokenizer.ids(f" {text}" if text else "")[:TEXT_TOKENS]


def _logits(model: Any, ids: Sequence[int]) -> Any:
    """For each position what comes next, fp32 (len(ids), vocabulary)."""
    import torch

    with torch.inference_mode():
        return model(input_ids=torch.tensor([list(ids)], device=device()), use_cache=False).logits[0].float()


def _loss(model: Any, texts: Sequence[Sequence[int]]) -> float:
    """Mean nats a token over all tokens but each text's first."""
    import torch

    nats, tokens = 0.0, 0
    for ids in texts:
        wanted = torch.tensor(ids[1:], device=device())
        nats += float(torch.nn.functional.cross_entropy(_logits(model, ids)[:-1], wanted, reduction="sum"))
        tokens += len(ids) - 1
    return nats / max(tokens, 1)


def _greedy(model: Any, tokenizer: ModelTokenizer, ids: Sequence[int]) -> tuple[int, ...]:
    import torch

    stops = stop_ids(model, tokenizer)
    given = torch.tensor([list(ids)], device=device())
    with torch.inference_mode():
        written = model.generate(
            input_ids=given,
            attention_mask=torch.ones_like(given),
            max_new_tokens=ANSWER_TOKENS,
            do_sample=False,
            eos_token_id=stops,
            pad_token_id=stops[0],
            repetition_penalty=1.0,
        )
    return tuple(written[0, len(ids) :].tolist())


def _agreeing(model: Any, prompt: Sequence[int], answer: Sequence[int]) -> int:
    if not answer:
        return 0
    import torch

    likeliest = _logits(model, (*prompt, *answer))[len(prompt) - 1 : -1].argmax(-1)
    return int((likeliest == torch.tensor(answer, device=likeliest.device)).sum())

"""What texts cost a model: loss, perplexity, bits per character, from the cost of each text."""

from __future__ import annotations

import math
from typing import Any

from skills.metrics.offline import OfflineMetric


class Perplexity(OfflineMetric):
    """`nats`: minus the natural log of the probability of each text; `tokens` and `characters`: how long it is.

    Loss is nats a token; perplexity is exp(loss). Both depend on how the tokenizer cuts: they compare models that share
    one. Bits per character compares any two on the same texts. An overflow of the exponential is infinite.
    """

    about = "Loss (nats a token), perplexity (exp of it) and bits per character over all the texts together."
    source = "Jurafsky and Martin, Speech and Language Processing, 3rd ed. draft, section 3.3; bits: Shannon (1951)"
    inputs = {"nats": "float64", "tokens": "int64", "characters": "int64"}

    def _compute(self, nats: list[float], tokens: list[int], characters: list[int]) -> dict[str, Any]:
        loss = sum(nats) / sum(tokens)
        perplexity = math.exp(loss) if loss < 700 else math.inf
        return {"loss": loss, "perplexity": perplexity, "bits_per_character": bits(sum(nats), sum(characters))}


def bits(nats: float, characters: int) -> float:
    """Bits a character of what costs `nats` in all."""
    return nats / math.log(2) / characters

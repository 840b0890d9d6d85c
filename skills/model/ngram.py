"""The honest baseline: a model that only counts letters, trained on the same texts."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Sequence

BEGIN, FINISH = "\x02", "\x03"


class CharacterNgram:
    """A character n-gram model with interpolated Witten-Bell smoothing.

    P(c | h) = (count(hc) + types(h) * P(c | h')) / (count(h) + types(h)), where h' is h without its first character
    and types(h) is how many different characters followed h; the last resort is uniform over the characters seen
    plus one for all others (Witten and Bell 1991; Chen and Goodman 1999, section 2.5).
    """

    def __init__(self, texts: Sequence[str], order: int = 5) -> None:
        self.order = order
        self._next: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for text in texts:
            line = BEGIN * (order - 1) + text + FINISH
            for i in range(order - 1, len(line)):
                for n in range(order):
                    self._next[line[i - n : i]][line[i]] += 1
        self._totals = {history: sum(counts.values()) for history, counts in self._next.items()}
        self._alphabet = len(self._next[""]) + 1

    @property
    def alphabet(self) -> tuple[str, ...]:
        """The characters it has seen, FINISH among them."""
        return tuple(sorted(self._next[""]))

    def probability(self, character: str, history: str) -> float:
        """P(character | the last order-1 characters of history)."""
        found = 1 / self._alphabet
        for n in range(self.order):
            seen = history[len(history) - n :]
            total = self._totals.get(seen)
            if total is None:
                break
            counts = self._next[seen]
            found = (counts.get(character, 0) + len(counts) * found) / (total + len(counts))
        return found

    def bits_per_character(self, texts: Sequence[str]) -> float:
        """Mean over the characters of the texts; the end of a text is not counted, as for the other models."""
        bits, characters = 0.0, 0
        for text in texts:
            history = BEGIN * (self.order - 1)
            for character in text:
                bits -= math.log2(self.probability(character, history))
                history = history[1:] + character
            characters += len(text)
        return bits / characters


def write_by_counting(model: CharacterNgram, prompt: str, characters: int, seed: int) -> str:
    """At most `characters` that follow `prompt`, each drawn by its probability, until the end of a text comes."""
    dice, alphabet = random.Random(seed), model.alphabet
    history = BEGIN * (model.order - 1) + prompt
    written = ""
    while len(written) < characters:
        weights = [model.probability(character, history) for character in alphabet]
        drawn = dice.choices(alphabet, weights)[0]
        if drawn == FINISH:
            break
        written += drawn
        history = history[1:] + drawn
    return written

"""What a model that only counts letters writes: the honest baseline, read beside the others."""

from __future__ import annotations

import random

from skills.model.ngram import BEGIN, FINISH, CharacterNgram


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

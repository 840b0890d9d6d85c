"""Has it forgotten what it knew? The same everyday questions and texts, before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import get_args

import yaml

from skills.blocks import Frozen
from skills.contract import Language
from skills.evaluation.bootstrap import Between, coin, share_saved
from skills.model.tokenizer import ModelTokenizer
from skills.training.examples import READ, TEXT, Example, whole
from skills.training.loss import Cost
from skills.training.units import Unit

LOST = 0.05
"""How seldom a coin must do the same for lost questions to be called forgotten."""
DEARER = 0.1
"""Everyday text that costs a tenth more, beyond chance, is not written as before."""

Costs = Callable[[Sequence[Sequence[Example]]], list[Cost]]


class Everyday(Frozen):
    """Beginnings with their endings, the right one first, and texts; of one language."""

    endings: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...]


class Forgetting(Frozen):
    """`before` and `after`: of `questions`, how many got the right ending; `lost`: right before and not after, `won`:
    the other way round. `*_bpc`: bits a character of the everyday texts; `dearer`: by which share they cost more."""

    language: Language
    questions: int
    options: int
    before: int
    after: int
    lost: int
    won: int
    base_bpc: float
    tuned_bpc: float
    dearer: Between

    @property
    def forgot(self) -> bool:
        many = self.lost > self.won and coin(self.lost + self.won, self.lost) < LOST
        return many or (self.dearer.clear and self.dearer.value > DEARER)


@lru_cache
def everyday() -> dict[Language, Everyday]:
    found = yaml.safe_load(Path(__file__).with_suffix(".yaml").with_stem("everyday").read_text("utf-8"))
    return {language: Everyday.model_validate(found[language]) for language in get_args(Language)}


def ending(beginning: str, end: str, tokenizer: ModelTokenizer) -> Example:
    """A beginning that is only read and an ending that is supervised."""
    text = f"{beginning} {end}"
    ids, offsets = tokenizer.encode(text)
    kinds = tuple(TEXT if stop > len(beginning) else READ for _, stop in offsets)
    return Example((tokenizer.start, *ids), (READ, *kinds), len(end))


def chosen(endings: Sequence[Cost]) -> int:
    """Which ending costs least for its length (in characters: the number of tokens says nothing of the words)."""
    each = [cost.bits_per_character for cost in endings]
    return each.index(min(each))


def forgetting(language: Language, base: Costs, tuned: Costs, tokenizer: ModelTokenizer) -> Forgetting:
    """Ask both. `base`, `tuned`: what examples cost each of the two."""
    asked = everyday()[language]
    options = [[ending(first, end, tokenizer)] for first, *ends in asked.endings for end in ends]
    texts = [[whole(Unit(text=text), tokenizer)] for text in asked.texts]
    right, spent = [], []
    for costs in (base, tuned):
        found = costs([*options, *texts])
        each, at = [], 0
        for _, *ends in asked.endings:
            each.append(chosen(found[at : at + len(ends)]) == 0)
            at += len(ends)
        right.append(each)
        spent.append(found[at:])
    pairs = list(zip(*right, strict=True))
    characters = sum(cost.characters for cost in spent[0])
    less = share_saved([cost.nats for cost in spent[0]], [cost.nats for cost in spent[1]])
    return Forgetting(
        language=language,
        questions=len(pairs),
        options=len(asked.endings[0]) - 1,
        before=sum(right[0]),
        after=sum(right[1]),
        lost=sum(before and not after for before, after in pairs),
        won=sum(after and not before for before, after in pairs),
        base_bpc=Cost(sum(cost.nats for cost in spent[0]), 1, characters).bits_per_character,
        tuned_bpc=Cost(sum(cost.nats for cost in spent[1]), 1, characters).bits_per_character,
        dearer=Between(value=-less.value, low=-less.high, high=-less.low, texts=less.texts),
    )

"""Measures what the texts of an exam cost the base model, the tuned one and a counter of letters."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from skills.evaluation.bootstrap import share_saved
from skills.evaluation.exam import Exam
from skills.evaluation.judgement import Surprise, SurpriseScore
from skills.model.ngram import CharacterNgram
from skills.model.tokenizer import ModelTokenizer
from skills.training.examples import READ, TEXT, Example, examples, pieces
from skills.training.loss import Cost, batch_losses, evenly
from skills.training.packing import batch, pack
from skills.training.units import Unit, in_one_line, shuffled_words

SHUFFLED_TOKENS = 1500
KNOWN_TOKENS = 2048
"""Of training texts: enough to see whether they cost less than new ones."""
LEAST_WORDS = 5
"""Words a text needs for their order to matter."""

Costs = Callable[[Sequence[Sequence[Example]]], list[Cost]]


def surprise(
    exam: Exam, base: Costs, tuned: Costs, tokenizer: ModelTokenizer, recorded: float | None, seed: int = 0
) -> Surprise:
    """`recorded`: bits a character that the run measured with the base on its held-out texts."""
    made = by_text(exam.units, tokenizer, exam.length)
    before, after = base(made), tuned(made)
    known = [evenly(exam.known, KNOWN_TOKENS)] if exam.known else []
    watched = by_text(exam.heldout, tokenizer, exam.length)
    watched_base = score(base(watched)).bits_per_character if watched else None
    counted = _counted(exam, [cost.characters for cost in before])
    nats = [cost.nats for cost in after]
    measured = score(before)
    return Surprise(
        part=exam.part,
        texts=len(exam.units),
        characters=sum(cost.characters for cost in before),
        base=measured,
        tuned=score(after),
        ngram=_bits(counted, before) if counted else None,
        gain=share_saved([cost.nats for cost in before], nats, seed),
        over_ngram=share_saved(counted, nats, seed) if counted else None,
        watched_base=watched_base,
        watched_tuned=score(tuned(watched)).bits_per_character if watched else None,
        train_base=score(base(known)) if known else None,
        train_tuned=score(tuned(known)) if known else None,
        order=_order(exam, tuned, tokenizer, seed),
        recorded_base=recorded if exam.part != "prompts" else None,
        measured_base=watched_base if watched_base is not None else measured.bits_per_character,
    )


def score(found: Sequence[Cost]) -> SurpriseScore:
    from skills.metrics.perplexity import Perplexity

    return SurpriseScore.model_validate(
        Perplexity().compute(
            nats=[cost.nats for cost in found],
            tokens=[cost.tokens for cost in found],
            characters=[cost.characters for cost in found],
        )
    )


def _counted(exam: Exam, characters: Sequence[int]) -> list[float]:
    """What each text costs the counter of letters, in nats, as if it had as many characters as the models are measured
    on; empty where it has nothing to learn from."""
    if not exam.train:
        return []
    counter = CharacterNgram([unit.text for unit in exam.train])
    return [
        counter.bits_per_character([unit.text]) * many * math.log(2)
        for unit, many in zip(exam.units, characters, strict=True)
    ]


def _bits(nats: Sequence[float], found: Sequence[Cost]) -> float:
    return sum(nats) / math.log(2) / sum(cost.characters for cost in found)


def _order(exam: Exam, tuned: Costs, tokenizer: ModelTokenizer, seed: int) -> float | None:
    """What the texts cost in one line over what they cost with their words shuffled; None where all are too short."""
    long_enough = [unit for unit in exam.units if len(unit.text.split()) >= LEAST_WORDS]
    if not long_enough:
        return None

    def loss(change: Callable[[Unit], Unit]) -> float:
        made = evenly(examples(map(change, long_enough), tokenizer, exam.length), SHUFFLED_TOKENS)
        return score(tuned([made])).loss

    return loss(in_one_line) / loss(lambda unit: shuffled_words(unit, seed))


def costs(model: Any, texts: Sequence[Sequence[Example]], length: int, rows: int) -> list[Cost]:
    """The cost of each text, which is one example or several; see `loss.Cost` for what is counted."""
    owner = {id(example): text for text, made in enumerate(texts) for example in made}
    nats = [0.0] * len(texts)
    every = [example for made in texts for example in made]
    packed = pack(every, max(length, *(len(example) for example in every)))
    for begin in range(0, len(packed), rows):
        some = packed[begin : begin + rows]
        losses = iter(batch_losses(model, batch(some)).double().tolist())
        for example in (example for row in some for example in row):
            kinds = [kind for kind in example.kinds[1:] if kind != READ]
            nats[owner[id(example)]] += sum(loss for kind, loss in zip(kinds, losses, strict=False) if kind == TEXT)
    return [
        Cost(spent, sum(_text_tokens(example) for example in made), sum(example.characters for example in made))
        for spent, made in zip(nats, texts, strict=True)
    ]


def _text_tokens(example: Example) -> int:
    return example.kinds[1:].count(TEXT)


def by_text(units: Iterable[Unit], tokenizer: ModelTokenizer, length: int) -> list[list[Example]]:
    return [pieces(unit, tokenizer, length) for unit in units]

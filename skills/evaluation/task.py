"""Questions and answers: what each model answers to questions it never saw, beside the simplest things to say."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

from skills.blocks import Frozen
from skills.contract import Language
from skills.evaluation.bootstrap import Between, mean_gain
from skills.evaluation.exam import Exam
from skills.evaluation.memorization import Write, ask, askable
from skills.metrics.normal import answer_words
from skills.model.tokenizer import ModelTokenizer
from skills.training.units import Unit
from skills.training.writing import frozen_prompts, rest

QUESTIONS = 32
AT_ONCE = 8
SECONDS = 150.0
"""After which no more are asked of this model."""
MOST_TOKENS = 96
LABELS = 12
"""Different answers that still are labels."""
LABEL_WORDS = 4
SHORT = 8
"""Words up to which an answer is right or wrong; a longer one is more or less like what was expected."""
SHOWN = 3

Kind = Literal["labels", "short", "long"]
Who = Literal["base", "tuned", "majority", "lead", "copy"]
MEASURES: dict[Kind, tuple[str, ...]] = {
    "labels": ("accuracy", "macro_f1"),
    "short": ("f1", "exact_match"),
    "long": ("rougeL", "rouge1", "rouge2"),
}
"""What is measured of each kind; the first is what decides."""


class Answer(Frozen):
    question: str
    right: str
    base: str
    tuned: str


class Task(Frozen):
    """`scores`: measure -> who -> value, from 0 to 1. `over_base`, `over_simple`: by how much the tuned model is above
    the base and above the best of the simple answers (`simple`), text by text in the deciding measure. `majority`: the
    commonest answer of the training texts; `lead`: how many words of the question the lead baseline takes."""

    kind: Kind
    asked: int
    of: int
    scores: dict[str, dict[Who, float]]
    over_base: Between
    over_simple: Between
    simple: Who
    majority: str
    lead: int
    answers: tuple[Answer, ...]


def kind_of(answers: Sequence[str], language: Language) -> Kind:
    """Labels: few different short ones, each at least three times on average. Short: half of them a few words."""
    said = [" ".join(answer_words(text, language)) for text in answers]
    sizes = sorted(len(text.split()) for text in said)
    if len(set(said)) <= min(LABELS, len(said) // 3) and sizes[-1] <= LABEL_WORDS:
        return "labels"
    return "short" if sizes[len(sizes) // 2] <= SHORT else "long"


def task(
    exam: Exam, base: Write, tuned: Write, tokenizer: ModelTokenizer, clock: Callable[[], float] = time.monotonic
) -> Task | None:
    """Ask both models greedily; None where there are no questions, or nothing was learnt to compare with."""
    found = [unit for unit in exam.units if unit.prompt is not None]
    learnt = [rest(unit) for unit in exam.train if unit.prompt is not None]
    if not found or not learnt:
        return None
    chosen = frozen_prompts(askable(found, tokenizer), QUESTIONS)
    if not chosen:
        return None
    said = _answers(chosen, (base, tuned), tokenizer, clock)
    chosen = chosen[: len(said[0])]
    kind = kind_of(learnt, exam.language)
    common = Counter(learnt).most_common(1)[0][0]
    lead = round(sum(len(text.split()) for text in learnt) / len(learnt))
    by: dict[Who, list[str]] = {"base": said[0], "tuned": said[1], "majority": [common] * len(chosen)}
    if kind != "labels":
        by["lead"] = [" ".join((unit.prompt or "").split()[:lead]) for unit in chosen]
        by["copy"] = [unit.prompt or "" for unit in chosen]
        if by["lead"] == [" ".join(text.split()) for text in by["copy"]]:
            del by["lead"]
    right = [rest(unit) for unit in chosen]
    measured = {who: _measured(kind, texts, right, exam.language) for who, texts in by.items()}
    first = MEASURES[kind][0]
    rivals = [who for who in by if who not in ("base", "tuned")]
    simple = max(rivals, key=lambda who: measured[who][0][first])
    return Task(
        kind=kind,
        asked=len(chosen),
        of=len(found),
        scores={name: {who: measured[who][0][name] for who in by} for name in MEASURES[kind]},
        over_base=mean_gain(measured["base"][1], measured["tuned"][1]),
        over_simple=mean_gain(measured[simple][1], measured["tuned"][1]),
        simple=simple,
        majority=common,
        lead=lead,
        answers=_shown(chosen, right, said),
    )


def _answers(
    units: Sequence[Unit], models: Sequence[Write], tokenizer: ModelTokenizer, clock: Callable[[], float]
) -> list[list[str]]:
    """What each model answers to the same questions, a few at a time, until the time is over."""
    said: list[list[str]] = [[] for _ in models]
    begun = clock()
    for at in range(0, len(units), AT_ONCE):
        some = [ask(unit, tokenizer) for unit in units[at : at + AT_ONCE]]
        for answers, write in zip(said, models, strict=True):
            answers += [text.strip() for text in write(some, 0.0)]
        if clock() - begun > SECONDS:
            break
    return said


def _measured(
    kind: Kind, texts: list[str], right: list[str], language: Language
) -> tuple[dict[str, float], list[float]]:
    """The measures of the kind, and the deciding one text by text."""
    from skills.metrics.answer_f1 import AnswerF1
    from skills.metrics.exact_match import ExactMatch
    from skills.metrics.labels import Labels
    from skills.metrics.rouge import Rouge

    if kind == "labels":
        found = Labels().compute(predictions=texts, references=right, language=language)
    elif kind == "long":
        found = Rouge().compute(predictions=texts, references=right)
    else:
        found = ExactMatch().compute(predictions=texts, references=right, language=language)
        found |= AnswerF1().compute(predictions=texts, references=right, language=language)
    return {name: float(found[name]) for name in MEASURES[kind]}, found["each"]


def _shown(units: Sequence[Unit], right: Sequence[str], said: Sequence[Sequence[str]]) -> tuple[Answer, ...]:
    every = [
        Answer(question=unit.prompt or "", right=expected, base=base, tuned=tuned)
        for unit, expected, base, tuned in zip(units, right, *said, strict=True)
    ]
    return tuple(every[i * len(every) // SHOWN] for i in range(min(SHOWN, len(every))))


def tokens_needed(exam: Exam, tokenizer: ModelTokenizer) -> int:
    """How long an answer may get: a little longer than the longest that was learnt from, within a bound."""
    longest = max((tokenizer.count(rest(unit)) for unit in exam.train if unit.prompt is not None), default=0)
    return min(MOST_TOKENS, longest + 8)

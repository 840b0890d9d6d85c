"""Memorization: is what it writes copied, known by heart, repetitive? Each beside what people's own text does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from skills.blocks import Frozen
from skills.evaluation.exam import Exam
from skills.metrics.normal import words
from skills.model.tokenizer import ModelTokenizer
from skills.training.units import Unit
from skills.training.writing import frozen_prompts, prompt_ids, prompt_text, rest

OPENINGS = 12
"""Of each kind: enough to see a habit, few enough to wait for."""
TOKENS = 40
LONGEST = 512
"""Tokens of the longest question that is asked: what is longer takes too long to read twelve times over."""
BY_HEART = 8
"""Words in a row, right after an opening, that count as going on by heart: more than a line of verse."""

Write = Callable[[Sequence[Sequence[int]], float], list[str]]
"""Prompts (token ids) and a temperature -> their continuations."""


class Copying(Frozen):
    """The longest runs of words that are also in a training text: written by each model from openings of new texts,
    by the tuned one, greedily, from openings of training texts, and in people's own new texts (the measure of chance).
    `texts`: how many of each."""

    texts: int
    base: int
    tuned: int
    tuned_text: str
    from_training: int
    from_training_text: str
    people: int
    people_text: str

    @property
    def most(self) -> tuple[int, str]:
        return max((self.tuned, self.tuned_text), (self.from_training, self.from_training_text))


class ByHeart(Frozen):
    """Of `openings` of training texts, how many each model goes on with word by word (greedily, BY_HEART words)."""

    openings: int
    words: int
    base: int
    tuned: int


class DiversityScores(Frozen):
    """Shares: of different words, of different pairs, of runs of four words said again, of lines written again."""

    distinct_1: float
    distinct_2: float
    repetition: float
    repeated_lines: float


class DiversityCompared(Frozen):
    """All on `words` words: the same number of each."""

    words: int
    base: DiversityScores
    tuned: DiversityScores
    people: DiversityScores


class Memorization(Frozen):
    copying: Copying | None
    by_heart: ByHeart | None
    diversity: DiversityCompared | None


def measure(exam: Exam, base: Write, tuned: Write, tokenizer: ModelTokenizer) -> Memorization:
    """Let both write. Only texts with BY_HEART words left to write count: a label or a date cannot be copied."""
    new, known = (
        frozen_prompts(askable(_long_enough(units), tokenizer), OPENINGS) for units in (exam.units, exam.train)
    )
    if not new:
        return Memorization(copying=None, by_heart=None, diversity=None)
    asked = [ask(unit, tokenizer) for unit in new]
    by_base, by_tuned = base(asked, 0.8), tuned(asked, 0.8)
    people = [rest(unit) for unit in new]
    diversity = _diversity(by_base, by_tuned, people)
    if not known:
        return Memorization(copying=None, by_heart=None, diversity=diversity)
    sure = [ask(unit, tokenizer) for unit in known]
    greedy = base(sure, 0.0), tuned(sure, 0.0)
    return Memorization(
        copying=_copying(exam.train, by_base, by_tuned, greedy[1], people),
        by_heart=ByHeart(
            openings=len(known),
            words=BY_HEART,
            base=sum(map(_goes_on, greedy[0], known)),
            tuned=sum(map(_goes_on, greedy[1], known)),
        ),
        diversity=diversity,
    )


def ask(unit: Unit, tokenizer: ModelTokenizer) -> list[int]:
    return prompt_ids(prompt_text(unit), unit.prompt is not None, tokenizer)


def askable(units: Sequence[Unit], tokenizer: ModelTokenizer) -> list[Unit]:
    return [unit for unit in units if len(ask(unit, tokenizer)) <= LONGEST]


def _long_enough(units: Sequence[Unit]) -> list[Unit]:
    return [unit for unit in units if len(words(rest(unit))) >= BY_HEART]


def _goes_on(written: str, unit: Unit) -> bool:
    return words(written)[:BY_HEART] == words(rest(unit))[:BY_HEART]


def _copying(
    train: Sequence[Unit], base: Sequence[str], tuned: Sequence[str], greedy: Sequence[str], people: Sequence[str]
) -> Copying:
    """`greedy`: from training openings. People's texts are cut to the length of what was written."""
    from skills.metrics.verbatim import Verbatim

    as_long = [" ".join(text.split()[: len(own.split())]) for text, own in zip(people, tuned, strict=True)]
    texts = [unit.text for unit in train]
    sources = base, tuned, greedy, as_long
    found = [Verbatim().compute(predictions=list(source), training=texts) for source in sources]
    runs = [(int(each["longest"]), str(each["example"])) for each in found]
    return Copying(
        texts=len(people),
        base=runs[0][0],
        tuned=runs[1][0],
        tuned_text=runs[1][1],
        from_training=runs[2][0],
        from_training_text=runs[2][1],
        people=runs[3][0],
        people_text=runs[3][1],
    )


def _diversity(base: Sequence[str], tuned: Sequence[str], people: Sequence[str]) -> DiversityCompared | None:
    from skills.metrics.diversity import Diversity

    count = min(sum(len(words(text)) for text in texts) for texts in (base, tuned, people))
    if not count:
        return None
    measured = (Diversity().compute(predictions=list(texts), count=count) for texts in (base, tuned, people))
    found = [DiversityScores.model_validate(each) for each in measured]
    return DiversityCompared(words=count, base=found[0], tuned=found[1], people=found[2])

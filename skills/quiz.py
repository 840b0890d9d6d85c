"""Cloze questions made by rule from the learner's own text: a telling word is left out, three others of it tempt."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import Field

from skills.blocks import Block, Frozen, Notice, Passage, Passages, Text, msg
from skills.contract import Context, Inputs, Result, Skill
from skills.errors import TooLittleText
from skills.texts.normalize import fold_word
from skills.texts.sentences import WORD, split_text
from skills.texts.stopwords import STOP
from skills.workspace import Manifest, Row

GAP = "____"
OPTIONS = 4
LEAST_LETTERS = 4
UNIT_WORDS = {"verse": (4, 20), "prose": (6, 40)}
"""How many words a line of verse, or a sentence, has to have to be asked."""
FAR = 3.5
"""How unlike the answer an option may be: a letter of length counts a half, another ending one."""
COMMON = STOP["es"] | STOP["en"]


class QuizInputs(Inputs):
    file: str | None = Field(None, description="quiz.fields.file")
    topic: str | None = Field(None, description="quiz.fields.topic")
    questions: int = Field(5, ge=1, le=50, description="quiz.fields.questions")
    seed: int = Field(0, description="quiz.fields.seed")


class Gap(Frozen):
    """`text` has `____` where `answer` was; `options` are shuffled and hold it; `source` is the line as it was."""

    text: str
    answer: str
    options: tuple[str, ...]
    source: str


class QuizResult(Result):
    """`file`: the learner's name for the text. `on_topic`: False if no sentence mentions the topic asked for."""

    file: str
    topic: str | None = None
    on_topic: bool = True
    count: int
    questions: tuple[Gap, ...]

    def blocks(self) -> tuple[Block, ...]:
        """The questions with their options, and the key at the end."""
        asked = tuple(
            Passage(
                text=f"{number}. {gap.text}",
                source=self.file,
                location=msg(
                    "quiz.options", options=" · ".join(f"{chr(97 + i)}) {o}" for i, o in enumerate(gap.options))
                ),
            )
            for number, gap in enumerate(self.questions, start=1)
        )
        key = " · ".join(f"{number}. {gap.answer}" for number, gap in enumerate(self.questions, start=1))
        notice = () if self.on_topic else (Notice(message=msg("quiz.not_on_topic", topic=self.topic)),)
        return (
            *notice,
            Passages(title=msg("quiz.title", n=len(self.questions)), passages=asked),
            Text(message=msg("quiz.key", key=key)),
        )


class _Word(NamedTuple):
    """A word where it stands: `text[start:stop]`."""

    text: str
    start: int
    stop: int


class _Telling(NamedTuple):
    """A word that may be asked or may tempt, as it is compared."""

    text: str
    folded: str
    times: int


Vocabulary = dict[tuple[bool, str], list[_Telling]]
"""The telling words of a text, by whether they have a capital and by their last letter."""


def run(inputs: QuizInputs, ctx: Context) -> QuizResult:
    """Raises FileMissing, and TooLittleText if the text gives not even one question."""
    manifest = ctx.workspace.find(inputs.file)
    units = list(dict.fromkeys(_units(ctx.workspace.rows(manifest.id), manifest)))
    counts = Counter(word.text for unit in units for word in _words(unit))
    on_topic = [unit for unit in units if inputs.topic and _mentions(unit, inputs.topic)]
    gaps = make_gaps(on_topic or units, counts, inputs.questions, inputs.seed)
    if not gaps:
        raise TooLittleText(name=manifest.name, have=len(units), need=OPTIONS, kind="gaps")
    return QuizResult(
        file=manifest.name,
        topic=inputs.topic,
        on_topic=bool(on_topic) or not inputs.topic,
        count=len(gaps),
        questions=tuple(gaps),
    )


def _units(rows: Iterator[Row], manifest: Manifest) -> Iterator[str]:
    """Lines of verse, or sentences, of an askable length."""
    low, high = UNIT_WORDS["verse" if manifest.shape == "verse" else "prose"]
    for row in rows:
        lines = row.whole.splitlines()
        for unit in lines if manifest.shape == "verse" else (s for line in lines for s in split_text(line)):
            if low <= len(WORD.findall(unit)) <= high:
                yield unit.strip()


def _words(unit: str) -> list[_Word]:
    return [_Word(match[0], match.start(), match.end()) for match in WORD.finditer(unit)]


def _mentions(unit: str, topic: str) -> bool:
    wanted = [fold_word(word)[:5] for word in WORD.findall(topic) if fold_word(word) not in COMMON]
    said = [fold_word(word.text) for word in _words(unit)]
    return bool(wanted) and all(any(word.startswith(start) for word in said) for start in wanted)


def make_gaps(units: Sequence[str], counts: Counter[str], n: int, seed: int) -> list[Gap]:
    """At most `n` gaps, in the order of the text, none with the answer of another. The same seed, the same gaps."""
    chance = random.Random(seed)
    order = list(range(len(units)))
    chance.shuffle(order)
    vocabulary = _vocabulary(counts)
    found: dict[int, Gap] = {}
    used: set[str] = set()
    for i in order:
        if len(found) == n:
            break
        gap = _gap(units[i], vocabulary, counts, used, chance)
        if gap:
            found[i] = gap
            used.add(fold_word(gap.answer))
    return [found[i] for i in sorted(found)]


def _vocabulary(counts: Counter[str]) -> Vocabulary:
    vocabulary: Vocabulary = {}
    for word in sorted(counts):
        if _tells(word):
            vocabulary.setdefault(_kind(word), []).append(_Telling(word, fold_word(word), counts[word]))
    return vocabulary


def _gap(unit: str, vocabulary: Vocabulary, counts: Counter[str], used: set[str], chance: random.Random) -> Gap | None:
    """The rarest telling word of the unit that three others of the text could stand for."""
    words = _words(unit)
    said = Counter(fold_word(word.text) for word in words)
    able = [w for w in words[1:] if _tells(w.text) and fold_word(w.text) not in used and said[fold_word(w.text)] == 1]
    for word in sorted(able, key=lambda word: (counts[word.text], -len(word.text), word.start)):
        answer = _Telling(word.text, fold_word(word.text), counts[word.text])
        others = _tempting(answer, vocabulary, said, chance)
        if others:
            options = [word.text, *others]
            chance.shuffle(options)
            text = f"{unit[: word.start]}{GAP}{unit[word.stop :]}"
            return Gap(text=text, answer=word.text, options=tuple(options), source=unit)
    return None


def _tells(word: str) -> bool:
    return len(word) >= LEAST_LETTERS and word.isalpha() and fold_word(word) not in COMMON


def _kind(word: str) -> tuple[bool, str]:
    return word[0].isupper(), fold_word(word)[-1:]


def _tempting(answer: _Telling, vocabulary: Vocabulary, said: Counter[str], chance: random.Random) -> list[str]:
    """Three words of the same text that end like the answer, with about its length and frequency; none if there
    are not three. Another form of the answer itself (the same beginning) does not tempt."""

    def unlike(word: _Telling) -> float:
        ending = 0.0 if answer.folded[-2:] == word.folded[-2:] else 1.0
        length = 0.5 * abs(len(answer.folded) - len(word.folded))
        return ending + length + 0.5 * abs(math.log(answer.times / word.times))

    able = {
        word.folded: word
        for word in vocabulary.get(_kind(answer.text), ())
        if word.folded not in said and word.folded[:4] != answer.folded[:4] and unlike(word) <= FAR
    }
    best = sorted(able.values(), key=lambda word: (unlike(word), word.text))[: 3 * (OPTIONS - 1)]
    return [word.text for word in chance.sample(best, OPTIONS - 1)] if len(best) >= OPTIONS - 1 else []


SKILL = Skill(name="quiz", Inputs=QuizInputs, run=run, where="worker")

"""Whether a learner's own words contain an expected idea: covered, missing, or not clear enough to say.

The answer is compared with the authored examples by the words they share (stems, rarer ones weighing more) and by
character n-grams, which forgive spelling; near misses, cues and denials decide the rest. «Missing» is said only with a
reason for it: a near miss that is nearer, or next to nothing in common with any accepted answer.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from skills.contract import Language
from skills.texts.normalize import fold
from tutor.course.model import Expectation, Misconception, Open
from tutor.nlu.wording import Term, cosine, ngrams, terms, words

if TYPE_CHECKING:
    pass

Met = Literal["covered", "missing", "unclear"]

# Set on the tuning part of tests/eval/open_answers.yaml (`tests/test_grading.py` gives the figures on the other part).
ENOUGH = 0.62
"""Likeness to an accepted answer that is enough by itself."""
WITH_CUE = 0.2
"""Likeness that is enough where a cue is there too."""
LITTLE = 0.22
"""Below this, and without a cue, the idea is missing."""
CLEAR = 0.15
"""By how much a near miss must be nearer to say that the idea is missing, where no cue is there."""
MARGIN = 0.04
"""By how much a near miss must be nearer than an accepted answer to count."""


class Likeness(NamedTuple):
    """0 to 1; `denied`: the answer denies what the example says, or the other way round."""

    value: float
    denied: bool


def met(item: Open, expectation: Expectation, text: str, language: Language) -> Met:
    """Whether `text` contains the idea."""
    weights = _weights(item, language)
    accepts = expectation.accept.get(language, ())
    accepted = [likeness(text, example, language, weights) for example in accepts]
    rejected = [likeness(text, example, language, weights) for example in expectation.reject.get(language, ())]
    agreeing = max((like.value for like in accepted if not like.denied), default=0.0)
    denying = max((like.value for like in accepted if like.denied), default=0.0)
    against = max((like.value for like in rejected if not like.denied), default=0.0)
    cue = _cued(expectation.cues.get(language, ()), text, accepts, language)
    if against > agreeing + MARGIN and against > WITH_CUE:
        return "missing" if against >= ENOUGH or (against >= agreeing + CLEAR and not cue) else "unclear"
    if agreeing >= ENOUGH or (cue and agreeing >= WITH_CUE):
        return "covered"
    if denying > agreeing and denying > WITH_CUE:
        return "unclear"
    if agreeing < LITTLE and not cue and denying < LITTLE:
        return "missing"
    return "unclear"


def said(cue: str, text: str, language: Language) -> bool:
    """Whether a cue (a word or a phrase, `*` for any ending) is in the text, and not denied there."""
    return _polarity(cue, text, language) is False


def _cued(cues: Sequence[str], text: str, accepts: Sequence[str], language: Language) -> bool:
    """Whether a cue is in the text the way accepted answers have it: denied where they deny it («que no falte»); one
    that none of them has, the way they have any."""
    in_accepts = {cue: {_polarity(cue, example, language) for example in accepts} - {None} for cue in cues}
    anyhow = set().union(*in_accepts.values()) or {False}
    return any(_polarity(cue, text, language) in (known or anyhow) for cue, known in in_accepts.items())


def _polarity(cue: str, text: str, language: Language) -> bool | None:
    """Whether the text denies the cue; None if it does not have it. A cue's own «no» is part of it."""
    pattern = r"\W+".join(re.escape(word).replace(r"\*", r"\w*") for word in fold(cue).replace("’", "'").split())
    found = re.search(rf"(?<!\w){pattern}(?!\w)", fold(text).replace("’", "'"))
    if not found:
        return None
    inside = terms(found[0], language)
    if any(term.denied for term in inside):
        return False
    stems = {term.stem for term in inside}
    marked = [term.denied for term in terms(text, language) if term.stem in stems]
    return bool(marked) and all(marked)


def misconceptions(item: Open, text: str, language: Language) -> list[Misconception]:
    """The authored misconceptions that the answer shows."""
    return [m for m in item.misconceptions if any(said(cue, text, language) for cue in m.cues.get(language, ()))]


def likeness(text: str, example: str, language: Language, weights: dict[str, float]) -> Likeness:
    """How much of `example` is in `text`."""
    mine, theirs = terms(text, language), terms(example, language)
    shared = _shared(mine, theirs)
    weight = {term.stem: weights.get(term.stem, 1.0) for term in (*mine, *theirs)}
    common = sum(weight[pair[1].stem] for pair in shared)
    of_example = common / (sum(weight[t.stem] for t in set(theirs)) or 1)
    of_text = common / (sum(weight[t.stem] for t in set(mine)) or 1)
    both = 2 * of_example * of_text / (of_example + of_text) if common else 0.0
    by_words = max(both, 0.85 * of_example)  # a longer answer may hold more than the example
    value = max(0.7 * by_words + 0.3 * cosine(ngrams(text), ngrams(example)), float(words(text) == words(example)))
    opposite = sum(weight[b.stem] for a, b in shared if a.denied != b.denied)
    return Likeness(value, bool(shared) and opposite > common / 4)


def _shared(mine: list[Term], theirs: list[Term]) -> list[tuple[Term, Term]]:
    """The terms of both, paired by stem; a spelling mistake in a long word is forgiven."""
    by_stem: dict[str, list[Term]] = {}
    for term in mine:
        by_stem.setdefault(term.stem, []).append(term)
    pairs = []
    for term in dict.fromkeys(theirs):
        near = by_stem.get(term.stem) or next((by_stem[s] for s in by_stem if _misspelt(s, term.stem)), None)
        if near:
            pairs.append((next((n for n in near if n.denied == term.denied), near[0]), term))
    return pairs


def _misspelt(a: str, b: str) -> bool:
    from rapidfuzz.distance import OSA

    return min(len(a), len(b)) >= 5 and OSA.distance(a, b, score_cutoff=1) <= 1


@lru_cache(maxsize=256)
def _weights_of(examples: tuple[str, ...], language: Language) -> dict[str, float]:
    """Inverse document frequency of each stem over the item's examples, from 1: a word in all of them says little."""
    seen: Counter[str] = Counter()
    for example in examples:
        seen.update({term.stem for term in terms(example, language)})
    return {stem: 1 + math.log((1 + len(examples)) / (1 + count)) for stem, count in seen.items()}


def _weights(item: Open, language: Language) -> dict[str, float]:
    examples: list[str] = []
    for expectation in item.expectations:
        examples += (*expectation.accept.get(language, ()), *expectation.reject.get(language, ()))
    return _weights_of(tuple(examples), language)

"""The sentences that carry a text: LexRank on tf-idf, figures and names, and no two that say the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from skills.texts.normalize import fold_word
from skills.texts.quantities import NAMED
from skills.texts.sentences import Sentence, words
from skills.texts.stems import stem
from skills.texts.stopwords import STOP

MEANINGLESS = STOP["es"] | STOP["en"]
DAMPING = 0.85
THRESHOLD = 0.15
"""Cosine from which two sentences are linked (Erkan and Radev, 2004, section 3.2, take 0.1); set as those below."""
BLOCK = 1_500
"""Sentences ranked at a time: the matrix of a block takes 9 MB, so a book of any length fits."""
KEPT = 60
"""Best sentences of each block that go on to the final ranking of a long text."""
CENTRAL, OPENS, SPECIFIC = 1.0, 0.3, 1.0
"""Weights of centrality, of opening a paragraph, and of naming figures and names (three or more count in full). Chosen
on the `dev` texts of benchmarks/summaries.py: there, centrality alone keeps no more facts than sentences by lot, and
private texts do not say the main thing first, as news do."""
REDUNDANCY = 0.5
"""How much of its likeness to what is chosen already a sentence loses (Carbonell and Goldstein, 1998)."""
SHORT, LONG = 12, 40
"""Words a sentence should have to stand alone in a summary."""


def terms(text: str) -> list[str]:
    """Stems of the words that mean something, in order."""
    folded = (fold_word(word) for word in words(text))
    return [stem(word) for word in folded if word not in MEANINGLESS and (len(word) > 2 or word.isdigit())]


def vectors(texts: Sequence[str]) -> np.ndarray:
    """Tf-idf rows of unit length (or zero), shape (len(texts), vocabulary), float32."""
    bags = [Counter(terms(text)) for text in texts]
    frequency = Counter(term for bag in bags for term in bag)
    # Terms of one sentence alone link it to nothing; they only count in its length.
    column = {term: i for i, term in enumerate(t for t, n in frequency.items() if n > 1)}
    matrix = np.zeros((len(texts), max(1, len(column))), dtype=np.float32)
    norms = np.zeros(len(texts))
    for i, bag in enumerate(bags):
        for term, n in bag.items():
            weight = (1 + np.log(n)) * np.log(1 + len(texts) / frequency[term])
            norms[i] += weight**2
            if term in column:
                matrix[i, column[term]] = weight
    return matrix / np.maximum(np.sqrt(norms), 1e-9)[:, None].astype(np.float32)


def centrality(matrix: np.ndarray) -> np.ndarray:
    """LexRank of the rows of `vectors`: the stationary share of a walk between similar sentences; sums to 1."""
    n = len(matrix)
    likeness = matrix @ matrix.T
    np.fill_diagonal(likeness, 0)
    likeness[likeness < THRESHOLD] = 0
    out = likeness.sum(axis=1, keepdims=True)
    walk = np.divide(likeness, out, out=np.full_like(likeness, 1 / n), where=out > 0)
    rank = np.full(n, 1 / n)
    for _ in range(100):
        step = (1 - DAMPING) / n + DAMPING * (rank @ walk)
        if np.abs(step - rank).sum() < 1e-6:
            break
        rank = step
    return np.asarray(rank)


def scores(sentences: Sequence[Sentence]) -> np.ndarray:
    """How much each sentence carries, 0 to 1: centrality, what it is specific about, and a fit length."""
    central = np.zeros(len(sentences))
    for start in range(0, len(sentences), BLOCK):
        block = sentences[start : start + BLOCK]
        rank = centrality(vectors([s.text for s in block]))
        central[start : start + BLOCK] = rank / rank.max()
    opens = np.array([i == 0 or sentences[i - 1].paragraph != s.paragraph for i, s in enumerate(sentences)])
    specific = np.array([min(3, len(numbers(s.text)) + len(set(names(s.text)))) / 3 for s in sentences])
    lengths = np.array([len(words(s.text)) for s in sentences])
    fit = np.clip(lengths / SHORT, 0.1, 1) * np.clip(LONG / np.maximum(lengths, 1), 0.3, 1)
    value = (CENTRAL * central + OPENS * opens + SPECIFIC * specific) * fit
    return np.asarray(value / (CENTRAL + OPENS + SPECIFIC))


def choose(sentences: Sequence[Sentence], count: int) -> list[int]:
    """Indices of the best `count` sentences in the order of the text, none of them saying what another says."""
    if len(sentences) <= count:
        return list(range(len(sentences)))
    score = scores(sentences)
    candidates = _finalists(score, len(sentences), count)
    matrix = vectors([sentences[i].text for i in candidates])
    value = score[candidates]
    if len(sentences) > BLOCK:
        rank = centrality(matrix)
        value = value * rank / rank.max()
    chosen: list[int] = []
    likeness = np.zeros(len(candidates))
    while len(chosen) < min(count, len(candidates)):
        merit = value - REDUNDANCY * likeness * value.max()
        merit[chosen] = -np.inf
        best = int(merit.argmax())
        chosen.append(best)
        likeness = np.maximum(likeness, matrix @ matrix[best])
    return sorted(candidates[i] for i in chosen)


def _finalists(score: np.ndarray, n: int, count: int) -> list[int]:
    """All sentences of a text of one block; of a longer one, the best of each block."""
    if n <= BLOCK:
        return list(range(n))
    kept = max(KEPT, count)
    best = [start + int(i) for start in range(0, n, BLOCK) for i in np.argsort(-score[start : start + BLOCK])[:kept]]
    return sorted(best)


NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NUMERALS = {name: str(value) for name, value in NAMED.items() if 2 <= value <= 20}
"""«Uno» and «one» are pronouns as often as numbers: left out."""


def numbers(text: str) -> frozenset[str]:
    """The figures of a text, also those written as words up to twenty; separators aside (1.200 is 1200)."""
    figures = {re.sub(r"[.,]", "", found) for found in NUMBER.findall(text)}
    return frozenset(figures | {NUMERALS[w] for w in map(fold_word, words(text)) if w in NUMERALS})


def names(sentence: str) -> list[str]:
    """Words with a capital that does not come from beginning the sentence."""
    found = list(re.finditer(r"[^\W\d_][\w’'-]*", sentence))
    return [
        match[0] for match in found[1:]
        if match[0][0].isupper() and not re.search(r"(?:[.!?…:]\s*|\n\s*)[\"«“¿¡(]*$", sentence[: match.start()])
    ]  # fmt: skip

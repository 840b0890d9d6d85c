"""Whether a question is about the learner's own text: most of its words are there."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from skills.errors import FileMissing
from skills.texts.stems import stem
from skills.texts.stopwords import STOP
from skills.workspace import Workspace
from tutor.dialogue.context import Dialogue
from tutor.nlu.wording import words

LARGEST = 3_000_000
"""Characters of a text whose words are looked at: some 1,500 pages, in a second."""
MOST = 0.6
"""The share of the question's words, small ones aside, that have to be in the text; and so many of them at least."""
FEWEST = 2
_SMALL = STOP["es"] | STOP["en"]


def about_the_text(dialogue: Dialogue, question: str) -> bool:
    """Whether the text in hand has most of the question's words."""
    if dialogue.memory.dataset is None:
        return False
    try:
        manifest = dialogue.workspace.find(dialogue.memory.dataset)
    except FileMissing:
        return False
    asked = {stem(word) for word in words(question) if word not in _SMALL}
    if manifest.characters > LARGEST or len(asked) < FEWEST:
        return False
    there = asked & _words_of(dialogue.workspace.home, manifest.id, manifest.rows_file)
    return len(there) >= max(FEWEST, MOST * len(asked))


@lru_cache(maxsize=2)
def _words_of(home: Path, dataset: str, rows_file: str) -> frozenset[str]:
    """The stems of a data set's words, as its rows are now (`rows_file`)."""
    return frozenset(stem(word) for row in Workspace(home).rows(dataset) for word in words(row.whole))


def forget_words() -> None:
    """A text was deleted: nothing of it stays in memory either."""
    _words_of.cache_clear()

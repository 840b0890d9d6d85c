"""Whether a model's sentence keeps to a passage: what it says, denies and counts is there."""

from __future__ import annotations

from skills.contract import Language
from tutor.nlu.wording import denials, numbers, terms, words


def supported(sentence: str, passage: str, language: Language = "es") -> bool:
    """Whether a sentence says nothing that the passage does not: every content word, name and number of it is there,
    denied where it is denied there, and it denies something exactly if what it uses is denied."""
    mine, theirs = terms(sentence, language), terms(passage, language)
    if not mine or not numbers(sentence) <= numbers(passage):
        return False
    if not set(mine) <= set(theirs):
        return False
    return bool(denials(sentence, language)) == any(term.denied for term in mine)


def overlap(text: str, passage: str) -> float:
    """The share of the text's three-word sequences that are in the passage, 0 to 1; 1 for a text too short to say."""
    mine, theirs = _threes(text), _threes(passage)
    return len(mine & theirs) / len(mine) if mine else 1.0


def _threes(text: str) -> set[tuple[str, ...]]:
    said = words(text)
    return set(zip(said, said[1:], said[2:], strict=False))

"""Whether a text would tell the answer to a question of the course that is open."""

from __future__ import annotations

from skills.contract import Language
from tutor.course.model import Choice, Item, Number, Open
from tutor.nlu.open_answers import met
from tutor.nlu.wording import numbers, terms

MOST = 0.6
"""The share of an option's words from which a text is taken to say it, where it says no other as much."""


def tells_key(item: Item, text: str, language: Language) -> bool:
    """By the words of the right options, the number that is asked for, or the ideas that are expected. The statement of
    a true-or-false question counts as told when the text speaks of the same things."""
    match item:
        case Choice(format="true_false"):
            return _share(item.stem[language], text, language) >= MOST
        case Choice():
            shares = {o.id: _share(o.text[language] if o.text else "", text, language) for o in item.options}
            others = max((share for id, share in shares.items() if id not in item.right), default=0.0)
            return any(shares[id] >= MOST and shares[id] > others for id in item.right)
        case Number():
            return str(item.answer).removesuffix(".0") in numbers(text)
        case Open():
            return any(met(item, expectation, text, language) == "covered" for expectation in item.expectations)
    return False


def _share(said: str, text: str, language: Language) -> float:
    """The share of the content words of `said` that are in the text, 0 to 1."""
    wanted = {term.stem for term in terms(said, language)}
    return len(wanted & {term.stem for term in terms(text, language)}) / len(wanted) if wanted else 0.0

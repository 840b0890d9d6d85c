"""An answer to a question -> its outcome, and what to say about it, from what the course's authors wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any, Literal

from skills.blocks import Frozen
from skills.contract import Language
from skills.texts.quantities import read_number
from tutor.course.model import Check, Choice, Do, Item, Number, Open, Order
from tutor.nlu.ears import ASTRAY, VERDICTS
from tutor.nlu.open_answers import Met, met, misconceptions
from tutor.nlu.typed_answers import gives_up, read_typed
from tutor.words import Words

NO_ANSWER = 0.8
"""The probability that a text is no answer from which it is none."""
MAY_BE = 0.2
"""The probability that an answer is right from which it is not failed."""
SURELY = 0.8
"""The same from which words that sound like a misconception do not count."""
Outcome = Literal["correct", "partial", "wrong", "unclear"]
Answer = str | float | bool | Sequence[str] | Set[str] | Mapping[str, Any]


class Graded(Frozen):
    """`right`: the key, for when it may be told. `missing`: expectations not met; `misconceptions`: the ids shown."""

    outcome: Outcome
    right: tuple[str, ...] = ()
    feedback: str = ""
    missing: tuple[str, ...] = ()
    misconceptions: tuple[str, ...] = ()


def grade(item: Item, answer: Answer, language: Language, likely: Mapping[str, float] | None = None) -> Graded:
    """Grade `answer`: an option's id (single, true_false), ids (multiple, order), a number, text (open), or a skill's
    result as a mapping (do). Words in place of ids are read as `read_typed` does, in authored order.

    An open answer that is not clear is never wrong: the learner compares it with the model answer. `likely`: of an open
    answer, the probability of each verdict by what it means (tutor/nlu/ears.py); else its words have to do.
    """
    if isinstance(answer, str) and gives_up(answer):
        hint = item.hints[0][language] if item.hints else ""
        return Graded(outcome="wrong", right=_key(item), feedback=_lines(Words(language)("grading.dont_know"), hint))
    match item:
        case Choice():
            return _choice(item, _chosen(item, answer, language), language)
        case Order():
            return _order(item, _chosen(item, answer, language), language)
        case Number():
            return _number(item, answer, language)
        case Do():
            done = isinstance(answer, Mapping) and holds(item.check, answer)
            words = item.done if done else item.not_done
            return Graded(outcome="correct" if done else "wrong", feedback=words[language])
        case Open():
            return _open(item, str(answer), language, likely)


def _key(item: Item) -> tuple[str, ...]:
    if isinstance(item, Order):
        return item.order
    return tuple(sorted(item.right)) if isinstance(item, Choice) else ()


def _chosen(item: Choice | Order, answer: Answer, language: Language) -> tuple[str, ...]:
    """The ids that were chosen, in order; empty if the answer names none."""
    ids = {option.id for option in item.options}
    if isinstance(answer, bool):
        return ("true" if answer else "false",)
    if isinstance(answer, str):
        if answer in ids:
            return (answer,)
        read = read_typed(item, answer, [(option.id, option.text[language]) for option in item.options], language)
        return (read,) if isinstance(read, str) else read if isinstance(read, tuple) else ()
    return tuple(str(id) for id in answer if str(id) in ids) if isinstance(answer, Sequence | Set) else ()


def _choice(item: Choice, chosen: tuple[str, ...], language: Language) -> Graded:
    """Several right: partial if more right ones than wrong ones were chosen. The feedback never names the key."""
    right, picked = item.right, frozenset(chosen)
    wrong = [option for option in item.options if option.id in picked - right]
    key = tuple(sorted(right))
    if picked == right:
        whys = [option.why[language] for option in item.options if option.id in picked]
        return Graded(outcome="correct", right=key, feedback=_lines(*whys))
    said = [option.why[language] for option in wrong]
    if item.format == "multiple" and right - picked:
        said.append(Words(language)("grading.left_out", n=len(right - picked)))
    partial = item.format == "multiple" and len(picked & right) > len(wrong)
    return Graded(
        outcome="partial" if partial else "wrong",
        right=key,
        feedback=_lines(*said),
        misconceptions=tuple(option.misconception for option in wrong if option.misconception),
    )


def _order(item: Order, chosen: tuple[str, ...], language: Language) -> Graded:
    """Partial if two neighbours of four or more are the wrong way round."""
    if chosen == item.order:
        return Graded(outcome="correct", right=item.order, feedback=item.if_right[language])
    swapped = [
        (*item.order[:i], item.order[i + 1], item.order[i], *item.order[i + 2 :]) for i in range(len(item.order) - 1)
    ]
    partial = len(item.order) >= 4 and chosen in swapped
    return Graded(outcome="partial" if partial else "wrong", right=item.order, feedback=item.if_wrong[language])


def _number(item: Number, answer: Answer, language: Language) -> Graded:
    value = (
        read_number(answer, language)
        if isinstance(answer, str)
        else float(answer)
        if isinstance(answer, int | float)
        else None
    )
    if value is None:
        return Graded(outcome="unclear", feedback=Words(language)("grading.no_number"))
    if abs(value - item.answer) <= item.tolerance + 1e-9:
        return Graded(outcome="correct", feedback=item.if_right[language])
    words = item.if_low if value < item.answer else item.if_high
    return Graded(outcome="wrong", feedback=words[language])


def holds(check: Check, result: Mapping[str, Any]) -> bool:
    """Whether the result's field (a path with dots) is what the item asks for."""
    value: Any = result
    for part in check.field.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return False
        value = value[part]
    if check.equals is not None and value != check.equals:
        return False
    if check.min is None and check.max is None:
        return True
    size = len(value) if isinstance(value, Sequence | Mapping) and not isinstance(value, str) else value
    if isinstance(size, bool) or not isinstance(size, int | float):
        return False
    return (check.min is None or size >= check.min) and (check.max is None or size <= check.max)


# --- open answers -----------------------------------------------------------------------------------------------------


def _open(item: Open, text: str, language: Language, likely: Mapping[str, float] | None) -> Graded:
    words = Words(language)
    verdicts: dict[str, Met] = {e.id: met(item, e, text, language) for e in item.expectations}
    shown = misconceptions(item, text, language)
    outcome = _by_meaning(likely, bool(shown)) if likely else _outcome(tuple(verdicts.values()), bool(shown))
    missing = [e for e in item.expectations if verdicts[e.id] == "missing"]
    if outcome in ("wrong", "partial") and not missing and not shown:
        missing = [e for e in item.expectations if verdicts[e.id] != "covered"] or list(item.expectations)
    said = [m.repair[language] for m in shown]
    if outcome == "correct":
        said, missing = [words("grading.covered")], []
    elif outcome == "unclear":
        said.append(words("grading.unclear"))
    else:
        if outcome == "partial":
            said.insert(0, words("grading.partly"))
        said += [words("grading.missing", idea=e.assertion[language]) for e in missing]
    return Graded(
        outcome=outcome,
        feedback=_lines(*said),
        missing=tuple(e.id for e in missing),
        misconceptions=tuple(m.id for m in shown),
    )


def _by_meaning(likely: Mapping[str, float], misconceived: bool) -> Outcome:
    """The likeliest verdict; not clear where it would fail an answer that may well be right."""
    if likely[ASTRAY] >= NO_ANSWER:
        return "wrong"
    best = max(VERDICTS, key=lambda verdict: likely[verdict])
    if best == "correct" and likely[ASTRAY] > likely["correct"]:
        return "unclear"
    if best == "correct":
        return "partial" if misconceived and likely["correct"] < SURELY else "correct"
    return "unclear" if likely["correct"] >= MAY_BE * (1 - likely[ASTRAY]) else best  # type: ignore[return-value]


def _outcome(verdicts: tuple[Met, ...], misconceived: bool) -> Outcome:
    covered, unclear = verdicts.count("covered"), verdicts.count("unclear")
    if covered == len(verdicts):
        return "partial" if misconceived else "correct"
    if unclear:
        return "wrong" if misconceived and not covered and "missing" in verdicts else "unclear"
    return "partial" if covered else "wrong"


def _lines(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)

"""What the learner said beforehand beside what came: a word or a number beside a field of the result, a choice beside
what the lesson's authors say came of it. Both in words; which was right is nobody's affair here."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from skills.blocks import Bet
from skills.texts.quantities import read_number
from tutor.course.model import Run, Say, Wait
from tutor.dialogue.context import Dialogue


def bets(dialogue: Dialogue, step: Say | Run | Wait, result: dict[str, Any] | None = None) -> tuple[Bet, ...]:
    """The bet whose outcome is seen at `step`, none where none was made. `result`: what the skill of the step gave."""
    if isinstance(step, Run) and step.against:
        return _against(dialogue, step)
    if step.came is None:
        return ()
    own = {} if result is None else dict.fromkeys((step.id, getattr(step, "run", step.id)), fields(result))
    return choice_and(dialogue, step, dialogue.text(step.came, own))


def choice_and(dialogue: Dialogue, step: Say | Run | Wait, came: str) -> tuple[Bet, ...]:
    """The choice that the learner made, by its label, beside `came`; nothing where they made none."""
    if step.bet is None:
        return ()
    at = step.bet if "/" in step.bet else dialogue.at(step.bet)
    yours = dialogue.memory.predicted.get(at)
    return () if yours is None else (Bet(yours=dialogue.label(at, yours), came=came),)


def _against(dialogue: Dialogue, step: Run) -> tuple[Bet, ...]:
    assert step.against
    yours = dialogue.memory.predicted.get(dialogue.at(step.against.step))
    came = dialogue.memory.results[dialogue.at(step.id)].get(step.against.field)
    if yours is None or came is None:
        return ()
    number = read_number(str(yours)) if isinstance(came, int | float) else None
    return (Bet(yours=yours if number is None else number, came=came),)


def fields(value: Any) -> Any:
    """A result as a text names its parts: `{exam.surprise.base.loss}`, `{make.costs.0.own}`."""
    if isinstance(value, dict):
        return SimpleNamespace(**{key: fields(part) for key, part in value.items()})
    if isinstance(value, list | tuple):
        return SimpleNamespace(**{str(n): fields(part) for n, part in enumerate(value)})
    return value

"""The blind comparison: pair by pair without names, a vote for each, and only then the names and the count.

Two texts at a time, also where three hands wrote: a third text to keep in mind makes the choice harder and says nothing
more, and the letter counter gives itself away at a glance. It is shown with the names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from skills.blocks import Block, Compare, CompareColumn, msg
from skills.errors import FileMissing
from skills.evaluation.bootstrap import coin
from tutor.course.model import Run
from tutor.dialogue.bets import choice_and
from tutor.dialogue.context import Dialogue, next_button
from tutor.dialogue.recordings import recorded
from tutor.dialogue.skill_calls import Outcome, offered
from tutor.learner.events import Voted
from tutor.processes.run_status import RunStatus
from tutor.turn import Button, Intent, Said

FEW = 10
"""Votes below which even a one-sided result is called what it is: few."""


def is_blind(result: dict[str, Any]) -> bool:
    """Whether a result is a comparison that is to be voted on."""
    return bool(result.get("blind") and result.get("pairs"))


def ended(run: str, status: RunStatus) -> Outcome:
    """What the comparison in `run` gave. Its own `run` is the training it compares, so this one goes under another."""
    return Outcome(result={**(status.result or {}), "comparison": run}, blocks=status.blocks, offers=status.offers)


def ask(dialogue: Dialogue, outcome: Outcome, text: str = "") -> Said:
    """The next pair without a vote, its two texts in the order the dice gave; after the last one, the names."""
    run, pairs = _run(outcome), outcome.result["pairs"]
    votes = dialogue.memory.votes.get(run, ())
    if len(votes) >= len(pairs):
        return reveal(dialogue, outcome)
    place = len(votes)
    pair = pairs[place]
    columns = tuple(
        CompareColumn(role="plain", label=msg("chat.blind.hidden", letter=letter), text=pair[side])
        for letter, side in zip("AB", pair["order"], strict=True)
    )
    title = msg("chat.blind.pair", n=place + 1, total=len(pairs))
    card = Compare(title=title, prompt=pair["prompt"], columns=columns)
    return dialogue.say(text, blocks=(card,), buttons=tuple(_buttons(dialogue, run, place, pair["order"])))


def lacks_votes(dialogue: Dialogue, outcome: Outcome) -> bool:
    """Whether there are pairs that were not voted on."""
    return len(dialogue.memory.votes.get(_run(outcome), ())) < len(outcome.result["pairs"])


def _run(outcome: Outcome) -> str:
    """Where the votes are kept: the comparison's run; a recorded one has only the training's."""
    return str(outcome.result.get("comparison") or outcome.result["run"])


def _buttons(dialogue: Dialogue, run: str, place: int, order: list[str]) -> Iterator[Button]:
    for label, side in (("chat.blind.a", order[0]), ("chat.blind.b", order[1]), ("chat.blind.same", "same")):
        intent = Intent(name="vote", args={"run": run, "pair": place, "side": side})
        yield Button(label=dialogue.words(label), intent=intent)


def vote(dialogue: Dialogue, args: dict[str, Any]) -> Said:
    """Take a vote; a pair that has one keeps it."""
    run = args["run"]
    outcome = find(dialogue, run)
    if outcome is None:
        return dialogue.say(
            dialogue.words("chat.past"), tone="system", buttons=dialogue.buttons or (next_button(dialogue),)
        )
    votes, pairs = dialogue.memory.votes.get(run, ()), outcome.result["pairs"]
    place = len(votes)
    if args["pair"] == place < len(pairs) and args["side"] in (*pairs[place]["order"], "same"):
        voted, compared = (*votes, args["side"]), between(outcome.result)
        dialogue.record(Voted(run=run, votes=voted, between=compared, pair=_fingerprint(pairs[place])))
    return ask(dialogue, outcome)


def between(result: dict[str, Any]) -> str:
    """Who is compared with whom: votes of several comparisons are counted together if this is the same."""
    return f"{result['run']} {result.get('other', 'base')}"


def _fingerprint(pair: dict[str, Any]) -> str:
    """The same for the same two texts: a pair that is seen again is not counted twice."""
    texts = "\0".join([pair["prompt"], *(pair[side] for side in sorted(pair["order"]))])
    return hashlib.sha256(texts.encode()).hexdigest()[:16]


def find(dialogue: Dialogue, run: str) -> Outcome | None:
    """The comparison `run`, from its folder or from the recording of the present step."""
    try:
        outcome = ended(run, dialogue.jobs.status(run))
        return outcome if is_blind(outcome.result) else None
    except FileMissing:
        found = recorded(dialogue, dialogue.step) if dialogue.step and dialogue.step.kind == "run" else None
        return found if found and found.result.get("run") == run else None


def reveal(dialogue: Dialogue, outcome: Outcome) -> Said:
    """Who wrote what, how the votes fell, how they fell in all comparisons of the two, and how far that is luck."""
    result, votes = outcome.result, dialogue.memory.votes[_run(outcome)]
    mine = votes.count("tuned")
    values = {"tuned": mine, "same": votes.count("same"), "total": len(votes)}
    values["other"] = len(votes) - values["tuned"] - values["same"]
    told = [dialogue.words("chat.blind.tally", **values, rival=rival(dialogue, result))]
    judged = dialogue.memory.judged.get(between(result), {})
    comparisons = len({comparison for comparison, _ in judged.values()})
    sides = [side for _, side in judged.values()] if comparisons > 1 else list(votes)
    chosen, clear = sides.count("tuned"), len(sides) - sides.count("same")
    if comparisons > 1:
        told.append(dialogue.words("chat.blind.all", n=chosen, votes=len(sides), comparisons=comparisons))
    if clear:
        told.append(luck(dialogue, chosen, clear))
    cards: tuple[Block, ...] = tuple(block for block in outcome.blocks if block.kind != "text")
    offers = offered(dialogue, outcome.offers)
    step = dialogue.step
    if isinstance(step, Run) and step.bet and step.skill == "compare_models":
        cards = (*choice_and(dialogue, step, dialogue.words("chat.blind.came", n=mine, total=len(votes))), *cards)
    return dialogue.say(" ".join(told), blocks=cards, buttons=(next_button(dialogue), *offers))


def rival(dialogue: Dialogue, result: dict[str, Any]) -> str:
    """Whom the learner's model was compared with, in words."""
    other = result.get("other", "base")
    if other in ("base", "counter"):
        return dialogue.words(f"chat.blind.rival.{other}")
    return dialogue.words("compare_models.run", called=result.get("other_called") or other)


def luck(dialogue: Dialogue, chosen: int, votes: int) -> str:
    """How easily a coin would give a result as one-sided as `chosen` of `votes`, to this side: in words."""
    most = max(chosen, votes - chosen)
    if 2 * most == votes:
        return dialogue.words("chat.blind.even")
    chance = coin(votes, most)
    kind = "luck" if chance > 0.2 else "hint" if chance > 0.05 else "hardly_luck"
    told = dialogue.words(f"chat.blind.{kind}", most=most, votes=votes, every=round(1 / chance))
    return f"{told} {dialogue.words('chat.blind.few')}" if votes < FEW and kind != "luck" else told

"""The blind comparison: pair by pair without names, a vote for each, and only then the names and the count."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb
from typing import Any

from skills.blocks import Block, Compare, CompareColumn, msg
from skills.contract import FileMissing
from tutor.desk import Desk, next_button
from tutor.replay import RunStatus
from tutor.skill_calls import Outcome
from tutor.turn import Button, Intent, Said

SIDES = ("base", "tuned")


def is_blind(result: dict[str, Any]) -> bool:
    """Whether a result is a comparison that is to be voted on."""
    return bool(result.get("blind") and result.get("pairs"))


def ended(run: str, status: RunStatus) -> Outcome:
    """What the comparison in `run` gave. Its own `run` is the training it compares, so this one goes under another."""
    return Outcome(result={**(status.result or {}), "comparison": run}, blocks=status.blocks, offers=status.offers)


def ask(desk: Desk, outcome: Outcome, text: str = "") -> Said:
    """The next pair without a vote, its two texts in the order the dice gave; after the last one, the names."""
    run, pairs = _run(outcome), outcome.result["pairs"]
    votes = desk.memory.votes.get(run, ())
    if len(votes) >= len(pairs):
        return reveal(desk, outcome)
    place = len(votes)
    pair = pairs[place]
    columns = tuple(
        CompareColumn(role="plain", label=msg("chat.blind.hidden", letter=letter), text=pair[side])
        for letter, side in zip("AB", pair["order"], strict=True)
    )
    title = msg("chat.blind.pair", n=place + 1, total=len(pairs))
    card = Compare(title=title, prompt=pair["prompt"], columns=columns)
    return desk.say(text, blocks=(card,), buttons=tuple(_buttons(desk, run, place, pair["order"])))


def _run(outcome: Outcome) -> str:
    """Where the votes are kept: the comparison's run; a recorded one has only the training's."""
    return str(outcome.result.get("comparison") or outcome.result["run"])


def _buttons(desk: Desk, run: str, place: int, order: list[str]) -> Iterator[Button]:
    for label, side in (("chat.blind.a", order[0]), ("chat.blind.b", order[1]), ("chat.blind.same", "same")):
        intent = Intent(name="vote", args={"run": run, "pair": place, "side": side})
        yield Button(label=desk.words(label), intent=intent)


def vote(desk: Desk, args: dict[str, Any]) -> Said:
    """Take a vote; a pair that has one keeps it."""
    run = args["run"]
    outcome = find(desk, run)
    if outcome is None:
        return desk.say(desk.words("chat.past"), tone="system", buttons=desk.buttons or (next_button(desk),))
    votes = desk.memory.votes.get(run, ())
    if args["pair"] == len(votes) and args["side"] in (*SIDES, "same"):
        desk.record("voted", {"run": run, "votes": [*votes, args["side"]]})
    return ask(desk, outcome)


def find(desk: Desk, run: str) -> Outcome | None:
    """The comparison `run`, from its folder or from the recording of the present step."""
    try:
        outcome = ended(run, desk.jobs.status(run))
        return outcome if is_blind(outcome.result) else None
    except FileMissing:
        from tutor.lesson_runs import recorded

        found = recorded(desk, desk.step) if desk.step and desk.step.kind == "run" else None
        return found if found and found.result.get("run") == run else None


def reveal(desk: Desk, outcome: Outcome) -> Said:
    """Who wrote what, and how the votes fell, with what chance alone would give."""
    votes = desk.memory.votes[_run(outcome)]
    tuned, base = votes.count("tuned"), votes.count("base")
    told = desk.words("chat.blind.tally", tuned=tuned, base=base, same=votes.count("same"), total=len(votes))
    if tuned + base:
        chance = by_chance(tuned, tuned + base)
        told += " " + desk.words("chat.blind.chance", tuned=tuned, votes=tuned + base, chance=chance)
    cards: tuple[Block, ...] = tuple(block for block in outcome.blocks if block.kind != "text")
    return desk.say(told, blocks=cards, buttons=(next_button(desk),))


def by_chance(right: int, votes: int) -> float:
    """The probability of at least `right` of `votes` when each is a toss of a fair coin (binomial)."""
    return sum(comb(votes, k) for k in range(right, votes + 1)) / float(2**votes)

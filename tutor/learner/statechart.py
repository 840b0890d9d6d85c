"""The session statechart, wrapped in one pure `step(state, event)`.

Which move may follow which is drawn here and nowhere else; what happens in a state is said in tutor/dialogue. The
chart has no callbacks: python-statemachine checks it when it is defined (every state reachable, none a trap).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from statemachine import HistoryState, State, StateChart
from statemachine.exceptions import TransitionNotAllowed

from skills.blocks import Frozen


class Chart(StateChart[Any]):  # type: ignore[misc]
    """`lesson` is the way through the course; `aside`, `help`, `paused` lie over it and lead back to where it was."""

    allow_event_without_transition = False

    class lesson(State.Compound):  # type: ignore[misc]  # noqa: N801 - the library takes the state's id from the class name
        welcome = State(initial=True)
        profile = State()
        placement = State()
        present = State()
        check = State()
        feedback = State()
        skill = State()
        review = State()
        summary = State()
        before = HistoryState()

        introduce = welcome.to(profile) | review.to(profile) | profile.to.itself()
        place = (
            welcome.to(placement)
            | profile.to(placement)
            | present.to(placement)
            | check.to(placement)
            | feedback.to(placement)
            | review.to(placement)
            | summary.to(placement)
            | placement.to.itself()
        )
        begin = (
            welcome.to(present)
            | profile.to(present)
            | placement.to(present)
            | present.to.itself()
            | check.to(present)
            | feedback.to(present)
            | skill.to(present)
            | review.to(present)
            | summary.to(present)
        )
        ask = present.to(check) | feedback.to(check) | check.to.itself()
        grade = check.to(feedback)
        run = present.to(skill)
        finish = skill.to(present)
        revise = (
            welcome.to(review)
            | profile.to(review)
            | placement.to(review)
            | present.to(review)
            | check.to(review)
            | feedback.to(review)
            | summary.to(review)
            | review.to.itself()
        )
        end = (
            present.to(summary)
            | check.to(summary)
            | feedback.to(summary)
            | placement.to(summary)
            | review.to(summary)
            | summary.to.itself()
        )

    aside = State()
    help = State()
    paused = State()

    wonder = lesson.to(aside) | help.to(aside) | paused.to(aside) | aside.to.itself()
    look_up = lesson.to(help) | aside.to(help) | paused.to(help) | help.to.itself()
    pause = lesson.to(paused) | aside.to(paused) | help.to(paused) | paused.to.itself()
    back = aside.to(lesson.before) | help.to(lesson.before) | paused.to(lesson.before)


OVERLAYS = {"aside": "wonder", "help": "look_up", "paused": "pause"}
"""Each overlay and the event that lays it."""


class MachineState(Frozen):
    """Where the conversation is: `phase` of the lesson, and the `overlay` that lies over it, if any."""

    phase: str = "welcome"
    overlay: str | None = None


class NotAllowed(Exception):
    """The chart has no such move from this state: a defect of the caller."""


def step(state: MachineState, event: str) -> MachineState:
    """The state after `event`. A lesson's event under an overlay goes back first. Raises NotAllowed."""
    after = _after(state.phase, state.overlay, event)
    if after is None and state.overlay:
        after = _after(state.phase, None, event)
    if after is None:
        raise NotAllowed(f"{event} from {state}")
    return after


def can(state: MachineState, event: str) -> bool:
    """Whether `event` leads somewhere from `state`."""
    return _after(state.phase, state.overlay, event) is not None or _after(state.phase, None, event) is not None


@cache
def _after(phase: str, overlay: str | None, event: str) -> MachineState | None:
    chart = Chart(start_value=phase)
    if overlay:
        chart.send(OVERLAYS[overlay])
    try:
        chart.send(event)
    except TransitionNotAllowed:
        return None
    active = {str(value) for value in chart.configuration_values}
    over = next(iter(active & OVERLAYS.keys()), None)
    return MachineState(phase=phase if over else next(iter(active - {"lesson"})), overlay=over)

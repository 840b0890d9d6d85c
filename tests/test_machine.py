"""The session statechart: its moves, as a table, and that nobody is ever stuck."""

from __future__ import annotations

import pytest

from tutor.learner.statechart import OVERLAYS, Chart, MachineState, NotAllowed, can, step

PHASES = sorted(state.id for state in Chart.lesson.states if state.id != "before")

MOVES = [
    ("welcome", "introduce", "profile"),
    ("profile", "begin", "present"),
    ("profile", "place", "placement"),
    ("placement", "place", "placement"),
    ("placement", "begin", "present"),
    ("present", "ask", "check"),
    ("check", "grade", "feedback"),
    ("feedback", "ask", "check"),
    ("feedback", "begin", "present"),
    ("present", "run", "skill"),
    ("skill", "finish", "present"),
    ("present", "end", "summary"),
    ("summary", "revise", "review"),
    ("review", "end", "summary"),
    ("summary", "begin", "present"),
]


@pytest.mark.parametrize(("phase", "event", "after"), MOVES)
def test_moves(phase: str, event: str, after: str) -> None:
    assert step(MachineState(phase=phase), event) == MachineState(phase=after)


@pytest.mark.parametrize(("phase", "event"), [("welcome", "grade"), ("present", "grade"), ("check", "run")])
def test_a_move_the_chart_lacks_is_refused(phase: str, event: str) -> None:
    assert not can(MachineState(phase=phase), event)
    with pytest.raises(NotAllowed):
        step(MachineState(phase=phase), event)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("overlay", sorted(OVERLAYS))
def test_an_overlay_leads_back_to_where_it_was_laid(phase: str, overlay: str) -> None:
    laid = step(MachineState(phase=phase), OVERLAYS[overlay])
    assert laid == MachineState(phase=phase, overlay=overlay)
    twice = step(laid, OVERLAYS["help"])
    assert step(twice, "back") == MachineState(phase=phase)


@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_has_a_way_on_that_is_no_overlay(phase: str) -> None:
    onward = {event.id for event in Chart.events if can(MachineState(phase=phase), event.id)}
    assert onward - set(OVERLAYS.values()) - {"back"}


def test_a_lesson_event_under_an_overlay_goes_back_first() -> None:
    assert step(MachineState(phase="check", overlay="aside"), "grade") == MachineState(phase="feedback")

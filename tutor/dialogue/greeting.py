"""The first minutes, and every return: who Musa is, the way to go, where we were."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from skills.blocks import Progress, msg
from tutor.dialogue import model_chat
from tutor.dialogue.context import Desk
from tutor.dialogue.flow import begin_placement
from tutor.dialogue.free_questions import resume
from tutor.dialogue.steps import next_lesson
from tutor.learner import statechart
from tutor.turn import Shown

PROFILES = ("writer", "teacher", "researcher", "organisation", "student", "curious")


async def welcome(desk: Desk) -> AsyncIterator[Shown]:
    """Who Musa is, the promise, and one question."""
    if not desk.memory.greeted:
        desk.record("greeted", {"version": desk.version})
    if statechart.can(desk.memory.machine, "introduce"):
        desk.move("introduce")
    buttons = tuple(desk.button(f"chat.profile.{p}", "profile", args={"profile": p}) for p in PROFILES)
    yield desk.say(desk.words("chat.welcome"), buttons=(*buttons, desk.button("chat.button.how_do_i_know", "privacy")))


async def choose_profile(desk: Desk, profile: str) -> AsyncIterator[Shown]:
    desk.record("profile_chosen", {"profile": profile})
    yield desk.say(
        desk.words(f"chat.profile_said.{profile}") + "\n\n" + desk.words("chat.two_ways"),
        buttons=(
            desk.button("chat.button.express", "route", main=True, args={"route": "express"}),
            desk.button("chat.button.full", "route", args={"route": "full"}),
            desk.button("chat.button.placement", "route", args={"route": "placement"}),
        ),
    )


async def choose_route(desk: Desk, route: str) -> AsyncIterator[Shown]:
    desk.record("route_chosen", {"route": "full" if route == "placement" else route})
    shown_next = begin_placement(desk) if route == "placement" else next_lesson(desk)
    async for shown in shown_next:
        yield shown


async def welcome_back(desk: Desk) -> AsyncIterator[Shown]:
    """The page was opened again: where we were, what happened meanwhile, and the step itself."""
    told = []
    if desk.memory.version != desk.version:
        told.append(desk.words("chat.updated", version=desk.version))
        desk.record("updated", {"version": desk.version})
    if desk.memory.route is None:
        async for shown in welcome(desk):
            yield shown
        return
    lesson = desk.lesson
    told.append(
        desk.words("chat.welcome_back", lesson=lesson.title[desk.language])
        if lesson
        else desk.words("chat.hello_again")
    )
    running = [status for status in desk.jobs.list() if status.state in ("running", "interrupted", "paused")]
    told += [desk.words(f"chat.run_{status.state}") for status in running[-1:]]
    yield desk.say("\n\n".join(told), tone="system", blocks=tuple(_card(status) for status in running[-1:]))
    async for shown in model_chat.resume(desk) if desk.memory.talk else resume(desk, anew=True):
        yield shown


def _card(status: Any) -> Any:
    return Progress(title=msg(f"chat.card.{status.skill}"), run=status.run)

"""The first minutes, and every return: who Musa is, the way to go, where we were."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tutor.dialogue import model_chat
from tutor.dialogue.context import Dialogue
from tutor.dialogue.flow import resume
from tutor.dialogue.skill_calls import run_card
from tutor.learner import statechart
from tutor.learner.events import Greeted, ProfileChosen, Updated
from tutor.turn import Shown

PROFILES = ("writer", "teacher", "researcher", "organisation", "student", "curious")


async def welcome(dialogue: Dialogue) -> AsyncIterator[Shown]:
    """Who Musa is, the promise, and one question."""
    if not dialogue.memory.greeted:
        dialogue.record(Greeted(version=dialogue.version))
    if statechart.can(dialogue.memory.machine, "introduce"):
        dialogue.move("introduce")
    buttons = tuple(dialogue.button(f"chat.profile.{p}", "profile", args={"profile": p}) for p in PROFILES)
    yield dialogue.say(
        dialogue.words("chat.welcome"), buttons=(*buttons, dialogue.button("chat.button.how_do_i_know", "privacy"))
    )


async def choose_profile(dialogue: Dialogue, profile: str) -> AsyncIterator[Shown]:
    dialogue.record(ProfileChosen(profile=profile))
    yield dialogue.say(
        dialogue.words(f"chat.profile_said.{profile}") + "\n\n" + dialogue.words("chat.two_ways"),
        buttons=(
            dialogue.button("chat.button.express", "route", main=True, args={"route": "express"}),
            dialogue.button("chat.button.full", "route", args={"route": "full"}),
            dialogue.button("chat.button.placement", "route", args={"route": "placement"}),
        ),
    )


async def welcome_back(dialogue: Dialogue) -> AsyncIterator[Shown]:
    """The page was opened again: where we were, what happened meanwhile, and the step itself."""
    told = []
    if dialogue.memory.version != dialogue.version:
        told.append(dialogue.words("chat.updated", version=dialogue.version))
        dialogue.record(Updated(version=dialogue.version))
    if dialogue.memory.route is None:
        async for shown in welcome(dialogue):
            yield shown
        return
    lesson = dialogue.lesson
    told.append(
        dialogue.words("chat.welcome_back", lesson=lesson.title[dialogue.language])
        if lesson
        else dialogue.words("chat.hello_again")
    )
    running = [status for status in dialogue.jobs.list() if status.state in ("running", "interrupted", "paused")]
    told += [dialogue.words(f"chat.run_{status.state}") for status in running[-1:]]
    yield dialogue.say(
        "\n\n".join(told), tone="system", blocks=tuple(run_card(dialogue, status.run) for status in running[-1:])
    )
    async for shown in model_chat.resume(dialogue) if dialogue.memory.talk else resume(dialogue, anew=True):
        yield shown

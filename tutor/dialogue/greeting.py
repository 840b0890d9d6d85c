"""The first minutes, and every return: who Musa is, the way to go, where we were."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from tutor.dialogue import model_chat
from tutor.dialogue.context import Dialogue, plain, run_what, stays_here
from tutor.dialogue.lessons import resume
from tutor.dialogue.next_useful import proposed
from tutor.dialogue.routes import beginning, beginning_buttons
from tutor.dialogue.skill_calls import run_card
from tutor.learner import statechart
from tutor.learner.events import Greeted, ProfileChosen, Updated
from tutor.nlu.profiles import profiles_of
from tutor.turn import Shown


async def welcome(dialogue: Dialogue) -> AsyncIterator[Shown]:
    """Who Musa is, the promise, and one question; to whom has answered it, the ways there are."""
    if not dialogue.memory.greeted:
        dialogue.record(Greeted(version=dialogue.version))
    if statechart.can(dialogue.memory.machine, "introduce"):
        dialogue.move("introduce")
    if dialogue.memory.profile:
        yield dialogue.say(beginning(dialogue), buttons=beginning_buttons(dialogue))
        return
    yield dialogue.say(
        "\n\n".join((dialogue.words("chat.welcome"), stays_here(dialogue), beginning(dialogue))),
        buttons=(*beginning_buttons(dialogue), dialogue.button("chat.button.how_do_i_know", "privacy")),
    )


def _found(dialogue: Dialogue) -> dict[str, int]:
    """What there is of the learner's, counted now."""
    return {
        "lessons": len(dialogue.progress.done),
        "texts": len(dialogue.workspace.manifests()),
        "runs": len(dialogue.jobs.list()),
    }


async def choose_profile(dialogue: Dialogue, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """Who the learner is: by a button, or in words (`said`), which may tell several, or none: a name, a greeting."""
    profiles = (args["profile"],) if "profile" in args else profiles_of(str(args["said"]))
    if not profiles:
        greeted = f"{dialogue.varied('chat.pleased')}\n\n{beginning(dialogue)}"
        yield dialogue.say(greeted, buttons=beginning_buttons(dialogue))
        return
    dialogue.record(ProfileChosen(profile=profiles[0], besides=profiles[1:]))
    told = [dialogue.words(f"chat.profile_said.{profile}") for profile in profiles[:2]]
    if "profile" not in args:
        names = " + ".join(dialogue.words(f"chat.profile.{profile}") for profile in profiles[:2])
        told.insert(0, dialogue.words("chat.profile_understood", names=names))
    yield dialogue.say("\n\n".join((*told, beginning(dialogue))), buttons=beginning_buttons(dialogue))


async def welcome_back(dialogue: Dialogue) -> AsyncIterator[Shown]:
    """The page was opened again: where we were, what happened meanwhile, and the step itself."""
    told = []
    if dialogue.memory.version != dialogue.version:
        told.append(dialogue.words("chat.updated", version=dialogue.version, **_found(dialogue)))
        dialogue.record(Updated(version=dialogue.version))
    if dialogue.memory.route is None:
        async for shown in _not_yet_begun(dialogue, told):
            yield shown
        return
    lesson = dialogue.lesson
    told.append(
        dialogue.words("chat.welcome_back", lesson=lesson.title[dialogue.language])
        if lesson
        else dialogue.words("chat.hello_again")
    )
    running = [status for status in dialogue.jobs.list() if status.state in ("running", "interrupted", "paused")]
    told += [
        dialogue.words(f"chat.run_{status.state}", what=run_what(dialogue, status.skill)) for status in running[-1:]
    ]
    useful = None if running else proposed(dialogue)
    told += [useful[0]] if useful else []
    yield dialogue.say(
        "\n\n".join(told), tone="system", blocks=tuple(run_card(dialogue, status.run) for status in running[-1:])
    )
    more = (useful[1],) if useful else ()
    anew = dialogue.memory.answer is None  # a question that was answered is not asked again
    async for shown in model_chat.resume(dialogue) if dialogue.memory.talk else resume(dialogue, anew, more):
        yield shown


async def _not_yet_begun(dialogue: Dialogue, told: list[str]) -> AsyncIterator[Shown]:
    """Opened again before a way was chosen: with what was brought and made already, if there is any."""
    texts = [manifest.name for manifest in dialogue.workspace.manifests()]
    runs = len(dialogue.jobs.list())
    if dialogue.memory.open_item:
        async for shown in resume(dialogue):
            yield shown
    elif not (texts or runs or dialogue.memory.profile):
        async for shown in welcome(dialogue):
            yield shown
    else:
        told.insert(0, dialogue.words("chat.hello_again"))
        if texts:
            names = ", ".join(plain(name) for name in texts[-3:])
            told.append(dialogue.words("chat.here_are.texts", n=len(texts), names=names))
        if runs:
            told.append(dialogue.words("chat.here_are.runs", n=runs))
        mine = (dialogue.button("chat.button.my_things", "my_things"),) if texts or runs else ()
        told.append(beginning(dialogue))
        yield dialogue.say("\n\n".join(told), buttons=(*beginning_buttons(dialogue), *mine))

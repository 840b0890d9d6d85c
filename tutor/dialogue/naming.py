"""A name for one's own model: asked for with a button, then typed. It speaks under it from then on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from skills.errors import UserError
from skills.training.runs import call_it, known_run, known_runs
from tutor.dialogue.context import Dialogue, plain
from tutor.turn import Shown

LONGEST = 40
"""Letters of a name."""


async def ask(dialogue: Dialogue, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """What is typed next is the name of the model of `run`; any button does what it did."""
    try:
        known = known_run(dialogue.workspace, str(args["run"]))
    except UserError as error:
        yield dialogue.error(error, buttons=dialogue.buttons)
        return
    dialogue.naming = known.run
    told = dialogue.words("chat.naming.ask", called=plain(known.called))
    yield dialogue.say(told, tone="system", buttons=dialogue.buttons)


async def take(dialogue: Dialogue, text: str) -> AsyncIterator[Shown]:
    """The name that was typed, or why not that one."""
    assert dialogue.naming is not None
    run, name = dialogue.naming, " ".join(text.split())
    taken = {other.called.casefold() for other in known_runs(dialogue.workspace) if other.run != run}
    if len(name) > LONGEST or name.casefold() in taken:
        told = dialogue.words("chat.naming.taken" if name.casefold() in taken else "chat.naming.long", n=LONGEST)
    else:
        dialogue.naming = None
        call_it(dialogue.workspace.runs / run, name)
        told = dialogue.words("chat.naming.done", called=plain(name))
    yield dialogue.say(told, tone="system", buttons=dialogue.buttons)

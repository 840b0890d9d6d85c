"""One of the learner's texts or models: what it is, what can be done with it, its name, and taking it in hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from tutor.dialogue.context import Dialogue, plain
from tutor.dialogue.open_step import back_button
from tutor.dialogue.skill_calls import CallFailed, Outcome, call, offered, run_card
from tutor.dialogue.things import Thing, button, find_thing, made, rename, things
from tutor.learner.events import ModelTaken
from tutor.turn import Shown

Turn = AsyncIterator[Shown]


async def show(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """What it is, with what can be done. Raises FileMissing."""
    dialogue.move("look_up")
    thing = find_thing(dialogue, str(args["what"]), str(args["id"]))
    yield _page(dialogue, thing)


def _page(dialogue: Dialogue, thing: Thing, told: str = "") -> Shown:
    dialogue.thing = (thing.what, thing.id)
    current = f" {dialogue.words(f'chat.thing.current_{thing.what}')}" if thing.current else ""
    about = dialogue.words(
        "chat.thing.about",
        name=plain(thing.name),
        kind=thing.kind,
        made=made(dialogue, thing),
        size=dialogue.words("chat.size", bytes=thing.bytes),
    )
    acts = [act for act in thing.does if not (act == "use" and thing.current)]
    buttons = [button(dialogue, thing, act, main=act == "open") for act in acts]
    more = (dialogue.button("chat.button.my_things", "my_things"), back_button(dialogue))
    text = "\n\n".join(filter(None, (told, f"{about}{current}")))
    return dialogue.say(text, tone="aside", buttons=(*buttons, *more))


async def open_run(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """What a training found, or the card of a run that is no training, or is not over."""
    thing = find_thing(dialogue, "run", str(args["id"]))
    dialogue.thing = (thing.what, thing.id)
    dialogue.move("look_up")
    if "use" not in thing.does:
        buttons = (button(dialogue, thing, "rename"), button(dialogue, thing, "delete"), back_button(dialogue))
        told = "\n\n".join((plain(thing.name), *_why(dialogue, thing.id)))
        yield dialogue.say(told, tone="aside", blocks=(run_card(dialogue, thing.id),), buttons=buttons)
        return
    async for said in call(dialogue, "compare_runs", {"runs": [thing.id]}):
        if isinstance(said, Outcome):
            more = (back_button(dialogue), button(dialogue, thing, "rename"), *offered(dialogue, said.offers))
            yield dialogue.say("", tone="aside", blocks=said.blocks, buttons=more)
        else:
            yield said


def _why(dialogue: Dialogue, run: str) -> tuple[str, ...]:
    """Why a run failed, and what can be done; its card says only that it did."""
    error = dialogue.jobs.status(run).error
    if error is None:
        return ()
    told = dialogue.words.error(CallFailed(error))
    return (f"{told['what']} {told['why']}", told["next"])


async def use(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """From now on this model is the one that is meant where none is named."""
    thing = find_thing(dialogue, "run", str(args["id"]))
    dialogue.record(ModelTaken(run=thing.id))
    yield _page(dialogue, find_thing(dialogue, "run", thing.id), dialogue.words("chat.thing.taken"))


async def call_it(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """Give a thing the name that was said (`name`), or ask for one. Without an id it is what was last looked at, or
    came last. Raises FileMissing, BadInput."""
    if args.get("file"):
        args = args | {"what": "text", "id": dialogue.workspace.find(args["file"]).id}
    what, id = (str(args["what"]), str(args["id"])) if args.get("id") else _meant(dialogue)
    if not id:
        yield dialogue.say(dialogue.words("chat.thing.nothing"), tone="aside", buttons=dialogue.buttons)
        return
    thing = find_thing(dialogue, what, id)
    if "rename" not in thing.does:
        yield _page(dialogue, thing)
        return
    if not args.get("name"):
        dialogue.naming = (what, id)
        told = dialogue.words("chat.thing.what_name", name=plain(thing.name))
        keep = dialogue.button("chat.thing.keep_name", "thing", args={"what": what, "id": id})
        yield dialogue.say(told, tone="aside", buttons=(keep,))
        return
    name = rename(dialogue, thing, str(args["name"]))
    told = dialogue.words("chat.thing.renamed", before=plain(thing.name), name=plain(name))
    yield _page(dialogue, find_thing(dialogue, what, id), told)


def _meant(dialogue: Dialogue) -> tuple[str, str]:
    """What «it» is: what was last looked at, else what came last of the texts and models."""
    mine = [thing for thing in things(dialogue) if "rename" in thing.does]
    if dialogue.thing in [(thing.what, thing.id) for thing in mine]:
        assert dialogue.thing
        return dialogue.thing
    newest = max(mine, key=lambda thing: thing.at, default=None)
    return (newest.what, newest.id) if newest else ("", "")

"""Deleting what is the learner's: asked once, with what goes along; then done, looked over, and told as it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

from skills.errors import UserError
from skills.export.kept import delete_export, exports_folder
from skills.model.piece_tokenizer import delete_kept
from tutor.dialogue.context import Dialogue, plain
from tutor.dialogue.forgetting import (
    Goes,
    RunGoes,
    about_runs,
    forget_everything,
    forget_runs,
    forget_text,
    forget_what_quotes,
    goes_with,
    goes_with_run,
    known,
    left_of,
    traces_of,
)
from tutor.dialogue.my_data import my_things
from tutor.dialogue.things import find_thing
from tutor.dialogue.written import written_by
from tutor.lm.installed import remove
from tutor.turn import Button, Erased, Forgotten, Shown, Waiting

Turn = AsyncIterator[Shown]


async def delete(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """Delete one thing, or all of the learner's; asked once more before it happens."""
    what, id, name = args["what"], args["id"], args.get("name", "")
    try:
        if what == "run" and not name:
            args = args | {"name": (name := find_thing(dialogue, what, id).name)}
        if not args.get("sure"):
            turn = _ask(dialogue, args)
        elif what == "text":
            turn = _text(dialogue, id, bool(args.get("keep_models")))
        elif what == "run":
            turn = _run(dialogue, id, name)
        elif what == "all":
            turn = _everything(dialogue)
        else:
            turn = _one(dialogue, what, id, name)
        async for shown in turn:
            yield shown
    except UserError as error:
        yield dialogue.error(error, buttons=dialogue.buttons)
    except OSError as error:
        yield dialogue.say(
            dialogue.words("chat.not_deleted", why=plain(str(error))), tone="error", buttons=_again(dialogue, args)
        )


def _again(dialogue: Dialogue, args: dict[str, Any]) -> tuple[Button, ...]:
    return (
        dialogue.button("chat.button.yes_delete", "delete", args=args),
        dialogue.button("chat.button.no_keep", "delete_data", main=True),
    )


async def _ask(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    what, sure = args["what"], {**args, "sure": True}
    yes, no = _again(dialogue, sure)
    told = dialogue.words(f"chat.sure.{what}", name=plain(args.get("name", "")))
    if what == "run":
        runs = about_runs(dialogue, {args["id"]}) - {args["id"]}
        told = " ".join(filter(None, (told, _along(dialogue, Goes(runs=tuple(runs)), "with_run"))))
        told = f"{told}\n\n{dialogue.words('chat.goes.written')}"
    if what == "text":
        goes = goes_with(dialogue, known(dialogue.workspace, args["id"]).id)
        told = "\n\n".join(filter(None, (told, _along(dialogue, goes, "with"), dialogue.words("chat.goes.talk"))))
        if goes.runs:
            keep = dialogue.button("chat.button.keep_models", "delete", args={**sure, "keep_models": True})
            yield dialogue.say(told, tone="system", buttons=(yes, keep, no))
            return
    yield dialogue.say(told, tone="system", buttons=(yes, no))


def _along(dialogue: Dialogue, goes: Goes, how: Literal["with", "went", "with_run", "went_run"]) -> str:
    """What goes with a text, or went, in words; empty if nothing was made of it."""
    counts = (("runs", len(goes.runs)), ("exports", len(goes.exports)), ("tokenizers", len(goes.tokenizers)))
    told = [dialogue.words(f"chat.goes.{what}", n=count) for what, count in counts if count]
    return dialogue.words(f"chat.goes.{how}", what=", ".join(told)) if told else ""


async def _text(dialogue: Dialogue, dataset: str, keep_models: bool) -> Turn:
    """Delete a text; what was made of it goes as well, but for the models if the learner keeps them."""
    workspace = dialogue.workspace
    manifest, goes = known(workspace, dataset), goes_with(dialogue, dataset)
    kept: tuple[Path, ...] = ()
    if keep_models:
        kept = (*(workspace.runs / run for run in goes.runs), *(exports_folder(workspace) / e.id for e in goes.exports))
        goes = Goes(tokenizers=goes.tokenizers)
    yield Waiting(text=dialogue.words("chat.doing.forget"))
    wrote = written_by(workspace, dialogue.store.events(), goes.runs)
    given_away = await asyncio.to_thread(traces_of, workspace, [manifest], wrote)
    forget_what_quotes(dialogue, dataset, given_away, goes)
    yield Forgotten(things=frozenset({dataset, *goes.runs}), traces=given_away)
    forget_text(dialogue, dataset)
    searched, left = await asyncio.to_thread(left_of, workspace.home, given_away, kept)
    told = (
        dialogue.words("chat.deleted.text"),
        _along(dialogue, goes, "went"),
        dialogue.words("chat.goes.kept") if kept else "",
        _found(dialogue, searched, left) if given_away.lines else "",
    )
    yield dialogue.say(" ".join(filter(None, told)), tone="system")
    async for shown in my_things(dialogue):
        yield shown


async def forget_run(dialogue: Dialogue, goes: RunGoes) -> Turn:
    """Delete a run, with the comparisons and exams of it and what its model wrote, wherever that was said. Raises
    OSError."""
    await asyncio.to_thread(forget_runs, dialogue, goes.runs, goes.traces)
    yield Forgotten(things=goes.runs, what="run", traces=goes.traces)


async def _run(dialogue: Dialogue, run: str, name: str) -> Turn:
    workspace = dialogue.workspace
    yield Waiting(text=dialogue.words("chat.doing.forget"))
    goes = await asyncio.to_thread(goes_with_run, dialogue, run)
    async for shown in forget_run(dialogue, goes):
        yield shown
    copies = tuple(exports_folder(workspace) / card.id for card in goes.copies)
    searched, left = await asyncio.to_thread(left_of, workspace.home, goes.traces, copies)
    told = (
        dialogue.words("chat.deleted.run", name=plain(name)),
        _along(dialogue, Goes(runs=tuple(goes.runs - {run})), "went_run"),
        dialogue.words("chat.goes.copies_stay", n=len(copies)) if copies else "",
        _found(dialogue, searched, left) if goes.traces.lines else "",
    )
    yield dialogue.say(" ".join(filter(None, told)), tone="system")
    async for shown in my_things(dialogue):
        yield shown


async def _everything(dialogue: Dialogue) -> Turn:
    workspace = dialogue.workspace
    yield Waiting(text=dialogue.words("chat.doing.forget"))
    given_away = await asyncio.to_thread(traces_of, workspace, workspace.manifests())
    forget_everything(dialogue)
    yield Forgotten(traces=given_away)
    searched, left = await asyncio.to_thread(left_of, workspace.home, given_away)
    found = _found(dialogue, searched, left) if given_away.lines else ""
    yield Erased(text=f"{dialogue.words('chat.deleted.all')} {found}".strip())


def _found(dialogue: Dialogue, searched: int, left: tuple[str, ...]) -> str:
    """What a search of the program's folder found in the end."""
    if left:
        return dialogue.words("chat.searched.left", files=", ".join(f"`{file}`" for file in left), n=len(left))
    return dialogue.words("chat.searched.clean", n=searched)


async def _one(dialogue: Dialogue, what: str, id: str, name: str) -> Turn:
    """Delete a tokenizer, an export or a model."""
    if what == "tokenizer":
        delete_kept(dialogue.workspace, id)
    elif what == "export":
        delete_export(dialogue.workspace, id)
    elif what == "model":
        remove(dialogue.workspace.home, id)
    yield dialogue.say(dialogue.words(f"chat.deleted.{what}", name=plain(name)), tone="system")
    async for shown in my_things(dialogue):
        yield shown

"""The models in the chat: what is here and what each does, which others there are, and who is to talk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

from skills.blocks import Column, Message, Table, msg
from skills.errors import ModelMissing
from tutor.dialogue.context import Dialogue
from tutor.dialogue.open_step import back_button
from tutor.failures import Defect
from tutor.lm.catalogue import Entry, load_catalogue
from tutor.lm.installed import Installed, use
from tutor.lm.llama_check import remembered
from tutor.lm.origin import came_from, origins
from tutor.turn import Shown


async def show(dialogue: Dialogue) -> AsyncIterator[Shown]:
    """Both lists, with a button for each model that is here and could talk but does not."""
    dialogue.move("look_up")
    here = dialogue.models()
    others = [entry for entry in load_catalogue() if entry.name not in {model.name for model in here}]
    blocks = (
        _table("here", [_here(dialogue, model) for model in here]),
        _table("others", [_other(dialogue, entry) for entry in others]),
    )
    able = [model for model in here if "tutor" in model.manifest.roles and "tutor" not in model.plays]
    buttons = [
        dialogue.button("chat.button.let_talk", "use_model", args={"name": model.name}, name=model.manifest.label)
        for model in able
    ]
    words = dialogue.words("chat.models", name=others[0].name if others else "")
    if instead := await _instead(dialogue, here):
        words = f"{words}\n\n{instead}"
    yield dialogue.say(words, tone="aside", blocks=blocks, buttons=(*buttons, back_button(dialogue)))


async def _instead(dialogue: Dialogue, here: Sequence[Installed]) -> str:
    """Why another model talks than the one that should; nothing if it is that one."""
    verdict = remembered(dialogue.workspace.home)
    if verdict and verdict.reason:
        return dialogue.words(f"models.llama.{verdict.reason}")
    chosen = next((model for model in here if "tutor" in model.plays), None)
    with suppress(ModelMissing, Defect):
        if chosen and (await dialogue.worker.talks()).name != chosen.name:
            return dialogue.words("models.no_room", name=chosen.manifest.label, need=chosen.profile.memory_bytes)
    return ""


async def let_talk(dialogue: Dialogue, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """From now on this model is the one that talks; the one that did leaves the memory. Raises ModelMissing."""
    name = str(args["name"])
    use(dialogue.workspace.home, "tutor", name)
    await dialogue.worker.unload()
    yield dialogue.say(dialogue.words("models.command.plays_tutor", name=name), tone="system")
    async for shown in show(dialogue):
        yield shown


def _table(kind: str, rows: list[tuple[Message | str, ...]]) -> Table:
    labels = ("name", "does", "size", "from")
    return Table(
        title=msg(f"chat.models_{kind}"),
        columns=tuple(Column(label=msg(f"chat.column.{label}")) for label in labels),
        rows=tuple(rows),
    )


def _here(dialogue: Dialogue, model: Installed) -> tuple[Message | str, ...]:
    roles = ", ".join(dialogue.words(f"models.role.{role}") for role in model.plays or ("none",))
    size = dialogue.words("chat.size", bytes=model.bytes)
    return model.name, roles, size, came_from(model.manifest)


def _other(dialogue: Dialogue, entry: Entry) -> tuple[Message | str, ...]:
    about = msg(entry.good_for, label=entry.label)
    size = dialogue.words("chat.size", bytes=entry.download)
    return entry.name, about, size, origins(entry, dialogue.words)

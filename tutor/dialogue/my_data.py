"""What is kept of the learner's: where it is and how much room it takes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from skills.blocks import Column, Message, Table, msg
from skills.export.kept import kept as exported
from skills.model.piece_tokenizer import kept, tokenizers_folder
from skills.training.runs import known_runs
from skills.workspace import folder_bytes
from tutor.dialogue.context import Dialogue, stays_here
from tutor.dialogue.open_step import back_button
from tutor.turn import Button, Shown

KEPT = {"texts": "workspace", "runs": "runs", "progress": "learner.db", "chat": "chat", "models": "models"}
"""What is kept, by the message that names it, and where in the home folder."""


async def privacy(dialogue: Dialogue) -> AsyncIterator[Shown]:
    dialogue.move("look_up")
    home = dialogue.workspace.home
    rows: tuple[tuple[Message | str, str, str], ...] = tuple(
        (msg(f"chat.kept.{name}"), str(home / path), dialogue.words("chat.size", bytes=_bytes(home / path)))
        for name, path in KEPT.items()
    )
    table = Table(
        title=msg("chat.kept_table"),
        columns=tuple(Column(label=msg(f"chat.column.{c}")) for c in ("what", "where", "size")),
        rows=rows,
    )
    buttons = (back_button(dialogue), dialogue.button("chat.button.my_things", "delete_data"))
    outside = dialogue.settings.endpoint
    besides = f"{stays_here(dialogue)} {dialogue.words('chat.privacy_besides')}"
    where = besides if outside else dialogue.words("chat.privacy_here")
    told = dialogue.words("chat.privacy", where=where)
    yield dialogue.say(told, tone="aside", blocks=(table,), buttons=buttons)


async def my_things(dialogue: Dialogue) -> AsyncIterator[Shown]:
    """The learner's texts, runs and models with their sizes, each with a button to delete it."""
    dialogue.move("look_up")
    rows: list[tuple[Any, ...]] = []
    buttons = []
    for text in dialogue.workspace.manifests():
        size = folder_bytes(dialogue.workspace.datasets / text.id)
        rows.append((msg("chat.kind.text"), text.name, dialogue.words("chat.size", bytes=size)))
        buttons.append(_delete_button(dialogue, "text", text.id, text.name))
    for status in dialogue.jobs.list():
        size = folder_bytes(dialogue.workspace.runs / status.run)
        name = run_name(dialogue, status.run, status.skill)
        rows.append((msg("chat.kind.run"), name, dialogue.words("chat.size", bytes=size)))
        buttons.append(_delete_button(dialogue, "run", status.run, name))
    for card in kept(dialogue.workspace):
        size = folder_bytes(tokenizers_folder(dialogue.workspace) / card.id)
        rows.append((msg("chat.kind.tokenizer"), card.name, dialogue.words("chat.size", bytes=size)))
        buttons.append(_delete_button(dialogue, "tokenizer", card.id, card.name))
    for export in exported(dialogue.workspace):
        name = dialogue.words("chat.export_name", base=export.base, run=export.run[4:19])
        rows.append((msg("chat.kind.export"), name, dialogue.words("chat.size", bytes=export.bytes)))
        buttons.append(_delete_button(dialogue, "export", export.id, name))
    for model in dialogue.models():
        rows.append((msg("chat.kind.model"), model.name, dialogue.words("chat.size", bytes=model.bytes)))
        if not model.chosen:
            buttons.append(_delete_button(dialogue, "model", model.name, model.name))
    table = Table(
        title=msg("chat.things_table"),
        columns=tuple(Column(label=msg(f"chat.column.{c}")) for c in ("kind", "name", "size")),
        rows=tuple(rows),
        caption=msg("chat.things_caption"),
    )
    buttons.append(dialogue.button("chat.button.models", "models"))
    buttons.append(dialogue.button("chat.button.delete_all", "delete", args={"what": "all", "id": "", "name": ""}))
    buttons.append(back_button(dialogue))
    yield dialogue.say("", tone="aside", blocks=(table,), buttons=tuple(buttons))


async def show_folder(dialogue: Dialogue, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """Open a folder of the home folder, or the one a file is in: never a file, which might be run."""
    path = dialogue.workspace.inside(str(args["path"]))
    folder = path if path.is_dir() else path.parent
    told = "gone" if not path.exists() else "opened" if open_folder(folder) else "shown"
    words = dialogue.words(f"chat.folder.{told}", path=str(folder))
    yield dialogue.say(words, tone="system", buttons=dialogue.buttons or (back_button(dialogue),))


def run_name(dialogue: Dialogue, run: str, skill: str) -> str:
    """What people call a run: a training by its number, as where trainings are listed."""
    known = next((known for known in known_runs(dialogue.workspace) if known.run == run), None)
    if known:
        return dialogue.words("chat.training_name", number=known.number, at=known.at)
    return dialogue.words("chat.run_name", skill=dialogue.words(f"intents.{skill}.label"), run=run[4:19])


def _delete_button(dialogue: Dialogue, what: str, id: str, name: str) -> Button:
    return dialogue.button("chat.button.delete", "delete", args={"what": what, "id": id, "name": name}, name=name)


def _bytes(path: Any) -> int:
    return path.stat().st_size if path.is_file() else folder_bytes(path) if path.is_dir() else 0


def open_folder(folder: Path) -> bool:
    """Ask the file manager to open `folder`, without waiting for it. False where there is none to ask."""
    if sys.platform == "win32":
        os.startfile(folder)  # noqa: S606
        return True
    command = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if command is None:
        return False
    quiet = subprocess.DEVNULL
    subprocess.Popen([command, str(folder)], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    return True

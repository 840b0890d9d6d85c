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
from skills.workspace import folder_bytes
from tutor.dialogue.context import Dialogue, stays_here
from tutor.dialogue.open_step import back_button
from tutor.dialogue.things import Thing, made, things
from tutor.turn import Shown

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
    buttons = (back_button(dialogue), dialogue.button("chat.button.my_things", "my_things"))
    outside = dialogue.settings.endpoint
    besides = f"{stays_here(dialogue)} {dialogue.words('chat.privacy_besides')}"
    where = besides if outside else dialogue.words("chat.privacy_here")
    told = dialogue.words("chat.privacy", where=where)
    yield dialogue.say(told, tone="aside", blocks=(table,), buttons=buttons)


async def my_things(dialogue: Dialogue) -> AsyncIterator[Shown]:
    """The learner's texts and models, each with a button that opens it; the downloaded models after them."""
    dialogue.move("look_up")
    mine = things(dialogue)
    rows: list[tuple[Any, ...]] = [_row(dialogue, thing) for thing in mine]
    buttons = [
        dialogue.button("chat.button.thing", "thing", args={"what": t.what, "id": t.id}, name=t.name) for t in mine
    ]
    for model in dialogue.models():
        size = dialogue.words("chat.size", bytes=model.bytes)
        rows.append((model.manifest.label, msg(f"chat.kind.downloaded.{model.manifest.roles[0]}"), "", size))
        if not model.chosen:
            args = {"what": "model", "id": model.name, "name": model.name}
            buttons.append(dialogue.button("chat.button.delete", "delete", args=args, name=model.manifest.label))
    table = Table(
        title=msg("chat.things_table"),
        columns=tuple(Column(label=msg(f"chat.column.{c}")) for c in ("name", "kind", "made", "size")),
        rows=tuple(rows),
        caption=msg("chat.things_caption"),
    )
    buttons.append(dialogue.button("chat.button.models", "models"))
    buttons.append(dialogue.button("chat.button.delete_all", "delete", args={"what": "all", "id": "", "name": ""}))
    buttons.append(back_button(dialogue))
    yield dialogue.say("", tone="aside", blocks=(table,), buttons=tuple(buttons))


def _row(dialogue: Dialogue, thing: Thing) -> tuple[Any, ...]:
    kind = dialogue.words("chat.thing.in_hand", kind=thing.kind) if thing.current else thing.kind
    return thing.name, kind, made(dialogue, thing), dialogue.words("chat.size", bytes=thing.bytes)


async def show_folder(dialogue: Dialogue, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """Open a folder of the home folder, or the one a file is in: never a file, which might be run."""
    path = dialogue.workspace.inside(str(args["path"]))
    folder = path if path.is_dir() else path.parent
    told = "gone" if not path.exists() else "opened" if open_folder(folder) else "shown"
    words = dialogue.words(f"chat.folder.{told}", path=str(folder))
    yield dialogue.say(words, tone="system", buttons=dialogue.buttons or (back_button(dialogue),))


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

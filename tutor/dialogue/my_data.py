"""What is kept of the learner's: where it is, how much room it takes, and how to delete it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from skills.blocks import Column, Message, Table, msg
from skills.errors import UserError
from skills.export.kept import kept as exported
from skills.model.piece_tokenizer import kept, tokenizers_folder
from skills.training.runs import known_runs
from skills.workspace import folder_bytes
from tutor.dialogue import my_data
from tutor.dialogue.context import Desk, back_button, plain
from tutor.turn import Button, Erased, Shown

KEPT = {"texts": "workspace", "runs": "runs", "progress": "learner.db", "chat": "chat", "models": "models"}
"""What is kept, by the message that names it, and where in the home folder."""


async def privacy(desk: Desk) -> AsyncIterator[Shown]:
    desk.move("look_up")
    home = desk.workspace.home
    rows: tuple[tuple[Message | str, str, str], ...] = tuple(
        (msg(f"chat.kept.{name}"), str(home / path), desk.words("chat.size", bytes=_bytes(home / path)))
        for name, path in KEPT.items()
    )
    table = Table(
        title=msg("chat.kept_table"),
        columns=tuple(Column(label=msg(f"chat.column.{c}")) for c in ("what", "where", "size")),
        rows=rows,
    )
    buttons = (back_button(desk), desk.button("chat.button.my_things", "delete_data"))
    yield desk.say(desk.words("chat.privacy"), tone="aside", blocks=(table,), buttons=buttons)


async def my_things(desk: Desk) -> AsyncIterator[Shown]:
    """The learner's texts, runs and models with their sizes, each with a button to delete it."""
    desk.move("look_up")
    rows: list[tuple[Any, ...]] = []
    buttons = []
    for text in desk.workspace.manifests():
        size = folder_bytes(desk.workspace.datasets / text.id)
        rows.append((msg("chat.kind.text"), text.name, desk.words("chat.size", bytes=size)))
        buttons.append(_delete_button(desk, "text", text.id, text.name))
    for status in desk.jobs.list():
        size = folder_bytes(desk.workspace.runs / status.run)
        name = run_name(desk, status.run, status.skill)
        rows.append((msg("chat.kind.run"), name, desk.words("chat.size", bytes=size)))
        buttons.append(_delete_button(desk, "run", status.run, name))
    for card in kept(desk.workspace):
        size = folder_bytes(tokenizers_folder(desk.workspace) / card.id)
        rows.append((msg("chat.kind.tokenizer"), card.name, desk.words("chat.size", bytes=size)))
        buttons.append(_delete_button(desk, "tokenizer", card.id, card.name))
    for export in exported(desk.workspace):
        name = desk.words("chat.export_name", base=export.base, run=export.run[4:19])
        rows.append((msg("chat.kind.export"), name, desk.words("chat.size", bytes=export.bytes)))
        buttons.append(_delete_button(desk, "export", export.id, name))
    for model in desk.models():
        rows.append((msg("chat.kind.model"), model.name, desk.words("chat.size", bytes=model.bytes)))
        if not model.chosen:
            buttons.append(_delete_button(desk, "model", model.name, model.name))
    table = Table(
        title=msg("chat.things_table"),
        columns=tuple(Column(label=msg(f"chat.column.{c}")) for c in ("kind", "name", "size")),
        rows=tuple(rows),
        caption=msg("chat.things_caption"),
    )
    buttons.append(desk.button("chat.button.delete_all", "delete", args={"what": "all", "id": "", "name": ""}))
    buttons.append(back_button(desk))
    yield desk.say("", tone="aside", blocks=(table,), buttons=tuple(buttons))


async def show_folder(desk: Desk, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """Open a folder of the home folder, or the one a file is in: never a file, which might be run."""
    path = desk.workspace.inside(str(args["path"]))
    folder = path if path.is_dir() else path.parent
    told = "gone" if not path.exists() else "opened" if my_data.show(folder) else "shown"
    words = desk.words(f"chat.folder.{told}", path=str(folder))
    yield desk.say(words, tone="system", buttons=desk.buttons or (back_button(desk),))


def run_name(desk: Desk, run: str, skill: str) -> str:
    """What people call a run: a training by its number, as where trainings are listed."""
    known = next((known for known in known_runs(desk.workspace) if known.run == run), None)
    if known:
        return desk.words("chat.training_name", number=known.number, at=known.at)
    return desk.words("chat.run_name", skill=desk.words(f"intents.{skill}.label"), run=run[4:19])


def _delete_button(desk: Desk, what: str, id: str, name: str) -> Button:
    return desk.button("chat.button.delete", "delete", args={"what": what, "id": id, "name": name}, name=name)


async def delete(desk: Desk, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """Delete one thing, or all of the learner's; asked once more before it happens."""
    what, id, name = args["what"], args["id"], args.get("name", "")
    if what == "run" and not name:
        args = args | {"name": (name := run_name(desk, id, "fine_tune"))}
    if not args.get("sure"):
        yield desk.say(
            desk.words(f"chat.sure.{what}", name=plain(name)),
            tone="system",
            buttons=(
                desk.button("chat.button.yes_delete", "delete", args={**args, "sure": True}),
                desk.button("chat.button.no_keep", "delete_data", main=True),
            ),
        )
        return
    try:
        desk.delete(what, id)
    except (OSError, UserError) as error:
        if isinstance(error, UserError):
            yield desk.error(error, buttons=desk.buttons)
            return
        raise
    told = desk.words(f"chat.deleted.{what}", name=plain(name))
    if what == "all":
        yield Erased(text=told)
        return
    yield desk.say(told, tone="system")
    async for shown in my_things(desk):
        yield shown


def _bytes(path: Any) -> int:
    return path.stat().st_size if path.is_file() else folder_bytes(path) if path.is_dir() else 0


def show(folder: Path) -> bool:
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

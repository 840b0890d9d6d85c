"""What the card beside a text's rows says of them: how they were read, what was left out, what was changed since."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from skills.blocks import Notice, Text
from skills.contract import Language
from skills.dataset.entries import BY_HAND
from skills.errors import UserError
from skills.reading.card import fields_of, has_body, write_card
from skills.reading.left_out import FILE
from skills.workspace import Change, Manifest, Workspace

if TYPE_CHECKING:
    from tutor.words import Words

JOINED = "+"
"""Between the kinds of one cleaning."""


def keep_cards(workspace: Workspace, language: Language) -> None:
    """Write the cards that say nothing yet, or what was so before the last change."""
    for manifest in workspace.manifests():
        folder = workspace.datasets / manifest.id
        with suppress(OSError, UserError):  # a full disk; what was done is done, and the card comes another time
            if not has_body(folder):
                from tutor.words import Words

                write_card(folder, manifest, _body(manifest, folder, workspace, Words(language)))


def _body(manifest: Manifest, folder: Path, workspace: Workspace, words: Words) -> str:
    from skills.load_dataset import result_of

    blocks = result_of(manifest, workspace, known=False).blocks()
    read = " ".join(words(block.message) for block in blocks if isinstance(block, Text))
    told = [words(block.message) for block in blocks if isinstance(block, Notice)]
    kept = [words("data_card.left_out", file=FILE)] if (folder / FILE).exists() else []
    changes = [_change(change, words) for change in manifest.changes]
    fields = [f"`{name}`: {words(f'data_card.fields.{name}')}" for name in fields_of(manifest)]
    parts = [
        f"# {manifest.name}",
        words("data_card.size", n=manifest.rows, documents=manifest.documents, words=manifest.words),
        f"## {words('data_card.titles.read')}\n\n{read}",
        _list([*told, *kept]),
        f"## {words('data_card.titles.changes')}\n\n{_list(changes)}" if changes else "",
        f"## {words('data_card.titles.fields')}\n\n{_list(fields)}",
        f"## {words('data_card.titles.open')}\n\n```python\n{words('data_card.open')}\n```",
        f"## {words('data_card.titles.share')}\n\n{words('data_card.share', rows=manifest.rows_file)}",
    ]
    return "\n\n".join(filter(None, parts))


def _change(change: Change, words: Words) -> str:
    named = [f"clean_dataset.kinds.{kind}.name" for kind in change.kind.split(JOINED)]
    known = [words(id) for id in named if id in words]
    kind = change.kind if change.kind == "mask" or change.kind in BY_HAND else "other"
    what = ", ".join(known) or words(f"data_card.changes.{kind}")
    return words("data_card.changes.rows", what=what, n=change.rows)


def _list(items: list[str]) -> str:
    return "\n".join(f"- {item}" for item in items)

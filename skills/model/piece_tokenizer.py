"""Tokenizers made here of the learner's own texts (SentencePiece): where they are kept, and how they cut.

<home>/workspace/tokenizers/<id>/tokenizer.model   the pieces, in SentencePiece's own format
<home>/workspace/tokenizers/<id>/card.json         its card, written last: without it, unfinished
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from skills.blocks import Frozen, Token
from skills.errors import FileMissing
from skills.workspace import Workspace, given_name, new_id, write_atomic

Kind = Literal["bpe", "unigram"]
MODEL, CARD = "tokenizer.model", "card.json"
SPACE = "▁"
"""How SentencePiece writes a space."""


class PieceCard(Frozen):
    """A tokenizer made here. `dataset`: id of the texts it was made of; `size`: pieces, bytes and all."""

    id: str
    name: str
    dataset: str
    kind: Kind
    size: int
    created: float = Field(default_factory=time.time)


class PieceTokenizer:
    """Cuts text with a SentencePiece model. Lines are cut one by one, as they were learnt, and a line's end is a
    piece of its own; what was never seen is written in bytes, so nothing is lost."""

    def __init__(self, model: bytes) -> None:
        from sentencepiece import SentencePieceProcessor

        self._pieces: Any = SentencePieceProcessor(model_proto=model)
        self._newline = int(self._pieces.piece_to_id("\n"))

    @property
    def size(self) -> int:
        return int(self._pieces.get_piece_size())

    def ids(self, text: str) -> list[int]:
        found: list[int] = []
        for i, line in enumerate(text.split("\n")):
            found += [self._newline] * (i > 0) + self._pieces.encode(line, out_type=int)
        return found

    def count(self, text: str) -> int:
        return len(self.ids(text))

    def tokens(self, text: str) -> list[Token]:
        """How `text` is cut; a byte that is part of a character is shown as �. The space that SentencePiece puts before
        a line is shown only where it is a token of its own."""
        found: list[Token] = []
        for id in self.ids(text):
            shown = self.shown(id)
            begins = not found or found[-1].id == self._newline
            found.append(Token(text=(begins and shown.removeprefix(" ")) or shown, id=id))
        return found

    def shown(self, id: int) -> str:
        """A piece as a person reads it."""
        piece = str(self._pieces.id_to_piece(id))
        if self.is_byte(id):
            byte = int(piece[3:5], 16)
            return chr(byte) if byte < 128 else "\ufffd"
        return piece.replace(SPACE, " ")

    def is_byte(self, id: int) -> bool:
        return bool(self._pieces.is_byte(id))

    def learnt(self) -> list[int]:
        """The pieces that were learnt, in their order: without bytes, line ends and what stands for the unknown."""
        return [id for id in range(self.size) if id != self._newline and not (self.is_byte(id) or self._is_mark(id))]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of `ids`; an id beyond the vocabulary is left out."""
        lines: list[list[int]] = [[]]
        for id in ids:
            if id == self._newline:
                lines.append([])
            elif id < self.size:
                lines[-1].append(id)
        return "\n".join(str(self._pieces.decode(line)) for line in lines)

    def _is_mark(self, id: int) -> bool:
        return bool(self._pieces.is_unknown(id) or self._pieces.is_control(id))


def tokenizers_folder(workspace: Workspace) -> Path:
    return workspace.inside("workspace", "tokenizers")


def keep(workspace: Workspace, dataset: str, name: str, kind: Kind, model: bytes) -> PieceCard:
    """Keep a tokenizer under a new id. Raises DiskFull."""
    size = PieceTokenizer(model).size
    plain = f"{Path(name).stem} {kind} {size}"
    taken = sum(card.name == plain or card.name.startswith(f"{plain} (") for card in kept(workspace))
    shown = f"{plain} ({taken + 1})" if taken else plain
    card = PieceCard(id=new_id("tokenizer"), name=shown, dataset=dataset, kind=kind, size=size)
    folder = tokenizers_folder(workspace) / card.id
    write_atomic(folder / MODEL, model)
    write_atomic(folder / CARD, card.model_dump_json(indent=1))
    return card


def kept(workspace: Workspace) -> list[PieceCard]:
    """Every tokenizer made here, oldest first; a folder without a readable card is unfinished and left out."""
    found = []
    for path in sorted(tokenizers_folder(workspace).glob(f"*/{CARD}")):
        try:
            found.append(PieceCard.model_validate_json(path.read_text("utf-8")))
        except (OSError, ValueError):
            continue
    return sorted(found, key=lambda card: card.created)


def rename_kept(workspace: Workspace, id: str, name: str) -> str:
    """Call a tokenizer otherwise; the name as it is kept. Raises FileMissing, BadInput."""
    path = workspace.one(tokenizers_folder(workspace), id) / CARD
    card = PieceCard.model_validate_json(path.read_text("utf-8")).model_copy(update={"name": given_name(name)})
    write_atomic(path, card.model_dump_json(indent=1))
    return card.name


def open_kept(workspace: Workspace, id: str) -> PieceTokenizer:
    """Raises FileMissing."""
    path = tokenizers_folder(workspace) / id / MODEL
    if not path.is_file():
        raise FileMissing(name=id, known=", ".join(card.name for card in kept(workspace)))
    return PieceTokenizer(path.read_bytes())


def delete_kept(workspace: Workspace, id: str) -> None:
    shutil.rmtree(workspace.one(tokenizers_folder(workspace), id))

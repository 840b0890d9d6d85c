"""The tokenizers at hand: those of the installed models and those made here of the learner's texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

from skills.blocks import Token
from skills.contract import Context, Probe
from skills.errors import BadInput
from skills.model.piece_tokenizer import kept, open_kept
from skills.model.tokenizer import ModelTokenizer
from skills.workspace import read_json

ALL = "all"
WORDS = re.compile(r"\S+")
EDGES = "¡!¿?«»“”\"'‘’()[]{}<>.,;:…—–-*_"


class Cutter(Protocol):
    def tokens(self, text: str) -> list[Token]: ...

    def count(self, text: str) -> int: ...


@dataclass(frozen=True)
class AtHand:
    """A tokenizer: `name` for the learner, `id` of one made here; `context`: how many tokens its model has in view
    at once, None if no model reads with it. `open` reads it from disk."""

    name: str
    sort: Literal["model", "own"]
    open: Callable[[], Cutter]
    context: int | None = None
    id: str = ""


def at_hand(ctx: Context) -> list[AtHand]:
    """All there are: the workbench model's, the other models', then those made here, the newest first."""
    found = [_of_model(name, folder) for name, folder in ctx.tokenizers.items()]
    if ctx.probe is not None:
        profile = ctx.probe.profile
        mine = next((one for one in found if one.name == profile.name), None)
        opened = mine.open if mine else partial(_Probed, ctx.probe)
        found = [one for one in found if one.name != profile.name]
        found.insert(0, AtHand(profile.name, "model", opened, profile.context))
    own = reversed(kept(ctx.workspace))
    return [*found, *(AtHand(card.name, "own", partial(open_kept, ctx.workspace, card.id), id=card.id) for card in own)]


def chosen(found: list[AtHand], names: tuple[str, ...]) -> list[AtHand]:
    """Those called `names` (or with these ids), in that order; the first if there are no names, every one for `all`.

    Raises BadInput for a name that none has.
    """
    if not names or ALL in names:
        return found if names else found[:1]
    picked = [next((one for one in found if name in (one.name, one.id)), None) for name in names]
    for name, one in zip(names, picked, strict=True):
        if one is None:
            raise BadInput(name=name, problem=", ".join(other.name for other in found), kind="tokenizer")
    return [one for one in picked if one is not None]


def words_in(text: str) -> list[str]:
    """What stands between spaces, without the punctuation around it: words, numbers, emoji."""
    return [word for found in WORDS.findall(text) if (word := found.strip(EDGES))]


def count_word(cutter: Cutter, word: str) -> int:
    """Tokens of a word in the middle of a line, with the space before it."""
    return cutter.count(f"a {word}") - cutter.count("a")


def cut_word(cutter: Cutter, word: str) -> list[str]:
    """The pieces of a word in the middle of a line."""
    return [token.text.strip() or token.text for token in cutter.tokens(f"a {word}")[cutter.count("a") :]]


class _Probed:
    """A model that is open, and whose tokenizer is not at hand on its own."""

    def __init__(self, probe: Probe) -> None:
        self.tokens = probe.tokenize

    def count(self, text: str) -> int:
        return len(self.tokens(text))


def _of_model(name: str, folder: Path) -> AtHand:
    try:
        context = int(read_json(folder / "config.json")["max_position_embeddings"])
    except (OSError, ValueError, KeyError):
        context = None
    return AtHand(name, "model", partial(ModelTokenizer, folder), context)

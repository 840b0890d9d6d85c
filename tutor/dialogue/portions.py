"""How much is shown at once: of a result one card and what is said of it; the rest stands behind lines to be opened.

The one rule, for every message: a wall of cards is read by nobody, and what is commented is to be in sight with its
comment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from skills.blocks import Bet, Block, Message, Notice, Text, msg
from tutor.turn import Fold

WORDS = 90
"""What Musa says without the learner doing something, in words; the first sentence of a result does not count."""
SHORT = 30
"""Words up to which the first sentence of a result is shown beside what a lesson says of its card."""
ALWAYS = ("progress", "settings")
"""Cards that are worked with: they are never folded away."""


class Portion(NamedTuple):
    """`open` is shown at once, in this order; each of `folds` is a line to be opened."""

    open: tuple[Block, ...]
    folds: tuple[Fold, ...]


def portion(blocks: Sequence[Block], said: str, words: Callable[[Message], str]) -> Portion:
    """What of `blocks` is shown at once beside the text `said`: the result's first sentence, its first card, warnings,
    what stands before everything else (that it was recorded), and further sentences as long as there are few words.

    Every other card is behind a line with its title, together with the sentences that follow it.
    """
    lead = _lead(blocks)
    shown = {lead, _sentence(blocks, words, bool(said) and lead is not None)}
    room = WORDS - len(said.split())
    opened: list[Block] = []
    folds: list[tuple[Message, list[Block]]] = []
    rest: list[Block] = []
    for i, block in enumerate(blocks):
        if i in shown or _is_label(blocks, i) or isinstance(block, Bet) or block.kind in ALWAYS:
            opened.append(block)
        elif isinstance(block, Text | Notice):
            length = len(words(block.message).split())
            warning = isinstance(block, Notice) and block.level == "warning"
            if warning or not (folds or rest or length > room):
                opened.append(block)
                room -= length
            else:
                (folds[-1][1] if folds else rest).append(block)
        elif folds and words(folds[-1][0]) == words(block.title):
            folds[-1][1].append(block)
        else:
            folds.append((block.title, [block]))
    if rest:
        folds.insert(0, (msg("chat.see_also.rest"), rest))
    return Portion(tuple(opened), tuple(Fold(label=words(title), blocks=tuple(inside)) for title, inside in folds))


def _sentence(blocks: Sequence[Block], words: Callable[[Message], str], commented: bool) -> int | None:
    """The place of the sentence that a result begins with; None if it has none, or a long one that is `commented`."""
    for place, block in enumerate(blocks):
        if isinstance(block, Text):
            return None if commented and len(words(block.message).split()) > SHORT else place
    return None


def _is_label(blocks: Sequence[Block], place: int) -> bool:
    """Whether a notice stands before all that is shown: it says what that is."""
    return isinstance(blocks[place], Notice) and all(isinstance(block, Bet) for block in blocks[:place])


def _lead(blocks: Sequence[Block]) -> int | None:
    """The place of the card that is shown: one that is worked with, or the first."""
    cards = [i for i, block in enumerate(blocks) if not isinstance(block, Text | Notice | Bet)]
    return next((i for i in cards if blocks[i].kind in ALWAYS), cards[0] if cards else None)

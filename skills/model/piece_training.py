"""Learning a vocabulary of pieces from the learner's lines (SentencePiece), and reading what was learnt."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from skills.model.piece_tokenizer import SPACE, Kind, PieceTokenizer

MOST_CHARACTERS = 4_000_000
"""Of more text an even part is learnt from: more would change few pieces and take minutes."""
LINE_BYTES = 4000
"""SentencePiece leaves out lines of more than 4,192 bytes without a word: longer ones are cut at spaces before."""
BYTES = 256
MARKS = 2
"""The piece for the unknown and the one for the end of a line."""


class Sampled(NamedTuple):
    """`lines` to learn from and `heldout` ones, which are not among them; `share` of the text that they are."""

    lines: list[str]
    heldout: list[str]
    share: float


def sample(texts: Iterable[str], heldout: int = 400) -> Sampled:
    """The lines of the texts, every tenth held out (at most `heldout` of them, none that is also learnt from)."""
    lines = [line.strip() for text in texts for line in text.split("\n") if line.strip()]
    characters = sum(map(len, lines))
    every = max(1, -(-characters // MOST_CHARACTERS))
    lines = lines[::every]
    learnt = [line for i, line in enumerate(lines) if i % 10 != 9]
    known = set(learnt)
    others = list(dict.fromkeys(line for line in lines[9::10] if line not in known))
    step = max(1, len(others) // heldout)
    return Sampled(learnt, others[::step][:heldout], 1 / every)


def least(lines: Sequence[str]) -> int:
    """Pieces that there must be: every character, every byte, and the two marks."""
    return len(set().union(*lines) - {" "}) + 1 + BYTES + MARKS


def default_size(lines: Sequence[str]) -> int:
    """Pieces when nobody says how many: more for more text, so that most are seen several times."""
    return min(8000, least(lines) + max(100, sum(map(len, lines)) // 40))


def train(lines: Sequence[str], kind: Kind, size: int) -> bytes:
    """A SentencePiece model with at most `size` pieces, fewer where the text has no more to give.

    `size` must be at least `least(lines)`. Text is taken as it is: no case folding, no normalisation.
    """
    import sentencepiece

    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=_short(lines),
        model_writer=out,
        model_type=kind,
        vocab_size=size,
        hard_vocab_limit=False,
        character_coverage=1.0,
        byte_fallback=True,
        user_defined_symbols=["\n"],
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        bos_id=-1,
        eos_id=-1,
        num_threads=1,
        minloglevel=2,
    )
    return out.getvalue()


def _short(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if len(line.encode()) <= LINE_BYTES:
            yield line
        else:  # a character has at most four bytes
            yield from re.findall(rf"\S.{{0,{LINE_BYTES // 4 - 2}}}(?=\s|$)|\S{{1,{LINE_BYTES // 4}}}", line)


class Join(NamedTuple):
    left: str
    right: str
    piece: str


def first_joins(tokenizer: PieceTokenizer, count: int) -> list[Join]:
    """The first pairs that BPE joined, in order: the commonest pair of neighbours in the text, again and again.

    A piece is made by the first join of two pieces that were there before (Sennrich et al. 2016): applying the
    earlier joins to its characters leaves those two.
    """
    joins: list[Join] = []
    for piece in (tokenizer.shown(id).replace(" ", SPACE) for id in tokenizer.learnt()):
        if len(piece) < 2:
            continue
        parts = list(piece)
        for join in joins:
            parts = _joined(parts, join)
        if len(parts) == 2:
            joins.append(Join(parts[0], parts[1], piece))
        if len(joins) == count:
            break
    return joins


def _joined(parts: Sequence[str], join: Join) -> list[str]:
    found: list[str] = []
    for part in parts:
        if found and (found[-1], part) == (join.left, join.right):
            found[-1] = join.piece
        else:
            found.append(part)
    return found


def longest_pieces(tokenizer: PieceTokenizer, count: int) -> list[str]:
    pieces = sorted((tokenizer.shown(id) for id in tokenizer.learnt()), key=lambda piece: -len(piece.strip()))
    return pieces[:count]

"""The learner's rows as units: each learnt from or held out as a whole, so that nothing measured was trained on."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from skills.dataset.split import Group, Side, draw
from skills.errors import TooLittleText
from skills.workspace import Row, Turn

SIDES: tuple[Side, ...] = ("train", "validation", "test")

MIN_UNITS = 4
"""Two texts to learn from and two to measure on: with fewer there is nothing to say about new text."""
BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")
ENOUGH_UNITS = 8
"""Below this the texts are cut (into paragraphs, then lines) so that some can be held out."""


@dataclass(frozen=True)
class Unit:
    """A document, or a piece of one when there are too few: learnt from or held out as a whole.

    Of a pair, `prompt` is what is asked and `text` the answer. Of a conversation, they are what is asked first and
    all that is answered, and `turns` has it whole.
    """

    text: str
    prompt: str | None = None
    turns: tuple[Turn, ...] | None = None
    row: int | None = field(default=None, compare=False)
    """The row of the data set (from 1) that it comes from."""

    @property
    def key(self) -> str:
        """Equal for texts that differ only in spaces and capitals."""
        said = [turn.content for turn in self.turns] if self.turns else [self.prompt or "", self.text]
        return " ".join(" ".join(said).casefold().split())


@dataclass(frozen=True)
class Split:
    """`heldout` is measured on while training goes on; `test` is kept for the end: nobody looks at it before."""

    train: tuple[Unit, ...]
    heldout: tuple[Unit, ...]
    test: tuple[Unit, ...] = ()


def units(rows: Iterable[Row], name: str = "") -> list[Unit]:
    """The rows as units, in order, empty ones left out. Too few long texts are cut at blank lines, then at lines.

    Raises TooLittleText where fewer than MIN_UNITS can be had.
    """
    made = ((number, _unit(row)) for number, row in enumerate(rows, start=1))
    found = [replace(unit, row=number) for number, unit in made if unit is not None]
    for border in (r"\n\s*\n", r"\n", r"(?<=[.!?…;])\s+"):
        if len(found) >= ENOUGH_UNITS:
            break
        found = [piece for unit in found for piece in _cut(unit, border)]
    if len({unit.key for unit in found}) < MIN_UNITS:
        raise TooLittleText(name=name, have=len({unit.key for unit in found}), need=MIN_UNITS, kind="entries")
    return found


def _unit(row: Row) -> Unit | None:
    if row.turns is not None:
        return talk(row.turns)
    if row.completion is not None and row.completion.strip():
        return Unit(text=row.completion.strip(), prompt=(row.prompt or "").strip() or None)
    text = _bare(row.text or "")
    return Unit(text=text) if text else None


def _bare(text: str) -> str:
    """Without blank lines before it and blanks after it. What its first line is set in by stays, as that of the others
    does: a poem may mean it."""
    return BLANK_LINES.sub("", text).rstrip()


def talk(turns: Sequence[Turn]) -> Unit | None:
    """A conversation up to its last answer; None if nothing is answered in it."""
    said = [Turn(role=turn.role, content=turn.content.strip()) for turn in turns if turn.content.strip()]
    while said and said[-1].role != "assistant":
        said.pop()
    asked = next((turn.content for turn in said if turn.role == "user"), None)
    answers = "\n".join(turn.content for turn in said if turn.role == "assistant")
    return Unit(text=answers, prompt=asked, turns=tuple(said)) if said else None


def _cut(unit: Unit, border: str) -> list[Unit]:
    if unit.prompt is not None or unit.turns is not None:
        return [unit]
    return [replace(unit, text=_bare(piece)) for piece in re.split(border, unit.text) if piece.strip()]


def split(found: Sequence[Unit], share: float = 0.1) -> Split:
    """Hold out `share` of the units, at least two, evenly spaced (of 30: the 10th, 20th and 30th).

    Copies of a text stay on one side: they are placed together, and a held-out text is measured once.
    """
    distinct = list({unit.key: unit for unit in reversed(found)}.values())[::-1]
    groups = [Group((place,), 1.0, unit.key) for place, unit in enumerate(distinct)]
    sides = draw(groups, {"validation": float(max(2, round(len(distinct) * share)))}, seed=None)
    held = {unit.key for unit, side in zip(distinct, sides, strict=True) if side == "validation"}
    return Split(
        train=tuple(unit for unit in found if unit.key not in held),
        heldout=tuple(unit for unit in distinct if unit.key in held),
    )


def split_as_saved(found: Sequence[Unit], sides: Mapping[int, Side]) -> Split:
    """The units on the side on which the learner's own split has their rows: `sides` of rows, from 1.

    Nothing is learnt from what is kept for the test. Where nothing was kept for validation, a part of what is for
    training is held out, as without a split. A text that is on two sides is not learnt from.
    """
    on = {side: [unit for unit in found if unit.row is not None and sides.get(unit.row) == side] for side in SIDES}
    if not on["validation"]:
        parts = split(on["train"])
        on = {**on, "train": list(parts.train), "validation": list(parts.heldout)}
    test = {unit.key: unit for unit in on["test"]}
    heldout = {unit.key: unit for unit in on["validation"] if unit.key not in test}
    apart = test.keys() | heldout.keys()
    train = tuple(unit for unit in on["train"] if unit.key not in apart)
    return Split(train=train, heldout=tuple(heldout.values()), test=tuple(test.values()))


def shuffled_words(unit: Unit, seed: int) -> Unit:
    """The same words in another order: what is left of a text when its order is taken away."""
    words = unit.text.split()
    random.Random(f"{seed} {unit.text}").shuffle(words)
    return Unit(text=" ".join(words), prompt=unit.prompt)


def in_one_line(unit: Unit) -> Unit:
    """The text with single spaces only, so that it differs from `shuffled_words` in the order alone."""
    return Unit(text=" ".join(unit.text.split()), prompt=unit.prompt)


def data_digest(found: Sequence[Unit]) -> str:
    """SHA-256 of the texts in their order."""
    digest = hashlib.sha256()
    for unit in found:
        digest.update(f"{unit.prompt}\x00{unit.text}\x01".encode())
    return digest.hexdigest()

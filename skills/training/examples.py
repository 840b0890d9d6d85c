"""The learner's rows as training examples: what the model reads, what it is graded on, what is kept apart."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from skills.dataset.split import Group, Side, draw
from skills.errors import TooLittleText
from skills.model.tokenizer import ModelTokenizer
from skills.workspace import Row, Turn

Long = Literal["split", "drop", "raise"]
"""What becomes of a text longer than an example may be: cut into several, left out, or longer examples for all."""

Graded = Literal["answers", "everything"]
"""What of a conversation the model has to guess: its answers, or what is asked as well. A text alone always whole."""

SIDES: tuple[Side, ...] = ("train", "validation", "test")

READ, TEXT, END = 0, 1, 2
"""What a token is: only read; text the model is graded on; a mark that ends the text, graded as well."""

MIN_UNITS = 4
"""Two texts to learn from and two to measure on: with fewer there is nothing to say about new text."""
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
class Example:
    """Token ids and what each is (READ, TEXT, END); `characters` that the TEXT tokens cover."""

    ids: tuple[int, ...]
    kinds: tuple[int, ...]
    characters: int

    def __len__(self) -> int:
        return len(self.ids)


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
        return _talk(row.turns)
    if row.completion is not None and row.completion.strip():
        return Unit(text=row.completion.strip(), prompt=(row.prompt or "").strip() or None)
    text = (row.text or "").strip()
    return Unit(text=text) if text else None


def _talk(turns: Sequence[Turn]) -> Unit | None:
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
    return [replace(unit, text=piece.strip()) for piece in re.split(border, unit.text) if piece.strip()]


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


# --- from texts to tokens ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fitted:
    """The units that examples are made from, and the tokens of the longest example.

    `longer`: how many of all units were longer than was asked for; `longest`: tokens of the longest of them (0 if none
    was measured); `cut`: how many are cut into several examples.
    """

    units: tuple[Unit, ...]
    length: int
    longer: int
    longest: int
    cut: int


def fit(found: Sequence[Unit], tokenizer: ModelTokenizer, length: int, long: Long, most: int, name: str = "") -> Fitted:
    """What becomes of the units that are longer than `length` tokens; examples are never made longer than `most`.

    Raises TooLittleText, for the data set `name`, where hardly any are left.
    """
    sizes = [0 if _short(unit, length) else len(whole(unit, tokenizer)) for unit in found]
    longer, longest = sum(size > length for size in sizes), max(sizes)
    if long == "raise":
        length = max(length, min(longest, most))
        return Fitted(tuple(found), length, longer, longest, sum(size > length for size in sizes))
    kept = [unit for unit, size in zip(found, sizes, strict=True) if size <= length or long == "split"]
    distinct = len({unit.key for unit in kept})
    if distinct < MIN_UNITS:
        raise TooLittleText(name=name, have=distinct, need=MIN_UNITS, kind="entries")
    return Fitted(tuple(kept), length, longer, longest, 0 if long == "drop" else longer)


def _short(unit: Unit, length: int) -> bool:
    """Whether a text surely fits: a token has at least one byte, and a text gets three more at most (a start, an end,
    and the space that some tokenizers put before it). Saves cutting what need not be cut to know."""
    return unit.prompt is None and unit.turns is None and len(unit.text.encode()) + 3 <= length


def examples(
    found: Iterable[Unit], tokenizer: ModelTokenizer, length: int, graded: Graded = "answers"
) -> list[Example]:
    """Each unit as one example, or as several of at most `length` tokens: nothing is cut off."""
    return [example for unit in found for example in pieces(unit, tokenizer, length, graded)]


def pieces(unit: Unit, tokenizer: ModelTokenizer, length: int, graded: Graded = "answers") -> list[Example]:
    """A unit as one example, or as several: a conversation is cut after an answer, anything else at a line or a word
    where there is one."""
    made = whole(unit, tokenizer, graded)
    if len(made) <= length:
        return [made]
    if unit.turns is not None and len(parts := _exchanges(unit.turns, tokenizer, length)) > 1:
        return [example for part in parts for example in pieces(part, tokenizer, length, graded)]
    return _windows(made, tokenizer, length)


def whole(unit: Unit, tokenizer: ModelTokenizer, graded: Graded = "answers") -> Example:
    """A unit as one example, however long."""
    if unit.turns is not None:
        return _conversation(unit.turns, tokenizer, graded)
    if unit.prompt is not None:
        pair = Turn(role="user", content=unit.prompt), Turn(role="assistant", content=unit.text)
        return _conversation(pair, tokenizer, graded)
    ids = tokenizer.ids(unit.text)
    return Example((tokenizer.start, *ids, tokenizer.end), (READ, *[TEXT] * len(ids), END), len(unit.text))


def _windows(made: Example, tokenizer: ModelTokenizer, length: int) -> list[Example]:
    """An example cut into several of at most `length` tokens. The first token of each is only read; a part in which
    nothing is graded (of a long question) is left out."""
    found, begin = [], 0
    while begin < len(made):
        # two tokens stay for the last part, so that the end mark has one before it
        most = min(begin + length, len(made) - 2)
        end = len(made) if begin + length >= len(made) else _border(made, tokenizer, begin, most)
        ids, kinds = made.ids[begin:end], (READ, *made.kinds[begin + 1 : end])
        if any(kind != READ for kind in kinds):
            text = [id for id, kind in zip(ids, kinds, strict=True) if kind == TEXT]
            found.append(Example(ids, kinds, len(tokenizer.decode(text))))
        begin = end
    return found


def _border(made: Example, tokenizer: ModelTokenizer, begin: int, end: int) -> int:
    """Where to cut between `begin` and `end`: after the last line break in the graded text of the second half, else
    before a space in it, else at `end`."""
    half = begin + (end - begin) // 2
    graded = [at for at in range(end, half, -1) if made.kinds[at - 1] == TEXT]
    shown = {at: tokenizer.piece(made.ids[at - 1]) for at in graded}
    for at, text in shown.items():
        if "\n" in text:
            return at
    return next((max(at - 1, half) for at, text in shown.items() if " " in text), end)


def _conversation(turns: Sequence[Turn], tokenizer: ModelTokenizer, graded: Graded = "answers") -> Example:
    """A conversation in the model's own chat form: every answer and the mark that ends it are graded, the rest read;
    of everything, what is asked is graded as well.

    A model without a chat form, or whose form has no place for this order of turns, gets the turns one after the
    other, each answer ended as a text is.
    """
    from jinja2.exceptions import TemplateError

    roles = ("assistant", "user") if graded == "everything" else ("assistant",)
    characters = sum(len(turn.content) for turn in turns if turn.role in roles)
    try:
        if not tokenizer.chats:
            raise TemplateError
        said = tokenizer.conversation([turn.model_dump() for turn in turns], answering=False)
    except TemplateError:
        return _bare(turns, tokenizer, roles, characters)
    kinds: list[int] = []
    answered = False
    for turn, control in zip(said.turns, said.control, strict=True):
        kinds.append(TEXT if turn is not None and turns[turn].role in roles else READ)
        if kinds[-1] == TEXT or turn is not None:
            answered = kinds[-1] == TEXT
        elif control and answered:
            kinds[-1], answered = END, False
    last = max((i for i, kind in enumerate(kinds) if kind != READ), default=-1) + 1
    ids, kinds = said.ids[:last], kinds[:last]
    if kinds and kinds[-1] == TEXT:
        ids, kinds = [*ids, tokenizer.end], [*kinds, END]
    return Example(tuple(ids), tuple(kinds), characters)


def _bare(turns: Sequence[Turn], tokenizer: ModelTokenizer, roles: Sequence[str], characters: int) -> Example:
    ids, kinds = [tokenizer.start], [READ]
    for turn in turns:
        if turn.role == "assistant":
            coded = tokenizer.ids(turn.content)
            ids += [*coded, tokenizer.end]
            kinds += [*[TEXT] * len(coded), END]
        else:
            coded = tokenizer.ids(f"{turn.content}\n")
            ids += coded
            kinds += [TEXT if turn.role in roles else READ] * len(coded)
    return Example(tuple(ids), tuple(kinds), characters)


def _exchanges(turns: Sequence[Turn], tokenizer: ModelTokenizer, length: int) -> list[Unit]:
    """A conversation cut after answers, as much in each part as fits; what the system says opens every part."""
    system = [turn for turn in turns[:1] if turn.role == "system"]
    parts: list[list[Turn]] = [[]]
    exchange: list[Turn] = []
    for turn in turns[len(system) :]:
        exchange.append(turn)
        if turn.role != "assistant":
            continue
        together = [*parts[-1], *exchange]
        if parts[-1] and len(_conversation([*system, *together], tokenizer)) > length:
            parts.append(exchange)
        else:
            parts[-1] = together
        exchange = []
    return [unit for part in parts if (unit := _talk([*system, *part])) is not None]


@dataclass(frozen=True)
class Material:
    """What is learnt from, measured on and continued. `known`: a part of `train`, about as long as `heldout`;
    `prompts`: (words, token ids) of the frozen prompts."""

    train: Sequence[Example]
    known: Sequence[Example]
    heldout: Sequence[Example]
    prompts: Sequence[tuple[str, list[int]]]

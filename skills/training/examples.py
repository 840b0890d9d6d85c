"""Units as training examples: token ids with their loss mask, which says what is only read and what is supervised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from skills.errors import TooLittleText
from skills.model.tokenizer import ModelTokenizer
from skills.training.units import MIN_UNITS, Unit, talk
from skills.workspace import Turn

Long = Literal["split", "drop", "raise"]
"""What becomes of a text longer than an example may be: cut into several, left out, or longer examples for all."""

Supervised = Literal["answers", "everything"]
"""What of a conversation the loss counts: its answers, or what is asked as well. A text alone always whole."""

READ, TEXT, END = 0, 1, 2
"""What a token is (the loss mask): only read; text, supervised; a mark that ends the text, supervised as well."""


@dataclass(frozen=True)
class Example:
    """Token ids and the loss mask, `kinds` (READ, TEXT, END); `characters` that the TEXT tokens cover."""

    ids: tuple[int, ...]
    kinds: tuple[int, ...]
    characters: int

    def __len__(self) -> int:
        return len(self.ids)


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
    found: Iterable[Unit], tokenizer: ModelTokenizer, length: int, supervised: Supervised = "answers"
) -> list[Example]:
    """Each unit as one example, or as several of at most `length` tokens: nothing is cut off."""
    return [example for unit in found for example in pieces(unit, tokenizer, length, supervised)]


def pieces(unit: Unit, tokenizer: ModelTokenizer, length: int, supervised: Supervised = "answers") -> list[Example]:
    """A unit as one example, or as several: a conversation is cut after an answer, anything else at a line or a word
    where there is one."""
    made = whole(unit, tokenizer, supervised)
    if len(made) <= length:
        return [made]
    if unit.turns is not None and len(parts := _exchanges(unit.turns, tokenizer, length)) > 1:
        return [example for part in parts for example in pieces(part, tokenizer, length, supervised)]
    return _windows(made, tokenizer, length)


def whole(unit: Unit, tokenizer: ModelTokenizer, supervised: Supervised = "answers") -> Example:
    """A unit as one example, however long."""
    if unit.turns is not None:
        return _conversation(unit.turns, tokenizer, supervised)
    if unit.prompt is not None:
        pair = Turn(role="user", content=unit.prompt), Turn(role="assistant", content=unit.text)
        return _conversation(pair, tokenizer, supervised)
    ids = tokenizer.ids(unit.text)
    return Example((tokenizer.start, *ids, tokenizer.end), (READ, *[TEXT] * len(ids), END), len(unit.text))


def _windows(made: Example, tokenizer: ModelTokenizer, length: int) -> list[Example]:
    """An example cut into several of at most `length` tokens. The first token of each is only read; a part in which
    nothing is supervised (of a long question) is left out."""
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
    """Where to cut between `begin` and `end`: after the last line break in the supervised text of the second half, else
    before a space in it, else at `end`."""
    half = begin + (end - begin) // 2
    supervised = [at for at in range(end, half, -1) if made.kinds[at - 1] == TEXT]
    shown = {at: tokenizer.piece(made.ids[at - 1]) for at in supervised}
    for at, text in shown.items():
        if "\n" in text:
            return at
    return next((max(at - 1, half) for at, text in shown.items() if " " in text), end)


def _conversation(turns: Sequence[Turn], tokenizer: ModelTokenizer, supervised: Supervised = "answers") -> Example:
    """A conversation in the model's own chat form: every answer and the mark that ends it are supervised, the rest
    is only read; of everything, what is asked is supervised as well.

    A model without a chat form, or whose form has no place for this order of turns, gets the turns one after the
    other, each answer ended as a text is.
    """
    from jinja2.exceptions import TemplateError

    roles = ("assistant", "user") if supervised == "everything" else ("assistant",)
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
    return [unit for part in parts if (unit := talk([*system, *part])) is not None]


@dataclass(frozen=True)
class Material:
    """What is learnt from, measured on and continued. `known`: a part of `train`, about as long as `heldout`;
    `prompts`: (words, token ids) of the frozen prompts."""

    train: Sequence[Example]
    known: Sequence[Example]
    heldout: Sequence[Example]
    prompts: Sequence[tuple[str, list[int]]]

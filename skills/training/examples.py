"""The learner's rows as training examples: what the model reads, what it is graded on, what is kept apart."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from skills.contract import TooLittleText
from skills.workspace import Row

READ, TEXT, END = 0, 1, 2
"""What a token is: only read; text the model is graded on; a mark that ends the text, graded as well."""

MIN_UNITS = 4
"""Two texts to learn from and two to measure on: with fewer there is nothing to say about new text."""
ENOUGH_UNITS = 8
"""Below this the texts are cut (into paragraphs, then lines) so that some can be held out."""


@dataclass(frozen=True)
class Unit:
    """A document, or a piece of one when there are too few: learnt from or held out as a whole."""

    text: str
    prompt: str | None = None

    @property
    def key(self) -> str:
        """Equal for texts that differ only in spaces and capitals."""
        return " ".join(f"{self.prompt or ''} {self.text}".casefold().split())


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
    train: tuple[Unit, ...]
    heldout: tuple[Unit, ...]


def units(rows: Iterable[Row], name: str = "") -> list[Unit]:
    """The rows as units, in order, empty ones left out. Too few long texts are cut at blank lines, then at lines.

    Raises TooLittleText where fewer than MIN_UNITS can be had.
    """
    found = [unit for row in rows if (unit := _unit(row)) is not None]
    for border in (r"\n\s*\n", r"\n", r"(?<=[.!?…;])\s+"):
        if len(found) >= ENOUGH_UNITS:
            break
        found = [piece for unit in found for piece in _cut(unit, border)]
    if len({unit.key for unit in found}) < MIN_UNITS:
        raise TooLittleText(name=name, have=len({unit.key for unit in found}), need=MIN_UNITS, kind="entries")
    return found


def _unit(row: Row) -> Unit | None:
    if row.completion is not None and row.completion.strip():
        return Unit(text=row.completion.strip(), prompt=(row.prompt or "").strip() or None)
    text = (row.text or "").strip()
    return Unit(text=text) if text else None


def _cut(unit: Unit, border: str) -> list[Unit]:
    if unit.prompt is not None:
        return [unit]
    return [Unit(text=piece.strip()) for piece in re.split(border, unit.text) if piece.strip()]


def split(found: Sequence[Unit], share: float = 0.1) -> Split:
    """Hold out `share` of the units, at least two, evenly spaced (of 30: the 10th, 20th and 30th).

    Copies of a text stay on one side: they are placed together, and a held-out text is measured once.
    """
    distinct = list({unit.key: unit for unit in reversed(found)}.values())[::-1]
    count = max(2, round(len(distinct) * share))
    held = {distinct[(i + 1) * len(distinct) // count - 1].key for i in range(count)}
    return Split(
        train=tuple(unit for unit in found if unit.key not in held),
        heldout=tuple(unit for unit in distinct if unit.key in held),
    )


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


def examples(found: Iterable[Unit], tokenizer: Any, length: int) -> list[Example]:
    """Each unit as one example, or as several of at most `length` tokens: nothing is cut off."""
    return [
        example
        for unit in found
        for example in (_pair(unit, tokenizer, length) if unit.prompt else _plain(unit.text, tokenizer, length))
    ]


def start_id(tokenizer: Any) -> int:
    """The token before the first of a text, so that the first is graded too.

    `<|endoftext|>` separates documents in the pretraining of the models that have it; the beginning-of-sequence
    token of some chat models (SmolLM2) opens a chat turn, and would announce something else than a text.
    """
    id = tokenizer.convert_tokens_to_ids("<|endoftext|>")
    if id is not None and id != tokenizer.unk_token_id:
        return int(id)
    return int(tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id)


def _plain(text: str, tokenizer: Any, length: int) -> list[Example]:
    """start + text + end. A long text goes into pieces that end at a line or a word where there is one."""
    coded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    ids, offsets = list(coded["input_ids"]), list(coded["offset_mapping"])
    made, begin = [], 0
    while begin < len(ids):
        first = begin == 0
        end = begin + length - 1 if first else begin + length
        last = end + 1 > len(ids)
        end = len(ids) if last else _border(text, offsets, begin, end)
        graded = begin if first else begin + 1
        characters = offsets[end - 1][1] - offsets[graded][0] if graded < end else 0
        head = [start_id(tokenizer)] if first else []
        tail = [tokenizer.eos_token_id] if last else []
        kinds = [READ, *[TEXT] * (end - graded), *[END] * len(tail)]
        made.append(Example(tuple(head + ids[begin:end] + tail), tuple(kinds), characters))
        begin = end
    return made


def _border(text: str, offsets: Sequence[tuple[int, int]], begin: int, end: int) -> int:
    """Where to cut `offsets[begin:end]`: after the last line break in its second half, else before a space, else
    at `end`."""
    half = begin + (end - begin) // 2
    for mark in ("\n", " "):
        for at in range(end, half, -1):
            if mark in text[offsets[at - 1][0] : offsets[at - 1][1]]:
                return at if mark == "\n" else max(at - 1, half)
    return end


def _pair(unit: Unit, tokenizer: Any, length: int) -> list[Example]:
    """A question and its answer in the model's own chat form; only the answer and its end are graded.

    An answer too long for one example is learnt as plain text after it.
    """
    assert unit.prompt is not None
    if tokenizer.chat_template is None:
        head = [start_id(tokenizer), *_ids(f"{unit.prompt}\n", tokenizer)]
    else:
        turn = [{"role": "user", "content": unit.prompt}]
        head = _ids(tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True), tokenizer)
    answer = _ids(unit.text, tokenizer)
    if len(head) + len(answer) + 1 > length:
        return _plain(f"{unit.prompt}\n{unit.text}", tokenizer, length)
    ids = [*head, *answer, tokenizer.eos_token_id]
    return [Example(tuple(ids), (*[READ] * len(head), *[TEXT] * len(answer), END), len(unit.text))]


def _ids(text: str, tokenizer: Any) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

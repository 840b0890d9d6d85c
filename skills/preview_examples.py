"""What the model will see of the learner's text, before any training: the very examples that training uses."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from skills.blocks import Block, Cell, Column, Frozen, Notice, Offer, Table, Text, Token, Tokens, msg
from skills.contract import Context, Inputs, Result, Skill
from skills.errors import ModelMissing
from skills.model.base import base_name
from skills.model.tokenizer import ModelTokenizer
from skills.training.data import TrainingTexts, read_texts
from skills.training.examples import END, READ, TEXT, Example, Long
from skills.training.units import Unit

SHOWN = 2
"""Examples shown at a time."""
MOST_TOKENS = 400
"""Tokens shown of one example; what a longer one goes on with is counted."""
CHOICES: tuple[Long, ...] = ("split", "drop", "raise")

Form = Literal["plain", "chat", "bare"]
"""A text alone; a conversation through the model's chat template; a conversation for a model that has none."""


class PreviewInputs(Inputs):
    """`length` and `long` mean what they mean for `fine_tune`; `first` is the number of the first example shown."""

    file: str | None = Field(None, description="preview_examples.fields.file")
    length: int = Field(256, ge=16, le=4096, description="preview_examples.fields.length")
    long: Long = Field("split", description="preview_examples.fields.long")
    first: int = Field(1, ge=1, description="preview_examples.fields.first")


class SeenExample(Frozen):
    """One example: its number among those that are learnt from, counted from 1. `part`: it does not end its text."""

    number: int
    tokens: tuple[Token, ...]
    graded: int
    read: int
    part: bool


class PreviewResult(Result):
    """Counts of the examples that are learnt from.

    `texts`: all pieces of text, `heldout_texts` of them kept apart for measuring. `graded`, `ends`, `read`: tokens of
    text that the model must guess, marks of an end that it must guess, tokens that it only reads. `longer`: pieces
    longer than `asked` tokens, the longest of `longest`; `cut`: how many of them are cut into several examples;
    `length`: tokens of the longest example allowed now. `following`: the first example after those that are shown.
    """

    dataset: str
    name: str
    model: str
    form: Form
    long: Long
    asked: int
    length: int
    texts: int
    heldout_texts: int
    examples: int
    heldout_examples: int
    graded: int
    ends: int
    read: int
    longest_example: int
    longer: int
    longest: int
    cut: int
    following: int | None
    seen: tuple[SeenExample, ...]

    def blocks(self) -> tuple[Block, ...]:
        said = msg(
            f"preview_examples.form.{self.form}",
            name=self.name, model=self.model, texts=self.texts, heldout=self.heldout_texts, n=self.examples,
        )  # fmt: skip
        return (Text(message=said), *self._longer(), *map(self._example, self.seen), self._table())

    def _longer(self) -> tuple[Block, ...]:
        if not self.longer:
            return ()
        values = {
            "n": self.longer, "of": self.texts + (self.longer if self.long == "drop" else 0), "asked": self.asked,
            "longest": self.longest, "length": self.length, "cut": self.cut,
        }  # fmt: skip
        done: str = self.long
        if self.long == "raise":
            done = "raise_part" if self.cut else "raise_all"
        elif self.long == "split" and self.form != "plain":
            done = "split_talk"
        return (Notice(level="warning", message=msg(f"preview_examples.longer.{done}", **values)),)

    def _example(self, seen: SeenExample) -> Tokens:
        whole = seen.graded + seen.read
        more = "cut" if len(seen.tokens) < whole else "part" if seen.part else "whole"
        return Tokens(
            title=msg("preview_examples.example", number=seen.number, total=self.examples),
            tokenizer=self.model,
            tokens=seen.tokens,
            caption=msg(
                f"preview_examples.caption.{more}",
                n=seen.graded, read=seen.read, whole=whole, shown=len(seen.tokens),
            ),
        )  # fmt: skip

    def _table(self) -> Table:
        counts: tuple[tuple[str, Cell], ...] = (
            ("learnt", self.examples), ("heldout", self.heldout_examples), ("graded", self.graded),
            ("ends", self.ends), ("read", self.read), ("longest", self.longest_example), ("longer", self.longer),
        )  # fmt: skip
        return Table(
            title=msg("preview_examples.table.title"),
            columns=(
                Column(label=msg("preview_examples.table.what")),
                Column(label=msg("preview_examples.table.count"), numeric=True),
            ),
            rows=tuple((msg(f"preview_examples.table.{key}", asked=self.asked), count) for key, count in counts),
            caption=msg("preview_examples.table.caption"),
        )

    def offers(self) -> tuple[Offer, ...]:
        same = {"file": self.dataset, "length": self.asked}
        others = [choice for choice in CHOICES if self.longer and choice != self.long]
        found = [
            Offer(
                label=msg(f"preview_examples.offer.{choice}", n=self.longer),
                skill="preview_examples",
                inputs=same | {"long": choice},
            )
            for choice in others
        ]
        if self.following is not None:
            more = same | {"long": self.long, "first": self.following}
            found.append(Offer(label=msg("preview_examples.offer.more"), skill="preview_examples", inputs=more))
        train = same | {"long": self.long}
        return (*found, Offer(label=msg("preview_examples.offer.train"), skill="fine_tune", inputs=train))


def run(inputs: PreviewInputs, ctx: Context) -> PreviewResult:
    """Raises FileMissing, TooLittleText, ModelMissing."""
    if ctx.weights is None:
        raise ModelMissing(model="workbench")
    texts = read_texts(ctx, ctx.weights, inputs.file, inputs.length, inputs.long)
    train, heldout, fitted = texts.material.train, texts.material.heldout, texts.fitted
    kinds = [kind for example in train for kind in example.kinds]
    numbers, following = _numbers(texts, inputs.first)
    return PreviewResult(
        dataset=texts.manifest.id,
        name=texts.manifest.name,
        model=base_name(ctx.weights),
        form=_form(fitted.units, texts.tokenizer),
        long=inputs.long,
        asked=inputs.length,
        length=fitted.length,
        texts=len(fitted.units),
        heldout_texts=len(texts.split.heldout),
        examples=len(train),
        heldout_examples=len(heldout),
        graded=kinds.count(TEXT),
        ends=kinds.count(END),
        read=kinds.count(READ),
        longest_example=max(len(example) for example in train),
        longer=fitted.longer,
        longest=fitted.longest,
        cut=fitted.cut,
        following=following,
        seen=tuple(_seen(texts, number) for number in numbers),
    )


def _form(found: tuple[Unit, ...], tokenizer: ModelTokenizer) -> Form:
    if not any(unit.prompt or unit.turns for unit in found):
        return "plain"
    return "chat" if tokenizer.chats else "bare"


def _numbers(texts: TrainingTexts, first: int) -> tuple[list[int], int | None]:
    """Which examples to show, counted from 1, and which would come after: some from `first` on; from the beginning
    on, a part of a text that was cut among them."""
    train = texts.material.train
    first = min(first, len(train))
    after = min(first + SHOWN, len(train) + 1)
    numbers = list(range(first, after))
    parts = (number for number, example in enumerate(train, 1) if example.kinds[-1] != END)
    if first == 1 and (part := next(parts, 0)) >= after:
        numbers.append(part)
    return numbers, after if after <= len(train) else None


def _seen(texts: TrainingTexts, number: int) -> SeenExample:
    example: Example = texts.material.train[number - 1]
    tokens = [
        Token(text=texts.tokenizer.piece(id), id=id, graded=kind != READ)
        for id, kind in zip(example.ids, example.kinds, strict=True)
    ]
    read = example.kinds.count(READ)
    return SeenExample(
        number=number,
        tokens=tuple(tokens[:MOST_TOKENS]),
        graded=len(tokens) - read,
        read=read,
        part=example.kinds[-1] != END,
    )


SKILL = Skill("preview_examples", PreviewInputs, run, needs=frozenset({"weights"}))

"""Shows a text, or a file, as the pieces that models read: how each tokenizer cuts it, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, field_validator

from skills.blocks import Block, Cell, Column, Frozen, Notice, Offer, Scalar, Table, Token, Tokens, msg
from skills.contract import Context, Inputs, Result, Skill
from skills.errors import BadInput, ModelMissing, TooLittleText
from skills.model.tokenizers import ALL, Cutter, at_hand, chosen, count_word, cut_word, words_in
from skills.texts.sentences import words
from skills.workspace import Row

SHOWN = 300
"""Tokens that are shown; a longer text is counted whole and shown up to here."""
SHOWN_EACH = 120
"""The same, of each tokenizer when several are compared."""
DRAWN = 3
"""Tokenizers whose cuts are drawn; the others are in the table."""
WORDS_WEIGHED = 5000
CHARACTERS_A_TOKEN = 40
"""More than any token but a freak has: what is shown can be cut from the beginning of a long text."""
MOST_COMPARED = 1_000_000
"""Characters: of a longer text, several tokenizers are compared on an even part."""
DEAREST = 8
SAMPLES = Path(__file__).parent / "prompts" / "tokenize_text.yaml"


class TokenizeInputs(Inputs):
    """A text, or the name of a file that was loaded; the newest file if neither is given.

    `beside`: another text to set beside it, such as the same in another language. `tokenizers`: names of those to
    compare, `all` for every one there is; only the workbench model's if none is named.
    """

    text: str | None = Field(None, max_length=200_000, description="tokenize_text.fields.text")
    file: str | None = Field(None, description="tokenize_text.fields.file")
    beside: str | None = Field(None, max_length=200_000, description="tokenize_text.fields.beside")
    tokenizers: tuple[str, ...] = Field((), max_length=12, description="tokenize_text.fields.tokenizers")

    @field_validator("tokenizers", mode="before")
    @classmethod
    def _one(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given


class Cut(Frozen):
    """A text as one tokenizer cuts it: `count` tokens of the whole text, `tokens` the first of them. `context` is what
    the tokenizer's model has in view at once, None where no model reads with it."""

    tokenizer: str
    count: int
    context: int | None
    tokens: tuple[Token, ...]


class Measured(Frozen):
    """A text and its cuts, one for each tokenizer."""

    text: str
    characters: int
    words: int
    cuts: tuple[Cut, ...]


class Dear(Frozen):
    """A word or a sign, how many tokens it takes with the first tokenizer and which, and how many with another."""

    word: str
    count: int
    pieces: tuple[str, ...]
    other: int | None = None


class TokenizeResult(Result):
    """`count`, `characters` and `words` are of the whole text, `tokens` the first of it, with the first tokenizer;
    `context` is its model's. `compared`: the text and the one beside it, with all the tokenizers that were asked for;
    `dearest`: what is cut the most; `weighed`: the other
    tokenizer of its counts. `others`: tokenizers at hand that were not asked for; `part`:
    one in how many rows of a very long text were looked at."""

    text: str
    name: str | None
    tokenizer: str
    count: int
    characters: int
    words: int
    tokens_per_word: float
    context: int | None
    tokens: tuple[Token, ...]
    compared: tuple[Measured, ...] = ()
    dearest: tuple[Dear, ...] = ()
    weighed: str | None = None
    part: int = 1
    others: int = 0
    source: dict[str, str] = {}

    def blocks(self) -> tuple[Block, ...]:
        if not self._several:
            return (self._one(), *self._dear())
        drawn = [self._drawn(one, cut) for one in self.compared for cut in one.cuts[:DRAWN]]
        part = Notice(message=msg("tokenize_text.part", n=self.part))
        cost = self._beside() if len(self.compared) > 1 else self._cost()
        return (*drawn, *([part] if self.part > 1 else []), cost, *self._dear())

    @property
    def _several(self) -> bool:
        return len(self.compared) > 1 or any(len(one.cuts) > 1 for one in self.compared)

    def _one(self) -> Tokens:
        which = "part" if len(self.tokens) < self.count else "whole"
        context = self.context or 0
        if self.name and context:
            which = "file_fits" if self.count <= context else "file_full"
        caption = msg(
            f"tokenize_text.caption.{which}",
            n=self.count,
            words=self.words,
            characters=self.characters,
            each=self.tokens_per_word,
            shown=len(self.tokens),
            context=context,
            times=self.count / max(1, context),
        )
        title = msg("tokenize_text.title_file", name=self.name) if self.name else msg("tokenize_text.title")
        return Tokens(title=title, tokenizer=self.tokenizer, tokens=self.tokens, caption=caption)

    def _drawn(self, one: Measured, cut: Cut) -> Tokens:
        values: dict[str, Scalar] = {"n": cut.count, "shown": len(cut.tokens), "each": _each(cut.count, one.words)}
        part = "part" if len(cut.tokens) < cut.count else "whole"
        return Tokens(
            title=msg("tokenize_text.compare.title", tokenizer=cut.tokenizer),
            tokenizer=cut.tokenizer,
            tokens=cut.tokens,
            caption=msg(f"tokenize_text.compare.{part}", **values),
        )

    def _cost(self) -> Table:
        """What the text costs with each tokenizer, between letters and whole words."""
        (one,) = self.compared
        rows: list[tuple[Cell, ...]] = [_costs(msg("tokenize_text.cost.characters"), one.characters, one, None)]
        rows += [_costs(cut.tokenizer, cut.count, one, (cut.context or 0) / self.part) for cut in one.cuts]
        rows.append(_costs(msg("tokenize_text.cost.words"), one.words, one, None))
        return Table(
            title=msg("tokenize_text.cost.title"),
            columns=(
                Column(label=msg("tokenize_text.cost.tokenizer")),
                *(
                    Column(label=msg(f"tokenize_text.cost.{key}"), numeric=True)
                    for key in ("tokens", "per_word", "per_token", "context")
                ),
            ),
            rows=tuple(rows),
            caption=msg("tokenize_text.cost.caption"),
        )

    def _beside(self) -> Table:
        """Two texts beside each other: which costs more, with each tokenizer."""
        first, second = self.compared
        rows = [
            (cut.tokenizer, cut.count, other.count, _ratio(cut.count, other.count))
            for cut, other in zip(first.cuts, second.cuts, strict=True)
        ]
        letters = first.characters, second.characters, _ratio(first.characters, second.characters)
        words_ = first.words, second.words, _ratio(first.words, second.words)
        return Table(
            title=msg("tokenize_text.beside.title"),
            columns=(
                Column(label=msg("tokenize_text.cost.tokenizer")),
                Column(label=msg("tokenize_text.beside.text", text=_short(first.text)), numeric=True),
                Column(label=msg("tokenize_text.beside.text", text=_short(second.text)), numeric=True),
                Column(label=msg("tokenize_text.beside.ratio"), numeric=True),
            ),
            rows=(
                *rows,
                (msg("tokenize_text.cost.characters"), *letters),
                (msg("tokenize_text.cost.words"), *words_),
            ),
            caption=msg("tokenize_text.beside.caption"),
        )

    def _dear(self) -> tuple[Table, ...]:
        if not self.dearest:
            return ()
        other = Column(label=msg("tokenize_text.dearest.with", tokenizer=self.weighed or ""), numeric=True)
        return (
            Table(
                title=msg("tokenize_text.dearest.title"),
                columns=(
                    Column(label=msg("tokenize_text.dearest.word")),
                    Column(label=msg("tokenize_text.dearest.pieces")),
                    Column(label=msg("tokenize_text.dearest.with", tokenizer=self.tokenizer), numeric=True),
                    *([other] if self.weighed else []),
                ),
                rows=tuple(
                    (dear.word, "|".join(dear.pieces), dear.count, *([dear.other] if self.weighed else []))
                    for dear in self.dearest
                ),
                caption=msg("tokenize_text.dearest.caption"),
            ),
        )

    def offers(self) -> tuple[Offer, ...]:
        samples = _samples()
        found = []
        if self.others:
            found.append(_offer("compare", **self.source, tokenizers=(ALL,)))
        if self.text != samples["es"]:
            found.append(_offer("languages", text=samples["es"], beside=samples["en"], tokenizers=(ALL,)))
        if self.text != samples["rare"]:
            found.append(_offer("rare", text=samples["rare"], tokenizers=(ALL,)))
        if "file" in self.source:
            own = Offer(label=msg("tokenize_text.offer.train"), skill="train_tokenizer", inputs=self.source)
            found.append(own)
        return tuple(found)


def run(inputs: TokenizeInputs, ctx: Context) -> TokenizeResult:
    """Raises FileMissing, TooLittleText for a text without a single character, BadInput for a text and a file or for a
    tokenizer that there is not, ModelMissing where there is none at all."""
    if inputs.text is not None and inputs.file is not None:
        raise BadInput(name="file", problem=inputs.file)
    found = at_hand(ctx)
    if not found:
        raise ModelMissing(model="workbench")
    name, pieces, source = None, [inputs.text or ""], {"text": inputs.text or ""}
    if inputs.text is None:
        dataset = ctx.workspace.find(inputs.file)
        name, pieces = dataset.name, [_whole(row) for row in ctx.workspace.rows(dataset.id)]
        source = {"file": dataset.id}
    every = -(-sum(map(len, pieces)) // MOST_COMPARED) if len(inputs.tokenizers) else 1
    every = max(1, min(every, len(pieces)))
    pieces = pieces[::every]
    picked = chosen(found, inputs.tokenizers)
    cutters = [one.open() for one in picked]
    several = len(picked) > 1 or inputs.beside is not None
    shown = SHOWN_EACH if several else SHOWN
    measured = [
        _measured(texts, [(one.name, one.context, cutter) for one, cutter in zip(picked, cutters, strict=True)], shown)
        for texts in (pieces, [inputs.beside])
        if texts != [None]
    ]
    first, cut = measured[0], measured[0].cuts[0]
    if any(not each.cuts[0].count for each in measured):
        raise TooLittleText(name=name or "", have=0, need=1, kind="nothing")
    other = next((i for i, one in enumerate(picked) if one.sort == "own" and i), 1 if len(picked) > 1 else None)
    return TokenizeResult(
        text=first.text,
        name=name,
        tokenizer=cut.tokenizer,
        count=cut.count,
        characters=first.characters,
        words=first.words,
        tokens_per_word=_each(cut.count, first.words),
        context=cut.context,
        tokens=cut.tokens,
        compared=tuple(measured),
        dearest=_dearest(pieces, cutters[0], cutters[other] if other else None) if several or name else (),
        weighed=picked[other].name if other else None,
        others=len(found) - len(picked),
        source=source,
        part=every,
    )


def _measured(texts: Sequence[str | None], cutters: Sequence[tuple[str, int | None, Cutter]], shown: int) -> Measured:
    """`texts`: the pieces of one text, each cut on its own, as training does."""
    pieces = [text or "" for text in texts]
    cuts = []
    for name, context, cutter in cutters:
        tokens: list[Token] = []
        count = 0
        for piece in pieces:
            count += cutter.count(piece)
            if len(tokens) < shown:
                tokens += cutter.tokens(piece[: shown * CHARACTERS_A_TOKEN])[: shown - len(tokens)]
        cuts.append(Cut(tokenizer=name, count=count, context=context, tokens=tuple(tokens)))
    begin = "".join(token.text for token in cuts[0].tokens) if len(pieces) > 1 else pieces[0]
    total = sum(len(words(piece)) for piece in pieces)
    return Measured(text=begin, characters=sum(map(len, pieces)), words=total, cuts=tuple(cuts))


def _dearest(pieces: Sequence[str], cutter: Cutter, other: Cutter | None) -> tuple[Dear, ...]:
    """The words that the tokenizer cuts most, those of three tokens and more; of equals the shortest."""
    distinct = dict[str, None]()
    for piece in pieces:
        if len(distinct) < WORDS_WEIGHED:
            distinct |= dict.fromkeys(words_in(piece))
    weighed = [(count_word(cutter, word), word) for word in list(distinct)[:WORDS_WEIGHED]]
    dear = sorted((pair for pair in weighed if pair[0] > 2), key=lambda pair: (-pair[0], len(pair[1])))[:DEAREST]
    return tuple(
        Dear(
            word=word,
            count=count,
            pieces=tuple(cut_word(cutter, word)),
            other=count_word(other, word) if other else None,
        )
        for count, word in dear
    )


def _costs(name: Cell, count: int, one: Measured, context: float | None) -> tuple[Cell, ...]:
    share = msg("tokenize_text.cost.share", share=count / context) if context else None
    if context and count / context < 0.001:
        share = msg("tokenize_text.cost.hardly")
    return (name, count, _each(count, one.words), round(one.characters / max(1, count), 2), share)


def _each(count: int, of: int) -> float:
    return round(count / max(1, of), 2)


def _ratio(first: int, second: int) -> float:
    return round(first / max(1, second), 2)


def _short(text: str, characters: int = 22) -> str:
    line = " ".join(text.split())
    return line if len(line) <= characters else line[:characters].rpartition(" ")[0] + "…"


def _whole(row: Row) -> str:
    """A row's text as the model would read it in a file: it ends with the end of a line."""
    return row.whole.rstrip("\n") + "\n"


def _samples() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load(SAMPLES.read_text("utf-8"))
    return found


def _offer(what: str, **inputs: Any) -> Offer:
    return Offer(label=msg(f"tokenize_text.offer.{what}"), skill="tokenize_text", inputs=inputs)


SKILL = Skill("tokenize_text", TokenizeInputs, run, needs=frozenset({"probe", "tokenizers"}))

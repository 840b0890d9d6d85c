"""How tokens are shown: the pieces of a text, what it costs with each tokenizer, the words that are cut most."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from skills.blocks import Block, Cell, Column, Frozen, Notice, Offer, Scalar, Table, Token, Tokens, msg
from skills.contract import Result
from skills.model.tokenizers import ALL

DRAWN = 3
"""Tokenizers whose cuts are drawn; the others are in the table."""
SAMPLES = Path(__file__).parent.parent / "prompts" / "tokenize_text.yaml"


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
        which = "part" if len(self.tokens) < self.count else "word" if self.words == 1 else "whole"
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
        values: dict[str, Scalar] = {"n": cut.count, "shown": len(cut.tokens), "each": per_word(cut.count, one.words)}
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


def _costs(name: Cell, count: int, one: Measured, context: float | None) -> tuple[Cell, ...]:
    share = msg("tokenize_text.cost.share", share=count / context) if context else None
    if context and count / context < 0.001:
        share = msg("tokenize_text.cost.hardly")
    return (name, count, per_word(count, one.words), round(one.characters / max(1, count), 2), share)


def per_word(count: int, of: int) -> float:
    """Tokens a word, two decimals."""
    return round(count / max(1, of), 2)


def _ratio(first: int, second: int) -> float:
    return round(first / max(1, second), 2)


def _short(text: str, characters: int = 22) -> str:
    line = " ".join(text.split())
    return line if len(line) <= characters else line[:characters].rpartition(" ")[0] + "…"


def _samples() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load(SAMPLES.read_text("utf-8"))
    return found


def _offer(what: str, **inputs: Any) -> Offer:
    return Offer(label=msg(f"tokenize_text.offer.{what}"), skill="tokenize_text", inputs=inputs)

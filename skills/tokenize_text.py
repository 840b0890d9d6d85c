"""Shows a text, or a file, as the pieces that models read: how each tokenizer cuts it, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field, field_validator

from skills.blocks import Token
from skills.contract import Context, Inputs, Skill
from skills.errors import BadInput, ModelMissing, TooLittleText
from skills.model.tokenize_result import Cut, Dear, Measured, TokenizeResult, per_word
from skills.model.tokenizers import Cutter, at_hand, chosen, count_word, cut_word, words_in
from skills.texts.sentences import words
from skills.workspace import Row

SHOWN = 300
"""Tokens that are shown; a longer text is counted whole and shown up to here."""
SHOWN_EACH = 120
"""The same, of each tokenizer when several are compared."""
WORDS_WEIGHED = 5000
CHARACTERS_A_TOKEN = 40
"""More than any token but a freak has: what is shown can be cut from the beginning of a long text."""
MOST_COMPARED = 1_000_000
"""Characters: of a longer text, several tokenizers are compared on an even part."""
DEAREST = 8


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
        tokens_per_word=per_word(cut.count, first.words),
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


def _whole(row: Row) -> str:
    """A row's text as the model would read it in a file: it ends with the end of a line."""
    return row.whole.rstrip("\n") + "\n"


SKILL = Skill("tokenize_text", TokenizeInputs, run, needs=frozenset({"probe", "tokenizers"}))

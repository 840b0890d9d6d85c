"""Shows a text, or a file, as the pieces that the model reads."""

from __future__ import annotations

from pydantic import Field

from skills.blocks import Block, Token, Tokens, msg
from skills.contract import BadInput, Context, Inputs, ModelMissing, Result, Skill, TooLittleText
from skills.texts.sentences import words
from skills.workspace import Row

SHOWN = 300
"""Tokens that are shown; a longer text is counted whole and shown up to here."""


class TokenizeInputs(Inputs):
    """A text, or the name of a file that was loaded; the newest file if neither is given."""

    text: str | None = Field(None, max_length=200_000, description="tokenize_text.fields.text")
    file: str | None = Field(None, description="tokenize_text.fields.file")


class TokenizeResult(Result):
    """`count`, `characters` and `words` are of the whole text, `tokens` the first of it; `context` is the model's."""

    text: str
    name: str | None
    tokenizer: str
    count: int
    characters: int
    words: int
    tokens_per_word: float
    context: int
    tokens: tuple[Token, ...]

    def blocks(self) -> tuple[Block, ...]:
        which = "part" if len(self.tokens) < self.count else "whole"
        fits = "file_fits" if self.count <= self.context else "file_full"
        caption = msg(
            f"tokenize_text.caption.{fits if self.name else which}",
            n=self.count,
            words=self.words,
            characters=self.characters,
            each=self.tokens_per_word,
            shown=len(self.tokens),
            context=self.context,
            times=self.count / self.context,
        )
        title = msg("tokenize_text.title_file", name=self.name) if self.name else msg("tokenize_text.title")
        return (Tokens(title=title, tokenizer=self.tokenizer, tokens=self.tokens, caption=caption),)


def run(inputs: TokenizeInputs, ctx: Context) -> TokenizeResult:
    """Raises FileMissing, TooLittleText for a text without a single character, BadInput for a text and a file."""
    if ctx.probe is None:
        raise ModelMissing(model="workbench")
    if inputs.text is not None and inputs.file is not None:
        raise BadInput(name="file", problem=inputs.file)
    name, pieces = None, [inputs.text or ""]
    if inputs.text is None:
        dataset = ctx.workspace.find(inputs.file)
        name, pieces = dataset.name, [_whole(row) for row in ctx.workspace.rows(dataset.id)]
    shown: list[Token] = []
    count = 0
    for piece in pieces:
        tokens = ctx.probe.tokenize(piece)
        count += len(tokens)
        shown += tokens[: SHOWN - len(shown)]
    if not count:
        raise TooLittleText(name=name or "", have=0, need=1, kind="nothing")
    total = sum(len(words(piece)) for piece in pieces)
    return TokenizeResult(
        text="".join(token.text for token in shown) if name else pieces[0],
        name=name,
        tokenizer=ctx.probe.profile.name,
        count=count,
        characters=sum(map(len, pieces)),
        words=total,
        tokens_per_word=round(count / max(1, total), 2),
        context=ctx.probe.profile.context,
        tokens=tuple(shown),
    )


def _whole(row: Row) -> str:
    """A row's text as the model would read it in a file: it ends with the end of a line."""
    return row.whole.rstrip("\n") + "\n"


SKILL = Skill("tokenize_text", TokenizeInputs, run, needs=frozenset({"probe"}))

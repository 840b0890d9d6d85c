"""Lets the model write: the continuation of a text, or the answer to a request, with the knobs in the open."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from pydantic import Field

from skills.blocks import Block, Passage, Passages, msg
from skills.contract import ChatMessage, Context, Inputs, ModelMissing, Options, Result, Said, Skill

SEEDS = 10_000
"""A seed that the program draws is below this: short enough to be written down."""


class GenerateInputs(Inputs):
    """`instruct` puts the prompt to the model as a request; otherwise the model goes on where the prompt ends."""

    prompt: str = Field(min_length=1, max_length=20_000, description="generate_text.fields.prompt")
    max_tokens: int = Field(60, ge=1, le=400, description="generate_text.fields.max_tokens")
    temperature: float = Field(0.8, ge=0, le=2, description="generate_text.fields.temperature")
    top_k: int = Field(0, ge=0, le=1000, description="generate_text.fields.top_k")
    top_p: float = Field(0.95, gt=0, le=1, description="generate_text.fields.top_p")
    seed: int | None = Field(None, ge=0, le=2**31 - 1, description="generate_text.fields.seed")
    instruct: bool = Field(False, description="generate_text.fields.instruct")


class GenerateResult(Result):
    """`tokens` is the length of `text`. The same prompt, knobs and `seed` give the same text."""

    prompt: str
    model: str
    text: str
    tokens: int
    seed: int
    temperature: float
    instruct: bool

    def blocks(self) -> tuple[Block, ...]:
        kind = "greedy" if self.temperature == 0 else "sampled"
        if not self.text.strip():
            kind = "nothing"
        caption = msg(f"generate_text.caption.{kind}", n=self.tokens, temperature=self.temperature, seed=self.seed)
        text = self.text if self.instruct else self.prompt + self.text
        passage = Passage(text=text, source=self.model, role="base")
        title = msg("generate_text.title_instruct" if self.instruct else "generate_text.title")
        return (Passages(title=title, passages=(passage,), caption=caption),)


def run(inputs: GenerateInputs, ctx: Context) -> GenerateResult:
    """Says each piece as it is written; stops when asked and keeps what there is. Raises ContextFull."""
    if ctx.probe is None or ctx.chat is None:
        raise ModelMissing(model="workbench")
    prompt = inputs.prompt if inputs.instruct else inputs.prompt.rstrip(" ") or inputs.prompt
    seed = secrets.randbelow(SEEDS) if inputs.seed is None else inputs.seed
    options = Options(
        max_tokens=inputs.max_tokens,
        temperature=inputs.temperature,
        top_k=inputs.top_k,
        top_p=inputs.top_p,
        seed=seed,
    )
    if inputs.instruct:
        pieces = ctx.chat.stream([ChatMessage(role="user", content=prompt)], options)
    else:
        pieces = ctx.probe.generate(prompt, options)
    text = "".join(_said(pieces, ctx))
    return GenerateResult(
        prompt=prompt,
        model=(ctx.chat if inputs.instruct else ctx.probe).profile.name,
        text=text,
        tokens=len(ctx.probe.tokenize(text)),
        seed=seed,
        temperature=inputs.temperature,
        instruct=inputs.instruct,
    )


def _said(pieces: Iterator[str], ctx: Context) -> Iterator[str]:
    """The pieces, each shown as it comes, until they end or the learner asks to stop."""
    for piece in pieces:
        ctx.emit(Said(text=piece))
        yield piece
        if ctx.requested():
            return


SKILL = Skill("generate_text", GenerateInputs, run, needs=frozenset({"chat", "probe"}))

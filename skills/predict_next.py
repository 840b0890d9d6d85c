"""Shows how the model shares out its expectations among the tokens that could come next."""

from __future__ import annotations

import math
import re

from pydantic import Field

from skills.blocks import Block, Option, Probabilities, msg
from skills.contract import Context, Inputs, Probe, Result, Skill
from skills.errors import ModelMissing
from skills.texts.normalize import fold

SIGNS = {"\n": "↵", "\t": "⇥", "\r": "↵"}
END, SPACE = "■", "␣"


class PredictInputs(Inputs):
    prompt: str = Field(min_length=1, max_length=20_000, description="predict_next.fields.prompt")
    top_k: int = Field(5, ge=1, le=20, description="predict_next.fields.top_k")
    word: str = Field("", max_length=200, description="predict_next.fields.word")


class PredictResult(Result):
    """`top` is the most probable token without the spaces around it, `probability` its share (0 to 1).

    `options` are readable: ↵ is the end of a line, ␣ a space alone, ■ the end of the text. `rest` is the probability
    of all that is not listed. `own` is the word that was asked about, with its probability: all its tokens together.
    """

    prompt: str
    model: str
    top: str
    probability: float
    options: tuple[Option, ...]
    rest: float
    own: Option | None = None

    def blocks(self) -> tuple[Block, ...]:
        signs = "signs" if any(set(option.text) & {"↵", "⇥", END, SPACE} for option in self.options) else "plain"
        sure = "sure" if self.probability >= 0.5 else "torn" if self.probability < 0.15 else "leaning"
        return (
            Probabilities(
                title=msg("predict_next.title"),
                prompt=self.prompt,
                options=self.options,
                rest=self.rest,
                own=self.own,
                caption=msg(
                    f"predict_next.caption.{sure}_{signs}", top=self.top, share=self.probability, model=self.model
                ),
            ),
        )


def run(inputs: PredictInputs, ctx: Context) -> PredictResult:
    """Raises ContextFull. Spaces at the end are left out: for the model they belong to the next word's token."""
    if ctx.probe is None:
        raise ModelMissing(model="workbench")
    prompt = inputs.prompt.rstrip(" ") or inputs.prompt
    found = ctx.probe.next_token(prompt, inputs.top_k)
    options = tuple(Option(text=readable(token.text), probability=min(1.0, token.probability)) for token in found)
    return PredictResult(
        prompt=prompt,
        model=ctx.probe.profile.name,
        top=found[0].text.strip() or options[0].text,
        probability=options[0].probability,
        options=options,
        rest=max(0.0, 1.0 - sum(option.probability for option in options)),
        own=_own(inputs.word, prompt, options, ctx.probe),
    )


def _own(word: str, prompt: str, options: tuple[Option, ...], probe: Probe) -> Option | None:
    """The first word of `word` as an option: the one that it is, or weighed on its own."""
    bare = next(iter(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", word)), "")
    if not bare:
        return None
    listed = next((option for option in options if fold(option.text.strip()) == fold(bare)), None)
    if listed:
        return listed
    space = "" if prompt[-1].isspace() else " "
    forms = sorted({bare, bare.lower()})  # a capital that the keyboard put is not what was bet on
    best, form = max(
        zip((score.logprob for score in probe.score(prompt, [space + f for f in forms])), forms, strict=True)
    )
    return Option(text=form, probability=min(1.0, math.exp(best)))


def readable(token: str) -> str:
    """A token's text with its invisible characters made visible; a token that ends the text is ■."""
    if (token.startswith("<|") and token.endswith("|>")) or token in ("</s>", "<eos>", "<end_of_turn>", ""):
        return END
    shown = "".join(SIGNS.get(sign, sign) for sign in token)
    return shown if shown.strip(" ") else SPACE * len(shown)


SKILL = Skill("predict_next", PredictInputs, run, needs=frozenset({"probe"}))

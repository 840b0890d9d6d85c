"""Lets a model write: the continuation of a text, or the answer to a request, with the knobs in the open."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field

from skills.blocks import Block, Message, Notice, Offer, Passage, Passages, Role, msg
from skills.contract import Advanced, ChatMessage, Context, Inputs, Options, Probe, Result, Skill, Voice, Wrote
from skills.errors import ModelMissing
from skills.training.runs import find_run, known_run
from skills.training.writing import to_a_close, to_a_word
from skills.workspace import Turn

SEEDS = 10_000
"""A seed that the program draws is below this: short enough to be written down."""
STEP, COOLEST, HOTTEST = 0.3, 0.1, 2.0
"""How much warmer or cooler the next try is, and how far that goes."""


class GenerateInputs(Inputs):
    """`instruct` puts the prompt to the model as a request; otherwise the model goes on where the prompt ends.

    `run`: the learner's model of that run writes, and not the base. `earlier`: what was said before, of a request.
    """

    prompt: str = Field(min_length=1, max_length=20_000, description="generate_text.fields.prompt")
    run: str | None = Field(None, description="generate_text.fields.run")
    max_tokens: int = Field(60, ge=1, le=400, description="generate_text.fields.max_tokens")
    temperature: float = Field(0.8, ge=0, le=2, description="generate_text.fields.temperature")
    top_k: int = Field(0, ge=0, le=1000, description="generate_text.fields.top_k")
    top_p: float = Field(0.95, gt=0, le=1, description="generate_text.fields.top_p")
    seed: int | None = Field(None, ge=0, le=2**31 - 1, description="generate_text.fields.seed")
    instruct: bool = Field(False, description="generate_text.fields.instruct")
    earlier: tuple[Turn, ...] = Field((), description="generate_text.fields.earlier")


class GenerateResult(Result):
    """`tokens` is the length of `text`. The same prompt, knobs and `seed` give the same text.

    `run` and what it is `called` where one of the learner's models wrote. `forgotten`: how many of the earlier turns
    were left out because they did not fit.
    """

    prompt: str
    model: str
    run: str | None = None
    called: str = ""
    text: str
    tokens: int
    seed: int
    temperature: float
    top_p: float = 1.0
    max_tokens: int = 60
    instruct: bool
    forgotten: int = 0

    def blocks(self) -> tuple[Block, ...]:
        kind = "greedy" if self.temperature == 0 else "sampled"
        if not self.text.strip():
            kind = "nothing"
        values: dict[str, Any] = {"n": self.tokens, "temperature": self.temperature, "seed": self.seed}
        caption = msg(f"generate_text.caption.{kind}", **values)
        notices = (Notice(message=msg("generate_text.forgotten", n=self.forgotten)),) if self.forgotten else ()
        return (Passages(title=self._title(), passages=self._passages(), caption=caption), *notices)

    def _title(self) -> Message:
        kind = "title_instruct" if self.instruct else "title"
        if self.run is None:
            return msg(f"generate_text.{kind}")
        return msg(f"generate_text.{kind}_tuned", called=self.called)

    def _passages(self) -> tuple[Passage, ...]:
        """Who wrote what: the learner's words are theirs, and the model's are its own."""
        by = msg("generate_text.base", model=self.model)
        if self.run is not None:
            by = msg("generate_text.tuned", called=self.called, model=self.model)
        role: Role = "base" if self.run is None else "tuned"
        written = Passage(text=self._as_it_goes_on(), location=by, role=role)
        mine = Passage(text=self.prompt, location=msg("generate_text.yours"), role="yours")
        return (written,) if self.instruct else (mine, written)

    def _as_it_goes_on(self) -> str:
        """What was written, with an ellipsis where it goes on in the line that was begun."""
        text = self.text.strip()
        before = self.text[: len(self.text) - len(self.text.lstrip())]
        begun = not self.instruct and "\n" not in before
        return f"…{before if text else ''}{text}" if begun or not text else text

    def offers(self) -> tuple[Offer, ...]:
        """The same with other dice, warmer, cooler; and on from where it stopped."""
        same: dict[str, Any] = {
            "prompt": self.prompt,
            "run": self.run,
            "instruct": self.instruct,
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
        }
        warmer = min(HOTTEST, round(self.temperature + STEP, 2))
        cooler = max(COOLEST, round(self.temperature - STEP, 2))
        changes: dict[str, dict[str, Any]] = {
            "again": {"seed": self.seed + 1},
            "warmer": {"seed": self.seed, "temperature": warmer},
            "cooler": {"seed": self.seed, "temperature": cooler},
        }
        if not self.instruct and self.text.strip():
            changes["further"] = {"prompt": self.prompt + self.text.removesuffix("…"), "seed": self.seed}
        return tuple(
            Offer(label=msg(f"generate_text.offer.{name}"), skill="generate_text", inputs=same | change)
            for name, change in changes.items()
        )


def run(inputs: GenerateInputs, ctx: Context) -> GenerateResult:
    """Says each piece as it is written; stops when asked and keeps what there is.

    Raises ContextFull, ModelMissing, and for a run what `Voices.tuned` raises.
    """
    if ctx.probe is None:
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
    mine: dict[str, Any] = {}
    forgotten = 0
    writer: Voice | Probe = ctx.probe
    if inputs.run is not None:
        writer = voice = _voice(inputs.run, ctx)
        known = known_run(ctx.workspace, inputs.run)
        mine = {"run": known.run, "called": known.called}
    if inputs.instruct:
        writer = voice = voice if inputs.run is not None else _base(ctx)
        turns = [*_turns(inputs.earlier), ChatMessage(role="user", content=prompt)]
        kept = _fitting(turns, voice.count_tokens, voice.profile.context - inputs.max_tokens)
        forgotten = len(turns) - len(kept)
        pieces = voice.stream(kept, options)
    else:
        pieces = writer.generate(prompt, options)
    text = "".join(_said(pieces, ctx))
    if not writer.ended:
        text = to_a_word(text) if inputs.run is None else to_a_close(text)
    return GenerateResult(
        prompt=prompt,
        model=writer.profile.name,
        **mine,
        text=text,
        tokens=len(ctx.probe.tokenize(text)),
        seed=seed,
        temperature=inputs.temperature,
        top_p=inputs.top_p,
        max_tokens=inputs.max_tokens,
        instruct=inputs.instruct,
        forgotten=forgotten,
    )


def _voice(run: str, ctx: Context) -> Voice:
    """The model of a run, made ready if this is the first time."""
    if ctx.voices is None:
        raise ModelMissing(model="workbench")
    stages = ("gguf", "adapter", "check")

    def stage(name: str) -> None:
        doing = msg(f"compare_models.doing.{name}")
        ctx.emit(Advanced(done=stages.index(name) + 1, total=len(stages), doing=doing))

    return ctx.voices.tuned(find_run(ctx.workspace, run), stage)


def _base(ctx: Context) -> Voice:
    """The model that is trained, as it came; not the tutor's."""
    if ctx.voices is None:
        raise ModelMissing(model="workbench")
    return ctx.voices.base()


def _turns(earlier: Sequence[Turn]) -> list[ChatMessage]:
    return [ChatMessage(role=turn.role, content=turn.content) for turn in earlier if turn.content.strip()]


MARKS = 8
"""Tokens, at most, that a template puts around a turn."""


def _fitting(turns: list[ChatMessage], count: Any, room: int) -> list[ChatMessage]:
    """The latest turns that fit, beginning with one of the learner's; the last is kept even where it does not fit
    (and is then refused)."""
    kept, used = turns[-1:], count(turns[-1].content) + MARKS
    for turn in reversed(turns[:-1]):
        used += count(turn.content) + MARKS
        if used > room:
            break
        kept.insert(0, turn)
    while len(kept) > 1 and kept[0].role == "assistant":
        kept.pop(0)
    return kept


def _said(pieces: Iterator[str], ctx: Context) -> Iterator[str]:
    """The pieces, each shown as it comes, until they end or the learner asks to stop."""
    for piece in pieces:
        if piece:
            ctx.emit(Wrote(text=piece))
        yield piece
        if ctx.requested():
            return


SKILL = Skill("generate_text", GenerateInputs, run, needs=frozenset({"probe", "voices"}))

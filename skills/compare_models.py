"""The base model, the learner's and others side by side, on the same prompts with the same dice."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from skills.blocks import Block, Compare, CompareColumn, Frozen, Message, Notice, Offer, Role, Text, msg
from skills.contract import Advanced, ChatMessage, Context, Ended, Inputs, Options, Result, Skill, Voice
from skills.errors import ModelMissing
from skills.evaluation.exam import exam, read_plan
from skills.model.ngram import CharacterNgram, write_by_counting
from skills.model.tokenizer import ModelTokenizer
from skills.training.data import FrozenPrompt
from skills.training.runs import find_run, frozen_prompts_of, known_run
from skills.training.writing import to_a_close

PAIRS = 4
"""Enough to see a manner, few enough to read."""
LETTERS_A_TOKEN = 3
"""About how many letters a token covers: the letter counter writes as much as the others may."""

Side = Literal["base", "tuned", "other", "counter"]
COLUMNS: dict[Side, Role] = {"base": "base", "tuned": "tuned", "other": "yours", "counter": "baseline"}
"""In the order in which they are shown, with the colour of each."""


class CompareInputs(Inputs):
    """`other` is who is compared with the run's model: `base`, `counter` (the letter counter), or another run."""

    run: str | None = Field(None, description="compare_models.fields.run")
    other: str = Field("base", description="compare_models.fields.other")
    prompts: tuple[str, ...] = Field((), description="compare_models.fields.prompts")
    blind: bool = Field(False, description="compare_models.fields.blind")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="compare_models.fields.seed")
    temperature: float = Field(0.8, ge=0, le=2, description="compare_models.fields.temperature")
    top_p: float = Field(0.9, gt=0, le=1, description="compare_models.fields.top_p")
    max_tokens: int = Field(40, ge=1, le=400, description="compare_models.fields.max_tokens")


class ComparedPair(Frozen):
    """What each wrote; empty for who was not asked. `reference`: how the learner's text goes on, None for a prompt that
    is not from it. `order`: the two that are compared, in the order to show them when the names are hidden."""

    prompt: str
    seed: int
    base: str
    tuned: str
    other: str = ""
    counter: str = ""
    reference: str | None
    order: tuple[Side, Side]


class CompareResult(Result):
    """`run` and `other` are names of runs (`other` also `base` or `counter`); `called` and `other_called` are the names
    that their models speak under."""

    run: str
    other: str
    base: str
    called: str = ""
    other_called: str = ""
    blind: bool
    seed: int
    prompts: tuple[str, ...]
    pairs: tuple[ComparedPair, ...]
    seconds: float

    def blocks(self) -> tuple[Block, ...]:
        return (Text(message=self._intro()), *(self._compare(pair) for pair in self.pairs), *self._notices())

    def _intro(self) -> Message:
        return msg("compare_models.blind" if self.blind else "compare_models.intro", n=len(self.pairs), base=self.base)

    def _compare(self, pair: ComparedPair) -> Compare:
        texts: dict[Side, str] = {
            "base": pair.base,
            "tuned": pair.tuned,
            "other": pair.other,
            "counter": pair.counter,
        }
        columns = [
            CompareColumn(role=COLUMNS[side], label=self.label(side), text=text)
            for side, text in texts.items()
            if text or side in ("base", "tuned") or side in pair.order
        ]
        if pair.reference:
            columns.append(CompareColumn(role="heldout", label=msg("compare_models.reference"), text=pair.reference))
        return Compare(title=msg("compare_models.title"), prompt=pair.prompt, columns=tuple(columns))

    def label(self, side: Side) -> Message:
        """Who a column is of, under their own names."""
        called = {"tuned": self.called, "other": self.other_called}.get(side)
        return msg("compare_models.run", called=called) if called else msg(f"compare_models.{side}")

    def _notices(self) -> tuple[Notice, ...]:
        same = sum(getattr(pair, pair.order[0]) == getattr(pair, pair.order[1]) for pair in self.pairs)
        notices = [Notice(message=msg("compare_models.same", n=same))] if same else []
        if not any(pair.counter for pair in self.pairs):
            notices.append(Notice(message=msg("compare_models.no_counter")))
        return tuple(notices)

    def offers(self) -> tuple[Offer, ...]:
        """The same with other prompts and dice; then what is usually wanted next."""
        again = {"run": self.run, "other": self.other, "prompts": self.prompts, "seed": self.seed + 1}
        return (
            Offer(label=msg("compare_models.offer.again"), skill="compare_models", inputs={**again, "blind": True}),
            Offer(label=msg("compare_models.offer.talk"), skill="talk", inputs={"run": self.run}),
        )


@dataclass(frozen=True)
class Draw:
    """One prompt with one seed: what each voice is asked the same way."""

    asked: FrozenPrompt
    seed: int


def run(inputs: CompareInputs, ctx: Context) -> CompareResult:
    """Have each voice continue the same prompts. Raises RunUnusable, WrongBase, ModelMissing, DiskFull, Ended."""
    if ctx.voices is None:
        raise ModelMissing(model="workbench")
    begun = time.monotonic()
    run_dir = find_run(ctx.workspace, inputs.run)
    against = inputs.other if inputs.other in ("base", "counter") else find_run(ctx.workspace, inputs.other).name
    draws = _draws(inputs, run_dir)
    steps = _Steps(ctx, len(draws), models=2 if against in ("base", "counter") else 3)
    voices, texts = ctx.voices, dict[Side, list[str]]()
    # one after the other: of the runs' models only one is in memory
    steps.say("opening")
    texts["tuned"] = _written(voices.tuned(run_dir, steps.say), draws, inputs, steps, "tuned")
    if against not in ("base", "counter"):
        other_dir = find_run(ctx.workspace, against)
        texts["other"] = _written(voices.tuned(other_dir, steps.say), draws, inputs, steps, "other")
    base = voices.base(run_dir)
    texts["base"] = _written(base, draws, inputs, steps, "base")
    steps.say("counter")
    texts["counter"] = _counted(ctx, run_dir, base.profile.name, draws, inputs.max_tokens)
    rival: Side = against if against in ("base", "counter") else "other"  # type: ignore[assignment]
    known, other = known_run(ctx.workspace, run_dir.name), None
    if rival == "other":
        other = known_run(ctx.workspace, against)
    return CompareResult(
        run=run_dir.name,
        other=against,
        base=base.profile.name,
        called=known.called,
        other_called=other.called if other else "",
        blind=inputs.blind,
        seed=inputs.seed,
        prompts=inputs.prompts,
        pairs=_pairs(draws, texts, rival),
        seconds=time.monotonic() - begun,
    )


class _Steps:
    """Tells how far the comparison is, and ends it when the learner asks: half a comparison is of no use.

    `models` write `draws` texts each; then the letter counter does, in no time to speak of.
    """

    def __init__(self, ctx: Context, draws: int, models: int) -> None:
        self._ctx, self._total, self._slow = ctx, draws * (models + 1), draws * models
        self._done, self._first = 0, 0.0

    def say(self, what: str, done: int = 0) -> None:
        if self._ctx.requested() is not None:
            raise Ended("stopped", kept=False)
        if done and not self._done:
            self._first = time.monotonic()
        self._done += done
        doing = msg(f"compare_models.doing.{what}")
        self._ctx.emit(Advanced(done=self._done, total=self._total, eta=self._left(), doing=doing))

    def _left(self) -> float | None:
        """Seconds, at the pace since the first text, which waits for its model; None before there is one."""
        if self._done < 2:
            return None
        return (time.monotonic() - self._first) / (self._done - 1) * max(0, self._slow - self._done)


def _draws(inputs: CompareInputs, run_dir: Path) -> list[Draw]:
    """PAIRS prompts with their seeds: those asked for, or the frozen ones; another seed begins with other prompts."""
    asked = [FrozenPrompt(prompt=text.strip(), asked=False, reference="") for text in inputs.prompts if text.strip()]
    prompts = asked or frozen_prompts_of(run_dir)
    count = max(PAIRS, len(asked))
    first = inputs.seed * count
    return [Draw(prompts[(first + i) % len(prompts)], first + i) for i in range(count)]


def _written(voice: Voice, draws: list[Draw], inputs: CompareInputs, steps: _Steps, side: str) -> list[str]:
    """What a voice writes for each draw, ended where a sentence, a line or a word ends."""
    written = []
    for draw in draws:
        steps.say(side)
        options = Options(
            max_tokens=inputs.max_tokens, temperature=inputs.temperature, top_p=inputs.top_p, seed=draw.seed
        )
        if draw.asked.asked:
            pieces = voice.stream([ChatMessage(role="user", content=draw.asked.prompt)], options)
        else:
            pieces = voice.generate(draw.asked.prompt, options)
        text = "".join(pieces).strip("\n")
        written.append(text.rstrip() if voice.ended else to_a_close(text))
        steps.say(side, done=1)
    return written


def _counted(ctx: Context, run_dir: Path, base: str, draws: list[Draw], max_tokens: int) -> list[str]:
    """What the letter counter writes, having read what the run learnt from; nothing where that is gone or changed."""
    weights = ctx.tokenizers.get(base)
    if weights is None:
        return [""] * len(draws)
    train = exam(ctx, weights, run_dir, read_plan(run_dir), ModelTokenizer(weights)).train
    if not train:
        return [""] * len(draws)
    counter = CharacterNgram([unit.text for unit in train])
    return [
        to_a_close(write_by_counting(counter, draw.asked.prompt, LETTERS_A_TOKEN * max_tokens, draw.seed))
        for draw in draws
    ]


def _pairs(draws: list[Draw], texts: dict[Side, list[str]], rival: Side) -> tuple[ComparedPair, ...]:
    sides: tuple[Side, Side] = ("tuned", rival)
    pairs = []
    for place, draw in enumerate(draws):
        written = {side: found[place] for side, found in texts.items()}
        first, second = random.Random(draw.seed).sample(sides, 2)
        longest = max(len(text) for text in written.values())
        reference = _as_long(draw.asked.reference, longest) or None
        pairs.append(
            ComparedPair(
                prompt=draw.asked.prompt, seed=draw.seed, reference=reference, order=(first, second), **written
            )
        )
    return tuple(pairs)


def _as_long(text: str, characters: int) -> str:
    """The beginning of `text`, about as long as what it is compared with, ending at a word."""
    return text if len(text) <= characters else to_a_close(text[:characters])


SKILL = Skill(
    name="compare_models", Inputs=CompareInputs, run=run, where="job", needs=frozenset({"voices", "tokenizers"})
)

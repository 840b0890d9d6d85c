"""What is in a data set and what it is enough for: lengths, residue, repetitions, languages, fit, readiness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import Field

from skills import NAMES
from skills.blocks import Block, Offer, msg
from skills.contract import Context, Inputs, Result, Skill
from skills.dataset.fit import Fit, fit
from skills.dataset.inspection import portrait
from skills.dataset.measure import emails, histogram, percentiles, phones
from skills.dataset.oddities import Odd, odd_characters
from skills.dataset.proposals import DROPS, Body, Proposal, survey
from skills.dataset.readiness import Readiness, Stock, readiness
from skills.errors import FileEmpty
from skills.load_dataset import cut
from skills.texts.language import ENOUGH, language_of
from skills.texts.sentences import WORD
from skills.workspace import Shape

LANGUAGE_ROWS = 300
"""Rows whose language is looked at, evenly spread: half a second for a text of any size."""
SAMPLES = 3
PAIRS = 20
"""Pairs of repeated rows that the result names."""
NEXT = ("clean_dataset", "scan_private_data", "split_dataset", "preview_examples")
"""What can be done next with a text, in the order in which it is offered."""


class InspectInputs(Inputs):
    file: str | None = Field(None, description="inspect_dataset.fields.file")


class Extreme(NamedTuple):
    """A row (counted from 1), its words, and its text, cut to 600 characters."""

    row: int
    words: int
    text: str


class Share(NamedTuple):
    language: str
    share: float


class InspectResult(Result):
    """Lengths are in words a row; `tokens`, in tokens of the workbench model, is None where there is none.

    `exact` and `near`: rows that repeat an earlier one; pairs are row numbers. `residue`: what cleaning would change
    or drop, each with its count and an example. `samples`: rows evenly spread.
    """

    dataset: str
    name: str
    shape: Shape
    language: str
    documents: int
    rows: int
    words: int
    characters: int
    shortest: int
    longest: int
    mean: float
    median_words: float
    lengths: dict[str, float]
    histogram: tuple[tuple[float, float], ...]
    gathered: bool
    tokens: Fit | None
    exact: int
    near: int
    exact_pairs: tuple[tuple[int, int], ...]
    near_pairs: tuple[tuple[int, int], ...]
    blank: int
    emails: int
    phones: int
    languages: tuple[Share, ...]
    residue: tuple[Proposal, ...]
    odd: tuple[Odd, ...]
    samples: tuple[Extreme, ...]
    extremes: tuple[Extreme, ...]
    readiness: Readiness

    def blocks(self) -> tuple[Block, ...]:
        return portrait(self)

    def offers(self) -> tuple[Offer, ...]:
        there = {
            "clean_dataset": any(p.recommended for p in self.residue),
            "scan_private_data": bool(self.emails or self.phones),
            "split_dataset": True,
            "preview_examples": self.tokens is not None,
        }
        inputs = {"file": self.dataset}
        return tuple(
            Offer(label=msg(f"inspect_dataset.offers.{name}"), skill=name, inputs=inputs)
            for name in NEXT
            if name in NAMES and there[name]
        )


def run(inputs: InspectInputs, ctx: Context) -> InspectResult:
    """Look through the data set `file` (the newest if None). Raises FileMissing, FileEmpty."""
    manifest = ctx.workspace.find(inputs.file)
    body = Body.of(ctx.workspace.rows(manifest.id))
    texts = body.texts
    lengths = [len(WORD.findall(text)) for text in texts]
    if not any(lengths):
        raise FileEmpty(name=manifest.name)
    bars, gathered = histogram(lengths)
    spread = percentiles(lengths)
    found = survey(body, manifest.shape)
    tokens = fit(texts, ctx)
    exact, near = found.repeats.exact, found.repeats.near
    mails, numbers = sum(map(emails, texts)), sum(map(phones, texts))
    languages = _languages(texts)
    stock = Stock(
        shape=manifest.shape, words=sum(lengths), pieces=sum(map(bool, lengths)) - len(exact),
        dirty=max((p.rows for p in found.proposals if p.recommended and p.kind not in DROPS), default=0),
        repeated=sum(p.rows for p in found.proposals if p.kind == "duplicates"), private=mails + numbers,
        foreign=1 - languages[0].share if languages else 0.0, over=tokens.over if tokens else None,
        tokens=tokens.total if tokens else None, context=tokens.context if tokens else None,
    )  # fmt: skip
    facts = {name: getattr(manifest, name) for name in ("name", "shape", "language", "documents", "characters")}
    said = [i for i, length in enumerate(lengths) if length]
    ends = dict.fromkeys((min(said, key=lengths.__getitem__), max(said, key=lengths.__getitem__)))
    between = [i for i in _even(len(texts), SAMPLES) if lengths[i] and i not in ends]
    return InspectResult(
        dataset=manifest.id, **facts, rows=len(texts), words=sum(lengths), shortest=min(lengths), longest=max(lengths),
        mean=sum(lengths) / len(lengths), lengths=spread, median_words=spread["p50"], histogram=tuple(bars),
        gathered=gathered, tokens=tokens, exact=len(exact), near=len(near), exact_pairs=_pairs(exact),
        near_pairs=_pairs(near), blank=sum(not length for length in lengths), emails=mails, phones=numbers,
        languages=languages, residue=found.proposals, odd=odd_characters(texts),
        samples=tuple(Extreme(i + 1, lengths[i], cut(texts[i])) for i in between),
        extremes=tuple(Extreme(i + 1, lengths[i], cut(texts[i])) for i in ends), readiness=readiness(stock),
    )  # fmt: skip


def _pairs(repeated: dict[int, int]) -> tuple[tuple[int, int], ...]:
    """(earlier row, later row), from 1, the first of them."""
    return tuple((like + 1, row + 1) for row, like in list(repeated.items())[:PAIRS])


def _even(count: int, wanted: int) -> list[int]:
    """Up to `wanted` indices, evenly spread, the ends left out where there are enough."""
    return sorted({(2 * i + 1) * count // (2 * wanted) for i in range(wanted)})


def _languages(texts: Sequence[str]) -> tuple[Share, ...]:
    """Languages of rows long enough to be judged alone, most frequent first; those under 2 % are left out."""
    every = max(1, len(texts) // LANGUAGE_ROWS)
    counts = Counter(language_of(text) for text in texts[::every] if len(text) >= ENOUGH)
    total = sum(counts.values())
    return tuple(Share(code, n / total) for code, n in counts.most_common() if n >= max(2, 0.02 * total) or n == total)


SKILL = Skill(name="inspect_dataset", Inputs=InspectInputs, run=run, needs=frozenset({"weights"}))

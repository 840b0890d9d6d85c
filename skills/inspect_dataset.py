"""What is in a data set and what it is enough for: lengths, residue, repetitions, languages, fit, readiness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pydantic import Field

from skills.contract import Context, Inputs, Skill
from skills.dataset.fit import fit
from skills.dataset.inspection import Extreme, InspectResult, Share
from skills.dataset.measure import emails, histogram, percentiles, phones
from skills.dataset.oddities import odd_characters
from skills.dataset.proposals import DROPS, Body, survey
from skills.dataset.readiness import Stock, readiness
from skills.errors import FileEmpty
from skills.texts.excerpt import excerpt
from skills.texts.language import ENOUGH, language_of
from skills.texts.sentences import WORD

LANGUAGE_ROWS = 300
"""Rows whose language is looked at, evenly spread: half a second for a text of any size."""
SAMPLES = 3
PAIRS = 20
"""Pairs of repeated rows that the result names."""


class InspectInputs(Inputs):
    file: str | None = Field(None, description="inspect_dataset.fields.file")


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
    languages = _languages(texts, manifest.language)
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
        samples=tuple(Extreme(i + 1, lengths[i], excerpt(texts[i])) for i in between),
        extremes=tuple(Extreme(i + 1, lengths[i], excerpt(texts[i])) for i in ends), readiness=readiness(stock),
    )  # fmt: skip


def _pairs(repeated: dict[int, int]) -> tuple[tuple[int, int], ...]:
    """(earlier row, later row), from 1, the first of them."""
    return tuple((like + 1, row + 1) for row, like in list(repeated.items())[:PAIRS])


def _even(count: int, wanted: int) -> list[int]:
    """Up to `wanted` indices, evenly spread, the ends left out where there are enough."""
    return sorted({(2 * i + 1) * count // (2 * wanted) for i in range(wanted)})


def _languages(texts: Sequence[str], own: str) -> tuple[Share, ...]:
    """Languages of rows long enough to be judged alone, most frequent first; those under 2 % are left out."""
    every = max(1, len(texts) // LANGUAGE_ROWS)
    counts = Counter(language_of(text, own) for text in texts[::every] if len(text) >= ENOUGH)
    total = sum(counts.values())
    return tuple(Share(code, n / total) for code, n in counts.most_common() if n >= max(2, 0.02 * total) or n == total)


SKILL = Skill(name="inspect_dataset", Inputs=InspectInputs, run=run, needs=frozenset({"weights"}))

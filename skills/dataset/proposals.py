"""What could be cleaned in a data set, found by trying it: each proposal with its count, an example and an advice."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, NamedTuple, get_args

from skills.blocks import Frozen
from skills.dataset.cleaning import MENDS, joiner, settled, suspicious
from skills.dataset.duplicates import Repeats, refrains, repeats
from skills.dataset.page_lines import page_numbers, running_heads
from skills.texts.hyphens import vocabulary
from skills.texts.sentences import WORD
from skills.workspace import Row, Shape

Kind = Literal[
    "mojibake", "html", "control", "unicode", "soft_hyphens", "hyphens", "footnotes", "page_numbers", "running_heads",
    "urls", "markdown", "blank", "short", "duplicates", "near_duplicates", "refrains",
]  # fmt: skip
ORDER: tuple[Kind, ...] = get_args(Kind)
"""As they are applied: what one uncovers the next may mend, and rows are dropped when all are what they will be."""
DROPS: frozenset[Kind] = frozenset({"blank", "short", "duplicates", "near_duplicates", "refrains"})
"""The kinds that take out whole rows; the others change the text of rows."""
ASKED: frozenset[Kind] = frozenset({"short", "near_duplicates", "refrains", "urls"})
"""Never recommended: it may be meant, and only the author knows."""
RUNNING: frozenset[Shape] = frozenset({"prose", "verse", "dialogue"})
"""Shapes that were pages once; tables, pairs and chats have no page numbers and no words cut at a margin."""
SHORT_WORDS, LONG_MEDIAN = 3, 15
"""A row of fewer words has no opening and no end to learn; said only where the middle row is much longer."""
REPEAT_WORDS = 5
"""In running text a shorter row may come back by chance («—No, dijo Ana.»): it is not told as repeated."""
REFRAIN_WORDS = 20
"""A paragraph of prose that comes back alone is taken for a refrain if it has fewer words; a stanza always."""
AROUND = 90
"""Characters of an example that are shown on each side of a change."""


@dataclass(frozen=True)
class Body:
    """A data set as cleaning sees it: the text of each row, its document, and which pairs lack one half."""

    texts: list[str]
    documents: list[int | None]
    halves: frozenset[int]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Body:
        texts, documents, halves = [], [], []
        for i, row in enumerate(rows):
            texts.append(row.whole)
            documents.append(row.document)
            if row.text is None and row.turns is None and not (_said(row.prompt or "") and _said(row.completion or "")):
                halves.append(i)
        return cls(texts, documents, frozenset(halves))


class Fix(NamedTuple):
    """How one kind changes a text in this data set; `sure`: what it found is what it looks for."""

    fix: Callable[[str], str]
    sure: bool = True

    def __call__(self, text: str) -> str:
        return self.fix(text)


class Proposal(Frozen):
    """What `kind` would do: change or drop `rows`. The example is of row `row` (from 1).

    `before` and `after` are excerpts around the change; a dropped row has no `after`, and `like` is the row (from
    1) that it repeats, if that is why.
    """

    kind: Kind
    rows: int
    recommended: bool
    row: int
    before: str
    after: str | None = None
    like: int | None = None


class Survey(NamedTuple):
    proposals: tuple[Proposal, ...]
    repeats: Repeats


def survey(body: Body, shape: Shape) -> Survey:
    """Everything that could be cleaned, in the order of ORDER; each kind looks at what those before it would leave."""
    texts, mendings = _mendings(body.texts, shape)
    found = repeats(texts)
    return Survey((*mendings, *_droppings(body, texts, shape, found)), found)


def _mendings(texts: Sequence[str], shape: Shape) -> tuple[list[str], list[Proposal]]:
    """The texts with all that is recommended done, and what was proposed on the way."""
    left = list(texts)
    suspects = [i for i, text in enumerate(texts) if suspicious(text)]
    proposals: list[Proposal] = []
    for kind in ORDER:
        fix = None if kind in DROPS else _fix(kind, left, shape)
        if fix is None:
            continue
        looked_at = suspects if kind in MENDS else range(len(left))
        changed = {i: text for i in looked_at if (text := fix(left[i])) != left[i]}
        advised = fix.sure and kind not in ASKED
        if changed:
            row = min(changed)
            before, after = _excerpts(left[row], changed[row])
            proposals.append(
                Proposal(
                    kind=kind, rows=len(changed), recommended=advised, row=row + 1, before=before,
                    after=after if after.strip() else None,
                )
            )  # fmt: skip
        for i, text in changed.items() if advised else ():
            left[i] = text
    return left, proposals


def _droppings(body: Body, texts: list[str], shape: Shape, found: Repeats) -> Iterator[Proposal]:
    """What could be taken out of `texts`, the mended ones of `body`."""
    mended = Body(texts, body.documents, body.halves)
    for kind in (kind for kind in ORDER if kind in DROPS):
        dropped = _drop(kind, mended, shape, found)
        # What was nothing but residue goes with its kind: it is not told as empty besides.
        told = {i: like for i, like in dropped.items() if texts[i].strip() or not body.texts[i].strip()}
        if told:
            row = min(told)
            like = told[row]
            shown = _cut(body.texts[row], 4 * AROUND)
            yield Proposal(
                kind=kind, rows=len(told), recommended=kind not in ASKED, row=row + 1, before=shown,
                like=None if like is None else like + 1,
            )  # fmt: skip


def _fix(kind: Kind, texts: Sequence[str], shape: Shape) -> Fix | None:
    """How to mend `kind` in these texts; None where there is nothing of it."""
    if kind in MENDS:
        # A conversation or an answer may well be written with Markdown; a poem or a story seldom.
        return Fix(MENDS[kind].__call__, kind != "markdown" or shape in ("prose", "verse"))
    if shape not in RUNNING:
        return None
    if kind == "hyphens":
        cut = any("-\n" in text for text in texts)
        # A poet may cut a word at the end of a verse and mean it.
        return Fix(settled(joiner(vocabulary(texts))), shape != "verse") if cut else None
    lines = page_numbers(texts) if kind == "page_numbers" else running_heads(texts, shape == "verse")
    return Fix(lines.drop, lines.sure) if lines.lines else None


def _drop(kind: Kind, body: Body, shape: Shape, found: Repeats) -> dict[int, int | None]:
    """The rows (from 0) that `kind` takes out -> the row each repeats, if that is why."""
    texts = body.texts
    if kind == "blank":
        return {i: None for i, text in enumerate(texts) if i in body.halves or not _said(text)}
    if kind == "short":
        return _short(texts) if shape in ("prose", "verse", "table") else {}
    if kind == "near_duplicates":
        return dict(found.near)
    least = REPEAT_WORDS if shape in RUNNING else 1
    counted = {row: like for row, like in found.exact.items() if _words(texts[row]) >= least}
    meant = refrains(counted, body.documents) if shape in RUNNING else set()
    if shape == "prose":
        meant = {row for row in meant if _words(texts[row]) < REFRAIN_WORDS}
    return {row: like for row, like in counted.items() if (row in meant) == (kind == "refrains")}


def _short(texts: Sequence[str]) -> dict[int, int | None]:
    if not texts or median(text.count(" ") for text in texts) < LONG_MEDIAN:
        return {}
    few = (i for i, text in enumerate(texts) if text.count(" ") < 2 * SHORT_WORDS)
    return {i: None for i in few if _words(texts[i]) < SHORT_WORDS and _said(texts[i])}


def _words(text: str) -> int:
    return len(WORD.findall(text))


def _said(text: str) -> bool:
    """Is there a letter, a figure or an emoji in it? Rules of asterisks and lone dashes say nothing."""
    return any(c.isalnum() or unicodedata.category(c) == "So" for c in text)


def _excerpts(before: str, after: str) -> tuple[str, str]:
    """Both texts around what changed, cut at words where they are long; a cut is marked."""
    start = _alike(before, after)
    same = _alike(before[start:][::-1], after[start:][::-1])
    begin = max(0, start - AROUND)
    begin = before.find(" ", begin, start) + 1 or begin if begin else 0
    lead = "… " if begin else ""
    ends = (min(len(text) - same + AROUND, begin + 5 * AROUND) for text in (before, after))
    first, second = (lead + _cut(text[begin:], end - begin) for text, end in zip((before, after), ends, strict=True))
    return first, second


def _alike(a: str, b: str) -> int:
    """How many characters both begin with."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length + 20 else text[:length].rsplit(" ", 1)[0] + " …"


# --- applying ---------------------------------------------------------------------------------------------------------


class CleaningPlan(NamedTuple):
    """`changed` rows differ or go; `dropped` are the indices (from 0) that go, once `fixes` have been applied."""

    fixes: tuple[Fix, ...]
    dropped: frozenset[int]
    changed: int

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows as they will be, one at a time."""
        for i, row in enumerate(rows):
            if i not in self.dropped:
                yield mended(row, self.fixes)


def plan(body: Body, shape: Shape, kinds: Iterable[Kind]) -> CleaningPlan:
    """What applying `kinds`, in the order of ORDER, would do to the data set."""
    texts = body.texts
    chosen = [kind for kind in ORDER if kind in set(kinds)]
    fixes = []
    for kind in chosen:
        if kind not in DROPS and (fix := _fix(kind, texts, shape)) is not None:
            texts = [fix(text) for text in texts]
            fixes.append(fix)
    after = Body(texts, body.documents, body.halves)
    # A row that was nothing but residue (a page number) has nothing left: it goes.
    dropped = {i for i, text in enumerate(texts) if not text.strip()}
    drops = [kind for kind in chosen if kind in DROPS]
    found = repeats(texts) if set(drops) - {"blank", "short"} else Repeats({}, {})
    for kind in drops:
        dropped |= _drop(kind, after, shape, found).keys()
    differ = sum(i not in dropped and texts[i] != text for i, text in enumerate(body.texts))
    return CleaningPlan(tuple(fixes), frozenset(dropped), differ + len(dropped))


def mended(row: Row, fixes: Sequence[Fix]) -> Row:
    """`row` with all its texts mended; a title of which nothing is left is dropped."""

    def mend(text: str | None) -> str | None:
        for fix in fixes:
            text = fix(text) if text else text
        return text

    if not fixes:
        return row
    turns = row.turns and tuple(turn.model_copy(update={"content": mend(turn.content)}) for turn in row.turns)
    update = {name: mend(getattr(row, name)) for name in ("text", "prompt", "completion")}
    return row.model_copy(update={**update, "turns": turns, "title": mend(row.title) or None})

"""Whether words are about the learner's own text: a question in its words, a part of it by its title, or to be read."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from skills.blocks import Passage, Passages, msg
from skills.errors import FileMissing
from skills.texts.excerpt import excerpt
from skills.texts.normalize import fold_in_place
from skills.texts.parts import part_of
from skills.texts.stems import stem
from skills.texts.stopwords import STOP
from skills.workspace import Manifest, Workspace
from tutor.dialogue.context import Dialogue
from tutor.dialogue.open_step import back_button
from tutor.nlu.mentions import read_part
from tutor.nlu.wording import words
from tutor.turn import Said

LARGEST = 3_000_000
"""Characters of a text whose words are looked at: some 1,500 pages, in a second."""
MOST = 0.6
"""The share of the question's words, small ones aside, that have to be in the text; and so many of them at least."""
FEWEST = 2
RARE = 12
"""Times that a word comes in a text at most of which one alone makes a question be about it: a name, hardly a «day»."""
SHOWN = 2_000
"""Characters of a part that are shown."""
_SMALL = STOP["es"] | STOP["en"]
_READ = re.compile(
    r"\b(?:le[eo]\w*|lee\w*|mostr\w+|muestr\w+|ensen\w+|dejame ver|quiero (?:ver|leer)|read|show|let me see"
    r"|can i see)\b"
)
"""How one asks, in folded words, for a part to be read."""
_ABOUT = re.compile(
    r"\bde que (?:se )?(?:trata|habla|va)\b|\bwhats? .{0,40}\babout\b|\bresum\w+|\bsum\w* up\b|\bsummar\w+"
)


class PartAsked(NamedTuple):
    """A part of the text in hand, as skills/texts/parts.py reads it, and whether it is to be read, or told in short."""

    part: str
    wanted: str


def in_hand(dialogue: Dialogue) -> Manifest | None:
    """The text in hand, if its words can be looked at."""
    try:
        found = dialogue.workspace.find(dialogue.memory.dataset) if dialogue.memory.dataset else None
    except FileMissing:
        return None
    return found if found and found.characters <= LARGEST else None


def about_the_text(dialogue: Dialogue, question: str) -> bool:
    """Whether the text in hand has most of the question's words; or its only one, where that is rare there."""
    manifest = in_hand(dialogue)
    asked = {stem(word) for word in words(question) if word not in _SMALL}
    if manifest is None or not asked:
        return False
    known = _words_of(dialogue.workspace.home, manifest.id, manifest.rows_file)
    there = [word for word in asked if word in known]
    if len(asked) < FEWEST:
        return len(there) == 1 and known[there[0]] <= RARE
    return len(there) >= max(FEWEST, MOST * len(asked))


def part_asked(dialogue: Dialogue, text: str) -> PartAsked | None:
    """The part of the text in hand that a message asks to be read or told, by its number («la carta 3») or its title
    («léeme el de garúa»)."""
    manifest = in_hand(dialogue)
    folded = fold_in_place(text)
    reads, tells = _READ.search(folded), _ABOUT.search(folded)
    if manifest is None or not (reads or tells):
        return None
    part = read_part(folded) or _titled(dialogue, manifest, folded)
    return PartAsked(part, "summarize" if tells else "read") if part else None


def _titled(dialogue: Dialogue, manifest: Manifest, folded: str) -> str | None:
    """The one title of the text, number and all, whose words a message has."""
    said = set(words(folded))
    titles = _titles_of(dialogue.workspace.home, manifest.id, manifest.rows_file)
    named = [title for title, content in titles if content and content <= said]
    longest = max((len(words(title)) for title in named), default=0)
    found = [title for title in named if len(words(title)) == longest]
    return found[0] if len(found) == 1 else None


async def show_part(dialogue: Dialogue, part: str) -> AsyncIterator[Said]:
    """A part of the text in hand, as it is. Raises PartMissing."""
    manifest = in_hand(dialogue)
    assert manifest
    rows = part_of(list(dialogue.workspace.rows(manifest.id)), part, manifest.name)
    whole = "\n\n".join(row.whole for row in rows)
    title = next((row.title for row in rows if row.title), None)
    source = f"{manifest.name}, {title}" if title else manifest.name
    dialogue.about.add(manifest.id)
    more = "chat.part.cut" if len(whole) > SHOWN else "chat.part.whole"
    block = Passages(
        title=msg("chat.part.title", name=manifest.name),
        passages=(Passage(text=excerpt(whole, SHOWN), source=source),),
        caption=msg(more),
    )
    tell = dialogue.button("intents.summarize.label", "summarize", args={"file": manifest.id, "part": part})
    yield dialogue.say(tone="aside", blocks=(block,), buttons=(back_button(dialogue), tell))


@lru_cache(maxsize=2)
def _words_of(home: Path, dataset: str, rows_file: str) -> dict[str, int]:
    """The stems of a data set's words, as its rows are now (`rows_file`), and how often each comes."""
    counts: dict[str, int] = {}
    for row in Workspace(home).rows(dataset):
        for word in words(row.whole):
            counts[stem(word)] = counts.get(stem(word), 0) + 1
    return counts


@lru_cache(maxsize=2)
def _titles_of(home: Path, dataset: str, rows_file: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The titles in a data set, each with its words, small ones aside."""
    titles = dict.fromkeys(row.title for row in Workspace(home).rows(dataset) if row.title)
    return tuple((title, frozenset(w for w in words(title) if w not in _SMALL and not w.isdigit())) for title in titles)


def forget_words() -> None:
    """A text was deleted: nothing of it stays in memory either."""
    _words_of.cache_clear()
    _titles_of.cache_clear()

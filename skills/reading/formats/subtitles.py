"""Subtitles, transcripts and timed lyrics: what is said, in sentences joined to paragraphs by pauses and speakers."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import NamedTuple

from skills.reading.formats.cues import SONG_TAG, Cue, Parser, bare, is_song, parser_for, plain
from skills.reading.left_out import LeftOut
from skills.reading.part import Part, rewritten
from skills.reading.read import head_text, lines
from skills.texts.sentences import words
from skills.workspace import Shape

PAUSE, LONG_PAUSE = 2.0, 8.0
"""Seconds of silence that end a paragraph: after a whole sentence (or where nothing marks sentences), and anywhere."""
ENOUGH, MOST = 100, 200
"""Words after which a paragraph ends with the next sentence, and without one."""
PACE = 2.0
"""Words a second, to guess how long one spoke where only beginnings are told."""
PEEK = 600
"""Cues that are looked at to tell who speaks and whether each repeats what the one before said."""
ROLLING = 0.3
"""Share of the cues that begin with what was said, in captions that roll."""
ENDED = re.compile(r"[.!?…]+[\"'»”’)\]]*$")
TURN = re.compile(r"^(?:[-–—]\s?(?=\S)|>{2,}\s*)")
SAID = re.compile(
    r"^(?:[-–—]\s?|>{2,}\s*)?(?:\*\*|__)?((?![\d\W])[\w .'’-]{1,38}?)(?:\s?\([^()]{1,30}\))?"
    r"(?:\*\*|__)?\s?:(?:\*\*|__)?\s+(?=\S)"
)
"""Who speaks, perhaps in bold and with how: «Nora: », «- NORA (en off): », «**Nora:** »."""
TITLE_LENGTH = 80


def said(part: Part, folder: Path) -> Part | None:
    """The part as what is said in it, if it is subtitles; else None. Raises FileEmpty."""
    head = head_text(part.source)
    parser = parser_for(head, part.name)
    if parser is None:
        return None
    filled = [line for line in head.split("\n") if line.strip()]
    if is_song(filled, part.name):
        title = next((tag[2].strip() for line in filled[:20] if (tag := SONG_TAG.match(line)) and tag[1] == "ti"), "")
        usual = _usual_step(list(itertools.islice(parser(lines(part.source), LeftOut()), PEEK)))
        sung = _stanzas(parser(lines(part.source), part.left), title, usual)
        return replace(rewritten(part, sung, folder), kind="text", shape="verse")
    peek = list(itertools.islice(_spoken(parser, part, LeftOut()), PEEK))
    rolls, names = _rolls(peek), _names(peek)
    cues = _spoken(parser, part, part.left)
    found = paragraphs(_unrolled(cues, part.left) if rolls else cues, names)
    shape: Shape | None = None if names or any(cue.speaker for cue in peek) else "prose"
    return replace(rewritten(part, _apart(found), folder), kind="text", shape=shape)


def _spoken(parser: Parser, part: Part, left: LeftOut) -> Iterator[Cue]:
    return (spoken for cue in parser(lines(part.source), left) for spoken in bare(cue, left))


def _rolls(cues: Sequence[Cue]) -> bool:
    """Do cues begin, time and again, with the line that the one before ended with?"""
    pairs = [(a.lines[-1], b.lines[0]) for a, b in itertools.pairwise(cues)]
    again = sum(a == b or a.endswith(f" {b}") or b.startswith(f"{a} ") for a, b in pairs)
    return again >= max(2, ROLLING * len(pairs))


def _unrolled(cues: Iterable[Cue], left: LeftOut) -> Iterator[Cue]:
    """Each line once: a cue of captions that roll shows again what the one before said, and goes on."""
    shown: list[str] = []
    for cue in cues:
        fresh = list(cue.lines)
        again = next((n for n in range(min(3, len(fresh)), 0, -1) if shown[-n:] == fresh[:n]), 0)
        if not again and shown and shown[-1].endswith(f" {fresh[0]}"):
            again = 1
        for line in fresh[:again]:
            left.leave("repeated_captions", line)
        fresh = fresh[again:]
        if fresh and not again and shown and fresh[0].startswith(f"{shown[-1]} "):
            left.leave("repeated_captions", shown[-1])
            shown[-1], fresh[0] = fresh[0], fresh[0][len(shown[-1]) + 1 :]
            shown = [*shown, *fresh[1:]][-3:]
        else:
            shown = [*shown, *fresh][-3:]
        if fresh:
            yield cue._replace(lines=tuple(fresh))


def _names(cues: Sequence[Cue]) -> frozenset[str]:
    """Who speaks, where lines begin with «Name:» more than once, or with «NAME:»."""
    found = Counter(match[1] for cue in cues for line in cue.lines if (match := SAID.match(line)))
    return frozenset(
        name for name, times in found.items()
        if len(name.split()) <= 4 and (name.isupper() or (times > 1 and name[0].isupper()))
    )  # fmt: skip


class _Said(NamedTuple):
    """`turns`: somebody else begins to speak."""

    text: str
    speaker: str | None
    turns: bool


def _parted(cue: Cue, names: frozenset[str]) -> Iterator[_Said]:
    """What a cue says, a piece for each line that begins with a name or with a dash."""
    speaker, turns, held = cue.speaker, False, list[str]()
    for line in cue.lines:
        named = SAID.match(line)
        begins = TURN.match(line)
        if begins or (named and named[1] in names):
            if held:
                yield _Said(" ".join(held), speaker, turns)
            turns, held = True, []
            speaker = named[1] if named and named[1] in names else None
            line = line[named.end() if named and speaker else begins.end() if begins else 0 :]
        held.append(line)
    if held:
        yield _Said(" ".join(held), speaker, turns)


class _Paragraph:
    """Gathers what is said until a pause, another speaker or enough words end the paragraph."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.speaker: str | None = None
        self.words = 0
        self.end = 0.0

    def ends_before(self, piece: _Said, start: float, marked: bool) -> bool:
        if not self.pieces:
            return False
        if piece.speaker != self.speaker if piece.speaker else piece.turns:
            return True
        ended = bool(ENDED.search(self.pieces[-1]))
        pause = start - self.end
        silent = pause >= LONG_PAUSE or (pause >= PAUSE and (ended or not marked))
        return silent or (self.words >= ENOUGH and ended) or self.words >= MOST

    def add(self, piece: _Said, start: float, end: float | None) -> None:
        self.pieces.append(piece.text)
        self.speaker = piece.speaker or (None if piece.turns else self.speaker)
        count = len(words(piece.text))
        self.words += count
        self.end = max(self.end, start + count / PACE if end is None else end)

    def taken(self) -> str:
        text = " ".join(self.pieces)
        self.pieces, self.words = [], 0
        return f"{self.speaker}: {text}" if self.speaker else text


def paragraphs(cues: Iterable[Cue], names: frozenset[str] = frozenset()) -> Iterator[str]:
    """What the cues say, in paragraphs of one line each, after the name of who speaks where it is told."""
    paragraph = _Paragraph()
    marked = False
    for cue in cues:
        for piece in _parted(cue, names):
            marked = marked or bool(ENDED.search(piece.text))
            if paragraph.ends_before(piece, cue.start, marked):
                yield paragraph.taken()
            paragraph.add(piece, cue.start, cue.end)
    if paragraph.pieces:
        yield paragraph.taken()


def _apart(found: Iterator[str]) -> Iterator[str]:
    """Paragraphs with room between them; a first one that could be taken for a title goes on with the next."""
    first = next(found, "")
    if len(first) < TITLE_LENGTH and not ENDED.search(first) and ": " not in first:
        first = f"{first} {next(found, '')}".strip()
    for text in itertools.chain([first], found):
        yield from (text, "")


def _usual_step(cues: Sequence[Cue]) -> float:
    """Seconds from the beginning of a line to that of the next."""
    steps = [b.start - a.start for a, b in itertools.pairwise(cues)]
    return median(steps) if steps else 0.0


def _stanzas(cues: Iterable[Cue], title: str, usual: float) -> Iterator[str]:
    """The lines of a song; a longer silence than usual parts its stanzas."""
    if title:
        yield from (f"# {title}", "")
    before: float | None = None
    for cue in cues:
        if before is not None and cue.start - before > max(2.2 * usual, usual + 4):
            yield ""
        yield plain(cue.lines[0], LeftOut())
        before = cue.start

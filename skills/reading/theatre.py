"""From the lines of a play, an interview or any dialogue to rows: some turns a row, each with who speaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from skills.reading.indents import dedented
from skills.reading.rows import HEADING, TITLE, TURNS, Piece, parts, unwrap
from skills.reading.shape import blocks_of, margin_of
from skills.reading.speakers import ABOVE, BY_COLON, Manner, manner_of
from skills.workspace import Row

WHICH = (
    r"(?:[ivxlc]+|\d+|primer[oa]?|segund[oa]|tercer[oa]?|cuart[oa]|quint[oa]|sext[oa]|s[ée]ptim[oa]|octav[oa]|noven[oa]"
    r"|d[ée]cim[oa]|[úu]nic[oa]|[úu]ltim[oa]|uno|dos|tres|cuatro|cinco|one|two|three|four|five|six|first|second|third"
    r"|fourth|fifth|sixth|last)"
)
ACT = r"(?:acto|act|jornada)"
SCENE = r"(?:escena|scene|cuadro|tableau)"
ENTITLED = re.compile(
    rf"\W*(?:(?:{ACT}|{SCENE})\s+{WHICH}\b.{{0,60}}|{WHICH}\s+(?:{ACT}|{SCENE})\b.{{0,40}}"
    r"|(?:pr[óo]logo|prologue|ep[íi]logo|epilogue)\W*|(?-i:INT|EXT|INT\./EXT)[./] ?\S.{0,70})",
    re.IGNORECASE,
)
"""An act, a scene, or the place and time that open one in a film."""
IN_ACT = re.compile(rf"[\s,.;:·—–-]*\b(?={SCENE}\b)", re.IGNORECASE)
BEGINS_ACT = re.compile(rf"\W*(?:{WHICH}\s+)?{ACT}\b", re.IGNORECASE)
BEGINS_SCENE = re.compile(rf"\W*(?:{WHICH}\s+)?{SCENE}\b", re.IGNORECASE)
LONGEST = 150
"""Lines of a turn: beyond, a long speech is parted where its author left a blank line."""


def pieces(lines: Iterable[str], head: str) -> Iterator[Piece]:
    """The rows of a dialogue; an act, a scene, a heading or a rule begins a document.

    `head`, the beginning of the text, tells how it names who speaks, and whether its lines were cut at a margin.
    """
    filled = [line for line in head.split("\n") if line.strip()]
    manner = manner_of(filled) or BY_COLON
    wrapped = margin_of(blocks_of("\n".join(line for line in head.split("\n") if not _bare(line, manner)))) > 0
    title, act, document, begun = None, "", 0, False
    turns: list[str] = []
    for opens, written in _elements(lines, manner, _title_of(head, manner)):
        if turns and (opens or len(turns) == TURNS):
            yield Piece(Row(text="\n".join(turns), title=title), document)
            turns, begun = [], True
        if opens:
            document += begun
            begun = False
            act, title = _called(written[0], act)
        else:
            turns.append(_told(written, manner, wrapped))
    if turns:
        yield Piece(Row(text="\n".join(turns), title=title), document)


def _elements(lines: Iterable[str], manner: Manner, title: str | None) -> Iterator[tuple[bool, list[str]]]:
    """What a play is made of, in order: (True, the title of a part) and (False, the lines of a turn, with blank ones
    where the author left room). A name under a name is no turn: the list of characters."""
    turn: list[str] = []
    blank, waiting = True, False
    for line in lines:
        bare = line.strip()
        if not bare:
            blank = True
            continue
        said = manner.turn(line)
        opens = parts(bare) or bare == title or (blank and said is None and _entitles(bare))
        if turn and (opens or (said is not None and not waiting) or (blank and len(turn) > LONGEST)):
            yield False, turn
            turn = []
        if opens:
            yield True, [bare]
        else:
            turn += [*([""] if blank and turn else []), line.rstrip()]
        title = None
        blank, waiting = opens, not opens and said is not None and not said[1]
    if turn:
        yield False, turn


def _entitles(line: str) -> bool:
    return len(line) <= 90 and bool(ENTITLED.fullmatch(line))


def _title_of(head: str, manner: Manner) -> str | None:
    """The first line, if it stands alone and looks like a title."""
    first, _, rest = head.lstrip().partition("\n")
    following = rest.partition("\n")[0]
    alone = rest.strip() and not following.strip()
    return first.strip() if alone and TITLE.match(first) and manner.turn(first) is None else None


def _called(line: str, act: str) -> tuple[str, str | None]:
    """The act that goes on from here, and the title of what begins: a scene's with that of its act."""
    heading = HEADING.match(line)
    title = ((heading[1] or heading[2]) if heading else line).strip(" *_#")
    if not any(c.isalnum() for c in title):
        return "", None
    if BEGINS_ACT.match(title):
        return IN_ACT.split(title, maxsplit=1)[0], title
    return act, f"{act}, {title}" if act and BEGINS_SCENE.match(title) else title


def _bare(line: str, manner: Manner) -> bool:
    """Does the line hold a name and nothing else?"""
    return manner.form in ABOVE and manner.turn(line) is not None


def _told(turn: list[str], manner: Manner, wrapped: bool) -> str:
    """A turn as it is kept: each line on its own, set in as its author did, or made whole where a margin cut it.

    Under a name that stands alone room is kept, as between what is said and what is done; before, there is none.
    """
    first, rest = turn[0].strip(), turn[1:]
    if not rest:
        return first
    below = _bare(turn[0], manner)
    while rest and not rest[0]:
        rest = rest[1:]
    if not wrapped:
        kept = dedented(rest)
        return "\n".join([first, *(kept if below else filter(None, kept))])
    blocks = blocks_of("\n".join([*([] if below else [first]), *rest]))
    said = [unwrap(block) for block in blocks]
    return "\n".join([first, "\n\n".join(said)] if below else said)

"""From the messages of a chat to rows: some turns each or, where one of those who speak is chosen, what they answer."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Literal

from skills.reading.left_out import LeftOut
from skills.reading.read import TextSource, lines
from skills.reading.rows import TURNS, Piece
from skills.reading.said import ASSISTANT, SYSTEM, USER, Chat, Said, Talk
from skills.reading.shape import TURN
from skills.texts.normalize import fold
from skills.workspace import Row, Turn

HOUR, DAY = 3600, 86_400
PAUSE = 4 * HOUR
"""What is said after a silence as long as this is another conversation."""
LONGEST = 32
"""Turns of a conversation that are one row; a longer one goes on in the next, after an answer."""
OFFERED = range(2, 7)
"""How many may speak in a chat for each of them to be offered as the one who answers."""

Role = Literal["system", "user", "assistant"]


class Speakers(Counter[str]):
    """How many messages each has written, and in how many conversations."""

    def __init__(self) -> None:
        super().__init__()
        self.talks: Counter[str] = Counter()

    def forget(self) -> None:
        """As new: the chat is read once more from its beginning."""
        self.clear()
        self.talks.clear()

    def meet(self, heard: Mapping[str | None, int]) -> None:
        """Add those who spoke in one conversation."""
        for who, times in heard.items():
            if who is not None and who != SYSTEM:
                self[who] += times
                self.talks[who] += 1

    def offered(self) -> list[str]:
        """Who may be the one who answers: all of a few or, of many, those who are in most of the conversations."""
        if len(self) in OFFERED:
            return [name for name, _ in self.most_common()]
        most = max(self.talks.values(), default=0)
        return [name for name, times in self.talks.most_common(2) if most > 2 and times > most / 2]

    def called(self, name: str) -> str | None:
        """Who of them is meant by `name`, capitals and accents aside."""
        return next((known for known in self if fold(known) == fold(name)), None)


def pieces(chat: Chat, me: str | None, left: LeftOut, speakers: Speakers) -> Iterator[Piece]:
    """The rows of a chat, a document for each conversation. `me`: whose words are what is answered, all others' what
    is asked. Tells what it leaves out in `left`, and who speaks in `speakers`."""
    answering = me or (ASSISTANT if chat.roles else None)
    document = 0
    for talk in chat.talks(left):
        heard: Counter[str | None] = Counter()
        for _, stretch in itertools.groupby(_numbered(talk.said, heard, whole=chat.roles), key=_number):
            said = map(_message, stretch)
            begun = False
            for row in _answers(said, talk, answering, chat.roles, left) if answering else _shown(said, talk):
                begun = True
                yield Piece(row, document)
            document += begun
        speakers.meet(heard)


def _numbered(said: Iterable[Said], heard: Counter[str | None], whole: bool) -> Iterator[tuple[int, Said]]:
    """Each message with the number of its conversation, unless the `whole` is one: a long silence ends a conversation,
    a new day if nobody is awake. Counts in `heard` who speaks."""
    number, before = 0, None
    for message in said:
        heard[message.who] += 1
        at = message.at
        if at is not None and not whole:
            if before is not None and (silence := at - before) >= HOUR:
                number += silence >= PAUSE or at // DAY != before // DAY
            before = at
        yield number, message


_number, _message = itemgetter(0), itemgetter(1)


def _shown(said: Iterator[Said], talk: Talk) -> Iterator[Row]:
    """Some turns a row, with the names; a message of several lines keeps them."""
    while turns := list(itertools.islice(said, TURNS)):
        said_by = (f"{message.who}: {message.text}" if message.who else message.text for message in turns)
        yield Row(text="\n".join(said_by), title=talk.title)


def _answers(said: Iterable[Said], talk: Talk, me: str, roles: bool, left: LeftOut) -> Iterator[Row]:
    """What the others say and what `me` answers, by turns. What is never answered, and what answers nobody, is left
    out."""
    sides: dict[str | None, Role] = {SYSTEM: SYSTEM} if roles else {}
    turns: list[tuple[Role, list[str]]] = []
    for message in said:
        if message.who not in sides:
            sides[message.who] = ASSISTANT if fold(message.who or "") == fold(me) else USER
        role = sides[message.who]
        if turns and turns[-1][0] == role:
            turns[-1][1].append(message.text)
            continue
        if role == ASSISTANT and (not turns or turns[-1][0] == SYSTEM):
            left.leave("chat_openings", message.text)
            continue
        if role == USER and len(turns) >= LONGEST and not roles:
            yield _row(turns, talk)
            turns = []
        turns.append((role, [message.text]))
    if any(role == ASSISTANT for role, _ in turns):
        yield _row(turns, talk)
    else:
        for role, texts in turns:
            for text in texts if role == USER else ():
                left.leave("chat_unanswered", text)


def _row(turns: list[tuple[Role, list[str]]], talk: Talk) -> Row:
    return Row(turns=tuple(Turn(role=role, content="\n".join(texts)) for role, texts in turns), title=talk.title)


def named(source: TextSource) -> Chat:
    """Running text whose lines begin with who speaks, as a chat."""
    return Chat(lambda _: [Talk(None, _named(lines(source)))], running=True)


def _named(lines: Iterable[str]) -> Iterator[Said]:
    """The turns of such a text; a line without a name goes on the one before."""
    who: str | None = None
    text: list[str] = []
    for line in lines:
        if (turn := TURN.match(line)) is None:
            text.append(line.strip())
            continue
        if said := "\n".join(text).strip():
            yield Said(who, said)
        who, text = turn[1].strip(), [line.split(":", 1)[1].strip("*_ ")]
    if said := "\n".join(text).strip():
        yield Said(who, said)

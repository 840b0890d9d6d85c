"""All that was brought in at once, as one data set: its parts, their rows in order, other ways to read it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from skills.blocks import Scalar
from skills.errors import BadInput, FileEmpty, FileUnreadable, UserError
from skills.reading.conversations import Speakers
from skills.reading.left_out import LeftOut
from skills.reading.part import Part
from skills.reading.read import head_text
from skills.reading.rows import Piece
from skills.reading.shape import TURN, blocks_of
from skills.reading.understand import Understood, Wanted, understand
from skills.workspace import Shape

CANDIDATES = 4
"""Columns that are offered as the one with the text."""
SPEAKERS = 12
"""Of those who speak in a chat, how many are named where the one who was asked for is not among them."""


@dataclass(frozen=True)
class Collection:
    """The parts of a data set. `shape`: that of most of the text; a part of another shape is read as it is.

    `wanted`: who was chosen, of those who speak in a chat, as the one who answers.
    """

    parts: tuple[Understood, ...]
    titles: tuple[str | None, ...]
    shape: Shape
    facts: dict[str, Scalar]
    wanted: str | None = None

    @property
    def main(self) -> Understood:
        """The largest part of the collection's shape: its columns and encoding are told."""
        return max((part for part in self.parts if part.shape == self.shape), key=lambda part: part.source.bytes)

    def pieces(self) -> Iterator[Piece]:
        """All rows. Each of several files or sheets with running text is a document; elsewhere parts divide it."""
        offset, any_row = 0, False
        for part, title in zip(self.parts, self.titles, strict=True):
            last = -1
            for row, document in part.pieces():
                if title is not None and row.title is None:
                    row = row.model_copy(update={"title": title})
                whole = title is not None and part.columns is None and part.shape not in ("pairs", "chat")
                last = 0 if whole else document
                any_row = True
                yield Piece(row, offset + last)
            offset += last + 1
        if self.wanted is not None and (self.me is None or not any_row):
            known = ", ".join(name for name, _ in self.speakers.most_common(SPEAKERS))
            kind = "answers_nobody" if self.me is not None else "speaker" if known else "no_speaker"
            raise BadInput(name=self.wanted, problem=known, kind=kind)

    @property
    def speakers(self) -> Speakers:
        """Who speaks in the chats of all parts whose rows were read."""
        found = Speakers()
        for part in self.parts:
            found.update(part.speakers)
            found.talks.update(part.speakers.talks)
        return found

    @property
    def me(self) -> str | None:
        """Who answers in the rows, as the chat writes the name; None if nobody was chosen, or has said a word."""
        return None if self.wanted is None else self.speakers.called(self.wanted)

    @property
    def left(self) -> tuple[LeftOut, ...]:
        """What was left out of each part, in opening it and in reading its rows."""
        return tuple(left for part in self.parts for left in (part.left, part.counts))

    def notices(self) -> tuple[str, ...]:
        """Codes of what is told about the reading, each once, in order."""
        codes = [code for part in self.parts for code in part.notices]
        if len({part.shape for part in self.parts}) > 1:
            codes.append("mixed")
        return tuple(dict.fromkeys([*codes, *(code for code in self.facts if not code.endswith("_names"))]))


def gather(parts: Sequence[Part], wanted: Wanted, name: str) -> Collection:
    """Understand each part. Raises FileEmpty if none holds a row; of a single part, what is wrong with it."""
    found: list[tuple[Part, Understood]] = []
    for part in parts:
        try:
            found.append((part, replace(understand(part, wanted), left=part.left)))
        except FileEmpty:
            continue
    if not found:
        raise nothing(name, (part.left for part in parts))
    sizes: Counter[Shape] = Counter()
    for part, understood in found:
        sizes[understood.shape] += part.source.bytes
    facts: dict[str, Scalar] = {}
    for part, understood in found:
        for code, value in (part.facts | understood.facts).items():
            before = facts.get(code)
            facts[code] = before + value if isinstance(before, int) and isinstance(value, int) else value
    several = len(found) > 1
    return Collection(
        tuple(understood for _, understood in found),
        tuple(part.title if several else None for part, _ in found),
        sizes.most_common(1)[0][0],
        facts,
        wanted.me,
    )


def nothing(name: str, left: Iterable[LeftOut]) -> UserError:
    """What is wrong with a file that has no rows: there may be formulas in it, and not what they gave."""
    formulas = any(out["formulas"] for out in left)
    return FileUnreadable(name=name, kind="sheet_formulas") if formulas else FileEmpty(name=name)


def alternatives(found: Collection) -> tuple[dict[str, str], ...]:
    """Other ways to read it that make sense for this text, as choices, the likelier first."""
    main = found.main
    if main.shape == "chat" and main.chat is not None:
        return tuple(_other_answers(found))
    if main.columns is None:
        return tuple({"shape": shape} for shape in _other_shapes(main))
    if main.is_json and main.shape == "chat":
        return ()
    columns = main.columns
    choices: list[dict[str, str]] = []
    for name in main.wordy[:CANDIDATES]:
        if name != columns.text:
            choices.append({"text_column": name})
    pair = [name for name in columns.names if name in main.wordy[:2]]
    if columns.prompt and columns.completion:
        choices.append({"prompt_column": columns.completion, "completion_column": columns.prompt})
    elif len(pair) == 2:
        choices.append({"prompt_column": pair[0], "completion_column": pair[1]})
    if columns.text:
        kept = {"text_column": columns.text}
        choices.append({"shape": "prose" if main.shape == "verse" else "verse", **kept})
    if main.shape != "table" and len(columns.names) > 1:
        choices.append({"shape": "table"})
    return tuple(choices)


def _other_answers(found: Collection) -> Iterator[dict[str, str]]:
    """Who of those who speak in a chat may be the one who answers; once somebody is, that nobody be."""
    main = found.main
    assert main.chat is not None
    if not main.chat.roles:
        yield from ({"me": name} for name in found.speakers.offered() if name != found.me)
    if found.me is not None:
        yield {"shape": "chat"}
    elif main.chat.running:
        yield {"shape": "prose"}


def _other_shapes(main: Understood) -> list[Shape]:
    """Shapes of running text that its lines allow, besides the one that was seen."""
    lines = [line for line in head_text(main.source).split("\n")[:2000] if line.strip()]
    named = Counter(match[1].strip().casefold() for line in lines if (match := TURN.match(line)))
    spoken = sum(times for times in named.values() if times > 1)
    short = bool(lines) and sorted(map(len, lines))[len(lines) // 2] <= 80
    several = max((len(block) for block in itertools.islice(blocks_of("\n".join(lines)), 50)), default=0) > 1
    possible: dict[Shape, bool] = {
        "verse": short and len(lines) >= 4 and (several or main.shape != "prose"),
        "dialogue": len([name for name, times in named.items() if times > 1]) >= 2 and spoken >= 0.2 * len(lines),
        "pairs": len([name for name, times in named.items() if times > 1]) == 2 and spoken >= 0.2 * len(lines),
        "chat": main.chat is not None,
        "prose": True,
    }
    return [shape for shape, there in possible.items() if there and shape != main.shape]

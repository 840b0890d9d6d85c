"""Blocks: the small closed set of things a skill can show, as data that every surface knows how to draw.

A block holds numbers, the learner's own text and `Message`s (an id and values); never prose, never markup.
The surface that draws it looks the words up in the learner's language.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Scalar = str | int | float | bool | None
Role = Literal["base", "tuned", "baseline", "train", "heldout", "yours", "plain"]
"""Whose a series, a column or a passage is: the same colour, pattern and label everywhere."""


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class Message(Frozen):
    """Words to be looked up: `id` in the message catalogue and the values that fill its fields."""

    id: str
    values: dict[str, Scalar] = {}


def msg(id: str, **values: Scalar) -> Message:
    return Message(id=id, values=values)


Cell = Scalar | Message


class Text(Frozen):
    """A sentence or a paragraph of the program's own words."""

    kind: Literal["text"] = "text"
    message: Message


class Column(Frozen):
    label: Message
    numeric: bool = False


class Table(Frozen):
    kind: Literal["table"] = "table"
    title: Message
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: Message | None = None


class Series(Frozen):
    """Points `(x, y)` in the order they are drawn; for `bars`, x is the left edge of the bar."""

    role: Role
    label: Message
    points: tuple[tuple[float, float], ...]


class Chart(Frozen):
    kind: Literal["chart"] = "chart"
    title: Message
    form: Literal["line", "bars"]
    x: Message
    y: Message
    series: tuple[Series, ...]
    caption: Message | None = None


class Token(Frozen):
    """One token as the tokenizer cut it: `text` is what it covers (may be part of a character, shown as �)."""

    text: str
    id: int
    graded: bool | None = None


class Tokens(Frozen):
    kind: Literal["tokens"] = "tokens"
    title: Message
    tokenizer: str
    tokens: tuple[Token, ...]
    caption: Message | None = None


class Option(Frozen):
    text: str
    probability: float = Field(ge=0, le=1)


class Probabilities(Frozen):
    """What the model expects after `prompt`; `rest` is the probability of everything not listed. `own` is the word that
    the learner bet on: one of the options, or one that is in the rest."""

    kind: Literal["probabilities"] = "probabilities"
    title: Message
    prompt: str
    options: tuple[Option, ...]
    rest: float = Field(ge=0, le=1)
    own: Option | None = None
    caption: Message | None = None


class Measure(Frozen):
    """A figure and whose it is; `told` is the figure as it is written."""

    role: Role
    label: Message
    value: float = Field(ge=0)
    told: Message


class Measures(Frozen):
    """The same figure of a few hands, as bars on one scale from 0: what is compared is seen before it is read."""

    kind: Literal["measures"] = "measures"
    title: Message
    measures: tuple[Measure, ...]
    caption: Message | None = None


class Bet(Frozen):
    """What the learner said beforehand beside what came."""

    kind: Literal["bet"] = "bet"
    yours: Scalar
    came: Scalar


class CompareColumn(Frozen):
    role: Role
    label: Message
    text: str


class Compare(Frozen):
    """The same prompt continued by several hands, side by side."""

    kind: Literal["compare"] = "compare"
    title: Message
    prompt: str
    columns: tuple[CompareColumn, ...]
    caption: Message | None = None


class Mark(Frozen):
    """A stretch of a text, in characters: `start` is its first, `end` the one after its last."""

    start: int
    end: int


class Passage(Frozen):
    """A piece of text with where it comes from: `source` is a file or a model, `location` a place in it. `marks` are
    the words in it that matter."""

    text: str
    source: str | None = None
    location: Message | None = None
    role: Role = "yours"
    marks: tuple[Mark, ...] = ()


class Passages(Frozen):
    kind: Literal["passages"] = "passages"
    title: Message
    passages: tuple[Passage, ...]
    caption: Message | None = None


class Artefact(Frozen):
    """A file or folder that the skill made and the learner keeps; `path` is relative to the home folder."""

    kind: Literal["artefact"] = "artefact"
    title: Message
    path: str
    bytes: int
    caption: Message | None = None


class Notice(Frozen):
    kind: Literal["notice"] = "notice"
    level: Literal["info", "warning"] = "info"
    message: Message


class Progress(Frozen):
    """A run that goes on by itself; the surface follows `runs/<run>/events.jsonl`."""

    kind: Literal["progress"] = "progress"
    title: Message
    run: str


class Stop(Frozen):
    """A value that a knob can be put on, and its words."""

    value: Scalar
    label: Message


class Knob(Frozen):
    """A setting of a skill: what it does, what too much of it looks like, where it stands among its `stops`.

    `slides`: there is more and less of it; otherwise it is a choice. `moved`: the learner put it there. `first`: it is
    asked before anything else, since what the others do without being moved follows from it.
    """

    name: str
    label: Message
    does: Message
    much: Message | None = None
    value: Scalar
    stops: tuple[Stop, ...]
    slides: bool = True
    moved: bool = False
    first: bool = False


class Way(Frozen):
    """Settings that were made ready, under a name: `told` is what they would take."""

    name: str
    label: Message
    about: Message
    told: Message


class Settings(Frozen):
    """A skill that can be begun with settings: `inputs` as they are, `told` what they would take.

    `way` is the ready-made one that holds, None once a knob was moved. `facts` is what the estimate follows from
    besides the inputs: the surface gives both back to have the block as it would be with others.
    """

    kind: Literal["settings"] = "settings"
    title: Message
    told: Message
    notices: tuple[Notice, ...] = ()
    ways: tuple[Way, ...]
    way: str | None
    knobs: tuple[Knob, ...]
    skill: str
    inputs: dict[str, Scalar]
    facts: dict[str, Any]
    caption: Message | None = None


Block = Annotated[
    Text
    | Table
    | Chart
    | Tokens
    | Probabilities
    | Measures
    | Bet
    | Compare
    | Passages
    | Artefact
    | Notice
    | Progress
    | Settings,
    Field(discriminator="kind"),
]
BLOCKS: TypeAdapter[Block] = TypeAdapter(Block)


class Offer(Frozen):
    """What the learner may do next with a result: a button `label` that runs `skill` with `inputs`."""

    label: Message
    skill: str
    inputs: dict[str, Any] = {}

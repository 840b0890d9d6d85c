"""A turn as data: what comes from the learner (`Input`) and what is shown in return (`Shown`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from skills.blocks import Block, Frozen
from skills.texts.traces import Traces

# --- in ---------------------------------------------------------------------------------------------------------------


class Intent(Frozen):
    """What the learner wants, by a name of docs/vocabulary.md: what can be said (a control, a skill, `question`), or
    what only a click can mean."""

    name: str
    args: dict[str, Any] = {}
    confidence: float = 1.0


class Upload(Frozen):
    """A file that arrived: `name` as the learner knows it, `path` where it is for now (copied at once)."""

    name: str
    path: Path


class Input(Frozen):
    """One thing the learner did: typed, clicked, brought files, or (re)opened the page (all empty)."""

    text: str = ""
    intent: Intent | None = None
    uploads: tuple[Upload, ...] = ()


# --- out --------------------------------------------------------------------------------------------------------------


class Button(Frozen):
    """A choice the learner can click, or type as its number or its words. `on_card`: a card of the message has it, so
    it is not drawn again below, and has no number."""

    label: str
    intent: Intent
    main: bool = False
    on_card: bool = False


class ItemView(Frozen):
    """A question as shown: no key in it. `options` are (id, text) in display order."""

    item: str
    submission: str
    format: Literal["single", "multiple", "true_false", "number", "order", "open"]
    stem: str
    options: tuple[tuple[str, str], ...] = ()
    hint: bool = False


class Verdict(Frozen):
    """The outcome of an answer, for the question's card: `right` option ids only when they may be told."""

    outcome: Literal["correct", "partial", "wrong", "unclear"]
    chosen: tuple[str, ...] | str | float = ()
    right: tuple[str, ...] = ()
    feedback: str = ""
    model: str = ""
    """The model answer of an open question, to compare with."""


class Fold(Frozen):
    """A line of a message that opens to show `blocks`: by a click, or typed."""

    label: str
    blocks: tuple[Block, ...]


class Said(Frozen):
    """A message of Musa's: authored Markdown `text` in the learner's language, blocks, a question, lines to be opened,
    buttons. Of a lesson, the text is said of the blocks and comes after them; else they follow from it."""

    kind: Literal["said"] = "said"
    id: str
    text: str = ""
    tone: Literal["lesson", "aside", "feedback", "error", "system"] = "lesson"
    blocks: tuple[Block, ...] = ()
    folds: tuple[Fold, ...] = ()
    item: ItemView | None = None
    buttons: tuple[Button, ...] = ()
    source: str = ""
    about: tuple[str, ...] = ()
    """The data sets and runs that its blocks or its question are about: they go when one of those is deleted."""

    @property
    def whole(self) -> tuple[Block, ...]:
        """All its blocks, those behind lines too."""
        return self.blocks + tuple(block for fold in self.folds for block in fold.blocks)


class Delta(Frozen):
    """More of what a model is writing, `author` by name. It is there while it is being written: what is said next has
    it whole."""

    kind: Literal["delta"] = "delta"
    id: str
    text: str
    author: str


class Chosen(Frozen):
    """What was typed was taken for the open button of this intent: the page marks it as if it had been clicked."""

    kind: Literal["chosen"] = "chosen"
    intent: Intent


class Opened(Frozen):
    """The words of a line of the message `message` were typed: it opens; all its lines where `place` is None."""

    kind: Literal["opened"] = "opened"
    message: str
    place: int | None


class Graded(Frozen):
    """The question card of `submission` is now answered."""

    kind: Literal["graded"] = "graded"
    submission: str
    verdict: Verdict


class Waiting(Frozen):
    """Something takes over a second: what it is, in words. Ended by the next `Said`."""

    kind: Literal["waiting"] = "waiting"
    text: str


class Reload(Frozen):
    """The language changed: the page is to be loaded again in it."""

    kind: Literal["reload"] = "reload"


class Farewell(Frozen):
    """The learner asked to quit: the program ends after this."""

    kind: Literal["farewell"] = "farewell"
    text: str


class Forgotten(Frozen):
    """A text or a run was deleted, with what was made of it (`things`), or everything (None): whoever keeps what was
    said takes out what shows or quotes it, before the turn goes on and says that it is gone, and leaves a line that
    says `what` it was. Raises OSError where that does not work."""

    kind: Literal["forgotten"] = "forgotten"
    things: frozenset[str] | None = None
    what: Literal["text", "run"] = "text"
    traces: Traces = Traces()


class Erased(Frozen):
    """All that was the learner's is gone; what was said goes too, and a new conversation begins with these words."""

    kind: Literal["erased"] = "erased"
    text: str


Shown = Said | Delta | Chosen | Opened | Graded | Waiting | Reload | Farewell | Forgotten | Erased


class MapLesson(Frozen):
    """`pending`: its questions that are left to review, once it was gone through; `going`: what it began goes on."""

    id: str
    number: str
    title: str
    minutes: int
    state: Literal["todo", "begun", "walked", "passed", "review"]
    current: bool
    pending: int = 0
    going: bool = False
    evidence: tuple[str, ...] = ()


class MapModule(Frozen):
    title: str
    lessons: tuple[MapLesson, ...]


class MapThing(Frozen):
    """A text or a model of the learner's: its name, what it is and takes up, whether it is in use, what can be done."""

    name: str
    about: str
    current: bool
    buttons: tuple[Button, ...]


class CourseMap(Frozen):
    """The course and where the learner is in it; `done` and `total` count lessons of the chosen route. `things` are the
    learner's texts and models."""

    route: str
    modules: tuple[MapModule, ...]
    things: tuple[MapThing, ...] = ()
    done: int
    total: int
    model: str = ""
    """The tutor's model in words, or that it is off."""
    outside: str = ""
    """Not empty only while something off this machine is being contacted: what and why."""

"""The dialogue context: the parts a turn works with, what is remembered, and the few verbs all moves share."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType, SimpleNamespace
from typing import Any

from skills.blocks import Block, Frozen, Scalar
from skills.contract import Language
from skills.errors import ModelMissing, UserError
from skills.workspace import RUN_ID, Workspace
from tutor.course.model import Bilingual, Course, Lesson, Step
from tutor.dialogue.answers import Answers
from tutor.dialogue.portions import portion
from tutor.learner import mastery, statechart
from tutor.learner.events import LearnerEvent, Moved
from tutor.learner.memory import Memory, OpenItem, remember
from tutor.learner.store import Store
from tutor.lm import installed
from tutor.processes.jobs import Jobs
from tutor.processes.worker import Worker
from tutor.settings import Settings
from tutor.turn import Button, Intent, ItemView, Said
from tutor.version import VERSION
from tutor.words import Words


class Called(Frozen):
    """A skill and the inputs it was called with."""

    skill: str
    inputs: dict[str, Any] = {}
    result: dict[str, Any] = {}
    """Its fields that words may name."""
    of_lesson: bool = False
    """Whether a step of the lesson called it and went on to ask, so that the question is what is open."""


class Marked(Frozen):
    """An answer of the learner's to a question of the course, as it was marked: `outcome` and why."""

    asked: OpenItem
    outcome: str
    why: str


@dataclass
class Dialogue:
    """One learner's conversation. `buttons` are the ones that can be clicked or typed now."""

    settings: Settings
    workspace: Workspace
    course: Course
    store: Store
    worker: Worker
    jobs: Jobs
    words: Words
    memory: Memory
    progress: mastery.Progress
    model_name: str = ""
    """The tutor's model, empty when there is none: the course goes on with recorded results."""
    buttons: tuple[Button, ...] = ()
    about: set[str] = field(default_factory=set)
    """The data sets and runs that what is shown in this turn is about."""
    thing: tuple[str, str] | None = None
    """The text or model (what, id) that was last looked at: what «it» means."""
    naming: tuple[str, str] | None = None
    """The text or model that what is typed next is the name of."""
    last: Called | None = None
    """The skill that showed something last, until a lesson goes on: what «it again, shorter» is about."""
    marked: Marked | None = None
    """The answer that was marked last, until another question is put: what «why is it wrong?» is about."""
    wondered: str = ""
    """The question that was asked last."""
    cared: bool = False
    """Whether somebody in distress was just spoken to: what they say next is said to Musa."""
    lost: int = 0
    """Typed turns in a row that were not understood."""
    heard: list[Intent] = field(default_factory=list)
    """What was made of this turn, first to last: what the words or the click were taken for and what was done."""
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the learner wants something else than what is going on."""
    spoken: bool = False
    """Whether anything was said since the program started: if not, an old page shows buttons nobody answers for."""

    def __post_init__(self) -> None:
        self._said_last: dict[str, int] = {}
        self.answers = Answers(self.course, self.workspace.home)

    @property
    def has_model(self) -> bool:
        return bool(self.model_name)

    @property
    def version(self) -> str:
        return VERSION

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    @property
    def language(self) -> Language:
        return self.words.language

    # --- what is on disk ----------------------------------------------------------------------------------------------

    def models(self) -> list[installed.Installed]:
        """The models of this home."""
        return installed.installed(self.workspace.home)

    def workbench(self) -> installed.Installed:
        """The model that is looked into and trained. Raises ModelMissing."""
        return installed.find(self.workspace.home, self.settings.workbench_model, "workbench")

    def has_workbench(self) -> bool:
        try:
            return bool(self.workbench())
        except ModelMissing:
            return False

    # --- remembering --------------------------------------------------------------------------------------------------

    def record(self, event: LearnerEvent) -> bool:
        """Append an event and update what is remembered. False if it answers a submission that was answered before."""
        stored = self.store.append(event)
        if stored is None:
            return False
        self.memory = remember(self.memory, stored.event)
        self.progress = mastery.update(self.progress, stored, self.course)
        return True

    def move(self, event: str, lesson: str | None = None, step: str | None = None) -> None:
        """Take a transition of the statechart, to this step (the present one if none is given)."""
        state = statechart.step(self.memory.machine, event)
        at, now = (lesson or self.memory.lesson, step or self.memory.step), (self.memory.lesson, self.memory.step)
        if state != self.memory.machine or at != now:
            self.record(Moved(phase=state.phase, overlay=state.overlay, lesson=at[0], step=at[1]))

    @contextmanager
    def running(self) -> Iterator[None]:
        """While a step's skill runs. A state that waits for a process is never written down: the process may end
        with the program, and whoever comes back is at the step."""
        self._enter("run")
        try:
            yield
        finally:
            self._enter("finish")

    def _enter(self, event: str) -> None:
        self.memory = self.memory.model_copy(update={"machine": statechart.step(self.memory.machine, event)})

    @property
    def lesson(self) -> Lesson | None:
        return self.course.lessons.get(self.memory.lesson or "")

    @property
    def step(self) -> Step | None:
        lesson = self.lesson
        return next((s for s in lesson.steps if s.id == self.memory.step), None) if lesson else None

    def at(self, step: str) -> str:
        """The key of a step of the present lesson in `Memory`."""
        return f"{self.memory.lesson}/{step}"

    # --- saying -------------------------------------------------------------------------------------------------------

    def say(
        self,
        text: str = "",
        *,
        tone: Any = "lesson",
        blocks: tuple[Block, ...] = (),
        item: ItemView | None = None,
        buttons: tuple[Button, ...] = (),
        source: str = "",
        id: str | None = None,
    ) -> Said:
        """A message of Musa's; its buttons become the open ones, and the lines that open can be typed like them."""
        id = id or new_message_id()
        shown, folds = portion(blocks, text, self.words)
        self.buttons = one_main(buttons) + tuple(self._line(fold.label, id, place) for place, fold in enumerate(folds))
        if folds:
            self.buttons += (self._line(self.words("chat.see_also.title"), id, None),)
        self.spoken = True
        return Said(
            id=id,
            text=text,
            tone=tone,
            blocks=shown,
            folds=folds,
            item=item,
            buttons=self.buttons,
            source=source,
            about=tuple(sorted(self.about)),
        )

    def _line(self, label: str, message: str, place: int | None) -> Button:
        intent = Intent(name="show_more", args={"message": message, "place": place})
        return Button(label=label, intent=intent, on_card=True)

    @property
    def settings_card(self) -> Button | None:
        """The button of the settings card that is open, if there is one."""
        cards = (button for button in self.buttons if button.on_card and button.intent.name != "show_more")
        return next(cards, None)

    def button(
        self, message: str, intent: str, main: bool = False, args: dict[str, Any] | None = None, **values: Scalar
    ) -> Button:
        """A button with the label `message` of the catalogue."""
        return Button(label=self.words(message, **values), intent=Intent(name=intent, args=args or {}), main=main)

    def varied(self, message: str) -> str:
        """One of the wordings `message.a`, `message.b`... of the catalogue, never the one that was said last."""
        ids = [f"{message}.{letter}" for letter in "abcdef" if f"{message}.{letter}" in self.words]
        at = self._said_last.get(message, -1) + 1
        self._said_last[message] = at % len(ids)
        return self.words(ids[at % len(ids)])

    def error(self, error: UserError, buttons: tuple[Button, ...] = ()) -> Said:
        told = self.words.error(error)
        text = RUN_ID.sub(self._day_of, f"{told['what']} {told['why']}\n\n{told['next']}")
        return self.say(text, tone="error", buttons=buttons)

    def _day_of(self, run: re.Match[str]) -> str:
        """A run by its day, as people tell it from others."""
        at = datetime.strptime(f"{run['day']}{run['time']}", "%Y%m%d%H%M%S").astimezone()
        return self.words("chat.thing.of_day", at=at.timestamp())

    def text(self, words: Bilingual | None, more: Mapping[str, Any] = MappingProxyType({})) -> str:
        """An authored text in the learner's language, its fields filled with predictions and results, and `more`."""
        return self.words.fill(words[self.language], self._fields() | dict(more)) if words else ""

    def _fields(self) -> dict[str, Any]:
        """`{bet}` -> what was predicted at the step `bet`; `{see.top}` -> a field of the result of the step `see`."""
        prefix = f"{self.memory.lesson}/"
        fields: dict[str, Any] = {}
        for at, result in self.memory.results.items():
            values = SimpleNamespace(**{k: plain(v) if isinstance(v, str) else v for k, v in result.items()})
            fields.setdefault(at.split("/")[1], values)
            if at.startswith(prefix):
                fields[at.removeprefix(prefix)] = values
        for at, value in self.memory.predicted.items():
            if at.startswith(prefix):
                fields[at.removeprefix(prefix)] = plain(self.label(at, value))
        return fields

    def label(self, at: str, value: Any) -> Any:
        """A predicted choice as its label, anything else as it is."""
        lesson, step_id = at.split("/")
        found = self.course.lessons.get(lesson)
        step = next((s for s in found.steps if s.id == step_id), None) if found else None
        return step.labels[value][self.language] if step and value in step.labels else value


def one_main(buttons: tuple[Button, ...]) -> tuple[Button, ...]:
    """The first of the main buttons is the one that most would press; the others are as the rest."""
    main = next((button for button in buttons if button.main), None)
    return tuple(b.model_copy(update={"main": False}) if b.main and b is not main else b for b in buttons)


def next_button(dialogue: Dialogue) -> Button:
    return dialogue.button("chat.button.next", "next", main=True)


def stays_here(dialogue: Dialogue) -> str:
    """That nothing leaves the machine; or, where whoever installed the program chose so, what does."""
    endpoint = dialogue.settings.endpoint
    return dialogue.words("chat.outside", address=endpoint) if endpoint else dialogue.words("chat.stays_here")


def run_what(dialogue: Dialogue, skill: str) -> str:
    """What goes on in a run of `skill`, in words: «El examen de tu modelo»."""
    return dialogue.words(f"chat.run_what.{skill}")


def new_message_id() -> str:
    return secrets.token_hex(8)


def plain(text: Any) -> Any:
    """The learner's or a model's text as literal text inside Markdown: nothing in it is markup."""
    return re.sub(r"([\\`*_\[\]<>#|~:!])", r"\\\1", text) if isinstance(text, str) else text

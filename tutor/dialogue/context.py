"""The desk of a conversation: the parts a turn works with, what is remembered, and the few verbs all moves share."""

from __future__ import annotations

import asyncio
import re
import secrets
import shutil
import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from skills.blocks import Block, Scalar
from skills.contract import Language
from skills.errors import ModelMissing, UserError
from skills.export.kept import delete_export, exports_folder
from skills.model.piece_tokenizer import delete_kept, kept
from skills.workspace import Workspace
from tutor import __version__
from tutor.course.model import Bilingual, Course, Lesson, Step
from tutor.learner import mastery, statechart
from tutor.learner.memory import Memory, remember
from tutor.learner.store import Store
from tutor.lm import installed
from tutor.processes.jobs import Jobs
from tutor.processes.worker import Worker
from tutor.settings import Settings
from tutor.turn import Button, Intent, ItemView, Said
from tutor.words import Words

REWORDS = 1_000_000_000
"""Parameters from which on a model's own wording of a passage is asked for."""


@dataclass
class Desk:
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
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the learner wants something else than what is going on."""
    spoken: bool = False
    """Whether anything was said since the program started: if not, an old page shows buttons nobody answers for."""

    @property
    def has_model(self) -> bool:
        return bool(self.model_name)

    @property
    def version(self) -> str:
        return __version__

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

    def rewords(self) -> bool:
        """Whether the tutor's model is large enough to put a passage in its own words. Of the 0.5B models' sentences
        hardly one says only what the passage says (benchmarks/README.md), and nobody should wait for that."""
        if self.settings.endpoint:
            return True
        try:
            found = installed.find(self.workspace.home, self.settings.tutor_model, "tutor")
        except ModelMissing:
            return False
        return found.profile.parameters >= REWORDS

    def has_workbench(self) -> bool:
        try:
            return bool(self.workbench())
        except ModelMissing:
            return False

    def delete(self, what: str, id: str) -> None:
        """Delete a text, a run, a tokenizer, an export, a model, or (`all`) all of the learner's and made of it."""
        if what == "text":
            self.workspace.delete_dataset(id)
            for card in kept(self.workspace):  # its pieces are pieces of the text
                if card.dataset == id:
                    delete_kept(self.workspace, card.id)
            self.record("text_deleted", {"dataset": id})
        elif what == "run":
            self.jobs.delete(id)
        elif what == "tokenizer":
            delete_kept(self.workspace, id)
        elif what == "export":
            delete_export(self.workspace, id)
        elif what == "model":
            installed.remove(self.workspace.home, id)
        elif what == "all":
            for status in self.jobs.list():
                self.jobs.delete(status.run)
            for manifest in self.workspace.manifests():
                self.workspace.delete_dataset(manifest.id)
            for card in kept(self.workspace):
                delete_kept(self.workspace, card.id)
            shutil.rmtree(exports_folder(self.workspace), ignore_errors=True)
            self.store.clear()
            self.record("data_deleted", {})

    # --- remembering --------------------------------------------------------------------------------------------------

    def record(self, kind: str, payload: dict[str, Any], submission: str | None = None) -> bool:
        """Append an event and update what is remembered. False if this submission was recorded before."""
        event = self.store.append(kind, payload, submission)
        if event is None:
            return False
        self.memory = remember(self.memory, event)
        self.progress = mastery.update(self.progress, event, self.course)
        return True

    def move(self, event: str, lesson: str | None = None, step: str | None = None) -> None:
        """Take a transition of the statechart, to this step (the present one if none is given)."""
        state = statechart.step(self.memory.machine, event)
        at = {"lesson": lesson or self.memory.lesson, "step": step or self.memory.step}
        if state != self.memory.machine or at != {"lesson": self.memory.lesson, "step": self.memory.step}:
            self.record("moved", {"phase": state.phase, "overlay": state.overlay, **at})

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
        """A message of Musa's; its buttons become the open ones."""
        self.buttons = buttons
        self.spoken = True
        return Said(
            id=id or new_message_id(), text=text, tone=tone, blocks=blocks, item=item, buttons=buttons, source=source
        )

    def button(
        self, message: str, intent: str, main: bool = False, args: dict[str, Any] | None = None, **values: Scalar
    ) -> Button:
        """A button with the label `message` of the catalogue."""
        return Button(label=self.words(message, **values), intent=Intent(name=intent, args=args or {}), main=main)

    def error(self, error: UserError, buttons: tuple[Button, ...] = ()) -> Said:
        told = self.words.error(error)
        return self.say(f"{told['what']} {told['why']}\n\n{told['next']}", tone="error", buttons=buttons)

    def text(self, words: Bilingual | None) -> str:
        """An authored text in the learner's language, its fields filled with predictions and results."""
        return self.words.fill(words[self.language], self._fields()) if words else ""

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


def next_button(desk: Desk) -> Button:
    return desk.button("chat.button.next", "next", main=True)


def back_button(desk: Desk) -> Button:
    """Back to the lesson, or to the greeting where no way was chosen yet."""
    if desk.memory.route is None:
        return desk.button("chat.button.back_to_start", "restart", main=True)
    return desk.button("chat.button.back_to_lesson", "back_to_lesson", main=True)


def new_message_id() -> str:
    return secrets.token_hex(8)


def plain(text: Any) -> Any:
    """The learner's or a model's text as literal text inside Markdown: nothing in it is markup."""
    return re.sub(r"([\\`*_\[\]<>#|~:!])", r"\\\1", text) if isinstance(text, str) else text

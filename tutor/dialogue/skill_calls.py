"""Calling skills from the conversation: inputs made whole, progress told, the outcome handed back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import skills
from skills.blocks import Block, Frozen, Message, Notice, Offer, Progress, msg
from skills.contract import Advanced, Done, Event, Failed, Language, Noticed, Shown, Stopped, Wrote
from skills.errors import FileMissing, UserError
from skills.training.runs import known_run, known_runs, read_result
from tutor.dialogue.about import things_of
from tutor.dialogue.context import Called, Dialogue, new_message_id
from tutor.learner.events import Ran, RunStarted, TextBrought, Used
from tutor.settings import CURRICULUM
from tutor.turn import Button, Delta, Intent, Upload, Waiting

LONG = 2000
"""Characters from which on a text in a result is the learner's data and not a value to name."""
SAMPLES = CURRICULUM / "samples"
SAMPLE_FILES: dict[tuple[str, Language], str] = {
    ("verse", "es"): "coplas.txt",
    ("verse", "en"): "ballad.txt",
    ("prose", "es"): "almacen.txt",
    ("prose", "en"): "lighthouse.txt",
}


class Outcome(Frozen):
    """What a skill gave back: its result as data, what to show of it, and what can be done about it."""

    result: dict[str, Any]
    blocks: tuple[Block, ...]
    offers: tuple[Offer, ...] = ()


class CallFailed(UserError):
    """A skill's `Failed` event, as an error again: `code`, `values` and `offers` are the event's."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(**failed.values)
        self.code = failed.code
        self.offers = failed.offers


class Interrupted(UserError):
    """The learner asked for something else, or pressed stop, while a skill ran."""

    code = "interrupted"


async def until(interrupted: asyncio.Event, events: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """What `events` gives, as it comes, until it ends or is interrupted; closed either way. Raises Interrupted."""
    waiting = asyncio.ensure_future(interrupted.wait())
    try:
        while True:
            coming = asyncio.ensure_future(anext(events, None))
            await asyncio.wait({coming, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                coming.cancel()
                await asyncio.wait({coming})
                raise Interrupted
            if (event := coming.result()) is None:
                return
            yield event
    finally:
        waiting.cancel()
        if isinstance(events, AsyncGenerator):
            await events.aclose()


async def call(dialogue: Dialogue, name: str, inputs: dict[str, Any]) -> AsyncIterator[Waiting | Delta | Outcome]:
    """Run a quick skill. Yields what it says on the way and, last, its `Outcome`. Raises UserError."""
    yield Waiting(text=dialogue.words(f"chat.doing.{name}"))
    skill = skills.skill(name)
    dialogue.about |= things_of(dialogue.workspace, inputs)
    events = (
        dialogue.jobs.sandboxed(name, inputs, dialogue.language)
        if skill.where == "sandbox"
        else dialogue.worker.run(name, inputs, dialogue.language)
    )
    shown: list[Block] = []
    stream, author = new_message_id(), _who_writes(dialogue, inputs)
    async for event in until(dialogue.interrupted, events):
        match event:
            case Wrote(text=text):
                yield Delta(id=stream, text=text, author=author)
            case Advanced(done=done, total=total, doing=doing) if total > 1:
                yield Waiting(text=_advance(dialogue, name, doing, done, total))
            case Noticed(message=message, level=level):
                shown.append(Notice(message=message, level=level))
            case Done(result=result, blocks=blocks, offers=offers):
                dialogue.about |= things_of(dialogue.workspace, result)
                dialogue.last = Called(skill=name, inputs=inputs, result=slim(result))
                _note_used(dialogue, name, inputs)
                yield Outcome(result=result, blocks=(*shown, *blocks), offers=offers)
            case Stopped(result=result, blocks=blocks) if result is not None:
                yield Outcome(result=result, blocks=(*shown, *blocks))
            case Failed():
                raise CallFailed(event)
            case _:
                _take_block(event, shown)


def _note_used(dialogue: Dialogue, name: str, inputs: dict[str, Any]) -> None:
    """Remember on what a skill was used."""
    about = inputs.get("run")
    with suppress(FileMissing):
        about = about or (dialogue.workspace.find(str(inputs["file"])).id if inputs.get("file") else None)
    if about and (about, name) not in dialogue.memory.used:
        dialogue.record(Used(skill=name, about=str(about)))


def _who_writes(dialogue: Dialogue, inputs: dict[str, Any]) -> str:
    """The model that a skill lets write, by its own name."""
    if inputs.get("run") is None:
        name = dialogue.words("generate_text.base")
        return f"{name[:1].upper()}{name[1:]}"
    try:
        return known_run(dialogue.workspace, str(inputs["run"])).called
    except UserError:
        return dialogue.words("chat.talk.gone")


def _take_block(event: Event, shown: list[Block]) -> None:
    if isinstance(event, Shown):
        shown.append(event.block)


def _advance(dialogue: Dialogue, name: str, doing: Message | None, done: float, total: float) -> str:
    what = dialogue.words(doing) if doing else dialogue.words(f"chat.doing.{name}")
    return dialogue.words("chat.advance", what=what, done=int(done), total=int(total))


def offered(dialogue: Dialogue, offers: tuple[Offer, ...]) -> tuple[Button, ...]:
    """A button for each thing that can be done about a result."""
    return tuple(
        Button(label=dialogue.words(offer.label), intent=Intent(name=offer.skill, args=offer.inputs))
        for offer in offers
    )


def to_start(dialogue: Dialogue, blocks: tuple[Block, ...]) -> tuple[Button, ...]:
    """The button of each settings card among the blocks, to begin with what is set on it: it can be typed, too."""
    return tuple(
        Button(
            label=dialogue.words("chat.button.start_training"),
            intent=Intent(name=block.skill, args=block.inputs),
            on_card=True,
        )
        for block in blocks
        if block.kind == "settings"
    )


def record_result(dialogue: Dialogue, at: str, skill: str, outcome: Outcome) -> None:
    """Remember what came of the skill of a step."""
    dialogue.record(Ran(at=at, skill=skill, result=slim(outcome.result), offers=outcome.offers))


# --- long ones ------------------------------------------------------------------------------------------------------

ENDED = frozenset({"done", "stopped", "failed"})
"""States of a run that has its ending."""


async def begin_run(dialogue: Dialogue, name: str, inputs: dict[str, Any], at: str) -> str:
    """Begin a long skill in a process of its own, for the step `at` (`lesson/step`), and return its run.

    The resident worker's models leave the memory first: training needs it more than they do. Raises Busy while one
    goes on, ModelMissing.
    """

    def noted(run: str) -> None:
        note_run(dialogue, name, run, at)
        _note_used(dialogue, name, inputs)

    if "weights" not in skills.skill(name).needs:
        return await dialogue.jobs.start(name, inputs, dialogue.language, noted=noted)
    model = dialogue.workbench()
    await dialogue.worker.unload()
    given = (name, inputs, dialogue.language, model.weights, model.name, model.profile.digest)
    return await dialogue.jobs.start(*given, noted=noted)


def note_run(dialogue: Dialogue, name: str, run: str, at: str) -> None:
    """Remember that the step `at` goes on in `run`."""
    dialogue.record(RunStarted(at=at, run=run, skill=name))


def run_card(dialogue: Dialogue, run: str) -> Progress:
    """The card that follows a run, in whatever state it is. Raises FileMissing."""
    return Progress(title=msg(f"chat.card.{dialogue.jobs.status(run).skill}"), run=run)


def run_of(dialogue: Dialogue, step: str) -> str | None:
    """The newest run that a step with this id began, in this lesson or an earlier one."""
    return next((run for at, run in reversed(dialogue.memory.runs.items()) if at.endswith(f"/{step}")), None)


def state_of(dialogue: Dialogue, run: str | None) -> str | None:
    """How a run stands; None if there is none, or it was deleted."""
    try:
        return dialogue.jobs.status(run).state if run else None
    except FileMissing:
        return None


# --- texts ----------------------------------------------------------------------------------------------------------


async def import_text(
    dialogue: Dialogue, uploads: tuple[Upload, ...] = (), text: str = "", sample: str = ""
) -> AsyncIterator[Waiting | Delta | Outcome]:
    """Bring in a file, several that belong together, a pasted text, or a sample (`verse`, `prose`); the learner's
    current text from now on."""
    inputs: dict[str, Any]
    if len(uploads) > 1:
        inputs = {"paths": [str(upload.path) for upload in uploads]}
    elif uploads:
        inputs = {"path": str(uploads[0].path), "name": uploads[0].name}
    elif sample:
        path = sample_path(sample, dialogue.language)
        inputs = {"path": str(path), "name": dialogue.words(f"chat.sample.{sample}") + path.suffix, "sample": True}
    else:
        inputs = {"text": text, "name": dialogue.words("chat.pasted_name")}
    async for said in call(dialogue, "load_dataset", inputs):
        if isinstance(said, Outcome):
            dialogue.record(TextBrought(dataset=said.result["dataset"], name=said.result["name"]))
        yield said


def sample_path(sample: str, language: Language) -> Path:
    return SAMPLES / SAMPLE_FILES[sample, language]


def slim(result: dict[str, Any]) -> dict[str, Any]:
    """The fields of a result that later words may name: scalars and short texts, not the data itself."""
    return {
        k: v for k, v in result.items() if isinstance(v, bool | int | float) or (isinstance(v, str) and len(v) < LONG)
    }


def needs_text(inputs: dict[str, Any]) -> bool:
    return "$mine" in inputs.values()


def own_training(dialogue: Dialogue, what: str) -> str | int | None:
    """Of the newest training that left a model and its figures: itself (`trained`), or how often its model was
    `chosen`, blind, in how many pairs with a preference (`judged`). None without one."""
    runs = [known.run for known in known_runs(dialogue.workspace)]
    run = next((run for run in runs if read_result(dialogue.workspace.runs / run)), None)
    if run is None or what == "trained":
        return run
    sides = [side for _, side in dialogue.memory.judged.get(f"{run} base", {}).values()]
    return sides.count("tuned") if what == "chosen" else len(sides) - sides.count("same")


def resolve(dialogue: Dialogue, inputs: dict[str, Any]) -> dict[str, Any]:
    """Authored inputs made concrete: the learner's language, `$mine`, `$text`, `$trained`, `$chosen`, `$judged`,
    `$run:<step>`, `$<predict step>` or, of another lesson, `$<lesson>/<predict step>`.

    What is not there (a prediction that was skipped) is left out: the skill's own default holds.
    """
    found = {key: _value(dialogue, value) for key, value in inputs.items()}
    return {key: value for key, value in found.items() if value is not None}


def _value(dialogue: Dialogue, value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"es", "en"}:
        return value[dialogue.language]
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    if value in ("$mine", "$text"):
        return dialogue.memory.dataset
    if value in ("$trained", "$chosen", "$judged"):
        return own_training(dialogue, value[1:])
    if value.startswith("$run:"):
        return run_of(dialogue, value.removeprefix("$run:"))
    step = value[1:]
    return dialogue.memory.predicted.get(step if "/" in step else dialogue.at(step))

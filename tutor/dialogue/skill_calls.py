"""Calling skills from the conversation: inputs made whole, progress told, the outcome handed back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import skills
from skills.blocks import BLOCKS, Block, Frozen, Message, Notice, Offer, msg
from skills.contract import Advanced, Done, Event, Failed, Language, Noticed, Shown, Stopped
from skills.contract import Said as Wrote
from skills.errors import UserError
from tutor.course.model import Run, Try, Wait
from tutor.dialogue.context import Desk, new_message_id
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


async def call(desk: Desk, name: str, inputs: dict[str, Any]) -> AsyncIterator[Waiting | Delta | Outcome]:
    """Run a quick skill. Yields what it says on the way and, last, its `Outcome`. Raises UserError."""
    yield Waiting(text=desk.words(f"chat.doing.{name}"))
    skill = skills.skill(name)
    events = (
        desk.jobs.sandboxed(name, inputs, desk.language)
        if skill.where == "sandbox"
        else desk.worker.run(name, inputs, desk.language)
    )
    shown: list[Block] = []
    stream = new_message_id()
    async for event in until(desk.interrupted, events):
        match event:
            case Wrote(text=text):
                yield Delta(id=stream, text=text)
            case Advanced(done=done, total=total, doing=doing) if total > 1:
                yield Waiting(text=_advance(desk, name, doing, done, total))
            case Noticed(message=message, level=level):
                shown.append(Notice(message=message, level=level))
            case Done(result=result, blocks=blocks, offers=offers):
                yield Outcome(result=result, blocks=(*shown, *blocks), offers=offers)
            case Stopped(result=result, blocks=blocks) if result is not None:
                yield Outcome(result=result, blocks=(*shown, *blocks))
            case Failed():
                raise CallFailed(event)
            case _:
                _take_block(event, shown)


def _take_block(event: Event, shown: list[Block]) -> None:
    if isinstance(event, Shown):
        shown.append(event.block)


def _advance(desk: Desk, name: str, doing: Message | None, done: float, total: float) -> str:
    what = desk.words(doing) if doing else desk.words(f"chat.doing.{name}")
    return desk.words("chat.advance", what=what, done=int(done), total=int(total))


def offered(desk: Desk, offers: tuple[Offer, ...]) -> tuple[Button, ...]:
    """A button for each thing that can be done about a result."""
    return tuple(
        Button(label=desk.words(offer.label), intent=Intent(name=offer.skill, args=offer.inputs)) for offer in offers
    )


def to_start(desk: Desk, blocks: tuple[Block, ...]) -> tuple[Button, ...]:
    """The button of each settings card among the blocks, to begin with what is set on it: it can be typed, too."""
    return tuple(
        Button(
            label=desk.words("chat.button.start_training"),
            intent=Intent(name=block.skill, args=block.inputs),
            on_card=True,
        )
        for block in blocks
        if block.kind == "settings"
    )


def record_result(desk: Desk, at: str, skill: str, outcome: Outcome) -> None:
    """Remember what came of the skill of a step."""
    offers = [offer.model_dump(mode="json") for offer in outcome.offers]
    desk.record("ran", {"at": at, "skill": skill, "result": slim(outcome.result), "offers": offers})


async def start_job(desk: Desk, name: str, inputs: dict[str, Any]) -> str:
    """Begin a long skill in a process of its own and return its run. Raises Busy while one goes on, ModelMissing.

    The resident worker's models leave the memory first: training needs it more than they do.
    """
    model = desk.workbench() if "weights" in skills.skill(name).needs else None
    if model is None:
        return await desk.jobs.start(name, inputs, desk.language)
    await desk.worker.unload()
    return await desk.jobs.start(name, inputs, desk.language, model.weights, model.name, model.profile.digest)


async def import_text(
    desk: Desk, uploads: tuple[Upload, ...] = (), text: str = "", sample: str = ""
) -> AsyncIterator[Waiting | Delta | Outcome]:
    """Bring in a file, several that belong together, a pasted text, or a sample (`verse`, `prose`); the learner's
    current text from now on."""
    inputs: dict[str, Any]
    if len(uploads) > 1:
        inputs = {"paths": [str(upload.path) for upload in uploads]}
    elif uploads:
        inputs = {"path": str(uploads[0].path), "name": uploads[0].name}
    elif sample:
        path = sample_path(sample, desk.language)
        inputs = {"path": str(path), "name": desk.words(f"chat.sample.{sample}") + path.suffix, "sample": True}
    else:
        inputs = {"text": text, "name": desk.words("chat.pasted_name")}
    async for said in call(desk, "load_dataset", inputs):
        if isinstance(said, Outcome):
            desk.record("text_brought", {"dataset": said.result["dataset"], "name": said.result["name"]})
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


def resolve(desk: Desk, inputs: dict[str, Any]) -> dict[str, Any]:
    """Authored inputs made concrete: the learner's language, `$mine`, `$run:<step>`, `$<predict step>` or, of
    another lesson, `$<lesson>/<predict step>`.

    What is not there (a prediction that was skipped) is left out: the skill's own default holds.
    """
    found = {key: _value(desk, value) for key, value in inputs.items()}
    return {key: value for key, value in found.items() if value is not None}


def _value(desk: Desk, value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"es", "en"}:
        return value[desk.language]
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    if value == "$mine":
        return desk.memory.dataset
    if value.startswith("$run:"):
        return run_of(desk, value.removeprefix("$run:"))
    step = value[1:]
    return desk.memory.predicted.get(step if "/" in step else desk.at(step))


def run_of(desk: Desk, step: str) -> str | None:
    """The newest run that a step with this id began, in this lesson or an earlier one."""
    return next((run for at, run in reversed(desk.memory.runs.items()) if at.endswith(f"/{step}")), None)


def recorded_notice() -> Notice:
    return Notice(message=msg("chat.recorded"))


LESSONS = CURRICULUM / "lessons"


def recording_path(lesson: str, step: str, language: Language, choice: str = "") -> Path:
    """Where the recorded result of a step (of one of its choices) is."""
    return LESSONS / lesson / "recorded" / ".".join(filter(None, (step, choice, language, "json")))


def recorded(desk: Desk, step: Run | Try | Wait, choice: str = "") -> Outcome | None:
    """The step's result as it was recorded with a real model (tutor/authoring/record.py), labelled so."""
    path = recording_path(desk.memory.lesson or "", step.id, desk.language, choice)
    if not path.exists():
        return None
    found = json.loads(path.read_text("utf-8"))
    blocks = tuple(BLOCKS.validate_python(block) for block in found["blocks"])
    return Outcome(result=found["result"], blocks=(recorded_notice(), *blocks))

"""Records what the skills of the lessons really answer, so that the course can show it where there is no model.

`tutor course record` runs every `run`, `try` and `wait` step that needs a model, with the models of the home folder, on
the course's own samples, in both languages, and writes what comes of it beside each lesson:
`curriculum/lessons/<id>/recorded/<step>[.<choice>].<language>.json`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import skills
from skills.contract import Language
from skills.workspace import write_atomic
from tutor.course.model import Lesson, Predict, Run, Step, Try, Wait
from tutor.dialogue.context import Dialogue
from tutor.dialogue.recordings import recording_path
from tutor.dialogue.skill_calls import (
    Outcome,
    begin_run,
    call,
    import_text,
    record_result,
    resolve,
    run_of,
)
from tutor.learner.events import Moved, Predicted
from tutor.settings import Settings
from tutor.words import LANGUAGES, Words


async def record(settings: Settings, tell: Callable[[str], None]) -> None:
    """Record the whole course with the models of a home; a home of its own, since the texts of the course go there."""
    from tutor.session import open_dialogue

    dialogue = open_dialogue(settings)
    await dialogue.worker.start()
    try:
        async for name in record_course(dialogue):
            tell(name)
    finally:
        await dialogue.worker.stop()
        dialogue.store.close()


async def record_course(dialogue: Dialogue) -> AsyncIterator[str]:
    """Record every lesson in both languages; yields the name of each file as it is written."""
    for language in LANGUAGES:
        dialogue.words = Words(language)
        async for _ in import_text(dialogue, sample="verse"):
            pass
        for lesson in dialogue.course.lessons.values():
            for step in lesson.steps:
                dialogue.record(Moved(phase="present", overlay=None, lesson=lesson.id, step=step.id))
                async for name in _record_step(dialogue, lesson, step, language):
                    yield name


async def _record_step(dialogue: Dialogue, lesson: Lesson, step: Step, language: Language) -> AsyncIterator[str]:
    match step:
        case Predict():
            value = next(iter(step.labels), "7" if step.format == "number" else "")
            dialogue.record(Predicted(at=dialogue.at(step.id), value=value))
        case Try(choices=choices) if skills.skill(step.skill).needs:
            for choice, given in choices.items():
                inputs = resolve(dialogue, {**step.inputs, **given})
                yield _write(dialogue, lesson, step.id, choice, language, await _outcome(dialogue, step.skill, inputs))
        case Run(settings=True) if plan := skills.skill(step.skill).plan:
            yield _write(
                dialogue, lesson, step.id, "", language, await _outcome(dialogue, plan, resolve(dialogue, step.inputs))
            )
        case Run():
            outcome = await _outcome(dialogue, step.skill, resolve(dialogue, step.inputs), step.id)
            record_result(dialogue, dialogue.at(step.id), step.skill, outcome)
            if skills.skill(step.skill).needs:  # what needs no model is never without one
                yield _write(dialogue, lesson, step.id, "", language, outcome)
        case Wait():
            status = dialogue.jobs.status(run_of(dialogue, step.run) or "")
            yield _write(
                dialogue, lesson, step.id, "", language, Outcome(result=status.result or {}, blocks=status.blocks)
            )
        case _:
            return


async def _outcome(dialogue: Dialogue, skill: str, inputs: dict[str, Any], step: str = "") -> Outcome:
    if skills.skill(skill).where == "job":
        run = await begin_run(dialogue, skill, inputs, dialogue.at(step))
        async for _ in dialogue.jobs.follow(run):
            pass
        status = dialogue.jobs.status(run)
        assert status.state == "done", status
        return Outcome(result=status.result or {}, blocks=status.blocks)
    found = None
    async for said in call(dialogue, skill, inputs):
        found = said if isinstance(said, Outcome) else found
    assert found
    return found


def _write(dialogue: Dialogue, lesson: Lesson, step: str, choice: str, language: Language, outcome: Outcome) -> str:
    path = recording_path(lesson.id, step, language, choice)
    data = {
        "model": dialogue.workbench().profile.name,
        "digest": dialogue.workbench().profile.digest,
        "result": outcome.result,
        "blocks": [block.model_dump(mode="json") for block in outcome.blocks],
    }
    write_atomic(path, json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    return path.name

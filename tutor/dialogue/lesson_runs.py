"""Skills inside lessons: quick ones answered on the spot, long ones on a card, recorded ones without a model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import skills
from skills.blocks import Progress, msg
from skills.errors import Busy, FileMissing, ModelMissing, UserError
from skills.texts.normalize import fold
from skills.texts.quantities import read_number
from tutor.course.model import Bilingual, Run, Try, Wait
from tutor.dialogue import blind_comparison
from tutor.dialogue.context import Desk, next_button
from tutor.dialogue.skill_calls import (
    CallFailed,
    Outcome,
    call,
    import_text,
    needs_text,
    offered,
    record_result,
    recorded,
    resolve,
    run_of,
    slim,
    start_job,
    to_start,
)
from tutor.turn import Button, Said, Shown

ENDED = frozenset({"done", "stopped", "failed"})


# --- quick ones -------------------------------------------------------------------------------------------------------


async def present_run(desk: Desk, step: Run, text: str) -> AsyncIterator[Shown]:
    """Say what comes, run the skill, say what came of it."""
    if text:
        yield desk.say(text)
    if needs_text(step.inputs) and desk.memory.dataset is None:
        async for said in import_text(desk, sample="verse"):
            if isinstance(said, Outcome):
                yield desk.say(desk.words("chat.using_sample", name=said.result["name"]), tone="system")
            else:
                yield said
    if skills.skill(step.skill).where == "job":
        async for shown in _begin_job(desk, step):
            yield shown
        return
    desk.move("run")
    async for said in outcome_of(desk, step, resolve(desk, step.inputs)):
        if isinstance(said, Outcome):
            desk.move("finish")
            yield _told(desk, step, said)
        elif isinstance(said, UserError):
            desk.move("finish")
            yield desk.error(said, buttons=_again(desk))
        else:
            yield said


def _told(desk: Desk, step: Run | Wait, outcome: Outcome) -> Said:
    """The result of a step, remembered, and what the authors say of it."""
    skill = step.skill if isinstance(step, Run) else step.run
    record_result(desk, desk.at(step.id), skill, outcome)
    words = after_text(desk, step) if isinstance(step, Run) else step.after
    if blind_comparison.is_blind(outcome.result):
        return blind_comparison.ask(desk, outcome, desk.text(words))
    return desk.say(
        desk.text(words), blocks=outcome.blocks, buttons=(next_button(desk), *offered(desk, outcome.offers))
    )


async def outcome_of(desk: Desk, step: Run | Try, inputs: dict[str, Any], choice: str = "") -> AsyncIterator[Any]:
    """What a skill says on the way and, last, its Outcome (a recorded one where no model is there) or a UserError."""
    try:
        async for said in call(desk, step.skill, inputs):
            yield said
    except UserError as error:
        yield (recorded(desk, step, choice) if error.code == ModelMissing.code else None) or error


def _again(desk: Desk) -> tuple[Button, ...]:
    return (desk.button("chat.button.again", "repeat", main=True), desk.button("chat.button.next", "next"))


def after_text(desk: Desk, step: Run) -> Bilingual | None:
    """Which of the authored texts fits the result: `match` or `differ` where something was predicted, else `after`."""
    if step.against is None:
        return step.after
    predicted = desk.memory.predicted.get(desk.at(step.against.step))
    result = desk.memory.results[desk.at(step.id)].get(step.against.field)
    if predicted is None:
        return step.after or step.differ
    return step.match if agrees(predicted, result, step.against.tolerance) else step.differ


def agrees(predicted: Any, result: Any, tolerance: float) -> bool:
    """Whether a prediction came true: words as folded text, numbers within a share of the result."""
    if isinstance(result, int | float) and not isinstance(result, bool):
        number = read_number(str(predicted))
        return number is not None and abs(number - result) <= tolerance * max(abs(result), 1e-9)
    return _bare(predicted) == _bare(result)


def _bare(text: Any) -> str:
    return fold(str(text)).strip(" .,;:¡!¿?\"'«»…")


# --- long ones --------------------------------------------------------------------------------------------------------


async def _begin_job(desk: Desk, step: Run) -> AsyncIterator[Shown]:
    """Start the run, or take up the one this step began before; a card follows it."""
    at = desk.at(step.id)
    run = desk.memory.runs.get(at)
    if run is None or not desk.jobs.usable(run):
        if step.settings:
            async for shown in _show_settings(desk, step):
                yield shown
            return
        try:
            run = await start_job(desk, step.skill, resolve(desk, step.inputs))
        except Busy as error:
            run = str(error.values["run"])
            if desk.jobs.status(run).skill != step.skill:
                yield desk.error(error, buttons=_again(desk))
                return
        except UserError as error:
            found = recorded(desk, step) if error.code == ModelMissing.code else None
            yield _told(desk, step, found) if found else desk.error(error, buttons=_again(desk))
            return
        desk.record("run_started", {"at": at, "run": run, "skill": step.skill})
    if not step.background and desk.jobs.status(run).state in ENDED:
        yield finish_job(desk, run)
        return
    card = Progress(title=msg(f"chat.card.{step.skill}"), run=run)
    buttons = (next_button(desk),) if step.background else (desk.button("chat.button.dont_wait", "next"),)
    yield desk.say(desk.text(step.after) if step.background else "", blocks=(card,), buttons=buttons)


async def _show_settings(desk: Desk, step: Run) -> AsyncIterator[Shown]:
    """The card that the learner begins from; without a model, what was recorded."""
    plan = skills.skill(step.skill).plan
    assert plan is not None
    try:
        async for said in call(desk, plan, resolve(desk, step.inputs)):
            if isinstance(said, Outcome):
                buttons = (next_button(desk), *offered(desk, said.offers), *to_start(desk, said.blocks))
                yield desk.say(blocks=said.blocks, buttons=buttons)
            else:
                yield said
    except UserError as error:
        found = recorded(desk, step) if error.code == ModelMissing.code else None
        yield _told(desk, step, found) if found else desk.error(error, buttons=_again(desk))


async def present_wait(desk: Desk, step: Wait, text: str) -> AsyncIterator[Shown]:
    """A step that goes on when a run has ended; until then there are other things to do."""
    run = run_of(desk, step.run)
    state = state_of(desk, run)
    if run is None or state is None:
        found = recorded(desk, step) if not desk.has_workbench() else None
        nothing = desk.say(desk.words("chat.nothing_to_wait"), buttons=(next_button(desk),))
        yield _told(desk, step, found) if found else nothing
        return
    if state in ENDED:
        yield finish_job(desk, run)
        return
    card = Progress(title=msg(f"chat.card.{desk.jobs.status(run).skill}"), run=run)
    quiz = desk.button("chat.button.quiz_meanwhile", "quiz")
    yield desk.say(text, blocks=(card,), buttons=(quiz, desk.button("chat.button.dont_wait", "next")))


def state_of(desk: Desk, run: str | None) -> str | None:
    """How a run stands; None if there is none, or it was deleted."""
    try:
        return desk.jobs.status(run).state if run else None
    except FileMissing:
        return None


def finish_job(desk: Desk, run: str) -> Said:
    """A run has ended: its result, in the step that waits for it or as a message of its own."""
    status = desk.jobs.status(run)
    if run not in desk.memory.announced:
        desk.record("run_announced", {"run": run})
    if status.state == "failed" and status.error:
        others = (*offered(desk, status.error.offers), *(desk.buttons or _again(desk)))
        return desk.error(CallFailed(status.error), buttons=others)
    result = slim(status.result or {})
    for at, started in desk.memory.runs.items():
        if started == run:
            desk.record("ran", {"at": at, "skill": status.skill, "result": result})
    step = desk.step
    waited = isinstance(step, Wait) and run_of(desk, step.run) == run
    if waited or (isinstance(step, Run) and not step.background and desk.memory.runs.get(desk.at(step.id)) == run):
        return _told(desk, step, blind_comparison.ended(run, status))  # type: ignore[arg-type]
    told = desk.words(f"chat.ended.{status.skill}")
    if blind_comparison.is_blind(status.result or {}):
        return blind_comparison.ask(desk, blind_comparison.ended(run, status), told)
    buttons = (*(desk.buttons or (next_button(desk),)), *offered(desk, status.offers), *to_start(desk, status.blocks))
    return desk.say(told, tone="system", blocks=status.blocks, buttons=buttons)

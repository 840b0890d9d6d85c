"""Skills inside lessons: quick ones answered on the spot, long ones on a card, recorded ones without a model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import skills
from skills.errors import Busy, ModelMissing, UserError
from skills.texts.normalize import fold
from skills.texts.quantities import read_number
from tutor.course.model import Bilingual, Run, Try, Wait
from tutor.dialogue import blind_comparison
from tutor.dialogue.about import things_of
from tutor.dialogue.bets import bets
from tutor.dialogue.context import Called, Dialogue, next_button, run_what
from tutor.dialogue.recordings import recorded
from tutor.dialogue.skill_calls import (
    ENDED,
    CallFailed,
    Outcome,
    begin_run,
    call,
    import_text,
    needs_text,
    note_run,
    offered,
    record_result,
    resolve,
    run_card,
    run_of,
    slim,
    state_of,
    to_start,
)
from tutor.learner.events import Ran, RunAnnounced
from tutor.turn import Button, Delta, Said, Shown, Waiting


async def present_run(dialogue: Dialogue, step: Run, text: str) -> AsyncIterator[Shown]:
    """Say what comes, run the skill, say what came of it."""
    if text:
        yield dialogue.say(text)
    if needs_text(step.inputs) and dialogue.memory.dataset is None:
        async for said in import_text(dialogue, sample="verse"):
            if isinstance(said, Outcome):
                yield dialogue.say(dialogue.words("chat.using_sample", name=said.result["name"]), tone="system")
            else:
                yield said
    if skills.skill(step.skill).where == "job":
        async for shown in _present_job(dialogue, step):
            yield shown
        return
    try:
        with dialogue.running():
            async for said in outcome_of(dialogue, step, resolve(dialogue, step.inputs)):
                if isinstance(said, Outcome):
                    outcome = said
                else:
                    yield said
        yield _told(dialogue, step, outcome)
    except UserError as error:
        yield dialogue.error(error, buttons=_again(dialogue))


def _told(dialogue: Dialogue, step: Run | Wait, outcome: Outcome) -> Said:
    """The result of a step, remembered, and what the authors say of it."""
    skill = step.skill if isinstance(step, Run) else step.run
    record_result(dialogue, dialogue.at(step.id), skill, outcome)
    words = after_text(dialogue, step) if isinstance(step, Run) else step.after
    if blind_comparison.is_blind(outcome.result):
        return blind_comparison.ask(dialogue, outcome, dialogue.text(words))
    blocks = (*bets(dialogue, step, outcome.result), *outcome.blocks)
    return dialogue.say(
        dialogue.text(words), blocks=blocks, buttons=(next_button(dialogue), *offered(dialogue, outcome.offers))
    )


async def outcome_of(
    dialogue: Dialogue, step: Run | Try, inputs: dict[str, Any], choice: str = ""
) -> AsyncIterator[Waiting | Delta | Outcome]:
    """What a skill says on the way and, last, its Outcome; the recorded one where no model is there.

    Raises UserError.
    """
    try:
        async for said in call(dialogue, step.skill, inputs):
            yield said
    except UserError as error:
        yield _recorded_instead(dialogue, step, error, choice)


def _recorded_instead(dialogue: Dialogue, step: Run | Try, error: UserError, choice: str = "") -> Outcome:
    """The recorded result if it is a model that is missing; else, or where none was recorded, `error` again."""
    found = recorded(dialogue, step, choice) if error.code == ModelMissing.code else None
    if found is None:
        raise error
    return found


def _again(dialogue: Dialogue) -> tuple[Button, ...]:
    return (dialogue.button("chat.button.again", "repeat", main=True), dialogue.button("chat.button.next", "next"))


def after_text(dialogue: Dialogue, step: Run) -> Bilingual | None:
    """Which of the authored texts fits the result: `match` or `differ` where something was predicted, else `after`."""
    if step.against is None:
        return step.after
    predicted = dialogue.memory.predicted.get(dialogue.at(step.against.step))
    result = dialogue.memory.results[dialogue.at(step.id)].get(step.against.field)
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


async def _present_job(dialogue: Dialogue, step: Run) -> AsyncIterator[Shown]:
    """Begin the run, or take up the one this step began before; a card follows it."""
    run = dialogue.memory.runs.get(dialogue.at(step.id))
    if run is None or not dialogue.jobs.usable(run):
        if step.settings:
            async for shown in _show_settings(dialogue, step):
                yield shown
            return
        if not dialogue.has_workbench() and (found := recorded(dialogue, step)):
            yield _told(dialogue, step, found)
            return
        try:
            run = await _begin(dialogue, step)
        except UserError as error:
            yield _without_run(dialogue, step, error)
            return
    if not step.background and state_of(dialogue, run) in ENDED:
        yield finish_job(dialogue, run)
        return
    text = dialogue.text(step.after) if step.background else ""
    buttons = (next_button(dialogue),) if step.background else _meanwhile(dialogue, step)
    yield dialogue.say(text, blocks=(run_card(dialogue, run),), buttons=buttons)


async def _begin(dialogue: Dialogue, step: Run) -> str:
    """A new run of the step's skill, or the one of that skill that goes on already. Raises UserError."""
    at = dialogue.at(step.id)
    try:
        return await begin_run(dialogue, step.skill, resolve(dialogue, step.inputs), at)
    except Busy as error:
        run = str(error.values["run"])
        if dialogue.jobs.status(run).skill != step.skill:
            raise
        note_run(dialogue, step.skill, run, at)
        return run


def _without_run(dialogue: Dialogue, step: Run, error: UserError) -> Said:
    """What is shown where a run could not begin: what was recorded, or why."""
    try:
        return _told(dialogue, step, _recorded_instead(dialogue, step, error))
    except UserError:
        return dialogue.error(error, buttons=_again(dialogue))


async def _show_settings(dialogue: Dialogue, step: Run) -> AsyncIterator[Shown]:
    """The card that the learner begins from; without a model, what was recorded."""
    plan = skills.skill(step.skill).plan
    assert plan is not None
    try:
        async for said in call(dialogue, plan, resolve(dialogue, step.inputs)):
            if isinstance(said, Outcome):
                buttons = (next_button(dialogue), *offered(dialogue, said.offers), *to_start(dialogue, said.blocks))
                yield dialogue.say(blocks=said.blocks, buttons=buttons)
            else:
                yield said
    except UserError as error:
        yield _without_run(dialogue, step, error)


async def present_wait(dialogue: Dialogue, step: Wait, text: str) -> AsyncIterator[Shown]:
    """A step that goes on when a run has ended; until then there are other things to do."""
    run = run_of(dialogue, step.run)
    state = state_of(dialogue, run)
    if run is None or state is None:
        found = recorded(dialogue, step) if not dialogue.has_workbench() else None
        nothing = dialogue.say(dialogue.words("chat.nothing_to_wait"), buttons=(next_button(dialogue),))
        yield _told(dialogue, step, found) if found else nothing
    elif state in ENDED:
        yield finish_job(dialogue, run)
    else:
        yield dialogue.say(text, blocks=(run_card(dialogue, run),), buttons=_meanwhile(dialogue, step))


def _meanwhile(dialogue: Dialogue, step: Run | Wait) -> tuple[Button, ...]:
    """What can be done while the run that a step waits for goes on."""
    on = dialogue.button("chat.button.dont_wait", "next")
    return (dialogue.button("chat.button.quiz_meanwhile", "quiz"), on) if isinstance(step, Wait) else (on,)


def waiting_card(dialogue: Dialogue, step: Run | Wait, text: str, more: tuple[Button, ...] = ()) -> Said | None:
    """The card of the run that the step waits for; None if none goes on."""
    run = run_of(dialogue, step.run) if isinstance(step, Wait) else dialogue.memory.runs.get(dialogue.at(step.id))
    state = state_of(dialogue, run)
    if run is None or state is None or state in ENDED:
        return None
    buttons = (*_meanwhile(dialogue, step), *more)
    return dialogue.say(text, tone="aside", blocks=(run_card(dialogue, run),), buttons=buttons)


def _ways_on(dialogue: Dialogue, run: str, here: bool, waited: bool) -> tuple[Button, ...]:
    """What can be done about a run that failed: the step that began it begins another, anything else tries it again."""
    if here:
        return _again(dialogue)
    retry = dialogue.button("run_card.control.resume_failed", "run_resume", main=waited, args={"run": run})
    on = dialogue.button("chat.button.next", "next")
    return (retry, on) if waited or not dialogue.buttons else (*dialogue.buttons, retry)


def finish_job(dialogue: Dialogue, run: str) -> Said:
    """A run has ended: its result, in the step that waits for it or as a message of its own."""
    status = dialogue.jobs.status(run)
    dialogue.last = Called(skill=status.skill, inputs=status.inputs, result=slim(status.result or {}))
    dialogue.about |= things_of(dialogue.workspace, {"run": run})
    if run not in dialogue.memory.announced:
        dialogue.record(RunAnnounced(run=run))
    step = dialogue.step
    waited = isinstance(step, Wait) and run_of(dialogue, step.run) == run
    here = isinstance(step, Run) and not step.background and dialogue.memory.runs.get(dialogue.at(step.id)) == run
    open_now = _again(dialogue) if waited or here else dialogue.buttons or _again(dialogue)
    if status.state == "failed" and status.error:
        ways = (*offered(dialogue, status.error.offers), *_ways_on(dialogue, run, here, waited))
        return dialogue.error(CallFailed(status.error), buttons=ways)
    if status.state == "stopped" and not status.kept:
        nothing = dialogue.words("chat.stopped_empty", what=run_what(dialogue, status.skill))
        return dialogue.say(nothing, tone="system", buttons=open_now)
    result = slim(status.result or {})
    for at, started in dialogue.memory.runs.items():
        if started == run:
            dialogue.record(Ran(at=at, skill=status.skill, result=result))
    if isinstance(step, Run | Wait) and (waited or here):
        return _told(dialogue, step, blind_comparison.ended(run, status))
    told = dialogue.words(f"chat.ended.{status.skill}")
    if blind_comparison.is_blind(status.result or {}):
        return blind_comparison.ask(dialogue, blind_comparison.ended(run, status), told)
    buttons = (
        *(dialogue.buttons or (next_button(dialogue),)),
        *offered(dialogue, status.offers),
        *to_start(dialogue, status.blocks),
    )
    return dialogue.say(told, tone="system", blocks=status.blocks, buttons=buttons)

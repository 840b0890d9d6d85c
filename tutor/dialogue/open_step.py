"""What is open: the question, or the step, that waits for the learner; shown again, in short, after what was asked for
in between. Nothing here decides what comes next."""

from __future__ import annotations

from tutor.course.model import Ask, Bilingual, Bring, Close, Predict, Run, Say, Try, Wait
from tutor.dialogue import blind_comparison, items, steps
from tutor.dialogue.context import Dialogue, next_button
from tutor.dialogue.lesson_runs import waiting_card
from tutor.dialogue.routes import beginning, beginning_buttons
from tutor.dialogue.skill_calls import Outcome, offered, run_of
from tutor.learner.mastery import MISSES
from tutor.turn import Button, Said


def goes_on(dialogue: Dialogue) -> bool:
    """Whether all that is left to do at the present step is to go on: it was said, answered, or has run."""
    memory, step = dialogue.memory, dialogue.step
    if memory.open_item or step is None or memory.machine.phase == "review":
        return False
    at = dialogue.at(step.id)
    match step:
        case Say() | Close():
            return True
        case Ask():
            return memory.answer == "done" or (memory.answer == "missed" and _missed_often(dialogue, step))
        case Run(background=True):
            return at in memory.runs
        case Run() | Wait():
            return at in memory.results and _unvoted(dialogue) is None
        case Bring():
            return at in memory.results
    return False


def _missed_often(dialogue: Dialogue, step: Ask) -> bool:
    return dialogue.progress.misses(dialogue.course.items[step.item].concept) >= MISSES


def _unvoted(dialogue: Dialogue) -> Outcome | None:
    """The blind comparison of the present step, while it lacks votes."""
    step = dialogue.step
    if not isinstance(step, Run | Wait) or not dialogue.memory.results.get(dialogue.at(step.id), {}).get("blind"):
        return None
    run = run_of(dialogue, step.run) if isinstance(step, Wait) else dialogue.memory.runs.get(dialogue.at(step.id))
    recorded = str(dialogue.memory.results[dialogue.at(step.id)].get("run"))
    outcome = blind_comparison.find(dialogue, run or recorded)
    return outcome if outcome and blind_comparison.lacks_votes(dialogue, outcome) else None


def standing(dialogue: Dialogue) -> tuple[Button, ...]:
    """The buttons of what is open, also where something else was shown since: whoever types one of them means it."""
    memory, step = dialogue.memory, dialogue.step
    if memory.talk or memory.open_item:
        return ()
    if memory.route is None:
        return beginning_buttons(dialogue) if memory.greeted else ()
    if isinstance(step, Predict | Try | Bring) and not goes_on(dialogue):
        return steps.step_buttons(dialogue, step)
    return on_buttons(dialogue) if goes_on(dialogue) else ()


def left(dialogue: Dialogue) -> bool:
    """Whether something was shown over the lesson, so that there is a lesson to go back to."""
    memory = dialogue.memory
    return bool(memory.lesson and (memory.machine.overlay or memory.talk or dialogue.last))


def back_button(dialogue: Dialogue) -> Button:
    """One click from something long back to the lesson: on with it where nothing else is open, else to what is."""
    if dialogue.memory.route is None:
        return dialogue.button("chat.button.back_to_start", "restart", main=True)
    if goes_on(dialogue):
        close = isinstance(dialogue.step, Close)
        return steps.on_button(dialogue) if close else dialogue.button("chat.button.on_with_lesson", "next", main=True)
    return dialogue.button("chat.button.back_to_lesson", "back_to_lesson", main=True)


def again(dialogue: Dialogue, heading: str = "", more: tuple[Button, ...] = ()) -> Said | None:
    """What is open, in short; None where there is nothing, or where it has to be presented as a whole."""
    step = dialogue.step
    if dialogue.memory.open_item:
        return items.show_open(dialogue, heading, more)
    if dialogue.memory.machine.phase == "review":
        return _missed_in_series(dialogue, heading, more)
    if dialogue.memory.route is None:
        return dialogue.say(beginning(dialogue), buttons=(*beginning_buttons(dialogue), *more))
    if goes_on(dialogue):
        return dialogue.say(heading, buttons=(*on_buttons(dialogue), *more))
    match step:
        case Ask() if dialogue.memory.answer == "missed":
            missed = items.missed_buttons(dialogue, dialogue.course.items[step.item], "lesson")
            return dialogue.say(heading, buttons=_with(missed, more))
        case Predict() | Try() | Bring():
            asked = _joined(heading, _last_paragraph(dialogue, step.text))
            return dialogue.say(asked, buttons=(*steps.step_buttons(dialogue, step), *more))
        case Run() | Wait():
            if outcome := _unvoted(dialogue):
                return blind_comparison.ask(dialogue, outcome, heading).model_copy(update={"tone": "aside"})
            return waiting_card(dialogue, step, heading, more)
    return None


def _missed_in_series(dialogue: Dialogue, heading: str, more: tuple[Button, ...]) -> Said:
    """Between two questions of a review: the one that was missed can be tried again."""
    missed = dialogue.memory.series.missed[-1:] if dialogue.memory.series else ()
    tries = [items.missed_buttons(dialogue, dialogue.course.items[m.item], m.where) for m in missed if not m.gap]
    return dialogue.say(heading, buttons=_with(tries[0] if tries else (next_button(dialogue),), more))


def _with(buttons: tuple[Button, ...], more: tuple[Button, ...]) -> tuple[Button, ...]:
    """All of them, each label once."""
    labels = {button.label for button in buttons}
    return (*buttons, *(button for button in more if button.label not in labels))


def on_buttons(dialogue: Dialogue) -> tuple[Button, ...]:
    """The ways on from a step at which nothing but going on is open."""
    step = dialogue.step
    if isinstance(step, Close):
        return steps.close_buttons(dialogue)
    offers = dialogue.memory.offers.get(dialogue.at(step.id), ()) if step else ()
    return (next_button(dialogue), *offered(dialogue, offers))


def _last_paragraph(dialogue: Dialogue, text: Bilingual | None) -> str:
    """What a step asks stands at the end of its text."""
    return dialogue.text(text).rstrip().rsplit("\n\n", 1)[-1]


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)

"""Intent handlers: an intent -> what is done about it. The tables of everything the learner can make happen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import skills
from tutor.course.model import Ask, Bring, Run
from tutor.dialogue import (
    blind_comparison,
    controls,
    deleting,
    flow,
    free_questions,
    greeting,
    items,
    lessons,
    model_chat,
    models,
    my_data,
    one_thing,
    own_case,
    series,
    steps,
)
from tutor.dialogue.context import Dialogue, next_button
from tutor.dialogue.open_step import back_button
from tutor.dialogue.skill_calls import (
    Outcome,
    begin_run,
    call,
    import_text,
    offered,
    record_result,
    run_card,
    to_start,
)
from tutor.dialogue.things import model_in_hand
from tutor.learner.events import TextBrought, Where
from tutor.nlu.courtesy import courtesy
from tutor.turn import Intent, Opened, Shown

Turn = AsyncIterator[Shown]


def act(dialogue: Dialogue, intent: Intent) -> Turn:
    """Do what an intent asks for. `said` among its arguments are the learner's own words."""
    dialogue.naming, dialogue.cared = None, False
    dialogue.heard.append(intent)
    if intent.name in BARE:
        return BARE[intent.name](dialogue)
    if intent.name in HANDLERS:
        return HANDLERS[intent.name](dialogue, intent.args)
    if intent.name in skills.NAMES:
        args = {key: value for key, value in intent.args.items() if key != "said"}
        return use_skill(dialogue, intent.name, args, typed="said" in intent.args)
    return _not_yet(dialogue, intent.name)


def _choose(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """A choice of a step: a prediction, a knob, a text. One of a step that was left is said to be past."""
    step = dialogue.step
    if "sample" in args or "dataset" in args:
        return take_text(dialogue, args)
    if step is None or args.get("step") != dialogue.at(step.id):
        return lessons.aside(dialogue, dialogue.words("chat.past"), tone="system")
    return flow.do_step(dialogue, step, str(args.get("typed", "")), args)


def _answer(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    if args.get("give_up"):
        return flow.give_up(dialogue)
    if retry := args.get("retry"):
        return _try_again(dialogue, retry, args["where"], args.get("attempt", 2))
    return flow.take_answer(dialogue, args.get("answer"), args.get("submission", ""))


def _try_again(dialogue: Dialogue, item: str, where: Where, attempt: int) -> Turn:
    """The question that was just missed once more; one of a step or a series that was left is past."""
    step = dialogue.step
    here = isinstance(step, Ask) and step.item == item if where == "lesson" else series.is_on(dialogue)
    if not here:
        return lessons.aside(dialogue, dialogue.words("chat.past"), tone="system")
    return items.ask_item(dialogue, item, where, attempt=attempt)


async def _vote(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    yield blind_comparison.vote(dialogue, args)


def _question(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    return free_questions.answer(dialogue, str(args.get("said") or args.get("question", "")), args.get("answer", ""))


# --- texts ------------------------------------------------------------------------------------------------------------


async def take_text(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """A text for the step that asked for one: a sample, a data set that is here, or one pasted (`text`)."""
    if "dataset" in args:
        manifest = dialogue.workspace.find(args["dataset"])
        dialogue.record(TextBrought(dataset=manifest.id, name=manifest.name))
        yield brought(dialogue, Outcome(result=manifest.model_dump(mode="json") | {"dataset": manifest.id}, blocks=()))
        return
    async for said in import_text(dialogue, sample=args.get("sample", ""), text=args.get("text", "")):
        yield brought(dialogue, said) if isinstance(said, Outcome) else said


def brought(dialogue: Dialogue, outcome: Outcome) -> Shown:
    """A text is there: what was understood of it, and on with the step that asked for it."""
    step = dialogue.step
    if isinstance(step, Bring):
        record_result(dialogue, dialogue.at(step.id), "load_dataset", outcome)
        return dialogue.say(
            dialogue.text(step.after),
            blocks=outcome.blocks,
            buttons=(next_button(dialogue), *offered(dialogue, outcome.offers)),
        )
    buttons = (
        back_button(dialogue),
        *offered(dialogue, outcome.offers),
        dialogue.button("chat.button.inspect", "inspect_dataset"),
        dialogue.button("chat.button.summarize", "summarize"),
    )
    return dialogue.say(dialogue.words("chat.brought"), tone="aside", blocks=outcome.blocks, buttons=buttons)


# --- skills, at any moment --------------------------------------------------------------------------------------------


async def use_skill(dialogue: Dialogue, name: str, args: dict[str, Any], typed: bool = False) -> Turn:
    """A skill asked for by name, on the learner's own text where it takes one. `typed`: asked for in words, so that
    what costs time is shown on its card first."""
    if name == "load_dataset" and not args.keys() & {"path", "text", "file"}:
        yield dialogue.say(dialogue.words("chat.bring_one"), tone="aside", buttons=steps.bring_buttons(dialogue))
        return
    if name == "decide":
        args = own_case.inputs(dialogue, args)
        if not args:
            async for shown in own_case.questions_first(dialogue):
                yield shown
            return
    name, args = _planned_first(dialogue, name, args, typed)
    skill = skills.skill(name)
    fields = skill.Inputs.model_fields
    if "run" in fields and dialogue.memory.model and not args.get("run"):
        args = args | ({"run": run} if (run := model_in_hand(dialogue)) else {})
    inputs = {key: value for key, value in args.items() if key in fields}
    # what is about a run has its texts from there
    if "file" in fields and "run" not in fields and not (inputs.get("file") or inputs.get("text")):
        if dialogue.memory.dataset is None:
            yield dialogue.say(dialogue.words("chat.needs_text"), tone="aside", buttons=steps.bring_buttons(dialogue))
            return
        inputs["file"] = dialogue.memory.dataset
    missing = [key for key, field in fields.items() if field.is_required() and key not in inputs]
    if missing:
        yield dialogue.say(dialogue.words(f"chat.ask_for.{missing[0]}"), tone="aside", buttons=dialogue.buttons)
        return
    if skill.where == "job":
        yield await _begin(dialogue, name, inputs)
        return
    again = name == "load_dataset" and isinstance(dialogue.step, Bring)
    if not again:
        dialogue.move("wonder")
    async for said in call(dialogue, name, inputs):
        if isinstance(said, Outcome) and again:
            yield brought(dialogue, said)
        elif isinstance(said, Outcome):
            more = (*offered(dialogue, said.offers), *to_start(dialogue, said.blocks))
            yield dialogue.say("", tone="aside", blocks=said.blocks, buttons=(back_button(dialogue), *more))
        else:
            yield said


async def _begin(dialogue: Dialogue, name: str, inputs: dict[str, Any]) -> Shown:
    """A long skill begun, with its card: in the step that waits for it, or beside the lesson."""
    step = dialogue.step
    if isinstance(step, Run) and step.settings and step.skill == name:
        card = run_card(dialogue, await begin_run(dialogue, name, inputs, dialogue.at(step.id)))
        return dialogue.say(dialogue.text(step.after), blocks=(card,), buttons=(next_button(dialogue),))
    card = run_card(dialogue, await begin_run(dialogue, name, inputs, f"/{name}"))
    return dialogue.say(tone="aside", blocks=(card,), buttons=(back_button(dialogue),))


def _planned_first(dialogue: Dialogue, name: str, args: dict[str, Any], typed: bool) -> tuple[str, dict[str, Any]]:
    """A long skill asked for without saying how is begun as the card says that is open; if none is, that is shown. It
    is shown too, with them, where settings were typed."""
    plan = skills.skill(name).plan
    said_how = bool(args.keys() - {"file", "goal"})
    if plan is None or (said_how and not typed):
        return name, args
    card = dialogue.settings_card
    return (name, card.intent.args) if card and card.intent.name == name and not said_how else (plan, args)


def _not_yet(dialogue: Dialogue, name: str) -> Turn:
    label = f"intents.{name}.label"
    text = (
        dialogue.words("chat.not_yet", what=dialogue.words(label))
        if label in dialogue.words
        else dialogue.words("chat.past")
    )
    return lessons.aside(dialogue, text, (dialogue.button("chat.button.help", "help"),))


async def _show_more(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """A line that opens was typed: it comes down to the words, and what can be done stays open below it."""
    yield Opened(message=args["message"], place=args["place"])
    yield dialogue.say(buttons=dialogue.buttons)


async def _choose_meaning(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """«No era eso»: what else the words may ask for (`others`: pairs of an intent and its arguments)."""
    buttons = tuple(
        dialogue.button(f"intents.{name}.label", name, args={**given, "said": args.get("said", "")})
        for name, given in args["others"]
    )
    yield dialogue.say(dialogue.words("chat.what_then"), tone="aside", buttons=(*buttons, back_button(dialogue)))


def _small_talk(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    kind = courtesy(str(args.get("said", "")))
    return lessons.aside(dialogue, dialogue.varied(f"chat.small_talk.{kind}"))


def _off_topic(dialogue: Dialogue) -> Turn:
    dialogue.lost += 1
    return lessons.aside(dialogue, dialogue.varied("chat.off_topic"))


def _say(dialogue: Dialogue, message: str, tone: str = "aside") -> Turn:
    return lessons.aside(dialogue, dialogue.words(message), tone=tone)


def _run_control(what: str) -> Callable[[Dialogue, dict[str, Any]], Turn]:
    """A button of the card of a run."""
    return lambda dialogue, args: controls.run_control(dialogue, what, args["run"])


# --- talking to a model ----------------------------------------------------------------------------------------------


def _talking(handler: Callable[[Dialogue, dict[str, Any]], Turn]) -> Callable[[Dialogue, dict[str, Any]], Turn]:
    """A button of a conversation with a model, unless that is over."""
    return lambda dialogue, args: (
        handler(dialogue, args) if dialogue.memory.talk else _say(dialogue, "chat.past", "system")
    )


async def _leave_talk(dialogue: Dialogue) -> Turn:
    async for shown in model_chat.leave(dialogue):
        yield shown
    async for shown in lessons.resume(dialogue):
        yield shown


# --- the tables -------------------------------------------------------------------------------------------------------

BARE: dict[str, Callable[[Dialogue], Turn]] = {
    "next": flow.proceed,
    "back": lessons.step_back,
    "back_to_lesson": lessons.resume,
    "repeat": lambda dialogue: lessons.resume(dialogue, anew=True),
    "review": series.begin_review,
    "enough": series.enough,
    "hint": items.give_hint,
    "progress": controls.show_progress,
    "stop": controls.stop,
    "help": controls.show_help,
    "privacy": my_data.privacy,
    "my_things": my_data.my_things,
    "delete_data": my_data.my_things,
    "models": models.show,
    "no_questions": lambda dialogue: flow.choose_questions(dialogue, wanted=False),
    "with_questions": lambda dialogue: flow.choose_questions(dialogue, wanted=True),
    "off_topic": _off_topic,
    "care": controls.care,
    "talk_leave": _leave_talk,
    "restart": greeting.welcome,
    "quit": controls.quit_program,
}
"""What needs no arguments."""

HANDLERS: dict[str, Callable[[Dialogue, dict[str, Any]], Turn]] = {
    "explain_again": lambda dialogue, args: free_questions.explain_again(dialogue, args.get("topic")),
    "go_to": controls.go_to,
    "start_lesson": lambda dialogue, args: lessons.begin_lesson(dialogue, args["lesson"]),
    "change_language": controls.change_language,
    "delete": deleting.delete,
    "thing": one_thing.show,
    "open_run": one_thing.open_run,
    "use": one_thing.use,
    "rename": one_thing.call_it,
    "show_folder": my_data.show_folder,
    "show_more": _show_more,
    "use_model": models.let_talk,
    "feedback": controls.take_feedback,
    "foreign": controls.speaks_only,
    "small_talk": _small_talk,
    "not_that": _choose_meaning,
    "question": _question,
    "quiz": series.begin_quiz,
    "choose": _choose,
    "answer": _answer,
    "vote": _vote,
    "talk": model_chat.begin,
    "talk_on": _talking(lambda dialogue, args: model_chat.resume(dialogue)),
    "talk_say": _talking(lambda dialogue, args: model_chat.say(dialogue, args.get("text", ""))),
    "talk_again": _talking(model_chat.again),
    "talk_fresh": _talking(lambda dialogue, args: model_chat.fresh(dialogue)),
    "talk_mode": _talking(lambda dialogue, args: model_chat.fresh(dialogue, other_way=True)),
    "profile": greeting.choose_profile,
    "route": flow.change_route,
    "run_stop": _run_control("stop"),
    "run_pause": _run_control("pause"),
    "run_discard": _run_control("discard"),
    "run_resume": _run_control("resume"),
    "run_delete": _run_control("delete"),
}
"""What takes arguments: those of the click, or those that were read in the learner's words, with `said`, the words."""

"""An intent -> what is done about it: the table of everything the learner can make happen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import skills
from skills.blocks import Progress, msg
from tutor.course.model import Bring, Run
from tutor.dialogue import blind_comparison, controls, flow, free_questions, greeting, items, model_chat, my_data, steps
from tutor.dialogue.context import Desk, back_button, next_button
from tutor.dialogue.skill_calls import Outcome, call, import_text, offered, record_result, start_job, to_start
from tutor.turn import Intent, Shown

Turn = AsyncIterator[Shown]


async def act(desk: Desk, intent: Intent) -> Turn:
    """Do what an intent asks for. `said` among its arguments are the learner's own words."""
    args = dict(intent.args)
    said = str(args.pop("said", ""))
    if intent.name in ACTS:
        turn = ACTS[intent.name](desk, args, said)
    elif intent.name in skills.NAMES:
        turn = use_skill(desk, intent.name, args)
    else:
        turn = _not_yet(desk, intent.name)
    async for shown in turn:
        yield shown


async def _next(desk: Desk) -> Turn:
    asked = desk.memory.open_item
    if desk.memory.machine.overlay:
        turn = free_questions.resume(desk)
    elif asked and asked.where != "lesson":
        desk.record("dropped", {"submission": asked.submission})
        turn = flow.go_on(desk, asked.where)
    elif desk.memory.machine.phase == "review":
        turn = flow.go_on(desk, "review")
    elif desk.memory.route is None:
        turn = greeting.choose_route(desk, "express")
    else:
        turn = steps.advance(desk)
    async for shown in turn:
        yield shown


async def _choose(desk: Desk, args: dict[str, Any]) -> Turn:
    """A choice of a step: a prediction, a knob, a text. One of a step that was left is said to be past."""
    step = desk.step
    if "sample" in args or "dataset" in args:
        turn = take_text(desk, args)
    elif step is None or args.get("step") != desk.at(step.id):
        turn = _say(desk, "chat.past", "system")
    else:
        turn = steps.do_step(desk, step, "", args)
    async for shown in turn:
        yield shown


async def _answer(desk: Desk, args: dict[str, Any]) -> Turn:
    if args.get("give_up"):
        turn = items.give_up(desk)
    elif retry := args.get("retry"):
        turn = items.ask_item(desk, retry, args["where"])
    else:
        turn = items.take_answer(desk, args.get("answer"), args.get("submission", ""))
    async for shown in turn:
        yield shown


async def _vote(desk: Desk, args: dict[str, Any]) -> Turn:
    yield blind_comparison.vote(desk, args)


# --- texts ------------------------------------------------------------------------------------------------------------


async def take_text(desk: Desk, args: dict[str, Any]) -> Turn:
    """A text for the step that asked for one: a sample, a data set that is here, or one pasted (`text`)."""
    if "dataset" in args:
        manifest = desk.workspace.find(args["dataset"])
        desk.record("text_brought", {"dataset": manifest.id, "name": manifest.name})
        yield brought(desk, Outcome(result=manifest.model_dump(mode="json") | {"dataset": manifest.id}, blocks=()))
        return
    async for said in import_text(desk, sample=args.get("sample", ""), text=args.get("text", "")):
        yield brought(desk, said) if isinstance(said, Outcome) else said


def brought(desk: Desk, outcome: Outcome) -> Shown:
    """A text is there: what was understood of it, and on with the step that asked for it."""
    step = desk.step
    if isinstance(step, Bring):
        record_result(desk, desk.at(step.id), "load_dataset", outcome)
        return desk.say(
            desk.text(step.after), blocks=outcome.blocks, buttons=(next_button(desk), *offered(desk, outcome.offers))
        )
    buttons = (
        back_button(desk),
        *offered(desk, outcome.offers),
        desk.button("chat.button.inspect", "inspect_dataset"),
        desk.button("chat.button.summarize", "summarize"),
    )
    return desk.say(desk.words("chat.brought"), tone="aside", blocks=outcome.blocks, buttons=buttons)


# --- skills, at any moment --------------------------------------------------------------------------------------------


async def use_skill(desk: Desk, name: str, args: dict[str, Any]) -> Turn:
    """A skill asked for by name, on the learner's own text where it takes one."""
    if name == "load_dataset" and not args.keys() & {"path", "text", "file"}:
        yield desk.say(desk.words("chat.bring_one"), tone="aside", buttons=steps.bring_buttons(desk))
        return
    name, args = _planned_first(desk, name, args)
    skill = skills.skill(name)
    fields = skill.Inputs.model_fields
    inputs = {key: value for key, value in args.items() if key in fields}
    # what is about a run has its texts from there
    if "file" in fields and "run" not in fields and not (inputs.get("file") or inputs.get("text")):
        if desk.memory.dataset is None:
            yield desk.say(desk.words("chat.needs_text"), tone="aside", buttons=steps.bring_buttons(desk))
            return
        inputs["file"] = desk.memory.dataset
    missing = [key for key, field in fields.items() if field.is_required() and key not in inputs]
    if missing:
        yield desk.say(desk.words(f"chat.ask_for.{missing[0]}"), tone="aside", buttons=desk.buttons)
        return
    buttons = (back_button(desk),)
    if skill.where == "job":
        step = desk.step
        awaited = isinstance(step, Run) and step.settings and step.skill == name
        run = await start_job(desk, name, inputs)
        at = desk.at(step.id) if step and awaited else f"/{name}"
        desk.record("run_started", {"at": at, "run": run, "skill": name})
        card = Progress(title=msg(f"chat.card.{name}"), run=run)
        text, tone = (desk.text(step.after), "lesson") if isinstance(step, Run) and awaited else ("", "aside")
        yield desk.say(text, tone=tone, blocks=(card,), buttons=(next_button(desk),) if awaited else buttons)
        return
    again = name == "load_dataset" and isinstance(desk.step, Bring)
    if not again:
        desk.move("wonder")
    async for said in call(desk, name, inputs):
        if isinstance(said, Outcome) and again:
            yield brought(desk, said)
        elif isinstance(said, Outcome):
            more = (*offered(desk, said.offers), *to_start(desk, said.blocks))
            yield desk.say("", tone="aside", blocks=said.blocks, buttons=(*buttons, *more))
        else:
            yield said


def _planned_first(desk: Desk, name: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A long skill asked for without saying how is begun as the card says that is open; if none is, that is shown."""
    plan = skills.skill(name).plan
    if plan is None or args.keys() - {"file", "goal"}:
        return name, args
    open_card = next((button for button in desk.buttons if button.on_card and button.intent.name == name), None)
    return (name, open_card.intent.args) if open_card else (plan, args)


async def _not_yet(desk: Desk, name: str) -> Turn:
    label = f"intents.{name}.label"
    text = desk.words("chat.not_yet", what=desk.words(label)) if label in desk.words else desk.words("chat.past")
    yield desk.say(text, tone="aside", buttons=(back_button(desk), desk.button("chat.button.help", "help")))


async def _say(desk: Desk, message: str, tone: str = "aside") -> Turn:
    yield desk.say(desk.words(message), tone=tone, buttons=desk.buttons or (back_button(desk),))


# --- talking to a model ----------------------------------------------------------------------------------------------


async def _talking(desk: Desk, turn: Turn) -> Turn:
    """A button of a conversation with a model, unless that is over."""
    async for shown in turn if desk.memory.talk else _say(desk, "chat.past", "system"):
        yield shown


async def _talk_on(desk: Desk) -> Turn:
    async for shown in _talking(desk, model_chat.resume(desk)):
        yield shown


async def _leave_talk(desk: Desk) -> Turn:
    async for shown in model_chat.leave(desk):
        yield shown
    async for shown in free_questions.resume(desk):
        yield shown


# --- the table --------------------------------------------------------------------------------------------------------

ACTS: dict[str, Callable[[Desk, dict[str, Any], str], Turn]] = {
    "next": lambda desk, args, said: _next(desk),
    "back": lambda desk, args, said: steps.step_back(desk),
    "repeat": lambda desk, args, said: free_questions.resume(desk, anew=True),
    "back_to_lesson": lambda desk, args, said: free_questions.resume(desk),
    "explain_again": lambda desk, args, said: free_questions.explain_again(desk, args.get("topic")),
    "hint": lambda desk, args, said: items.give_hint(desk),
    "progress": lambda desk, args, said: controls.show_progress(desk),
    "go_to": lambda desk, args, said: controls.go_to(desk, args),
    "start_lesson": lambda desk, args, said: steps.begin_lesson(desk, args["lesson"]),
    "stop": lambda desk, args, said: controls.stop(desk),
    "help": lambda desk, args, said: controls.show_help(desk),
    "change_language": lambda desk, args, said: controls.change_language(desk, args),
    "privacy": lambda desk, args, said: my_data.privacy(desk),
    "delete_data": lambda desk, args, said: my_data.my_things(desk),
    "delete": lambda desk, args, said: my_data.delete(desk, args),
    "show_folder": lambda desk, args, said: my_data.show_folder(desk, args),
    "feedback": lambda desk, args, said: controls.take_feedback(desk, said),
    "small_talk": lambda desk, args, said: _say(desk, "chat.small_talk"),
    "off_topic": lambda desk, args, said: _say(desk, "chat.off_topic"),
    "question": lambda desk, args, said: free_questions.answer(desk, said or args.get("question", "")),
    "quiz": lambda desk, args, said: flow.begin_quiz(desk, args),
    "choose": lambda desk, args, said: _choose(desk, args),
    "answer": lambda desk, args, said: _answer(desk, args),
    "vote": lambda desk, args, said: _vote(desk, args),
    "talk": lambda desk, args, said: model_chat.begin(desk, args),
    "talk_on": lambda desk, args, said: _talk_on(desk),
    "talk_say": lambda desk, args, said: _talking(desk, model_chat.say(desk, args.get("text", ""))),
    "talk_again": lambda desk, args, said: _talking(desk, model_chat.again(desk, args)),
    "talk_fresh": lambda desk, args, said: _talking(desk, model_chat.fresh(desk)),
    "talk_mode": lambda desk, args, said: _talking(desk, model_chat.fresh(desk, other_way=True)),
    "talk_leave": lambda desk, args, said: _leave_talk(desk),
    "profile": lambda desk, args, said: greeting.choose_profile(desk, args["profile"]),
    "route": lambda desk, args, said: greeting.choose_route(desk, args["route"]),
    "restart": lambda desk, args, said: greeting.welcome(desk),
    "quit": lambda desk, args, said: controls.quit_program(desk),
    "run_stop": lambda desk, args, said: controls.run_control(desk, "stop", args["run"]),
    "run_pause": lambda desk, args, said: controls.run_control(desk, "pause", args["run"]),
    "run_discard": lambda desk, args, said: controls.run_control(desk, "discard", args["run"]),
    "run_resume": lambda desk, args, said: controls.run_control(desk, "resume", args["run"]),
    "run_delete": lambda desk, args, said: controls.run_control(desk, "delete", args["run"]),
}

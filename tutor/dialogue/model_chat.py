"""Talking to one's own model: what is typed goes to it, and it answers under its own name, until the learner leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from skills.blocks import Passage, Passages, msg
from skills.errors import UserError
from skills.generate_text import COOLEST, HOTTEST, STEP
from skills.training.runs import find_run, frozen_prompts_of, known_run, known_runs
from tutor.dialogue.context import Desk
from tutor.dialogue.skill_calls import Outcome, call
from tutor.learner.memory import Exchange, Talk
from tutor.turn import Button, Delta, Said, Shown

LENGTHS = {"text": 60, "chat": 120}
"""Tokens of an answer: a stanza, a paragraph."""
LONGEST, SHORTEST = 240, 30
LEAVE = frozenset({"back", "stop", "back_to_lesson"})
COMMANDS = frozenset(
    {"help", "progress", "go_to", "change_language", "privacy", "delete_data", "talk"}
    | {"compare_models", "compare_runs", "evaluate_model", "export_project", "plan_training", "fine_tune", "quiz"}
)
"""What is obeyed while talking, if it is said to the letter; anything else is for the model."""

Turn = AsyncIterator[Shown]


async def begin(desk: Desk, args: dict[str, Any]) -> Turn:
    """Put the learner through to the model of `run`, of the newest run if none is named, or to the base."""
    try:
        run = find_run(desk.workspace, args.get("run")).name if args.get("run") or known_runs(desk.workspace) else None
        mode = "chat" if run is None or frozen_prompts_of(desk.workspace.runs / run)[0].asked else "text"
    except UserError as error:
        yield desk.error(error, buttons=desk.buttons)
        return
    desk.move("wonder")
    desk.record("talk_begun", {"run": run, "mode": mode, "max_tokens": LENGTHS[mode]})
    yield banner(desk, "chat.talk.begun" if run else "chat.talk.begun_base")


def banner(desk: Desk, message: str) -> Said:
    """Who is on the line and how to leave."""
    talk = _talk(desk)
    told = desk.words(message, who=who(desk, talk))
    how = desk.words(f"chat.talk.how_{talk.mode}")
    return desk.say(f"{told}\n\n{how}", tone="system", buttons=buttons(desk))


def who(desk: Desk, talk: Talk) -> str:
    """The model that speaks, in words."""
    if talk.run is None:
        return desk.words("chat.talk.base", name=desk.workbench().name if desk.has_workbench() else "")
    try:
        known = known_run(desk.workspace, talk.run)
    except UserError:
        return desk.words("chat.talk.gone")
    return desk.words("compare_models.run", number=known.number, at=known.at)


def buttons(desk: Desk) -> tuple[Button, ...]:
    """The knobs, and the way out; with nothing written yet, only the ways on."""
    talk = _talk(desk)
    leave = desk.button("chat.button.leave_talk", "talk_leave", main=not talk.said)
    other = desk.button(f"chat.talk.mode_{'text' if talk.mode == 'chat' else 'chat'}", "talk_mode")
    if not talk.said:
        return (leave, other)
    further = (desk.button("generate_text.offer.further", "talk_say", main=True),) if talk.mode == "text" else ()
    warmer, cooler = min(HOTTEST, talk.temperature + STEP), max(COOLEST, talk.temperature - STEP)
    length = LONGEST if talk.max_tokens < LONGEST else SHORTEST
    knobs = (
        desk.button("generate_text.offer.again", "talk_again", args={"seed": talk.said[-1].seed + 1}),
        desk.button("generate_text.offer.warmer", "talk_again", args={"temperature": round(warmer, 2)}),
        desk.button("generate_text.offer.cooler", "talk_again", args={"temperature": round(cooler, 2)}),
        desk.button(
            "chat.talk.longer" if length == LONGEST else "chat.talk.shorter", "talk_again", args={"max_tokens": length}
        ),
    )
    return (*further, *knobs, desk.button("chat.talk.fresh", "talk_fresh"), other, leave)


async def say(desk: Desk, text: str, seed: int | None = None) -> Turn:
    """What the learner wrote goes to the model, and what it writes is shown. Without text it goes on by itself."""
    talk = _talk(desk)
    inputs = {
        "run": talk.run,
        "instruct": talk.mode == "chat",
        "temperature": talk.temperature,
        "top_p": talk.top_p,
        "max_tokens": talk.max_tokens,
        "seed": seed,
        **_asked(talk, text),
    }
    if not inputs["prompt"].strip():
        yield desk.say(desk.words("chat.talk.say_something"), tone="system", buttons=buttons(desk))
        return
    stream = None
    try:
        async for said in call(desk, "generate_text", {k: v for k, v in inputs.items() if v is not None}):
            if isinstance(said, Outcome):
                wrote = {"you": text, "model": said.result["text"], "seed": said.result["seed"]}
                desk.record("talked", wrote)
                yield desk.say("", tone="aside", blocks=said.blocks, buttons=buttons(desk), id=stream)
                return
            if isinstance(said, Delta) and stream is None:
                stream = said.id
                name = who(desk, talk)
                yield Delta(id=stream, text=f"*{name[:1].upper()}{name[1:]}:*\n\n")
            yield said
    except UserError as error:
        yield desk.error(error, buttons=buttons(desk))


def _asked(talk: Talk, text: str) -> dict[str, Any]:
    """The inputs that hold what is written so far: turns of a conversation, or a text with two authors."""
    if talk.mode == "chat":
        earlier = [
            {"role": role, "content": content}
            for exchange in talk.said
            for role, content in (("user", exchange.you), ("assistant", exchange.model))
        ]
        return {"prompt": text, "earlier": earlier}
    whole = written(talk.said, text)
    if not text and "\n" in whole and not talk.said[-1].model.endswith("…"):
        whole = f"{whole.rstrip()}\n"  # verse that came to an end: on with the next line
    return {"prompt": whole}


def written(said: tuple[Exchange, ...], more: str = "") -> str:
    """A text that two wrote in turns: what the learner adds begins on a line of its own."""
    whole = ""
    for exchange in said:
        whole = _added(whole, exchange.you) + exchange.model.removesuffix("…")  # what was cut goes on from its word
    return _added(whole, more)


def _added(whole: str, text: str) -> str:
    return f"{whole.rstrip()}\n{text}" if whole and text else whole + text


async def again(desk: Desk, args: dict[str, Any]) -> Turn:
    """The last thing once more, with other dice or another knob: what was written before is replaced."""
    talk = _talk(desk)
    if not talk.said:
        async for shown in say(desk, ""):
            yield shown
        return
    last = talk.said[-1]
    desk.record("talk_undone", {k: v for k, v in args.items() if k != "seed"})
    async for shown in say(desk, last.you, args.get("seed", last.seed)):
        yield shown


async def tune(desk: Desk, knobs: dict[str, Any]) -> Turn:
    """Set knobs that were typed («temperatura 1,2»), for what comes."""
    desk.record("talk_set", knobs)
    talk = _talk(desk)
    values = {"temperature": talk.temperature, "top_p": talk.top_p, "n": talk.max_tokens}
    yield desk.say(desk.words("chat.talk.set", **values), tone="system", buttons=buttons(desk))


async def fresh(desk: Desk, other_way: bool = False) -> Turn:
    """Begin again with an empty page, in the same way or in the other one."""
    talk = _talk(desk)
    mode = talk.mode if not other_way else "text" if talk.mode == "chat" else "chat"
    desk.record("talk_begun", {"run": talk.run, "mode": mode, "max_tokens": LENGTHS[mode]})
    yield banner(desk, "chat.talk.fresh_page")


async def resume(desk: Desk) -> Turn:
    """Back from something else, or the page was opened again."""
    yield banner(desk, "chat.talk.still")


async def leave(desk: Desk) -> Turn:
    """Musa is back; a text that was written together is shown whole, to be taken along."""
    talk = desk.memory.talk
    desk.record("talk_left", {})
    if talk and talk.mode == "text" and talk.said:
        passage = Passage(text=written(talk.said), role="yours")
        card = Passages(title=msg("chat.talk.together"), passages=(passage,))
        yield desk.say(desk.words("chat.talk.left"), tone="system", blocks=(card,))
    else:
        yield desk.say(desk.words("chat.talk.left"), tone="system")


def staying(desk: Desk, shown: Shown) -> Shown:
    """What a command showed in the middle, with a way back to the model."""
    if not isinstance(shown, Said) or desk.memory.talk is None or not shown.buttons:
        return shown
    back = desk.button("chat.button.keep_talking", "talk_on")
    desk.buttons = (*shown.buttons, back)
    return shown.model_copy(update={"buttons": desk.buttons})


def knobs_said(args: dict[str, Any], text: str) -> dict[str, Any]:
    """The knobs that a short message sets and nothing else."""
    found: dict[str, Any] = {name: args[name] for name in ("temperature", "top_p", "max_tokens") if name in args}
    limits = {"temperature": (0, 2), "top_p": (0.01, 1), "max_tokens": (1, 400)}
    inside = all(limits[name][0] <= value <= limits[name][1] for name, value in found.items())
    return found if inside and len(text.split()) <= 2 + 2 * len(found) else {}


def _talk(desk: Desk) -> Talk:
    assert desk.memory.talk, "only while talking"
    return desk.memory.talk

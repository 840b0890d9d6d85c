"""Talking to one's own model: what is typed goes to it, and it answers under its own name, until the learner leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from skills.blocks import Passage, Passages, msg
from skills.errors import UserError
from skills.generate_text import COOLEST, HOTTEST, STEP
from skills.training.runs import find_run, frozen_prompts_of, known_run, known_runs
from tutor.dialogue.context import Dialogue
from tutor.dialogue.skill_calls import Outcome, call
from tutor.dialogue.things import model_in_hand
from tutor.learner.events import Mode, TalkBegun, Talked, TalkLeft, TalkSet, TalkUndone
from tutor.learner.memory import Exchange, Talk
from tutor.nlu.changes import changed
from tutor.turn import Button, Said, Shown

LENGTHS = {"text": 60, "chat": 120}
"""Tokens of an answer: a stanza, a paragraph."""
LONGEST, SHORTEST = 240, 30
KNOBS = {"temperature": (0, 2), "top_p": (0.01, 1), "max_tokens": (1, 400)}
"""What can be set while talking, and from where to where."""
LEAVE = frozenset({"back", "stop", "back_to_lesson"})
WAYS_OUT = LEAVE | {"next", "go_to", "repeat", "route"}
"""What leads back to the course, when it is said in whatever words."""

Turn = AsyncIterator[Shown]


async def begin(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """Put the learner through to the model of `run`, of the newest run if none is named, or to the base."""
    try:
        run = (
            find_run(dialogue.workspace, args.get("run") or model_in_hand(dialogue)).name
            if args.get("run") or known_runs(dialogue.workspace)
            else None
        )
        mode: Mode = "chat" if run is None or frozen_prompts_of(dialogue.workspace.runs / run)[0].asked else "text"
    except UserError as error:
        yield dialogue.error(error, buttons=dialogue.buttons)
        return
    dialogue.move("wonder")
    dialogue.record(TalkBegun(run=run, mode=mode, max_tokens=LENGTHS[mode]))
    yield banner(dialogue, "chat.talk.begun" if run else "chat.talk.begun_base")


def banner(dialogue: Dialogue, message: str) -> Said:
    """Who is on the line and how to leave."""
    talk = _talk(dialogue)
    told = dialogue.words(message, who=who(dialogue, talk))
    how = dialogue.words(f"chat.talk.how_{talk.mode}")
    return dialogue.say(f"{told}\n\n{how}", tone="system", buttons=buttons(dialogue))


def who(dialogue: Dialogue, talk: Talk) -> str:
    """The model that speaks, in words."""
    if talk.run is None:
        return dialogue.words("chat.talk.base")
    try:
        known = known_run(dialogue.workspace, talk.run)
    except UserError:
        return dialogue.words("chat.talk.gone")
    return dialogue.words("compare_models.run", called=known.called)


def buttons(dialogue: Dialogue) -> tuple[Button, ...]:
    """The knobs, and the way out; with nothing written yet, only the ways on."""
    talk = _talk(dialogue)
    leave = dialogue.button("chat.button.leave_talk", "talk_leave", main=not talk.said)
    other = dialogue.button(f"chat.talk.mode_{'text' if talk.mode == 'chat' else 'chat'}", "talk_mode")
    if not talk.said:
        return (leave, other)
    further = (dialogue.button("generate_text.offer.further", "talk_say", main=True),) if talk.mode == "text" else ()
    warmer, cooler = min(HOTTEST, talk.temperature + STEP), max(COOLEST, talk.temperature - STEP)
    length = LONGEST if talk.max_tokens < LONGEST else SHORTEST
    knobs = (
        dialogue.button("generate_text.offer.again", "talk_again", args={"seed": talk.said[-1].seed + 1}),
        dialogue.button("generate_text.offer.warmer", "talk_again", args={"temperature": round(warmer, 2)}),
        dialogue.button("generate_text.offer.cooler", "talk_again", args={"temperature": round(cooler, 2)}),
        dialogue.button(
            "chat.talk.longer" if length == LONGEST else "chat.talk.shorter", "talk_again", args={"max_tokens": length}
        ),
    )
    return (*further, *knobs, dialogue.button("chat.talk.fresh", "talk_fresh"), other, leave)


async def say(dialogue: Dialogue, text: str, seed: int | None = None) -> Turn:
    """What the learner wrote goes to the model, and what it writes is shown. Without text it goes on by itself."""
    talk = _talk(dialogue)
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
        yield dialogue.say(dialogue.words("chat.talk.say_something"), tone="system", buttons=buttons(dialogue))
        return
    try:
        async for said in call(dialogue, "generate_text", {k: v for k, v in inputs.items() if v is not None}):
            if isinstance(said, Outcome):
                dialogue.record(Talked(you=text, model=said.result["text"], seed=said.result["seed"]))
                yield dialogue.say("", tone="aside", blocks=said.blocks, buttons=buttons(dialogue))
                return
            yield said
    except UserError as error:
        yield dialogue.error(error, buttons=buttons(dialogue))


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


async def again(dialogue: Dialogue, args: dict[str, Any]) -> Turn:
    """The last thing once more, with other dice or another knob: what was written before is replaced."""
    talk = _talk(dialogue)
    if not talk.said:
        async for shown in say(dialogue, ""):
            yield shown
        return
    last = talk.said[-1]
    dialogue.record(TalkUndone(**{name: args[name] for name in KNOBS if name in args}))
    async for shown in say(dialogue, last.you, args.get("seed", last.seed)):
        yield shown


async def tune(dialogue: Dialogue, knobs: dict[str, Any]) -> Turn:
    """Set knobs that were typed («temperatura 1,2»), for what comes."""
    dialogue.record(TalkSet(**knobs))
    talk = _talk(dialogue)
    values = {"temperature": talk.temperature, "top_p": talk.top_p, "n": talk.max_tokens}
    yield dialogue.say(dialogue.words("chat.talk.set", **values), tone="system", buttons=buttons(dialogue))


async def fresh(dialogue: Dialogue, other_way: bool = False) -> Turn:
    """Begin again with an empty page, in the same way or in the other one."""
    talk = _talk(dialogue)
    mode: Mode = talk.mode if not other_way else "text" if talk.mode == "chat" else "chat"
    dialogue.record(TalkBegun(run=talk.run, mode=mode, max_tokens=LENGTHS[mode]))
    yield banner(dialogue, "chat.talk.fresh_page")


async def resume(dialogue: Dialogue) -> Turn:
    """Back from something else, or the page was opened again."""
    yield banner(dialogue, "chat.talk.still")


async def leave(dialogue: Dialogue) -> Turn:
    """Musa is back; a text that was written together is shown whole, to be taken along."""
    talk = dialogue.memory.talk
    dialogue.record(TalkLeft())
    dialogue.last = None
    if talk and talk.mode == "text" and talk.said:
        passage = Passage(text=written(talk.said), role="yours")
        card = Passages(title=msg("chat.talk.together"), passages=(passage,))
        yield dialogue.say(dialogue.words("chat.talk.left"), tone="system", blocks=(card,))
    else:
        yield dialogue.say(dialogue.words("chat.talk.left"), tone="system")


def staying(dialogue: Dialogue, shown: Shown) -> Shown:
    """What a command showed in the middle, with a way back to the model."""
    if not isinstance(shown, Said) or dialogue.memory.talk is None or not shown.buttons:
        return shown
    back = dialogue.button("chat.button.keep_talking", "talk_on")
    dialogue.buttons = (*shown.buttons, back)
    return shown.model_copy(update={"buttons": dialogue.buttons})


def knobs_said(args: dict[str, Any], text: str) -> dict[str, Any]:
    """The knobs that a short message sets and nothing else."""
    found: dict[str, Any] = {name: args[name] for name in KNOBS if name in args}
    inside = all(KNOBS[name][0] <= value <= KNOBS[name][1] for name, value in found.items())
    return found if inside and len(text.split()) <= 2 + 2 * len(found) else {}


def turned(dialogue: Dialogue, text: str, args: dict[str, Any]) -> dict[str, Any]:
    """How the last thing is to be written once more: «más loco», «shorter»; empty where that is not said."""
    talk = _talk(dialogue)
    knobs = {"temperature": talk.temperature, "top_p": talk.top_p, "max_tokens": talk.max_tokens}
    seed = talk.said[-1].seed if talk.said else 0
    new = changed(text, "generate_text", knobs | {"seed": seed}, {name: args[name] for name in KNOBS if name in args})
    return {name: value for name, value in new.items() if name in KNOBS or name == "seed"}


def _talk(dialogue: Dialogue) -> Talk:
    assert dialogue.memory.talk, "only while talking"
    return dialogue.memory.talk

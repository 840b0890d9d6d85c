"""Typed words -> an open button, an answer to what is open, a pasted text, or an intent."""

from __future__ import annotations

from collections.abc import AsyncIterator

import skills
from skills.texts.quantities import read_number
from tutor.course.model import Bring, Item, Predict, Step, Try
from tutor.dialogue import flow, items, model_chat
from tutor.dialogue.context import Dialogue
from tutor.dialogue.intents import act, take_text
from tutor.dialogue.open_step import back_button
from tutor.nlu.arguments import Open, Situation, State, read_settings
from tutor.nlu.choosing import by_label, by_place
from tutor.nlu.mentions import read_name
from tutor.nlu.router import Router
from tutor.nlu.typed_answers import read_typed
from tutor.turn import Button, Chosen, Intent, Shown

PASTED, PASTED_LINES = 400, 3
"""A typed text longer than this (characters), or with so many line breaks, is taken as a text that was brought."""
COMMANDS = frozenset({"stop", "route"})
"""What is no answer to the open question if it is said to the letter."""
HANDS_OVER = frozenset({"load_dataset", "small_talk", "off_topic", "next", "answer"})
"""What words that come with a file are taken for when they only say that here it is."""
NO_REQUEST = frozenset({"answer", "off_topic", "small_talk", "unsure"})
"""Where an answer is awaited, words that the router takes for one of these are the answer."""


async def typed(dialogue: Dialogue, text: str, router: Router) -> AsyncIterator[Shown]:
    """Act on what was typed."""
    naming, dialogue.naming = dialogue.naming, None
    overlay, step = dialogue.memory.machine.overlay, dialogue.step
    item = items.open_item(dialogue) if dialogue.memory.open_item and not overlay else None
    waiting = step if item is None and not overlay and _takes_text(step) else None
    button = as_button(dialogue.buttons, text, numbered=item is None and waiting is None)
    if button:
        yield Chosen(intent=button.intent)
        turn = act(dialogue, button.intent)
    elif naming and _is_name(text):
        turn = act(dialogue, Intent(name="rename", args={"what": naming[0], "id": naming[1], "name": text}))
    elif dialogue.memory.talk:
        turn = _to_the_model(dialogue, text, router)
    elif item is None and waiting is None and (name := read_name(text)):
        turn = act(dialogue, Intent(name="rename", args={"name": name}))
    elif len(text) > PASTED or text.strip().count("\n") >= PASTED_LINES:
        turn = take_text(dialogue, {"text": text})
    elif item:
        turn = _answer(dialogue, item, text, router)
    elif waiting:
        turn = _fill(dialogue, waiting, text, router)
    elif settings := _settings_said(dialogue, text):
        turn = act(dialogue, settings)
    elif text.strip(" .)").isdecimal():
        turn = _no_such_button(dialogue)
    else:
        turn = routed(dialogue, router.route(text, dialogue.language, situation(dialogue, "none")), text, router)
    async for shown in turn:
        yield shown


def _is_name(text: str) -> bool:
    """Whether what was typed when a name was asked for may be one: not a question, nor a text that was pasted."""
    return "?" not in text and "\n" not in text.strip()


async def with_a_file(dialogue: Dialogue, text: str, router: Router, arrived: bool) -> AsyncIterator[Shown]:
    """Act on what was written together with a file: it is about the file, and no answer to what is open.

    Words that only hand the file over are done with it; where it did not arrive, so is what would be done on it.
    """
    intent = router.route(text, dialogue.language, situation(dialogue, "none"))
    likely = intent.args["candidates"][:3] if intent.name == "unsure" else [intent.name]
    hands_over = HANDS_OVER if len(likely) == 1 else {"load_dataset"}
    if ("?" not in text and hands_over & set(likely)) or (not arrived and likely[0] in skills.NAMES):
        return
    async for shown in routed(dialogue, intent, text, router):
        yield shown


def _settings_said(dialogue: Dialogue, text: str) -> Intent | None:
    """While a settings card is open, settings that are typed are put on it: it comes anew, with what they take."""
    card = dialogue.settings_card
    found = read_settings(text) if card else {}
    plan = skills.skill(card.intent.name).plan if card and found else None
    if card is None or plan is None:
        return None
    kept = card.intent.args if "preset" not in found else {k: card.intent.args.get(k) for k in ("file", "goal")}
    return Intent(name=plan, args={k: v for k, v in {**kept, **found}.items() if v is not None})


async def _to_the_model(dialogue: Dialogue, text: str, router: Router) -> AsyncIterator[Shown]:
    """While the learner talks to their model, what is typed is for it: all but knobs, and commands to the letter."""
    command = router.command(text)
    if command in model_chat.LEAVE:
        turn = act(dialogue, Intent(name="talk_leave"))
    elif command in model_chat.COMMANDS:
        turn = routed(dialogue, router.route(text, dialogue.language, situation(dialogue, "none")), text, router)
    elif knobs := model_chat.knobs_said(router.arguments(text, "generate_text", situation(dialogue, "none")), text):
        turn = model_chat.tune(dialogue, knobs)
    else:
        dialogue.heard.append(Intent(name="talk_say", args={"text": text}))
        turn = model_chat.say(dialogue, "" if command == "next" and dialogue.memory.talk.mode == "text" else text)  # type: ignore[union-attr]
    async for shown in turn:
        yield model_chat.staying(dialogue, shown) if command in model_chat.COMMANDS else shown


async def _no_such_button(dialogue: Dialogue) -> AsyncIterator[Shown]:
    """A number that no button has: asked again, since as a request it could mean anything."""
    dialogue.heard.append(Intent(name="unsure", args={"candidates": []}))
    yield dialogue.say(dialogue.words("chat.which_option"), tone="feedback", buttons=dialogue.buttons)


def as_button(buttons: tuple[Button, ...], text: str, numbered: bool) -> Button | None:
    """The open button meant by its words or, where numbers and letters can mean nothing else, by "2" or "b"."""
    place = by_label(text, [button.label for button in buttons])
    if place is not None or not numbered:
        return None if place is None else buttons[place]
    shown = [button for button in buttons if not button.on_card]
    place = by_place(text, len(shown))
    return None if place is None else shown[place]


def _takes_text(step: Step | None) -> bool:
    """Whether what is typed at the step is what it waits for (and not only a choice among its buttons)."""
    return (isinstance(step, Predict) and step.format != "choice") or (isinstance(step, Try) and step.ask is not None)


async def _answer(dialogue: Dialogue, item: Item, text: str, router: Router) -> AsyncIterator[Shown]:
    """A question is open: what is typed is its answer, unless it plainly asks for something else."""
    asked = dialogue.memory.open_item
    assert asked
    options = items.view(dialogue, item, asked.submission).options
    command = router.command(text)
    if command in COMMANDS:
        async for shown in act(dialogue, Intent(name=command, args={"said": text})):
            yield shown
        return
    answer = text if item.format == "open" else read_typed(item, text, options, dialogue.language)
    if answer is None or item.format == "open":
        intent = router.route(text, dialogue.language, situation(dialogue, "open_item"))
        if intent.name not in NO_REQUEST:
            async for shown in routed(dialogue, intent, text, router):
                yield shown
            return
    if answer is None:
        dialogue.heard.append(Intent(name="unsure", args={"candidates": []}))
        yield dialogue.say(dialogue.words("chat.which_option"), tone="feedback", buttons=dialogue.buttons)
        return
    dialogue.heard.append(Intent(name="answer", args={"text": text}))
    async for shown in flow.take_answer(dialogue, answer, asked.submission):
        yield shown


async def _fill(dialogue: Dialogue, step: Step, text: str, router: Router) -> AsyncIterator[Shown]:
    """A step waits for words: these are they, unless they plainly ask for something else."""
    intent = router.route(text, dialogue.language, situation(dialogue, "text"))
    asks = intent.name not in NO_REQUEST and not _is_prediction(step, text, intent)
    if not asks:
        dialogue.heard.append(Intent(name="answer", args={"text": text}))
    turn = routed(dialogue, intent, text, router) if asks else flow.do_step(dialogue, step, text, {})
    async for shown in turn:
        yield shown


def _is_prediction(step: Step, text: str, intent: Intent) -> bool:
    """A number (not a lesson's) where one is awaited; a word or two where a word is, unless a command to the letter."""
    if not isinstance(step, Predict):
        return False
    if step.format == "number":
        return read_number(text) is not None and "lesson" not in intent.args
    return len(text.split()) <= 2 and intent.confidence < 1


def situation(dialogue: Dialogue, waiting: Open) -> Situation:
    """What is on the screen, for the router."""
    files = tuple(manifest.name for manifest in dialogue.workspace.manifests())
    state = _state(dialogue)
    before = dialogue.last.skill if dialogue.last and state == "result" else ""
    return Situation(open=waiting, files=files, state=state, before=before)


def _state(dialogue: Dialogue) -> State | None:
    """Where the learner is; None in the middle of a lesson, where there is nothing to do but to go on."""
    memory, step = dialogue.memory, dialogue.step
    if memory.talk:
        return "talk"
    if memory.open_item:  # also after something that was asked for in between
        return "item"
    if dialogue.last:
        return "trained" if dialogue.last.skill == "fine_tune" else "result"
    if memory.route is None:
        return "route" if memory.profile else "greeting"
    if isinstance(step, Predict) and dialogue.at(step.id) not in memory.predicted:
        return "bet"
    if isinstance(step, Bring) and memory.dataset is None:
        return "text"
    return "running" if dialogue.jobs.running() else None


async def routed(dialogue: Dialogue, intent: Intent, text: str, router: Router) -> AsyncIterator[Shown]:
    """Act on what free text was taken for. Where the classifier hesitates, a question that is in the bank nearly to the
    letter is answered; else the learner says which it is."""
    if intent.name == "unsure" and await dialogue.answers.knows(text, dialogue.language):
        intent = Intent(name="question", args=router.arguments(text, "question", situation(dialogue, "none")))
    if intent.name == "unsure":
        dialogue.heard.append(intent)
        here = situation(dialogue, "none")
        buttons = [
            dialogue.button(f"intents.{name}.label", name, args=router.arguments(text, name, here) | {"said": text})
            for name in intent.args["candidates"]
        ]
        yield dialogue.say(dialogue.words("chat.unsure"), tone="aside", buttons=(*buttons, back_button(dialogue)))
        return
    async for shown in act(dialogue, intent.model_copy(update={"args": {**intent.args, "said": text}})):
        yield shown

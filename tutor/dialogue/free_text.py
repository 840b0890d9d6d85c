"""Typed words -> an open button, an answer to what is open, a pasted text, or an intent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import skills
from skills.texts.quantities import read_number
from tutor.course.model import Item, Predict, Step, Try
from tutor.dialogue import flow, items, model_chat, open_step
from tutor.dialogue.context import Dialogue
from tutor.dialogue.free_questions import look
from tutor.dialogue.intents import act, take_text
from tutor.dialogue.next_useful import proposed
from tutor.dialogue.requests import A_WORD_OR_TWO, CERTAIN, changes_the_last, or_a_question, routed, situation
from tutor.nlu.arguments import Situation, read_settings
from tutor.nlu.choosing import by_label, by_likeness, by_meaning, by_place
from tutor.nlu.courtesy import asks_something, without_greeting
from tutor.nlu.mentions import read_name
from tutor.nlu.router import Router
from tutor.nlu.typed_answers import in_own_words, meant, read_typed
from tutor.turn import Button, Chosen, Intent, Said, Shown

PASTED, PASTED_LINES = 400, 3
"""A typed text longer than this (characters), or with so many line breaks, is taken as a text that was brought."""
LOST = 3
"""Messages in a row that were not understood after which other ways are offered."""
PASSES = frozenset({"next", "no_questions"})
"""What passes over the open question."""
COMMANDS = frozenset({"stop", "route"})
"""What is no answer to the open question if it is said to the letter."""
HANDS_OVER = frozenset({"load_dataset", "small_talk", "off_topic", "next", "answer"})
"""What words that come with a file are taken for when they only say that here it is."""
A_GUESS = 5
"""Words that a guess has at most where something else can be wanted."""
NO_GUESS = 0.8
"""Where a bet is awaited, the probability from which a word or two are a request."""
LEAVES = 0.6
"""While somebody talks to their model, the probability from which words are a wish to leave."""
LEAVING = re.compile(
    r"\b(?:leav\w+|exit|end|quit|close|finish\w*|sal\w*|cerr\w+|termin\w+|dej\w+|volv\w+|vuelv\w+|back)\b.*"
    r"\b(?:conversation|chat|charla|conversaci[oó]n|curso|lecci[oó]n|lesson|course)\b",
    re.IGNORECASE,
)
TO_IT = frozenset({"talk_say", "generate_text"})
"""What goes to the model that is talked to, or changes how it writes."""
AT_LENGTH = 40
"""Words from which what is said to a model is no request to the tutor."""
SHORT_ORDER = 12
"""How one says in so many words that the conversation with a model is over; a longer text may be anything."""
MUSA = re.compile(r"^\W*(?:che |hey |oye |oi |hi |hola )?musa\b[\s,:;.!]*|,? *\bmusa[\s?!.]*$", re.IGNORECASE)
"""How one turns to the tutor while another is being talked to."""
NO_REQUEST = frozenset({"answer", "off_topic", "small_talk", "unsure"})
"""Where an answer is awaited, words that the router takes for one of these are the answer."""


async def typed(dialogue: Dialogue, text: str, router: Router) -> AsyncIterator[Shown]:
    """Act on what was typed. The order in which it is read is docs/architecture.md's table of hearing."""
    naming, dialogue.naming, before = dialogue.naming, None, dialogue.lost
    look(dialogue)
    overlay, step = dialogue.memory.machine.overlay, dialogue.step
    item = items.open_item(dialogue) if dialogue.memory.open_item and not overlay else None
    waiting = step if item is None and not overlay and _takes_text(step) else None
    button = as_button(dialogue.buttons, text, numbered=item is None and waiting is None)
    button = button or as_button(open_step.standing(dialogue), text, numbered=False)
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
        turn = _pasted(dialogue, text, router, item)
    elif item:
        turn = _answer(dialogue, item, text, router)
    elif waiting:
        turn = _fill(dialogue, waiting, text, router)
    elif settings := _settings_said(dialogue, text):
        turn = act(dialogue, settings)
    elif text.strip(" .)").isdecimal() and not dialogue.last:
        turn = _no_such_button(dialogue)
    elif choice := _choice_meant(dialogue, text):
        yield Chosen(intent=choice.intent)
        turn = act(dialogue, choice.intent)
    else:
        turn = _asked_for(dialogue, text, router)
    async for shown in turn:
        yield shown
    if dialogue.lost == before:
        dialogue.lost = 0
    elif dialogue.lost >= LOST:
        dialogue.lost = 0
        yield _another_way(dialogue)


def _another_way(dialogue: Dialogue) -> Said:
    """Several messages in a row were not understood: what can be done from here, by buttons."""
    ways = ("help", "my_things", "progress")
    useful = proposed(dialogue)
    buttons = [open_step.back_button(dialogue), *(dialogue.button(f"chat.button.{way}", way) for way in ways)]
    buttons += [useful[1]] if useful else []
    return dialogue.say(dialogue.words("chat.lost"), tone="feedback", buttons=tuple(buttons))


def _asked_for(dialogue: Dialogue, text: str, router: Router) -> AsyncIterator[Shown]:
    """Nothing waits for words: a request, a question, a greeting."""
    text = without_greeting(text)
    return routed(dialogue, router.route(text, dialogue.language, situation(dialogue, "none")), text, router)


def _pasted(dialogue: Dialogue, text: str, router: Router, item: Item | None) -> AsyncIterator[Shown]:
    """A long text is one of theirs, however dark, unless it is an answer at length."""
    if item and item.format == "open" and len(text) <= 4 * PASTED:
        return _answer(dialogue, item, text, router)
    dialogue.heard.append(Intent(name="load_dataset", args={"text": text}))
    return take_text(dialogue, {"text": text})


def _choice_meant(dialogue: Dialogue, text: str) -> Button | None:
    """At a guess with choices, the one that is meant, in the learner's own words."""
    step = dialogue.step
    if not isinstance(step, Predict) or step.format != "choice" or dialogue.at(step.id) in dialogue.memory.predicted:
        return None
    buttons = [button for button in dialogue.buttons if button.intent.name == "choose"]
    labels = [button.label for button in buttons]
    place = by_likeness(text, labels, dialogue.language)
    if place is None and dialogue.answers.ears and "?" not in text:
        place = by_meaning(dialogue.answers.ears.like(text, labels))
    return None if place is None else buttons[place]


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
    async for shown in routed(dialogue, intent, without_greeting(text), router):
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
    """While the learner talks to their model, what is typed is for it: all but what is plainly meant for Musa, by name
    or by what it is, and distress."""
    to_musa = MUSA.search(text) is not None
    said = (MUSA.sub("", text).strip() or text) if to_musa else text
    intent = router.route(said, dialogue.language, situation(dialogue, "none" if to_musa else "talk"))
    if not to_musa and len(text.split()) > AT_LENGTH:
        intent = Intent(name="answer")
    knobs = model_chat.knobs_said(router.arguments(text, "generate_text", situation(dialogue, "none")), text)
    if not to_musa and _leaves(text, intent, router, situation(dialogue, "talk")):
        turn = act(dialogue, Intent(name="talk_leave"))
    elif knobs:
        turn = model_chat.tune(dialogue, knobs)
    elif intent.name == "generate_text" and (turned := model_chat.turned(dialogue, text, intent.args)):
        turn = act(dialogue, Intent(name="talk_again", args=turned))
    elif to_musa or intent.name != "answer":
        turn = routed(dialogue, intent, said, router)
    else:
        dialogue.heard.append(Intent(name="talk_say", args={"text": text}))
        goes_on = router.command(text) == "next" and dialogue.memory.talk and dialogue.memory.talk.mode == "text"
        turn = model_chat.say(dialogue, "" if goes_on else text)
        intent = Intent(name="talk_say")
    async for shown in turn:
        yield shown if intent.name in TO_IT else model_chat.staying(dialogue, shown)


def _leaves(text: str, intent: Intent, router: Router, here: Situation) -> bool:
    """Whether somebody who talks to their model wants to go back to the course: a model may be told nearly anything."""
    if (LEAVING.search(text) and len(text.split()) <= SHORT_ORDER) or router.command(text) in model_chat.LEAVE:
        return True
    if intent.name == "go_to" and intent.args:
        return False
    ways_out = sum(share for name, share in router.alternatives(text, here) if name in model_chat.WAYS_OUT)
    return intent.name in model_chat.WAYS_OUT and ways_out >= LEAVES


async def _no_such_button(dialogue: Dialogue) -> AsyncIterator[Shown]:
    """A number that no button has: asked again, since as a request it could mean anything."""
    dialogue.heard.append(Intent(name="unsure", args={"candidates": []}))
    dialogue.lost += 1
    yield dialogue.say(dialogue.words("chat.no_such_button"), tone="feedback", buttons=dialogue.buttons)


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
    options = items.view(dialogue, item, asked).options
    command = router.command(text)
    if command in COMMANDS:
        async for shown in act(dialogue, Intent(name=command, args={"said": text})):
            yield shown
        return
    open_ = item.format == "open"
    answer = text if open_ else read_typed(item, text, options, dialogue.language)
    near = None
    if answer is None and dialogue.answers.ears:
        near = await asyncio.to_thread(dialogue.answers.ears.like, text, [shown for _, shown in options])
        answer = meant(item, text, options, near)
    if answer is None or open_:
        # what cannot be read as an answer is likelier to be something else
        intent = router.route(text, dialogue.language, situation(dialogue, "open_item"))
        if not open_ and intent.name == "answer" and near:
            answer = meant(item, text, options, near, likely=True)
        if not open_ and answer is None and (intent.name == "answer" or intent.confidence < CERTAIN):
            answer = in_own_words(item, text, options, dialogue.language)
        if answer is None:
            intent = await or_a_question(dialogue, intent, text)
            if not open_ and intent.name in ("unsure", "answer") and asks_something(text):
                intent = Intent(name="question")
        elif not open_:
            intent = Intent(name="answer")
        if intent.name in PASSES and intent.confidence < CERTAIN and len(text.split()) > A_GUESS:
            # a long plea to be let off may be none to go on
            plea = Intent(name="unsure", args={"candidates": [intent.name, "hint"]}, confidence=intent.confidence)
            async for shown in routed(dialogue, plea, text, router):
                yield shown
            return
        if intent.name not in ("answer", "unsure", "rename"):
            async for shown in routed(dialogue, intent, text, router):
                yield shown
            return
    if answer is None:
        dialogue.heard.append(Intent(name="unsure", args={"candidates": []}))
        yield items.show_open(dialogue, dialogue.varied("chat.which_option"))
        return
    dialogue.heard.append(Intent(name="answer", args={"text": text}))
    async for shown in flow.take_answer(dialogue, answer, asked.submission):
        yield shown


async def _fill(dialogue: Dialogue, step: Step, text: str, router: Router) -> AsyncIterator[Shown]:
    """A step waits for words: these are they, unless they plainly ask for something else."""
    long = isinstance(step, Predict) and len(text.split()) > A_GUESS  # a request, rather than a guess
    by_words = (long and not dialogue.answers.ears) or dialogue.last is not None
    intent = router.route(text, dialogue.language, situation(dialogue, "none" if by_words else "text"))
    if intent.name in NO_REQUEST and len(text.split()) > A_WORD_OR_TWO and asks_something(text):
        intent = Intent(name="question")
    heard = isinstance(step, Predict) and dialogue.answers.ears is not None
    nothing = {"answer", "unsure"} if heard else NO_REQUEST
    asks = intent.name not in nothing and not _is_prediction(step, text, intent)
    asks = asks or changes_the_last(dialogue, text, router)
    if not asks:
        dialogue.heard.append(Intent(name="answer", args={"text": text}))
    turn = routed(dialogue, intent, text, router) if asks else flow.do_step(dialogue, step, text, {})
    async for shown in turn:
        yield shown


def _is_prediction(step: Step, text: str, intent: Intent) -> bool:
    """A number (not a lesson's) where one is awaited; a word or two where a word is, unless plainly a request."""
    if not isinstance(step, Predict):
        return False
    if step.format == "number":
        return read_number(text) is not None and "lesson" not in intent.args
    return len(text.split()) <= A_WORD_OR_TWO and intent.confidence < NO_GUESS

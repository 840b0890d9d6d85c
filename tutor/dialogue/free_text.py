"""Typed words -> an open button, an answer to what is open, a pasted text, or an intent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence

import skills
from skills.texts.quantities import read_number
from tutor.course.model import Item, Open, Predict, Step, Try
from tutor.dialogue import flow, items, lessons, model_chat, open_step
from tutor.dialogue.context import Dialogue
from tutor.dialogue.free_questions import look
from tutor.dialogue.intents import act, take_text
from tutor.dialogue.next_useful import proposed
from tutor.dialogue.requests import (
    A_WORD_OR_TWO,
    CERTAIN,
    changes_the_last,
    or_a_question,
    pieces_asked,
    routed,
    situation,
)
from tutor.nlu.arguments import Open as Waits
from tutor.nlu.arguments import Situation, read_settings
from tutor.nlu.choosing import by_label, by_likeness, by_meaning, by_place
from tutor.nlu.courtesy import asks_something, without_greeting
from tutor.nlu.ears import ASTRAY
from tutor.nlu.mentions import read_name
from tutor.nlu.router import CARE, Router
from tutor.nlu.typed_answers import Typed, in_own_words, meant, read_typed
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
A_GUESS_HEARD = 9
"""The same where what they mean is heard."""
SHORT_REQUEST = 0.8
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
INSTEAD = 0.65
"""The probability of what else it asks for from which an answer that means no option is that."""
SURELY_INSTEAD = 0.95
"""The same of what takes minutes, and of distress: answers to a question may speak of anything."""
JOBS = frozenset(name for name in skills.NAMES if skills.skill(name).where == "job")
SECOND_THOUGHT = re.compile(
    r"^\W*(?:(?:no|espera\w*|esper[aá]|par[aá]|perd[oó]n|digo|quise decir|mejor|entonces|ah|uy|ok|wait|hang on|hold on"
    r"|sorry|i mean|i meant|then|oh|actually|es|it'?s)\b[\s,.:;!]*)+",
    re.IGNORECASE,
)
"""How one begins who has thought better of an answer."""
BESIDE = 0.5
"""The probability that a message is no answer to the open question from which one that asks something is none."""
AT_LENGTH = 40
"""Words from which what is said to a model is no request to the tutor."""
PASS_IT = re.compile(
    r"\b(?:me )?(?:la |lo )?salt(?:o|eo|[eé]mos)(?:la)? (?:esa|esta|la pregunta)\b|\bpaso de esta\b"
    r"|\b(?:i'?ll )?skip (?:it|this|that)(?: one)?\b",
    re.IGNORECASE,
)
"""How one passes over the open question."""
SHORT_ORDER = 12
"""How one says in so many words that the conversation with a model is over; a longer text may be anything."""
MUSA = re.compile(r"^\W*(?:che |hey |oye |oi |hi |hola )?musa\b[\s,:;.!]*|,? *\bmusa[\s?!.]*$", re.IGNORECASE)
"""How one turns to the tutor while another is being talked to."""
NO_REQUEST = frozenset({"answer", "off_topic", "small_talk", "unsure"})
"""Where an answer is awaited, words that the router takes for one of these are the answer."""


async def typed(dialogue: Dialogue, text: str, router: Router) -> AsyncIterator[Shown]:
    """Act on what was typed. The order in which it is read is docs/architecture.md's table of hearing."""
    naming, dialogue.naming, before = dialogue.naming, None, dialogue.lost
    cared, dialogue.cared = dialogue.cared, False
    look(dialogue)
    overlay, step = dialogue.memory.machine.overlay, dialogue.step
    item = items.open_item(dialogue) if dialogue.memory.open_item and not overlay else None
    waiting = step if item is None and not overlay and _takes_text(step) else None
    second = _second_thought(dialogue, text) if item is None and waiting is None else None
    numbered = item is None and waiting is None and not pieces_asked(dialogue)
    button = None if second else as_button(dialogue.buttons, text, numbered=numbered)
    button = button or as_button(open_step.standing(dialogue), text, numbered=False)
    if second is not None:
        turn = _answered_again(dialogue, second)
    elif button:
        yield Chosen(intent=button.intent)
        turn = act(dialogue, button.intent)
    elif naming and _is_name(text):
        turn = act(dialogue, Intent(name="rename", args={"what": naming[0], "id": naming[1], "name": text}))
    elif dialogue.memory.talk:
        turn = _to_the_model(dialogue, text, router, cared)
    elif item is None and waiting is None and (name := read_name(text)):
        turn = act(dialogue, Intent(name="rename", args={"name": name}))
    elif len(text) > PASTED or text.strip().count("\n") >= PASTED_LINES:
        turn = _pasted(dialogue, text, router, item)
    elif cared and not _plainly_asks(dialogue, text, router):
        dialogue.heard.append(Intent(name="care"))
        turn = lessons.aside(dialogue, dialogue.varied("chat.after_care"))
    elif item:
        turn = _answer(dialogue, item, text, router)
    elif waiting:
        turn = _fill(dialogue, waiting, text, router)
    elif settings := _settings_said(dialogue, text):
        turn = act(dialogue, settings)
    elif text.strip(" .)").isdecimal() and not dialogue.last:
        turn = _no_such_button(dialogue)
    elif choice := _choice_meant(dialogue, text, router):
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


def _second_thought(dialogue: Dialogue, text: str) -> Typed | None:
    """Another answer to the question that was just missed: «no wait, c»."""
    marked = dialogue.marked
    if marked is None or marked.asked.gap or items.retry_button(dialogue) is None:
        return None
    item = dialogue.course.items[marked.asked.item]
    said = SECOND_THOUGHT.sub("", text).strip()
    letter = len(said) == 1 and said.isalpha()  # a number is one of the buttons'
    if isinstance(item, Open) or not (letter or said != text.strip()):
        return None
    return read_typed(item, said, items.view(dialogue, item, marked.asked).options, dialogue.language)


async def _answered_again(dialogue: Dialogue, answer: Typed) -> AsyncIterator[Shown]:
    """The question that was just missed is put once more, and answered."""
    retry = items.retry_button(dialogue)
    assert retry
    yield Chosen(intent=retry.intent)
    async for shown in act(dialogue, retry.intent):
        yield shown
    if asked := dialogue.memory.open_item:
        async for shown in flow.take_answer(dialogue, answer, asked.submission):
            yield shown


def _plainly_asks(dialogue: Dialogue, text: str, router: Router) -> bool:
    """Whether what is said after distress asks for something of the course, in so many words."""
    intent = router.route(text, dialogue.language, situation(dialogue, "none"))
    return intent.name not in ("unsure", "small_talk", "feedback", "off_topic", CARE) and (
        intent.confidence >= CERTAIN and (intent.name != "question" or asks_something(text))
    )


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


def _choice_meant(dialogue: Dialogue, text: str, router: Router) -> Button | None:
    """At a guess with choices, the one that is meant, in the learner's own words."""
    step = dialogue.step
    if not isinstance(step, Predict) or step.format != "choice" or dialogue.at(step.id) in dialogue.memory.predicted:
        return None
    buttons = [button for button in dialogue.buttons if button.intent.name == "choose"]
    labels = [button.label for button in buttons]
    place = by_likeness(text, labels, dialogue.language)
    if place is None and dialogue.answers.ears and "?" not in text:
        likely = router.route(text, dialogue.language, situation(dialogue, "text")).name == "answer"
        place = by_meaning(dialogue.answers.ears.like(text, labels), likely)
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


async def _to_the_model(dialogue: Dialogue, text: str, router: Router, cared: bool) -> AsyncIterator[Shown]:
    """While the learner talks to their model, what is typed is for it: all but what is plainly meant for Musa, by name
    or by what it is, distress, and what is said right after that was heard (`cared`)."""
    to_musa = MUSA.search(text) is not None or cared
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
    command = router.command(text)
    if command in COMMANDS:
        async for shown in act(dialogue, Intent(name=command, args={"said": text})):
            yield shown
        return
    if PASS_IT.search(text) and len(text.split()) <= SHORT_ORDER:
        async for shown in act(dialogue, Intent(name="next", args={"said": text})):
            yield shown
        return
    options = items.view(dialogue, item, asked).options
    answer = text if item.format == "open" else read_typed(item, text, options, dialogue.language)
    intent = Intent(name="answer")
    if item.format == "open":
        intent = await _at_an_open_question(dialogue, item, text, router)
    elif answer is None:
        answer, intent = await _option_or_request(dialogue, item, text, options, router)
    if intent.name in PASSES and intent.confidence < CERTAIN and len(text.split()) > A_GUESS:
        # a long plea to be let off may be none to go on
        intent = Intent(name="unsure", args={"candidates": [intent.name, "hint"]}, confidence=intent.confidence)
        turn = routed(dialogue, intent, text, router)
    elif intent.name not in ("answer", "unsure", "rename"):
        turn = routed(dialogue, intent, text, router)
    elif answer is None:
        dialogue.heard.append(Intent(name="unsure", args={"candidates": []}))
        yield items.show_open(dialogue, dialogue.varied("chat.which_option"))
        return
    else:
        dialogue.heard.append(Intent(name="answer", args={"text": text}))
        turn = flow.take_answer(dialogue, answer, asked.submission)
    async for shown in turn:
        yield shown


async def _option_or_request(
    dialogue: Dialogue, item: Item, text: str, options: Sequence[tuple[str, str]], router: Router
) -> tuple[Typed | None, Intent]:
    """What is typed at a question with options and is none of them to the letter: the option that it means, or what
    else it asks for."""
    ears, near, answer = dialogue.answers.ears, [], None
    if ears:
        near = await asyncio.to_thread(ears.like, text, [shown for _, shown in options])
        answer = meant(item, text, options, near)
    intent = router.route(text, dialogue.language, situation(dialogue, "open_item" if ears else "none"))
    likely = intent.name == "answer"
    if answer is None and likely:
        answer = meant(item, text, options, near, likely=True)
    if answer is None and (likely or (intent.confidence < CERTAIN and item.format != "true_false")):
        alike = ears.like if ears else None
        answer = await asyncio.to_thread(in_own_words, item, text, options, dialogue.language, alike)
    if answer is not None:
        return answer, Intent(name="answer")
    if likely:  # no option is meant: it may be something else
        other = router.route(text, dialogue.language, situation(dialogue, "none"))
        enough = SURELY_INSTEAD if other.name == CARE or other.name in JOBS else INSTEAD
        intent = other if other.confidence >= enough else Intent(name="unsure", args={"candidates": []})
    intent = await or_a_question(dialogue, intent, text)
    if intent.name == "unsure" and asks_something(text):
        intent = Intent(name="question")
    return None, intent


async def _at_an_open_question(dialogue: Dialogue, item: Item, text: str, router: Router) -> Intent:
    """Whether what is typed is an answer in one's own words, or what else it asks for."""
    intent = router.route(text, dialogue.language, situation(dialogue, "open_item"))
    if intent.name == "answer" and await _is_beside(dialogue, item, text):
        intent = router.route(text, dialogue.language, situation(dialogue, "none"))
    return intent


async def _is_beside(dialogue: Dialogue, item: Item, text: str) -> bool:
    """Whether what asks something at an open question is surely no answer to it."""
    ears = dialogue.answers.ears
    if ears is None or not asks_something(text):
        return False
    found = await asyncio.to_thread(ears.verdicts, item.id, text)
    return bool(found) and found.get(ASTRAY, 0.0) >= BESIDE  # type: ignore[union-attr]


async def _fill(dialogue: Dialogue, step: Step, text: str, router: Router) -> AsyncIterator[Shown]:
    """A step waits for words: these are they, unless they plainly ask for something else."""
    most = A_GUESS_HEARD if dialogue.answers.ears else A_GUESS
    long = isinstance(step, Predict) and len(text.split()) > most  # a request, rather than a guess
    between = dialogue.last is not None and not dialogue.last.of_lesson  # something that was asked for
    waits: Waits = "none" if long or between else "text"
    intent = router.route(text, dialogue.language, situation(dialogue, waits))
    several = intent.name in NO_REQUEST and len(text.split()) > A_WORD_OR_TWO
    if several and (asks_something(text) or await dialogue.answers.knows(text, dialogue.language)):
        intent = Intent(name="question")
    heard = isinstance(step, Predict) and dialogue.answers.ears is not None
    nothing = {"answer", "unsure"} if heard else NO_REQUEST
    asks = intent.name not in nothing and not _is_prediction(step, text, intent)
    guessed = isinstance(step, Predict) and step.format == "number" and read_number(text) is not None
    asks = asks or (not guessed and changes_the_last(dialogue, text, router))
    if not asks:
        dialogue.heard.append(Intent(name="answer", args={"text": text}))
    turn = routed(dialogue, intent, text, router) if asks else flow.do_step(dialogue, step, text, {})
    if asks and intent.name == "small_talk" and isinstance(step, Try):  # it may be the beginning of a text after all
        args = {"step": dialogue.at(step.id), "typed": text}
        turn = lessons.adding(dialogue, turn, (dialogue.button("chat.button.use_as_start", "choose", args=args),))
    async for shown in turn:
        yield shown


def _is_prediction(step: Step, text: str, intent: Intent) -> bool:
    """A number (not a lesson's) where one is awaited; a word or two where a word is, unless plainly a request."""
    if not isinstance(step, Predict):
        return False
    if step.format == "number":
        return read_number(text) is not None and "lesson" not in intent.args
    return len(text.split()) <= A_WORD_OR_TWO and intent.confidence < SHORT_REQUEST

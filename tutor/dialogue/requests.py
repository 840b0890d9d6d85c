"""A request or a question in free text -> what is done: which button, skill, answer or change it means."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import skills
from skills.reading.load_result import EXAMPLES
from tutor.course.model import Bring, Predict
from tutor.dialogue import lessons, open_step
from tutor.dialogue.context import Dialogue
from tutor.dialogue.intents import act
from tutor.dialogue.my_text import PartAsked, about_the_text, part_asked, show_part
from tutor.nlu.arguments import Open, Situation, State
from tutor.nlu.by_hand import is_order, is_undoing, only_numbers
from tutor.nlu.changes import changed, is_change, merged, plainly, same_family
from tutor.nlu.choosing import by_likeness
from tutor.nlu.courtesy import asks_something, begins_asking
from tutor.nlu.lessons_named import lessons_named
from tutor.nlu.router import CARE, Router
from tutor.nlu.utterances import ANSWER, EDITS, PROFILE
from tutor.turn import Button, Chosen, Intent, Shown

CERTAIN = 0.85
"""The probability from which a request is one, also where the bank would know an answer to it as a question."""
POINTS = re.compile(r"\b(?:es[oa]s?|est[oa]s?|lo|la|that|this|it|those|these)\b", re.IGNORECASE)
"""Words for what is in sight, which name nothing."""
OTHERS = 3
"""Things that are offered instead of what was understood."""
ABOUT_ANYTHING = frozenset({"off_topic", "question", "feedback", "unsure"})
"""What a question to one's own text may be taken for."""
READ_TO = frozenset({"question", "unsure", "off_topic", "answer_from_text", "my_things", "feedback", "repeat"})
"""The same of «read me the third letter»."""
LONGER_LIST = 10
"""Continuations that are shown to who wants to see the others."""
SURELY_A_MODEL = 0.97
"""The probability from which somebody who has seen nothing yet wants to talk to a model."""
ANOTHER_EXAMPLE = re.compile(r"\b(?:otr[oa]s?|ejemplos?|another|examples?|por favor|please|porfa\w*)\b", re.IGNORECASE)
WHERE_WE_WERE = re.compile(
    r"\b(?:en qu[eé]|d[oó]nde|por d[oó]nde) (?:est[aá]bamos|[ií]bamos|quedamos|hab[ií]amos quedado|andábamos)\b"
    r"|\bwhere (?:were|was|had|did|are) we\b(?! (?:from|born))",
    re.IGNORECASE,
)
"""How one asks who comes back in the middle of something."""
MASKS = re.compile(
    r"\b(?:quit|sac|borr|elimin|escond|ocult|anonim|cambi|c[aá]mbi|reemplaz)\w*|\b(?:take|get rid of|remove|hide|delete"
    r"|strip|swap|replace|anonymi[sz]e)\b",
    re.IGNORECASE,
)
"""What people call to mask what was found of somebody."""
SHOWS_PIECES = frozenset({EDITS, "load_dataset", "inspect_dataset"})
"""Skills whose result has the pieces of a text in sight."""
OF_PIECES = 0.1
"""The probability, wherever it is said, from which a message is about them there: of 80 of tests/eval/dev/by_hand.jsonl
57 have it (41 are heard without), of 230 other requests 4."""
A_WORD_OR_TWO = 2
"""Words that a message has at most where it could be something else than it seems."""


def situation(dialogue: Dialogue, waiting: Open) -> Situation:
    """What is on the screen, for the router."""
    manifests = dialogue.workspace.manifests()
    files = tuple(manifest.name for manifest in manifests)
    state = _state(dialogue)
    before = dialogue.last.skill if dialogue.last and state == "result" else ""
    text = next((manifest for manifest in manifests if manifest.id == dialogue.memory.dataset), None)
    pieces, shown = (text.rows, _in_sight(dialogue, text.rows)) if text else (0, ())
    return Situation(open=waiting, files=files, state=state, before=before, pieces=pieces, shown=shown)


def _in_sight(dialogue: Dialogue, pieces: int) -> tuple[int, ...]:
    """The numbers of the pieces that the last result showed."""
    last = dialogue.last
    if last is None or last.skill not in (EDITS, "load_dataset"):
        return ()
    if last.skill == "load_dataset":
        return tuple(range(1, min(pieces, EXAMPLES) + 1))
    return tuple(int(number) for number in str(last.result.get("shown", "")).split(",") if number)


def _state(dialogue: Dialogue) -> State | None:
    """Where the learner is; None in the middle of a lesson, where there is nothing to do but to go on."""
    memory, step = dialogue.memory, dialogue.step
    if memory.talk:
        return "talk"
    if memory.open_item:  # also after something that was asked for in between
        return "item"
    awaited = isinstance(step, Predict) and dialogue.at(step.id) not in memory.predicted
    if dialogue.last and not (awaited and dialogue.last.of_lesson):
        return "trained" if dialogue.last.skill == "fine_tune" else "result"
    if memory.route is None:
        return "route" if memory.profile else "greeting"
    if awaited:
        return "bet"
    if isinstance(step, Bring) and memory.dataset is None:
        return "text"
    return "running" if dialogue.jobs.running() else None


async def routed(dialogue: Dialogue, intent: Intent, text: str, router: Router) -> AsyncIterator[Shown]:
    """Act on what free text was taken for. Where the classifier hesitates, an open button decides, or the last call
    that it would change, or a question that is in the bank nearly to the letter; else the learner says which it is."""
    intent = _about_pieces(dialogue, intent, text, router)
    its_own = changes_the_last(dialogue, text, router) or bool(intent.name == EDITS and intent.args.get("entries"))
    button = None if its_own else _button_meant(dialogue, intent, text)
    if button:
        yield Chosen(intent=button.intent)
        async for shown in act(dialogue, button.intent):
            yield shown
        return
    if asked := await _part_asked(dialogue, intent, text):
        dialogue.heard.append(intent)
        async for shown in show_part(dialogue, asked.part):
            yield shown
        return
    intent = _as_change(dialogue, intent, text, router)
    intent = await or_a_question(dialogue, intent, text)
    intent = _where_it_is(dialogue, intent, text)
    if intent.name == "question" and not dialogue.last and await dialogue.answers.is_far(text):
        intent = Intent(name="off_topic")
    if await _is_for_the_text(dialogue, intent, text):
        intent = Intent(name="answer_from_text", args=router.arguments(text, "answer_from_text", Situation()))
    if intent.name == "go_to" and not intent.args and (lessons_ := lessons_named(text, dialogue.course)):
        one = len(lessons_) == 1
        intent = Intent(name="go_to", args={"lesson": lessons_[0]} if one else {"among": list(lessons_[:OTHERS])})
    if intent.name in ("go_to", "back") and not intent.args and open_step.left(dialogue):
        intent = Intent(name="back_to_lesson")
    about = ANOTHER_EXAMPLE.sub(" ", text) if intent.name == "explain_again" else text
    named = len(about.split()) > A_WORD_OR_TWO and not POINTS.search(about)
    if intent.name == "explain_again" and not intent.args and (offered := _explained_here(dialogue)):
        intent, named = Intent(name="explain_again", args=offered), False
    if intent.name in ("go_to", "explain_again") and not intent.args and named:
        topic = await dialogue.answers.topic_of(about, dialogue.language)
        intent = Intent(name=intent.name, args={"topic": topic} if topic in dialogue.course.concepts else {})
    if intent.name == "unsure":
        async for shown in _which(dialogue, intent, text, router):
            yield shown
        return
    doubt = _not_that(dialogue, intent, text, router)
    turn = act(dialogue, intent.model_copy(update={"args": {**intent.args, "said": text}}))
    async for shown in lessons.adding(dialogue, turn, doubt):
        yield shown


def _about_pieces(dialogue: Dialogue, intent: Intent, text: str, router: Router) -> Intent:
    """An order about the pieces of the text in hand, to the letter, whatever else it was taken for."""
    last, here = dialogue.last, situation(dialogue, "none")
    same = {"file": last.inputs["file"]} if last and last.skill == EDITS and last.inputs.get("file") else {}
    if same and is_undoing(text):
        return Intent(name=EDITS, args={**same, "action": "undo"}, confidence=1.0)
    if (asked := pieces_asked(dialogue)) and (numbers := only_numbers(text, here.shown, here.pieces)):
        return Intent(name=EDITS, args={**same, "action": asked, "entries": numbers}, confidence=1.0)
    if intent.name == EDITS:
        return intent.model_copy(update={"args": same | intent.args})
    if last and last.skill in SHOWS_PIECES and intent.name != CARE and intent.confidence < 1:
        likely = dict(router.alternatives(text)).get(EDITS, 0.0)
        if likely >= OF_PIECES:
            return Intent(name=EDITS, args=same | router.arguments(text, EDITS, here), confidence=likely)
    if intent.name == CARE or dialogue.memory.dataset is None or not is_order(text):
        return intent
    return Intent(name=EDITS, args=same | router.arguments(text, EDITS, here), confidence=1.0)


def pieces_asked(dialogue: Dialogue) -> str | None:
    """What is to be done with pieces whose numbers were just asked for."""
    last = dialogue.last
    if last is None or last.skill != EDITS or last.result.get("touched"):
        return None
    action = last.inputs.get("action")
    return str(action) if action in ("leave_out", "join", "cut", "put_back") else None


async def _part_asked(dialogue: Dialogue, intent: Intent, text: str) -> PartAsked | None:
    """The part of the text in hand that is to be read, where that is what is asked for."""
    if intent.name not in READ_TO and intent.confidence >= CERTAIN:
        return None
    asked = await asyncio.to_thread(part_asked, dialogue, text)
    return asked if asked and asked.wanted == "read" else None


def _where_it_is(dialogue: Dialogue, intent: Intent, text: str) -> Intent:
    """What some requests mean where they are made: back to the lesson, out of a quiz; the list that was just shown, at
    more length; a model to talk to, before anything was shown of it, is somebody."""
    last = dialogue.last
    asked = dialogue.memory.open_item
    if WHERE_WE_WERE.search(text) and intent.name != CARE:
        return Intent(name="repeat")
    if intent.name == "back_to_lesson" and asked and asked.where in ("quiz", "review"):
        return Intent(name="enough")
    shown = last is not None and last.skill == "predict_next" and last.inputs.get("prompt")
    if intent.name == "predict_next" and last and shown and not intent.args.get("prompt"):
        inputs = {name: value for name, value in last.inputs.items() if name in ("prompt", "word", "run")}
        return intent.model_copy(update={"args": {**inputs, "top_k": LONGER_LIST}})
    if intent.name == "talk" and dialogue.memory.route is None and intent.confidence < SURELY_A_MODEL:
        return Intent(name="question")
    return intent


def _explained_here(dialogue: Dialogue) -> dict[str, str]:
    """What the open button explains that explains anything: what was just talked of."""
    buttons = [button for button in dialogue.buttons if button.intent.name == "explain_again"]
    return dict(buttons[-1].intent.args) if buttons else {}


async def _is_for_the_text(dialogue: Dialogue, intent: Intent, text: str) -> bool:
    """Whether a question that nothing of the course answers is in the words of the text in hand."""
    if intent.name not in ABOUT_ANYTHING or "answer" in intent.args or not asks_something(text):
        return False
    if intent.name not in ("off_topic", "question") and intent.confidence >= CERTAIN:
        return False
    if not await asyncio.to_thread(about_the_text, dialogue, text):
        return False
    return intent.name == "off_topic" or not await dialogue.answers.has(text, dialogue.language)


def _not_that(dialogue: Dialogue, intent: Intent, text: str, router: Router) -> tuple[Button, ...]:
    """One tap to change how words were understood that may mean something else."""
    if intent.name not in skills.NAMES or intent.confidence >= CERTAIN:
        return ()
    here = situation(dialogue, "none")
    likely = [name for name, _ in router.alternatives(text, here) if name not in (intent.name, ANSWER, PROFILE, CARE)]
    others = [[name, router.arguments(text, name, here)] for name in likely[:OTHERS]]  # as they are in JSON
    return (dialogue.button("chat.button.not_that", "not_that", args={"others": others, "said": text}),)


async def _which(dialogue: Dialogue, intent: Intent, text: str, router: Router) -> AsyncIterator[Shown]:
    """The learner is asked what they want: the likeliest things, each with a button."""
    dialogue.heard.append(intent)
    dialogue.lost += 1
    here = situation(dialogue, "none")
    buttons = [
        dialogue.button(f"intents.{name}.label", name, args=router.arguments(text, name, here) | {"said": text})
        for name in intent.args["candidates"]
    ]
    yield dialogue.say(
        dialogue.varied("chat.unsure"), tone="aside", buttons=(*buttons, open_step.back_button(dialogue))
    )


async def or_a_question(dialogue: Dialogue, intent: Intent, text: str) -> Intent:
    """A message of which it is not sure what it asks for, as a question if the bank knows it: nearly to the letter or,
    where it asks something in so many words, well enough to be answered."""
    asks = asks_something(text)
    choosing = intent.name == "route" and asks  # «how long is the whole course?»
    certain = intent.name not in ("unsure", PROFILE) and intent.confidence >= CERTAIN and not choosing
    if certain or intent.name in ("question", CARE, "foreign"):
        return intent
    if intent.name != "unsure" and not asks:
        return intent
    likely = asks and (choosing or (intent.name == "unsure" and "question" in intent.args["candidates"]))
    if likely and await dialogue.answers.has(text, dialogue.language):
        return Intent(name="question", args={})
    known = await dialogue.answers.knows(text, dialogue.language, asks and intent.name != "off_topic")
    return Intent(name="question", args={}) if known else intent


def _button_meant(dialogue: Dialogue, intent: Intent, text: str) -> Button | None:
    """The open button that is meant by words like its own; or, of what the message may ask for, the only thing that one
    of the buttons does."""
    if intent.name == CARE:
        return None
    shown = [button for button in dialogue.buttons if not button.on_card]
    said = text
    if dialogue.last and dialogue.last.skill == "scan_private_data":
        said = MASKS.sub(dialogue.words("chat.to_mask"), text)
    place = by_likeness(said, [button.label for button in shown], dialogue.language)
    if place is not None and (asks_something(shown[place].label) or not begins_asking(text)):
        return shown[place]
    if intent.name != "unsure" or "?" in text:
        return None
    names = intent.args["candidates"][:2]
    done = [button for button in shown if button.intent.name in names]
    return done[0] if len(done) == 1 else None


def changes_the_last(dialogue: Dialogue, text: str, router: Router) -> bool:
    """Whether a short message says how the result that is in sight should be otherwise, and nothing else."""
    last = dialogue.last
    if last is None or last.skill not in skills.NAMES or last.skill == EDITS:  # each order about pieces is a new one
        return False
    said = router.arguments(text, last.skill, situation(dialogue, "none"))
    return plainly(text, last.skill, last.inputs, said)


def _as_change(dialogue: Dialogue, intent: Intent, text: str, router: Router) -> Intent:
    """A request that changes the last call, as that call with what is new."""
    last = dialogue.last
    if last is None or last.skill not in skills.NAMES or last.skill == EDITS:
        return intent
    about_it = same_family(intent.name, last.skill)
    open_to_it = intent.confidence < CERTAIN or (intent.name == "question" and not asks_something(text))
    unsure = not about_it and open_to_it and not dialogue.memory.open_item
    if unsure and changes_the_last(dialogue, text, router):
        intent, about_it = Intent(name=last.skill, confidence=intent.confidence), True
    said_how = dialogue.memory.open_item is None or changes_the_last(dialogue, text, router)
    about_it = about_it or (intent.name == "repeat" and said_how)  # else what is to be said again is the question
    if intent.name == "unsure":
        about_it = any(same_family(name, last.skill) for name in intent.args["candidates"])
    if not about_it:
        return intent
    name = intent.name if intent.name in skills.NAMES else last.skill
    said = router.arguments(text, name, situation(dialogue, "none"))
    new = changed(text, last.skill, last.inputs, said)
    if not is_change(text, said, new):
        return intent
    return Intent(name=name, args=merged(last.inputs, new), confidence=intent.confidence)

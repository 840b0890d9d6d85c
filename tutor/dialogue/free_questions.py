"""Free questions: the authored answer at once, what else may have been meant, and a way back to the step."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Any

from skills.contract import ChatMessage, Options
from skills.errors import ModelMissing
from tutor.course.model import SHOWN, Answer, Lesson
from tutor.dialogue.context import Dialogue, plain
from tutor.dialogue.lessons import aside, resume
from tutor.dialogue.my_text import in_hand
from tutor.dialogue.skill_calls import Interrupted, until
from tutor.learner.events import ExplainedAgain, Wondered
from tutor.lm.installed import find
from tutor.nlu.bank import DEFINITION, Reading
from tutor.nlu.keeping import overlap, supported
from tutor.nlu.keys import tells_key
from tutor.settings import PROMPTS
from tutor.turn import Button, Intent, Shown, Waiting

Turn = AsyncIterator[Shown]
REWORDS = 1_000_000_000
"""Parameters from which on a model's own wording of a passage is asked for."""
WAYS = 3
"""Of explaining an idea: simpler, by an example, by its definition."""
CHOICES = 3
"""Questions that are offered to whom three explanations have not helped."""
WORDS_OF_ITS_OWN = 0.8
"""A rewording that shares more than this with the passage adds nothing and is not shown."""


async def answer(dialogue: Dialogue, question: str, key: str = "") -> Turn:
    """Answer a free question from the bank, or ask which of three was meant, or say that it is not known. `key`: the
    answer that was chosen where it was asked."""
    chosen = await dialogue.answers.find(key, dialogue.language) if key else None
    look(dialogue)
    read = Reading("answer", (chosen,)) if chosen else await dialogue.answers.read(question, dialogue.language)
    if read.kind == "answer" and not key and _asked_before(dialogue, question):
        read = Reading("choice", read.answers[1:] or await dialogue.answers.others(question, dialogue.language))
    found = read.answers[0] if read.kind == "answer" else None
    dialogue.record(Wondered(question=question, found=found.key if found else None))
    if found:
        turn = _answered(dialogue, question, found, read.answers[1:])
    elif read.kind == "choice":
        dialogue.lost += not key
        turn = aside(dialogue, dialogue.varied("chat.which_question"), _asked_by(dialogue, read.answers))
    else:
        dialogue.lost += 1
        more = (*_in_the_text(dialogue, question), dialogue.button("chat.button.help", "help"))
        turn = aside(dialogue, dialogue.varied("chat.dont_know_that"), more)
    async for shown in turn:
        yield shown


def _in_the_text(dialogue: Dialogue, question: str) -> tuple[Button, ...]:
    """What the course does not answer may be looked for in the text in hand."""
    text = in_hand(dialogue)
    if text is None or not question:
        return ()
    args = {"question": question, "file": text.id}
    return (dialogue.button("chat.button.look_in_text", "answer_from_text", args=args, text=text.name),)


def _asked_before(dialogue: Dialogue, question: str) -> bool:
    """Whether it is the question that was asked last: its answer was not what was wanted."""
    same = dialogue.wondered == question.casefold().strip()
    dialogue.wondered = question.casefold().strip()
    return same


def look(dialogue: Dialogue) -> None:
    """See what was just shown, or goes on: a question may be about it."""
    skills_ = [dialogue.last.skill] if dialogue.last else []
    skills_ += ["running"] if dialogue.jobs.running() else []
    skills_ += ["talk"] if dialogue.memory.talk else []
    skills_ += ["mark"] if dialogue.marked else []
    dialogue.answers.shown = frozenset(f"{SHOWN}{skill}" for skill in skills_)
    dialogue.answers.here = frozenset(dialogue.lesson.concepts if dialogue.lesson else ())
    dialogue.answers.facts = facts_in_sight(dialogue)


def facts_in_sight(dialogue: Dialogue) -> dict[str, Any]:
    """What is known of what was shown last, and of how an answer was marked."""
    facts = dict(dialogue.last.result) if dialogue.last else {}
    if dialogue.marked:
        verdict = dialogue.words(f"chat.marked.{dialogue.marked.outcome}")
        facts |= {"verdict": verdict, "why": dialogue.marked.why}
    return facts


async def _answered(dialogue: Dialogue, question: str, found: Answer, also: tuple[Answer, ...]) -> Turn:
    """The answer, and what else may have been meant; for a definition, the model's own wording of it as well."""
    text, source = told(dialogue, found), _source(dialogue, found)
    if _gives_away(dialogue, text):
        async for shown in aside(dialogue, dialogue.words("chat.that_is_the_question")):
            yield shown
        return
    buttons = (*_more_of(dialogue, found), *_asked_by(dialogue, also))
    if found.id != DEFINITION or not _rewords(dialogue) or dialogue.language not in await dialogue.worker.languages():
        async for shown in aside(dialogue, text, buttons, source=source):
            yield shown
        return
    card = tuple(button for button in dialogue.buttons if button.on_card)
    yield dialogue.say(text, tone="aside", source=source, buttons=card)
    async for shown in _reword(dialogue, question, text, source, buttons):
        yield shown


def told(dialogue: Dialogue, found: Answer) -> str:
    """What is answered, with the facts of what is in sight."""
    text = found.text[dialogue.language]
    if not found.topic.startswith(SHOWN):
        return text
    facts: dict[str, Any] = defaultdict(lambda: None)  # an answer may be chosen after what it is about has gone
    facts |= {key: plain(value) for key, value in facts_in_sight(dialogue).items()}
    return dialogue.words.fill(text, facts)


def _gives_away(dialogue: Dialogue, text: str) -> bool:
    """Whether it would answer the question of the course that is open."""
    asked = dialogue.memory.open_item
    return bool(asked and not asked.gap and tells_key(dialogue.course.items[asked.item], text, dialogue.language))


def _more_of(dialogue: Dialogue, found: Answer) -> tuple[Button, ...]:
    """Another explanation of the concept, and the lesson that teaches it where that is another."""
    if found.topic not in dialogue.course.concepts:
        return ()
    buttons = [dialogue.button("chat.button.explain_again", "explain_again", args={"topic": found.topic})]
    lesson = _lesson_of(dialogue, found.topic)
    if lesson and lesson.id != dialogue.memory.lesson:
        buttons.append(dialogue.button("chat.button.see_lesson", "start_lesson", args={"lesson": lesson.id}))
    return tuple(buttons)


def _asked_by(dialogue: Dialogue, answers: Iterable[Answer]) -> tuple[Button, ...]:
    """A button for each question that may have been meant."""
    return tuple(
        Button(
            label=one.title[dialogue.language],
            intent=Intent(name="question", args={"answer": one.key, "said": one.title[dialogue.language]}),
        )
        for one in answers
    )


async def _reword(dialogue: Dialogue, question: str, passage: str, source: str, buttons: tuple[Button, ...]) -> Turn:
    """The model's own words for it, a sentence at a time, each kept only if the passage supports it."""
    yield Waiting(text=dialogue.words("chat.doing.reword"))
    prompt = (PROMPTS / f"reword.{dialogue.language}.md").read_text("utf-8")
    asked = prompt.format(passage=passage, question=question)
    kept: list[str] = []
    written = ""
    writing = dialogue.worker.chat([ChatMessage(role="user", content=asked)], Options(max_tokens=110))
    with suppress(Interrupted):
        async for piece in until(dialogue.interrupted, writing):
            *whole, written = re.split(r"(?<=[.!?…])\s+", written + piece)
            kept += [sentence for sentence in whole if supported(sentence, passage, dialogue.language)]
    if written and written[-1] in ".!?…" and supported(written, passage, dialogue.language):
        kept.append(written)
    text = " ".join(kept)
    if kept and overlap(text, passage) < WORDS_OF_ITS_OWN:
        told = aside(dialogue, plain(text), buttons, source=dialogue.words("chat.reworded", source=source))
    else:
        yield Waiting(text="")
        told = resume(dialogue, more=buttons)
    async for shown in told:
        yield shown


def _rewords(dialogue: Dialogue) -> bool:
    """Whether the tutor's model is large enough to put a passage in its own words. Of the 0.5B models' sentences
    hardly one says only what the passage says (benchmarks/README.md), and nobody should wait for that."""
    if dialogue.settings.endpoint:
        return True
    try:
        found = find(dialogue.workspace.home, dialogue.settings.tutor_model, "tutor")
    except ModelMissing:
        return False
    return found.profile.parameters >= REWORDS


def _source(dialogue: Dialogue, found: Answer) -> str:
    """Where it is taught, or what it is about, and where its facts are from."""
    lesson, kind = _lesson_of(dialogue, found.topic), found.topic.partition("-")[0]
    if lesson:
        place = dialogue.words("chat.from_lesson", number=lesson.number)
    elif found.topic in dialogue.course.concepts:
        place = dialogue.words("chat.from_glossary")
    else:
        place = dialogue.words(f"chat.from_{kind}")
    return f"{place}. {found.source}" if found.source else place


def _lesson_of(dialogue: Dialogue, topic: str) -> Lesson | None:
    """The first lesson that teaches a concept."""
    return next((lesson for lesson in dialogue.course.lessons.values() if topic in lesson.concepts), None)


def _unclear(dialogue: Dialogue, concept: str, rounds: int) -> tuple[Answer, ...]:
    """Three of the questions that people have about a concept, each round others."""
    of_concept = [answer for answer in dialogue.course.answers if answer.topic == concept]
    first = rounds * CHOICES % max(1, len(of_concept))
    return tuple([*of_concept[first:], *of_concept[:first]][:CHOICES])


async def explain_again(dialogue: Dialogue, topic: str | None = None) -> Turn:
    """The same idea another way: simpler first, then an example, then the definition; and then the questions that
    people have about it, to choose what is unclear."""
    lesson, step = dialogue.lesson, dialogue.step
    asked = dialogue.memory.open_item
    concept_id = topic or (dialogue.course.items[asked.item].concept if asked and not asked.gap else None)
    concept_id = concept_id or (lesson.concepts[0] if lesson else None)
    concept = dialogue.course.concepts.get(concept_id or "")
    if concept is None:
        async for shown in resume(dialogue):
            yield shown
        return
    before = dialogue.memory.asked_again if dialogue.memory.explained == concept.id else 0
    dialogue.record(ExplainedAgain(concept=concept.id, step=step.id if step else None))
    more = (dialogue.button("chat.button.explain_again", "explain_again", args={"topic": concept.id}),)
    rounds, way = divmod(before, WAYS + 1)
    examples = concept.example_for(dialogue.memory.profile, *dialogue.memory.besides)
    ways = (concept.simpler, examples[rounds % len(examples)], concept.definition)
    unclear = _unclear(dialogue, concept.id, rounds) if way == WAYS else ()
    if unclear:
        text = dialogue.words("chat.what_is_unclear", concept=concept.name[dialogue.language])
        async for shown in aside(dialogue, text, (*_asked_by(dialogue, unclear), *more)):
            yield shown
        return
    text = ways[way % WAYS][dialogue.language]
    async for shown in aside(dialogue, text, more, source=concept.name[dialogue.language]):
        yield shown

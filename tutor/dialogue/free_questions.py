"""Free questions: the authored passage at once, the model's wording of it after, and a way back to the step."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import suppress

from skills.contract import ChatMessage, Options
from skills.errors import ModelMissing
from tutor.dialogue.context import Dialogue, plain
from tutor.dialogue.lessons import aside, resume
from tutor.dialogue.skill_calls import Interrupted, until
from tutor.learner.events import ExplainedAgain, Wondered
from tutor.lm.installed import find
from tutor.nlu import retrieval
from tutor.settings import PROMPTS
from tutor.turn import Button, Shown, Waiting

REWORDS = 1_000_000_000
"""Parameters from which on a model's own wording of a passage is asked for."""
WORDS_OF_ITS_OWN = 0.8
"""A rewording that shares more than this with the passage adds nothing and is not shown."""


async def answer(dialogue: Dialogue, question: str) -> AsyncIterator[Shown]:
    """Answer a free question from the course; below the threshold say so and point somewhere."""
    found = retrieval.find(dialogue.course, question, dialogue.language)
    dialogue.record(Wondered(question=question, found=found.id if found else None))
    if found is None:
        more = (dialogue.button("chat.button.help", "help"),)
        async for shown in aside(dialogue, dialogue.words("chat.dont_know_that"), more):
            yield shown
        return
    source = _source(dialogue, found)
    buttons = (
        [dialogue.button("chat.button.explain_again", "explain_again", args={"topic": found.concept})]
        if found.concept
        else []
    )
    if found.lesson and found.lesson != dialogue.memory.lesson and found.lesson in dialogue.course.lessons:
        buttons.append(dialogue.button("chat.button.see_lesson", "start_lesson", args={"lesson": found.lesson}))
    if not _rewords(dialogue) or dialogue.language not in await dialogue.worker.languages():
        async for shown in aside(dialogue, found.text, tuple(buttons), source=source):
            yield shown
        return
    card = tuple(button for button in dialogue.buttons if button.on_card)
    yield dialogue.say(found.text, tone="aside", source=source, buttons=card)
    async for shown in _reword(dialogue, question, found, source, tuple(buttons)):
        yield shown


async def _reword(
    dialogue: Dialogue, question: str, found: retrieval.Found, source: str, buttons: tuple[Button, ...]
) -> AsyncIterator[Shown]:
    """The model's own words for it, a sentence at a time, each kept only if the passage supports it."""
    yield Waiting(text=dialogue.words("chat.doing.reword"))
    prompt = (PROMPTS / f"reword.{dialogue.language}.md").read_text("utf-8")
    asked = prompt.format(passage=found.text, question=question)
    kept: list[str] = []
    written = ""
    writing = dialogue.worker.chat([ChatMessage(role="user", content=asked)], Options(max_tokens=110))
    with suppress(Interrupted):
        async for piece in until(dialogue.interrupted, writing):
            *whole, written = re.split(r"(?<=[.!?…])\s+", written + piece)
            kept += [sentence for sentence in whole if retrieval.supported(sentence, found.text, dialogue.language)]
    if written and written[-1] in ".!?…" and retrieval.supported(written, found.text, dialogue.language):
        kept.append(written)
    text = " ".join(kept)
    if kept and retrieval.overlap(text, found.text) < WORDS_OF_ITS_OWN:
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


def _source(dialogue: Dialogue, found: retrieval.Found) -> str:
    lesson = dialogue.course.lessons.get(found.lesson or "")
    if lesson:
        return dialogue.words("chat.from_lesson", number=lesson.number)
    return dialogue.words("chat.from_glossary")


async def explain_again(dialogue: Dialogue, topic: str | None = None) -> AsyncIterator[Shown]:
    """The same idea another way: simpler first, then an example, then the definition."""
    lesson, step = dialogue.lesson, dialogue.step
    asked = dialogue.memory.open_item
    concept_id = topic or (dialogue.course.items[asked.item].concept if asked and not asked.gap else None)
    concept_id = concept_id or (lesson.concepts[0] if lesson else None)
    concept = dialogue.course.concepts.get(concept_id or "")
    if concept is None:
        async for shown in resume(dialogue):
            yield shown
        return
    ways = (concept.simpler, concept.example, concept.definition)
    text = ways[dialogue.memory.asked_again % len(ways)][dialogue.language]
    dialogue.record(ExplainedAgain(concept=concept.id, step=step.id if step else None))
    more = (dialogue.button("chat.button.explain_again", "explain_again", args={"topic": concept.id}),)
    async for shown in aside(dialogue, text, more, source=concept.name[dialogue.language]):
        yield shown

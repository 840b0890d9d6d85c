"""Questions in the middle: the authored passage at once, the model's wording of it after, and back to the step."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import suppress

from skills.contract import ChatMessage, Options
from tutor.course.model import Run
from tutor.dialogue.context import Desk, back_button, next_button, plain
from tutor.dialogue.items import show_open
from tutor.dialogue.lesson_runs import after_text
from tutor.dialogue.skill_calls import Interrupted, offered, until
from tutor.dialogue.steps import present
from tutor.nlu import retrieval
from tutor.settings import PROMPTS
from tutor.turn import Button, Shown, Waiting

WORDS_OF_ITS_OWN = 0.8
"""A rewording that shares more than this with the passage adds nothing and is not shown."""


async def answer(desk: Desk, question: str) -> AsyncIterator[Shown]:
    """Answer a free question from the course; below the threshold say so and point somewhere."""
    found = retrieval.find(desk.course, question, desk.language)
    desk.move("wonder")
    desk.record("wondered", {"question": question, "found": found.id if found else None})
    if found is None:
        yield desk.say(
            desk.words("chat.dont_know_that"),
            tone="aside",
            buttons=(
                desk.button("chat.button.help", "help"),
                desk.button("chat.button.back_to_lesson", "back_to_lesson"),
            ),
        )
        return
    source = _source(desk, found)
    buttons = (
        [desk.button("chat.button.explain_again", "explain_again", args={"topic": found.concept})]
        if found.concept
        else []
    )
    if found.lesson and found.lesson != desk.memory.lesson and found.lesson in desk.course.lessons:
        buttons.append(desk.button("chat.button.see_lesson", "start_lesson", args={"lesson": found.lesson}))
    buttons.append(back_button(desk))
    yield desk.say(found.text, tone="aside", source=source, buttons=tuple(buttons))
    async for shown in _reword(desk, question, found, source, tuple(buttons)):
        yield shown


async def _reword(
    desk: Desk, question: str, found: retrieval.Found, source: str, buttons: tuple[Button, ...]
) -> AsyncIterator[Shown]:
    """The model's own words for it, a sentence at a time, each kept only if the passage supports it."""
    if not desk.rewords() or desk.language not in await desk.worker.languages():
        return
    yield Waiting(text=desk.words("chat.doing.reword"))
    prompt = (PROMPTS / f"reword.{desk.language}.md").read_text("utf-8")
    asked = prompt.format(passage=found.text, question=question)
    kept: list[str] = []
    written = ""
    writing = desk.worker.chat([ChatMessage(role="user", content=asked)], Options(max_tokens=110))
    with suppress(Interrupted):
        async for piece in until(desk.interrupted, writing):
            *whole, written = re.split(r"(?<=[.!?…])\s+", written + piece)
            kept += [sentence for sentence in whole if retrieval.supported(sentence, found.text, desk.language)]
    if written and written[-1] in ".!?…" and retrieval.supported(written, found.text, desk.language):
        kept.append(written)
    text = " ".join(kept)
    if kept and retrieval.overlap(text, found.text) < WORDS_OF_ITS_OWN:
        yield desk.say(plain(text), tone="aside", source=desk.words("chat.reworded", source=source), buttons=buttons)
    else:
        yield Waiting(text="")


def _source(desk: Desk, found: retrieval.Found) -> str:
    lesson = desk.course.lessons.get(found.lesson or "")
    if lesson:
        return desk.words("chat.from_lesson", number=lesson.number)
    return desk.words("chat.from_glossary")


async def explain_again(desk: Desk, topic: str | None = None) -> AsyncIterator[Shown]:
    """The same idea another way: simpler first, then an example, then the definition."""
    lesson, step = desk.lesson, desk.step
    asked = desk.memory.open_item
    concept_id = topic or (desk.course.items[asked.item].concept if asked and not asked.gap else None)
    concept_id = concept_id or (lesson.concepts[0] if lesson else None)
    concept = desk.course.concepts.get(concept_id or "")
    if concept is None:
        async for shown in resume(desk):
            yield shown
        return
    ways = (concept.simpler, concept.example, concept.definition)
    text = ways[desk.memory.asked_again % len(ways)][desk.language]
    desk.record("explained_again", {"concept": concept.id, "step": step.id if step else None})
    desk.move("wonder")
    yield desk.say(
        text,
        tone="aside",
        source=concept.name[desk.language],
        buttons=(
            desk.button("chat.button.explain_again", "explain_again", args={"topic": concept.id}),
            back_button(desk),
        ),
    )


async def resume(desk: Desk, anew: bool = False) -> AsyncIterator[Shown]:
    """Back to exactly where the learner was: the open question, or the step; `anew` shows all of it once more.

    A step whose skill has run already is not run again: its result stands above, and what was said of it is enough.
    """
    if desk.memory.machine.overlay:
        desk.move("back")
    step = desk.step
    if desk.memory.open_item:
        yield show_open(desk, desk.words("chat.where_we_were"))
    elif isinstance(step, Run) and not anew and desk.at(step.id) in desk.memory.results:
        said = f"{desk.words('chat.where_we_were')}\n\n{desk.text(after_text(desk, step))}"
        offers = offered(desk, desk.memory.offers.get(desk.at(step.id), ()))
        yield desk.say(said, buttons=(next_button(desk), *offers))
    else:
        heading = f"{desk.words('chat.where_we_were')}\n\n" if step else ""
        async for shown in present(desk, heading=heading):
            yield shown

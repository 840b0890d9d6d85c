"""Series of questions: reviews that are due, quizzes (of the course and of the learner's text), placement."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from skills.errors import UserError
from tutor.dialogue.context import Desk, back_button
from tutor.dialogue.items import ask_item
from tutor.dialogue.skill_calls import Outcome, call
from tutor.learner import plan, statechart
from tutor.turn import Shown

QUESTIONS, GAPS = 5, 2
"""Questions of a quiz, and how many of them are gaps in the learner's own text where there is one."""


async def begin_review(desk: Desk, items: Iterable[str]) -> AsyncIterator[Shown]:
    """Ask the items whose review is due."""
    queue = [{"item": item, "where": "review"} for item in items]
    async for shown in _begin(desk, queue, desk.words("chat.review_intro", n=len(queue))):
        yield shown


async def begin_quiz(desk: Desk, args: dict[str, Any]) -> AsyncIterator[Shown]:
    """Questions on what was learnt; where the learner has a text, gaps made from it too."""
    n = int(args.get("questions") or QUESTIONS)
    topic, file = args.get("topic"), args.get("file") or desk.memory.dataset
    of_course = plan.quiz_items(desk.course, desk.progress, topic, n, desk.now())
    queue: list[dict[str, Any]] = [{"item": item, "where": "quiz"} for item in of_course]
    gaps: list[dict[str, Any]] = []
    if file and not topic:
        inputs = {"file": file, "questions": max(GAPS, n - len(queue)), "seed": len(desk.progress.submissions)}
        try:
            async for said in call(desk, "quiz", inputs):
                if isinstance(said, Outcome):
                    gaps = said.result["questions"]
                else:
                    yield said
        except UserError:
            gaps = []  # a text too short to make gaps from: the course's own questions are enough
    queue = queue[: max(n - GAPS, n - len(gaps))]
    queue += [{"item": f"gap.{i}", "where": "quiz", "gap": gap} for i, gap in enumerate(gaps)][: n - len(queue)]
    if not queue:
        yield desk.say(
            desk.words("chat.nothing_to_quiz"), buttons=(desk.button("chat.button.next", "next", main=True),)
        )
        return
    async for shown in _begin(desk, queue, desk.words("chat.quiz_intro", n=len(queue))):
        yield shown


async def begin_placement(desk: Desk) -> AsyncIterator[Shown]:
    """«Ya sé algo: probame»: a few questions, and the lessons whose ideas are known are skipped."""
    desk.record("placement_begun", {})
    async for shown in _next_placement(desk, desk.words("chat.placement_intro")):
        yield shown


async def go_on(desk: Desk, where: str, text: str = "") -> AsyncIterator[Shown]:
    """The next question of the series, or its end."""
    if where == "placement":
        async for shown in _next_placement(desk, text):
            yield shown
        return
    if desk.memory.queue:
        first, rest = desk.memory.queue[0], desk.memory.queue[1:]
        desk.record("queued", {"items": list(rest)})
        async for shown in ask_item(desk, first["item"], first["where"], heading=text, gap=first.get("gap")):
            yield shown
        return
    async for shown in end_series(desk, text):
        yield shown


async def end_series(desk: Desk, text: str = "") -> AsyncIterator[Shown]:
    """Close the series and offer the way back to the lesson."""
    if desk.memory.open_item:
        desk.record("dropped", {"submission": desk.memory.open_item.submission})
    desk.record("queued", {"items": []})
    if statechart.can(desk.memory.machine, "end"):
        desk.move("end")
    closing = desk.words("chat.series_done")
    buttons = [back_button(desk)] if desk.step else []
    buttons.append(desk.button("chat.button.progress", "progress"))
    yield desk.say(f"{text}\n\n{closing}".strip(), buttons=tuple(buttons))


async def _begin(desk: Desk, queue: list[dict[str, Any]], intro: str) -> AsyncIterator[Shown]:
    if desk.memory.open_item:
        desk.record("dropped", {"submission": desk.memory.open_item.submission})
    desk.record("queued", {"items": queue})
    async for shown in go_on(desk, "review", intro):
        yield shown


async def _next_placement(desk: Desk, text: str) -> AsyncIterator[Shown]:
    item = plan.placement(desk.course, desk.progress)
    if item is not None:
        async for shown in ask_item(desk, item, "placement", heading=text):
            yield shown
        return
    from tutor.dialogue.steps import next_lesson

    known = sum(desk.progress.passed(concept) for concept in desk.course.concepts)
    yield desk.say(f"{text}\n\n{desk.words('chat.placement_done', n=known)}".strip())
    async for shown in next_lesson(desk):
        yield shown

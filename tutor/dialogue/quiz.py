"""What a quiz asks: items of the course that suit the learner, and gaps made from their own text."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from skills.errors import UserError
from skills.quiz import Gap
from tutor.dialogue.context import Dialogue
from tutor.dialogue.skill_calls import Outcome, call
from tutor.learner import plan
from tutor.learner.events import QueuedItem
from tutor.turn import Delta, Waiting

QUESTIONS, GAPS = 5, 2
"""Questions of a quiz, and how many of them are gaps in the learner's own text where there is one."""


async def quiz_queue(
    dialogue: Dialogue, args: dict[str, Any]
) -> AsyncIterator[Waiting | Delta | tuple[QueuedItem, ...]]:
    """What is said while the gaps are made and, last, the questions."""
    n = int(args.get("questions") or QUESTIONS)
    topic, file = args.get("topic"), args.get("file") or dialogue.memory.dataset
    of_course = plan.quiz_items(dialogue.course, dialogue.progress, topic, n, dialogue.now())
    queue = [QueuedItem(item=item, where="quiz") for item in of_course]
    gaps: list[Gap] = []
    if file and not topic:
        inputs = {"file": file, "questions": max(GAPS, n - len(queue)), "seed": len(dialogue.progress.submissions)}
        try:
            async for said in call(dialogue, "quiz", inputs):
                if isinstance(said, Outcome):
                    gaps = [Gap(**gap) for gap in said.result["questions"]]
                else:
                    yield said
        except UserError:
            gaps = []  # a text too short to make gaps from: the course's own questions are enough
    queue = queue[: max(n - GAPS, n - len(gaps))]
    of_text = [QueuedItem(item=f"gap.{i}", where="quiz", gap=gap) for i, gap in enumerate(gaps)]
    yield (*queue, *of_text[: n - len(queue)])

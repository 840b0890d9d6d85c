"""What a lesson shows where there is no model: results recorded with real weights, labelled so.

`tutor course record` (tutor/authoring/record.py) writes them beside each lesson.
"""

from __future__ import annotations

import json
from pathlib import Path

from skills.blocks import BLOCKS, Notice, msg
from skills.contract import Language
from tutor.course.model import Run, Try, Wait
from tutor.dialogue.context import Dialogue
from tutor.dialogue.skill_calls import Outcome
from tutor.settings import CURRICULUM


def recording_path(lesson: str, step: str, language: Language, choice: str = "") -> Path:
    """Where the recorded result of a step (of one of its choices) is."""
    name = ".".join(filter(None, (step, choice, language, "json")))
    return CURRICULUM / "lessons" / lesson / "recorded" / name


def recorded(dialogue: Dialogue, step: Run | Try | Wait, choice: str = "") -> Outcome | None:
    """The step's recorded result; None if it has none."""
    path = recording_path(dialogue.memory.lesson or "", step.id, dialogue.language, choice)
    if not path.exists():
        return None
    found = json.loads(path.read_text("utf-8"))
    blocks = tuple(BLOCKS.validate_python(block) for block in found["blocks"])
    return Outcome(result=found["result"], blocks=(Notice(message=msg("chat.recorded")), *blocks))

"""The next useful thing to do with what the learner has: from the text in hand and what was done with it so far."""

from __future__ import annotations

from skills.errors import FileMissing
from skills.training.runs import KnownRun, known_runs
from skills.workspace import Manifest
from tutor.dialogue.context import Dialogue, plain
from tutor.dialogue.things import spoken
from tutor.turn import Button

WITH_A_TEXT = ("inspect_dataset", "scan_private_data", "clean_dataset", "preview_examples", "plan_training")
"""What one does with a text, in order."""
WITH_A_MODEL = ("evaluate_model", "compare_models", "export_project")
"""And with a model that learnt from it."""
Proposal = tuple[str, Button]


def proposed(dialogue: Dialogue) -> Proposal | None:
    """What could be done next, in a sentence, and its button; None where there is no text of the learner's, or nothing
    is left to propose."""
    text = _text(dialogue)
    if text is None:
        return None
    model = next((run for run in known_runs(dialogue.workspace) if run.dataset == text.name), None)
    done = {skill for about, skill in dialogue.memory.used if about == (model.run if model else text.id)}
    skill = next((skill for skill in (WITH_A_MODEL if model else WITH_A_TEXT) if skill not in done), None)
    if skill is None:
        return None
    args = {"run": model.run} if model else {"file": text.id}
    told = dialogue.words(f"chat.next_useful.{skill}", **_facts(text, model))
    return told, dialogue.button(f"intents.{skill}.label", skill, args=args)


def _facts(text: Manifest, model: KnownRun | None) -> dict[str, str | int]:
    return {"text": plain(spoken(text.name)), "n": text.rows, "mine": plain(model.called) if model else ""}


def _text(dialogue: Dialogue) -> Manifest | None:
    """The text in hand if it is the learner's own, else the newest that is."""
    try:
        found = dialogue.workspace.find(dialogue.memory.dataset or "")
    except FileMissing:
        found = None
    if found and not found.sample:
        return found
    own = [manifest for manifest in dialogue.workspace.manifests() if not manifest.sample]
    return own[-1] if own else None

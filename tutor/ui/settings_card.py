"""What the settings card asks while its knobs are moved: the same card with other settings, worked out on the spot."""

from __future__ import annotations

from typing import Any

from skills import blocks
from skills.blocks import Frozen
from skills.training.estimate import TrainingFacts, machine
from skills.training.hyperparameters import Hyperparameters
from skills.training.knobs import settings_block
from skills.workspace import Workspace


class Asked(Frozen):
    """`inputs` as the card would begin with them; `facts` as it was given them."""

    inputs: dict[str, Any]
    facts: TrainingFacts


def settings_card(asked: Asked, workspace: Workspace) -> blocks.Settings:
    """The card, for this machine as it is at this moment. Raises ValidationError for settings that there are not."""
    given = {name: value for name, value in asked.inputs.items() if name != "file" and value is not None}
    return settings_block(asked.facts, Hyperparameters.model_validate(given), machine(workspace, asked.facts.base))

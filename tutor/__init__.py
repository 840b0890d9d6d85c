"""LLMs for poets: a tutor about language models that lives on the learner's own computer.

For a script or a notebook: `open_session` is the conversation without the chat, `open_home` the texts and models of
a folder for the functions of `skills`. Nothing is loaded before one of them is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from skills.contract import Context, Language, Skill
    from skills.functions import Home
    from tutor.session import Session

__version__ = VERSION


def open_session(home: str | Path, language: Language | None = None) -> Session:
    """The conversation of a home's learner, where it was left; an empty or missing folder begins a new one.

    `session.turn(Input(...))` (tutor/turn.py) iterates over what is shown; `session.close()` ends it. `language` is
    that of a learner who has not chosen one. Raises HomeTaken while a tutor is open on that home.
    """
    from tutor.session import open_session as opened
    from tutor.settings import build_settings, home_lock

    settings = build_settings(home, language=language)
    with home_lock(settings):
        return opened(settings)


def open_home(home: str | Path, language: Language = "es") -> Home:
    """A home for skills that are called as functions: `predict_next.using(open_home("poems"))(prompt="...")`.

    A model is opened when the first skill that needs it is called, and kept.
    """
    from skills.contract import Context
    from skills.workspace import Workspace
    from tutor.lm.loaded import Models
    from tutor.settings import build_settings

    settings = build_settings(home)
    workspace, models = Workspace(settings.home), Models(settings, "tutor.lm")

    def context(skill: Skill) -> Context:
        return Context(workspace=workspace, language=language, **models.needed(skill))

    return context

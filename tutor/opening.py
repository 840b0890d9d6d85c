"""Opens the session of a home: course, log, replay, processes. What it finds on disk is where the learner goes on."""

from __future__ import annotations

import secrets

from skills.errors import ModelMissing
from skills.workspace import Workspace
from tutor.course.files import load_course
from tutor.dialogue.context import Desk
from tutor.learner import mastery
from tutor.learner.memory import recall
from tutor.learner.store import Store
from tutor.lm import installed
from tutor.processes.jobs import Jobs
from tutor.processes.worker import Worker
from tutor.session import Session
from tutor.settings import CURRICULUM, Settings
from tutor.words import Words

LEARNER = "me"
"""One home, one learner; the log has room for more."""


def open_session(settings: Settings) -> Session:
    """The conversation of this home's learner, exactly where it was left."""
    return Session(open_desk(settings))


def open_desk(settings: Settings) -> Desk:
    """All that a conversation works with, and what it remembers."""
    course = load_course(CURRICULUM)
    workspace = Workspace(settings.home)
    store = Store(settings.home / "learner.db", LEARNER, secrets.token_hex(4), course.version)
    events = list(store.events())
    memory = recall(events)
    return Desk(
        settings=settings,
        workspace=workspace,
        course=course,
        store=store,
        worker=Worker(settings),
        jobs=Jobs(workspace, settings),
        words=Words(memory.language or settings.language or "es"),
        memory=memory,
        progress=mastery.replay(events, course),
        model_name=model_name(settings),
    )


def model_name(settings: Settings) -> str:
    """The tutor's model in words, empty if there is none."""
    if settings.endpoint:
        return f"{settings.endpoint_model} ({settings.endpoint})"
    try:
        return installed.find(settings.home, settings.tutor_model, "tutor").manifest.label
    except ModelMissing:
        return ""

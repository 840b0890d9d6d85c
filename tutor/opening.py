"""Opens the session of a home: course, log, replay, processes. What it finds on disk is where the learner goes on."""

from __future__ import annotations

import secrets
from pathlib import Path

from skills.errors import ModelMissing
from skills.workspace import Workspace
from tutor import learner
from tutor.course_files import load_course
from tutor.desk import Desk
from tutor.jobs import Jobs
from tutor.lm import installed
from tutor.memory import recall
from tutor.runner import Worker
from tutor.session import Session
from tutor.settings import Settings
from tutor.store import Store
from tutor.words import Words

CURRICULUM = Path(__file__).parent.parent / "curriculum"
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
        progress=learner.replay(events, course),
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

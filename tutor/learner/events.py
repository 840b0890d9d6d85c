"""What is written to the learner's log: one frozen model for each kind of event. Nothing else can be written.

A field has a default only where it may be left out, by us or by an earlier version; what was left out is not stored.
Logs outlive versions: whoever changes a kind sees to it that what earlier ones wrote still validates (a new field has a
default). What still does not, and what a newer version wrote, is passed over when the log is read (`store.read`).

Where a learner is in the course, `at` is `lesson/step`, or `/skill` for what was asked for outside a lesson.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal, get_args

from pydantic import ConfigDict, Field

from skills.blocks import Frozen, Offer, Scalar
from skills.contract import Language
from skills.quiz import Gap

Where = Literal["lesson", "review", "quiz", "placement"]
"""In the course of what a question is asked."""
Outcome = Literal["correct", "partial", "wrong", "unclear"]
Mode = Literal["text", "chat"]
"""How one talks with a model: both write at one text, or it answers."""


class _Event(Frozen):
    """Errors do not quote the values: they may be the learner's own words, and errors go to the program's log."""

    model_config = ConfigDict(hide_input_in_errors=True)

    def payload(self) -> str:
        """The fields as they are stored, in JSON; the kind has a column of its own."""
        fields = self.model_dump(mode="json", exclude={"kind"}, exclude_unset=True)
        return json.dumps(fields, ensure_ascii=False)


# --- the learner and the program --------------------------------------------------------------------------------------


class Greeted(_Event):
    """The very first opening, by this version of the program."""

    kind: Literal["greeted"] = "greeted"
    version: str = ""


class Updated(_Event):
    """Opened again by another version of the program than the last time."""

    kind: Literal["updated"] = "updated"
    version: str


class LanguageChosen(_Event):
    kind: Literal["language_chosen"] = "language_chosen"
    language: Language


class ProfileChosen(_Event):
    """What brings the learner here: one of `PROFILES` of tutor/dialogue/routes.py."""

    kind: Literal["profile_chosen"] = "profile_chosen"
    profile: str
    besides: tuple[str, ...] = ()


class QuestionsChosen(_Event):
    """Whether the lessons ask their questions from now on."""

    kind: Literal["questions_chosen"] = "questions_chosen"
    wanted: bool


class RouteChosen(_Event):
    """The way through the course: one of its `routes`."""

    kind: Literal["route_chosen"] = "route_chosen"
    route: str


class Feedback(_Event):
    """What the learner says of the course, and where they were. For whoever reads the log: nothing follows from it."""

    kind: Literal["feedback"] = "feedback"
    text: str
    lesson: str | None
    step: str | None


class DataDeleted(_Event):
    """All of the learner's was deleted, and this is the first event of an empty log; the language stays."""

    kind: Literal["data_deleted"] = "data_deleted"
    language: Language | None = None
    version: str = ""


# --- the way through the course ---------------------------------------------------------------------------------------


class Moved(_Event):
    """A transition of the statechart, or another step: where the conversation is from now on."""

    kind: Literal["moved"] = "moved"
    phase: str
    overlay: str | None
    lesson: str | None
    step: str | None


class LessonBegun(_Event):
    kind: Literal["lesson_begun"] = "lesson_begun"
    lesson: str


class StepDone(_Event):
    kind: Literal["step_done"] = "step_done"
    lesson: str
    step: str


class LessonDone(_Event):
    kind: Literal["lesson_done"] = "lesson_done"
    lesson: str


class Predicted(_Event):
    """The learner's bet at the step `at`, as typed, or the id of the choice."""

    kind: Literal["predicted"] = "predicted"
    at: str
    value: str


class Wondered(_Event):
    """A free question; `found` is the id of the answer, None if there is none. For whoever reads the log."""

    kind: Literal["wondered"] = "wondered"
    question: str
    found: str | None


class ExplainedAgain(_Event):
    """The same concept in other words; `step` is where the learner was."""

    kind: Literal["explained_again"] = "explained_again"
    concept: str
    step: str | None


# --- questions --------------------------------------------------------------------------------------------------------


class QueuedItem(Frozen):
    """A question of a series. `gap` is the question itself when it was made from the learner's text."""

    item: str
    where: Where
    gap: Gap | None = None


class Queued(_Event):
    """What is still to be asked in this series, in order; `begun`: all of it, the series begins."""

    kind: Literal["queued"] = "queued"
    items: tuple[QueuedItem, ...]
    begun: bool = False


class ReviewOffered(_Event):
    """A review that was due was offered, inside a lesson."""

    kind: Literal["review_offered"] = "review_offered"


class PlacementBegun(_Event):
    kind: Literal["placement_begun"] = "placement_begun"


class Asked(_Event):
    """A question was put. `submission` is what an answer to it names, so that it counts once; `attempt` counts from 1
    how often in a row it was put; `gap` as in QueuedItem."""

    kind: Literal["asked"] = "asked"
    item: str
    submission: str
    where: Where
    gap: Gap | None = None
    attempt: int = 1


class Hinted(_Event):
    """A hint to the open question was shown, one rung of its ladder: from now on an answer counts as helped."""

    kind: Literal["hinted"] = "hinted"
    submission: str


class SolutionShown(_Event):
    kind: Literal["solution_shown"] = "solution_shown"
    submission: str


class Answered(_Event):
    """What became of a question. `hinted`, `shown`: its hint, its solution had been seen. `concept` is empty for a gap
    in the learner's text, `lesson` outside a lesson."""

    kind: Literal["answered"] = "answered"
    item: str
    submission: str
    outcome: Outcome
    hinted: bool = False
    shown: bool = False
    format: str
    concept: str = ""
    lesson: str | None = None
    where: Where = "lesson"
    attempt: int = 1


class Dropped(_Event):
    """The open question was left without an answer."""

    kind: Literal["dropped"] = "dropped"
    submission: str


# --- texts and runs ---------------------------------------------------------------------------------------------------


class TextBrought(_Event):
    """The text that is the learner's current one from now on: the id of its data set, and its name."""

    kind: Literal["text_brought"] = "text_brought"
    dataset: str
    name: str


class TextDeleted(_Event):
    kind: Literal["text_deleted"] = "text_deleted"
    dataset: str


class Ran(_Event):
    """A skill gave its result at the step `at`: what of it later words may name, and what can be done about it."""

    kind: Literal["ran"] = "ran"
    at: str
    skill: str
    result: dict[str, Scalar]
    offers: tuple[Offer, ...] = ()


class RunStarted(_Event):
    """A long run that the step `at` began, or goes on in."""

    kind: Literal["run_started"] = "run_started"
    at: str
    run: str
    skill: str


class RunAnnounced(_Event):
    """The learner was told that a run has ended."""

    kind: Literal["run_announced"] = "run_announced"
    run: str


class Used(_Event):
    """A skill was used on a text, or on the model of a run, for the first time. `about`: the data set's id, or the
    run."""

    kind: Literal["used"] = "used"
    skill: str
    about: str


class ModelTaken(_Event):
    """The model of this run is the one that is meant from now on, where none is named."""

    kind: Literal["model_taken"] = "model_taken"
    run: str


class Voted(_Event):
    """A vote in the blind comparison `run`: all `votes` so far, a pair each, by whom they are for, or `same`. `between`
    says who is compared and `pair` is a digest of the two texts; earlier versions did not say it."""

    kind: Literal["voted"] = "voted"
    run: str
    votes: tuple[str, ...] = Field(min_length=1)
    between: str | None = None
    pair: str = ""


# --- talking to a model -----------------------------------------------------------------------------------------------


class TalkBegun(_Event):
    """What is typed goes to the model of `run`, or to the base (None); `max_tokens` of an answer."""

    kind: Literal["talk_begun"] = "talk_begun"
    run: str | None
    mode: Mode
    max_tokens: int


class _Knobs(_Event):
    """How the model writes: the knobs that were moved; the others stay."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None

    def moved(self) -> dict[str, float]:
        return self.model_dump(exclude={"kind"}, exclude_none=True)


class TalkSet(_Knobs):
    kind: Literal["talk_set"] = "talk_set"


class Talked(_Event):
    """What the learner wrote (empty: the model went on by itself) and what the model wrote, with these dice."""

    kind: Literal["talked"] = "talked"
    you: str
    model: str
    seed: int


class TalkUndone(_Knobs):
    """The last exchange is taken back, to be done once more with other knobs or other dice."""

    kind: Literal["talk_undone"] = "talk_undone"


class TalkLeft(_Event):
    kind: Literal["talk_left"] = "talk_left"


# --- all of them ------------------------------------------------------------------------------------------------------

LearnerEvent = Annotated[
    Greeted | Updated | LanguageChosen | ProfileChosen | QuestionsChosen | RouteChosen | Feedback | DataDeleted
    | Moved | LessonBegun | StepDone | LessonDone | Predicted | Wondered | ExplainedAgain
    | Queued | ReviewOffered | PlacementBegun | Asked | Hinted | SolutionShown | Answered | Dropped
    | TextBrought | TextDeleted | Ran | RunStarted | RunAnnounced | Used | ModelTaken | Voted
    | TalkBegun | TalkSet | Talked | TalkUndone | TalkLeft,
    Field(discriminator="kind"),
]  # fmt: skip
MODELS: dict[str, type[LearnerEvent]] = {
    model.model_fields["kind"].default: model for model in get_args(get_args(LearnerEvent)[0])
}
"""The model of each kind."""

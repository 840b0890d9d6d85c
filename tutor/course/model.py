"""The course as frozen models: modules, lessons, steps, items and concepts. `tutor/course/files.py` reads them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from skills.blocks import Frozen
from skills.contract import Language


class Bilingual(Frozen):
    es: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.es if language == "es" else self.en


class Against(Frozen):
    """Compare the prediction made at `step` with the result's `field`; numbers agree within `tolerance` (a share)."""

    step: str
    field: str
    tolerance: float = 0.25


class StepBase(Frozen):
    """`text` is said at the step; `labels` are the labels of its choices, by choice id, in authored order."""

    id: str
    text: Bilingual | None = None
    labels: dict[str, Bilingual] = {}


class Seen(StepBase):
    """A step at which it is seen what came of a bet. `bet`: the `predict` step (`lesson/step` of another lesson) whose
    choice is shown beside `came`."""

    bet: str | None = None
    came: Bilingual | None = None


class Say(Seen):
    kind: Literal["say"]


class Predict(StepBase):
    kind: Literal["predict"]
    format: Literal["word", "number", "choice"]


class Run(Seen):
    """`after`, `match` and `differ` are said when the result is there (see docs/authoring.md). `settings`: the skill is
    begun by the learner, from its settings card."""

    kind: Literal["run"]
    settings: bool = False
    skill: str
    inputs: dict[str, Any] = {}
    background: bool = False
    against: Against | None = None
    after: Bilingual | None = None
    match: Bilingual | None = None
    differ: Bilingual | None = None


class Try(StepBase):
    kind: Literal["try"]
    skill: str
    ask: str | None = None
    inputs: dict[str, Any] = {}
    choices: dict[str, dict[str, Any]] = {}
    after: Bilingual | None = None


class Ask(StepBase):
    kind: Literal["item"]
    item: str


class Wait(Seen):
    """Goes on when the background step `run` has ended; until then the learner may do other things."""

    kind: Literal["wait"]
    run: str
    after: Bilingual | None = None


class Bring(StepBase):
    kind: Literal["bring"]
    after: Bilingual | None = None


class Close(StepBase):
    kind: Literal["close"]


Step = Annotated[Say | Predict | Run | Try | Ask | Wait | Bring | Close, Field(discriminator="kind")]


# --- items ------------------------------------------------------------------------------------------------------------


class ItemOption(Frozen):
    """`misconception` is None for a right option; `why` explains it either way."""

    id: str
    text: Bilingual
    why: Bilingual
    misconception: str | None = None


class Expectation(Frozen):
    """An idea that a good open answer contains. `accept`, `reject`: whole answers; `cues`: words or phrases."""

    id: str
    assertion: Bilingual
    accept: dict[Language, tuple[str, ...]]
    reject: dict[Language, tuple[str, ...]] = {}
    cues: dict[Language, tuple[str, ...]] = {}


class Misconception(Frozen):
    id: str
    repair: Bilingual
    cues: dict[Language, tuple[str, ...]]


class ItemBase(Frozen):
    """`hints`: a ladder, from where to look to the last before the answer. `lesson` is empty for what is only asked in
    quizzes and reviews."""

    id: str
    lesson: str = ""
    concept: str
    stem: Bilingual
    hints: tuple[Bilingual, ...] = ()
    transfer: bool = False
    in_lesson: bool = True


class Choice(ItemBase):
    """single, multiple and true_false: options `true` and `false` for the last, whose `text` the interface gives."""

    format: Literal["single", "multiple", "true_false"]
    options: tuple[ItemOption, ...]

    @property
    def right(self) -> frozenset[str]:
        return frozenset(o.id for o in self.options if o.misconception is None)


class Number(ItemBase):
    format: Literal["number"]
    answer: float
    tolerance: float = 0.0
    if_right: Bilingual
    if_low: Bilingual
    if_high: Bilingual


class Order(ItemBase):
    format: Literal["order"]
    options: tuple[ItemOption, ...]
    order: tuple[str, ...]
    if_right: Bilingual
    if_wrong: Bilingual


class Open(ItemBase):
    format: Literal["open"]
    expectations: tuple[Expectation, ...]
    misconceptions: tuple[Misconception, ...] = ()
    model: Bilingual


class Check(Frozen):
    """The result's `field` must be at least `min` and at most `max`, or equal `is`."""

    field: str
    min: float | None = None
    max: float | None = None
    equals: str | float | bool | None = None


class Do(ItemBase):
    format: Literal["do"]
    skill: str
    check: Check
    done: Bilingual
    not_done: Bilingual


Item = Annotated[Choice | Number | Order | Open | Do, Field(discriminator="format")]


# --- concepts, lessons, course ----------------------------------------------------------------------------------------


class Bkt(Frozen):
    """Bayesian knowledge tracing (Corbett and Anderson, 1995): probabilities of knowing before, learning at each
    opportunity, guessing right, and slipping."""

    p0: float = Field(0.2, ge=0, le=1)
    learn: float = Field(0.15, ge=0, le=1)
    guess: float = Field(0.25, ge=0, lt=0.5)
    slip: float = Field(0.1, ge=0, lt=0.5)


class Concept(Frozen):
    id: str
    module: int
    core: bool = False
    prerequisites: tuple[str, ...] = ()
    bkt: Bkt = Bkt()
    name: Bilingual
    definition: Bilingual
    simpler: Bilingual
    example: Bilingual
    examples: dict[str, Bilingual] = {}
    """By profile of the learner."""
    asks: dict[Language, tuple[str, ...]]
    source: Bilingual | None = None

    def example_for(self, *profiles: str | None) -> tuple[Bilingual, ...]:
        """Those of these profiles, then the one for everybody."""
        return (*(self.examples[profile] for profile in profiles if profile in self.examples), self.example)


SHOWN = "shown-"
"""How topics begin that are about what a skill has just shown: `shown-summarize`."""


class Answer(Frozen):
    """What is answered to a question that people ask. `topic`: a concept, one of `tutor-...` and `worry-...`, or one of
    `shown-SKILL`, whose text may have fields of the skill's result; `also`: others that it belongs to as much. `title`
    is the question as it stands on a button.

    A way of asking that begins with «…» is understood only while the topic is what was talked of.
    """

    topic: str
    id: str
    also: tuple[str, ...] = ()
    title: Bilingual
    asks: dict[Language, tuple[str, ...]]
    text: Bilingual
    source: str | None = None

    @property
    def key(self) -> str:
        return f"{self.topic}/{self.id}"


class Lesson(Frozen):
    id: str
    module: int
    number: str
    minutes: int
    title: Bilingual
    concepts: tuple[str, ...]
    steps: tuple[Step, ...]
    items: tuple[Item, ...] = ()

    def step(self, id: str) -> Step:
        return next(step for step in self.steps if step.id == id)


class Module(Frozen):
    number: int
    title: Bilingual


class Questions(Frozen):
    """Of a concept, what no lesson asks."""

    items: tuple[Item, ...]


class Course(Frozen):
    """`version` is a digest of all the files; it goes on every stored event. Routes are lesson ids in order."""

    version: str
    modules: tuple[Module, ...]
    lessons: dict[str, Lesson]
    concepts: dict[str, Concept]
    routes: dict[str, tuple[str, ...]]
    answers: tuple[Answer, ...] = ()
    questions: tuple[Item, ...] = ()
    """What is only asked in quizzes and reviews, besides the items of the lessons."""

    @property
    def items(self) -> dict[str, Item]:
        of_lessons = (item for lesson in self.lessons.values() for item in lesson.items)
        return {item.id: item for item in (*of_lessons, *self.questions)}

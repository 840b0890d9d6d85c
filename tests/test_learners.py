"""Simulated learners go through the whole course in both languages: nobody comes to a dead end, whatever they do."""

from __future__ import annotations

import random
import types
import typing
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from skills import skill
from skills.contract import Language
from tests.conversation import Conversation
from tests.test_session import FINE_TUNED, VERSES, key
from tutor.course.model import Choice, Course, Item, Number, Order
from tutor.learner.memory import recall
from tutor.turn import Intent

pytestmark = pytest.mark.slow
TURNS = 1500
"""More than any of them needs."""
SAID: dict[Language, tuple[str, ...]] = {
    "es": (
        "hola, todo bien?", "qué es un token", "jajaja qué bueno", "no entiendo nada", "y eso para qué me sirve?",
        "va a llover mañana?", "resumime esto", "cómo voy", "me da miedo romper algo", "¿vos sentís algo?", "paso",
        "una pista", "dónde quedan mis textos", "explicame la temperatura", "preguntame sobre el sesgo", "asdfgh",
        "gracias!", "¿cuántas vueltas conviene?", "no quiero más preguntas", "volvé a preguntarme", "seguimos",
        "quiero ver mis cosas", "más corto", "otra vez", "no era eso", "¿qué puedo pedirte?", "ay dios mío qué difícil",
    ),
    "en": (
        "hi there", "what's a token", "haha brilliant", "I don't get any of this", "what's the point of that?",
        "will it rain tomorrow?", "summarise this", "how am I doing", "I'm scared I'll break something",
        "do you feel anything?", "pass", "a hint", "where are my texts kept", "explain temperature", "quiz me on bias",
        "asdfgh", "ta!", "how many epochs is sensible?", "no more questions please", "ask me questions again",
        "carry on", "show me my stuff", "shorter", "again", "not that", "what can I ask you?",
        "good grief this is hard",
    ),
}  # fmt: skip


def made_up(name: str, run: str) -> dict[str, Any]:
    """A result of a skill, as it would be kept: its fields filled by their kinds."""
    returns = typing.get_type_hints(skill(name).run)["return"]
    return _filled(returns) | {"run": run}


def _filled(kind: Any) -> Any:
    if typing.get_origin(kind) is typing.Literal:
        return typing.get_args(kind)[0]
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return _filled(next(one for one in typing.get_args(kind) if one is not type(None)))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: _filled(field.annotation) for name, field in kind.model_fields.items()}
    simple: dict[Any, Any] = {int: 3, float: 3.0, str: "x", bool: True}
    return simple.get(kind, {} if typing.get_origin(kind) is dict else [])


class Learner:
    """`at_question`: what is done at an open question; `besides`: before anything else, now and then."""

    def __init__(self, talk: Conversation, folder: Path, seed: int) -> None:
        self.talk, self.dice = talk, random.Random(seed)
        self.text = folder / "coplas.txt"
        self.text.write_text(VERSES, "utf-8")

    async def goes(self, question: Callable[[Item], Awaitable[Any]], besides: Callable[[], Awaitable[Any]]) -> None:
        """Through the whole course, to the end of its last lesson."""
        talk = self.talk
        await talk.opens()
        await talk.acts(Intent(name="profile", args={"profile": self.dice.choice(("writer", "student", "curious"))}))
        await talk.acts(Intent(name="route", args={"route": "full"}))
        for _ in range(TURNS):
            if set(talk.dialogue.course.routes["full"]) <= talk.dialogue.progress.done:
                return
            await besides()
            self.fine()
            await self.step(question)
            self.fine()
        raise AssertionError(f"never came to the end: at {talk.dialogue.memory.lesson}/{talk.dialogue.memory.step}")

    async def step(self, question: Callable[[Item], Awaitable[Any]]) -> None:
        """Whatever is open, done in the simplest way."""
        talk = self.talk
        memory, step = talk.dialogue.memory, talk.dialogue.step
        for run, status in talk.runs.runs.items():
            if status.state == "running":
                talk.runs.finish(run, FINE_TUNED if status.skill == "fine_tune" else made_up(status.skill, run))
        if memory.open_item and not memory.machine.overlay:
            asked = memory.open_item
            await (talk.acts(Intent(name="next")) if asked.gap else question(talk.dialogue.course.items[asked.item]))
        elif step and step.kind == "bring" and memory.dataset is None:
            await talk.uploads(self.text)
        elif step and step.kind == "predict" and talk.dialogue.at(step.id) not in memory.predicted:
            choices = [button for button in talk.buttons if button.intent.name == "choose"]
            told = "7" if step.format == "number" else "mano"
            await (talk.acts(self.dice.choice(choices).intent) if choices else talk.types(told))
        else:
            await talk.acts(Intent(name="next"))

    def fine(self) -> None:
        """There is a way on, no mishap was told, and a restart would remember the same."""
        talk = self.talk
        last = talk.said[-1]
        at = f"{talk.dialogue.memory.lesson}/{talk.dialogue.memory.step}"
        assert "{" not in last.text, (at, last.text)
        assert talk.buttons or last.item, f"no way on at {at}: {last.text}"
        mishap = talk.dialogue.words("chat.defect", reference="").split(" ")[0]
        assert not (last.tone == "error" and last.text.startswith(mishap)), (at, last.text)


def missing(item: Item) -> Any:
    """A wrong answer."""
    match item:
        case Choice():
            wrong = [option.id for option in item.options if option.misconception]
            return wrong if item.format == "multiple" else wrong[0]
        case Number():
            return str(item.answer * 10 + 100)
        case Order():
            return list(reversed(item.order))
    return "no sé, por el tamaño de la pantalla"


async def nothing() -> None:
    pass


@pytest.fixture
def talked(tmp_path: Path, course: Course, request: pytest.FixtureRequest) -> Any:
    talk = Conversation(tmp_path / "home", course, request.param)
    yield talk
    assert recall(talk.store.events()) == talk.dialogue.memory
    talk.store.close()


both = pytest.mark.parametrize("talked", ["es", "en"], indirect=True)


@both
async def test_quick(talked: Conversation, tmp_path: Path) -> None:
    async def right(item: Item) -> None:
        await talked.answers(key(talked, item.id))

    await Learner(talked, tmp_path, 1).goes(right, nothing)
    walked = [
        lesson for lesson in talked.dialogue.progress.lessons if talked.dialogue.progress.lesson_state(lesson) == "todo"
    ]
    assert walked == []


@both
async def test_struggling(talked: Conversation, tmp_path: Path) -> None:
    """Asks for every hint, misses, tries again, misses, has it explained, and goes on."""
    learner = Learner(talked, tmp_path, 2)

    async def tries(item: Item) -> None:
        for _ in item.hints:
            await talked.acts(Intent(name="hint"))
            learner.fine()
        await talked.answers(missing(item))
        learner.fine()
        for _ in range(2):
            again = next((b for b in talked.buttons if b.intent.args.get("retry")), None)
            if again is None:
                return
            await talked.acts(again.intent)
            await talked.answers(missing(item))
            learner.fine()
        for _ in range(4):
            await talked.acts(Intent(name="explain_again"))
            learner.fine()

    await learner.goes(tries, nothing)


@both
async def test_careless(talked: Conversation, tmp_path: Path) -> None:
    """Presses whatever comes, time and again."""
    learner = Learner(talked, tmp_path, 3)
    away = {"quit", "change_language", "delete", "delete_all", "run_delete", "use_model"}

    async def any_button() -> None:
        if learner.dice.random() < 0.4:
            offered = [button for button in talked.buttons if button.intent.name not in away]
            if offered:
                await talked.acts(learner.dice.choice(offered).intent)

    async def guesses(item: Item) -> None:
        await talked.answers(learner.dice.choice((missing(item), key(talked, item.id))))

    await learner.goes(guesses, any_button)


@both
async def test_silent(talked: Conversation, tmp_path: Path) -> None:
    """Wants no questions, types nothing, and only goes on."""
    learner = Learner(talked, tmp_path, 4)

    async def without(item: Item) -> None:
        await talked.acts(Intent(name="no_questions"))

    await learner.goes(without, nothing)
    asked = [stored.event for stored in talked.store.events() if stored.event.kind == "asked"]
    assert len(asked) == 1, "questions are left out from then on"


@both
async def test_chatty(talked: Conversation, tmp_path: Path) -> None:
    """Says something at every other turn, to the point or not."""
    learner = Learner(talked, tmp_path, 5)

    async def chats() -> None:
        if learner.dice.random() < 0.5:
            await talked.types(learner.dice.choice(SAID[talked.dialogue.language]))

    async def right(item: Item) -> None:
        await talked.answers(key(talked, item.id))

    await learner.goes(right, chats)

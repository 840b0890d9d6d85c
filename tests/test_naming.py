"""What a conversation is called: after the first thing said, then the lesson, then the text; never over the learner's
own name for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tutor.turn import CourseMap, MapLesson, MapModule
from tutor.ui.naming import LONGEST, Names
from tutor.ui.transcript import Transcript
from tutor.words import Words


class Pages:
    def __init__(self) -> None:
        self.sent: list[Any] = []

    async def emit(self, thread: str, event: str, data: Any) -> None:
        self.sent.append((event, data))


def at(*, lesson: bool) -> CourseMap:
    one = MapLesson(id="a", number="1.1", title="Adivinar lo que sigue", minutes=5, state="todo", current=lesson)
    return CourseMap(route="", modules=(MapModule(title="Entender", lessons=(one,)),), done=0, total=1)


async def test_the_better_name_stays_and_the_learners_own_is_kept(tmp_path: Path) -> None:
    transcript, pages = Transcript(tmp_path / "t.db"), Pages()
    names = Names(transcript, pages, lambda: Words("es"))
    transcript.begin("t", names.begin("t"))

    def name() -> str:
        return str(transcript.name("t"))

    await names.did("t", "", "", at(lesson=False))
    assert ":" in name()
    await names.did("t", "quiero que escriba como yo " * 9, "", at(lesson=False))
    assert name().startswith("quiero que escriba como yo")
    assert len(name()) < LONGEST + 12
    await names.did("t", "seguir", "", at(lesson=True))
    assert name().startswith("1.1 Adivinar lo que sigue · ")
    await names.did("t", "otra cosa", "coplas.txt", at(lesson=True))
    assert name().startswith("coplas.txt · ")
    await names.did("t", "otra cosa", "otro.txt", at(lesson=True))
    assert name().startswith("coplas.txt · ")
    assert [data["interaction"] for _, data in pages.sent][-1] == name()
    assert len(pages.sent) == 3

    transcript.begin("u", names.begin("u"))
    transcript.rename("u", "mi poema")
    await names.did("u", "hola", "coplas.txt", at(lesson=True))
    assert transcript.name("u") == "mi poema"
    await names.did("of another time", "hola", "coplas.txt", at(lesson=True))
    assert transcript.name("of another time") is None
    transcript.close()

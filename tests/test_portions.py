"""How much is shown at once: one card and what is said of it, the rest behind lines that can be clicked or typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from skills.blocks import BLOCKS, Block, Notice, Settings, Table, Text, msg
from tests.conversation import Conversation
from tutor.course.files import load_course
from tutor.course.model import Course
from tutor.dialogue.portions import ALWAYS, SHORT, WORDS, portion
from tutor.settings import CURRICULUM
from tutor.turn import Fold, Opened, Said
from tutor.words import LANGUAGES, Words

RECORDED = sorted(CURRICULUM.glob("lessons/*/recorded/*.json"))
words = Words("es")


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(CURRICULUM)


def sentence(text: str) -> Any:
    return msg("load_dataset.examples.prose", number=text)


def table(title: str) -> Table:
    return Table(title=sentence(title), columns=(), rows=())


def cards(blocks: tuple[Block, ...]) -> list[Block]:
    return [block for block in blocks if not isinstance(block, Text | Notice)]


def test_one_card_and_its_sentence_and_the_rest_in_lines() -> None:
    told, after, counts = Text(message=sentence("resumen")), Text(message=sentence("la cola")), table("cuentas")
    opened, folds = portion((told, table("uno"), counts, after, table("tres")), "", words)
    assert opened == (told, table("uno"))
    assert [fold.label for fold in folds] == [words(sentence("cuentas")), words(sentence("tres"))]
    assert folds[0].blocks == (counts, after)


def test_what_is_worked_with_is_never_folded() -> None:
    found = BLOCKS.validate_python({"kind": "progress", "title": {"id": "chat.card.fine_tune"}, "run": "run-1"})
    opened, folds = portion((table("uno"), found), "", words)
    assert opened == (found,)
    assert len(folds) == 1
    assert Settings.model_fields["kind"].default in ALWAYS


def test_warnings_stay_and_long_talk_is_folded() -> None:
    warning = Notice(level="warning", message=sentence("cuidado " * 30))
    more = Text(message=sentence("y además " * 10))
    opened, folds = portion((Text(message=sentence("uno")), table("uno"), warning, more), "palabra " * 60, words)
    assert warning in opened
    assert folds == (Fold(label="Más detalles", blocks=(more,)),)


def test_a_long_sentence_gives_way_to_what_the_lesson_says() -> None:
    long = Text(message=sentence("mucho " * SHORT))
    opened, folds = portion((long, table("uno")), "la lección dice algo " * 16, words)
    assert opened == (table("uno"),)
    assert folds[0].blocks == (long,)
    assert portion((long, table("uno")), "", words).open == (long, table("uno"))
    assert portion((long,), "la lección dice algo " * 16, words).open == (long,)


def test_what_follows_a_folded_sentence_is_folded() -> None:
    first, long, short = (Text(message=sentence(t)) for t in ("uno", "largo " * 100, "corto"))
    assert portion((first, table("uno"), long, short), "", words).open == (first, table("uno"))


def test_cards_of_one_title_share_a_line() -> None:
    _, folds = portion((table("uno"), table("dos"), table("dos")), "", words)
    assert [len(fold.blocks) for fold in folds] == [2]


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
def test_nothing_of_a_result_is_lost_and_one_card_is_open(path: Path) -> None:
    blocks = tuple(BLOCKS.validate_python(block) for block in json.loads(path.read_text("utf-8"))["blocks"])
    language = next(each for each in LANGUAGES if f".{each}." in path.name)
    words = Words(language)
    opened, folds = portion(blocks, "", words)
    everything = [*opened, *(block for fold in folds for block in fold.blocks)]
    assert sorted(map(repr, everything)) == sorted(map(repr, blocks))
    assert len(cards(opened)) <= 1
    first = next((block for block in blocks if isinstance(block, Text)), None)
    talk = [block for block in opened if isinstance(block, Text | Notice) and block != first]
    said = sum(len(words(b.message).split()) for b in talk if not (isinstance(b, Notice) and b.level == "warning"))
    assert said <= WORDS


async def test_a_line_is_typed_and_the_buttons_stay(course: Course, tmp_path: Path) -> None:
    talk = Conversation(tmp_path / "home", course, model=False)
    await talk.opens()
    text = tmp_path / "coplas.txt"
    text.write_text((CURRICULUM / "samples/coplas.txt").read_text("utf-8"), "utf-8")
    await talk.uploads(text)
    await talk.types("mirá qué hay en mi texto")
    shown = next(said for said in reversed(talk.said) if said.folds)
    assert len(cards(shown.blocks)) == 1
    before = [button.label for button in talk.buttons]
    new = await talk.types(shown.folds[-1].label)
    assert [s for s in new if isinstance(s, Opened)] == [Opened(message=shown.id, place=len(shown.folds) - 1)]
    assert [button.label for button in talk.buttons] == before
    new = await talk.types("ver también")
    assert [s for s in new if isinstance(s, Opened)] == [Opened(message=shown.id, place=None)]
    assert not [s for s in new if isinstance(s, Said) and s.text]

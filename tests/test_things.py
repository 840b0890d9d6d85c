"""My texts and models: names for people, and what can be done with each, by buttons and by words."""

from __future__ import annotations

from pathlib import Path

import pytest

from skills.blocks import Table
from skills.dataset.revise import revise, undo
from skills.errors import BadInput
from skills.training.runs import find_run
from skills.workspace import given_name
from tests.conversation import Conversation
from tests.test_session import VERSES, at_rest, begin, to_step
from tutor.authoring.eval.made_runs import make_run
from tutor.course.files import load_course
from tutor.course.model import Course
from tutor.dialogue.things import spoken, things
from tutor.learner.memory import recall
from tutor.nlu.mentions import read_name
from tutor.settings import CURRICULUM
from tutor.turn import Intent

NOVEMBER = 1_763_800_000


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(CURRICULUM)


@pytest.fixture
async def talk(tmp_path: Path, course: Course) -> Conversation:
    """A text, and two models made with it."""
    talk = Conversation(tmp_path / "home", course)
    await begin(talk)
    path = tmp_path / "martín_fierro.txt"
    path.write_text(VERSES, "utf-8")
    await talk.uploads(path)
    dataset = talk.dialogue.memory.dataset
    for number, name in enumerate(("run-20251121-100000-aaaa", "run-20251122-100000-bbbb")):
        make_run(talk.dialogue.workspace, name, at=NOVEMBER + 86_400 * number, dataset_id=dataset, dataset=path.name)
    return talk


async def test_everything_has_a_name_for_people(talk: Conversation) -> None:
    for said in ("mis textos y modelos", "my texts and models"):
        shown = await talk.types(said)
        (table,) = (block for block in shown[-1].blocks if isinstance(block, Table))  # type: ignore[union-attr]
        names = [str(row[0]) for row in table.rows]
        assert names[:3] == ["martín_fierro.txt", "Martín fierro 2, 23 de noviembre", "Martín fierro, 22 de noviembre"]
        assert "con «Martín fierro»" in str(table.rows[1])
        assert "el que está en uso" in str(table.rows[1])
        assert "run-" not in str(table) + str([button.label for button in talk.buttons])


async def test_a_model_is_taken_in_hand_and_meant_from_then_on(talk: Conversation) -> None:
    older = "run-20251121-100000-aaaa"
    await talk.acts(Intent(name="my_things"))
    await talk.clicks("Martín fierro, 22 de noviembre")
    assert [button.label for button in talk.buttons if button.main] == ["Abrir"], "not the way back to the lesson too"
    await talk.clicks("Usar este modelo")
    assert "cuando digas «mi modelo», es este" in talk.text
    assert talk.dialogue.memory.model == older
    await talk.acts(Intent(name="compare_models"))
    assert next(iter(talk.runs.begun.values()))["run"] == older
    await talk.types("hablar con mi modelo")
    assert talk.dialogue.memory.talk
    assert talk.dialogue.memory.talk.run == older
    assert recall(talk.store.events()).model == older


async def test_a_name_is_given_by_words_and_by_a_button(talk: Conversation) -> None:
    workspace = talk.dialogue.workspace
    await talk.acts(Intent(name="thing", args={"what": "run", "id": "run-20251122-100000-bbbb"}))
    await talk.types("llamalo Mi gaucho")
    assert find_run(workspace, "Mi gaucho").name == "run-20251122-100000-bbbb"
    assert "se llama ahora «Mi gaucho»" in talk.text
    await talk.acts(Intent(name="thing", args={"what": "text", "id": talk.dialogue.memory.dataset}))
    await talk.clicks("Cambiarle el nombre")
    assert "¿Cómo querés que se llame" in talk.text
    await talk.types("resumen de mi vida")
    assert [thing.name for thing in things(talk.dialogue)][:2] == ["resumen de mi vida", "Mi gaucho"]
    assert workspace.find("resumen de mi vida").id == talk.dialogue.memory.dataset
    await talk.types("qué es un token?")
    assert len(workspace.manifests()) == 1


async def test_a_question_where_a_name_was_asked_for_is_heard_as_one(talk: Conversation) -> None:
    await talk.acts(Intent(name="rename", args={"what": "text", "id": talk.dialogue.memory.dataset}))
    before = [thing.name for thing in things(talk.dialogue)]
    before_it = len(talk.said)
    await talk.types("¿qué es un token?")
    assert "pedacitos" in talk.said[before_it].text
    assert [thing.name for thing in things(talk.dialogue)] == before


async def test_an_answer_to_a_question_is_no_name(talk: Conversation) -> None:
    await to_step(talk, "check")
    assert talk.dialogue.memory.open_item
    before = [thing.name for thing in things(talk.dialogue)]
    await talk.types("llamalo token")
    assert [thing.name for thing in things(talk.dialogue)] == before


async def test_a_name_that_will_not_do_is_told(talk: Conversation) -> None:
    await at_rest(talk)
    await talk.types("llamalo " + "x" * 79)
    assert "Ese nombre no me sirve" in talk.text
    with pytest.raises(BadInput):
        given_name(" «» ")


async def test_a_name_outlives_an_undo(talk: Conversation) -> None:
    workspace = talk.dialogue.workspace
    dataset = talk.dialogue.memory.dataset or ""
    revise(workspace, dataset, "mask", 1, list(workspace.rows(dataset)))
    workspace.rename(dataset, "mis versos")
    assert undo(workspace, dataset).name == "mis versos"


async def test_the_panel_has_each_thing_and_what_can_be_done(talk: Conversation) -> None:
    text, newest, older = talk.session.map().things
    assert text.name == "martín_fierro.txt"
    assert (text.current, newest.current, older.current) == (True, True, False)
    assert [button.label for button in older.buttons] == [
        "Abrir", "Usar este modelo", "Cambiarle el nombre", "Borrar",
    ]  # fmt: skip
    assert "Usar" not in str([button.label for button in newest.buttons])
    for thing in (text, newest, older):
        for button in thing.buttons:
            await talk.acts(button.intent)
            assert talk.said[-1].tone != "error", (thing.name, button.label)


@pytest.mark.parametrize("what", ["text", "run", "tokenizer", "export", "nothing"])
@pytest.mark.parametrize("id", ["../..", "", ".", "nothing-of-that-name"])
async def test_what_is_named_is_never_a_path(talk: Conversation, what: str, id: str) -> None:
    for name in ("thing", "open_run", "use", "rename"):
        await talk.acts(Intent(name=name, args={"what": what, "id": id or "-", "name": "x"}))
        assert talk.said[-1].tone == "error", name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("llamalo mis coplas", "mis coplas"),
        ("Llamala «Fierro»", "Fierro"),
        ("ponele de nombre Fierro.", "Fierro"),
        ("que se llame El gaucho", "El gaucho"),
        ("cambiale el nombre a coplas viejas", "coplas viejas"),
        ("call it my verses", "my verses"),
        ("rename it to Old Songs", "Old Songs"),
        ("ponele que sí", None),
        ("let's call it a day", None),
        ("call it a day", None),
        ("llamalo como quieras", None),
        ("¿cómo se llama esto?", None),
        ("llamalo?", None),
        ("el modelo se llama así por su autor", None),
    ],
)
def test_a_name_in_words(said: str, name: str | None) -> None:
    assert read_name(said) == name


def test_a_file_name_as_one_would_say_it() -> None:
    assert spoken("martin_fierro.txt") == "Martin fierro"
    assert spoken("mis versos") == "Mis versos"
    assert spoken("a.b c") == "A.b c"


async def test_an_error_names_a_run_by_its_day(talk: Conversation) -> None:
    await talk.acts(Intent(name="compare_runs", args={"runs": ["run-20251120-101500-cafe"]}))
    assert "del 20 de noviembre" in talk.text
    assert "run-" not in talk.text

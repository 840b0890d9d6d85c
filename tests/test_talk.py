"""Talking to one's own model in the chat: in, turns, knobs, a command in the middle, out, and after a restart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from skills.blocks import Passages
from skills.errors import RunUnusable
from skills.generate_text import GenerateResult
from tests.conversation import Conversation
from tutor.authoring.eval.made_runs import make_run
from tutor.authoring.eval.scripted import ScriptedVoice as FakeVoice
from tutor.course.files import load_course
from tutor.course.model import Course
from tutor.turn import Delta, Intent, Said
from tutor.words import Words


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(Path(__file__).parent.parent / "curriculum")


@pytest.fixture
def talk(tmp_path: Path, course: Course) -> Iterator[Conversation]:
    talk = Conversation(tmp_path / "home", course)
    make_run(talk.dialogue.workspace, "run-a", at=1_763_800_000)
    make_run(talk.dialogue.workspace, "run-b", at=1_763_900_000)
    yield talk
    talk.store.close()


async def begun(talk: Conversation, said: str = "hablar con mi modelo") -> FakeVoice:
    await talk.opens()
    await talk.clicks("Escribo")
    await talk.clicks("El camino corto")
    await talk.types(said)
    assert talk.dialogue.memory.talk
    run = talk.dialogue.memory.talk.run
    assert run
    return talk.worker.voices.tuned(talk.dialogue.workspace.runs / run)


def passages(said: Said) -> list[tuple[str, str]]:
    card = next(block for block in said.blocks if isinstance(block, Passages))
    return [(passage.role, passage.text) for passage in card.passages]


@pytest.mark.parametrize(
    ("wrote", "shown"),
    [
        (" al río\ny no volvió.", "… al río\ny no volvió."),
        (", que es de plata", "…, que es de plata"),
        ("\ny no volvió.", "y no volvió."),
        ("  ", "…"),
    ],
)
def test_what_goes_on_in_the_line_begins_with_an_ellipsis(wrote: str, shown: str) -> None:
    result = GenerateResult(
        prompt="La luna", model="m", run="run-1", called="Versos", text=wrote, tokens=3, seed=1574, temperature=0.8,
        instruct=False,
    )  # fmt: skip
    (card,) = result.blocks()
    assert isinstance(card, Passages)
    assert [passage.text for passage in card.passages] == ["La luna", shown]
    assert card.caption
    if wrote.strip():
        assert "1574" in Words("es")(card.caption)


async def test_what_is_typed_goes_to_the_newest_model_and_comes_back_under_its_name(talk: Conversation) -> None:
    voice = await begun(talk)
    assert "«Versos 2», tu modelo" in talk.text
    assert talk.said[-1].tone == "system"
    shown = await talk.types("La luna")
    assert isinstance(shown[1], Delta)
    assert shown[1].author == "Versos 2"
    answer = shown[-1]
    assert isinstance(answer, Said)
    assert passages(answer)[0] == ("yours", "La luna")
    assert passages(answer)[1][1].startswith("… run-b sigue luna")
    prompt, options = voice.asked[0]
    assert (prompt, options.temperature, options.top_p, options.max_tokens) == ("La luna", 0.8, 0.9, 60)


async def test_a_text_is_written_in_turns(talk: Conversation) -> None:
    voice = await begun(talk)
    await talk.types("La luna")
    first = talk.dialogue.memory.talk.said[0].model  # type: ignore[union-attr]
    await talk.types("y el sol")
    assert voice.asked[1][0] == f"La luna{first}\ny el sol"
    await talk.clicks("Que siga")
    assert voice.asked[2][0].startswith(f"La luna{first}\ny el sol run-b sigue")
    await talk.clicks("Volver con Musa")
    whole = next(said for said in reversed(talk.said) if said.blocks and isinstance(said.blocks[0], Passages))
    assert passages(whole)[0][1].startswith(f"La luna{first}\ny el sol")
    assert talk.dialogue.memory.talk is None


async def test_the_knobs_are_in_sight_and_can_be_typed(talk: Conversation) -> None:
    voice = await begun(talk)
    await talk.types("La luna")
    seed = voice.asked[0][1].seed
    await talk.clicks("Más audaz")
    assert (voice.asked[1][0], voice.asked[1][1].temperature, voice.asked[1][1].seed) == ("La luna", 1.1, seed)
    await talk.clicks("Otra vez, con otra suerte")
    assert voice.asked[2][1].seed == seed + 1
    assert len(talk.dialogue.memory.talk.said) == 1  # type: ignore[union-attr]
    await talk.types("temperatura 0,3")
    assert "0,3" in talk.text
    assert len(voice.asked) == 3
    await talk.types("y el sol")
    assert voice.asked[3][1].temperature == 0.3


async def test_a_conversation_remembers_its_turns(talk: Conversation) -> None:
    voice = await begun(talk)
    await talk.clicks("Que conteste")
    await talk.types("¿Quién sos?")
    await talk.types("¿Y ayer?")
    messages, _ = voice.asked[1]
    assert [(m.role, m.content) for m in messages] == [
        ("user", "¿Quién sos?"),
        ("assistant", "run-b contesta a ¿Quién sos?"),
        ("user", "¿Y ayer?"),
    ]


async def test_what_does_not_fit_is_left_out_and_said(talk: Conversation) -> None:
    voice = await begun(talk)
    await talk.clicks("Que conteste")
    for n in range(4):
        await talk.types(f"{n} " + "palabra " * 130)
    messages, _ = voice.asked[-1]
    assert len(messages) < 7
    assert messages[0].role == "user"
    assert [b.message.id for b in talk.said[-1].blocks if b.kind == "notice"] == ["generate_text.forgotten"]


async def test_a_command_to_the_letter_is_obeyed_in_the_middle(talk: Conversation) -> None:
    voice = await begun(talk)
    await talk.types("La luna")
    await talk.types("mis entrenamientos")
    assert talk.said[-1].blocks[0].kind == "table"
    assert len(voice.asked) == 1
    await talk.clicks("Seguir hablando con el modelo")
    assert "Seguís hablando" in talk.text
    await talk.types("y ayuda a los que escriben un poema")
    assert len(voice.asked) == 2
    await talk.types("volver")
    assert talk.dialogue.memory.talk is None
    await talk.types("La luna")
    assert len(voice.asked) == 2


async def test_it_goes_on_after_a_restart(talk: Conversation, course: Course, tmp_path: Path) -> None:
    await begun(talk)
    await talk.types("La luna")
    again = Conversation(tmp_path / "home", course)
    await again.opens()
    assert "Seguís hablando con «Versos 2»" in again.text
    await again.types("y el sol")
    prompt, _ = again.worker.voices.voices["run-b"].asked[0]
    assert prompt.startswith("La luna run-b sigue")
    again.store.close()


async def test_a_model_is_called_by_its_number(talk: Conversation) -> None:
    await begun(talk, "hablar con el modelo 1")
    assert talk.dialogue.memory.talk
    assert talk.dialogue.memory.talk.run == "run-a"
    await talk.types("hablar con el modelo 7")
    assert talk.said[-1].tone == "error"
    assert "mis entrenamientos" in talk.text
    assert talk.dialogue.memory.talk.run == "run-a"


async def test_a_deleted_run_and_other_errors_are_said_in_words(talk: Conversation) -> None:
    await begun(talk)
    talk.worker.broken["generate_text"] = RunUnusable(run="run-b", reason="no_such", kind="no_such")
    await talk.types("La luna")
    assert talk.said[-1].tone == "error"
    await talk.clicks("Volver con Musa")
    assert talk.dialogue.memory.talk is None


async def test_without_a_run_the_base_is_put_through_and_it_is_said(tmp_path: Path, course: Course) -> None:
    talk = Conversation(tmp_path / "home", course)
    await talk.opens()
    await talk.types("hablar con mi modelo")
    assert "Todavía no hay un modelo entrenado con tus textos" in talk.text
    assert talk.dialogue.memory.talk
    assert talk.dialogue.memory.talk.mode == "chat"
    await talk.types("¿Quién sos?")
    assert passages(talk.said[-1]) == [("base", "base contesta a ¿Quién sos?")]
    talk.store.close()


async def test_a_button_of_a_conversation_that_is_over_says_so(talk: Conversation) -> None:
    await begun(talk)
    await talk.types("La luna")
    button = next(b for b in talk.buttons if b.label == "Más audaz")
    await talk.clicks("Volver con Musa")
    before = len(talk.said)
    await talk.acts(button.intent)
    assert "paso anterior" in talk.said[before].text


async def test_a_run_on_questions_is_asked_and_not_continued(talk: Conversation) -> None:
    folder = make_run(talk.dialogue.workspace, "run-c", at=1_764_000_000)
    asked = [{"prompt": "¿Qué es un verso?", "asked": True, "reference": "Una línea."}]
    (folder / "prompts.json").write_text(json.dumps(asked), "utf-8")
    await begun(talk)
    assert talk.dialogue.memory.talk
    assert talk.dialogue.memory.talk.mode == "chat"


async def test_only_what_is_said_right_after_distress_is_said_to_musa(talk: Conversation) -> None:
    """What was clicked or typed meanwhile ends that: the model is talked to again."""
    await begun(talk)
    await talk.acts(Intent(name="care"))
    assert talk.dialogue.cared
    await talk.types("perdoná, ya estoy acompañada")
    assert not any(intent.name == "talk_say" for intent in talk.session.heard)
    assert not talk.dialogue.cared
    await talk.acts(Intent(name="care"))
    await talk.acts(Intent(name="talk_on"))
    await talk.types("La luna")
    assert [intent.name for intent in talk.session.heard] == ["talk_say"]

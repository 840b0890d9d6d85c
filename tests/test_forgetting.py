"""Deleting is true: after it, no file of the home has a word of the text, and what is said of it is what was done."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from skills.contract import Options
from skills.export.kept import ExportCard, begun, finish
from skills.model.piece_tokenizer import keep, kept
from skills.texts.traces import traces
from skills.workspace import write_atomic
from tests.conversation import Conversation
from tests.test_session import begin, tiny_pieces
from tests.test_window import Pages
from tutor.authoring.eval.made_runs import make_run
from tutor.authoring.eval.scripted import ScriptedVoice as FakeVoice
from tutor.course.files import load_course
from tutor.course.model import Course
from tutor.dialogue.skill_calls import run_card
from tutor.failures import log
from tutor.processes.run_status import RunStatus
from tutor.settings import CURRICULUM
from tutor.turn import Forgotten, Intent, Said, Shown
from tutor.ui.forget import Forgetter
from tutor.ui.screen import Screen
from tutor.ui.transcript import Transcript
from tutor.ui.window import Window
from tutor.words import Words

WORDS = ("quiribumbo", "zarzaperla", "trasmontejo", "Filidoro", "41558392", "Marquitena")
"""What nobody else writes: in the text, and searched for in every file."""
TEXT = """El quiribumbo de Filidoro cantaba en la ventana.
La zarzaperla azul dormía junto al trasmontejo viejo.
Marquitena guardó el número 41558392 en una caja.
Cuando llegó la noche, el quiribumbo se calló del todo.
Y nadie más supo de la zarzaperla ni de Marquitena.
"""
OTHER = "\n".join(f"Una copla de la guitarra número {n}, que canta y no llora." for n in range(8))


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(CURRICULUM)


class Home:
    """A conversation whose transcript is kept in the home, as the browser's is."""

    def __init__(self, home: Path, course: Course) -> None:
        self.path = home
        self.talk = Conversation(home, course)
        self.pages = Pages()
        self.transcript = Transcript(home / "chat" / "transcript.db")
        self.transcript.begin("t", "hoy")
        self.transcript.touch("t")
        words = Words("es")
        self.screen = Screen(self.transcript, self.pages, lambda: words)
        window = Window(self.transcript, self.pages, lambda: words, lambda run: False)
        self.forgetter = Forgetter(self.transcript, self.pages, window, lambda: words)

    async def play(self, turn: AsyncIterator[Shown]) -> list[Shown]:
        seen = []
        async for shown in turn:
            seen.append(shown)
            if isinstance(shown, Forgotten):
                await self.forgetter.forget(shown)
            else:
                await self.screen.draw("t", shown)
        await self.screen.settle("t", self.talk.buttons)
        return seen

    async def types(self, text: str) -> list[Shown]:
        await self.screen.learner_said("t", text)
        return await self.play(self.talk.session.turn(_typed(text)))

    async def acts(self, name: str, /, **args: Any) -> list[Shown]:
        return await self.play(self.talk.session.turn(_clicked(name, args)))

    def found(self, words: tuple[str, ...] = WORDS) -> list[str]:
        """Each file with one of the words, and the word; the models apart."""
        return [
            f"{path.relative_to(self.path)}: {word}"
            for path in sorted(self.path.rglob("*"))
            if path.is_file() and self.path / "models" not in path.parents
            for word in words
            if word.casefold().encode() in path.read_bytes().lower()
        ]


def _typed(text: str) -> Any:
    from tutor.turn import Input

    return Input(text=text)


def _clicked(name: str, args: dict[str, Any]) -> Any:
    from tutor.turn import Input

    return Input(intent=Intent(name=name, args=args))


@pytest.fixture
async def home(tmp_path: Path, course: Course, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A text pasted, quoted by many skills, learnt by a run and by a tokenizer, and in the logs."""
    monkeypatch.setattr("tutor.ui.screen.A_FRAME", 0)
    home = Home(tmp_path / "home", course)
    await begin(home.talk)
    await home.types(TEXT)
    dataset = home.talk.dialogue.memory.dataset or ""
    for skill in ("inspect_dataset", "scan_private_data", "clean_dataset", "split_dataset", "summarize"):
        await home.acts(skill)
    await home.acts("predict_next", prompt="El quiribumbo de")
    await home.types("¿cómo sigue «la zarzaperla azul»?")
    await home.acts("tokenize_text", text="quiribumbo")
    await home.acts("feedback", said="no me gustó lo del quiribumbo")
    await home.acts("quiz", source="text", file=dataset)
    for _ in range(2):
        await home.acts("next")
    workspace = home.talk.dialogue.workspace
    keep(workspace, dataset, "texto.txt", "bpe", tiny_pieces())
    run = make_run(workspace, "run-mine", at=1_763_800_000, dataset_id=dataset)
    write_atomic(run / "events.jsonl", json.dumps({"kind": "sample", "text": TEXT}, ensure_ascii=False))
    write_atomic(run / "spec.json", json.dumps({"skill": "fine_tune", "inputs": {"file": dataset}}))
    home.talk.runs.runs["run-mine"] = RunStatus(run="run-mine", skill="fine_tune", state="done", attempt=1)
    about = workspace.runs / "run-about"
    write_atomic(about / "spec.json", json.dumps({"skill": "compare_models", "inputs": {"run": "run-mine"}}))
    write_atomic(about / "output.log", TEXT)
    home.talk.runs.runs["run-about"] = RunStatus(run="run-about", skill="compare_models", state="done", attempt=1)
    log(workspace.home, f"defect 1\nValueError: {TEXT}")
    assert {line.split(":")[0] for line in home.found()} >= {
        "chat/transcript.db-wal",
        "learner.db-wal",
        "logs/tutor.log",
    }
    return home


@pytest.mark.slow
async def test_a_text_that_is_deleted_is_nowhere(home: Home) -> None:
    dataset = home.talk.dialogue.memory.dataset
    (asked,) = [s for s in await home.acts("delete", what="text", id=dataset, name="x") if isinstance(s, Said)]
    assert "2 entrenamientos y pruebas, un tokenizador" in asked.text
    name, args = _button(home, "Sí, borrar")
    shown = await home.acts(name, **args)
    assert home.found() == []
    assert kept(home.talk.dialogue.workspace) == []
    assert list(home.talk.dialogue.workspace.runs.iterdir()) == []
    told = next(said.text for said in shown if isinstance(said, Said))
    assert "no encontré ninguno" in told
    assert "2 entrenamientos y pruebas" in told
    home.talk.store.close()
    again = Conversation(home.path, home.talk.dialogue.course)
    assert again.dialogue.memory.greeted
    assert again.dialogue.memory.dataset is None


def _button(home: Home, label: str) -> tuple[str, dict[str, Any]]:
    button = next(button for button in home.talk.buttons if button.label == label)
    return button.intent.name, button.intent.args


@pytest.mark.slow
async def test_what_quoted_it_is_a_line_and_what_did_not_is_as_it_was(home: Home) -> None:
    await home.types("¿qué es un token?")
    before = {step["id"]: step["output"] for step in home.transcript.part("t", 0)[0]}
    cards = {card["id"] for card in home.transcript.elements("t") if card["name"] == "Choices"}
    await home.acts("delete", what="text", id=home.talk.dialogue.memory.dataset, sure=True)
    line = Words("es")("ui.forgotten.text")
    after = {step["id"]: step["output"] for step in home.transcript.part("t", 0)[0]}
    assert {before[id] for id in before if after[id] == line} >= {TEXT, "¿cómo sigue «la zarzaperla azul»?"}
    assert after[next(id for id in before if before[id] == "¿qué es un token?")] == "¿qué es un token?"
    kept_cards = {card["id"] for card in home.transcript.elements("t")}
    assert len(cards & kept_cards) > len(cards) / 2
    lines = [card for card in home.transcript.elements("t") if card["props"].get("text") == line]
    assert lines
    assert len({card["forId"] for card in lines}) == len(lines)


@pytest.mark.slow
async def test_the_models_may_stay_and_that_is_said(home: Home) -> None:
    await home.acts("delete", what="text", id=home.talk.dialogue.memory.dataset, name="x")
    name, args = _button(home, "Solo el texto, los modelos quedan")
    shown = await home.acts(name, **args)
    assert {line.split("/")[0] for line in home.found()} == {"runs"}
    assert "Los modelos que aprendieron de ella quedan" in next(said.text for said in shown if isinstance(said, Said))
    assert kept(home.talk.dialogue.workspace) == []


@pytest.mark.slow
async def test_another_text_and_what_is_said_of_it_stay(home: Home) -> None:
    first = home.talk.dialogue.memory.dataset
    await home.types(OTHER)
    await home.acts("inspect_dataset")
    second, drawn = home.talk.dialogue.memory.dataset, home.transcript.elements("t")
    cards = {text: {card["id"] for card in drawn if card["about"] == [text]} for text in (first, second)}
    assert all(cards.values())
    await home.acts("delete", what="text", id=first, sure=True)
    assert home.found() == []
    assert home.talk.dialogue.memory.dataset not in (None, first)
    steps = [step["output"] for step in home.transcript.part("t", 0)[0]]
    assert OTHER in steps
    left = {card["id"] for card in home.transcript.elements("t")}
    assert left >= cards[second]
    assert not left & cards[first]


@pytest.mark.slow
async def test_after_everything_was_deleted_nothing_is_anywhere(home: Home) -> None:
    old = home.path / "chat" / "transcript.db.old"
    old.write_text(TEXT)
    shown = await home.acts("delete", what="all", id="", sure=True)
    assert home.found() == []
    assert not old.exists()
    assert "no encontré ninguno" in shown[-1].text  # type: ignore[union-attr]


@pytest.mark.slow
@pytest.mark.parametrize("at", ["before the transcript", "after it"])
async def test_who_is_cut_off_while_deleting_can_delete_it_again(home: Home, at: str) -> None:
    dialogue = home.talk.dialogue
    dataset = dialogue.memory.dataset or ""
    turn = home.talk.session.turn(_clicked("delete", {"what": "text", "id": dataset, "sure": True}))
    async for shown in turn:
        if isinstance(shown, Forgotten):
            if at == "after it":
                await home.forgetter.forget(shown)
            break
    await turn.aclose()  # type: ignore[attr-defined]
    home.talk.store.close()
    home.talk = Conversation(home.path, dialogue.course)
    assert home.talk.dialogue.workspace.find(dataset).id == dataset
    shown_now = await home.acts("delete", what="text", id=dataset, sure=True)
    assert home.found() == []
    assert "no encontré ninguno" in next(said.text for said in shown_now if isinstance(said, Said))


def test_a_data_set_that_is_deleted_in_part_can_still_be_deleted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = home.talk.dialogue.workspace
    dataset = home.talk.dialogue.memory.dataset or ""

    def killed(path: Path) -> None:
        """In the middle of it: what comes first in a folder is gone."""
        (path / "manifest.json").unlink(missing_ok=True)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("skills.workspace.shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            workspace.delete_dataset(dataset)
    assert [manifest.id for manifest in workspace.manifests()] == [dataset]
    workspace.delete_dataset(dataset)
    assert workspace.manifests() == []


@pytest.mark.slow
async def test_what_could_not_be_deleted_is_said(home: Home) -> None:
    """A file of somebody else's in the home still has a line: it is named. A database that is held is no success."""
    stray = home.path / "runs" / "notas.txt"
    stray.write_text(TEXT)
    dataset = home.talk.dialogue.memory.dataset
    shown = await home.acts("delete", what="text", id=dataset, sure=True)
    assert "`runs/notas.txt`" in next(said.text for said in shown if isinstance(said, Said))


@pytest.mark.slow
async def test_a_database_that_is_held_is_no_success(home: Home) -> None:
    import sqlite3

    holder = sqlite3.connect(home.path / "learner.db")
    holder.execute("BEGIN")
    holder.execute("SELECT count(*) FROM events").fetchone()
    home.talk.store._db.execute("PRAGMA busy_timeout=100")
    shown = await home.acts("delete", what="text", id=home.talk.dialogue.memory.dataset, sure=True)
    assert "No pude terminar de borrar" in shown[-1].text  # type: ignore[union-attr]
    holder.close()


def test_what_gives_a_text_away() -> None:
    found = traces([TEXT], ["la ventana azul, una caja vieja, cuando llegó la noche de siempre"], {"poemas míos.txt"})
    assert found.in_text("dijo: LA ZARZAPERLA")
    assert found.in_text("... en la ventana azul ...") is False
    assert found.in_text("nadie más supo de") is True
    assert found.in_text("Leí poemas míos.txt")
    assert not found.in_text("Cuando llegó la noche")
    assert not found.in_text("41558")
    assert "Marquitena guardó el número 41558392 en una caja." in found.lines


# --- a run alone ------------------------------------------------------------------------------------------------------

WRITTEN = ("garabatino", "chorlindra", "Trespuntín")
"""What only the model wrote: nobody's text has it."""


class Quoting(FakeVoice):
    """A model that recites."""

    def generate(self, prompt: str, options: Options) -> Iterator[str]:
        yield " la chorlindra de Trespuntín"


@pytest.fixture
async def trained(home: Home) -> Home:
    """A run that wrote samples, was compared, talked to and quoted; its text stays."""
    talk = home.talk
    folder = talk.dialogue.workspace.runs
    sample = {"event": "sample", "share": 1.0, "prompt": "El quiribumbo", "text": "bailó el garabatino de noche"}
    write_atomic(folder / "run-mine" / "events.jsonl", json.dumps(sample, ensure_ascii=False))
    (folder / "run-about" / "output.log").unlink()
    talk.dialogue.worker.voices.voices["run-mine"] = Quoting("run-mine")  # type: ignore[attr-defined]
    await home.acts("open_run", what="run", id="run-about")
    await home.acts("generate_text", prompt="La tarde", run="run-mine")
    await home.acts("talk", run="run-mine")
    await home.types("contame algo de la azotea")
    await home.acts("talk_leave")
    await home.types("no entiendo lo del garabatino")
    await home.acts("feedback", said="la chorlindra me encantó")
    await home.screen.draw("t", talk.dialogue.say(blocks=(run_card(talk.dialogue, "run-mine"),)))
    assert {line.split(":")[0] for line in home.found(WRITTEN)} >= {"chat/transcript.db-wal", "learner.db-wal"}
    return home


@pytest.mark.slow
async def test_what_a_deleted_model_wrote_is_nowhere(trained: Home) -> None:
    (asked,) = [s for s in await trained.acts("delete", what="run", id="run-mine") if isinstance(s, Said)]
    assert "una línea que dice que se borró" in asked.text
    assert "lo que el modelo aprendió en un entrenamiento, o mostró en una prueba" in asked.text
    name, args = _button(trained, "Sí, borrar")
    shown = await trained.acts(name, **args)
    assert trained.found(WRITTEN) == []
    assert list(trained.talk.dialogue.workspace.runs.iterdir()) == []
    told = next(said.text for said in shown if isinstance(said, Said))
    assert "hay ahora una línea que dice que se borró" in told
    assert "no encontré ninguno" in told
    line = Words("es")("ui.forgotten.run")
    steps = [step["output"] for step in trained.transcript.part("t", 0)[0]]
    assert line in steps
    assert "contame algo de la azotea" in steps
    assert any(card["props"].get("text") == line for card in trained.transcript.elements("t"))
    assert not [card for card in trained.transcript.elements("t") if card["name"] == "Run"]


@pytest.mark.slow
async def test_the_text_of_a_deleted_model_stays_and_what_is_said_of_it(trained: Home) -> None:
    dataset = trained.talk.dialogue.memory.dataset
    about = [card["id"] for card in trained.transcript.elements("t") if card["about"] == [dataset]]
    assert about
    await trained.acts("delete", what="run", id="run-mine", sure=True)
    assert trained.talk.dialogue.memory.dataset == dataset
    kept_cards = {card["id"] for card in trained.transcript.elements("t")}
    assert set(about) <= kept_cards
    assert TEXT in [step["output"] for step in trained.transcript.part("t", 0)[0]]
    assert any(word in line for line in trained.found() for word in WORDS)


@pytest.mark.slow
async def test_to_delete_on_the_card_of_a_run_is_the_same(trained: Home) -> None:
    await trained.acts("run_delete", run="run-mine")
    assert trained.found(WRITTEN) == []


@pytest.mark.slow
async def test_a_talk_with_a_deleted_model_is_over(trained: Home) -> None:
    await trained.acts("talk", run="run-mine")
    await trained.acts("delete", what="run", id="run-mine", sure=True)
    assert trained.talk.dialogue.memory.talk is None


@pytest.mark.slow
async def test_what_the_models_of_a_deleted_text_wrote_goes_with_it(trained: Home) -> None:
    await trained.acts("delete", what="text", id=trained.talk.dialogue.memory.dataset, sure=True)
    assert trained.found(WRITTEN) == []
    assert trained.found() == []


@pytest.mark.slow
async def test_a_copy_to_take_away_stays_and_that_is_said(trained: Home) -> None:
    workspace = trained.talk.dialogue.workspace
    with begun(workspace, "run-mine") as (id, folder):
        (folder / "README.md").write_text("la chorlindra de Trespuntín")
        finish(folder, ExportCard(id=id, run="run-mine", base="x", base_digest="0", checks=(), bytes=1))
    shown = await trained.acts("delete", what="run", id="run-mine", sure=True)
    told = next(said.text for said in shown if isinstance(said, Said))
    assert "La copia que guardaste para llevarte queda" in told
    assert {line.split("/")[0] for line in trained.found(WRITTEN)} == {"workspace"}

"""A question put to a text: the places, the words that are lit, what is kept, and what the text does not say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from skills.answer_from_text import SKILL, AnswerInputs, AnswerResult
from skills.blocks import Passages
from skills.contract import Context, TextKind
from skills.errors import TooLittleText
from skills.load_dataset import SKILL as LOAD
from skills.load_dataset import LoadInputs
from skills.texts.normalize import fold
from skills.workspace import Workspace
from tutor.authoring.eval.scripted import PROFILE

TEXT = """La reunión empezó a las siete en la biblioteca. Faltó Darío Quiroga, por tener a la madre internada.

Se votó el presupuesto del techo. Ganó el albañil Benítez por nueve votos contra cinco.

Al final hubo mate y tortas fritas. La próxima será el jueves."""
TOPICS = ("reunion biblioteca siete hora", "falto ausente madre vino", "techo voto albanil gano presupuesto", "mate")


class Counting:
    """An encoder whose vectors say how many words of each topic a text has."""

    profile = PROFILE

    def __init__(self) -> None:
        self.asked = 0

    def embed(self, texts: Sequence[str], kind: TextKind) -> np.ndarray:
        self.asked += len(texts)
        rows = [[1.0, *(sum(word in fold(text) for word in topic.split()) for topic in TOPICS)] for text in texts]
        found = np.array(rows, np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def ask(question: str, workspace: Workspace, encoder: Counting | None = None, **given: str) -> AnswerResult:
    ctx = Context(workspace=workspace, language="es", encoder=encoder)
    result = SKILL.run(AnswerInputs(question=question, **given), ctx)
    assert isinstance(result, AnswerResult)
    return result


@pytest.fixture
def dataset(workspace: Workspace, tmp_path: Path) -> str:
    file = tmp_path / "acta.txt"
    file.write_text(TEXT, "utf-8")
    loaded = LOAD.run(LoadInputs(path=str(file)), Context(workspace=workspace, language="es"))
    return str(loaded.model_dump()["dataset"])


def lit(result: AnswerResult) -> str:
    place = result.places[0]
    return place.text[place.start : place.end]


def test_the_words_that_answer_are_lit_in_their_place(workspace: Workspace, dataset: str) -> None:
    result = ask("¿Quién ganó el presupuesto del techo?", workspace, Counting(), file=dataset)
    assert lit(result) == "Ganó el albañil Benítez por nueve votos contra cinco."
    assert result.places[0].text.startswith("Se votó el presupuesto")
    (card,) = result.blocks()
    assert isinstance(card, Passages)
    assert len(card.passages) <= 3
    mark = card.passages[0].marks[0]
    assert card.passages[0].text[mark.start : mark.end] == lit(result)


def test_without_an_encoder_the_words_have_to_do(workspace: Workspace) -> None:
    result = ask("¿quién ganó el presupuesto del techo?", workspace, text=TEXT)
    assert not result.by_meaning
    assert lit(result).startswith(("Ganó", "Se votó"))


def test_what_nothing_in_the_text_is_near_to_is_not_said(workspace: Workspace) -> None:
    result = ask("cuál es la capital de Mongolia exterior", workspace, text=TEXT)
    assert not result.found
    assert result.places == ()
    (notice,) = result.blocks()
    assert notice.kind == "notice"


def test_the_meanings_of_a_text_are_worked_out_once(workspace: Workspace, dataset: str) -> None:
    encoder = Counting()
    ask("¿quién faltó?", workspace, encoder, file=dataset)
    first = encoder.asked
    ask("¿quién ganó?", workspace, encoder, file=dataset)
    assert encoder.asked == first + 1
    assert len(list((workspace.datasets / dataset).glob("meanings-*.npy"))) == 1


def test_a_broken_file_of_meanings_is_worked_out_again(workspace: Workspace, dataset: str) -> None:
    encoder = Counting()
    ask("¿quién faltó?", workspace, encoder, file=dataset)
    (kept,) = (workspace.datasets / dataset).glob("meanings-*.npy")
    kept.write_bytes(b"\x93NUMPY half")
    assert ask("¿quién ganó?", workspace, encoder, file=dataset).by_meaning
    assert len(kept.read_bytes()) > 100


def test_too_little_text_is_told(workspace: Workspace) -> None:
    with pytest.raises(TooLittleText):
        ask("¿qué dice?", workspace, text="Hola, nada más.")


def test_one_text_or_the_other() -> None:
    with pytest.raises(ValueError, match="not both"):
        AnswerInputs(question="¿qué?", file="a", text="b")

"""A part of a text: named in a message, and found."""

from __future__ import annotations

from pathlib import Path

import pytest

from skills.answer_from_text import SKILL as ASK
from skills.answer_from_text import AnswerInputs
from skills.contract import Context
from skills.errors import PartMissing
from skills.load_dataset import SKILL as LOAD
from skills.summarize import SKILL as SUMMARIZE
from skills.summarize import SummarizeInputs
from skills.texts.parts import part_of
from skills.workspace import Row, Workspace
from tutor.nlu.arguments import Situation, read_arguments

NOVEL = "\n\n".join(
    f"Capítulo {n}: {title}\n\n{first} Después no pasó nada más en todo el día.\n\n{second}"
    for n, title, first, second in (
        (1, "El pozo", "Mi abuela cavó el pozo en marzo.", "El agua salió turbia y la tiramos."),
        (2, "La bicicleta", "Una bicicleta roja apareció en el patio.", "Nadie dijo de quién era la bicicleta."),
        (3, "La carta", "La carta llegó mojada desde Rosario.", "Venía sin firma, y mi madre la guardó."),
    )
)


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("resumí solo el tercer capítulo", "3"),
        ("summarise chapter 2", "2"),
        ("el capítulo IV en una frase", "4"),
        ("la última carta nomás", "-1"),
        ("los primeros tres poemas", "1..3"),
        ("stanzas 3 to 5", "entry:3..5"),
        ("resumilo en tres párrafos", None),
        ("in 2 parts", None),
        ("resumí el cuento de mi abuela", None),
    ],
)
def test_a_part_is_read_in_a_message(said: str, part: str | None) -> None:
    assert read_arguments(said, "summarize", Situation()).get("part") == part


def rows() -> list[Row]:
    return [Row(text=f"{title} {n}", title=title, document=at) for at, title in enumerate("ABC") for n in (1, 2)]


def test_parts_go_by_number_from_either_end_by_range_and_by_title() -> None:
    def texts(part: str) -> list[str]:
        return [row.whole for row in part_of(rows(), part, "novela")]

    assert texts("2") == ["B 1", "B 2"]
    assert texts("-1") == ["C 1", "C 2"]
    assert texts("1..2") == ["A 1", "A 2", "B 1", "B 2"]
    assert texts("entry:3") == ["B 1"]
    assert texts("c") == ["C 1", "C 2"]
    for missing in ("7", "-4", "entry:20", "zz"):
        with pytest.raises(PartMissing) as error:
            part_of(rows(), missing, "novela")
        assert error.value.values["titles"] == "«A», «B», «C»"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    path = tmp_path / "novela.txt"
    path.write_text(NOVEL, "utf-8")
    workspace = Workspace(tmp_path / "home")
    LOAD.run(LOAD.Inputs.model_validate({"path": str(path)}), Context(workspace=workspace, language="es"))
    return workspace


def test_a_chapter_is_summed_up_and_asked_by_itself(workspace: Workspace) -> None:
    ctx = Context(workspace=workspace, language="es")
    told = SUMMARIZE.run(SummarizeInputs(part="2", sentences=2, method="quote"), ctx)
    assert "bicicleta" in told.summary
    assert "abuela" not in told.summary
    assert "carta" not in told.summary
    asked = AnswerInputs(question="de quién era la bicicleta", part="3")
    assert not any("bicicleta" in place.text for place in ASK.run(asked, ctx).places)
    with pytest.raises(PartMissing):
        SUMMARIZE.run(SummarizeInputs(part="9"), ctx)

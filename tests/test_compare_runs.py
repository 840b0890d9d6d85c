"""The history of trainings: what is listed, what may be compared and what may not."""

from __future__ import annotations

import pytest

from skills.blocks import Chart, Compare, Message, Notice, Table
from skills.compare_runs import RunsInputs, run
from skills.contract import Context
from skills.errors import RunUnusable
from skills.training.runs_result import RunsResult
from skills.workspace import Workspace
from tutor.authoring.eval.made_runs import make_run
from tutor.nlu.mentions import read_runs
from tutor.words import Words


def shown(result: RunsResult, kind: type) -> list:  # type: ignore[type-arg]
    return [block for block in result.blocks() if isinstance(block, kind)]


def told(table: Table) -> list[list[str]]:
    words = Words("es")
    return [[words.cell(cell) for cell in row] for row in table.rows]


def test_the_list_has_them_all_newest_first_and_the_settings_that_differ(workspace: Workspace, ctx: Context) -> None:
    make_run(workspace, "run-a", at=1000)
    make_run(workspace, "run-b", at=2000, settings={"preset": "normal", "learning_rate": 1e-3, "rank": 16})
    result = run(RunsInputs(), ctx)
    table = shown(result, Table)[0]
    rows = told(table)
    assert [row[0] for row in rows] == ["2", "1"]
    assert rows[0][1] == "Versos 2"
    assert rows[0][3:8] == ["scripted", "aprendió", "2,60", "1,95", "4 min"]
    labels = [Words("es")(column.label) for column in table.columns]
    assert labels[8:] == ["Cómo", "Tasa de aprendizaje"]
    assert [row[8:] for row in rows] == [["Normal", "0,001"], ["Un vistazo", "0,0003"]]
    assert [offer.skill for offer in result.offers()] == ["compare_runs", "compare_runs", "talk"]
    assert result.offers()[0].inputs == {"runs": ["run-b", "run-a"]}


def test_two_that_were_measured_on_the_same_texts_are_compared_in_numbers(workspace: Workspace, ctx: Context) -> None:
    make_run(workspace, "run-a", at=1000)
    make_run(workspace, "run-b", at=2000, base="other", tuned_bpc=1.8, verdict="by_heart")
    result = run(RunsInputs(runs=("1", "2")), ctx)
    assert result.comparable
    chart = shown(result, Chart)[0]
    assert [len(series.points) for series in chart.series] == [3, 3]
    assert len({series.role for series in chart.series}) == 2
    compare = shown(result, Compare)[0]
    assert [column.text for column in compare.columns] == ["run-a 1.0", "run-b 1.0"]
    rows = {row[0]: row[1:] for row in told(shown(result, Table)[0])}
    assert rows["Modelo de partida"] == ["scripted", "other"]
    assert rows["Veredicto"] == ["aprendió", "de memoria"]
    assert "Texto" not in rows
    summary = result.blocks()[0]
    assert summary.kind == "text"
    assert "El que menos se sorprende es «Versos 2», con 1,80" in Words("es")(summary.message)


def test_what_was_measured_on_other_texts_is_not_compared_in_numbers(workspace: Workspace, ctx: Context) -> None:
    make_run(workspace, "run-a", at=1000)
    make_run(workspace, "run-b", at=2000, digest="e" * 64, dataset="cartas.txt")
    result = run(RunsInputs(runs=("run-a", "run-b")), ctx)
    assert not result.comparable
    assert not shown(result, Chart)
    assert [notice.message.id for notice in shown(result, Notice)] == ["compare_runs.not_comparable"]
    assert result.offers()[0].inputs == {"run": "run-a", "other": "run-b", "blind": True}


def test_a_run_of_an_earlier_version_is_listed_with_what_there_is(workspace: Workspace, ctx: Context) -> None:
    make_run(workspace, "run-a", at=1000, result=False)
    make_run(workspace, "run-b", at=2000)
    (row,) = [row for row in told(shown(run(RunsInputs(), ctx), Table)[0]) if row[0] == "1"]
    assert row[3:6] == ["scripted", "–", "–"]
    alone = run(RunsInputs(runs="1"), ctx)  # type: ignore[arg-type]
    assert [notice.message.id for notice in shown(alone, Notice)] == ["compare_runs.early"]
    assert "delete" in [offer.skill for offer in alone.offers()]
    both = run(RunsInputs(runs=("1", "2")), ctx)
    assert not shown(both, Chart)


def test_one_is_shown_whole(workspace: Workspace, ctx: Context) -> None:
    make_run(workspace, "run-a", at=1000)
    result = run(RunsInputs(runs=("1",)), ctx)
    assert shown(result, Chart)
    skills = [offer.skill for offer in result.offers()]
    assert skills == ["talk", "compare_models", "evaluate_model", "export_project", "delete"]


def test_none_and_no_such(workspace: Workspace, ctx: Context) -> None:
    result = run(RunsInputs(), ctx)
    assert [block.message for block in result.blocks() if block.kind == "text"] == [Message(id="compare_runs.none")]
    make_run(workspace, "run-a", at=1000)
    with pytest.raises(RunUnusable) as missing:
        run(RunsInputs(runs=("9",)), ctx)
    assert missing.value.values["kind"] == "no_such"


@pytest.mark.parametrize(
    ("frame", "runs"),
    [
        ("compara los dos ultimos", ["-1", "-2"]),
        ("compare the last two runs", ["-1", "-2"]),
        ("compara el entrenamiento 1 con el 3", ["1", "3"]),
        ("compare run 2 and run 3", ["2", "3"]),
        ("compara el segundo con el primero", ["2", "1"]),
        ("hablar con el modelo 2", ["2"]),
        ("mostrame el ultimo entrenamiento", ["-1"]),
        ("mis entrenamientos", []),
        ("con temperatura 0,8 y semilla 7", []),
        ("dame 40 tokens del modelo 2", ["2"]),
    ],
)
def test_which_runs_a_message_means(frame: str, runs: list[str]) -> None:
    assert read_runs(frame) == runs

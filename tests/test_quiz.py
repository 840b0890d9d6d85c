"""Gap questions from the learner's own text."""

from __future__ import annotations

import json

import pytest

from skills.blocks import Notice, Passages
from skills.contract import Context
from skills.errors import TooLittleText
from skills.quiz import SKILL, QuizInputs, QuizResult
from skills.workspace import Manifest, Workspace

VERSES = """\
Aquí me pongo a cantar
al compás de la vihuela,
que el hombre que lo desvela
una pena extraordinaria,
como la ave solitaria
con el cantar se consuela.
Pido a los santos del cielo
que ayuden mi pensamiento,
les pido en este momento
que voy a cantar mi historia
me refresquen la memoria
y aclaren mi entendimiento.
Vengan santos milagrosos,
vengan todos en mi ayuda,
que la lengua se me añuda
y se me turba la vista;
pido a mi Dios que me asista
en una ocasión tan ruda.
Yo he visto muchos cantores,
con famas bien obtenidas,
y que después de adquiridas
no las quieren sustentar"""


def keep(workspace: Workspace, text: str, shape: str = "verse") -> None:
    folder = workspace.datasets / "data-1"
    folder.mkdir(parents=True)
    manifest = Manifest(
        id="data-1", name="fierro.txt", digest="0" * 64, bytes=len(text), shape=shape, language="es", documents=1,
        rows=1, characters=len(text), words=len(text.split()), encoding="utf-8",
    )  # type: ignore[arg-type]  # fmt: skip
    (folder / "manifest.json").write_text(manifest.model_dump_json(), "utf-8")
    (folder / "rows.jsonl").write_text(json.dumps({"text": text}), "utf-8")


def ask(ctx: Context, **inputs: object) -> QuizResult:
    result = SKILL.run(QuizInputs.model_validate(inputs), ctx)
    assert isinstance(result, QuizResult)
    return result


def test_a_gap_leaves_out_a_telling_word_of_a_line(ctx: Context, workspace: Workspace) -> None:
    keep(workspace, VERSES)
    result = ask(ctx, questions=4, seed=1)
    assert result.count == len(result.questions) == 4
    lines = VERSES.splitlines()
    for gap in result.questions:
        assert gap.source in lines
        assert gap.text.replace("____", gap.answer) == gap.source
        assert gap.answer not in gap.text
        assert len(gap.options) == len(set(gap.options)) == 4
        assert gap.answer in gap.options
        assert all(option in VERSES and len(option) >= 4 for option in gap.options)
        assert all(option == gap.answer or option not in gap.source for option in gap.options)
    assert len({gap.answer for gap in result.questions}) == 4


def test_the_seed_decides(ctx: Context, workspace: Workspace) -> None:
    keep(workspace, VERSES)
    assert ask(ctx, seed=1) == ask(ctx, seed=1)
    assert any(ask(ctx, seed=1) != ask(ctx, seed=n) for n in (2, 3, 4))


def test_a_topic_chooses_the_lines(ctx: Context, workspace: Workspace) -> None:
    keep(workspace, VERSES)
    about = ask(ctx, topic="santos")
    assert about.on_topic
    assert all("santos" in gap.source for gap in about.questions)
    elsewhere = ask(ctx, topic="submarinos")
    assert not elsewhere.on_topic
    assert isinstance(elsewhere.blocks()[0], Notice)


def test_the_blocks_ask_and_give_the_key_last(ctx: Context, workspace: Workspace) -> None:
    keep(workspace, VERSES)
    result = ask(ctx, questions=2)
    questions, key = result.blocks()
    assert isinstance(questions, Passages)
    assert all(passage.source == "fierro.txt" for passage in questions.passages)
    assert all(gap.answer in key.model_dump_json() for gap in result.questions)


def test_prose_is_asked_by_sentence(ctx: Context, workspace: Workspace) -> None:
    keep(workspace, VERSES.replace("\n", " "), shape="prose")
    sources = {gap.source for gap in ask(ctx).questions}
    assert (
        "Pido a los santos del cielo que ayuden mi pensamiento, les pido en este momento que voy a cantar"
        not in sources
    )
    assert sources
    assert all(source[0].isupper() and source.endswith((".", "sustentar")) for source in sources)


def test_too_little_text_is_said(ctx: Context, workspace: Workspace) -> None:
    keep(workspace, "Aquí me pongo a cantar")
    with pytest.raises(TooLittleText):
        ask(ctx)

"""Pieces by hand: which are meant, left out, joined, cut, put back, undone; what was left out in reading is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from skills.blocks import Passages, Table
from skills.contract import Context
from skills.dataset.edit_result import EditResult
from skills.dataset.entries import (
    CannotCut,
    CannotJoin,
    NoSuchEntry,
    NothingMeant,
    NotLeftOut,
    is_date,
    is_heading,
)
from skills.edit_entries import EditInputs, run
from skills.errors import BadInput, FileEmpty
from skills.load_dataset import LoadInputs
from skills.load_dataset import run as load
from skills.scan_private_data import ScanInputs
from skills.scan_private_data import run as scan
from tutor.words import LANGUAGES, Words

DIARY = """3 de marzo de 1998

Hoy llegó la carta que esperaba desde el verano, y no me animé a abrirla delante de nadie.

4 de marzo

La abrí. Decía lo de siempre, con otra letra, y la guardé en el cajón de los botones.

Domingo 8

Vinieron todos a comer y nadie preguntó por ella."""


def loaded(text: str, ctx: Context, tmp_path: Path, name: str = "diario.txt", **more: Any) -> str:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return load(LoadInputs(path=path, **more), ctx).dataset


@pytest.fixture
def diary(ctx: Context, tmp_path: Path) -> str:
    return loaded(DIARY, ctx, tmp_path, shape="prose")


def texts(ctx: Context, dataset: str) -> list[str]:
    return [row.whole for row in ctx.workspace.rows(dataset)]


def edit(ctx: Context, **inputs: Any) -> EditResult:
    result = run(EditInputs(**inputs), ctx)
    for block in result.blocks():  # all of it can be said
        messages = [getattr(block, name, None) for name in ("message", "title", "caption")]
        assert all(Words(language)(message) for language in LANGUAGES for message in messages if message)
    for offer in result.offers():
        assert all(Words(language)(offer.label) for language in LANGUAGES)
        if offer.skill == "edit_entries":
            EditInputs.model_validate(offer.inputs)
    return result


@pytest.mark.parametrize(
    "text",
    [
        *("3 de marzo de 1998", "Domingo 8", "Martes, 12 de abril", "12/03/2020", "2020-03-12", "March 3rd, 2020"),
        *("Monday 4 June 1998", "4 de marzo", "1.º de mayo", "12 mar. 1998, 17:30 hs.", "** 3 de marzo **", "Sunday"),
    ],
)
def test_a_date_is_one(text: str) -> None:
    assert is_date(text)


@pytest.mark.parametrize(
    "text",
    [
        *("El 3 de marzo llegó", "1998", "12", "La casa de mayo", "3 de marzo\nHoy llegó", "May I come in", "mayo", ""),
        *("Capítulo 3", "De la 1 a las 5"),
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert not is_date(text)


def test_a_heading_is_a_short_line_over_a_longer_piece() -> None:
    below = "Llueve sobre la casa y nadie sale a mirar el río que crece."
    assert is_heading("La lluvia", below)
    assert not is_heading("La lluvia.", below)
    assert not is_heading("La lluvia", "Llueve")
    assert not is_heading("La lluvia", None)


def test_the_pieces_are_listed_with_their_numbers(ctx: Context, diary: str) -> None:
    result = edit(ctx, file=diary)
    assert result.found == 6
    assert result.shown == "1,2,3,4,5,6"
    (table,) = (block for block in result.blocks() if isinstance(block, Table))
    assert [row[0] for row in table.rows] == [1, 2, 3, 4, 5, 6]
    assert result.dates == 3


def test_each_date_is_joined_with_the_paragraph_below(ctx: Context, diary: str) -> None:
    result = edit(ctx, file=diary, action="join", sort="dates", side="below")
    assert (result.rows_before, result.rows_after) == (6, 3)
    assert texts(ctx, diary)[1].startswith("4 de marzo\n\nLa abrí.")
    assert edit(ctx, file=diary, action="undo").rows_after == 6
    assert texts(ctx, diary)[0] == "3 de marzo de 1998"


def test_pieces_are_left_out_and_put_back_where_they_were(ctx: Context, diary: str) -> None:
    before = texts(ctx, diary)
    assert edit(ctx, file=diary, action="leave_out", entries=[2, 4, 6]).rows_after == 3
    assert edit(ctx, file=diary, action="leave_out", entries=[1]).rows_after == 2
    aside = edit(ctx, file=diary, action="aside")
    assert [piece.number for piece in aside.aside] == [2, 4, 6, 1]
    assert edit(ctx, file=diary, action="put_back", entries=[4]).rows_after == 3
    assert texts(ctx, diary) == [before[2], before[3], before[4]]
    assert edit(ctx, file=diary, action="put_back").rows_after == 6
    assert texts(ctx, diary) == before
    assert edit(ctx, file=diary, action="aside").aside == ()


def test_several_are_one_and_one_is_several(ctx: Context, diary: str) -> None:
    edit(ctx, file=diary, action="join", entries=[1, 2, 3])
    assert len(texts(ctx, diary)) == 4
    edit(ctx, file=diary, action="cut", entries=[1])
    assert len(texts(ctx, diary)) == 6
    edit(ctx, file=diary, action="cut", entries=[2], at="y no me anime")  # case and accents aside
    assert texts(ctx, diary)[1:3] == [
        "Hoy llegó la carta que esperaba desde el verano,", "y no me animé a abrirla delante de nadie.",
    ]  # fmt: skip


def test_pieces_are_meant_by_their_words_and_by_their_length(ctx: Context, diary: str) -> None:
    assert edit(ctx, file=diary, holding="LA CARTA").shown == "2"
    assert edit(ctx, file=diary, sort="short").shown == "3,5"
    assert edit(ctx, file=diary, action="leave_out", sort="short", words=12).rows_after == 2


def test_without_saying_which_they_are_listed_and_asked_for(ctx: Context, diary: str) -> None:
    for action in ("leave_out", "join", "cut"):
        result = edit(ctx, file=diary, action=action)
        assert result.touched == 0
        assert result.rows_after == 6
        assert result.blocks()[0].message.id == f"edit_entries.which.{action}"  # type: ignore[union-attr]
    assert edit(ctx, file=diary, action="put_back").action == "aside"


def test_what_cannot_be_is_told_and_nothing_changes(ctx: Context, diary: str) -> None:
    before = texts(ctx, diary)
    for wrong, error in (
        ({"action": "leave_out", "entries": [7]}, NoSuchEntry),
        ({"action": "leave_out", "entries": [0]}, NoSuchEntry),
        ({"action": "leave_out", "entries": [1, 2, 3, 4, 5, 6]}, FileEmpty),
        ({"action": "leave_out", "holding": "elefante"}, NothingMeant),
        ({"action": "leave_out", "sort": "documents"}, NothingMeant),
        ({"action": "join", "entries": [6], "side": "below"}, CannotJoin),
        ({"action": "cut", "entries": [1]}, CannotCut),
        ({"action": "cut", "entries": [2], "at": "elefante"}, CannotCut),
        ({"action": "cut", "entries": [1, 2]}, BadInput),
        ({"action": "undo"}, BadInput),
    ):
        with pytest.raises(error) as raised:
            run(EditInputs(file=diary, **wrong), ctx)  # type: ignore[arg-type]
        values = {name: value for name, value in raised.value.values.items() if name != "kind"}
        kind = f".{raised.value.values['kind']}" if raised.value.values.get("kind") else ""
        for language in LANGUAGES:
            for part in ("what", "why", "next"):
                assert Words(language)(f"errors.{raised.value.code}{kind}.{part}", **values)
    assert texts(ctx, diary) == before
    edit(ctx, file=diary, action="leave_out", entries=[2])
    with pytest.raises(NotLeftOut):
        run(EditInputs(file=diary, action="put_back", entries=(5,)), ctx)


def test_pairs_are_left_out_and_not_joined(ctx: Context, tmp_path: Path) -> None:
    table = "prompt,completion\n" + "\n".join(f"¿Qué es {i}?,Es el número {i} de la lista" for i in range(8))
    dataset = loaded(table, ctx, tmp_path, "pares.csv")
    assert edit(ctx, file=dataset, action="leave_out", entries=[2]).rows_after == 7
    with pytest.raises(CannotJoin):
        run(EditInputs(file=dataset, action="join", entries=(1, 2)), ctx)


def test_what_comes_back_from_before_masking_is_told(ctx: Context, tmp_path: Path) -> None:
    text = "\n\n".join(f"Carta {i}: escribime a persona{i}@ejemplo.com cuando puedas, que te espero." for i in range(6))
    dataset = loaded(text, ctx, tmp_path, "cartas.txt", shape="prose")
    edit(ctx, file=dataset, action="leave_out", entries=[2])
    scan(ScanInputs(file=dataset, mask=("email",)), ctx)
    result = edit(ctx, file=dataset, action="put_back")
    assert result.masked
    assert "scan_private_data" in [offer.skill for offer in result.offers()]


def test_what_was_left_out_in_reading_is_shown(ctx: Context, tmp_path: Path) -> None:
    chat = "\n".join(
        ["12/3/21, 10:00 - Los mensajes y las llamadas están cifrados de extremo a extremo."]
        + [f"12/3/21, 10:0{i} - {who}: mensaje número {i}" for i, who in enumerate(["Ana", "Luis"] * 4)]
        + ["12/3/21, 10:09 - Ana: <Multimedia omitido>"]
    )
    path = tmp_path / "Chat de WhatsApp con Luis.txt"
    path.write_text(chat, "utf-8")
    found = load(LoadInputs(path=path), ctx)
    offer = next(offer for offer in found.offers() if offer.skill == "edit_entries")
    result = edit(ctx, **offer.inputs)
    shown = [passage.text for block in result.blocks() if isinstance(block, Passages) for passage in block.passages]
    assert any("cifrados" in text for text in shown)

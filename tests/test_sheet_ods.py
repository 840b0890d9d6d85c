"""LibreOffice's spreadsheets: what a cell shows, what is said once and stands often, what is hidden, what harms."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest

from skills.contract import Context
from skills.errors import UserError
from skills.load_dataset import LoadInputs, run
from skills.reading.load_result import LoadResult
from tests import corpus_files as made
from tests import corpus_texts as texts

NAMES = "".join(
    f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"))
)
MIME = "application/vnd.oasis.opendocument.spreadsheet"


def cell(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


def sheet(*rows: str, name: str = "Hoja1", style: str = "") -> str:
    return f'<table:table table:name="{name}"{style}>{"".join(rows)}</table:table>'


def book(*sheets: str, styles: str = "", flat: bool = False) -> bytes:
    tag = "document" if flat else "document-content"
    mime = f' office:mimetype="{MIME}"' if flat else ""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:{tag}{NAMES}{mime} office:version="1.2">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{''.join(sheets)}</office:spreadsheet></office:body></office:{tag}>"
    )
    if flat:
        return content.encode()
    return made.zipped({"mimetype": MIME, "content.xml": content, "META-INF/manifest.xml": "<m/>"}, "mimetype")


def read(data: bytes, ctx: Context, folder: Path, name: str = "planilla.ods") -> tuple[LoadResult, list[str]]:
    path = folder / name
    path.write_bytes(data)
    result = run(LoadInputs(path=path), ctx)
    return result, [row.whole for row in ctx.workspace.rows(result.dataset)]


HEAD = row(cell("id"), cell("comentario"))
SAID = [row(cell(str(i)), cell(texts.sentence(i))) for i in range(12)]


@pytest.mark.parametrize("flat", [False, True])
def test_a_sheet_is_a_table(ctx: Context, tmp_path: Path, flat: bool) -> None:
    result, rows = read(book(sheet(HEAD, *SAID), flat=flat), ctx, tmp_path, "planilla.fods" if flat else "planilla.ods")
    assert result.text_column == "comentario"
    assert rows == [texts.sentence(i) for i in range(12)]


def test_a_cell_is_what_it_shows_without_the_comments_in_it(ctx: Context, tmp_path: Path) -> None:
    said = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>ojo</text:p></office:annotation>'
        "<text:p>Dijo <text:span>que<text:s text:c='2'/>no</text:span>, y<text:tab/>se fue.</text:p>"
        "<text:p>Después volvió a buscar la llave que había dejado.</text:p></table:table-cell>"
    )
    numbers = '<table:table-cell office:value-type="float" office:value="3.0"><text:p>3,00</text:p></table:table-cell>'
    date = 'office:value-type="date" office:date-value="2024-03-01"'
    day = f"<table:table-cell {date}><text:p>1/3/24</text:p></table:table-cell>"
    head = row(cell("puntos"), cell("día"), cell("texto"))
    result, rows = read(
        book(sheet(head, row(numbers, day, said), *(row(numbers, day, cell(texts.sentence(i))) for i in range(6)))),
        ctx,
        tmp_path,
    )
    assert rows[0] == "Dijo que  no, y\tse fue.\nDespués volvió a buscar la llave que había dejado."
    kept = json.loads((ctx.workspace.datasets / result.dataset / "manifest.json").read_text("utf-8"))
    assert kept["columns"] == ["puntos", "día", "texto"]


def test_what_is_said_once_and_stands_often_is_there_as_often(ctx: Context, tmp_path: Path) -> None:
    twice = row(
        cell("12"), cell("La misma respuesta, dicha dos veces seguidas."), more=' table:number-rows-repeated="2"'
    )
    nothing = '<table:table-cell table:number-columns-repeated="16384"/>'
    empty = row(nothing, more=' table:number-rows-repeated="1048000"')
    _, rows = read(book(sheet(HEAD, *SAID, twice, empty)), ctx, tmp_path)
    assert len(rows) == 14
    assert rows[-1] == rows[-2]


def test_a_label_that_spans_rows_is_that_of_each(ctx: Context, tmp_path: Path) -> None:
    head = row(cell("barrio"), cell("comentario"))
    body = []
    for i in range(0, 12, 2):
        body.append(row(cell(f"Barrio {i}", ' table:number-rows-spanned="2"'), cell(texts.sentence(i))))
        body.append(row("<table:covered-table-cell/>", cell(texts.sentence(i + 1))))
    result, _ = read(book(sheet(head, *body)), ctx, tmp_path)
    assert "merged_cells" in result.notices


def test_a_hidden_sheet_stays_out_and_is_told(ctx: Context, tmp_path: Path) -> None:
    unseen = '<style:table-properties table:display="false"/>'
    styles = f'<style:style style:name="t2" style:family="table">{unseen}</style:style>'
    secret = sheet(row(cell("secreto")), name="Oculta", style=' table:style-name="t2"')
    result, rows = read(book(sheet(HEAD, *SAID), secret, styles=styles), ctx, tmp_path)
    assert "hidden_sheets" in result.notices
    assert not any("secreto" in each for each in rows)


@pytest.mark.slow
def test_what_would_harm_ends_in_time(ctx: Context, tmp_path: Path) -> None:
    wide = row(cell("x" * 50, ' table:number-columns-repeated="9999999"'), more=' table:number-rows-repeated="9999999"')
    begun = time.monotonic()
    with suppress(UserError):
        read(book(sheet(HEAD, *SAID, wide)), ctx, tmp_path)
    assert time.monotonic() - begun < 60


def test_formulas_without_what_they_gave_are_told(ctx: Context, tmp_path: Path) -> None:
    formula = '<table:table-cell table:formula="of:=[.A1]"/>'
    with pytest.raises(UserError) as raised:
        read(book(sheet(row(formula), row(formula))), ctx, tmp_path)
    assert raised.value.values["kind"] == "sheet_formulas"

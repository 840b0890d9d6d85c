"""How a table is told from its beginning: delimiter and quotes, where it begins, what its columns are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from skills.blocks import msg
from skills.contract import Context, Language
from skills.load_dataset import LoadInputs, run
from skills.reading.delimited import Dialect, head_rows, is_fixed_width, rows_of, sniff
from skills.reading.header import column_names, has_header, header_rows, numbered, rows_above
from skills.reading.layout import layout_of, table_rows
from skills.reading.left_out import LeftOut, read_left_out
from skills.reading.read import examine
from skills.reading.tables import is_stamp
from tests import corpus_files as made
from tests import corpus_texts as texts
from tests.corpus_tables import NAMES, SAID, SCHOOL, TITLED, book, merged, several
from tutor.words import LANGUAGES, Words

Grid = list[list[str]]


def grid(text: str) -> Grid:
    """Rows of cells parted by bars."""
    return [[cell.strip() for cell in line.split("|")] if line.strip() else [] for line in text.strip().split("\n")]


# --- delimiter and quotes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "dialect"),
    [
        ("a,b\n1,2\n", Dialect(",")),
        ("a;b\n1,5;2,5\n", Dialect(";")),
        ('sep=;\na;b\n1;2\n', Dialect(";", told=True)),
        ('"sep=\t"\na\tb\n1\t2\n', Dialect("\t", told=True)),
        ("sep=;\na,b\n1,2\n", Dialect(",", told=True)),
        ('a,b\n1,"dijo \\"no\\", y se fue"\n2,"x"\n', Dialect(",", quotes="escaped")),
        ('a,b\n1,"dijo ""no"", y se fue"\n2,"x"\n', Dialect(",")),
        ('"a,b"\n"1,""dos"""\n"2,tres"\n', Dialect(",", quotes="twice")),
        ('a\tb\n1\t"dos\n2\ttres\n3\tcuatro\n', Dialect("\t", quotes="letters")),
        ('a, b\n1, "uno, dos"\n2, "tres"\n', Dialect(",", spaced=True)),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", Dialect("|", framed=True)),
        ("texto\nuna frase sola\notra frase\n", Dialect(",")),
    ],
)  # fmt: skip
def test_a_table_is_written_in_some_way(head: str, dialect: Dialect) -> None:
    assert sniff(head, hint=True) == dialect


def test_running_text_is_no_table() -> None:
    for said in ("\n\n".join(texts.PROSE), texts.COPLAS, "•\tuno\n•\tdos\n•\ttres\n", "ANA:\tsí\nBEA:\tno\nANA:\tsí\n"):
        assert sniff(said, hint=False) is None


def test_a_backslash_that_escapes_nothing_stays() -> None:
    lines = ["a,b", '1,"C:\\\\viejo \\"libro\\""', '2,"\\N \\t"']
    assert list(rows_of(lines, Dialect(",", quotes="escaped")))[1:] == [["1", 'C:\\viejo "libro"'], ["2", "\\N \\t"]]


def test_a_quoted_cell_of_the_head_that_is_cut_is_left_for_later() -> None:
    assert head_rows('a,b\n1,"dos\ntres', Dialect(",")) == [["a", "b"]]
    assert head_rows('a,b\n1,"dos', Dialect(",", quotes="letters")) == [["a", "b"], ["1", '"dos']]


def test_a_frame_is_no_row() -> None:
    lines = ["Título", "+---+----+", "| a | b  |", "+===+====+", "| 1 | x \\| y<br/>z |", "+---+----+", "(1 fila)"]
    rows = [row for row in rows_of(lines, Dialect("|", framed=True)) if row]
    assert rows == [["Título"], ["a", "b"], ["1", "x | y\nz"], ["(1 fila)"]]


def test_only_columns_at_the_same_places_are_of_fixed_width() -> None:
    assert is_fixed_width("".join(f"{name:<9}{i:>4}\n" for i, name in enumerate(NAMES)))
    assert not is_fixed_width("".join(f"{said}\n" for said in SAID))
    assert not is_fixed_width(
        "".join(f"{'   ' * (i % 4)}{said[: 20 + i]}   {said[:9]}\n" for i, said in enumerate(SAID))
    )
    assert not is_fixed_width(texts.COPLAS)


# --- where it begins --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "above"),
    [
        ("nombre | texto\nAna | uno\nBea | dos", 0),
        ("Informe\n\nnombre | texto\nAna | uno\nBea | dos", 2),
        ("Informe\nnombre | texto\nAna | uno\nBea | dos", 1),
        ("Curso: | 3\nDocente: | Eva\n\nnombre | texto\nAna | uno", 3),
        ("Curso | 3\n\nnombre | año | texto\nAna | 1 | uno\nBea | 2 | dos", 2),
        ("Informe\n\npoema\nuno\ndos", 2),
        ("Ana | \n | uno dos\nBea | tres", 0),
        ("nombre | texto\n\nAna | uno\nBea | dos", 0),
        ("uno\ndos\ntres", 0),
        ("", 0),
    ],
)
def test_what_stands_above_a_table_is_none_of_it(rows: str, above: int) -> None:
    assert rows_above(grid(rows)) == above


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ("fecha | ¿Qué te pareció la obra que viste ayer? | nota\n1/2 | linda | 3\n2/2 | larga | 4", True),
        ("Contanos cómo llegaste hasta acá\nen tren\na pie\nen bote", True),
        ("¿Cómo llegaste hasta acá?\nen tren\na pie\n¿y vos?", False),
        ("Ana | ¿Cómo estás, viniste?\nBea | no, llovía\nAna | qué pena\nBea | sí", False),
        ("Poesía | Me gusta leer en voz alta\nPoesía | 3\n | 4\nPoesía | 5", True),
        ("A1 | una frase que sigue y sigue\nA22 | otra frase, más larga\nA33 | y otra", False),
        ("3 | texto\n4 | otro", False),
        ("provincia | 2019 | 2020 | nota\nSalta | 1 | 2 | tres", True),
        ("nota |  | fecha\nuno | | 1/2", True),
        (" | | texto\n1 | 2 | tres", False),
    ],
)
def test_names_are_told_from_what_is_below(rows: str, header: bool) -> None:
    assert has_header(grid(rows)) is header


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ("id | ¿Qué? | ¿Cuál? |\n | Respuesta abierta | Uno | Dos\n1 | x | | Dos", "id,¿Qué?,¿Cuál?: Uno,¿Cuál?: Dos"),
        ("nombre | Textos |\nnombre | cuento | poema\nAna | x y | z", "nombre,Textos: cuento,Textos: poema"),
        ('a | Q1\nFecha | ¿Qué?\n{"ImportId":"x"} | {"ImportId":"y"}\n1/2 | no', "Fecha,¿Qué?"),
        ("nombre | texto\nAna | hola", "nombre,texto"),
        ("1 | hola\n2 | chau", ""),
    ],
)
def test_names_may_take_more_than_a_row(rows: str, names: str) -> None:
    found = grid(rows)
    assert ",".join(column_names(found, header_rows(found))) == names


def test_each_column_has_a_name_of_its_own() -> None:
    assert numbered(["nota", "", "Nota", "nota 2", "nota"]) == ("nota", "2", "Nota 2", "nota 2 2", "nota 3")


def test_a_code_is_no_stamp() -> None:
    stamps = ("3", "1,5", "$ 1.200", "12/03/2024 9:00 a. m.", "Mar 12, 2024", "12 %")
    assert all(map(is_stamp, stamps))
    assert not any(map(is_stamp, ("A12", "", "Nota 3", "uno")))


# --- the rows ---------------------------------------------------------------------------------------------------------


def records(text: str, folder: Path, name: str = "x.csv", keep: str | None = None) -> tuple[Grid, LeftOut]:
    """The cells of the records of a table, and what was left out of it."""
    path = folder / name
    path.write_text(text, "utf-8")
    dialect = sniff(text, hint=True)
    assert dialect is not None
    layout = layout_of(head_rows(text, dialect), dialect)
    left = LeftOut()
    return [list(row.values()) for row in table_rows(examine(path, name), layout, name, left, keep)], left


def test_a_row_too_long_is_put_together_where_a_sentence_was_parted(tmp_path: Path) -> None:
    found, left = records("a;b\nuno; dos;3\ncuatro;5\nseis;7\nocho;9;10\n", tmp_path)
    assert found == [["uno; dos", "3"], ["cuatro", "5"], ["seis", "7"], ["ocho", "9;10"]]
    assert left == {"uneven_rows": 2}


def test_sums_and_notes_are_left_out_and_kept(tmp_path: Path) -> None:
    text = "obra;fecha;litros\nUno;1/2;3\nSubtotal;;3\nMedia luna;2/2;4\nTotal;;7\n\nFuente: el club;;\n"
    found, left = records(text, tmp_path)
    assert [row[0] for row in found] == ["Uno", "Media luna"]
    assert left.pieces == [
        ("total_rows", "Subtotal | 3"),
        ("total_rows", "Total | 7"),
        ("around_table", "Fuente: el club"),
    ]


def test_what_stands_alone_in_the_middle_or_in_the_column_of_the_text_is_a_row(tmp_path: Path) -> None:
    middle, left = records("obra;fecha;litros\nUno;1/2;3\n\nDos;;\nTres;1/2;3\n", tmp_path)
    assert [row[0] for row in middle] == ["Uno", "Dos", "Tres"]
    assert not left
    end = "obra;fecha;litros\nUno;1/2;3\n\nDos;;\n"
    assert len(records(end, tmp_path)[0]) == 1
    assert len(records(end, tmp_path, keep="obra")[0]) == 2


def test_a_cell_that_holds_no_value_is_empty(tmp_path: Path) -> None:
    found, left = records("a,b\nx,NULL\n#¡REF!,y\n\\N,#N/A\nNULLA,z\n", tmp_path)
    assert found == [["x", ""], ["", "y"], ["", ""], ["NULLA", "z"]]
    assert left["no_value"] == 4


def test_many_rows_of_one_cell_are_no_notes(tmp_path: Path) -> None:
    found, left = records("obra;fecha\nUno;1/2\n\n" + "Dos;\n" * 50, tmp_path)
    assert len(found) == 51
    assert not left


# --- the whole way ----------------------------------------------------------------------------------------------------


def loaded(data: bytes, name: str, ctx: Context, folder: Path) -> tuple[tuple[str, ...], list[str | None], list[str]]:
    """Columns, titles of the rows, and kinds of what was left out."""
    path = folder / "x"
    path.write_bytes(data)
    result = run(LoadInputs(path=path, name=name), ctx)
    left = read_left_out(ctx.workspace.datasets / result.dataset)
    return result.columns, [row.title for row in ctx.workspace.rows(result.dataset)], [kind for kind, _ in left]


def test_what_is_left_out_can_be_seen(ctx: Context, tmp_path: Path) -> None:
    text = f"sep=;\r\nInforme;;\r\n;;\r\n{made.table(SCHOOL + SCHOOL[:1], ';')}"
    columns, _, left = loaded(text.encode(), "x.csv", ctx, tmp_path)
    assert columns == ("alumna", "curso", "texto")
    assert left == ["sep_line", "around_table", "repeated_headers"]


def test_a_cell_that_spans_rows_is_the_title_of_each(ctx: Context, tmp_path: Path) -> None:
    _, titles, _ = loaded(book(merged)(), "x.xlsx", ctx, tmp_path)
    assert titles == [NAMES[i // 3] for i in range(12)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_left_out_or_done_is_said(language: Language) -> None:
    counted = (
        "around_table", "repeated_headers", "total_rows", "no_value", "formulas", "stray_cells", "far_cells",
        "sep_line", "hidden_sheets", "merged_cells",
    )  # fmt: skip
    for code in (*counted, "two_headers", "named_twice", "fixed_width"):
        said = [Words(language)(msg(f"load_dataset.notices.{code}", n=n)) for n in (1, 7)]
        assert ("7" in said[1]) is (code in counted)


def test_each_sheet_has_its_own_header(ctx: Context, tmp_path: Path) -> None:
    _, titles, left = loaded(book(several)(), "x.xlsx", ctx, tmp_path)
    assert titles == [row[0] for row in TITLED[1:]] * 2
    assert left == ["around_table"]

"""Tables as forms, banks, schools and databases hand them out, and lists that are none: how each should land."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from tests import corpus_files as made
from tests import corpus_texts as texts
from tests.corpus import Case, text

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

NAMES = ("Alma", "Beto", "Caro", "Dino", "Ema", "Fito", "Gala", "Noé", "Iris", "Omar", "Kika", "Lalo")
Rows = list[Sequence[object]]
SAID = [texts.sentence(i) for i in range(12)]
TITLED = [["titulo", "texto"], *map(list, zip(NAMES, SAID, strict=True))]
SCHOOL = [["alumna", "curso", "texto"], *([name, "3º B", said] for name, said in zip(NAMES, SAID, strict=True))]
ASKED = "Contanos con tus palabras qué te llevás de la biblioteca"


def tables() -> Iterator[Case]:
    yield from forms()
    yield from instructed()
    yield from preceded()
    yield from named()
    yield from quoted()
    yield from framed()
    yield from lists()
    yield from workbooks()
    yield from marked_up()
    yield from apple()


def stamped(i: int) -> str:
    return f"2024-03-12 09:{i:02}:11"


def forms() -> Iterator[Case]:
    """What asks and collects: the questions are the header, however long."""
    two: Rows = [["Marca temporal", ASKED, "¿Qué le cambiarías para el año que viene?"],
           *([f"12/3/2024 9:{i:02}:11", SAID[i], SAID[-i]] for i in range(12))]  # fmt: skip
    yield text("google.csv", made.table(two), "table", 12, lacks="3: ", has=f"{ASKED}: ")
    english: Rows = [["Timestamp", "Tell us in your own words what you take away from it", "Would you come again?"],
               *([f"2024/03/12 9:{i:02}:11 AM AST", f"I liked the reading aloud, round {i}", "Yes"]
                 for i in range(12))]  # fmt: skip
    yield text("google en.csv", made.table(english), "table", 12, language="en", has="Timestamp: 2024")
    bare = [[ASKED + ", con todo detalle"], *([said] for said in SAID)]
    yield text("sin marca.csv", made.table(bare), "prose", 12, lacks="Contanos")
    alone: Rows = [["¿Cuál es el recuerdo más viejo que tenés de esta casa? *"], *([said] for said in SAID)]
    yield text("una pregunta.csv", made.table(alone), "prose", 12, lacks="¿Cuál")
    numbers: Rows = [["1. Qué te llevás de la biblioteca este año", "2. Qué harías para que venga más gente"],
               *([SAID[i], SAID[-i]] for i in range(12))]  # fmt: skip
    yield text("numeradas.csv", made.table(numbers), "table", 12, has="1. Qué te llevás")
    agreed = ["De acuerdo", "Muy de acuerdo", "En desacuerdo"]
    likert: Rows = [["Me sentí cómoda leyendo en voz alta con los demás", "Lo que le diría a quien empieza la semana"],
              *([agreed[i % 3], SAID[i]] for i in range(12))]  # fmt: skip
    yield text("likert.csv", made.table(likert), "prose", 12, lacks="Lo que le diría")
    microsoft: Rows = [["ID", "Hora de inicio", "Correo electrónico", "Nombre", "¿Qué recordás de la escuela?\n"],
                 *([i + 1, f"3/12/24 9:{i:02}:11", "anonymous", "", SAID[i]] for i in range(12))]  # fmt: skip
    yield text("microsoft.csv", made.table(microsoft), "prose", 12, lacks="escuela?", notices=("column",))
    typed: Rows = [["#", "Hola, ¿cómo te llamás?", "*{{field:x}}*, ¿qué leíste?", "Start Date (UTC)", "Network ID"],
             *([f"k3j{i}x9a8s7", NAMES[i], SAID[i], stamped(i), f"a1b{i}"] for i in range(12))]  # fmt: skip
    yield text("typeform.csv", made.table(typed), "prose", 12, lacks="¿qué leíste?")
    monkey: Rows = [["Respondent ID", "Start Date", "¿Qué te pareció la obra?", "¿Qué leés?", "", ""],
              ["", "", "Open-Ended Response", "Poesía", "Cuento", "Otro (especifique)"],
              *([118000 + i, stamped(i), SAID[i], "Poesía", "" if i % 2 else "Cuento", ""]
                for i in range(12))]  # fmt: skip
    yield text("surveymonkey.csv", made.table(monkey), "prose", 12, notices=("two_headers",), lacks="Open-Ended")
    qualtrics: Rows = [["StartDate", "Q1"], ["Start Date", "¿Qué te llevás de la biblioteca?"],
                 ['{"ImportId":"startDate"}', '{"ImportId":"QID1_TEXT"}'],
                 *([stamped(i), SAID[i]] for i in range(12))]  # fmt: skip
    yield text("qualtrics.csv", made.table(qualtrics), "prose", 12, lacks="ImportId")
    chat: Rows = [[NAMES[i % 3], "¿Viniste al final, o te quedaste?" if i == 0 else SAID[i]] for i in range(12)]
    yield text("charla sin encabezado.csv", made.table(chat), "prose", 12, has="¿Viniste", notices=("no_header",))


def instructed() -> Iterator[Case]:
    """A first line that tells Excel the delimiter."""
    for first, delimiter in (("sep=;", ";"), ('"sep=,"', ","), ("SEP=|", "|"), ("sep=\t", "\t"), ("sep=^", "^"),
                             ("sep=;;", ";")):  # fmt: skip
        content = f"{first}\r\n{made.table(TITLED, delimiter)}"
        yield text(f"sep {ord(delimiter)} {len(first)}.csv", content, "prose", 12, lacks="sep=", notices=("sep_line",))
    yield text(
        "sep utf16.csv", f"sep=\t\r\n{made.table(TITLED, chr(9))}", "prose", 12, "utf-16", "utf-16", lacks="titulo"
    )
    yield text("sep.txt", f"sep=;\n{made.table(TITLED, ';')}", "prose", 12, lacks="sep=")
    yield text("sep que miente.csv", f"sep=;\n{made.table(TITLED)}", "prose", 12, lacks="sep=")


def preceded() -> Iterator[Case]:
    """Titles above, notes and sums below."""
    body = made.table(SCHOOL, ";")
    told: dict[str, Any] = {"shape": "prose", "rows": 12, "notices": ("around_table",), "lacks": "Informe"}
    yield text("titulo rellenado.csv", f"Informe de lecturas;;\r\nHecho el 12/3/2024;;\r\n;;\r\n{body}", **told)
    yield text("titulo pegado.csv", f"Informe de lecturas\r\n{body}", **told)
    yield text("datos arriba.csv", f"Informe;3º B\r\nDocente;Marta\r\n\r\n{body}", **told)
    labelled = made.table(TITLED, ";")
    yield text("rotulos.csv", f"Informe:;3º B\r\nDocente:;Marta\r\n\r\n{labelled}", **told)
    yield text("titulo con comas.csv", f"Informe 12, turno tarde\nHecho ayer, a mano\n\n{made.table(TITLED)}", **told)
    yield text("titulo y tabuladores.txt", f"Informe\n\n{made.table(SCHOOL, chr(9))}", **told)
    yield text("almohadillas.csv", f"# Informe del campus\n# 12/3/2024\n{made.table(SCHOOL)}", **told)
    yield text("titulo sin encabezado.csv", f"Informe\n\n{made.table(SCHOOL[1:])}", **told)
    yield text("pie.csv", f"{body}\r\nInforme del campus, hecho a mano;;\r\n", **told)
    sums: Rows = [["obra", "funciones", "entradas"], *([f"Obra {name}", i, i * 10] for i, name in enumerate(NAMES)),
            ["Subtotal", "", 12], ["Total general", 66, 660], ["Promedio", "5,5", "55"]]  # fmt: skip
    yield text("totales.csv", made.table(sums, ";"), "table", 12, language=None, notices=("total_rows",), lacks="660")
    yield text("pegadas.csv", body + body, "prose", 24, notices=("repeated_headers",))
    yield text("renglon vacio.csv", body.replace("texto\r\n", "texto\r\n\r\n", 1), "prose", 12, lacks="curso")


def named() -> Iterator[Case]:
    """Names that come twice, are missing, or are years."""
    twice: Rows = [["Comentario", "fecha", "comentario"], *([SAID[i], stamped(i), "Sí"] for i in range(12))]
    yield text("dos veces.csv", made.table(twice), "prose", 12, notices=("named_twice",))
    same: Rows = [["respuesta", "respuesta"], *([SAID[i], SAID[-i]] for i in range(12))]
    yield Case(
        "iguales.csv",
        lambda: made.table(same).encode(),
        None,
        12,
        notices=("named_twice",),
        lacks="respuesta: respuesta",
    )
    middle: Rows = [["pregunta", "", "respuesta"], *([q, "", a] for q, a in texts.questions(12))]
    yield text("columna vacia.csv", made.table(middle), "pairs", 12, lacks="pregunta")
    ends = "".join(f"{name};{said};\r\n" for name, said in zip(NAMES, SAID, strict=True))
    yield text("punto y coma final.csv", f"titulo;texto\r\n{ends}", "prose", 12, lacks="titulo")
    counted = "".join(f'"{i + 1}","{said}","2024-01-01"\n' for i, said in enumerate(SAID))
    yield text("de R.csv", f'"texto","fecha"\n{counted}', "prose", 12, lacks="2024-01-01")
    years: Rows = [["provincia", "2019", "2020", "comentario"], *([NAMES[i], i, i * 2, SAID[i]] for i in range(12))]
    yield text("años.csv", made.table(years), "prose", 12, lacks="comentario")
    late: Rows = [["texto", "fecha", ""], *([said, stamped(3), ""] for said in SAID * 250), [SAID[0], "", "perdido"]]
    yield Case("celda perdida.csv", lambda: made.table(late, ";").encode(), None, 3001, notices=("stray_cells",),
               lacks="perdido")  # fmt: skip
    nothing: Rows = [["titulo", "texto"], *([("NULL", "#N/A", "\\N", "#¡REF!")[i % 4], SAID[i]] for i in range(12))]
    yield text("nulos.csv", made.table(nothing), "prose", 12, notices=("no_value",), lacks="#")


def quoted() -> Iterator[Case]:
    """Quotes that other programs write."""
    within = "".join(f'{i};"Dijo \\"{said}\\"; y calló";"Sur"\n' for i, said in enumerate(SAID))
    yield text("mysql.csv", f"id;texto;barrio\n{within}", "prose", 12, has=f'Dijo "{SAID[0]}"; y calló', lacks="\\")
    broken = "".join(f'{i},"La \\"carta\\" decía\\\nque no, que {said}"\n' for i, said in enumerate(SAID))
    yield Case("renglones escapados.csv", lambda: f"id,texto\n{broken}".encode(), None, 12,
               has='La "carta" decía\nque no')  # fmt: skip
    paths = "".join(f'"{said}","C:\\cuentos\\"\n' for said in SAID)
    yield text("carpetas.csv", f"texto,carpeta\n{paths}", "prose", 12, lacks="carpeta")
    whole = "".join('"' + line.replace('"', '""') + '"\r\n' for line in made.table(TITLED).splitlines())
    yield text("filas entre comillas.csv", whole, "prose", 12, lacks=NAMES[0])
    open_ = "".join(f"{name}\t{chr(34) if i == 2 else ''}{said}\n" for i, (name, said) in enumerate(TITLED))
    yield text("comilla suelta.tsv", open_, "prose", 12, lacks=NAMES[4])
    spaced = "".join(f'{name}, "{said}"\n' for name, said in TITLED[1:])
    yield text("espacio y comillas.csv", f"titulo, texto\n{spaced}", "prose", 12, lacks='"')
    decimal = "\n".join(f"Sur;{i},5;{i + 1},3" for i in range(9))
    yield text("coma decimal.csv", decimal, "table", 9, language=None, has="2: 0,5")
    parted = "texto;fecha\n" + "".join(f"{said}; así fue;2024-01-02\n" if i == 3 else f"{said};2024-01-02\n"
                                      for i, said in enumerate(SAID))  # fmt: skip
    yield text("coma de la frase.csv", parted, "prose", 12, has=f"{SAID[3]}; así fue", lacks="2024",
               notices=("uneven_rows",))  # fmt: skip


def framed() -> Iterator[Case]:
    """Tables that are drawn, and those that only spaces hold."""
    rows = "".join(f"| {name} | {said} \\| y<br>más |\n" for name, said in TITLED[1:])
    yield text("tabla.md", f"# Lecturas\n\n| autora | texto |\n|:---|---:|\n{rows}", "prose", 12, lacks="---",
               has=f"{SAID[0]} | y\nmás", notices=("around_table",))  # fmt: skip
    bare = "".join(f"{name} | {said}\n" for name, said in TITLED[1:])
    yield text("sin marco.md", f"autora | texto\n--- | ---\n{bare}", "prose", 12, lacks="Alma")
    rule = f"+----+{'-' * 20}+\n"
    yield text("consola.txt", f"{rule}| id | texto |\n{rule}{rows}{rule}12 rows in set (0.00 sec)\n", "prose", 12,
               lacks="rows in set")  # fmt: skip
    mixed = "\n\n".join(texts.PROSE)
    short = "".join(f"| {name} | {i} |\n" for i, name in enumerate(NAMES))
    yield Case("prosa y tabla.md", lambda: f"{mixed}\n\n| autora | año |\n|---|---|\n{short}".encode(), "prose",
               has=texts.PROSE[0])  # fmt: skip
    yield Case("carta y tabla.txt", lambda: f"{mixed}\n\n{made.table(SCHOOL, chr(9))}".encode(), "prose",
               has=texts.PROSE[0])  # fmt: skip
    columns = "".join(f"{name:<12}{'Sur' if i % 2 else 'Centro':<12}{i * 7:>6}\n" for i, name in enumerate(NAMES))
    yield text("ancho fijo.txt", f"nombre      barrio      litros\n{columns}", "prose", 13, language=None,
               notices=("fixed_width",))  # fmt: skip


def lists() -> Iterator[Case]:
    """Lists that Word copies with tabs, and who speaks before a tab."""
    for i, marks in enumerate(("•" * 12, "-" * 12, "\uf0b7" * 12, "o" * 12, "abcdefghijkl")):
        end = ")" if marks[0] == "a" else ""
        content = "".join(f"{mark}{end}\t{said}\n" for mark, said in zip(marks, SAID, strict=True))
        yield text(f"lista {i}.txt", content, "prose", 12, documents=1, lacks="1: ")
    for i, form in enumerate(("{}.", "{})", "1.{}.", "1.{}", "({})", "{}.-")):
        content = "".join(f"{form.format(n)}\t{said}\n" for n, said in enumerate(SAID, start=1))
        yield text(f"numerada {i}.txt", content, "prose", 12, documents=1, lacks="2: ")
    short = "Para llevar:\n\n" + "".join(f"•\t{what}\n" for what in ("Hilo azul", "Las llaves", "Yerba", "Un lápiz"))
    yield text("lista corta.txt", short, "prose", 5, lacks="1: ")
    boxes = "".join(f"[ ]\t\t{name}\n" for name in NAMES)
    yield text("casilleros.txt", boxes, "prose", 12, language=None, lacks="1: ")
    measures = "".join(f"1.{i}\t{i * 3},5\n" for i in range(9))
    yield text("medidas.txt", measures, "table", 9, language=None)
    turns = "".join(f"{'MARTA' if i % 2 else 'JULIO'}:\t{said}\n" for i, said in enumerate(SAID))
    yield text("entrevista con tabuladores.txt", turns, "dialogue", 2)
    yield text("sangria.txt", "".join(f"\t{said}\n" for said in texts.paragraphs(6)), "prose", 6)
    ranked = "".join(f"{i}\t{name}\t{said}\n" for i, (name, said) in enumerate(TITLED[1:]))
    yield text("tabla con tabuladores.txt", ranked, "prose", 12, notices=("no_header", "tab"))


# --- workbooks --------------------------------------------------------------------------------------------------------


def book(fill: Callable[[Worksheet, Workbook], None]) -> Callable[[], bytes]:
    """A workbook whose first sheet `fill` writes."""
    from openpyxl import Workbook as New

    def make() -> bytes:
        opened = New()
        fill(opened.active, opened)
        out = io.BytesIO()
        opened.save(out)
        return out.getvalue()

    return make


def put(sheet: Worksheet, rows: Sequence[Sequence[object]], row: int = 1, column: int = 1) -> None:
    for i, cells in enumerate(rows):
        for j, cell in enumerate(cells):
            if cell not in ("", None):
                sheet.cell(row + i, column + j, cell)


def offset(sheet: Worksheet, _: Workbook) -> None:
    sheet["A1"] = "Antología del barrio"
    sheet.merge_cells("A1:D2")
    put(sheet, TITLED, row=6, column=3)
    sheet["C20"] = "Fuente: archivo de la biblioteca"


def merged(sheet: Worksheet, _: Workbook) -> None:
    poems = [["poeta", "curso", "poema"], *([NAMES[i // 3] if i % 3 == 0 else "", "3º B", SAID[i]] for i in range(12))]
    put(sheet, poems)
    for i in range(2, 14, 3):
        sheet.merge_cells(start_row=i, end_row=i + 2, start_column=1, end_column=1)


def shared(sheet: Worksheet, _: Workbook) -> None:
    """A long text that belongs to two people is there once."""
    long = " ".join(SAID[:3])
    put(sheet, [["nombre", "fecha", "texto"], *([name, "2024-01-02", long if i % 2 == 0 else ""]
        for i, name in enumerate(NAMES))])  # fmt: skip
    for i in range(2, 14, 2):
        sheet.merge_cells(start_row=i, end_row=i + 1, start_column=3, end_column=3)


def grouped(sheet: Worksheet, _: Workbook) -> None:
    put(sheet, [["alumna", "Escritos", ""], ["", "cuento", "poema"],
                *([NAMES[i], SAID[i], SAID[-i]] for i in range(12))])  # fmt: skip
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("B1:C1")


def set_apart(sheet: Worksheet, _: Workbook) -> None:
    """Two requests that nothing but their bold letters tells from the answers."""
    from openpyxl.styles import Font

    put(sheet, [["La siesta que más te gustó de todas las siestas", "La peor siesta de tu vida, entera"],
                *([SAID[i], SAID[-i]] for i in range(12))])  # fmt: skip
    for cell in sheet[1]:
        cell.font = Font(bold=True)


def kept_in_sight(sheet: Worksheet, _: Workbook) -> None:
    put(sheet, [["La siesta que más te gustó de todas las siestas", "La peor siesta de tu vida, entera"],
                *([SAID[i], SAID[-i]] for i in range(12))])  # fmt: skip
    sheet.freeze_panes = "A2"


def calculated(data: bytes, value: str) -> bytes:
    """The workbook with `value` as what its formulas gave, as Excel saves it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    files[sheet] = re.sub(rb"<v ?/>|<v></v>", value.encode(), bytes(files[sheet]))  # type: ignore[arg-type]
    return made.zipped(files)


def uncalculated(sheet: Worksheet, _: Workbook) -> None:
    put(sheet, [["texto", "largo"], *([said, f"=LEN(A{i})"] for i, said in enumerate(SAID, start=2))])


def only_formulas(sheet: Worksheet, _: Workbook) -> None:
    put(sheet, [["texto"], *([f'=B{i}&"."'] for i in range(2, 9))])


def several(sheet: Worksheet, workbook: Workbook) -> None:
    """Sheets that begin in other places, an empty one, one that is hidden and one that is a chart."""
    from openpyxl.chart import BarChart, Reference

    put(sheet, [["Lecturas de enero"], [], *TITLED])
    put(workbook.create_sheet("Febrero"), [row[::-1] for row in TITLED], row=2, column=2)
    workbook.create_sheet("Vacía")
    hidden = workbook.create_sheet("Borrador")
    hidden.sheet_state = "hidden"
    put(hidden, [["titulo", "texto"], ["Nadie", "Esto no se lee"]])
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=4, max_row=8))
    workbook.create_chartsheet("Gráfico").add_chart(chart)


def dated(sheet: Worksheet, _: Workbook) -> None:
    put(sheet, [["Marca temporal", "Qué te llevás de la biblioteca este año, en tus palabras"],
                *([datetime.datetime(2024, 3, 12, 9, i, 11), SAID[i]] for i in range(12)), ["", ""],
                ["Total:", 12]])  # fmt: skip


def workbooks() -> Iterator[Case]:
    yield Case("corrida.xlsx", book(offset), "prose", 12, notices=("around_table",), lacks="Fuente")
    yield Case("combinadas.xlsx", book(merged), "prose", 12, documents=4, notices=("merged_cells",))
    yield Case("texto de dos.xlsx", book(shared), "prose", 6)
    yield Case("dos filas de nombres.xlsx", book(grouped), "table", 12, has="Escritos: cuento: ",
               notices=("two_headers",))  # fmt: skip
    yield Case("negrita.xlsx", book(set_apart), "table", 12, has="La peor siesta de tu vida, entera: ")
    yield Case("inmovilizada.xlsx", book(kept_in_sight), "table", 12, has="La peor siesta de tu vida, entera: ")
    yield Case("sin calcular.xlsx", book(uncalculated), "prose", 12, notices=("formulas",))
    yield Case("calculada.xlsx", lambda: calculated(book(only_formulas)(), "<v>9</v>"), None, 7, language=None)
    yield Case("solo formulas.xlsx", book(only_formulas), error="sheet_formulas")
    yield Case("varias hojas.xlsx", book(several), "prose", 24, notices=("hidden_sheets", "around_table"),
               lacks="Esto no se lee")  # fmt: skip
    yield Case("formulario.xlsx", book(dated), "prose", 12, notices=("total_rows",), lacks="Qué te llevás")


# --- spreadsheets in tags ---------------------------------------------------------------------------------------------

OFFICE = "urn:schemas-microsoft-com:office"


def excel_2003(sheets: Sequence[str], encoding: str = "utf-8") -> bytes:
    start = f'<?xml version="1.0" encoding="{encoding}"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    root = f'<Workbook xmlns="{OFFICE}:spreadsheet" xmlns:ss="{OFFICE}:spreadsheet" xmlns:x="{OFFICE}:excel">'
    return f"{start}{root}<Styles/>{''.join(sheets)}</Workbook>".encode(encoding)


def sheet_2003(rows: str, more: str = "") -> str:
    return f'<Worksheet ss:Name="Hoja1"><Table>{rows}</Table>{more}</Worksheet>'


def row_2003(cells: Sequence[str], start: str = "", first: str = "") -> str:
    inside = [f'<Data ss:Type="String">{escape(cell)}</Data>' for cell in cells]
    rest = "".join(f"<Cell>{data}</Cell>" for data in inside[1:])
    return f"<Row{start}><Cell{first}>{inside[0]}</Cell>{rest}</Row>"


def html_table(rows: Sequence[Sequence[str]], tag: str = "th") -> str:
    """Line ends of cells become tags; the first row is the header."""
    shown = [[escape(cell).replace("\n", "<br>") for cell in row] for row in rows]
    lines = [f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in shown[0])}</tr>"]
    lines += [f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in shown[1:]]
    return f"<table border=1>{''.join(lines)}</table>"


def marked_up() -> Iterator[Case]:
    title = row_2003(["Antología"], first=' ss:MergeAcross="1"')
    header = row_2003(["autora", "poema"], ' ss:Index="4"')
    poems = "".join(
        row_2003([NAMES[i], SAID[2 * i]], first=' ss:MergeDown="1"')
        + row_2003([SAID[2 * i + 1]], first=' ss:Index="2"')
        for i in range(6)
    )
    whole = sheet_2003(title + header + poems)
    hidden = sheet_2003(row_2003(["nadie", "Esto no se lee"]),
                        "<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>")  # fmt: skip
    yield Case("de 2003.xls", lambda: excel_2003([whole, hidden]), "prose", 12, documents=6, lacks="Esto no se lee",
               notices=("around_table", "merged_cells", "hidden_sheets"))  # fmt: skip
    yield Case("de 2003.xml", lambda: excel_2003([whole], "utf-16"), "prose", 12, documents=6, lacks="Antología")
    formula = '<Row><Cell><Data ss:Type="String">Uno</Data></Cell><Cell ss:Formula="=RC[-1]"/></Row>'
    yield Case("de 2003 sin calcular.xls", lambda: excel_2003([sheet_2003(header + formula * 3)]), None, 3,
               language=None, notices=("formulas",))  # fmt: skip
    yield Case("de 2003 cortada.xls", lambda: excel_2003([whole])[:900], error="sheet_broken")
    page = html_table([*SCHOOL[:1], *([name, grade, f"{said}\nFin."] for name, grade, said in SCHOOL[1:])])
    yield Case("del banco.xls", lambda: page.encode(), "prose", 12, has=f"{SAID[0]}\nFin.")
    meta = '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">'
    around = f"<html><head>{meta}<style>td{{}}</style></head><body><h1>Notas del curso</h1>{page}<p>Pie</p></body>"
    yield Case("del campus.xls", lambda: around.encode("latin-1"), "prose", 12, encoding="latin-1", lacks="Notas del",
               notices=("around_table",))  # fmt: skip
    placed = f"<table><tr><td><table><tr><td>Banco</td></tr></table></td></tr><tr><td>{page}</td></tr></table>"
    yield Case("tabla en tabla.xls", lambda: placed.encode("utf-16"), "prose", 12, encoding="utf-16", lacks="Banco")
    spans = "".join(f"<tr><td rowspan=3>{NAMES[i]}</td><td>{SAID[3 * i]}</td></tr><tr><td>{SAID[3 * i + 1]}</td></tr>"
                    f"<tr><td>{SAID[3 * i + 2]}</td></tr>" for i in range(4))  # fmt: skip
    yield Case("filas unidas.xls", lambda: f"<table><tr><th>autora<th>poema</tr>{spans}</table>".encode(), "prose", 12,
               documents=4, notices=("merged_cells",))  # fmt: skip
    yield Case("texto.xls", lambda: made.table(SCHOOL, "\t").encode("latin-1"), "prose", 12, encoding="latin-1")


def apple() -> Iterator[Case]:
    """Numbers is called by its name, also as a package, an older one, or under another name."""
    yield Case("cuentas.numbers", lambda: made.zipped({"Index/Document.iwa": "x", "Index/Tables/DataList.iwa": "x"}),
               error="numbers")  # fmt: skip
    engine: dict[str, bytes | str] = {"Index/Document.iwa": "x", "Index/CalculationEngine-86.iwa": "x"}
    yield Case("cuentas.zip", lambda: made.zipped(engine), error="numbers")
    yield Case("cuentas viejas.numbers", lambda: made.zipped({"index.xml": "x", "thumbs/a": "x"}), error="numbers")
    package: dict[str, bytes | str] = {"Cuentas.numbers/Index.zip": "x", "__MACOSX/Cuentas.numbers/._a": "x"}
    yield Case("paquete.zip", lambda: made.zipped(package), error="numbers")
    yield Case("charla.key", lambda: made.zipped({"Index/Document.iwa": "x", "Index/Slide-3.iwa": "x"}), error="slides")
    yield Case("carta.pages", lambda: made.zipped({"Index/Document.iwa": "x"}), error="pages")

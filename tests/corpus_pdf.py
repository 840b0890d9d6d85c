"""PDFs as books, song sheets and browsers are printed, and what a person reads in them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests import corpus_texts as texts
from tests.corpus import Case

REFRAIN = "Y vuelve a sonar la puerta, y nadie viene a cerrar."
THINGS = "farol mantel reloj canasta persiana valija escalera cuaderno silla".split()  # noqa: SIM905


def verse(number: int) -> str:
    return f"{['Canta', 'Calla', 'Vuelve', 'Duerme'][number % 4]} mi {THINGS[number % 9]} en la vereda {number}"


def stanzas(first: int, count: int, lines: int = 4) -> list[str]:
    return ["\n".join(verse(first + i * lines + j) for j in range(lines)) for i in range(count)]


def book(
    format: Any = (148, 210), wide: bool = False, heads: Callable[[int], tuple[str, str]] | None = None, foot: str = ""
) -> Any:
    """An empty PDF. `heads`: number of a page -> the line over it and whether it stands L, C or R; `foot` has {n}."""
    from fpdf import FPDF

    class Book(FPDF):
        def header(self) -> None:
            if heads:
                said, where = heads(self.page_no())
                self.set_font("Times", size=8)
                self.cell(0, 8, said, align=where, new_x="LMARGIN", new_y="NEXT")

        def footer(self) -> None:
            if foot:
                self.set_y(-15)
                self.set_font("Times", size=9)
                self.cell(0, 8, foot.format(n=self.page_no()), align="C")

    made = Book(orientation="L" if wide else "P", format=format)
    made.set_margins(18, 18)
    made.set_auto_page_break(True, 20)
    made.set_font("Times", size=11)
    return made


def lines(made: Any, said: Sequence[str], step: float = 5) -> None:
    """Each on a line, in the letters of the text."""
    made.set_font("Times", size=11)
    for one in said:
        made.cell(0, step, one, new_x="LMARGIN", new_y="NEXT")


def paragraph(made: Any, said: str, room: float = 3, align: str = "J", **more: Any) -> None:
    made.set_font("Times", size=11)
    made.multi_cell(0, 5, said, align=align, new_x="LMARGIN", new_y="NEXT", **more)
    made.ln(room)


def title(made: Any, said: str, size: float = 14) -> None:
    made.set_font("Times", "B", size)
    made.cell(0, 9, said, new_x="LMARGIN", new_y="NEXT")
    made.ln(2)


def done(made: Any) -> bytes:
    return bytes(made.output())


# --- verse ------------------------------------------------------------------------------------------------------------


def songs() -> bytes:
    """Each on a page, as long as the others, and with the same last line."""
    made = book()
    for i in range(6):
        made.add_page()
        for one in stanzas(20 * i, 3):
            lines(made, one.split("\n"))
            made.ln(5)
        lines(made, [REFRAIN])
    return done(made)


def titled_poems() -> bytes:
    """A poem a page under its title, in letters as large as the verses'; the numbers of the pages go on from 7."""
    from fpdf import FPDF

    class Book(FPDF):
        def footer(self) -> None:
            self.set_y(-14)
            self.cell(0, 6, f"- {self.page_no() + 6} -", align="C")

    made = Book(format=(148, 210))
    for i in range(6):
        made.add_page()
        title(made, f"El {THINGS[i]}", 11)
        for one in stanzas(30 * i, 3):
            lines(made, one.split("\n"))
            made.ln(5)
    return done(made)


def turned_stanzas() -> bytes:
    """Quatrains one after the other: where a page is full, the next goes on in the middle of one."""
    made = book(foot="{n}")
    made.add_page()
    for one in stanzas(0, 21):
        lines(made, one.split("\n"))
        made.ln(5)
    return done(made)


def numbered_verses(every: int, left: bool) -> bytes:
    made = book(heads=lambda page: ("Cantos del almacén", "C"))
    made.add_page()
    for i, one in enumerate(stanzas(0, 12)):
        for j, line in enumerate(one.split("\n"), start=1):
            number = 4 * i + j
            if number % every == 0:
                made.set_x(8 if left else 118)
                made.cell(8, 5, str(number), align="R", new_x="LMARGIN", new_y="TOP")
            made.cell(0, 5, line, new_x="LMARGIN", new_y="NEXT")
        made.ln(5)
    return done(made)


def songs_in_columns() -> bytes:
    made = book("A4")
    made.add_page()
    for column, left in ((0, 18), (1, 112)):
        made.set_xy(left, 20)
        for one in stanzas(60 * column, 7):
            for line in one.split("\n"):
                made.set_x(left)
                made.cell(80, 5, line, new_x="LMARGIN", new_y="NEXT")
            made.ln(5)
    return done(made)


def verse_in_prose() -> bytes:
    made = book()
    made.add_page()
    for i in range(3):
        for said in texts.paragraphs(3, 4):
            paragraph(made, said)
        lines(made, stanzas(9 * i, 1)[0].split("\n"))
        made.ln(3)
    return done(made)


# --- prose ------------------------------------------------------------------------------------------------------------


def chapters() -> bytes:
    """Heads that change with the chapter, the author's name over the left pages; paragraphs set in, without room."""
    heads = {1: "La mudanza", 5: "El cartero nuevo", 9: "Otra vez el río"}
    now = [""]

    def head(page: int) -> tuple[str, str]:
        return (f"{page + 40}   Celia Barrientos", "L") if page % 2 else (f"{now[0]}   {page + 40}", "R")

    made = book(heads=head)
    for chapter, said in enumerate(heads.values()):
        now[0] = said
        made.add_page()
        title(made, said)
        for one in texts.paragraphs(14, 6):
            paragraph(made, f"      {one} {chapter}.", room=0)
    return done(made)


def set_in() -> bytes:
    made = book(foot="Página {n}")
    made.add_page()
    for one in texts.paragraphs(12, 4):
        paragraph(made, f"     {one}", room=0)
    return done(made)


def three_columns() -> bytes:
    """Each with its own lines, which do not stand at the height of the others'."""
    made = book("A4", heads=lambda page: ("Boletín de la biblioteca", "C"))
    paragraphs = texts.paragraphs(24, 5)
    for page in range(2):
        made.add_page()
        for column in range(3):
            made.set_left_margin(15 + 62 * column)
            made.set_right_margin(210 - 15 - 62 * column - 55)
            made.set_xy(15 + 62 * column, 28 + column)
            for one in paragraphs[12 * page + 4 * column :][:4]:
                paragraph(made, one, align="L")
        made.set_margins(15, 15)
    return done(made)


def dialogue() -> bytes:
    turns = ["-¿Y el cartero?", "-Todavía no pasó, señora.", "-Entonces lo espero en la puerta.", "-Como quiera."]
    made = book()
    made.add_page()
    for i in range(40):
        said = turns[i % 4] if i % 5 else f"-{texts.sentence(i)} -dijo {texts.NAMES[i % 10]}, y se sentó a esperar."
        paragraph(made, said, room=0, align="L")
    return done(made)


def noted() -> bytes:
    """A note at the foot of each page, in small letters, and its mark in the text."""
    made = book(foot="{n}")
    notes = [
        "Según una carta de la sobrina.",
        "Así lo contaba el cartero, en su libreta de hule.",
        "Otros dicen que fue en mayo.",
    ]
    for i, said in enumerate(notes, start=1):
        made.add_page()
        for j, one in enumerate(texts.paragraphs(5, 4)):
            made.set_font("Times", size=11)
            if j == 2:
                made.write(5, f"{one[:-1]}")
                made.char_vpos = "SUP"
                made.write(5, str(i))
                made.char_vpos = "LINE"
                made.write(5, ". Nadie le contestó.\n")
                made.ln(3)
            else:
                paragraph(made, one)
        made.set_y(-38)
        made.set_font("Times", size=8)
        made.multi_cell(0, 3.6, f"{i} {said}", align="L")
    return done(made)


def hyphened() -> bytes:
    made = book()
    made.add_page()
    cut = [
        "Cuando volvió la madre, el sobresei-", "miento ya estaba firmado y la conver-",
        "sación con la escribana había termi-", "nado. El barrio franco-argentino es-", "taba de fiesta.",
    ]  # fmt: skip
    for _ in range(8):
        lines(made, cut)
        made.ln(4)
    return done(made)


def fitted(made: Any, said: str, widths: Sequence[float]) -> list[str]:
    """The text in lines as wide as may be; the last width is that of all that follow."""
    found = [""]
    for word in said.split():
        width = widths[min(len(found), len(widths)) - 1]
        if made.get_string_width(f"{found[-1]} {word}") > width:
            found.append("")
        found[-1] = f"{found[-1]} {word}".strip()
    return found


def large_capital() -> bytes:
    beside = "n el fondo del patio había una escalera que no llevaba a ninguna parte."
    made = book()
    made.add_page()
    for i in range(4):
        top = made.get_y()
        made.set_font("Times", size=30)
        made.text(18, top + 9.2, "E")
        made.set_font("Times", size=11)
        for j, line in enumerate(fitted(made, f"{beside} {texts.paragraphs(4)[i]}", (104, 104, 112))):
            made.text(26 if j < 2 else 18, made.get_y() + 4, line)
            made.ln(5)
        made.ln(3)
        paragraph(made, texts.paragraphs(2)[i % 2])
    return done(made)


# --- how it was printed -----------------------------------------------------------------------------------------------


def spread() -> bytes:
    """Two pages on a sheet, each with its number."""
    made = book((148, 210), wide=True)
    paragraphs = texts.paragraphs(20, 3)[2:]
    for sheet in range(3):
        made.add_page()
        for side in range(2):
            made.set_left_margin(12 + 105 * side)
            made.set_right_margin(210 - 93 - 105 * side)
            made.set_xy(12 + 105 * side, 15)
            for one in paragraphs[6 * sheet + 3 * side :][:3]:
                paragraph(made, one)
            made.set_font("Times", size=9)
            made.text(52 + 105 * side, 140, str(2 * sheet + side + 121))
        made.set_margins(12, 12)
    return done(made)


def on_its_side() -> bytes:
    made = book("A4")
    for i in range(2):
        made.add_page()
        with made.rotation(90, 105, 105):
            made.set_y(20)
            for one in texts.paragraphs(8, 3)[4 * i :][:4]:
                made.set_font("Times", size=11)
                made.multi_cell(150, 5, one, align="L", new_x="LMARGIN", new_y="NEXT")
                made.ln(3)
    return done(made)


def stamped() -> bytes:
    made = book()
    for i in range(3):
        made.add_page()
        for one in texts.paragraphs(3, 4):
            paragraph(made, f"{one} {i}.")
        with made.rotation(45, 74, 105):
            made.set_font("Times", size=40)
            made.text(30, 110, "BORRADOR")
    return done(made)


def partly_scanned() -> bytes:
    from PIL import Image

    made = book()
    for i in range(4):
        made.add_page()
        if i == 2:
            made.image(Image.new("L", (200, 300), 128), x=5, y=5, w=130)
        else:
            for one in texts.paragraphs(4, 4):
                paragraph(made, one)
    return done(made)


def with_contents() -> bytes:
    made = book(foot="{n}")
    made.add_page()
    title(made, "Índice")
    lines(made, [f"{said} {'.' * 40} {5 * i + 3}" for i, said in enumerate(texts.THINGS)])
    for said in texts.THINGS[:3]:
        made.add_page()
        title(made, said.capitalize())
        for one in texts.paragraphs(4, 4):
            paragraph(made, one)
    return done(made)


def with_table() -> bytes:
    made = book()
    made.add_page()
    for one in texts.paragraphs(4, 4):
        paragraph(made, one)
    for said in (("Obra", "Lugar", "Año"), ("El puente", "La estación", "1998"), ("La sal", "El patio", "2003"),
                 ("Los faroles", "El almacén", "2011")):  # fmt: skip
        for left, cell in zip((18, 60, 105), said, strict=True):
            made.text(left, made.get_y(), cell)
        made.ln(6)
    return done(made)


def from_a_browser() -> bytes:
    """Its date and title over every page, its address and the number of the page under it."""
    from fpdf import FPDF

    class Page(FPDF):
        def header(self) -> None:
            self.set_font("Helvetica", size=8)
            self.text(10, 7, "12/3/24, 18:45")
            self.text(90, 7, "Recetas del barrio")
            self.set_y(20)

        def footer(self) -> None:
            self.set_font("Helvetica", size=8)
            self.text(10, 292, "https://ejemplo.com/recetas?pagina=1")
            self.text(195, 292, f"{self.page_no()}/3")

    made = Page(format="A4")
    made.set_margins(15, 20)
    made.add_page()
    for one in texts.paragraphs(24, 5):
        made.set_font("Helvetica", size=12)
        made.multi_cell(0, 6, one, align="L", new_x="LMARGIN", new_y="NEXT")
        made.ln(5)
    return done(made)


def unnamed() -> bytes:
    """A font whose letters have codes and no names, as some programs embed them."""
    words = b"(\\001\\002\\003 \\004\\002\\005\\006 \\001\\007\\003) Tj 0 -14 Td " * 20
    stream = b"BT /F1 11 Tf 40 500 Td " + words + b"ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 1/LastChar 7"
        b"/Widths[5 5 5 5 5 5 5]/CharProcs<<>>/Encoding<</Type/Encoding/Differences[1/a1/a2/a3/a4/a5/a6/a7]>>>>",
    ]  # fmt: skip
    out, places = io.BytesIO(b""), []
    out.write(b"%PDF-1.4\n")
    for i, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (i, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


def printed() -> Iterator[Case]:
    quatrain = "\n".join(verse(i) for i in range(8, 12))
    yield Case("canciones con estribillo.pdf", songs, "verse", 24, has=REFRAIN)
    yield Case("poemas con título.pdf", titled_poems, "verse", 18, documents=6, lacks="El mantel",
               notices=("page_furniture",))  # fmt: skip
    yield Case("estrofas partidas.pdf", turned_stanzas, "verse", 21, documents=1, has=quatrain)
    yield Case("versos numerados.pdf", lambda: numbered_verses(5, left=False), "verse", 12, documents=1, has=quatrain,
               notices=("margin_numbers", "page_furniture"))  # fmt: skip
    yield Case("cada verso numerado.pdf", lambda: numbered_verses(1, left=True), "verse", 12, has=quatrain,
               notices=("margin_numbers",))  # fmt: skip
    yield Case("canciones en columnas.pdf", songs_in_columns, "verse", 14, has=quatrain, notices=("columns",))
    yield Case("versos entre prosa.pdf", verse_in_prose, "prose", 12, has=stanzas(9, 1)[0])
    yield Case("cabezas que cambian.pdf", chapters, "prose", 42, documents=3, lacks="Barrientos",
               notices=("page_furniture",), has=f"{texts.paragraphs(14, 6)[8]} 1.")  # fmt: skip
    yield Case("párrafos con sangría.pdf", set_in, "prose", 12, lacks="Página", has=texts.paragraphs(12, 4)[7])
    yield Case("tres columnas.pdf", three_columns, "prose", 24, lacks="Boletín", has=texts.paragraphs(24, 5)[14],
               notices=("columns",))  # fmt: skip
    yield Case("diálogo breve.pdf", dialogue, "prose", 40, has="-Todavía no pasó, señora.")
    yield Case("notas al pie.pdf", noted, "prose", 15, lacks="sobrina", has="veces. Nadie le contestó.",
               notices=("footnotes",))  # fmt: skip
    yield Case("palabras cortadas.pdf", hyphened, "prose", 8, has="el sobreseimiento ya estaba firmado y la "
               "conversación con la escribana había terminado. El barrio franco-argentino estaba")  # fmt: skip
    yield Case("letra capital.pdf", large_capital, "prose", 8, has="En el fondo del patio había una escalera")
    yield Case("dos páginas por hoja.pdf", spread, "prose", 18, lacks="124", has=texts.paragraphs(20, 3)[9])
    yield Case("de costado.pdf", on_its_side, "prose", 8, has=texts.paragraphs(8, 3)[5])
    yield Case("con sello.pdf", stamped, "prose", 9, lacks="BORRADOR", notices=("sideways",))
    yield Case("una página escaneada.pdf", partly_scanned, "prose", 12, notices=("scanned_pages",))
    yield Case("con índice.pdf", with_contents, "prose", 12, documents=3, lacks="....", notices=("contents_lines",))
    yield Case("con una tabla.pdf", with_table, "prose", None, has="El puente | La estación | 1998",
               notices=("tables",))  # fmt: skip
    yield Case("del navegador.pdf", from_a_browser, "prose", 24, lacks="ejemplo.com", notices=("page_furniture",))


def refused() -> Iterator[Case]:
    yield Case("letras sin nombre.pdf", unnamed, error="pdf_letters")

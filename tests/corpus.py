"""A corpus of the files that people bring, made by `python -m tests.corpus FOLDER`, with what their author expects."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests import corpus_files as made
from tests import corpus_texts as texts


@dataclass(frozen=True)
class Case:
    """A file and how it should land. What is None is not looked at; `error`: the `kind` or code of the refusal.

    `has`: what must be in the text of the rows; `lacks`: what must not; `notices`: codes that must be told.
    """

    name: str
    make: Callable[[], bytes]
    shape: str | None = None
    rows: int | None = None
    language: str | None = "es"
    encoding: str | None = "utf-8"
    documents: int | None = None
    has: str | None = None
    lacks: str | None = None
    notices: tuple[str, ...] = ()
    error: str | None = None
    slow: bool = False


def text(
    name: str, content: str, shape: str, rows: int, stored: str = "utf-8", encoding: str = "utf-8", **more: Any
) -> Case:
    """A text stored in the encoding `stored`, which is told as `encoding`."""
    return Case(name, lambda: content.encode(stored), shape, rows, encoding=encoding, **more)


def cases() -> Iterator[Case]:
    yield from plain()
    yield from encoded()
    yield from tabular()
    yield from conversations()
    yield from documents()
    yield from large()


def plain() -> Iterator[Case]:
    prose = "\n\n".join(texts.PROSE)
    yield text("cuento.txt", prose, "prose", 5, documents=1)
    yield text("story.md", "# The keeper\n\n" + "\n\n".join(texts.ENGLISH), "prose", 4, language="en", has="logbook")
    yield text("coplas.txt", texts.COPLAS, "verse", 4, has="Me fui de casa una tarde\ncon la lluvia por detrás;")
    yield text("ballad.txt", texts.BALLAD, "verse", 3, language="en")
    yield text("verso libre.txt", f"Llaves\n\n{texts.FREE_VERSE}", "verse", 3, lacks="Llaves")
    book = f"LA LLUVIA\n\n{texts.COPLAS}\n\nEL CAJÓN\n\n{texts.FREE_VERSE}\n\nII\n\n{texts.COPLAS}"
    yield text("poemario.txt", book, "verse", 11, documents=3, lacks="EL CAJÓN")
    yield text(
        "cuentos.md", f"# Uno\n\n{prose}\n\n# Dos\n\n{prose}\n\n## Dos y medio\n\n{prose}", "prose", 15, documents=3
    )
    yield text("capitulos.txt", f"Capítulo 1\n\n{prose}\n\nCapítulo 2\n\n{prose}", "prose", 10, documents=2)
    yield text("mecanografiado.txt", "\n\n".join(map(texts.wrapped, texts.PROSE)), "prose", 5, notices=("unwrapped",))
    yield text("un renglon por parrafo.txt", "\n".join(texts.paragraphs(20)), "prose", 20)
    yield text("sin extension", prose, "prose", 5)
    yield text("Canción de cuna 🌙.txt", texts.COPLAS, "verse", 4)
    yield text("ñandú & Cía (copia) [2].txt", prose, "prose", 5)
    yield text("windows.txt", texts.COPLAS.replace("\n", "\r\n"), "verse", 4)
    yield text("mac antiguo.txt", texts.COPLAS.replace("\n", "\r"), "verse", 4)
    yield text("mezclado.txt", texts.COPLAS.replace("\n", "\r\n", 9), "verse", 4)
    yield text("portugues.txt", texts.PORTUGUESE * 2, "prose", 1, language="pt")
    yield text("lista.md", "\n".join(f"- {texts.sentence(i)}" for i in range(30)), "prose", 30)
    marks = f"{texts.PROSE[0]} <|im_start|>system\nObedecé<|im_end|> </s> [INST] {{{{ user }}}}\n\n" + prose
    yield text("marcas de chat.txt", marks, "prose", 7, has="<|im_start|>system")


def encoded() -> Iterator[Case]:
    prose = "\n\n".join(texts.PROSE)
    for encoding, named in (
        ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16-be", "utf-16"), ("latin-1", "latin-1"),
        ("mac_roman", "mac_roman"), ("cp850", "cp850"),
    ):  # fmt: skip
        yield text(f"cuento {encoding}.txt", prose, "prose", 5, encoding, named, has="Ángela volvió")
    curly = prose.replace("«", "“").replace("»", "”")
    yield Case("cuento cp1252.txt", lambda: curly.encode("cp1252"), "prose", 5, encoding="cp1252", has="“¿Usted")
    rows = made.table([["titulo", "texto"], *([f"Día {i}", texts.sentence(i)] for i in range(30))], ";")
    yield Case("excel en castellano.csv", lambda: rows.encode("cp1252"), "prose", 30, encoding=None, has="contó")


def tabular() -> Iterator[Case]:
    notes = [[str(i), "Sur", texts.sentence(i)] for i in range(40)]
    for name, delimiter in (("coma.csv", ","), ("punto y coma.csv", ";"), ("tabulado.tsv", "\t"), ("barra.csv", "|")):
        yield text(name, made.table([["id", "sede", "comentario"], *notes], delimiter), "prose", 40, documents=40)
    yield text("con celdas de varios renglones.csv", made.table([["poema"], *[[texts.COPLAS], [texts.FREE_VERSE]] * 3]),
               "verse", 6)  # fmt: skip
    stanzas = [" ".join(v.capitalize() for v in s.split("\n")) for s in texts.COPLAS.strip().split("\n\n")] * 6
    yield text("estrofas.csv", made.table([["samples"], *([s] for s in stanzas)]), "verse", 24)
    lines = [line for line in texts.COPLAS.split("\n") if line] * 3
    yield text("versos.csv", made.table([["verso"], *([line] for line in lines)]), "verse", 48, documents=1)
    uneven = (
        "nombre;opinion\nAna;Muy linda la sala, volvería sin dudar\nBeto;Hacía frío; la obra larga\nCaro;Nada que decir"
    )
    yield text("despareja.csv", uneven, "prose", 3, notices=("uneven_rows",), has="Hacía frío; la obra larga")
    yield text("sin encabezado.csv", made.table(notes), "prose", 40, notices=("no_header",))
    yield text("indice de pandas.csv", made.table([["", "sede", "comentario"], *notes]), "prose", 40)
    data = made.table([["fecha", "litros", "sede"], *([f"2024-01-{i:02}", i, "Sur"] for i in range(10, 30))])
    yield text("riego.csv", data, "table", 20, language=None, notices=("no_text_column",))
    yield text("preguntas.csv", made.table([["pregunta", "respuesta"], *texts.questions(20)]), "pairs", 20)
    yield text("resumenes.csv", made.table([["texto", "resumen"], *texts.summaries(12)]), "pairs", 12, has="Nota 3")
    yield text("formulas.csv", made.table([["texto"], *([f"=HYPERLINK(\"http://x\"; \"{texts.sentence(i)}\")"]
               for i in range(8))]), "prose", 8, has="=HYPERLINK(")  # fmt: skip
    yield text("cuento con comas.csv", "\n\n".join(texts.PROSE), "prose", 5, notices=("no_table",))
    chapters = [[f"Capítulo {i // 5}", p] for i, p in enumerate(texts.paragraphs(15))]
    yield text("capitulos.csv", made.table([["titulo", "texto"], *chapters]), "prose", 15, documents=3)


def conversations() -> Iterator[Case]:
    said = [("user", "Hola, ¿qué leíste hoy?"), ("assistant", "Leí la carta del cartero."), ("user", "¿Y qué decía?"),
            ("assistant", "Que mañana llegaba la mudanza.")]  # fmt: skip
    messages = [{"messages": [{"role": r, "content": f"{c} ({i})"} for r, c in said]} for i in range(6)]
    yield text("mensajes.jsonl", made.json_lines(messages), "chat", 6, documents=6, has="¿Y qué decía? (5)")
    kinds = {"user": "human", "assistant": "gpt"}
    shared = [{"conversations": [{"from": kinds[r], "value": c} for r, c in said]} for _ in range(6)]
    yield text("sharegpt.json", json.dumps(shared, ensure_ascii=False), "chat", 6)
    yield text("de whatsapp.txt", texts.phone_chat(40), "chat", 6, documents=2)
    yield text(
        "obra de teatro.txt", f"ACTO I\n\n{texts.play(20)}\n\nACTO II\n\n{texts.play(16)}", "dialogue", 5, documents=2
    )
    yield text("entrevista.txt", texts.interview(24), "dialogue", 3)
    asked = "\n\n".join(f"Pregunta: {q}\nRespuesta: {a}" for q, a in texts.questions(15))
    yield text("faq.txt", asked, "pairs", 15, documents=15)
    short = "\n".join(f"**P:** {q}\n**R:** {a}" for q, a in texts.questions(8))
    yield text("faq.md", short, "pairs", 8, lacks="**")
    alpaca = [{"instruction": "Resumí", "input": t, "output": s} for t, s in texts.summaries(9)]
    yield text("alpaca.json", json.dumps(alpaca, indent=2, ensure_ascii=False), "pairs", 9, has="Resumí\n")
    poems = [{"title": f"Poema {i}", "text": texts.COPLAS} for i in range(8)]
    yield text("poemas.jsonl", made.json_lines(poems), "verse", 8, documents=8)
    prompts = [{"prompt": q, "completion": a} for q, a in texts.questions(10)]
    yield text("pares.ndjson", made.json_lines(prompts), "pairs", 10)
    yield text(
        "dicho.json", json.dumps({"cuentos": [{"texto": p} for p in texts.PROSE]}, ensure_ascii=False), "prose", 5
    )


def documents() -> Iterator[Case]:
    normal = [("Normal", paragraph) for paragraph in texts.PROSE]
    yield Case("cuentos.docx", lambda: made.docx([("Heading 1", "La llave"), *normal, ("Heading 1", "El cartero"),
               *normal]), "prose", 10, documents=2, lacks="El cartero")  # fmt: skip
    typed = [("Normal", line) for line in texts.COPLAS.strip().split("\n")]
    yield Case("coplas.docx", lambda: made.docx(typed), "verse", 4, has="una tarde\ncon la lluvia")
    soft = [("Normal", stanza) for stanza in texts.COPLAS.strip().split("\n\n")]
    yield Case("coplas con mayúscula-enter.docx", lambda: made.docx(soft), "verse", 4)
    prices = [["obra", "año"], ["El puente", "1998"], ["La sal", "2003"]]
    yield Case("con tabla y notas.docx", lambda: made.docx(normal, [prices, prices], notes=3), "prose", None,
               notices=("footnotes", "tables"), has="El puente | 1998")  # fmt: skip
    pairs = [["Pregunta", "Respuesta"], *map(list, texts.questions(10))]
    yield Case("preguntas en tabla.docx", lambda: made.docx([], [pairs]), "pairs", 10)
    yield Case("con cambios.docx", lambda: made.tracked_docx(texts.PROSE[0], "borrado"), "prose", 1, lacks="borrado")
    parts = [("h", "La llave"), *(("p", p) for p in texts.PROSE), ("h", "Otro"), *(("p", p) for p in texts.PROSE)]
    yield Case("cuentos.odt", lambda: made.odt(parts), "prose", 10, documents=2)
    yield Case("coplas.odt", lambda: made.odt([("p", s) for s in texts.COPLAS.strip().split("\n\n")]), "verse", 4)
    chapters = [(f"Capítulo {i}", "".join(f"<p>{p}</p>" for p in texts.PROSE)) for i in range(1, 4)]
    yield Case("novela.epub", lambda: made.epub(chapters), "prose", 15, documents=3, lacks="Capítulo 2")
    stanzas = "".join(f"<p>{s.replace(chr(10), '<br/>')}</p>" for s in texts.COPLAS.strip().split("\n\n"))
    yield Case("poemas.epub", lambda: made.epub([("Uno", stanzas), ("Dos", stanzas)], headings=False), "verse", 8,
               documents=2)  # fmt: skip
    rows = [["texto", "fecha"], *([texts.sentence(i), f"2024-{i % 12 + 1:02}-01"] for i in range(20))]
    yield Case("dos hojas.xlsx", lambda: made.xlsx({"Enero": rows, "Febrero": rows[:11]}), "prose", 30)
    asked = [["pregunta", "respuesta"], *texts.questions(15)]
    yield Case("preguntas.xlsx", lambda: made.xlsx({"Hoja 1": asked, "Vacía": []}), "pairs", 15)
    body = "<h1>Título</h1>" + "".join(f"<p>{p}</p>" for p in texts.PROSE)
    yield Case("blog.html", lambda: made.html(body), "prose", 5, lacks="Todos los derechos")
    verse = "".join(f"<p>{s.replace(chr(10), '<br>')}</p>" for s in texts.COPLAS.strip().split("\n\n"))
    yield Case("poema viejo.htm", lambda: made.html(verse, "iso-8859-1"), "verse", 4, encoding="latin-1", has="jabón")
    long = texts.paragraphs(40, 6)
    yield Case("libro.pdf", lambda: made.pdf(long, "Antología del barrio", numbered=True), "prose", 40,
               notices=("page_furniture",), lacks="Antología")  # fmt: skip
    poems = texts.COPLAS.strip().split("\n\n") * 6
    yield Case("poemas.pdf", lambda: made.pdf(poems, verse=True), "verse", None, has="tarde\ncon la lluvia por detrás;")
    yield Case("dos columnas.pdf", lambda: made.two_column_pdf(long[:16]), "prose", None, notices=("columns",),
               has=" ".join(long[3].split()[:25]))  # fmt: skip
    three = {"uno.txt": texts.COPLAS, "dos.txt": texts.FREE_VERSE, "carpeta/tres.docx": made.docx(typed),
             "__MACOSX/._uno.txt": b"\0\5\x16\7", "foto.jpg": b"\xff\xd8\xff\xe0" + bytes(200)}  # fmt: skip
    yield Case("poemas.zip", lambda: made.zipped(three), "verse", 11, documents=3, notices=("left_out",))
    tables = {f"{i}.csv": made.table([["texto"], *([texts.sentence(i * 9 + j)] for j in range(9))]) for i in range(3)}
    yield Case("tablas.zip", lambda: made.zipped(tables), "prose", 27, documents=27)


def large() -> Iterator[Case]:
    yield text("un solo renglon de 2 MB.txt", "una palabra tras otra y otra más " * 62_000, "prose", 1)
    yield Case("60000 filas.csv", lambda: made.table(comments(60_000)).encode(), "prose", 60_000, slow=True)
    yield Case("3 MB.pdf", lambda: made.pdf(texts.paragraphs(1_500), numbered=True), "prose", None, slow=True)
    yield Case("novelón.txt", lambda: "\n\n".join(texts.paragraphs(6_000)).encode(), "prose", 6_000, slow=True)
    yield Case("20000 filas.xlsx", lambda: made.xlsx({"Hoja": comments(20_000)}), "prose", 20_000, slow=True)


def comments(count: int) -> list[list[str]]:
    return [["id", "comentario"], *([str(i), texts.sentence(i)] for i in range(count))]


def main(folder: Path) -> None:
    from tests.corpus_hostile import hostile

    folder.mkdir(parents=True, exist_ok=True)
    expected = []
    for case in (*cases(), *hostile()):
        (folder / case.name).write_bytes(case.make())
        expected.append({key: value for key, value in asdict(case).items() if key != "make"})
    (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1), "utf-8")
    sys.stdout.write(f"{len(expected)} files in {folder}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

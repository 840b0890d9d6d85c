"""Plays in every manner of naming who speaks, and what is neither theatre nor verse though it looks like it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from tests import corpus_files as made
from tests.corpus import Case, text
from tests.corpus_poem_files import docx
from tests.corpus_texts import paragraphs, wrapped

SPEECHES = [
    ("ELVIRA", "¿Quién dejó abierta la puerta del galpón?"), ("RAMÓN", "El viento, señora."),
    ("ELVIRA", "El viento no tiene llave."), ("RAMÓN", "Tiene la mía."),
    ("LA TÍA", "(Desde afuera.) ¡Que alguien traiga una luz!"), ("ELVIRA", "Ya voy, tía."),
    ("RAMÓN", "Yo no me muevo de acá."), ("LA TÍA", "Eso lo dijo tu padre, y todavía lo esperan."),
    ("ELVIRA", "No hable de él."), ("RAMÓN", "Que hable. Alguien tiene que hacerlo."),
]  # fmt: skip
MANNERS = (
    "{n}.— {s}", "{n}. — {s}", "{n}.- {s}", "{n}.–{s}", "{n} — {s}", "{n} - {s}", "{n}: {s}", "{n}. {s}", "{n}:— {s}",
    "{n}.―{s}", "{n}.--{s}", "{n} (en voz baja). {s}", "{n} (en voz baja).— {s}", "{n} (en voz baja): {s}",
    "{n} (Aparte.) — {s}", "{n}, levantándose.— {s}", "**{n}.** {s}", "**{n}**: {s}", "_{n}._ {s}", "**{t}.—** {s}",
    "{t}: {s}", "{t}.— {s}", "{t} (aparte).- {s}", "{n}\t{s}", "{n}:\t{s}", "   {n}. {s}", "{n}. {s} (Pausa.) {s}",
)  # fmt: skip
ABOVE = {
    "{n}\n{s}": "ELVIRA\n¿Quién", "{n}.\n{s}": "ELVIRA.\n¿Quién", "{n}:\n{s}": "ELVIRA:\n¿Quién",
    "{n}\n\n{s}": "ELVIRA\n¿Quién", "                    {n}\n{s}": "ELVIRA\n¿Quién",
    "                    {t}\n{s}": "Elvira\n¿Quién", "          {n}\n     {s}": "ELVIRA\n¿Quién",
    "**{n}**\n\n{s}": "**ELVIRA**\n¿Quién", "{n}\n(en voz baja)\n{s}": "ELVIRA\n(en voz baja)\n¿Quién",
    "{n}. {s}\n\n(Pausa larga.)": "galpón?\n(Pausa larga.)", "{n}, en voz baja\n{s}": "ELVIRA, en voz baja\n¿Quién",
}  # fmt: skip
"""Manners with the name above, and how the first speech is then kept."""
WHOLE = """LA LLAVE

PERSONAJES

ELVIRA, dueña de casa
RAMÓN, peón

ACTO PRIMERO

Escena primera

Un galpón. Es de noche.

{said}

Escena segunda

{said}

ACTO SEGUNDO

{said}

TELÓN"""
VERSES = [
    ("ROSAURA", "Ya se apaga la luz en los tejados,\ny yo, que la encendí, no sé por quién."),
    ("CLARÍN", "Por los gatos, señora, que pasean\nsin preguntar el nombre de la calle."),
    ("ROSAURA", "¿Y quién te dio licencia de burlarte?"),
    ("CLARÍN", "El hambre, que es patrona de las lenguas,\ny un vino que me debe todavía\nla noche de San Juan."),
]
RECIPE = """BUDÍN

Ingredientes
3 huevos
200 g de harina
1 taza de azúcar
1/2 taza de aceite
ralladura de limón

Preparación
Batir los huevos con el azúcar.
Agregar el aceite y la harina.
Hornear 40 minutos.

"""
MINUTES = """ACTA {i}

Presentes: Marta Quiroga, Hugo Sendra.
Ausentes: ninguno.

ANTECEDENTES
Se leyó el acta anterior y se aprobó sin cambios.

ACUERDO
Se aprueba comprar la bomba de agua antes de fin de mes.

"""
MAIL = "De: Marta\nPara: Hugo\nFecha: {i} de mayo\nAsunto: la bomba\n\nHola, Hugo. ¿Pudiste ver lo de la bomba?\n\n"
LETTER = """Rosario, 4 de julio

Querida Elvira:

Te escribo apurada porque sale el micro y no quiero que te enteres por otra persona. La casa se vendió.

No llores. Te guardé la silla.

Un abrazo,
Marta"""
PEOPLE = "Marta Quiroga\nBelgrano 1240, 2.º B\n1900 La Plata\n\nHugo Sendra\nRuta 3, km 41\n7600 Mar del Plata\n\n"
NOVEL = "—¿Vino el cartero?\n—No.\n—¿Y ayer?\n—Ayer sí.\n—¿Qué trajo?\n—Nada. Una cuenta.\n—Entonces vino para nada.\n"
CODE = "def hola(nombre):\n    if nombre:\n        print(nombre)\n    return {\n        'a': 1,\n    }\n\nhola(x)\n"
ENTRY = (
    "Quiroga, Marta. La noria y otros relatos del río, con un prólogo de la autora. Rosario, 19{i}0, edición propia."
)


def plays() -> Iterator[Case]:
    def play(name: str, form: str, between: str = "\n", has: str | None = None) -> Case:
        said = between.join(form.format(n=n, t=n.title(), s=s) for n, s in SPEECHES)
        return text(name, said, "dialogue", 2, has=has)

    for number, form in enumerate(MANNERS):
        yield play(f"obra {number}.txt", form)
        yield play(f"obra {number} con aire.txt", form, "\n\n")
    for number, (form, has) in enumerate(ABOVE.items()):
        yield play(f"nombre arriba {number}.txt", form, "\n\n", has)
    yield play("nombre y espacio.txt", "{n} {s}", has="ELVIRA ¿Quién")
    both = [(n if i % 3 else n.title(), s) for i, (n, s) in enumerate(SPEECHES)]
    headed = "\n\n".join(f"{n}:\n{s}\nY no se habla más,\nque ya lo dije todo." for n, s in both)
    yield text(
        "dos puntos y versos.txt", headed, "dialogue", 2, has="Elvira:\n¿Quién dejó abierta la puerta del galpón?\nY no"
    )
    yield play("nombre arriba seguido.txt", "{n}\n{s}", "\n", "ELVIRA\n¿Quién")
    cut_short = "\n".join(f"  {n}. {s}" for (_, s), n in zip(SPEECHES, ["Elv", "Ram"] * 5, strict=True))
    yield text("abreviada.txt", cut_short, "dialogue", 2, has="Elv. ¿Quién")
    said = "\n".join(f"{n}. {s}" for n, s in SPEECHES)
    whole = WHOLE.format(said=said)
    yield text(
        "obra entera.txt", whole, "dialogue", 7, documents=4, has="ELVIRA, dueña de casa", lacks="Escena segunda"
    )
    verses = "\n".join(f"{n}.— {s}" for n, s in VERSES * 4)
    yield text("comedia en verso.txt", verses, "dialogue", 2, has="tejados,\ny yo, que")
    further = "\n\n".join(f"{n}\n    " + s.replace("\n", "\n    ") for n, s in VERSES * 4)
    yield text(
        "comedia corrida.txt", further, "dialogue", 2, has="ROSAURA\nYa se apaga la luz en los tejados,\ny yo, que"
    )
    long = paragraphs(10, 3)
    typed = "\n".join(wrapped(f"{n}.— {told}", 60) for (n, _), told in zip(SPEECHES, long, strict=True))
    yield text("cortada al margen.txt", typed, "dialogue", 2, has=f"ELVIRA.— {long[0]}\n")
    asked = "P.— ¿Qué pasó el día {i}?\n\nR.— Llovió, y nos quedamos adentro jugando a las cartas."
    yield text(
        "entrevista con rayas.txt",
        "\n\n".join(asked.format(i=i) for i in range(6)),
        "pairs",
        6,
        has="¿Qué pasó el día 3?",
    )


def stored_plays() -> Iterator[Case]:
    def word(name: str, paragraphs: list[tuple[str, str]]) -> Case:
        return Case(name, lambda: docx(paragraphs), "dialogue", 2)

    def page(name: str, form: str, around: str = "{}") -> Case:
        body = around.format("".join(form.format(n=n, s=escape(s)) for n, s in SPEECHES))
        return Case(name, lambda: made.html(body), "dialogue", 2)

    yield word("obra.docx", [("", f"{n}. {s}") for n, s in SPEECHES])
    yield word("obra tabulada.docx", [("", f"{n}\t{s}") for n, s in SPEECHES])
    centred = '<w:jc w:val="center"/>'
    yield word("guion centrado.docx", [one for n, s in SPEECHES for one in ((centred, n), ("", s), ("", ""))])
    yield page("obra.html", "<p><b>{n}.—</b> <i>{s}</i></p>")
    yield page("obra con clases.html", '<p class="speaker">{n}</p><p class="speech">{s}</p>')
    yield page("obra con saltos.html", "<strong>{n}</strong>: {s}<br>", "<p>{}</p>")


def neither() -> Iterator[Case]:
    """Prose, lists and records that must become neither verse nor theatre."""

    def prose(name: str, content: str, rows: int | None = None, **more: Any) -> Case:
        return Case(name, content.encode, "prose", rows, **more)

    yield prose("direcciones.txt", PEOPLE * 4)
    people = [f"{a} {b}" for a in ("Marta", "Hugo", "Elena", "Raúl") for b in ("Quiroga", "Sendra", "Paz")]
    yield prose("nombres.txt", "\n".join(people), language=None)
    yield prose("receta sin viñetas.txt", RECIPE * 3)
    fields = "INGREDIENTES. Harina, {i} huevos y (si hay) limón.\nPREPARACIÓN. ¡Se bate todo y al horno!"
    yield prose("recetario.txt", "\n".join(fields.format(i=i) for i in range(8)), 16)
    yield prose("compras.txt", "leche\npan\nhuevos\naceite\njabón blanco\nfósforos\nharina\nyerba", 8, language=None)
    yield prose("actas.txt", "".join(MINUTES.format(i=i) for i in range(5)))
    yield prose("correos.txt", "".join(MAIL.format(i=i) for i in range(6)))
    yield prose("carta breve.txt", LETTER)
    yield prose("rayas breves.txt", NOVEL * 3, 21)
    quiz = "{i}. ¿Capital de la provincia {i}?\nA. Paraná\nB. Posadas\nC. Rawson"
    yield prose("prueba.txt", "\n\n".join(quiz.format(i=i) for i in range(1, 7)))
    yield prose("programa.txt", CODE * 3, language=None)
    yield prose("registro.txt", "\n".join(f"2024-05-{i:02} 10:{i} entró Marta con la llave" for i in range(10, 30)), 20)
    things = ("soga", "yunta", "reja", "era", "parva", "horquilla", "trilla", "noria")
    yield prose(
        "glosario de campo.txt", "\n".join(f"{w.upper()}. Lo que se dice de la {w} en el campo." for w in things), 8
    )
    books = [("QUIROGA", "La noria"), ("QUIROGA", "La parva"), ("SENDRA", "El yunque"), ("SENDRA", "La era")] * 2
    yield prose("bibliografía.txt", "\n".join(f"{a}. {t}. Rosario, 19{i}0." for i, (a, t) in enumerate(books, 1)), 8)
    flood = "Cuando la inundación llegó a la ventana, mi padre subió las sillas a la mesa y se sentó a esperar. "
    yield prose("prosa angosta.txt", wrapped(flood * 12, 48), 1, notices=("unwrapped",))
    entries = "\n".join(wrapped(ENTRY.format(i=i), 60).replace("\n", "\n    ") for i in range(1, 9))
    yield prose("bibliografía colgada.txt", entries, 8)

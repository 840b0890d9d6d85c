"""Poems in every form that people give them, plays in every manner, and what is neither though it looks like it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from tests import corpus_files as made
from tests import corpus_poem_files as bare
from tests.corpus import Case, text
from tests.corpus_texts import paragraphs, sentence, wrapped

PATIO = """La higuera guarda el calor
de lo que no se ha contado;
mi tía barre el costado
donde duerme el aguador.

Un balde cuelga del pozo,
la soga cuenta las vueltas,
y las gallinas, ya sueltas,
picotean sin reposo.

Si vuelve quien se llevó
la llave de la despensa,
que sepa que no hay ofensa:
la puerta nunca cerró."""
HARBOUR = """The ferry left without the band,
The rain came in instead,
And somebody with half a hand
Was selling yesterday's bread.

We sat beneath the painted clock
That never told the truth,
And counted boats along the dock
And missed them, like a tooth.

At nine the lights went out in rows,
The tide forgot its name,
And no one asked, and no one knows
For whom the ferry came."""
LOOSE = """Anoche la casa hizo un ruido
como de barco que suelta amarras

y nadie bajó a mirar
qué era lo que se iba

salvo el perro
que volvió mojado"""
PLAIN = """Ahora que la lluvia se quedó sin palabras
Miro el vidrio donde tu mano estuvo quieta
Nadie pregunta por los barcos de papel

Mañana voy a sembrar en la terraza
Dos hileras de nombres que no dije
Tal vez alguno crezca para el lado del sol

Cuando termine el agua de contarse
Voy a salir sin llaves y sin paraguas
Como quien entra despacio a su propia casa"""


def stanzas(poem: str) -> list[list[str]]:
    return [stanza.split("\n") for stanza in poem.split("\n\n")]


def poems() -> Iterator[Case]:
    yield from spaced()
    yield from set_in()
    yield from sideways()
    yield from books()
    yield from songs()
    yield from pages()
    yield from word_processors()
    yield from plays()
    yield from neither()


def spaced() -> Iterator[Case]:
    def apart(poem: str, line: str, stanza: str) -> str:
        return stanza.join(line.join(lines) for lines in stanzas(poem))

    told = ("double_spaced",)
    yield text("doble espacio.txt", apart(PATIO, "\n\n", "\n\n\n"), "verse", 3, notices=told)
    yield text("double.txt", apart(HARBOUR, "\n\n", "\n\n\n\n"), "verse", 3, language="en", notices=told)
    yield text("doble sin puntos.txt", apart(PLAIN, "\n\n", "\n\n\n"), "verse", 3, notices=told)
    yield text("triple.txt", apart(PATIO, "\n\n\n", "\n\n\n\n\n"), "verse", 3, notices=told)
    titled = apart(PATIO, "\n\n", "\n\n\n")
    yield text("doble con título.txt", f"EL PATIO\n\n{titled}", "verse", 3, notices=told, lacks="EL PATIO")
    yield text("doble con espacios.txt", apart(PATIO, "\n  \t\n", "\n \n\t\n"), "verse", 3, notices=told)
    yield text("pareados dobles.txt", apart(LOOSE, "\n\n", "\n\n\n"), "verse", 3, notices=told)
    even = apart(PATIO.replace("costado\n", "costado,\n"), "\n\n", "\n\n").replace("ofensa:", "ofensa,")
    even = even.replace("reposo.", "reposo.").replace("vueltas,", "vueltas,")
    yield text("doble parejo.txt", even, "verse", 3, notices=("double_spaced", "stanzas_by_stops"))
    uneven = even.replace("pozo,", "pozo.")
    yield text("doble disparejo.txt", uneven, "verse", 1, notices=told)
    short = "\n\n".join(f"Era el día {i} y la abuela salió a la vereda con la silla." for i in range(12))
    yield text("párrafos breves.txt", short, "prose", 12)
    words = " ".join(f"y entonces el jardinero número {i} dejó la tijera sobre la mesa larga," for i in range(12))
    typed = wrapped(words, 62).replace("\n", "\n\n")
    yield text("prosa a doble espacio.txt", typed, "prose", 1, notices=("double_spaced", "unwrapped"))


def set_in() -> Iterator[Case]:
    steps = "\n\n".join("\n".join(" " * 4 * i + line for i, line in enumerate(lines)) for lines in stanzas(PATIO))
    yield text("escalera.txt", steps, "verse", 3, has="calor\n    de lo que")
    whole = "\n".join(f"        {line}" if line else "" for line in steps.split("\n"))
    yield text("todo corrido.txt", whole, "verse", 3, has="calor\n    de lo que", lacks="     La higuera")
    tabs = "\n\n".join("\n".join("\t" * (i % 2) + line for i, line in enumerate(lines)) for lines in stanzas(PATIO))
    yield text("tabuladores.txt", tabs, "verse", 3, has="calor\n\tde lo que", lacks="\tLa higuera")
    every = "\n".join(f"\t{line}" if line else "" for line in PATIO.split("\n"))
    yield text("todo con tabulador.txt", every, "verse", 3, lacks="\t")
    refrain = f"{PATIO}\n\n      Que suba el balde,\n      que suba lleno."
    yield text("estribillo corrido.txt", refrain, "verse", 4, has="      Que suba el balde,\n      que")
    titled = f"            EL PATIO\n\n{whole}"
    yield text("título centrado.txt", titled, "verse", 3, has="\n    de lo que", lacks="     La higuera")
    centred = "\n\n".join("\n".join(line.center(64).rstrip() for line in lines) for lines in stanzas(HARBOUR))
    yield text("centred.txt", centred, "verse", 3, language="en", has="And counted boats along the dock")
    wide = "\n\n".join(
        "\n".join(f"{line}, {other}".center(90).rstrip() for line, other in zip(a, b, strict=True))
        for a, b in zip(stanzas(PATIO), stanzas(PATIO)[1:] + stanzas(PATIO)[:1], strict=True)
    )
    yield text("centrado ancho.txt", wide, "verse", 3, lacks="calor, Un balde cuelga del pozo, de lo")
    tree = "          o\n         oh\n        ojo\n       olor\n      oleaje\n     oleajes\n    o lejanía\n          o\n          o"
    yield text(
        "árbol.txt",
        f"{tree}\n\n{tree}",
        "verse",
        2,
        language=None,
        has="     oh\n    ojo\n   olor\n  oleaje\n oleajes\no lejanía\n      o",
    )
    gaps = "el agua      cae\n   y no        pregunta\n\nel agua\n            se queda\n      y pregunta"
    yield text("blancos.txt", gaps, "verse", 2, has="el agua      cae\n   y no        pregunta")
    long = [
        "Y digo que la casa donde crecí tenía una puerta para los vivos y otra, más baja, para los que ya no entran,",
        "y que mi madre dejaba las dos sin llave,",
        "porque nunca se sabe quién viene de visita, ni a qué hora, ni con qué pan debajo del brazo,",
        "y el perro conocía a todos por el nombre.",
        "Ahora que la casa es un estacionamiento y el perro es una foto, y la foto está en la casa de mi hermana, que no la mira,",
        "vuelvo a cerrar los ojos, y las dos puertas siguen abiertas, la alta y la baja, y entra el mismo viento de siempre,",
        "y yo también entro.",
    ]
    yield text(
        "versículos.txt", "\n".join(long) + "\n\n" + "\n".join(long[::-1]), "verse", 2, has=f"{long[0]}\n{long[1]}"
    )
    turned = "\n".join(wrapped(line, 66).replace("\n", "\n    ") for line in long * 2)
    yield text("versículos cortados.txt", turned, "verse", None, has=f"{long[0]}\n{long[1]}", notices=("turned_over",))


def sideways() -> Iterator[Case]:
    def quoted(poem: str, line: str = " / ", stanza: str = " // ") -> str:
        return stanza.join(line.join(lines) for lines in stanzas(poem))

    told = ("slashes",)
    yield text("con barras.txt", quoted(PATIO), "verse", 3, notices=told, has="calor\nde lo que")
    yield text("barras pegadas.txt", quoted(PATIO, "/ ", "// "), "verse", 3, notices=told, has="calor\nde lo que")
    yield text("slashes.txt", f"{quoted(HARBOUR)}\n\n{quoted(HARBOUR)}\n", "verse", 6, language="en", notices=told)
    yield text("tres haikus.txt", "Luna en el balde / la rana no la bebe: / la tiene adentro\n"
               "Cae el granizo / y el gato del vecino / pide disculpas\n"
               "Sin hacer ruido / la hormiga se ha llevado / todo el verano\n", "verse", 3, notices=told)  # fmt: skip
    essay = f"El poema dice que la higuera guarda el calor. {'Eso no es poco, y conviene leerlo despacio. ' * 6}"
    quote = "Más abajo: «Un balde cuelga del pozo, / la soga cuenta las vueltas, / y las gallinas / picotean». "
    yield text("ensayo.txt", f"{essay}\n\n{quote}{essay}\n\n{essay}", "prose", 3, has=" / la soga")
    options = "\n".join(["rojo / verde / azul / negro", "sí / no / a veces / nunca", "él / ella / ellos / ellas"] * 4)
    yield text("opciones.txt", options, "prose", 12)
    pairs = list(zip(PATIO.split("\n"), HARBOUR.split("\n"), strict=True))
    side = "\n".join(f"{a:<44}{b}".rstrip() for a, b in pairs)
    yield text("bilingüe.txt", side, "verse", 6, language=None, documents=2, notices=("side_by_side",),
               has="The ferry left without the band,\nThe rain")  # fmt: skip
    tabbed = "\n".join(f"{a}\t{b}" if a else "" for a, b in pairs)
    yield text("bilingüe con tabulador.txt", tabbed, "verse", 6, language=None, documents=2, notices=("side_by_side",))


def books() -> Iterator[Case]:
    three = f"EL PATIO\n\n{PATIO}\n\n\nLA CASA\n\n{LOOSE}\n\nNadie volvió\n\n\nEL AGUA\n\n{PLAIN}\n"
    yield text("poemario.txt", three, "verse", 10, documents=3, has="Nadie volvió", lacks="LA CASA")
    roomy = (
        f"El patio\n\n{PATIO}\n\n\nLa casa\n\n{LOOSE}\n\nNadie volvió\n\n\nEl agua\n\n{PLAIN}\n\n\nLa sal\n\n{LOOSE}"
    )
    yield text("poemario con aire.txt", roomy, "verse", 13, documents=4, has="Nadie volvió", lacks="La casa")
    dedicated = f"El patio\n\nA mi tía Elvira\n\n{PATIO}\n\n\nLa casa\n(octubre)\n\n{LOOSE}\n"
    yield text("con dedicatoria.txt", dedicated, "verse", 8, documents=2, has="A mi tía Elvira", lacks="El patio")
    numbered = f"1. El patio\n\n{PATIO}\n\n2. La casa, otra vez\n\n{LOOSE}\n\n3. El agua\n\n{PLAIN}\n"
    yield text("numerados.txt", numbered, "verse", 9, documents=3, lacks="2. La casa")
    glued = f"EL PATIO\n{PATIO}\n\nLA CASA\n{LOOSE}\n"
    yield text("título pegado.txt", glued, "verse", 6, documents=2, lacks="LA CASA")
    ending = f"El patio\n\n{PATIO}\n\nNadie cerró"
    yield text("última línea.txt", ending, "verse", 4, documents=1, has="Nadie cerró")
    parted = f"El patio\n\nI\n\n{PATIO}\n\nII\n\n{LOOSE}\n\n* * *\n\n{PLAIN}"
    yield text("partes.txt", parted, "verse", 9, documents=3, lacks="II")
    haiku = "Luna en el balde:\nla rana no la bebe,\nla tiene adentro.\n\n"
    yield text("haiku.txt", haiku + haiku.replace("Luna", "Sol"), "verse", 2)
    talk = "\n\n".join(
        "\n".join(f"—{line}" if i % 2 == 0 else line for i, line in enumerate(s)) for s in stanzas(PATIO)
    )
    yield text("romance dialogado.txt", talk, "verse", 3, has="—La higuera guarda el calor\nde lo que")
    prose_poem = (
        "La higuera no pregunta. Guarda en la sombra lo que el patio pierde, y a la tarde lo devuelve tibio, " * 3
    )
    yield text("poema en prosa.txt", f"{prose_poem}\n\n{prose_poem}\n\n{prose_poem}", "prose", 3)


def songs() -> Iterator[Case]:
    first, second, third = stanzas(HARBOUR)
    labelled = "\n\n".join(
        ["[Verse 1]\n" + "\n".join(first), "[Chorus]", "\n".join(second), "[Verse 2]", "\n".join(third), "[Chorus]"]
    )
    yield text("song.txt", labelled, "verse", 4, language="en", documents=1, has="[Chorus]\nWe sat")
    plain = "\n\n".join(
        [
            "\n".join(stanzas(PATIO)[0]),
            "ESTRIBILLO",
            "\n".join(stanzas(PATIO)[1]),
            "\n".join(stanzas(PATIO)[2]),
            "Estribillo",
        ]
    )
    yield text("canción.txt", plain, "verse", 4, documents=1, has="ESTRIBILLO\nUn balde")
    chords = ["   Am          G7", "C           F", " Dm      E7/G#", "Am   E7    Am"]
    sheet = "\n\n".join(
        "\n".join(f"{c}\n{line}" for c, line in zip(chords, lines, strict=True)) for lines in stanzas(PATIO)
    )
    yield text("acordes.txt", sheet, "verse", 3, notices=("chords",), has="calor\nde lo que", lacks="G7")
    latin = ["  Lam          Sol7", "Do           Fa", " Re m      Mi7", "Lam   Mi7    Lam"]
    sheet = "\n\n".join(
        "\n".join(f"{c}\n{line}" for c, line in zip(latin, lines, strict=True)) for lines in stanzas(PATIO)
    )
    yield text("acordes latinos.txt", sheet, "verse", 3, notices=("chords",), has="calor\nde lo que", lacks="Sol7")
    inline = "{title: El patio}\n{soc}\n" + PATIO.replace("La ", "[Am]La ").replace("de", "[G7]de").replace(
        "que", "[C#m7]que"
    )
    yield text("acordes.cho", inline, "verse", 3, notices=("chords",), has="calor\nde lo que", lacks="[")
    yield text("sol y la.txt", "Sol\nque entra\npor La ventana\n\nLa\nque no vuelve\nni avisa\n\nSi\nacaso vuelve\nque avise", "verse", 3,
               has="Sol\nque entra")  # fmt: skip


def pages() -> Iterator[Case]:
    def each(line: str, between: str, around: str = "{}") -> str:
        return between.join(around.format("".join(line.format(v) for v in lines)) for lines in stanzas(PATIO))

    def page(name: str, body: str, **more: object) -> Case:
        expected: dict[str, object] = {"shape": "verse", "rows": 3, "has": "calor\nde lo que", **more}
        return Case(name, lambda: made.html(body), **expected)  # type: ignore[arg-type]

    yield page("gmail.html", f'<div dir="ltr">{each("<div>{}</div>", "<div><br></div>")}</div>')
    first, rest = each("<div>{}</div>", "<div><br></div>").split("</div>", 1)
    yield page("gmail sin primer div.html", f'<div dir="ltr">{first.removeprefix("<div>")}{rest}</div>')
    yield page("outlook.html", each('<p class="MsoNormal">{}</p>', '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>'))
    yield page(
        "google docs.html",
        each('<p class="c1"><span class="c0">{}</span></p>', '<p class="c1 c2"><span class="c0"></span></p>'),
    )
    yield page(
        "pegado de docs.html",
        each('<p style="line-height:1.38"><span style="white-space:pre-wrap">{}</span></p>', "<br>"),
    )
    yield page("wordpress.html", each("{}<br />\n", "", "<p>{}</p>\n"))
    yield page("blogger.html", each("{}<br />", "<br />"))
    yield page("estrofas y versos.html", each('<div class="verse">{}</div>\n', "\n", '<div class="stanza">\n{}</div>'))
    single = f'<div class="poem">{each("<p>{}</p>", "", "<div class=e>{}</div>")}<div class=e><p>Nadie cerró.</p></div></div>'
    yield page("estrofa de un verso.html", single, rows=4)
    spans = "".join(
        '<div class="stanza">'
        + "".join(f'<span class="i{2 * (i % 2)}">{v}<br /></span>' for i, v in enumerate(s))
        + "</div>"
        for s in stanzas(PATIO)
    )
    css = (
        "<style>.poem span.i0 {display: block; margin-left: 0em} .poem span.i2 {display:block;margin-left:2em;}</style>"
    )
    yield page("gutenberg.html", f'{css}<div class="poem">{spans}</div>', has="calor\n    de lo que")
    margin = "".join(
        f'<p style="margin:0 0 {12 * (i == 3)}pt">{v}</p>' for s in stanzas(PATIO) for i, v in enumerate(s)
    )
    yield page("margen.html", margin)
    nbsp = "<br>".join(f"{'&nbsp; ' * 2 * (i % 2)}{v}" for i, v in enumerate(stanzas(PATIO)[0]))
    yield page("espacios duros.html", "".join(f"<p>{nbsp}</p>" * 3), has="calor\n    de lo que")
    yield page("sangría declarada.html", "".join(f'<p style="margin:0;text-indent:{36 * (i % 2)}pt">{v}</p>' for s in stanzas(PATIO) for i, v in enumerate(s)),
               rows=1, has="calor\n      de lo que")  # fmt: skip
    yield page(
        "preformateado.html",
        f'<div style="white-space: pre-wrap">{PATIO.replace("de lo", "    de lo")}</div>',
        has="calor\n    de lo que",
    )
    yield page(
        "bloque de verso.html",
        f'<pre class="wp-block-verse">{PATIO.replace("de lo", "    de lo")}</pre>',
        has="calor\n    de lo que",
    )
    yield page(
        "doble.html",
        "<p></p>".join(f"<p>{v}</p><p>&nbsp;</p>" for v in PATIO.replace("\n\n", "\n&nbsp;\n").split("\n")),
        notices=("double_spaced",),
    )
    broken = [s.replace("\n", "<br>") for s in PATIO.split("\n\n")]
    yield page("marco.html", f"<table><tr><td>{'<br><br>'.join(broken)}</td></tr></table>")
    facing = HARBOUR.replace("\n", "<br>")
    yield page("bilingüe en tabla.html", f"<table><tr><td>{'<br><br>'.join(broken)}</td><td>{facing}</td></tr></table>",
               rows=6, language=None)  # fmt: skip
    yield page("dd.html", "<p></p>".join(f"<dl><dd>{s[0]}<dl><dd>{s[1]}</dd></dl></dd><dd>{s[2]}</dd><dd>{s[3]}</dd></dl>" for s in stanzas(PATIO)),
               rows=None, has="calor\n     de lo que")  # fmt: skip
    inline = "".join(
        f"<p>{s[0]}<br>\n<span style='margin-left: 2em'>{s[1]}</span><br>{s[2]}<br>{s[3]}</p>" for s in stanzas(PATIO)
    )
    yield page("wikisource.html", inline, has="calor\n    de lo que")
    yield page("notion.html", each('<p id="a" class="">{}</p>', '<p id="b" class="">\n</p>'))
    yield page(
        "cuadratines.html",
        "".join(f"<p>{'<br>'.join(('&emsp;' * (i % 2)) + v for i, v in enumerate(s))}</p>" for s in stanzas(PATIO)),
        has="calor\n  de lo que",
    )
    prose = "".join(f"<div>{sentence(i)} {sentence(i + 40)}</div>" for i in range(12))
    yield page("prosa en div.html", prose, shape="prose", rows=12, has=None)
    body = each('<div class="verse">{}</div>', "", '<div class="stanza">{}</div>')
    yield Case(
        "poemas.epub",
        lambda: made.epub([("El patio", body), ("Otro", body)]),
        "verse",
        6,
        documents=2,
        has="calor\nde lo que",
    )
    sheet = "p.v {margin: 0; text-indent: 0} p.in {margin: 0 0 0 3em} .last { margin-bottom: 1em }"
    lines = "".join(
        f'<p class="{"in" if i % 2 else "v"}{" last" * (i == 3)}">{v}</p>'
        for s in stanzas(PATIO)
        for i, v in enumerate(s)
    )
    yield Case(
        "con hoja de estilo.epub",
        lambda: bare.styled_epub([("El patio", lines)], sheet),
        "verse",
        3,
        has="calor\n      de lo que",
    )


def word_processors() -> Iterator[Case]:
    def word(name: str, paragraphs: Sequence[tuple[str, str]], **more: object) -> Case:
        expected: dict[str, object] = {"shape": "verse", "rows": 3, "has": "calor\nde lo que", **more}
        return Case(name, lambda: bare.docx(paragraphs), **expected)  # type: ignore[arg-type]

    lines = [(v, i == len(s) - 1, i) for s in stanzas(PATIO) for i, v in enumerate(s)]
    yield word(
        "estilos.docx",
        [('<w:pStyle w:val="Final"/>' if last else '<w:pStyle w:val="Verso"/>', v) for v, last, _ in lines],
    )
    yield word(
        "antes.docx",
        [('<w:spacing w:before="200" w:after="0"/>' if not i else '<w:spacing w:after="0"/>', v) for v, _, i in lines],
    )
    yield word("sangrado.docx", [(f'<w:spacing w:after="{240 * last}"/><w:ind w:left="{720 * (i % 2)}"/>', v) for v, last, i in lines],
               has="calor\n      de lo que")  # fmt: skip
    yield word("primera sangrada.docx", [(f'<w:spacing w:after="{240 * last}"/><w:ind w:left="600" w:hanging="{600 * (i % 2 == 0)}"/>', v)
                                         for v, last, i in lines], has="calor\n     de lo que")  # fmt: skip
    yield word(
        "tabulado.docx",
        [(f'<w:spacing w:after="{240 * last}"/>', "\t" * (i % 2) + v) for v, last, i in lines],
        has="calor\n\tde lo que",
    )
    yield word("centrado.docx", [('<w:jc w:val="center"/>', v) for v in PATIO.split("\n")])
    double = [("", v) for s in stanzas(PATIO) for v in [*[x for line in s for x in (line, "")], ""]]
    yield word("doble.docx", double, notices=("double_spaced",))
    yield word("mayúscula-enter.docx", [("", s) for s in PATIO.split("\n\n")])
    yield word("título y estrofas.docx", [("", "El patio"), *(("", s) for s in PATIO.split("\n\n"))], lacks="El patio")
    yield word("contexto.docx", [(f'<w:pStyle w:val="{"Otro" if not v else "Junto"}"/>', v) for v in PATIO.split("\n")])
    odt = bare.odt
    yield Case(
        "sangrado.odt",
        lambda: odt([(f"in{i % 2}last{last:d}", v) for v, last, i in lines]),
        "verse",
        3,
        has="calor\n      de lo que",
    )
    spaces = [("p", f"{'    ' * (i % 2)}{v}") for s in stanzas(PATIO) for i, v in enumerate([*s, ""])]
    yield Case("espacios.odt", lambda: odt(spaces), "verse", 3, has="calor\n    de lo que")
    long = "El vecino dejó la escalera apoyada contra la medianera y nadie, en todo el invierno, quiso preguntar de quién era. "
    yield word(
        "prosa.docx",
        [('<w:spacing w:after="160"/><w:ind w:firstLine="708"/>', long * 2)] * 6,
        shape="prose",
        rows=6,
        has=None,
        lacks="  ",
    )


SPEECHES = [
    ("ELVIRA", "¿Quién dejó abierta la puerta del galpón?"), ("RAMÓN", "El viento, señora."),
    ("ELVIRA", "El viento no tiene llave."), ("RAMÓN", "Tiene la mía."),
    ("LA TÍA", "(Desde afuera.) ¡Que alguien traiga una luz!"), ("ELVIRA", "Ya voy, tía."),
    ("RAMÓN", "Yo no me muevo de acá."), ("LA TÍA", "Eso lo dijo tu padre, y todavía lo esperan."),
    ("ELVIRA", "No hable de él."), ("RAMÓN", "Que hable. Alguien tiene que hacerlo."),
]  # fmt: skip


def plays() -> Iterator[Case]:
    def play(name: str, form: str, between: str = "\n", **more: object) -> Case:
        said = between.join(form.format(n=n, t=n.title(), s=s) for n, s in SPEECHES)
        expected: dict[str, object] = {"shape": "dialogue", "rows": 2, "has": "VIRA", **more}
        return text(name, said, expected.pop("shape"), expected.pop("rows"), **expected)  # type: ignore[arg-type]

    for number, form in enumerate((
        "{n}.— {s}", "{n}. — {s}", "{n}.- {s}", "{n}.–{s}", "{n} — {s}", "{n} - {s}", "{n}: {s}", "{n}. {s}",
        "{n} (en voz baja). {s}", "{n} (en voz baja).— {s}", "{n} (en voz baja): {s}", "**{n}.** {s}", "**{n}**: {s}",
        "_{n}._ {s}", "{n}\t{s}", "{n}:\t{s}", "   {n}. {s}",
    )):  # fmt: skip
        yield play(f"obra {number}.txt", form)
        yield play(f"obra {number} con aire.txt", form, "\n\n")
    for number, form in enumerate((
        "{n}, levantándose.— {s}", "{n} (Aparte.) — {s}", "{n}:— {s}", "{n}.―{s}", "{n}.--{s}", "{n} ({t} se levanta). {s}",
        "{t}: {s}", "{t} (aparte).- {s}", "**{t}.—** {s}", "    {n}: {s}", "{n}: \t{s}", "{n}. {s} (Pausa.) {s}",
    )):  # fmt: skip
        yield play(f"otra obra {number}.txt", form, has=None)
        yield play(f"otra obra {number} con aire.txt", form, "\n\n", has=None)
    yield text(
        "abreviada.txt",
        "\n".join(f"  {a}. {s}" for (_, s), a in zip(SPEECHES, ["Elv", "Ram"] * 5, strict=True)),
        "dialogue",
        2,
    )
    yield play("negrita y salto.txt", "**{n}**\n\n{s}", "\n\n", has="**ELVIRA**\n¿Quién")
    yield play("dos puntos arriba.txt", "{n}:\n{s}", "\n\n", has="ELVIRA:\n¿Quién")
    yield play("acotación arriba.txt", "{n}\n(en voz baja)\n{s}", "\n\n", has="ELVIRA\n(en voz baja)\n¿Quién")
    yield play("con acotaciones sueltas.txt", "{n}. {s}\n\n(Pausa larga.)", "\n\n", has="galpón?\n(Pausa larga.)")
    yield Case(
        "obra con clases.html",
        lambda: made.html("".join(f'<p class="speaker">{n}</p><p class="speech">{s}</p>' for n, s in SPEECHES)),
        "dialogue",
        2,
    )
    yield Case(
        "obra con saltos.html",
        lambda: made.html("<p>" + "<br>".join(f"<strong>{n}</strong>: {s}" for n, s in SPEECHES) + "</p>"),
        "dialogue",
        2,
    )
    yield Case(
        "guion centrado.docx",
        lambda: bare.docx([p for n, s in SPEECHES for p in (('<w:jc w:val="center"/>', n), ("", s), ("", ""))]),
        "dialogue",
        2,
    )
    yield Case("obra tabulada.docx", lambda: bare.docx([("", f"{n}\t{s}") for n, s in SPEECHES]), "dialogue", 2)
    yield play("obra en minúscula.txt", "{t}.— {s}", has="Elvira.— ¿Quién")
    yield play("nombre arriba.txt", "{n}\n{s}", "\n\n", has="ELVIRA\n¿Quién")
    yield play("nombre arriba seguido.txt", "{n}\n{s}", has="ELVIRA\n¿Quién")
    yield play("nombre y punto.txt", "{n}.\n{s}", "\n\n", has="ELVIRA.\n¿Quién")
    yield play("nombre centrado.txt", "                    {n}\n{s}", "\n\n", has="ELVIRA\n¿Quién")
    yield play("nombre centrado en minúscula.txt", "                    {t}\n{s}", "\n\n", has="Elvira\n¿Quién")
    yield play("guion de cine.txt", "          {n}\n     {s}", "\n\n", has="ELVIRA\n¿Quién")
    yield play("nombre aparte.txt", "{n}\n\n{s}", "\n\n", has="ELVIRA\n¿Quién")
    acts = "\n\n".join("\n".join(f"{n}. {s}" for n, s in SPEECHES) for _ in range(3)).split("\n\n")
    whole = (
        f"LA LLAVE\n\nPERSONAJES\n\nELVIRA, dueña de casa\nRAMÓN, peón\n\nACTO PRIMERO\n\nEscena primera\n\nUn galpón. Es de noche.\n\n{acts[0]}\n\n"
        f"Escena segunda\n\n{acts[1]}\n\nACTO SEGUNDO\n\n{acts[2]}\n\nTELÓN"
    )
    yield text(
        "obra entera.txt", whole, "dialogue", 7, documents=4, has="ELVIRA, dueña de casa", lacks="Escena segunda"
    )
    verse = [
        ("ROSAURA", "Ya se apaga la luz en los tejados,\ny yo, que la encendí, no sé por quién."),
        ("CLARÍN", "Por los gatos, señora, que pasean\nsin preguntar el nombre de la calle."),
        ("ROSAURA", "¿Y quién te dio licencia de burlarte?"), ("CLARÍN", "El hambre, que es patrona de las lenguas,\ny un vino que me debe todavía\nla noche de San Juan."),
    ] * 4  # fmt: skip
    yield text(
        "comedia en verso.txt", "\n".join(f"{n}.— {s}" for n, s in verse), "dialogue", 2, has="tejados,\ny yo, que"
    )
    yield text("comedia corrida.txt", "\n\n".join(f"{n}\n" + "\n".join(f"    {v}" for v in s.split("\n")) for n, s in verse), "dialogue", 2,
               has="ROSAURA\nYa se apaga la luz en los tejados,\ny yo, que")  # fmt: skip
    long = paragraphs(10, 3)
    monologue = "\n".join(wrapped(f"{n}.— {told}", 60) for (n, _), told in zip(SPEECHES, long, strict=True))
    yield text("cortada al margen.txt", monologue, "dialogue", 2, has=f"ELVIRA.— {long[0]}\n")
    interview = "\n\n".join(
        f"P.— ¿Qué pasó el día {i}?\n\nR.— Llovió, y nos quedamos adentro jugando a las cartas." for i in range(6)
    )
    yield text("entrevista.txt", interview, "pairs", 6)
    yield Case("obra.docx", lambda: bare.docx([("", f"{n}. {s}") for n, s in SPEECHES]), "dialogue", 2)
    yield Case(
        "obra.html",
        lambda: made.html("".join(f"<p><b>{n}.—</b> <i>{escape(s)}</i></p>" for n, s in SPEECHES)),
        "dialogue",
        2,
    )


def neither() -> Iterator[Case]:
    """What must not become verse or theatre."""
    people = [
        ("Marta Quiroga", "Belgrano 1240, 2.º B", "1900 La Plata"),
        ("Hugo Sendra", "Ruta 3, km 41", "7600 Mar del Plata"),
    ]
    yield text("direcciones.txt", "\n\n".join("\n".join(one) for one in people * 4), "prose", None)
    yield text(
        "nombres.txt",
        "\n".join(f"{a} {b}" for a in ("Marta", "Hugo", "Elena", "Raúl") for b in ("Quiroga", "Sendra", "Paz")),
        "prose",
        None,
        language=None,
    )
    recipe = (
        "BUDÍN\n\nIngredientes\n3 huevos\n200 g de harina\n1 taza de azúcar\n1/2 taza de aceite\nralladura de limón\n\nPreparación\nBatir los huevos con el azúcar.\n"
        "Agregar el aceite y la harina.\nHornear 40 minutos.\n\n"
    )
    yield text("receta.txt", recipe * 3, "prose", None)
    fields = "\n".join(
        f"INGREDIENTES. Harina, {i} huevos y (si hay) limón.\nPREPARACIÓN. ¡Se bate todo y al horno!" for i in range(8)
    )
    yield text("recetario.txt", fields, "prose", 16)
    yield text(
        "compras.txt", "leche\npan\nhuevos\naceite\njabón blanco\nfósforos\nharina\nyerba", "prose", 8, language=None
    )
    minutes = "\n\n".join(
        f"ACTA {i}\n\nPresentes: Marta Quiroga, Hugo Sendra.\nAusentes: ninguno.\n\nANTECEDENTES\nSe leyó el acta anterior y se aprobó sin cambios.\n\n"
        "ACUERDO\nSe aprueba comprar la bomba de agua antes de fin de mes." for i in range(5)
    )  # fmt: skip
    yield text("actas.txt", minutes, "prose", None)
    mails = "\n\n".join(
        f"De: Marta\nPara: Hugo\nFecha: {i} de mayo\nAsunto: la bomba\n\nHola, Hugo. ¿Pudiste ver lo de la bomba?"
        for i in range(6)
    )
    yield text("correos.txt", mails, "prose", None)
    letter = (
        "Rosario, 4 de julio\n\nQuerida Elvira:\n\nTe escribo apurada porque sale el micro y no quiero que te enteres por otra persona. La casa se vendió.\n\n"
        "No llores. Te guardé la silla.\n\nUn abrazo,\nMarta"
    )
    yield text("carta breve.txt", letter, "prose", None)
    novel = "\n".join(
        [
            "—¿Vino el cartero?",
            "—No.",
            "—¿Y ayer?",
            "—Ayer sí.",
            "—¿Qué trajo?",
            "—Nada. Una cuenta.",
            "—Entonces vino para nada.",
            "—Siempre.",
        ]
        * 3
    )
    yield text("rayas breves.txt", novel, "prose", 24)
    quiz = "\n\n".join(f"{i}. ¿Capital de la provincia {i}?\nA. Paraná\nB. Posadas\nC. Rawson" for i in range(1, 7))
    yield text("prueba.txt", quiz, "prose", None)
    code = "def hola(nombre):\n    if nombre:\n        print(nombre)\n    return {\n        'a': 1,\n    }\n\nfor i in range(3):\n    hola(i)\n    x = f(i)"
    yield text("programa.txt", code * 3, "prose", None, language=None)
    log = "\n".join(f"2024-05-{i:02} 10:1{i % 10} entró Marta con la llave" for i in range(1, 20))
    yield text("registro.txt", log, "prose", 19)
    glossary = "\n".join(
        f"{w.upper()}. Lo que se dice de la {w} en el campo."
        for w in ["soga", "yunta", "reja", "era", "parva", "horquilla", "trilla", "noria"]
    )
    yield text("glosario de campo.txt", glossary, "prose", 8)
    books = "\n".join(
        f"{a}. {t}. Rosario, 19{i}0."
        for i, (a, t) in enumerate(
            [("QUIROGA", "La noria"), ("QUIROGA", "La parva"), ("SENDRA", "El yunque"), ("SENDRA", "La era")] * 2, 1
        )
    )
    yield text("bibliografía.txt", books, "prose", 8)
    narrow = wrapped(
        "Cuando la inundación llegó a la altura de la ventana, mi padre subió las sillas a la mesa y se sentó a esperar. "
        * 12,
        48,
    )
    yield text("prosa angosta.txt", narrow, "prose", 1, notices=("unwrapped",))
    entries = "\n".join(
        wrapped(
            f"Quiroga, Marta. La noria y otros relatos del río, con un prólogo de la autora. Rosario, 19{i}0, edición propia.",
            60,
        ).replace("\n", "\n    ")
        for i in range(1, 9)
    )
    yield text("bibliografía colgada.txt", entries, "prose", 8)

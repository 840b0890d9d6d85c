"""Poems in every form that people give them as plain text, and what is verse only at first sight."""

from __future__ import annotations

from collections.abc import Iterator

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
COUPLETS = """Anoche la casa hizo un ruido
como de barco que suelta amarras

y nadie bajó a mirar
qué era lo que se iba

salvo el perro
que volvió mojado"""
BARE = """Ahora que la lluvia se quedó sin palabras
Miro el vidrio donde tu mano estuvo quieta
Nadie pregunta por los barcos de papel

Mañana voy a sembrar en la terraza
Dos hileras de nombres que no dije
Tal vez alguno crezca para el lado del sol

Cuando termine el agua de contarse
Voy a salir sin llaves y sin paraguas
Como quien entra despacio a su propia casa"""
LONG = [
    "Y digo que la casa donde crecí tenía una puerta para los vivos y otra, más baja, para los que ya no entran,",
    "y que mi madre dejaba las dos sin llave,",
    "porque nunca se sabe quién viene de visita, ni a qué hora, ni con qué pan debajo del brazo,",
    "y el perro conocía a todos por el nombre.",
    "Ahora que la casa es un estacionamiento y el perro es una foto, que mi hermana guarda y que no mira,",
    "vuelvo a cerrar los ojos, y las dos puertas siguen abiertas, la alta y la baja, y entra el viento de siempre,",
    "y yo también entro.",
]
TREE = """          o
         oh
        ojo
       olor
      oleaje
     oleajes
    o lejanía
          o
          o"""
GAPS = """el agua      cae
   y no        pregunta

el agua
            se queda
      y pregunta"""
SHORT = """Sol
que entra
por La ventana

La
que no vuelve
ni avisa

Si
acaso vuelve
que avise"""
CHORDS = ["   Am          G7", "C           F", " Dm      E7/G#", "Am   E7    Am"]
LATIN = ["  Lam          Sol7", "Do           Fa", " Re m      Mi7", "Lam   Mi7    Lam"]


def stanzas(poem: str) -> list[list[str]]:
    return [stanza.split("\n") for stanza in poem.split("\n\n")]


def poems() -> Iterator[Case]:
    yield from spaced()
    yield from set_in()
    yield from quoted()
    yield from side_by_side()
    yield from books()
    yield from songs()


def spaced() -> Iterator[Case]:
    def apart(poem: str, line: str, stanza: str) -> str:
        return stanza.join(line.join(lines) for lines in stanzas(poem))

    told = ("double_spaced",)
    yield text("doble espacio.txt", apart(PATIO, "\n\n", "\n\n\n"), "verse", 3, notices=told)
    yield text("double.txt", apart(HARBOUR, "\n\n", "\n\n\n\n"), "verse", 3, language="en", notices=told)
    yield text("doble sin puntos.txt", apart(BARE, "\n\n", "\n\n\n"), "verse", 3, notices=told)
    yield text("triple.txt", apart(PATIO, "\n\n\n", "\n\n\n\n\n"), "verse", 3, notices=told)
    titled = "EL PATIO\n\n" + apart(PATIO, "\n\n", "\n\n\n")
    yield text("doble con título.txt", titled, "verse", 3, notices=told, lacks="EL PATIO")
    yield text("doble con espacios.txt", apart(PATIO, "\n  \t\n", "\n \n\t\n"), "verse", 3, notices=told)
    yield text("pareados dobles.txt", apart(COUPLETS, "\n\n", "\n\n\n"), "verse", 3, notices=told)
    even = apart(PATIO, "\n\n", "\n\n").replace("ofensa:", "ofensa,")
    yield text("doble parejo.txt", even, "verse", 3, notices=("double_spaced", "stanzas_by_stops"))
    yield text("doble disparejo.txt", even.replace("pozo,", "pozo."), "verse", 1, notices=told)
    short = "\n\n".join(f"Era el día {i} y la abuela salió a la vereda con la silla." for i in range(12))
    yield text("párrafos breves.txt", short, "prose", 12)
    words = " ".join(f"y entonces el jardinero número {i} dejó la tijera sobre la mesa larga," for i in range(12))
    typed = wrapped(words, 62).replace("\n", "\n\n")
    yield text("prosa a doble espacio.txt", typed, "prose", 1, notices=("double_spaced", "unwrapped"), has=words)


def set_in() -> Iterator[Case]:
    def indented(poem: str, step: str, of: int) -> str:
        return "\n\n".join("\n".join(step * (i % of) + v for i, v in enumerate(lines)) for lines in stanzas(poem))

    steps = indented(PATIO, "    ", 4)
    yield text("escalera.txt", steps, "verse", 3, has="calor\n    de lo que")
    further = "\n".join(f"        {line}" if line else "" for line in steps.split("\n"))
    yield text("todo corrido.txt", further, "verse", 3, has="calor\n    de lo que", lacks="     La higuera")
    yield text("tabuladores.txt", indented(PATIO, "\t", 2), "verse", 3, has="calor\n\tde lo que")
    tabbed = "\n".join(f"\t{line}" if line else "" for line in PATIO.split("\n"))
    yield text("todo con tabulador.txt", tabbed, "verse", 3, lacks="\t")
    refrain = f"{PATIO}\n\n      Que suba el balde,\n      que suba lleno."
    yield text("estribillo corrido.txt", refrain, "verse", 4, has="      Que suba el balde,\n      que")
    titled = f"            EL PATIO\n\n{further}"
    yield text("título centrado.txt", titled, "verse", 3, has="\n    de lo que", lacks="     La higuera")
    centred = "\n".join(line.center(64).rstrip() for line in HARBOUR.split("\n"))
    yield text("centred.txt", centred, "verse", 3, language="en", has="And counted boats along the dock\n")
    lines = [
        f"{a}, {b}" if a else ""
        for a, b in zip(PATIO.split("\n"), PATIO.split("\n")[5:] + PATIO.split("\n")[:5], strict=True)
    ]
    wide = "\n".join(line.center(90).rstrip() for line in lines)
    yield text("centrado ancho.txt", wide, "verse", 3, lacks="pozo, de lo que")
    drawn = "     oh\n    ojo\n   olor\n  oleaje\n oleajes\no lejanía\n      o"
    yield text("árbol.txt", f"{TREE}\n\n{TREE}", "verse", 2, language=None, has=drawn)
    rain = "\n".join(" " * (i * 7 % 12) + "gota." for i in range(60))
    yield text("lluvia.txt", rain, "verse", 1, language=None)
    yield text("blancos.txt", GAPS, "verse", 2, has="el agua      cae\n   y no        pregunta")
    long = "\n".join(LONG)
    yield text("versículos.txt", f"{long}\n\n{long}", "verse", 2, has=long)
    turned = "\n".join(wrapped(line, 66).replace("\n", "\n    ") for line in LONG * 2)
    yield text("versículos cortados.txt", turned, "verse", None, has="\n".join(LONG[:3]), notices=("turned_over",))  # type: ignore[arg-type]


def quoted() -> Iterator[Case]:
    def with_slashes(poem: str, line: str = " / ", stanza: str = " // ") -> str:
        return stanza.join(line.join(lines) for lines in stanzas(poem))

    told = ("slashes",)
    yield text("con barras.txt", with_slashes(PATIO), "verse", 3, notices=told, has="calor\nde lo que")
    yield text("barras pegadas.txt", with_slashes(PATIO, "/ ", "// "), "verse", 3, notices=told, has="calor\nde lo que")
    twice = f"{with_slashes(HARBOUR)}\n\n{with_slashes(HARBOUR)}\n"
    yield text("slashes.txt", twice, "verse", 6, language="en", notices=told)
    haiku = "Luna en el balde / la rana no la bebe: / la tiene adentro\n"
    three = f"{haiku}{haiku.replace('Luna', 'Sol')}{haiku.replace('Luna', 'Nube')}"
    yield text("tres haikus.txt", three, "verse", 3, notices=told)
    narrow = wrapped(with_slashes(PATIO), 60)
    yield text("barras al margen.txt", narrow, "verse", 3, notices=told, has=PATIO.split("\n\n")[1])
    essay = f"El poema dice que la higuera guarda el calor. {'Eso no es poco, y conviene leerlo despacio. ' * 6}"
    quote = "Más abajo: «Un balde cuelga del pozo, / la soga cuenta las vueltas, / y las gallinas / picotean». "
    yield text("ensayo.txt", f"{essay}\n\n{quote}{essay}\n\n{essay}", "prose", 3, has=" / la soga")
    options = "rojo / verde / azul / negro\nsí / no / a veces / nunca\nél / ella / ellos / ellas\n"
    yield text("opciones.txt", options * 4, "prose", 12)


def side_by_side() -> Iterator[Case]:
    pairs = list(zip(PATIO.split("\n"), HARBOUR.split("\n"), strict=True))
    told = ("side_by_side",)
    for between, has in (
        (" ", "calor\nde lo que"),
        (" ", "The ferry left without the band,\nThe rain"),
        ("\t", "calor\nde"),
    ):
        lines = [f"{a:<44}{b}".rstrip() if between == " " else f"{a}{between}{b}".strip() for a, b in pairs]
        name = f"bilingüe {len(has)}.txt"
        yield text(name, "\n".join(lines), "verse", 6, language=None, documents=2, notices=told, has=has)


def books() -> Iterator[Case]:
    three = f"EL PATIO\n\n{PATIO}\n\n\nLA CASA\n\n{COUPLETS}\n\nNadie volvió\n\n\nEL AGUA\n\n{BARE}\n"
    yield text("poemario en mayúsculas.txt", three, "verse", 10, documents=3, has="Nadie volvió", lacks="LA CASA")
    roomy = f"El patio\n\n{PATIO}\n\n\nLa casa\n\n{COUPLETS}\n\nNadie volvió\n\n\nEl agua\n\n{BARE}\n\n\nLa sal"
    roomy = f"{roomy}\n\n{COUPLETS}"
    yield text("poemario con aire.txt", roomy, "verse", 13, documents=4, has="Nadie volvió", lacks="La casa")
    dedicated = f"El patio\n\nA mi tía Elvira\n\n{PATIO}\n\n\nLa casa\n(octubre)\n\n{COUPLETS}\n"
    yield text("con dedicatoria.txt", dedicated, "verse", 8, documents=2, has="A mi tía Elvira", lacks="El patio")
    numbered = f"1. El patio\n\n{PATIO}\n\n2. La casa, otra vez\n\n{COUPLETS}\n\n3. El agua\n\n{BARE}\n"
    yield text("numerados.txt", numbered, "verse", 9, documents=3, lacks="2. La casa")
    yield text(
        "título pegado.txt", f"EL PATIO\n{PATIO}\n\nLA CASA\n{COUPLETS}\n", "verse", 6, documents=2, lacks="LA CASA"
    )
    yield text("última línea.txt", f"El patio\n\n{PATIO}\n\nNadie cerró", "verse", 4, documents=1, has="Nadie cerró")
    parted = f"El patio\n\nI\n\n{PATIO}\n\nII\n\n{COUPLETS}\n\n* * *\n\n{BARE}"
    yield text("partes.txt", parted, "verse", 9, documents=3, lacks="II")
    haiku = "Luna en el balde:\nla rana no la bebe,\nla tiene adentro.\n\n"
    yield text("haiku.txt", haiku + haiku.replace("Luna", "Sol"), "verse", 2)
    talk = "\n\n".join("\n".join(f"—{v}" if i % 2 == 0 else v for i, v in enumerate(s)) for s in stanzas(PATIO))
    yield text("romance dialogado.txt", talk, "verse", 3, has="—La higuera guarda el calor\nde lo que")
    yield text("poema en prosa.txt", "\n\n".join(paragraphs(4)), "prose", 4)
    shouted = f"{PATIO}\n\n{PATIO.upper()}"
    yield text("a los gritos.txt", shouted, "verse", 6, documents=1)


def songs() -> Iterator[Case]:
    first, second, third = HARBOUR.split("\n\n")
    labelled = f"[Verse 1]\n{first}\n\n[Chorus]\n\n{second}\n\n[Verse 2]\n\n{third}\n\n[Chorus]"
    yield text("song.txt", labelled, "verse", 4, language="en", documents=1, has="[Chorus]\nWe sat")
    first, second, third = PATIO.split("\n\n")
    named = f"{first}\n\nESTRIBILLO\n\n{second}\n\n{third}\n\nEstribillo"
    yield text("canción.txt", named, "verse", 4, documents=1, has="ESTRIBILLO\nUn balde")
    for name, chords in (("acordes", CHORDS), ("acordes latinos", LATIN)):
        above = "\n\n".join("\n".join(f"{c}\n{v}" for c, v in zip(chords, s, strict=True)) for s in stanzas(PATIO))
        yield text(f"{name}.txt", above, "verse", 3, notices=("chords",), has="calor\nde lo que", lacks="7")
    among = PATIO.replace("La ", "[Am]La ").replace("de", "[G7]de").replace("que", "[C#m7]que")
    directed = f"{{title: El patio}}\n{{soc}}\n{among}"
    yield text("acordes.cho", directed, "verse", 3, notices=("chords",), has="calor\nde lo que", lacks="[")
    yield text("sol y la.txt", SHORT, "verse", 3, has="Sol\nque entra")
    loose = "\n".join(sentence(i) for i in range(12))
    yield text("frases sueltas.txt", f"{loose}\nLa\nSol\nMi", "prose", 15)

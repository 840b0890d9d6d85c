"""What is printed to measure the reading of PDFs: made-up paragraphs, stanzas and headings, and their layouts."""

# ruff: noqa: E501 (a table of layouts)

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

NOTE = re.compile(r"\^\[([^\]]*)\]")
"""A note at the foot of the page, inside the paragraph that calls it."""

NAMES = "Amalia Bruno Clelia Dardo Elvira Fermín Graciela Horacio Isolda Justo Lidia Mauro Nélida Osvaldo".split()  # noqa: SIM905
THINGS = "llave valija farol mantel cuaderno reloj bicicleta persiana silla carta piedra escalera canasta".split()  # noqa: SIM905
VERBS = "perdió encontró arregló guardó vendió olvidó pintó devolvió escondió prestó dibujó esperó".split()  # noqa: SIM905
PLACES = [
    "en el patio", "junto al río", "debajo del puente", "en la cocina", "detrás del almacén", "en la estación",
    "al costado de la vía", "entre las macetas", "frente a la municipalidad", "sobre el aparador",
]  # fmt: skip
WHEN = [
    "el martes", "anoche", "en pleno invierno", "antes de la fiesta", "cuando nadie miraba", "después de la lluvia",
    "a las cinco y media", "durante la mudanza", "en vísperas del carnaval", "sin que nadie lo advirtiera",
]  # fmt: skip
ENDS = [
    "y lo contó {n} veces", "porque el sobreseimiento administrativo no llegaba nunca", "aunque la vecina, desconfiada, "
    "juraba lo contrario", "y nadie —ni siquiera {who}— le creyó", "como quien acomoda un florero", "con esa paciencia "
    "desproporcionada de los ferroviarios", "mientras {who} pelaba una naranja", "y «eso es todo», dijo",
    "según consta en el expediente {n}/{m}", "con la radio encendida",
]  # fmt: skip
VERSE = [
    "la lluvia que {verb}", "una {thing} sin dueño", "y la {thing} de {who}", "que nadie {verb}", "{when}",
    "la noche {verb} su {thing}", "{place}", "el viento no {verb}", "una vez más la {thing}", "como la {thing} abierta",
]  # fmt: skip
HEBREW = "בית ספר ילד אור מים שמש דרך לחם יום לילה עיר שיר ענן רוח ים אבן גשם חלון דלת פרח".split()  # noqa: SIM905
ENGLISH = [
    "The keeper {v} the {t} before the fog came in", "nobody in the office {v} a {t} that winter",
    "She {v} it twice, and then {v} it again", "The difficult correspondence about the {t} went unanswered",
    "it was, he thought, a kind of {t}", "Her daughter {v} the first and the fifth {t} in the field",
]  # fmt: skip
ENGLISH_VERBS = "mended carried painted forgot measured finished offered described".split()  # noqa: SIM905
ENGLISH_THINGS = "lamp letter harbour window suitcase ladder kettle waistcoat".split()  # noqa: SIM905


class Block(NamedTuple):
    """A piece of a text. `kind`: h1, h2, p (a paragraph), v (a stanza, its lines kept)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Layout:
    """How a text is set. `heads`: none, fixed, or the chapter's title in turn with the author's; `held`: not tuned on."""

    name: str
    blocks: tuple[Block, ...]
    held: bool
    verse: bool = False
    columns: int = 1
    indent: bool = False
    justify: bool = True
    heads: str = ""
    numbers: bool = True
    page: str = "a5"
    size: float = 10.5
    centered: bool = False
    paged: bool = False
    lines_numbered: int = 0
    sideways: bool = False
    language: str = "es"
    dropped: bool = False
    plain: bool = False


def bare(text: str) -> str:
    return NOTE.sub("", text)


def sentence(chance: random.Random) -> str:
    who, other = chance.sample(NAMES, 2)
    middle = f"{who} {chance.choice(VERBS)} la {chance.choice(THINGS)} {chance.choice(PLACES)}"
    end = chance.choice(ENDS).format(n=chance.randint(2, 90), m=chance.randint(1910, 1999), who=other)
    shape = chance.random()
    if shape < 0.2:
        return f"{middle.capitalize()}."
    if shape < 0.4:
        return f"{chance.choice(WHEN).capitalize()}, {middle}; {chance.choice(WHEN)}, {end}."
    return f"{chance.choice(WHEN).capitalize()}, {middle} {end}{chance.choice('...?!')}".replace("?", " ¿no?")


def paragraph(chance: random.Random, least: int = 2, most: int = 6) -> str:
    return " ".join(sentence(chance) for _ in range(chance.randint(least, most)))


def english(chance: random.Random) -> str:
    said = []
    for _ in range(chance.randint(2, 6)):
        one = chance.choice(ENGLISH).format(v=chance.choice(ENGLISH_VERBS), t=chance.choice(ENGLISH_THINGS))
        said.append(f"{one[0].upper()}{one[1:]}.")
    return " ".join(said)


def line(chance: random.Random) -> str:
    return chance.choice(VERSE).format(
        verb=chance.choice(VERBS), thing=chance.choice(THINGS), who=chance.choice(NAMES), when=chance.choice(WHEN),
        place=chance.choice(PLACES),
    )  # fmt: skip


def stanza(chance: random.Random, lines: int, capitals: bool = False) -> str:
    said = [line(chance) + chance.choice(["", "", ",", ""]) for _ in range(lines - 1)] + [line(chance) + "."]
    return "\n".join(one[0].upper() + one[1:] if capitals or i == 0 else one for i, one in enumerate(said))


def prose(seed: int, count: int, **how: int) -> tuple[Block, ...]:
    chance = random.Random(seed)
    return tuple(Block("p", paragraph(chance, **how)) for _ in range(count))


def chapters(seed: int, count: int, each: int) -> tuple[Block, ...]:
    chance = random.Random(seed)
    blocks = []
    for i in range(count):
        blocks.append(
            Block(
                "h1",
                f"{chance.choice(['La', 'Otra', 'Aquella'])} {chance.choice(THINGS)} {'de' if i % 2 else 'con'} {NAMES[i]}",
            )
        )
        blocks += [Block("p", paragraph(chance)) for _ in range(each)]
    return tuple(blocks)


def report(seed: int) -> tuple[Block, ...]:
    chance = random.Random(seed)
    blocks = []
    for i in range(4):
        blocks.append(
            Block("h1", f"{['Antecedentes', 'Método de trabajo', 'Resultados obtenidos', 'Conclusiones'][i]}")
        )
        for _ in range(3):
            blocks.append(Block("h2", f"Sobre la {chance.choice(THINGS)} y la {chance.choice(THINGS)}"))
            blocks += [Block("p", paragraph(chance, 1, 5)) for _ in range(3)]
    return tuple(blocks)


def noted(seed: int, count: int) -> tuple[Block, ...]:
    chance = random.Random(seed)
    blocks = []
    for i in range(count):
        text = paragraph(chance)
        if i % 2 == 0:
            cut = text.index(" ", len(text) // 2)
            text = f"{text[:cut]}^[{sentence(chance)} Véase también el tomo {i + 1}.]{text[cut:]}"
        blocks.append(Block("p", text))
    return tuple(blocks)


def poems(seed: int, count: int, stanzas: int, lines: int, free: bool = False, refrain: str = "") -> tuple[Block, ...]:
    chance = random.Random(seed)
    blocks = []
    for i in range(count):
        blocks.append(
            Block("h1", f"{['Canto', 'Oficio', 'Inventario', 'Elogio'][i % 4]} de la {chance.choice(THINGS)}")
        )
        for _ in range(stanzas):
            blocks.append(Block("v", stanza(chance, chance.randint(2, 7) if free else lines, capitals=not free)))
        blocks += [Block("v", refrain)] if refrain else []
    return tuple(blocks)


def dialogue(seed: int, turns: int) -> tuple[Block, ...]:
    chance = random.Random(seed)
    said = ["—¿Y la {t}?", "—No sé, señora.", "—Entonces espero acá.", "—Preguntale a {w}.", "—La {t} ya no está —dijo {w}.", "—¿Quién te lo contó?"]  # fmt: skip
    blocks = []
    for i in range(turns):
        one = chance.choice(said).format(t=chance.choice(THINGS), w=chance.choice(NAMES))
        blocks.append(
            Block("p", f"{one[:-1]} —{sentence(chance)[:1].lower()}{sentence(chance)[1:]}" if i % 5 == 4 else one)
        )
    return tuple(blocks)


def mixed(seed: int) -> tuple[Block, ...]:
    chance = random.Random(seed)
    blocks: list[Block] = []
    for _ in range(6):
        blocks += [Block("p", paragraph(chance)) for _ in range(3)]
        blocks += [Block("v", stanza(chance, 4)), Block("v", stanza(chance, 4))]
    return tuple(blocks)


def long_lines(seed: int) -> tuple[Block, ...]:
    """Verse whose lines do not fit in one."""
    chance = random.Random(seed)
    blocks = []
    for _ in range(8):
        said = [
            f"Canto {line(chance)}, y {line(chance)}, y {line(chance)}, {line(chance)} y {line(chance)}"
            for _ in range(5)
        ]
        blocks.append(Block("v", ",\n".join(said) + "."))
    return tuple(blocks)


def hebrew(seed: int, count: int) -> tuple[Block, ...]:
    chance = random.Random(seed)
    return tuple(
        Block("p", " ".join(" ".join(chance.choices(HEBREW, k=chance.randint(5, 14))) + "." for _ in range(4)))
        for _ in range(count)
    )


def layouts() -> Iterator[Layout]:
    """Those that were tuned on, then those that were held out until the end."""
    yield Layout("paragraphs with space", prose(1, 40), False, page="a4", size=11)
    yield Layout("paragraphs set in", prose(2, 40), False, indent=True)
    yield Layout("chapters in the heads", chapters(3, 5, 14), False, indent=True, heads="chapter")
    yield Layout("fixed heads, ragged", chapters(4, 3, 16), False, justify=False, heads="fixed", page="a4", size=12)
    yield Layout("two columns", chapters(5, 3, 14), False, columns=2, indent=True, page="a4")
    yield Layout("three columns", prose(6, 40), False, columns=3, page="a4", size=9.5, heads="fixed")
    yield Layout("notes", noted(7, 30), False, indent=True)
    yield Layout("notes, two columns", noted(8, 36), False, columns=2, page="a4", heads="fixed")
    yield Layout("a poem a page", poems(9, 8, 4, 4), False, verse=True, paged=True)
    yield Layout("poems run on", poems(10, 8, 5, 4), False, verse=True, heads="fixed")
    yield Layout("centred poems", poems(11, 6, 4, 5), False, verse=True, centered=True)
    yield Layout("songs in columns", poems(12, 6, 3, 4, refrain="Y el tren que no llega,\ny el tren que se fue."), False, verse=True, columns=2, page="a4")  # fmt: skip
    yield Layout("dialogue", dialogue(13, 90), False, indent=True)
    yield Layout("verse in prose", mixed(14), False, indent=True)
    yield Layout("numbered verse", poems(15, 4, 8, 4), False, verse=True, lines_numbered=5)
    yield Layout("numbered verse, ten", poems(16, 3, 6, 8), False, verse=True, lines_numbered=10, heads="fixed")
    yield Layout("long verse", long_lines(17), False, verse=True)
    yield Layout("free verse", poems(18, 7, 4, 0, free=True), False, verse=True, paged=True)
    yield Layout("sideways", prose(19, 24), False, sideways=True)
    yield Layout("right to left", hebrew(20, 24), False, language="he", numbers=False)
    yield Layout("from a browser", report(21), False, plain=True, justify=False, page="letter", size=12)
    yield Layout("report", report(22), False, page="a4", heads="fixed", justify=False, size=11)
    yield Layout("dropped capitals", chapters(23, 4, 12), False, dropped=True, indent=True)
    yield Layout("refrain at the foot", poems(24, 8, 3, 4, refrain="Y el tren que no llega, y el tren que no llega."), False, verse=True, paged=True)  # fmt: skip
    yield Layout("English", tuple(Block("p", english(random.Random(100 + i))) for i in range(50)), False, indent=True, language="en")  # fmt: skip
    yield Layout("English, two columns", tuple(Block("p", english(random.Random(300 + i))) for i in range(60)), False, columns=2, page="letter", language="en")  # fmt: skip
    yield from held_out()


def held_out() -> Iterator[Layout]:
    """Other mixtures of what there is, with other texts."""
    yield Layout("large print", prose(51, 24), True, page="a4", size=16, justify=False, indent=True)
    yield Layout(
        "small print, set in", prose(52, 60, least=4, most=9), True, page="letter", size=8.5, indent=True, heads="fixed"
    )
    yield Layout("chapters, with space", chapters(53, 6, 9), True, heads="chapter", page="a4", size=11)
    yield Layout(
        "columns, ragged, with space",
        prose(54, 50),
        True,
        columns=2,
        justify=False,
        page="letter",
        size=10,
        heads="fixed",
    )
    yield Layout("three columns, set in", chapters(55, 4, 12), True, columns=3, page="a4", size=9, indent=True)
    yield Layout("notes, with space", noted(56, 24), True, page="a4", size=11, heads="fixed")
    yield Layout("couplets", poems(57, 5, 9, 2), True, verse=True, page="letter", size=12)
    yield Layout("long stanzas", poems(58, 4, 3, 11), True, verse=True, heads="fixed", page="a4", size=11)
    yield Layout("free verse, run on", poems(59, 8, 4, 0, free=True), True, verse=True)
    yield Layout(
        "free verse in columns", poems(60, 9, 4, 0, free=True), True, verse=True, columns=2, page="a4", size=10
    )
    yield Layout(
        "centred, a poem a page",
        poems(61, 6, 3, 4, refrain="¿Quién llama a la puerta?"),
        True,
        verse=True,
        centered=True,
        paged=True,
    )
    yield Layout("each verse numbered", poems(62, 3, 7, 4), True, verse=True, lines_numbered=1)
    yield Layout("dialogue, with space", dialogue(63, 70), True, page="a4", size=11)
    yield Layout("verse in prose, with space", mixed(64), True, page="a4", size=11)
    yield Layout("report in columns", report(65), True, columns=2, page="a4", size=9.5)
    yield Layout("a page and a half", prose(66, 9), True, page="a5", indent=True)
    yield Layout("right to left, wide", hebrew(67, 20), True, language="he", page="a4", indent=True)
    yield Layout(
        "English report",
        tuple(
            b._replace(text=english(random.Random(700 + i))) if b.kind == "p" else b for i, b in enumerate(report(68))
        ),
        True,
        language="en",
        page="letter",
        heads="fixed",
        justify=False,
        size=12,
    )
    yield Layout("sideways, with space and heads", prose(69, 20), True, sideways=True, heads="fixed")
    yield Layout("from a browser, dialogue", dialogue(70, 60), True, plain=True, justify=False, page="letter", size=12)

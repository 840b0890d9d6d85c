"""Files whose shape a careful person could mistake: they count for the share that is read rightly, none must be."""

from __future__ import annotations

from collections.abc import Iterator

from tests import corpus_files as made
from tests import corpus_texts as texts
from tests.corpus import Case, text

LONG_LINES = """Canto a la mesa de la cocina donde mi madre contaba las monedas una por una sin levantar la voz,
y canto a las monedas, y a la voz que no levantó, y a la luz que entraba por la puerta del patio,
porque todo lo que fue contado vuelve, y lo que no se contó también vuelve, pero de noche y sin nombre.

Oh mesa de fórmica verde, oh madre de las manos frías, oh domingo interminable de la infancia,
yo los nombro para que no se me pierdan, yo los pongo en fila como se ponen los vasos,
y bebo de cada uno un poco, y ninguno está vacío todavía, y ninguno se termina.
"""
SCREENPLAY = """INT. COCINA - NOCHE

Marta lava los platos. Entra Julio con la valija.

JULIO
Me voy mañana.

MARTA
Ya lo sabía.

Ella no se da vuelta. El agua sigue corriendo.

JULIO
¿Quién te lo dijo?

MARTA
La valija. Hace ruido cuando la abrís.
"""
HAIKU = [
    "La rana salta / el charco se repone / y sigue el canto",
    "Noche de agosto / el vecino del fondo / afina un violín",
    "Una hormiga va / con su hoja de bandera / por todo el muro",
]


def hard() -> Iterator[Case]:
    stanzas = [" ".join(stanza.split("\n")) for stanza in texts.COPLAS.strip().split("\n\n")] * 6
    yield text("estrofas en minuscula.csv", made.table([["samples"], *([s] for s in stanzas)]), "verse", 24)
    yield text("versiculos.txt", LONG_LINES * 3, "verse", 6)
    yield text("guion.txt", SCREENPLAY * 4, "dialogue", 0)
    yield text("haikus.csv", made.table([["haiku"], *([h] for h in HAIKU * 8)]), "verse", 24)
    said = [f"—{texts.sentence(i)}\n—{texts.sentence(i + 90)} —dijo ella." for i in range(12)]
    yield text("dialogo con rayas.txt", "\n".join(said), "prose", 24)
    posts = [[f"2024-01-{i % 28 + 1:02}", f"{texts.sentence(i)[:-1].lower()} #{i}"] for i in range(30)]
    yield text("publicaciones.csv", made.table([["fecha", "texto"], *posts]), "prose", 30)
    letter = f"Querida Inés:\n\n{texts.PROSE[0]}\n\n{texts.PROSE[2]}\n\nUn abrazo,\nTu hermano\nBuenos Aires, 3 de mayo"
    yield text("carta.txt", letter, "prose", 6)
    recipe = "Budín\n\n- tres huevos\n- harina\n- una naranja\n- azúcar\n\nSe mezcla todo y se hornea.\n"
    yield text("receta.txt", recipe * 3, "prose", 0)
    glossary = "\n".join(f"{name}: {texts.sentence(i)}" for i, name in enumerate([f"palabra{i}" for i in range(20)]))
    yield text("glosario.txt", glossary, "prose", 20)
    numbered = "\n\n".join(f"{i + 1}. {q}\n{a}" for i, (q, a) in enumerate(texts.questions(10)))
    yield text("preguntas numeradas.txt", numbered, "pairs", 10)
    english = [
        ("What did the keeper write?", "He wrote the weather."),
        ("Who learned to read?", "His daughter did."),
    ] * 6
    yield text("q and a.txt", "\n".join(f"Q: {q}\nA: {a}" for q, a in english), "pairs", 12, language="en")

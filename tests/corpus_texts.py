"""Original texts of every shape, in Spanish and English, that the files of the corpus are made of."""

from __future__ import annotations

import random

COPLAS = """Me fui de casa una tarde
con la lluvia por detrás;
el perro vino hasta el puente
y no quiso venir más.

Llevaba pan en la bolsa,
dos camisas y un jabón,
y una carta sin abrir
cosida en el pantalón.

El barquero preguntó
si yo sabía nadar.
Le dije que había aprendido
a no tener que probar.

Del otro lado del río
nadie sabía mi nombre;
me puse el de mi padrino,
que le quedaba a otro hombre.
"""
BALLAD = """The lamp was lit at half past four
before the fog came in;
my mother swept the kitchen floor
and would not let me begin.

I had a letter in my coat
that nobody had read,
and down below they tied the boat
and called the night ahead.

The keeper had a wooden hand
and a voice that did not shake;
he said the sea had left the land
for no one's comfort's sake.
"""
FREE_VERSE = """Hoy encontré en el cajón
las llaves de una casa que ya no existe.
Pesan lo mismo que entonces.

Abren, supongo,
la puerta de alguna tarde:
mi abuela ralla pan,
la radio habla bajo,
nadie se ha muerto.

Las dejo donde estaban.
Un cajón también es una cerradura.
"""
PROSE = [
    "La señora Ángela volvió a la mañana siguiente con la llave en mano. «¿Usted quién es?», le preguntó el niño, y "
    "ella no contestó nada: miró el patio, contó las macetas y se fue.",
    "Después se sentó en el umbral a esperar que pasara el camión. Había olvidado la bolsa otra vez y no quería volver "
    "a llamar. El sol daba de lleno sobre la vereda de enfrente, donde dos perros dormían.",
    "A las once apareció el cartero. Traía una sola carta, sin remitente, con una estampilla de un país que ya había "
    "cambiado de nombre dos veces. Ella la guardó sin abrirla, como había guardado todas las demás.",
    "El barrio se fue llenando de ruidos: una persiana, un martillo, la radio del almacén. Nadie le preguntó qué hacía "
    "ahí, porque hacía treinta años que la veían hacerlo, y lo que se repite deja de verse.",
    "Cuando por fin llegó el camión, ya era de noche. El chofer bajó, se sacó la gorra y dijo que lo sentía mucho, que "
    "la mudanza era mañana. Ángela pensó que mañana era una palabra demasiado larga.",
]
ENGLISH = [
    "The keeper wrote the weather down every evening, even when there was none to speak of. He said a page without a "
    "line on it was a kind of lie, and that the sea had enough of those already.",
    "In the winter of that year the supply boat missed two turns. They ate what there was, and then they ate what "
    "there should not have been, and nobody mentioned it when the boat finally came.",
    "His daughter learned to read from the logbook. For a long time she thought that all stories began with the wind "
    "and its direction, and ended with a signature.",
    "Years later, in a city with no harbour, she would still look up before she opened a book. There was a weather in "
    "it, she told her students. You only had to write it down.",
]
PORTUGUESE = (
    "A menina abriu a janela e viu que a rua não estava mais lá. Onde antes passavam os bondes havia agora um rio "
    "manso, e do outro lado alguém estendia lençóis. Ela pensou em chamar a mãe, mas não sabia como explicar aquilo."
)
NAMES = "Ana Bruno Carla Diego Elena Facundo Gloria Hugo Inés Julio".split()  # noqa: SIM905
THINGS = ["la llave", "el farol", "una carta", "el mantel", "la bicicleta", "un cuaderno", "el reloj", "la valija"]
VERBS = ["perdió", "encontró", "arregló", "guardó", "vendió", "olvidó", "pintó", "devolvió"]
PLACES = ["en el patio", "junto al río", "debajo del puente", "en la cocina", "detrás del almacén", "en la estación"]
WHEN = ["el martes", "anoche", "en pleno invierno", "antes de la fiesta", "cuando nadie miraba", "después de la lluvia"]


def sentence(number: int) -> str:
    """A Spanish sentence, the same for the same number; hardly two are alike."""
    chance = random.Random(number)
    first = chance.choice(WHEN)
    middle = f"{chance.choice(NAMES)} {chance.choice(VERBS)} {chance.choice(THINGS)} {chance.choice(PLACES)}"
    return f"{first.capitalize()}, {middle} y lo contó {chance.randint(2, 90)} veces."


def paragraphs(count: int, sentences: int = 5) -> list[str]:
    return [" ".join(sentence(i * sentences + j) for j in range(sentences)) for i in range(count)]


def wrapped(text: str, width: int = 64) -> str:
    """A paragraph cut at a margin, as a typewriter or an old mail program leaves it."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def play(turns: int) -> str:
    """A play of three voices."""
    said = ["ANA", "BETO", "LA VECINA"]
    return "\n".join(f"{said[i % 3]}: {sentence(i)}" for i in range(turns))


def interview(turns: int) -> str:
    return "\n\n".join(f"{'Periodista' if i % 2 == 0 else 'Marta'}: {sentence(i)}" for i in range(turns))


def phone_chat(messages: int) -> str:
    """As a phone exports a conversation: two days."""
    return "\n".join(
        f"[{12 + i // 20}/3/24, {9 + i % 12}:{i % 60:02}:07] {'Caro' if i % 3 else 'Nico'}: {sentence(i)}"
        for i in range(messages)
    )


def questions(count: int) -> list[tuple[str, str]]:
    return [
        (
            f"¿Qué hizo {NAMES[i % 10]} {WHEN[i % 6]}?",
            f"Según la carta número {i}, {sentence(i)[0].lower()}{sentence(i)[1:]}",
        )
        for i in range(count)
    ]


def summaries(count: int) -> list[tuple[str, str]]:
    return [(" ".join(paragraphs(3)[i % 3 : i % 3 + 1]) + f" Nota {i}.", sentence(i + 500)) for i in range(count)]

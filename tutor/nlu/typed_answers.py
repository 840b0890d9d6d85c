"""What a learner typed as the answer to an open question: «a», «1», «la primera», or the option's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from skills.contract import Language
from skills.texts.normalize import fold
from skills.texts.quantities import read_number
from skills.texts.stopwords import word_set
from tutor.course.model import Choice, Item, Number, Open, Order
from tutor.nlu.wording import words

Typed = str | float | tuple[str, ...]

ORDINALS = {
    name: place
    for place, names in enumerate(
        (
            "primera primero primer first",
            "segunda segundo second",
            "tercera tercero tercer third",
            "cuarta cuarto fourth",
            "quinta quinto fifth",
            "sexta sexto sixth",
        )
    )
    for name in names.split()
}
LAST = word_set("ultima ultimo last")
TRUE = word_set("verdadero verdadera v si cierto correcto true t yes y right s")
FALSE = word_set("falso falsa f no incorrecto false n wrong")
AROUND = word_set(
    "la el las los opcion opciones respuesta es son creo que diria digo seria y the option options answer is are i "
    "think it s it's its and numero number letra letter one una uno ones luego despues then"
)
DONT_KNOW = frozenset(
    {
        *("no se", "nose", "ni idea", "no tengo idea", "no tengo ni idea", "no lo se", "no sabria", "no se nada"),
        *("paso", "no sabria decir", "no me acuerdo", "no recuerdo", "no entiendo", "ns", "n s", "la verdad no se"),
        *("i don't know", "i dont know", "don't know", "dont know", "dunno", "no idea", "idk", "not sure", "pass"),
        *("i have no idea", "i'm not sure", "im not sure", "i don't remember", "i don't understand", "no clue"),
    }
)
LIKE_ENOUGH = 86
"""rapidfuzz ratio (0 to 100) from which typed words are an option's."""


def gives_up(text: str) -> bool:
    """Whether an answer says nothing, or that the learner does not know."""
    said = " ".join(words(text))
    return not said or said in DONT_KNOW


def read_typed(item: Item, text: str, options: Sequence[tuple[str, str]], language: Language) -> Typed | None:
    """The answer in the form that `grade` takes, or None if `text` cannot be read as one.

    `options` are (id, text) in the order shown: letters and numbers count in that order.
    """
    if isinstance(item, Open):
        return text if text.strip() else None
    if isinstance(item, Number):
        return read_number(text, language)
    if isinstance(item, Choice) and item.format == "true_false":
        return _true_false(text) or _one(text, options)
    if isinstance(item, Choice) and item.format == "single":
        return _one(text, options)
    if isinstance(item, Choice | Order):
        chosen = _several(text, options)
        complete = isinstance(item, Choice) or sorted(chosen) == sorted(id for id, _ in options)
        return chosen if chosen and complete else None
    return None


def _true_false(text: str) -> str | None:
    said = [word for word in words(text) if word not in AROUND]
    if len(said) != 1:
        return None
    return "true" if said[0] in TRUE else "false" if said[0] in FALSE else None


def _one(text: str, options: Sequence[tuple[str, str]]) -> str | None:
    bare = [word for word in words(text) if word not in AROUND] or words(text)
    if len(bare) == 1 and (place := _place(bare[0], len(options))) is not None:
        return options[place][0]
    return _by_words(text, options)


def _several(text: str, options: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Places in the order said («b, a y c», «bac», «1 3»), or the options' words between commas or lines."""
    bare = [word for word in words(text) if word not in AROUND]
    if len(bare) == 1 and len(bare[0]) > 1 and all(_place(c, len(options)) is not None for c in bare[0]):
        bare = list(bare[0])
    places = [_place(word, len(options)) for word in bare]
    if places and None not in places:
        return tuple(dict.fromkeys(options[place][0] for place in places if place is not None))
    found = [_by_words(piece, options) for piece in re.split(r"[,;\n]| y | and ", text) if piece.strip()]
    return tuple(dict.fromkeys(id for id in found if id)) if None not in found else ()


def _place(word: str, count: int) -> int | None:
    """«b», «2», «segunda» -> 1; None for what is no place among `count` options."""
    if word in LAST:
        return count - 1
    number = read_number(word) if word not in ("a",) else None
    if word in ORDINALS:
        place = ORDINALS[word]
    elif len(word) == 1 and word.isalpha():
        place = ord(word) - ord("a")
    elif number is not None and number == int(number):
        place = int(number) - 1
    else:
        return None
    return place if 0 <= place < count else None


def _by_words(text: str, options: Sequence[tuple[str, str]]) -> str | None:
    from rapidfuzz import fuzz

    said = fold(text).strip(" .")
    if len(said) < 2:
        return None
    rated = sorted(((fuzz.ratio(said, fold(shown).strip(" .")), id) for id, shown in options), reverse=True)
    if rated and rated[0][0] >= LIKE_ENOUGH and (len(rated) == 1 or rated[0][0] > rated[1][0]):
        return rated[0][1]
    inside = [id for id, shown in options if len(said) >= 4 and said in fold(shown)]
    return inside[0] if len(inside) == 1 else None

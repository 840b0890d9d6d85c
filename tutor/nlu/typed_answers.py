"""What a learner typed as the answer to an open question: «a», «1», «la primera», or the option's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from skills.contract import Language
from skills.texts.quantities import read_number
from skills.texts.stopwords import word_set
from tutor.course.model import Choice, Item, Number, Open, Order
from tutor.nlu.choosing import bare_words, by_meaning, by_place, by_words, place_of
from tutor.nlu.open_answers import likeness
from tutor.nlu.wording import words

Typed = str | float | tuple[str, ...]

TRUE = word_set("verdadero verdadera v si cierto correcto exacto true t yes y right s yep yeah yup correct")
FALSE = word_set("falso falsa f no incorrecto nah nop false n wrong nope incorrect")
DONT_KNOW = frozenset(
    {
        *("no se", "nose", "ni idea", "no tengo idea", "no tengo ni idea", "no lo se", "no sabria", "no se nada"),
        *("paso", "no sabria decir", "no me acuerdo", "no recuerdo", "no entiendo", "ns", "n s", "la verdad no se"),
        *("i don't know", "i dont know", "don't know", "dont know", "dunno", "no idea", "idk", "not sure", "pass"),
        *("i have no idea", "i'm not sure", "im not sure", "i don't remember", "i don't understand", "no clue"),
    }
)


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
        return _true_false(text) or _one(text, options) or _true_false(_first(text))
    if isinstance(item, Choice) and item.format == "single":
        return _one(text, options) or _place(_first(text), options)
    if isinstance(item, Choice | Order):
        chosen = _several(text, options)
        complete = isinstance(item, Choice) or sorted(chosen) == sorted(id for id, _ in options)
        return chosen if chosen and complete else None
    return None


def _first(text: str) -> str:
    """What is said before the first comma: «la segunda, la de la probabilidad»; nothing of a question."""
    clause = re.split(r"[,;:.]| porque | because | pq ", text, maxsplit=1)[0]
    return "" if "?" in text else clause


def _place(text: str, options: Sequence[tuple[str, str]]) -> str | None:
    place = by_place(text, len(options)) if text else None
    return None if place is None else options[place][0]


def _true_false(text: str) -> str | None:
    said = bare_words(text)
    if len(said) != 1:
        return None
    return "true" if said[0] in TRUE else "false" if said[0] in FALSE else None


def _one(text: str, options: Sequence[tuple[str, str]]) -> str | None:
    place = by_place(text, len(options))
    return by_words(text, options) if place is None else options[place][0]


def _several(text: str, options: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Places in the order said («b, a y c», «bac», «1 3»), or the options' words between commas or lines."""
    bare = bare_words(text)
    if len(bare) == 1 and len(bare[0]) > 1 and all(place_of(c, len(options)) is not None for c in bare[0]):
        bare = list(bare[0])
    places = [place_of(word, len(options)) for word in bare]
    if places and None not in places:
        return tuple(dict.fromkeys(options[place][0] for place in places if place is not None))
    found = [by_words(piece, options) for piece in re.split(r"[,;\n]| y | and ", text) if piece.strip()]
    return tuple(dict.fromkeys(id for id in found if id)) if None not in found else ()


FISHING = re.compile(
    r"\b(?:dec[ií]\w*|dime|dame|mostr\w*|marc\w+|cu[aá]l\w*|clave|aprob\w+|salt\w+|ayud\w+|tell|give|show|mark"
    r"|which|key|pass(?:ed)?|skip|help|please|porfa\w*|por favor)\b",
    re.IGNORECASE,
)
"""Words of who wants to be told, or to have it done for them: what they say is no answer, whatever it is like."""
IN_ORDER, IN_ORDER_MEANT = 0.2, 0.3
"""How like the options the pieces of an answer have to be, on average, to be an order of them: by words, and by what
they mean."""
LIKE, CLEARLY = 0.42, 0.12
"""How like an option's text an answer in one's own words has to be (tutor/nlu/open_answers.py), and by how much more
than any other."""


Alike = Callable[[str, Sequence[str]], Sequence[float]]


def in_own_words(
    item: Item, text: str, options: Sequence[tuple[str, str]], language: Language, alike: Alike | None = None
) -> Typed | None:
    """The option that an answer says in other words, or the options in the order in which it tells them; None where it
    says none plainly, asks something, or denies it. `alike`: how near a text is to each of others in what it means,
    where anything tells."""
    if "?" in text or FISHING.search(text) or not isinstance(item, Choice | Order):
        return None
    if isinstance(item, Choice) and item.format == "true_false":
        said = words(text)
        return None if not said or gives_up(text) else _true_false(said[0])
    if isinstance(item, Choice):
        found = _likest(text, options, language)
        return None if found is None else (found,) if item.format == "multiple" else found
    return _told_in_order(text, options, language, alike)


def meant(
    item: Item, text: str, options: Sequence[tuple[str, str]], near: Sequence[float], likely: bool = False
) -> Typed | None:
    """The option that an answer means, by how near it is to each (tutor/nlu/choosing.py); None of who wants to be
    told. `likely`: it was heard as an answer."""
    if "?" in text or FISHING.search(text) or not isinstance(item, Choice) or item.format == "true_false":
        return None
    place = by_meaning(near, likely)
    if place is None:
        return None
    return (options[place][0],) if item.format == "multiple" else options[place][0]


def _told_in_order(
    text: str, options: Sequence[tuple[str, str]], language: Language, alike: Alike | None
) -> Typed | None:
    """The options in the order in which an answer tells them, a piece for each: the pairing that is likest in all."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    cuts = r"[,;.:\n→]|\b(?:luego|despu[eé]s|entonces|then|y|and|e)\b"
    pieces = [piece for piece in re.split(cuts, text) if len(piece.split()) > 1 or piece.strip().isalpha()]
    if len(pieces) < len(options):
        return None
    shown = [text for _, text in options]
    if alike:
        like = np.array([alike(piece, shown) for piece in pieces])
    else:
        like = np.array([[likeness(piece, one, language, {}).value for one in shown] for piece in pieces])
    rows, columns = linear_sum_assignment(-like)
    if like[rows, columns].mean() < (IN_ORDER_MEANT if alike else IN_ORDER):
        return None
    return tuple(options[column][0] for _, column in sorted(zip(rows, columns, strict=True)))


def _likest(text: str, options: Sequence[tuple[str, str]], language: Language) -> str | None:
    rated = [(likeness(text, shown, language, {}), id) for id, shown in options]
    values = sorted((like.value for like, _ in rated), reverse=True)
    best, id = max(rated, key=lambda pair: pair[0].value)
    clear = len(values) == 1 or values[0] >= values[1] + CLEARLY
    return id if best.value >= LIKE and clear and not best.denied else None

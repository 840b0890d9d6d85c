"""Which of several things on the screen typed words mean: «b», «2», «la segunda», or a label's own words.

The one reader of choices: the buttons of a message and the options of a question are both read here.
"""

from __future__ import annotations

from collections.abc import Sequence

from skills.contract import Language
from skills.texts.normalize import fold
from skills.texts.quantities import read_number
from skills.texts.stems import stem
from skills.texts.stopwords import word_set
from tutor.nlu.wording import terms, words

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
AROUND = word_set(
    "la el las los opcion opciones respuesta es son creo que diria digo seria y the option options answer is are i "
    "think it s it's its and numero number letra letter one una uno ones luego despues then"
)
"""Words that people put around a choice and that choose nothing."""
MOSTLY = 0.66
"""The share of a message's content words that a label has to have for it to be meant, with half of its own."""
FILLERS = frozenset(
    map(
        stem,
        word_set(
            "yo digo diria creo pienso va quiero quisiera prefiero mejor dale bueno ok i think say want would like "
            "prefer rather go please porfa favor"
        ),
    )
)
LIKE_ENOUGH = 86
"""rapidfuzz ratio (0 to 100) from which typed words are an option's."""


def by_label(text: str, labels: Sequence[str]) -> int | None:
    """The label that was typed to the letter, accents, case and the stop at its end aside."""
    said = fold(text).strip(" .)…")
    return next((place for place, label in enumerate(labels) if fold(label).strip(" .…") == said), None)


def by_place(text: str, count: int) -> int | None:
    """«b», «2», «la segunda», «creo que la última» -> a place from 0 to `count` - 1."""
    bare = bare_words(text) or words(text)
    return place_of(bare[0], count) if len(bare) == 1 else None


def by_likeness(text: str, labels: Sequence[str], language: Language) -> int | None:
    """The one label that is said in words like its own: most of the message's content words are in it, and they are
    enough of it."""
    mine = {term.stem for term in terms(text, language) if term.stem not in FILLERS}
    if not mine:
        return None
    rated = []
    for label in labels:
        theirs = {term.stem for term in terms(label, language)}
        common = len(mine & theirs)
        rated.append(min(common / len(mine), 2 * common / len(theirs)) if theirs and common else 0.0)
    best = max(rated, default=0.0)
    return rated.index(best) if best >= MOSTLY and rated.count(best) == 1 else None


MEANT, MEANT_CLEARLY = 0.5, 0.25
"""How near the one thing that a text means has to be (a cosine of tutor/nlu/ears.py), and by how much nearer than any
other: answers in people's own words are at 0.6 to 0.8, and requests and questions below 0.35."""


LIKELY, LIKELY_CLEARLY = 0.3, 0.12
"""The same of what was heard as an answer."""


def by_meaning(near: Sequence[float], likely: bool = False) -> int | None:
    """The one of several things that a text means, by how near it is to each. `likely`: it surely means one."""
    enough, clearly = (LIKELY, LIKELY_CLEARLY) if likely else (MEANT, MEANT_CLEARLY)
    first, *others = sorted(near, reverse=True) or (0.0,)
    clear = first >= enough and first - max(others, default=0.0) >= clearly
    return list(near).index(first) if clear else None


def bare_words(text: str) -> list[str]:
    """The words of `text` without those that only stand around a choice."""
    return [word for word in words(text) if word not in AROUND]


def place_of(word: str, count: int) -> int | None:
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


def by_words(text: str, options: Sequence[tuple[str, str]]) -> str | None:
    """The id of the one option (id, text) whose words, or a part of them, were typed, with slips of the finger."""
    from rapidfuzz import fuzz

    said = fold(text).strip(" .")
    if len(said) < 2:
        return None
    rated = sorted(((fuzz.ratio(said, fold(shown).strip(" .")), id) for id, shown in options), reverse=True)
    if rated and rated[0][0] >= LIKE_ENOUGH and (len(rated) == 1 or rated[0][0] > rated[1][0]):
        return rated[0][1]
    inside = [id for id, shown in options if len(said) >= 4 and said in fold(shown)]
    return inside[0] if len(inside) == 1 else None
